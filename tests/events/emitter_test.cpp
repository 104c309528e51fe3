// tests/events/emitter_test.cpp - Node's EventEmitter, a row of its behaviour each.
#include "events/event_emitter.h"

#include <sstream>

#include "tests/catch.h"

using namespace strata::events;

namespace {

std::string heard;  // what the functions below append to
void f() { heard += 'f'; }
void g() { heard += 'g'; }

std::string emitted(EventEmitter& emitter, std::string_view event) {
  heard.clear();
  emitter.emit(event);
  return heard;
}
auto says(std::string word) {
  return [word] { heard += word; };
}
std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += word + " ";
  return all;
}

}  // namespace

TEST_CASE("emit returns whether anyone heard", "[events][node][codec]") {
  EventEmitter emitter;
  CHECK_FALSE(emitter.emit("a"));
  emitter.on("a", f);
  CHECK(emitter.emit("a"));
  CHECK_FALSE(emitter.emit("b"));
  CHECK_FALSE(emitter.emit("a "));
  emitter.off("a", f);
  CHECK_FALSE(emitter.emit("a"));
}

TEST_CASE("chaining: off and the setters return the emitter, on the listener",
          "[events][node][codec]") {
  EventEmitter emitter;
  const Listener listener = emitter.on("a", f);
  emitter.on("a", g);
  CHECK(&emitter.off("a", g).set_max_listeners(3).remove_all_listeners("b") == &emitter);
  CHECK(emitter.listeners("a") == std::vector<Listener>{listener});
  CHECK(emitter.off(listener));
  CHECK_FALSE(emitter.off(listener));
}

TEST_CASE("duplicates: called twice, off removes the most recent", "[events][node][codec]") {
  EventEmitter emitter;
  emitter.on("a", f);
  emitter.on("a", g);
  emitter.on("a", f);
  CHECK(emitted(emitter, "a") == "fgf");
  emitter.off("a", f);
  CHECK(emitted(emitter, "a") == "fg");
  emitter.remove_listener("a", f);
  CHECK(emitted(emitter, "a") == "g");
  emitter.off("a", f);
  CHECK(emitted(emitter, "a") == "g");
}

TEST_CASE("a lambda is found again by its handle or as events::callback", "[events][codec]") {
  EventEmitter emitter;
  const auto twice = callback(says("t"));
  emitter.on("a", twice);
  const Listener other = emitter.add_listener("a", says("o"));
  emitter.once("a", twice);
  CHECK(emitter.listener_count("a", twice) == 2);
  CHECK(emitted(emitter, "a") == "tot");
  emitter.off("a", twice);
  CHECK(emitted(emitter, "a") == "o");
  CHECK(emitter.remove_listener(other));
  CHECK(emitted(emitter, "a").empty());
}

TEST_CASE("a handle does nothing on another emitter, nor after its time", "[events][codec]") {
  EventEmitter one, two;
  const Listener first = one.on("a", f);
  const Listener second = two.on("a", g);
  CHECK_FALSE(one.off(second));
  CHECK_FALSE(two.off(first));
  CHECK_FALSE(one.off(Listener()));
  CHECK(one.off(first));
  one.on("a", g);  // takes the first one's slot
  CHECK_FALSE(one.off(first));
  CHECK(one.listener_count("a") == 1);
}

TEST_CASE("snapshot add: a listener added during an emit waits for the next",
          "[events][node][codec]") {
  EventEmitter emitter;
  emitter.on("a", [&] {
    heard += 'f';
    emitter.on("a", g);
    emitter.prepend_listener("a", says("p"));
  });
  CHECK(emitted(emitter, "a") == "f");
  CHECK(emitted(emitter, "a") == "pfg");
}

TEST_CASE("snapshot remove: unlike in Node, one removed during an emit is not called any more",
          "[events][node][codec]") {
  EventEmitter emitter;
  Listener last;
  emitter.on("a", [&] { emitter.off(last); });
  emitter.on("a", f);
  last = emitter.on("a", g);
  CHECK(emitted(emitter, "a") == "f");
  CHECK(emitter.listener_count("a") == 2);
}

TEST_CASE("once reentrant: removed before its call, it runs once", "[events][node][codec]") {
  EventEmitter emitter;
  std::size_t count = 9;
  emitter.once("a", [&] {
    heard += '1';
    count = emitter.listener_count("a");
    emitter.emit("a");
  });
  emitter.on("a", f);
  CHECK(emitted(emitter, "a") == "1ff");
  CHECK(count == 1);
  CHECK(emitted(emitter, "a") == "f");
}

