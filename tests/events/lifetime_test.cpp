// tests/events/lifetime_test.cpp - emitters and listeners that end in the middle of things, and
// what an emit() costs.
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>

#include "events/event_emitter.h"
#include "events/event_target.h"
#include "tests/catch.h"
#include "tests/events/allocations.h"

using namespace strata::events;

std::size_t allocations = 0;     // see allocations.h
static std::size_t failing = 0;  // the so many-th from now on fails; 0: none

void* operator new(std::size_t size) {
  ++allocations;
  if (failing != 0 && --failing == 0) throw std::bad_alloc();
  if (void* at = std::malloc(size)) return at;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace {
struct Counted {
  explicit Counted(int& alive) : alive_(&alive) { ++*alive_; }
  Counted(const Counted& other) : alive_(other.alive_) { ++*alive_; }
  ~Counted() { --*alive_; }
  Counted& operator=(const Counted&) = delete;
  int* alive_;
};
}  // namespace

TEST_CASE("an emitter may be destroyed inside its own emit", "[events][codec]") {
  auto emitter = std::make_unique<EventEmitter>();
  int alive = 0;
  std::string heard;
  emitter->on("a", [&, counted = Counted(alive)] {
    heard += '1';
    emitter.reset();
    heard += std::to_string(alive);  // the running one is kept, and its captures
  });
  emitter->on("a", [&, counted = Counted(alive)] { heard += 'x'; });
  CHECK(emitter->emit("a"));
  CHECK(heard == "12");
  CHECK(alive == 0);
}

TEST_CASE("an emitter may be destroyed in a nested emit of another event", "[events][codec]") {
  auto emitter = std::make_unique<EventEmitter>();
  int alive = 0;
  int calls = 0;
  emitter->on("outer", [&, counted = Counted(alive)] {
    emitter->emit("inner");
    ++calls;
  });
  emitter->on("inner", [&, counted = Counted(alive)] { emitter.reset(); });
  emitter->on("outer", [&, counted = Counted(alive)] { calls += 100; });
  emitter->emit("outer");
  CHECK(calls == 1);
  CHECK(alive == 0);
}

TEST_CASE("an emitter may be destroyed by each of its hooks", "[events][codec]") {
  for (const std::string_view hook : {new_listener, remove_listener, error_monitor}) {
    auto emitter = std::make_unique<EventEmitter>();
    int alive = 0;
    int calls = 0;
    emitter->once("a", [&, counted = Counted(alive)] { ++calls; });
    emitter->on(hook, [&, counted = Counted(alive)] { emitter.reset(); });
    EventEmitter& self = *emitter;
    if (hook == new_listener) CHECK_FALSE(self.on("b", [] {}));
    if (hook == remove_listener) self.emit("a");
    if (hook == error_monitor) CHECK_FALSE(self.emit("error", 1));
    CHECK(emitter == nullptr);
    CHECK(calls == 0);
    CHECK(alive == 0);
  }
}

TEST_CASE("a listener that removes itself finishes with its captures", "[events][codec]") {
  EventEmitter emitter;
  int alive = 0;
  Listener self;
  self = emitter.on("a", [&, counted = Counted(alive)] {
    emitter.off(self);
    CHECK(alive == 1);
  });
  emitter.emit("a");
  CHECK(alive == 0);
}

TEST_CASE("captures that use the emitter while they die do no harm", "[events][codec]") {
  int alive = 0;
  auto emitter = std::make_unique<EventEmitter>();
  EventEmitter& self = *emitter;
  struct Last {
    EventEmitter* emitter;
    ~Last() {
      if (emitter == nullptr) return;
      emitter->emit("a");
      emitter->emit("b");
      emitter->remove_all_listeners();
    }
    explicit Last(EventEmitter& e) : emitter(&e) {}
    Last(Last&& other) noexcept : emitter(std::exchange(other.emitter, nullptr)) {}
  };
  self.on("a", [counted = Counted(alive), last = Last(self)] {});
  self.on("b", [counted = Counted(alive), last = Last(self)] {});
  const Listener third = self.on("a", [counted = Counted(alive), last = Last(self)] {});
  SECTION("off") { self.off(third); }
  SECTION("remove_all_listeners") { self.remove_all_listeners("a"); }
  SECTION("inside an emit") {
    self.prepend_once_listener("b", [&] { self.remove_all_listeners(); });
    self.emit("b");
  }
  SECTION("destruction") {}
  emitter.reset();
  CHECK(alive == 0);
}

TEST_CASE("an exception leaves the emitter as usable as before", "[events][codec]") {
  int alive = 0;
  {
    EventEmitter emitter;
    emitter.once("a", [counted = Counted(alive)] { throw std::runtime_error("no"); });
    CHECK_THROWS(emitter.emit("a"));
    CHECK(alive == 0);
    CHECK(emitter.event_names().empty());
    emitter.on("a", [counted = Counted(alive)] {});
    CHECK(emitter.emit("a"));
  }
  CHECK(alive == 0);
}

TEST_CASE("a scoped listener removes itself, whoever dies first", "[events][codec]") {
  int calls = 0;
  auto emitter = std::make_unique<EventEmitter>();
  {
    const ScopedListener guard(*emitter, emitter->on("a", [&] { ++calls; }));
    emitter->emit("a");
  }
  emitter->emit("a");
  CHECK(calls == 1);
  ScopedListener late(*emitter, emitter->on("a", [&] { ++calls; }));
  ScopedListener moved = std::move(late);
  emitter.reset();
}

TEST_CASE("an emitter moves, its handles go with it", "[events][codec]") {
  EventEmitter one;
  const Listener listener = one.on("a", [] {});
  EventEmitter two = std::move(one);
  CHECK(two.emit("a"));
  EventEmitter three;
  three.on("b", [] {});
  three = std::move(two);
  CHECK(three.listener_count("b") == 0);
  CHECK(three.off(listener));
}

TEST_CASE("an unused emitter is one pointer, and emit allocates nothing", "[events][codec]") {
  STATIC_REQUIRE(sizeof(EventEmitter) == sizeof(void*));
  std::size_t before = allocations;
  {
    EventEmitter unused;
    unused.emit("a", 1);
    unused.remove_all_listeners();
  }
  CHECK(allocations == before);

  struct Base {};
  struct Derived : Base {};
  EventEmitter emitter;
  std::size_t bytes = 0;
  emitter.on("a", [&](std::string_view text, double number) {
    bytes += text.size() + static_cast<std::size_t>(number);
  });
  emitter.on("a", [&](const std::string& text) { bytes += text.size(); });
  emitter.on("b", [&](const Base&) { ++bytes; });
  emitter.once("b", [&] { ++bytes; });
  const std::string long_text(100, 'x');
  before = allocations;
  for (int i = 0; i < 10; ++i) {
    emitter.emit("a", long_text, i);
    emitter.emit("b", Derived());
    emitter.emit("nobody", 1);
  }
  CHECK(allocations == before);
  CHECK(bytes == 10 * 100 * 2 + 45 + 11);
}

TEST_CASE("an unused controller is one pointer, and a signal on the way costs emit nothing",
          "[events][codec]") {
  STATIC_REQUIRE(sizeof(AbortController) == sizeof(void*));
  STATIC_REQUIRE(sizeof(AbortSignal) == sizeof(void*));
  std::size_t before = allocations;
  {
    AbortController unused;
    const AbortController moved = std::move(unused);
    const AbortSignal none;
    const AbortSignal copy = none;
    CHECK_FALSE((moved.aborted() || copy.aborted() || none.on_abort([] {})));
  }
  CHECK(allocations == before);

  const AbortController controller;
  EventEmitter emitter;
  emitter.on("a", [] {}, {.signal = controller.signal()});
  before = allocations;
  const AbortSignal again = controller.signal();
  CHECK(emitter.emit("a"));
  CHECK(allocations == before);
}

TEST_CASE("whichever allocation fails, a listener with a signal is whole or not there",
          "[events][codec]") {
  int alive = 0;
  std::size_t failed = 0;
  for (bool whole = false; !whole;) {
    AbortController controller;
    EventEmitter emitter;
    bool added = false;
    failing = ++failed;
    try {
      emitter.on("a", [counted = Counted(alive)] {}, {.signal = controller.signal()});
      added = true;
      controller.abort();
      whole = true;
    } catch (const std::bad_alloc&) {
    }
    failing = 0;
    CHECK(alive == (added && !whole ? 1 : 0));
    CHECK(emitter.listener_count("a") == static_cast<std::size_t>(alive));
    controller.abort();
    CHECK(alive == 0);
  }
  CHECK(failed > 6);
}

TEST_CASE("listeners that come and go leave no memory behind", "[events][codec]") {
  EventEmitter emitter;
  emitter.once("outer", [&] {  // also while another event is being emitted
    for (int i = 0; i < 1000; ++i) {
      const std::string name = "event" + std::to_string(i);
      const Listener listener = emitter.on(name, [] {});
      emitter.off(listener);
      CHECK(emitter.event_names().empty());
    }
  });
  emitter.emit("outer");
  CHECK(emitter.event_names().empty());
}

TEST_CASE("whichever allocation fails, nothing is lost and nothing half done", "[events][codec]") {
  int alive = 0;
  std::size_t failed = 0;
  for (bool whole = false; !whole;) {
    EventEmitter emitter;
    std::size_t added = 0;
    failing = ++failed;
    try {
      for (int i = 0; i < 20; ++i) {  // enough for the tables to grow
        emitter.on("a long name of an event, number " + std::to_string(i),
                   [counted = Counted(alive)] {});
        ++added;
      }
      whole = true;
    } catch (const std::bad_alloc&) {
    }
    failing = 0;
    CHECK(alive == static_cast<int>(added));
    CHECK(emitter.event_names().size() == added);
    CHECK(emitter.on("a", [] {}));
    emitter.remove_all_listeners();
    CHECK(alive == 0);
  }
  CHECK(failed > 60);
}

TEST_CASE("EventTarget mode: a dispatch allocates nothing", "[events][codec]") {
  EventTarget target;
  int calls = 0;
  target.add_event_listener("keyup", [&] { ++calls; });
  target.add_event_listener("keyup", [&](Event& event) { event.prevent_default(); });
  Event event("keyup", true);
  const std::size_t before = allocations;
  const bool not_prevented = target.dispatch_event(event);
  const std::size_t made = allocations - before;
  CHECK_FALSE(not_prevented);
  CHECK(made == 0);
  CHECK(calls == 1);
}
