// tests/events/rejection_test.cpp - listeners that are tasks, and where their exceptions go.
#include <memory>
#include <string>
#include <vector>

#include "events/event_target.h"
#include "events/once.h"
#include "tests/catch.h"

using namespace strata::events;

namespace {

struct Lost : std::runtime_error {
  using runtime_error::runtime_error;
};
struct Joined {
  std::string name;
};

// An emitter of "x" whose listener waits for "go" of another, and throws.
struct Late {
  explicit Late(EmitterOptions options = {.capture_rejections = true})
      : emitter(std::make_unique<EventEmitter>(options)) {
    emitter->on_warning([this](std::string_view text) { warnings.emplace_back(text); });
    emitter->on("x", [this](std::string word) -> Task<> {
      co_await once(other, "go");
      throw Lost(word);
    });
  }
  EventEmitter other;
  std::vector<std::string> warnings;
  std::unique_ptr<EventEmitter> emitter;
};

Task<> function_that_waits(std::string word) {
  static EventEmitter nobody;
  if (word.empty()) throw Lost("empty");
  co_return;
}

}  // namespace

TEST_CASE("task listener throws: captured, it is the emitter's error", "[events][node][codec]") {
  Late late;
  std::string heard;
  late.emitter->on(error_monitor, [&](const std::exception& e) { heard += e.what(); });
  late.emitter->on("error", [&](const Lost& e) { heard += std::string(" ") + e.what(); });
  CHECK(late.emitter->emit("x", "a word that is too long to be in place"));
  CHECK(heard.empty());
  late.other.emit("go");
  CHECK(heard == "a word that is too long to be in place a word that is too long to be in place");
  CHECK(late.warnings.empty());
}

TEST_CASE("task listener throws: before its first wait, still inside emit",
          "[events][node][codec]") {
  EventEmitter captures({.capture_rejections = true}), plain;
  std::string heard;
  for (EventEmitter* emitter : {&captures, &plain}) {
    emitter->on("x", [](std::string word) -> Task<> {
      if (!word.empty()) throw Lost(word);
      co_return;
    });
    emitter->on("x", [&] { heard += "later "; });
  }
  CHECK(plain.emit("x", ""));
  CHECK_THROWS_WITH(plain.emit("x", "as any listener's"), "as any listener's");
  CHECK(heard == "later ");
  CHECK_THROWS_WITH(captures.emit("x", "unheard"), "unheard");
  CHECK(heard == "later ");
  captures.on("error", [&](const std::exception& error) { heard += error.what(); });
  CHECK(captures.emit("x", "heard, "));
  CHECK(heard == "later heard, later ");
}

TEST_CASE("task listener throws: with nobody to hear it later, it is a warning",
          "[events][node][codec]") {
  for (const bool captures : {false, true}) {
    Late late({.capture_rejections = captures});
    if (!captures) late.emitter->on("error", [] { FAIL("it does not capture"); });
    late.emitter->emit("x", "late");
    late.other.emit("go");
    CHECK(late.warnings ==
          std::vector<std::string>{"Uncaught in a task that listens to \"x\": late"});
  }
}

TEST_CASE("task listener throws: what an error listener throws is an error once more",
          "[events][node][codec]") {
  std::vector<std::string> warnings;
  int errors = 0;
  EventEmitter emitter({.capture_rejections = true});
  EventEmitter other;
  emitter.on_warning([&](std::string_view text) { warnings.emplace_back(text); });
  emitter.on("error", [&]() -> Task<> {
    ++errors;
    co_await once(other, "go");
    throw Lost("again");
  });
  emitter.emit("error", 1);
  other.emit("go");
  CHECK(errors == 2);
  CHECK(warnings.empty());
  other.emit("go");
  CHECK(errors == 2);
  CHECK(warnings ==
        std::vector<std::string>{"Uncaught in a task that listens to \"error\": again"});
  emitter.emit("error", 1);  // captured again
  other.emit("go");
  CHECK(errors == 4);

  EventEmitter at_once({.capture_rejections = true});
  at_once.on("error", [&]() -> Task<> {
    ++errors;
    throw Lost("at once");
    co_return;
  });
  CHECK_THROWS_WITH(at_once.emit("error", 1), "at once");
  CHECK(errors == 6);
}

