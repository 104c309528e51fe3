// tests/events/options_test.cpp - on(name, listener, {.once, .prepend, .signal}).
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

#include "events/event_emitter.h"
#include "tests/catch.h"

using namespace strata::events;

TEST_CASE("options: once and prepend, in each combination", "[events][codec]") {
  // What two emits call, with "a" there before.
  const struct {
    bool once, prepend, signalled;
    std::string heard;
  } rows[] = {
      {false, false, false, "abab"}, {true, false, false, "aba"},  {false, true, false, "baba"},
      {true, true, false, "baa"},    {false, false, true, "abab"}, {true, false, true, "aba"},
      {false, true, true, "baba"},   {true, true, true, "baa"},
  };
  for (const auto& row : rows) {
    const AbortController controller;
    EventEmitter emitter;
    std::string heard;
    emitter.on("x", [&] { heard += 'a'; });
    const AbortSignal signal = row.signalled ? controller.signal() : AbortSignal();
    const Listener listener = emitter.on(
        "x", [&] { heard += 'b'; }, {.once = row.once, .prepend = row.prepend, .signal = signal});
    CHECK(listener);
    CHECK(listener.once() == row.once);
    emitter.emit("x");
    emitter.emit("x");
    CHECK(heard == row.heard);
  }
}

TEST_CASE("signal: abort removes what was added with it, and only that", "[events][codec]") {
  AbortController controller;
  EventEmitter emitter, other;
  std::string heard;
  std::string removed;
  const Options options{.signal = controller.signal()};
  emitter.on(
      "a", [&](int, std::string_view) { heard += '1'; }, options);
  emitter.on("a", [&] { heard += '2'; });
  emitter.on(
      "b", [&] { heard += '3'; }, options);
  other.on(
      "a", [&] { heard += '4'; }, options);
  emitter.on(remove_listener, [&](std::string_view name) { removed += name; });
  emitter.emit("a", 1, "text");
  CHECK(heard == "12");
  controller.abort();
  CHECK(removed == "ab");
  CHECK(emitter.listener_count("a") == 1);
  CHECK(emitter.listener_count("b") == 0);
  CHECK(other.event_names().empty());
  heard.clear();
  emitter.emit("a", 1, "text");
  CHECK(heard == "2");
}

TEST_CASE("signal: one that is aborted already adds nothing", "[events][codec]") {
  EventEmitter emitter;
  bool hooked = false;
  emitter.on(new_listener, [&] { hooked = true; });
  const auto captured = std::make_shared<int>(0);
  CHECK_FALSE(emitter.on("a", [captured] {}, {.signal = AbortSignal::abort()}));
  CHECK_FALSE(hooked);
  CHECK(emitter.listener_count("a") == 0);
  CHECK(captured.use_count() == 1);
  void (*none)() = nullptr;
  CHECK_THROWS_AS(emitter.on("a", none, {.signal = AbortSignal::abort()}), Error);
}

TEST_CASE("signal: off by function finds the listener too", "[events][codec]") {
  const AbortController controller;
  EventEmitter emitter;
  const auto f = callback([] {});
  emitter.on("a", f, {.signal = controller.signal()});
  CHECK(emitter.listener_count("a", f) == 1);
  emitter.off("a", f);
  CHECK(emitter.listener_count("a") == 0);
}

TEST_CASE("signal: it is forgotten however the listener goes", "[events][codec]") {
  AbortController controller;
  auto emitter = std::make_unique<EventEmitter>();
  const auto captured = std::make_shared<int>(0);
  int removals = 0;
  emitter->on(remove_listener, [&](std::string_view name) { removals += name == "a"; });
  const Listener listener =
      emitter->on("a", [captured] {}, {.once = true, .signal = controller.signal()});
  SECTION("off") { emitter->off(listener); }
  SECTION("once") { emitter->emit("a"); }
  SECTION("remove_all_listeners") { emitter->remove_all_listeners("a"); }
  SECTION("abort") { controller.abort(); }
  SECTION("scope") { const ScopedListener guard(*emitter, listener); }
  SECTION("the end of the emitter") {
    emitter.reset();
    ++removals;
  }
  CHECK(captured.use_count() == 1);
  controller.abort();
  CHECK(removals == 1);
}

