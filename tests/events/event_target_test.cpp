// tests/events/event_target_test.cpp - the DOM's EventTarget, a row of its behaviour each.
#include "events/event_target.h"

#include <memory>
#include <stdexcept>
#include <string>

#include "events/error.h"
#include "tests/catch.h"

using namespace strata::events;

namespace {

std::string heard;  // what the functions below append to
void f(Event&) { heard += 'f'; }
void g() { heard += 'g'; }
auto says(char letter) {
  return [letter] { heard += letter; };
}
std::string dispatched(EventTarget& target, std::string_view type = "a") {
  heard.clear();
  target.dispatch_event(Event(type));
  return heard;
}
bool dispatch_cancelable(EventTarget& target) { return target.dispatch_event(Event("a", true)); }

struct KeyEvent : Event {
  explicit KeyEvent(char of) : Event("a"), key(of) {}
  char key;
};
struct Button {
  void handle_event(const Event& event) { heard += letter + event.type(); }
  char letter;
};
struct Keyboard {
  void handle_event(KeyEvent& event) { heard += event.key; }
};

}  // namespace

TEST_CASE("EventTarget mode: duplicate add is ignored", "[events][node][codec]") {
  EventTarget target;
  const auto c = callback(says('c'));
  Button button{'b'};
  for (int i = 0; i < 2; ++i) {
    target.add_event_listener("a", f);
    target.add_event_listener("a", c, {.once = i == 1});
    target.add_event_listener("a", &g);
    target.add_event_listener("a", button);
  }
  CHECK(dispatched(target) == "fcgba");
  CHECK(dispatched(target) == "fcgba");  // the first registration counts, with its options
  target.add_event_listener("z", f);     // of another type it is no duplicate
  CHECK(dispatched(target, "z") == "f");
  target.remove_event_listener("a", f);
  target.add_event_listener("a", f);  // new again, so the last
  CHECK(dispatched(target) == "cgbaf");
}

TEST_CASE("EventTarget mode: lambdas written in place are never duplicates",
          "[events][node][codec]") {
  EventTarget target;
  for (int i = 0; i < 2; ++i) target.add_event_listener("a", says('x'));
  CHECK(dispatched(target) == "xx");
}

TEST_CASE("EventTarget mode: null is ignored", "[events][node][codec]") {
  EventTarget target;
  target.add_event_listener("a", static_cast<void (*)()>(nullptr));
  target.add_event_listener("a", std::function<void(Event&)>());
  target.add_event_listener("a", std::shared_ptr<Button>());
  CHECK(target.dispatch_event(Event("a")));
}

TEST_CASE("EventTarget mode: removed during dispatch is not called", "[events][node][codec]") {
  EventTarget target;
  const auto last = callback(says('l'));
  target.add_event_listener("a", [&] {
    heard += '1';
    target.remove_event_listener("a", last);
    target.remove_event_listener("b", g);  // of another type: nothing happens
  });
  target.add_event_listener("a", g);
  target.add_event_listener("a", last);
  CHECK(dispatched(target) == "1g");
  target.remove_event_listener("a", last);  // twice is harmless
  CHECK(dispatched(target) == "1g");
}

TEST_CASE("EventTarget mode: removed and added again during dispatch waits",
          "[events][node][codec]") {
  EventTarget target;
  const auto first = [&] {
    target.remove_event_listener("a", g);
    target.add_event_listener("a", g);
  };
  target.add_event_listener("a", std::function<void()>(first), {.once = true});
  target.add_event_listener("a", g);
  CHECK(dispatched(target) == "");
  CHECK(dispatched(target) == "g");
  target.add_event_listener("b", [&] { target.add_event_listener("b", f); });
  CHECK(dispatched(target, "b") == "");
  CHECK(dispatched(target, "b") == "f");
}

TEST_CASE("EventTarget mode: once is removed before its call", "[events][node][codec]") {
  EventTarget target;
  int depth = 0;
  target.add_event_listener("a",
                            [&] {
                              heard += 'o';
                              if (++depth < 5) target.dispatch_event(Event("a"));
                            },
                            {.once = true});
  target.add_event_listener("a", g);
  CHECK(dispatched(target) == "ogg");
  CHECK(dispatched(target) == "g");
  target.add_event_listener("c", f, {.once = true});
  target.remove_event_listener("c", f);
  CHECK(dispatched(target, "c") == "");
}

