// tests/events/abort_test.cpp - AbortController and AbortSignal, alone.
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "events/abort_signal.h"
#include "tests/catch.h"

using namespace strata::events;

TEST_CASE("abort tells every copy of the signal, once", "[events][codec]") {
  AbortController controller;
  const AbortSignal signal = controller.signal();
  const AbortSignal copy = signal;
  int calls = 0;
  const AbortCallback told = copy.on_abort([&] {
    ++calls;
    CHECK(signal.aborted());  // before anybody is called
  });
  CHECK_FALSE(signal.aborted());
  CHECK(signal.reason() == nullptr);
  CHECK_NOTHROW(signal.throw_if_aborted());
  CHECK(told);
  controller.abort();
  controller.abort();
  CHECK(calls == 1);
  CHECK_FALSE(told);
  CHECK((controller.aborted() && signal.aborted() && copy.aborted()));
  CHECK(signal == controller.signal());
  CHECK_FALSE(signal == AbortController().signal());
}

TEST_CASE("the reason is the first one given, else an AbortError", "[events][codec]") {
  AbortController plain;
  plain.abort();
  try {
    plain.signal().throw_if_aborted();
    FAIL("not thrown");
  } catch (const AbortError& error) {
    CHECK(error.code() == "ABORT_ERR");
    CHECK(std::string(error.what()) == "This operation was aborted");
  }
  AbortController given;
  const std::exception_ptr first = std::make_exception_ptr(std::out_of_range("first"));
  given.abort(first);
  given.abort(std::make_exception_ptr(std::runtime_error("second")));
  CHECK(given.signal().reason() == first);
  CHECK_THROWS_AS(given.signal().throw_if_aborted(), std::out_of_range);
  CHECK_THROWS_AS(AbortSignal::abort(nullptr).throw_if_aborted(), AbortError);
  CHECK(AbortSignal::abort(first).reason() == first);
}

TEST_CASE("a signal that cannot abort, or has, keeps no function", "[events][codec]") {
  AbortSignal orphan;
  {
    const AbortController controller;
    orphan = controller.signal();
  }
  const AbortSignal signals[] = {AbortSignal(), AbortSignal::abort(), orphan};
  for (const AbortSignal& signal : signals) {
    const auto captured = std::make_shared<int>(0);
    const AbortCallback told = signal.on_abort([captured] { ++*captured; });
    CHECK_FALSE(told);
    CHECK(captured.use_count() == 1);
    CHECK(*captured == 0);
  }
  CHECK_FALSE(orphan.aborted());
  CHECK_FALSE(AbortSignal());
  CHECK(orphan);
  CHECK_THROWS_AS(AbortSignal().on_abort(nullptr), Error);
}

TEST_CASE("functions are called in the order of adding, removed ones are not", "[events][codec]") {
  // Which of the three are removed before, and which are left, in order.
  const struct {
    std::vector<std::size_t> removed;
    std::string called;
  } rows[] = {{{}, "012"},   {{0}, "12"},   {{1}, "02"},     {{2}, "01"},
              {{0, 1}, "2"}, {{2, 0}, "1"}, {{1, 2, 0}, ""}, {{1, 1}, "02"}};
  for (const auto& row : rows) {
    AbortController controller;
    std::string called;
    std::vector<AbortCallback> callbacks;
    for (const char name : {'0', '1', '2'})
      callbacks.push_back(controller.signal().on_abort([&called, name] { called += name; }));
    for (const std::size_t i : row.removed) callbacks[i].remove();
    controller.abort();
    CHECK(called == row.called);
  }
}

TEST_CASE("a handle removes by scope and assignment, not when detached", "[events][codec]") {
  AbortController controller;
  const AbortSignal signal = controller.signal();
  std::string called;
  {
    const AbortCallback gone = signal.on_abort([&] { called += 'x'; });
  }
  AbortCallback kept = signal.on_abort([&] { called += 'x'; });
  kept = signal.on_abort([&] { called += 'a'; });
  AbortCallback moved = std::move(kept);
  signal.on_abort([&] { called += 'd'; }).detach();
  controller.abort();
  CHECK(called == "ad");
}

TEST_CASE("a function may remove itself and others, add and abort again", "[events][codec]") {
  AbortController controller;
  const AbortSignal signal = controller.signal();
  std::string called;
  AbortCallback self, other;
  const auto captured = std::make_shared<int>(0);
  self = signal.on_abort([&, captured] {
    called += '1';
    self.remove();
    CHECK(captured.use_count() > 1);  // its captures stay until it has returned
    other.remove();
    CHECK_FALSE(signal.on_abort([&] { called += 'x'; }));
    controller.abort(std::make_exception_ptr(1));
  });
  other = signal.on_abort([&] { called += 'x'; });
  const AbortCallback last = signal.on_abort([&] { called += '3'; });
  controller.abort();
  CHECK(called == "13");
  CHECK(captured.use_count() == 1);
  CHECK_THROWS_AS(signal.throw_if_aborted(), AbortError);
}

TEST_CASE("controller and signals may end inside a function, all are told", "[events][codec]") {
  auto controller = std::make_unique<AbortController>();
  std::optional<AbortSignal> signal = controller->signal();
  int calls = 0;
  const AbortCallback first = signal->on_abort([&] {
    ++calls;
    signal.reset();
    controller.reset();
  });
  const AbortCallback second = signal->on_abort([&] { ++calls; });
  controller->abort();
  CHECK(calls == 2);
  CHECK(controller == nullptr);
}

TEST_CASE("a function that throws stops nobody, abort throws the first", "[events][codec]") {
  AbortController controller;
  const AbortSignal signal = controller.signal();
  int calls = 0;
  const AbortCallback one = signal.on_abort([&] { throw std::out_of_range("one"); });
  const AbortCallback two = signal.on_abort([&] { throw std::runtime_error("two"); });
  const AbortCallback three = signal.on_abort([&] { ++calls; });
  CHECK_THROWS_AS(controller.abort(), std::out_of_range);
  CHECK(calls == 1);
  CHECK_THROWS_AS(signal.throw_if_aborted(), AbortError);
  CHECK_NOTHROW(controller.abort());
}

TEST_CASE("a controller that ends lets go of functions and their captures", "[events][codec]") {
  const auto captured = std::make_shared<int>(0);
  auto controller = std::make_unique<AbortController>();
  const AbortSignal signal = controller->signal();
  AbortCallback told = signal.on_abort([captured, signal] {});  // a ring, for a leak checker
  signal.on_abort([captured, signal] {}).detach();
  SECTION("destroyed") { controller.reset(); }
  SECTION("assigned to") { *controller = AbortController(); }
  SECTION("aborted, and the handle removed") {
    controller->abort();
    told.remove();
  }
  CHECK_FALSE(told);
  CHECK(captured.use_count() == 1);
}

TEST_CASE("a controller moves, its signals go with it", "[events][codec]") {
  AbortController one;
  const AbortSignal signal = one.signal();
  AbortController two = std::move(one);
  two.abort();
  CHECK(signal.aborted());
  CHECK_FALSE(one.aborted());
  CHECK_FALSE(one.signal().aborted());
}
