// tests/events/random_programs.h - random programs that run twice, on the model and on what it is
// the model of: what each did is compared step by step.
//
//   SEED=n build/tests/events "a million*"      the same programs again
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/catch.h"

struct Thrown {};
using Fire = std::function<void(int)>;

// `World` says what a step does: act(), and what of its state is compared: end_step().
template <class World>
class Program {
 public:
  explicit Program(unsigned seed) : random_(seed) {}

  void run() {
    World& world = static_cast<World&>(*this);
    for (int i = 0; i < 60; ++i) {
      calls_left_ = 60;
      note(-1), note(i);
      world.begin_step();
      act();
      world.end_step();
    }
  }
  const std::vector<int>& log() const { return log_; }
  std::uint64_t steps() const { return steps_; }
  std::uint64_t calls() const { return calls_; }

  void note(int what) { log_.push_back(what); }
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  int new_id() { return ++last_id_; }
  int any_id() { return 1 + pick(last_id_ + 1); }

  // What a listener does: every other time, one step more.
  void fired(int id) {
    ++calls_;
    note(-2), note(id);
    if (--calls_left_ < 0 || depth_ == 4 || pick(2) == 0) return;
    struct Deeper {
      int& depth;
      explicit Deeper(int& d) : depth(++d) {}
      ~Deeper() { --depth; }
    } const deeper(depth_);
    ++steps_;
    static_cast<World&>(*this).act();
  }

 private:
  void act() {
    ++steps_;
    try {
      static_cast<World&>(*this).act();
    } catch (const Thrown&) {
      note(-3);
    }
  }

  std::minstd_rand random_;
  std::vector<int> log_;
  std::uint64_t steps_ = 0;
  std::uint64_t calls_ = 0;
  int last_id_ = 0;
  int depth_ = 0;
  int calls_left_ = 0;
};

// Runs programs until they have done `steps` steps; how many listeners were called. The seed is
// printed where they differ.
template <class Expected, class Got>
std::uint64_t run_beside(std::uint64_t steps) {
  const char* given = std::getenv("SEED");
  unsigned seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                                   : std::random_device()();
  std::printf("SEED=%u %s\n", seed, Catch::getResultCapture().getCurrentTestName().c_str());
  std::fflush(stdout);
  std::uint64_t calls = 0;
  for (std::uint64_t done = 0; done < steps; ++seed) {
    Expected expected(seed);
    Got got(seed);
    expected.run();
    got.run();
    if (got.log() != expected.log()) {
      INFO("SEED=" << seed);
      REQUIRE(got.log() == expected.log());
    }
    done += got.steps();
    calls += got.calls();
  }
  return calls;
}