TEST_CASE("EventTarget mode: signal removes the listener", "[events][node][codec]") {
  EventTarget target;
  AbortController controller;
  target.add_event_listener("a", f, {.signal = controller.signal()});
  target.add_event_listener("a", g);
  target.add_event_listener("b", says('b'), {.once = true, .signal = controller.signal()});
  CHECK(dispatched(target) == "fg");
  controller.abort();
  CHECK(dispatched(target) == "g");
  CHECK(dispatched(target, "b") == "");
}

TEST_CASE("EventTarget mode: signal aborted during dispatch", "[events][node][codec]") {
  EventTarget target;
  AbortController controller;
  target.add_event_listener("a",
                            [&] {
                              controller.abort();
                              heard += '1';
                            },
                            {.signal = controller.signal()});
  target.add_event_listener("a", f, {.signal = controller.signal()});
  target.add_event_listener("a", g);
  CHECK(dispatched(target) == "1g");
  CHECK(dispatched(target) == "g");
}

TEST_CASE("EventTarget mode: signal of a duplicate, and after the end", "[events][node][codec]") {
  AbortController controller;
  {
    EventTarget target;
    target.add_event_listener("a", g);
    target.add_event_listener("a", g, {.signal = controller.signal()});
    target.add_event_listener("a", f, {.signal = controller.signal()});
    target.remove_event_listener("a", f);
    target.add_event_listener("a", f);  // the signal was of the registration that is gone
    target.add_event_listener("b", f, {.signal = controller.signal()});
    AbortController other;
    other.abort();
    CHECK(dispatched(target) == "gf");
    AbortController once;
    target.add_event_listener("c", f, {.once = true, .signal = once.signal()});
    CHECK(dispatched(target, "c") == "f");
    once.abort();
  }
  controller.abort();  // the target is gone
  CHECK(controller.aborted());
}

TEST_CASE("EventTarget mode: already-aborted signal adds nothing", "[events][node][codec]") {
  EventTarget target;
  target.add_event_listener("a", f, {.signal = AbortSignal::abort()});
  CHECK(dispatched(target) == "");
  target.add_event_listener("a", f, {.signal = AbortSignal()});  // nobody's: never aborts
  CHECK(dispatched(target) == "f");
}

TEST_CASE("EventTarget mode: handleEvent objects, shared or by reference",
          "[events][node][codec]") {
  EventTarget target;
  Button button{'1'};
  const auto shared = std::make_shared<Button>(Button{'2'});
  target.add_event_listener("a", button);
  target.add_event_listener("a", shared);
  target.add_event_listener("a", *shared);  // the same object
  CHECK(dispatched(target) == "1a2a");
  CHECK(shared.use_count() == 2);
  button.letter = '3';  // the object itself, no copy
  CHECK(dispatched(target) == "3a2a");
  target.remove_event_listener("a", *shared);
  CHECK(shared.use_count() == 1);
  target.remove_event_listener("a", button);
  CHECK(dispatched(target) == "");
}

TEST_CASE("EventTarget mode: stopImmediatePropagation skips the others", "[events][node][codec]") {
  EventTarget target;
  target.add_event_listener("a", [](Event& event) {
    heard += '1';
    event.stop_immediate_propagation();
  });
  target.add_event_listener("a", g, {.once = true});
  heard.clear();
  Event event("a");
  CHECK(target.dispatch_event(event));  // stopped is not prevented
  EventTarget other;
  other.add_event_listener("a", g);
  other.dispatch_event(event);  // and is over with its dispatch
  CHECK(heard == "1g");
}

TEST_CASE("EventTarget mode: passive cannot prevent", "[events][node][codec]") {
  EventTarget target;
  const auto prevents = callback([](Event& event) { event.prevent_default(); });
  target.add_event_listener("a", prevents, {.passive = true});
  CHECK(dispatch_cancelable(target));
  target.remove_event_listener("a", prevents);
  target.add_event_listener("a", prevents);
  CHECK_FALSE(dispatch_cancelable(target));
}

TEST_CASE("EventTarget mode: passive ends with its listener", "[events][node][codec]") {
  EventTarget target;
  target.on_report([](std::string_view, std::exception_ptr) {});
  target.add_event_listener("a", [] { throw std::runtime_error("boom"); }, {.passive = true});
  target.add_event_listener("a", [](Event& event) { event.prevent_default(); });
  CHECK_FALSE(dispatch_cancelable(target));
}

TEST_CASE("EventTarget mode: dispatchEvent is false when prevented", "[events][node][codec]") {
  EventTarget target;
  CHECK(dispatch_cancelable(target));  // nobody listens
  bool seen = false;
  target.add_event_listener("a", [](Event& event) { event.prevent_default(); });
  target.add_event_listener("a", [&](Event& event) { seen = event.default_prevented(); });
  CHECK(target.dispatch_event(Event("a")));  // not cancelable
  CHECK_FALSE(seen);
  CHECK_FALSE(dispatch_cancelable(target));
  CHECK(seen);
  Event event("a", true);
  event.prevent_default();
  CHECK_FALSE(EventTarget().dispatch_event(event));  // prevented before, and it stays
}

