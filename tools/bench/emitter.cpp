// tools/bench/emitter.cpp - what it costs to emit, beside a plain std::function call.
#include <functional>
#include <string>

#include "events/event_emitter.h"
#include "tools/bench/bench.h"

using strata::events::EventEmitter;

STRATA_COUNT_ALLOCATIONS();

int main() {
  long sum = 0;
  const auto listener = [&sum](int n) { sum += n; };

  const std::function<void(int)> function = listener;
  bench::measure("std::function, one int", [&] {
    function(1);
    bench::keep(sum);
  });

  EventEmitter one;
  one.on("message", listener);
  bench::measure("emit, nobody listens", [&] { bench::keep(one.emit("nothing", 1)); });
  bench::measure("emit, one listener, one int", [&] { bench::keep(one.emit("message", 1)); });
  bench::measure("emit, one listener, double to int",
                 [&] { bench::keep(one.emit("message", 1.0)); });

  EventEmitter text;
  text.on("message", [&sum](std::string_view t, int n) { sum += static_cast<long>(t.size()) + n; });
  bench::measure("emit, one listener, text and int",
                 [&] { bench::keep(text.emit("message", "hello", 1)); });

  EventEmitter ten;
  for (int i = 0; i < 10; ++i) ten.on("message", listener);
  bench::measure("emit, ten listeners, one int", [&] { bench::keep(ten.emit("message", 1)); });

  EventEmitter many;
  for (int i = 0; i < 1000; ++i) many.on("message" + std::to_string(i), listener);
  bench::measure("emit, one listener, 1000 names",
                 [&] { bench::keep(many.emit("message500", 1)); });

  struct Animal {};
  struct Dog : Animal {};
  EventEmitter base;
  base.on("new_dog", [&sum](const Animal&) { ++sum; });
  const Dog dog;
  bench::measure("emit, one listener, derived to base",
                 [&] { bench::keep(base.emit("new_dog", dog)); });

  EventEmitter changing;
  bench::measure("once and emit", [&] {
    changing.once("message", listener);
    bench::keep(changing.emit("message", 1));
  });
}
