// tools/bench/emitter.cpp - what it costs to emit and to dispatch, beside a plain std::function
// call, and beside Boost.Signals2 where that is installed. Budget: one listener in 15 ns, without
// allocation.
#include <cstdio>
#include <functional>
#include <string>

#include "events/event_target.h"
#include "events/on.h"
#include "tools/bench/bench.h"

#if __has_include(<boost/signals2.hpp>)
#include <boost/signals2.hpp>
#define HAS_SIGNALS2 1
#else
#define HAS_SIGNALS2 0
#endif

using namespace strata;

STRATA_COUNT_ALLOCATIONS();

namespace {

long sum = 0;
double function_ns = 0;  // a call of std::function, the measure of the others

template <class F>
void beside(const char* name, F&& fn) {
  const bench::Figures figures = bench::time(fn);
  if (function_ns <= 0) function_ns = figures.nanoseconds;
  std::printf("%-36s %8.1f ns (%.1f to %.1f) %8.1f x std::function %6.2f allocations\n", name,
              figures.nanoseconds, figures.best, figures.worst, figures.nanoseconds / function_ns,
              figures.allocations);
  std::fflush(stdout);
}

struct Animal {};
struct Dog : Animal {};

void emitters() {
  const auto listener = [](int n) { sum += n; };
  events::EventEmitter one, text, ten, many, base, changing;
  one.on("message", listener);
  beside("emit, nobody listens", [&] { bench::keep(one.emit("nothing", 1)); });
  beside("emit, one listener", [&] { bench::keep(one.emit("message", 1)); });
  beside("emit, double to int", [&] { bench::keep(one.emit("message", 1.0)); });
  text.on("message", [](std::string_view t, int n) { sum += static_cast<long>(t.size()) + n; });
  beside("emit, text and int", [&] { bench::keep(text.emit("message", "hello", 1)); });
  for (int i = 0; i < 10; ++i) ten.on("message", listener);
  beside("emit, ten listeners", [&] { bench::keep(ten.emit("message", 1)); });
  for (int i = 0; i < 1000; ++i) many.on("message" + std::to_string(i), listener);
  beside("emit, one of 1000 names", [&] { bench::keep(many.emit("message500", 1)); });
  base.on("new_dog", [](const Animal&) { ++sum; });
  beside("emit, derived to base", [&] { bench::keep(base.emit("new_dog", Dog())); });
  beside("once and emit", [&] {
    changing.once("message", listener);
    bench::keep(changing.emit("message", 1));
  });

  events::TypedEmitter<Dog> typed;
  typed.on<Dog>([](const Dog&) { ++sum; });
  beside("typed emit, one listener", [&] { bench::keep(typed.emit(Dog())); });
}

void awaits() {
  events::EventEmitter emitter;
  const events::Task<> once_each = [](events::EventEmitter& from) -> events::Task<> {
    for (;;) sum += std::get<0>(co_await events::once<int>(from, "message"));
  }(emitter);
  beside("emit, awaited by once", [&] { bench::keep(emitter.emit("message", 1)); });
  const events::Task<> all = [](events::EventEmitter& from) -> events::Task<> {
    auto range = events::on<int>(from, "number");
    while (auto next = co_await range.next()) sum += std::get<0>(*next);
  }(emitter);
  beside("emit, awaited in a range", [&] { bench::keep(emitter.emit("number", 1)); });
}

void targets() {
  events::EventTarget target;
  target.add_event_listener("message", [](events::Event&) { ++sum; });
  events::Event event("message"), other("nothing");
  beside("dispatch, nobody listens", [&] { bench::keep(target.dispatch_event(other)); });
  beside("dispatch, one listener", [&] { bench::keep(target.dispatch_event(event)); });
  for (int i = 0; i < 9; ++i) target.add_event_listener("message", [] { ++sum; });
  beside("dispatch, ten listeners", [&] { bench::keep(target.dispatch_event(event)); });
}

void signals2() {
#if HAS_SIGNALS2
  const auto listener = [](int n) { sum += n; };
  boost::signals2::signal<void(int)> one, ten;
  one.connect(listener);
  beside("Boost.Signals2, one slot", [&] { one(1); });
  for (int i = 0; i < 10; ++i) ten.connect(listener);
  beside("Boost.Signals2, ten slots", [&] { ten(1); });
#else
  std::puts("Boost.Signals2: skipped, there is no <boost/signals2.hpp> here");
#endif
}

}  // namespace

int main() {
  const std::function<void(int)> function = [](int n) { sum += n; };
  beside("std::function, one call", [&] {
    function(1);
    bench::keep(sum);
  });
  emitters();
  targets();
  awaits();
  signals2();
}