TEST_CASE("EventTarget mode: target is known during the dispatch", "[events][node][codec]") {
  EventTarget target;
  EventTarget* found = nullptr;
  target.add_event_listener("a", [&](const Event& event) { found = event.target(); });
  Event event("a");
  CHECK(event.target() == nullptr);
  target.dispatch_event(event);
  CHECK(found == &target);
  CHECK(event.target() == nullptr);
}

TEST_CASE("EventTarget mode: an event under way is not dispatched again", "[events][node][codec]") {
  EventTarget target;
  std::string code;
  target.add_event_listener("a", [&](Event& event) {
    try {
      target.dispatch_event(event);
    } catch (const Error& error) {
      code = error.code();
    }
  });
  target.add_event_listener("a", g);
  CHECK(dispatched(target) == "g");
  CHECK(code == "ERR_EVENT_RECURSION");
}

TEST_CASE("EventTarget mode: an exception is reported, the others called",
          "[events][node][codec]") {
  EventTarget target;
  std::string reported;
  target.on_report([&](std::string_view type, std::exception_ptr error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& shown) {
      reported += std::string(type) + ": " + shown.what();
    }
  });
  target.add_event_listener("a", [] { throw std::runtime_error("boom"); });
  target.add_event_listener("a", g);
  CHECK(dispatched(target) == "g");
  CHECK(reported == "a: boom");
  target.on_report(
      [](std::string_view, std::exception_ptr error) { std::rethrow_exception(error); });
  Event event("a");
  CHECK_THROWS_WITH(target.dispatch_event(event), "boom");
  CHECK(heard == "g");
  CHECK(event.target() == nullptr);
}

TEST_CASE("EventTarget mode: a listener gets its class of events, or is skipped",
          "[events][node][codec]") {
  EventTarget target;
  std::string reported;
  target.on_report([&](std::string_view, std::exception_ptr error) {
    try {
      std::rethrow_exception(error);
    } catch (const MismatchError& mismatch) {
      reported = mismatch.event() + " " + mismatch.found();
    }
  });
  Keyboard keyboard;
  target.add_event_listener("a", keyboard);
  target.add_event_listener("a", [](const KeyEvent& event) { heard += event.key; });
  target.add_event_listener("a", f);
  heard.clear();
  target.dispatch_event(KeyEvent('k'));
  CHECK(heard == "kkf");
  CHECK(reported.empty());
  CHECK(dispatched(target) == "f");
  CHECK(reported == "a strata::events::Event");
}

TEST_CASE("EventTarget mode: destroyed in its own dispatch", "[events][node][codec]") {
  auto target = std::make_unique<EventTarget>();
  AbortController controller;
  const auto kept = std::make_shared<int>(0);
  EventTarget* seen = target.get();
  target->add_event_listener(
      "a",
      [&, kept](const Event& event) {
        target.reset();
        seen = event.target();
        heard += kept.use_count() == 3 ? '3' : '?';  // the running one is there, and the waiting
      },
      {.once = true, .signal = controller.signal()});
  target->add_event_listener("a", [kept] { heard += 'x'; });
  heard.clear();
  CHECK_FALSE([&] {
    Event event("a", true);
    event.prevent_default();
    return target->dispatch_event(event);
  }());
  CHECK(heard == "3");
  CHECK(seen == nullptr);
  CHECK(kept.use_count() == 1);
  controller.abort();
}

TEST_CASE("EventTarget mode: captures that come back, and that end the target",
          "[events][node][codec]") {
  auto target = std::make_shared<EventTarget>();
  struct AtEnd {
    explicit AtEnd(std::function<void()> f) : run(std::move(f)) {}
    AtEnd(const AtEnd&) = delete;
    ~AtEnd() { run(); }
    std::function<void()> run;
  };
  auto at_end = std::make_unique<AtEnd>([&] {
    target->add_event_listener("a", g);
    target->dispatch_event(Event("a"));
    target.reset();
  });
  AbortController controller;
  target->add_event_listener("a", [held = std::move(at_end)] { heard += '1'; },
                             {.signal = controller.signal()});
  CHECK(dispatched(*target) == "1");
  controller.abort();
  CHECK(heard == "1g");
  CHECK(target == nullptr);
}