TEST_CASE("task listener throws: the emitter, or its task's wait, may be gone by then",
          "[events][node][codec]") {
  Late late;
  late.emitter->on("error", [] { FAIL("nobody is left to be told"); });
  late.emitter->emit("x", "late");
  late.emitter.reset();
  late.other.emit("go");
  CHECK(late.warnings.empty());

  auto own = std::make_unique<EventEmitter>(EmitterOptions{.capture_rejections = true});
  int alive = 0;
  own->on("x", [&]() -> Task<> {
    struct Count {
      int& n;
      ~Count() { --n; }
    } const count{++alive};
    co_await once(*own, "y");
  });
  own->emit("x");
  CHECK(alive == 1);
  own.reset();
  CHECK(alive == 0);

  auto ended = std::make_unique<EventEmitter>(EmitterOptions{.capture_rejections = true});
  ended->on("x", [&]() -> Task<> {
    ended.reset();
    throw Lost("at once");
    co_return;
  });
  CHECK(ended->emit("x"));
}

TEST_CASE("a lambda that is a task keeps its captures when it is removed", "[events][codec]") {
  EventEmitter emitter, other;
  AbortController controller;
  std::string heard;
  const std::string captured(60, 'c');
  emitter.once("x", [&heard, &other, captured]() -> Task<> {
    co_await once(other, "go");
    heard += captured;
  });
  emitter.on("x",
             [&heard, &other, captured]() -> Task<> {
               co_await once(other, "go");
               heard += captured;
             },
             {.signal = controller.signal()});
  emitter.emit("x");
  controller.abort();
  CHECK(emitter.event_names().empty());
  other.emit("go");
  CHECK(heard == captured + captured);
}

TEST_CASE("functions and callbacks that are tasks are found again", "[events][codec]") {
  EventEmitter emitter;
  int calls = 0;
  const auto callback_task = callback([&]() -> Task<> {
    ++calls;
    co_return;
  });
  emitter.on("x", callback_task);
  emitter.on("x", function_that_waits);
  CHECK_THROWS_AS(emitter.emit("x", ""), Lost);
  CHECK(emitter.listener_count("x", function_that_waits) == 1);
  emitter.off("x", function_that_waits).off("x", callback_task);
  CHECK_FALSE(emitter.emit("x", ""));
  CHECK(calls == 1);
}

TEST_CASE("a typed listener may be a task", "[events][codec]") {
  TypedEmitter<Joined> chat;
  EventEmitter other;
  std::string heard;
  chat.on_warning([&](std::string_view text) { heard += text; });
  chat.on<Joined>([&, dear = std::string(30, '*')](Joined who) -> Task<> {
    co_await once(other, "go");
    heard += dear + who.name;
    throw Lost("late");
  });
  chat.emit(Joined{"spot"});
  chat.remove_all_listeners();
  other.emit("go");
  CHECK(heard.find(std::string(30, '*') + "spot") == 0);
  CHECK(heard.find("Joined\": late") != std::string::npos);
}

TEST_CASE("EventTarget mode: a listener that is a task, and what it throws",
          "[events][node][codec]") {
  struct Object {
    EventEmitter& other;
    Task<> handle_event(Event&) {
      co_await once(other, "go");
      throw Lost("object");
    }
  };
  EventEmitter other;
  std::string heard;
  auto target = std::make_unique<EventTarget>();
  target->on_report([&](std::string_view type, std::exception_ptr error) {
    try {
      std::rethrow_exception(error);
    } catch (const Lost& lost) {
      heard += std::string(type) + ":" + lost.what() + " ";
    }
  });
  target->add_event_listener("x",
                             [&, mine = std::string(30, 'm')](Event& event) -> Task<> {
                               event.prevent_default();
                               co_await once(other, "go");
                               throw Lost(mine);
                             },
                             {.once = true});
  target->add_event_listener("x", std::make_shared<Object>(Object{other}), {.once = true});
  target->add_event_listener("x", []() -> Task<> {
    throw Lost("at once");
    co_return;
  });
  CHECK_FALSE(target->dispatch_event(Event("x", true)));
  CHECK(heard == "x:at once ");
  other.emit("go");
  CHECK(heard == "x:at once x:" + std::string(30, 'm') + " x:object ");

  target->add_event_listener("y", [&]() -> Task<> { co_await once(other, "go"); });
  target->dispatch_event(Event("y"));
  target.reset();  // the task goes on, and nobody is told
  CHECK(other.listener_count("go") == 1);
  other.emit("error", Lost("nobody is told"));
  CHECK(other.event_names().empty());
}
