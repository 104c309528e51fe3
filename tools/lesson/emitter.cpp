// tools/lesson/emitter.cpp - on, once, emit, off: the idea that the upper layers are made of.
//
// Watch: emit() is a plain call. The listeners run now, in the order in which they came, and when
// emit() returns they all have run. There is no queue and no other thread.
#include <cstdio>
#include <string>

#include "events/event_emitter.h"
#include "events/on.h"

using namespace strata;

namespace {

void greet(const std::string& name) { std::printf("  greet: hello, %s\n", name.c_str()); }

// Runs inside the emit() that it waits for: see in which order the lines come.
events::Task<> walk(events::EventEmitter& emitter) {
  const auto [first] = co_await events::once<std::string>(emitter, "leash");
  std::printf("  walk:  with %s\n", first.c_str());
  auto barks = events::on<std::string>(emitter, "bark", {.close = {"home"}});
  while (const auto bark = co_await barks.next())
    std::printf("  walk:  %s\n", std::get<0>(*bark).c_str());
  std::puts("  walk:  home again");
}

}  // namespace

int main() {
  events::EventEmitter emitter;

  std::puts("on: every time");
  emitter.on("new_dog", greet);
  const events::Listener counting = emitter.on("new_dog", [count = 0](std::string_view) mutable {
    std::printf("  count: dog number %d\n", ++count);
  });
  emitter.emit("new_dog", "spot");
  emitter.emit("new_dog", "rex");

  std::puts("once: the next time only; prepend: before the others");
  emitter.prepend_once_listener("new_dog", [](std::string_view name, int age) {
    std::printf("  once:  %.*s is %d\n", static_cast<int>(name.size()), name.data(), age);
  });
  emitter.emit("new_dog", "fido", 3);
  emitter.emit("new_dog", "bella", 4);

  std::puts("off: by the handle that on returned, or by the function");
  emitter.off(counting);
  emitter.emit("new_dog", "luna");
  emitter.off("new_dog", greet);
  const bool heard = emitter.emit("new_dog", "max");
  std::printf("  emit returned %s: nobody is listening\n", heard ? "true" : "false");

  std::puts("error: the one name that must be listened to");
  try {
    emitter.emit("error", std::runtime_error("the dog ran away"));
  } catch (const std::exception& error) {
    std::printf("  thrown: %s\n", error.what());
  }
  emitter.on("error",
             [](const std::exception& error) { std::printf("  heard: %s\n", error.what()); });
  emitter.emit("error", std::runtime_error("the dog ran away"));

  std::puts("types: what does not fit a listener is an error, never a wrong call");
  emitter.on("age", [](int years) { std::printf("  age: %d years\n", years); });
  emitter.emit("age", 3.0);
  emitter.emit("age", 3.5);
  emitter.emit("age", "three");

  std::puts("co_await: the next event, then all of them until one that ends it");
  const events::Task<> walking = walk(emitter);
  emitter.emit("leash", "spot");
  emitter.emit("bark", "woof");
  emitter.emit("bark", "woof, woof");
  std::printf("  main:  the walk is %s\n", walking.done() ? "over" : "going on");
  emitter.emit("home");
  std::printf("  main:  the walk is %s\n", walking.done() ? "over" : "going on");
}
