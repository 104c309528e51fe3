// tools/bench/bench.h - what the micro benchmarks share: rounds, medians, and a count of
// allocations. Each program of tools/bench includes it once, in its only source file.
//
//   STRATA_COUNT_ALLOCATIONS()                   // at file scope, once a program
//   bench::measure("head, 78 bytes", 78, [&] { parse(); });
//
// One line a case: nanoseconds of CPU a call (median of the rounds, best and worst of them behind
// it), GB/s where bytes are given, allocations a call after warm-up.
#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <vector>

namespace bench {

// Calls of operator new since the program began; stays 0 without STRATA_COUNT_ALLOCATIONS().
inline std::atomic<std::uint64_t> allocations{0};

inline void* counted_new(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(bytes != 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
inline void* counted_new(std::size_t bytes, std::align_val_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto align = static_cast<std::size_t>(alignment);
  if (void* const memory = std::aligned_alloc(align, (bytes + align - 1) / align * align))
    return memory;
  throw std::bad_alloc();
}

// Replacing these may not be inline, so the program that wants the count defines them.
#define STRATA_COUNT_ALLOCATIONS()                                                             \
  void* operator new(std::size_t n) { return bench::counted_new(n); }                          \
  void* operator new[](std::size_t n) { return bench::counted_new(n); }                        \
  void* operator new(std::size_t n, std::align_val_t a) { return bench::counted_new(n, a); }   \
  void* operator new[](std::size_t n, std::align_val_t a) { return bench::counted_new(n, a); } \
  void operator delete(void* p) noexcept { std::free(p); }                                     \
  void operator delete[](void* p) noexcept { std::free(p); }                                   \
  void operator delete(void* p, std::size_t) noexcept { std::free(p); }                        \
  void operator delete[](void* p, std::size_t) noexcept { std::free(p); }                      \
  void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }                   \
  void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }                 \
  void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }      \
  void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }    \
  static_assert(true, "takes the semicolon")

// The optimiser has to assume that `value` is looked at, and that all memory changed.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

// Of this thread, so that others on the machine count less.
inline std::chrono::nanoseconds cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

struct Figures {
  double nanoseconds = 0;  // a call, median of the rounds
  double best = 0;
  double worst = 0;
  double allocations = 0;  // a call
};

// Runs `fn` until a round takes 20 ms, and nine rounds of that. Prints nothing.
template <class F>
Figures time(F&& fn) {
  constexpr auto round_time = std::chrono::milliseconds(20);
  constexpr std::size_t rounds = 9;
  const auto run = [&fn](std::uint64_t calls) {
    const auto begin = cpu_time();
    for (std::uint64_t i = 0; i < calls; ++i) fn();
    return cpu_time() - begin;
  };
  std::uint64_t calls = 1;  // the search for it is the warm-up
  while (run(calls) < round_time) calls *= 2;
  std::vector<double> times;
  times.reserve(rounds);
  const std::uint64_t before = allocations.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < rounds; ++i) {
    const std::chrono::duration<double, std::nano> took = run(calls);
    times.push_back(took.count() / static_cast<double>(calls));
  }
  const std::uint64_t after = allocations.load(std::memory_order_relaxed);
  std::sort(times.begin(), times.end());
  return {times[rounds / 2], times.front(), times.back(),
          static_cast<double>(after - before) / static_cast<double>(calls * rounds)};
}

// Measures a call of `fn`, which handles `bytes` bytes (0: no rate), and prints its line.
template <class F>
Figures measure(const char* name, std::size_t bytes, F&& fn) {
  const Figures figures = time(fn);
  char rate[32] = "";
  if (bytes != 0)
    std::snprintf(rate, sizeof rate, "%.2f GB/s", static_cast<double>(bytes) / figures.nanoseconds);
  std::printf("%-44s %9.1f ns (%.1f to %.1f) %12s %7.2f allocations\n", name, figures.nanoseconds,
              figures.best, figures.worst, rate, figures.allocations);
  std::fflush(stdout);
  return figures;
}
template <class F>
Figures measure(const char* name, F&& fn) {
  return measure(name, 0, fn);
}

}  // namespace bench