TEST_CASE("once unwrap: off finds the function of a once", "[events][node][codec]") {
  EventEmitter emitter;
  emitter.once("a", f);
  emitter.off("a", f);
  CHECK_FALSE(emitter.emit("a"));
}

TEST_CASE("raw: the handles of listeners know whether they are once", "[events][node][codec]") {
  EventEmitter emitter;
  const Listener always = emitter.on("a", f);
  const Listener once = emitter.once("a", g);
  CHECK(emitter.raw_listeners("a") == std::vector<Listener>{always, once});
  CHECK_FALSE(emitter.raw_listeners("a")[0].once());
  CHECK(emitter.raw_listeners("a")[1].once());
  CHECK(emitter.listeners("b").empty());
}

TEST_CASE("error special: nobody listening, the exception itself is thrown",
          "[events][node][codec]") {
  struct Lost : std::runtime_error {
    using runtime_error::runtime_error;
  };
  EventEmitter emitter;
  const auto unhandled = [&](const auto&... values) {
    try {
      emitter.emit("error", values...);
    } catch (const UnhandledError& error) {
      return error.code() + ": " + error.what();
    }
    return std::string("nothing");
  };
  CHECK_THROWS_AS(emitter.emit("error", Lost("the way")), Lost);
  CHECK_THROWS_WITH(emitter.emit("error", Lost("the way")), "the way");
  CHECK_THROWS_AS(emitter.emit("error", std::make_exception_ptr(Lost("kept"))), Lost);
  CHECK(unhandled() == "ERR_UNHANDLED_ERROR: Unhandled error. (undefined)");
  CHECK(unhandled("boom") == "ERR_UNHANDLED_ERROR: Unhandled error. ('boom')");
  CHECK(unhandled(42) == "ERR_UNHANDLED_ERROR: Unhandled error. (42)");
  CHECK(unhandled(2.5) == "ERR_UNHANDLED_ERROR: Unhandled error. (2.5)");
  CHECK(unhandled(std::vector<bool>()).find("std::vector<bool") != std::string::npos);

  std::string what;
  const Listener listener =
      emitter.on("error", [&](const std::exception& error) { what = error.what(); });
  CHECK(emitter.emit("error", Lost("heard")));
  CHECK(what == "heard");
  emitter.off(listener);
  CHECK_THROWS_AS(emitter.emit("error", Lost("again")), Lost);
}

TEST_CASE("error monitor: sees an error first, and it is still thrown", "[events][node][codec]") {
  EventEmitter emitter;
  emitter.on(error_monitor, [](int code) { heard += "m" + std::to_string(code); });
  heard.clear();
  CHECK_THROWS_AS(emitter.emit("error", 7), UnhandledError);
  CHECK(heard == "m7");
  emitter.on("error", f);
  heard.clear();
  CHECK(emitter.emit("error", 8));
  CHECK(heard == "m8f");
}

TEST_CASE("throw stops: an exception leaves emit, later listeners are skipped",
          "[events][node][codec]") {
  EventEmitter emitter;
  emitter.on("a", f);
  emitter.once("a", [] { throw std::runtime_error("no"); });
  emitter.on("a", g);
  heard.clear();
  CHECK_THROWS_WITH(emitter.emit("a"), "no");
  CHECK(heard == "f");
  CHECK(emitted(emitter, "a") == "fg");
}

TEST_CASE("meta add: newListener comes before the add", "[events][node][codec]") {
  EventEmitter emitter;
  Listener told;
  emitter.once(new_listener, [&](std::string_view event, Listener listener) {
    CHECK(event == "a");
    CHECK(emitter.listener_count("a") == 0);
    told = listener;
    emitter.on("a", says("B"));
  });
  const Listener added = emitter.once("a", says("A"));
  CHECK(told == added);
  CHECK(told.once());
  CHECK(emitted(emitter, "a") == "BA");
}

TEST_CASE("meta add: a hook may refuse the listener, or throw", "[events][node][codec]") {
  EventEmitter emitter;
  emitter.once("newListener", [&](std::string_view, Listener listener) { emitter.off(listener); });
  CHECK_FALSE(emitter.on("a", f));
  CHECK(emitter.listener_count("a") == 0);
  emitter.once(new_listener, [] { throw std::runtime_error("no room"); });
  CHECK_THROWS_WITH(emitter.on("a", f), "no room");
  CHECK(emitter.event_names().empty());
  CHECK(emitter.on("a", f));
}

