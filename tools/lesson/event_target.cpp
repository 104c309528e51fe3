// tools/lesson/event_target.cpp - the browser's addEventListener('keyup', ...), beside emit().
//
// Type lines: each is a key. Watch: the emitter hands out values, and is done. The event target
// hands one Event from listener to listener, and they answer through it: a default that follows
// may be prevented, the listeners behind may be skipped.
#include <cstdio>
#include <iostream>
#include <string>

#include "events/event_emitter.h"
#include "events/event_target.h"

using namespace strata;

namespace {

struct KeyEvent : events::Event {
  explicit KeyEvent(std::string pressed) : Event("keyup", true), key(std::move(pressed)) {}
  const std::string key;
};

void show(const std::string& key) { std::printf("  emitter: %s\n", key.c_str()); }
void show_event(KeyEvent& event) { std::printf("  target:  %s\n", event.key.c_str()); }

// What addEventListener('keyup', {handleEvent(event) {...}}) is given.
struct Counter {
  void handle_event() { ++keys; }
  int keys = 0;
};

}  // namespace

int main() {
  events::EventEmitter emitter;
  emitter.on("keyup", show);
  emitter.on("keyup", show);  // called twice

  Counter counter;  // before the target: it is kept by reference
  events::EventTarget window;
  events::AbortController greeting;
  window.add_event_listener("keyup", counter);
  window.add_event_listener("keyup", show_event);
  window.add_event_listener("keyup", show_event);  // ignored
  window.add_event_listener("keyup", [] { std::puts("  target:  that was the first"); },
                            {.once = true});
  window.add_event_listener("keyup", [] { std::puts("  target:  Escape stops this"); },
                            {.signal = greeting.signal()});
  window.add_event_listener("keyup", [&](KeyEvent& event) {
    if (event.key == "Escape") greeting.abort();
    if (event.key == "Tab") event.prevent_default();
    if (event.key == "Enter") event.stop_immediate_propagation();
  });
  window.add_event_listener("keyup", [] { std::puts("  target:  the last, but for Enter"); });

  for (std::string key; std::getline(std::cin, key);) {
    std::printf("%s\n", key.c_str());
    emitter.emit("keyup", key);
    const bool go_on = window.dispatch_event(KeyEvent(key));
    std::printf("  %s\n", go_on ? "default: the key does what it does" : "default: prevented");
  }
  std::printf("%d keys\n", counter.keys);
}