TEST_CASE("signal: removed while its event runs, then aborted: removed once", "[events][codec]") {
  AbortController controller;
  EventEmitter emitter;
  int removals = 0;
  int calls = 0;
  emitter.on(remove_listener, [&] { ++removals; });
  Listener second;
  emitter.on("a", [&] {
    emitter.off(second);
    controller.abort();
  });
  second = emitter.on("a", [&] { ++calls; }, {.signal = controller.signal()});
  emitter.emit("a");
  CHECK(removals == 1);
  CHECK(calls == 0);
}

TEST_CASE("signal: a listener may abort its own signal", "[events][codec]") {
  AbortController controller;
  EventEmitter emitter;
  std::string heard;
  const auto captured = std::make_shared<int>(0);
  const Options options{.signal = controller.signal()};
  emitter.on(
      "a",
      [&, captured] {
        heard += '1';
        controller.abort();
        CHECK(captured.use_count() > 1);  // it is kept until it has returned
      },
      options);
  emitter.on(
      "a", [&] { heard += '2'; }, options);
  emitter.on("a", [&] { heard += '3'; });
  CHECK(emitter.emit("a"));
  CHECK(emitter.emit("a"));
  CHECK(heard == "133");
  CHECK(captured.use_count() == 1);
}

TEST_CASE("signal: aborted by the newListener hook, nothing is added", "[events][codec]") {
  const bool emitter_too[] = {false, true};
  for (const bool destroyed : emitter_too) {
    AbortController controller;
    auto emitter = std::make_unique<EventEmitter>();
    EventEmitter& self = *emitter;
    const auto captured = std::make_shared<int>(0);
    self.on(new_listener, [&] {
      if (destroyed) emitter.reset();
      controller.abort();
    });
    CHECK_FALSE(self.on("a", [captured] {}, {.signal = controller.signal()}));
    CHECK(captured.use_count() == 1);
    if (!destroyed) CHECK(self.listener_count("a") == 0);
  }
}

TEST_CASE("signal: the removeListener hook of an abort may end the emitter", "[events][codec]") {
  AbortController controller;
  auto emitter = std::make_unique<EventEmitter>();
  const Options options{.signal = controller.signal()};
  int removals = 0;
  emitter->on(
      "a", [] {}, options);
  emitter->on(
      "b", [] {}, options);
  emitter->on(remove_listener, [&] {
    ++removals;
    emitter.reset();
  });
  controller.abort();
  CHECK(emitter == nullptr);
  CHECK(removals == 1);
}

TEST_CASE("signal: a hook that throws leaves abort, and all are removed", "[events][codec]") {
  AbortController controller;
  EventEmitter emitter;
  const Options options{.signal = controller.signal()};
  emitter.on(
      "a", [] {}, options);
  emitter.on(
      "b", [] {}, options);
  emitter.on(remove_listener, [] { throw std::runtime_error("no"); });
  CHECK_THROWS_AS(controller.abort(), std::runtime_error);
  CHECK(emitter.listener_count("a") + emitter.listener_count("b") == 0);
}

TEST_CASE("signal: emitter, controller and signal may end in any order", "[events][codec]") {
  for (const std::string_view order : {"ecs", "esc", "ces", "cse", "sec", "sce"}) {
    std::optional<AbortController> controller(std::in_place);
    std::optional<AbortSignal> signal = controller->signal();
    std::optional<EventEmitter> emitter(std::in_place);
    const auto captured = std::make_shared<int>(0);
    // The listener holds its own signal: no ring may keep the two.
    emitter->on("a", [captured, own = *signal] {}, {.signal = *signal});
    for (const char which : order) {
      if (which == 'e') emitter.reset();
      if (which == 'c') controller.reset();
      if (which == 's') signal.reset();
      if (emitter) CHECK(emitter->emit("a"));
    }
    CHECK(captured.use_count() == 1);
  }
}