TEST_CASE("meta remove: removeListener comes after the removal", "[events][node][codec]") {
  EventEmitter emitter;
  Listener told;
  std::size_t left = 9;
  emitter.on(remove_listener, [&](std::string_view event, Listener listener) {
    CHECK(event == "a");
    left = emitter.listener_count(event);
    told = listener;
    heard += 'r';
  });
  const Listener first = emitter.on("a", f);
  emitter.off(first);
  CHECK(told == first);
  CHECK(left == 0);
  const Listener second = emitter.once("a", f);
  CHECK(emitted(emitter, "a") == "rf");
  CHECK(told == second);
}

TEST_CASE("remove all: the most recent first, the hook of removals last", "[events][node][codec]") {
  EventEmitter emitter;
  std::vector<Listener> told;
  emitter.on("a", f);
  emitter.on(remove_listener, [&](std::string_view, Listener gone) { told.push_back(gone); });
  emitter.on("a", g);
  emitter.on("b", g);
  std::vector<Listener> expected = emitter.listeners("a");
  std::swap(expected[0], expected[1]);
  emitter.remove_all_listeners("a");
  CHECK(told == expected);

  const Listener late = emitter.on(remove_listener, f);
  expected = {emitter.listeners("b")[0], late};
  told.clear();
  emitter.remove_all_listeners();
  CHECK(told == expected);
  CHECK(emitter.event_names().empty());
}

TEST_CASE("names: in the order of insertion, empty ones vanish", "[events][node][codec]") {
  EventEmitter emitter;
  std::string expected;
  for (int i = 0; i < 100; ++i) {  // far beyond the first table
    emitter.on("event" + std::to_string(i), f);
    expected += "event" + std::to_string(i) + " ";
  }
  CHECK(joined(emitter.event_names()) == expected);
  for (int i = 3; i < 100; ++i) emitter.off("event" + std::to_string(i), f);
  emitter.off("event1", f);
  emitter.on("event1", g);
  CHECK(joined(emitter.event_names()) == "event0 event2 event1 ");
}

TEST_CASE("names of every length are told apart", "[events][codec]") {
  EventEmitter emitter;
  std::string name;
  for (int length = 0; length < 40; ++length, name += 'x') emitter.on(name, f);
  CHECK(emitter.event_names().size() == 40);
  name.clear();
  for (int length = 0; length < 40; ++length, name += 'x') CHECK(emitter.listener_count(name) == 1);
  CHECK(emitter.listener_count(name) == 0);
}

TEST_CASE("leak warning: once, at the listener that exceeds the limit", "[events][node][codec]") {
  EventEmitter emitter;
  std::vector<std::string> warnings;
  emitter.on_warning([&](std::string_view text) { warnings.emplace_back(text); });
  for (int i = 0; i < 10; ++i) emitter.on("a", f);
  CHECK(warnings.empty());
  emitter.on("a", f);
  emitter.on("a", f);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0] ==
        "Possible EventEmitter memory leak detected. 11 a listeners added to [EventEmitter]. "
        "MaxListeners is 10. Use emitter.setMaxListeners() to increase limit");

  CHECK(emitter.get_max_listeners() == 10);
  emitter.set_max_listeners(0);
  for (int i = 0; i < 50; ++i) emitter.on("b", f);
  CHECK(warnings.size() == 1);
  emitter.set_max_listeners(1).once("c", f);
  emitter.on("c", f);
  CHECK(warnings.size() == 2);
  try {
    emitter.set_max_listeners(-1);
    FAIL("-1 was taken");
  } catch (const Error& error) {
    CHECK(error.code() == "ERR_OUT_OF_RANGE");
  }
  CHECK(emitter.get_max_listeners() == 1);
}

TEST_CASE("count: of all listeners, or of one function", "[events][node][codec]") {
  EventEmitter emitter;
  CHECK(emitter.listener_count("a") == 0);
  emitter.on("a", f);
  emitter.on("a", g);
  emitter.once("a", f);
  CHECK(emitter.listener_count("a") == 3);
  CHECK(emitter.listener_count("a", f) == 2);
  CHECK(emitter.listener_count("b", f) == 0);
}

TEST_CASE("order: prepended ones come first, the latest of them at the head",
          "[events][node][codec]") {
  EventEmitter emitter;
  emitter.on("a", says("1"));
  emitter.prepend_listener("a", says("0"));
  emitter.prepend_once_listener("a", says("-1"));
  CHECK(emitted(emitter, "a") == "-101");
  CHECK(emitted(emitter, "a") == "01");
}

TEST_CASE("what is no function is refused", "[events][codec]") {
  EventEmitter emitter;
  void (*nobody)() = nullptr;
  CHECK_THROWS_AS(emitter.on("a", nobody), Error);
  CHECK_THROWS_AS(emitter.on("a", std::function<void(int)>()), Error);
  CHECK(emitter.listener_count("a") == 0);
}
