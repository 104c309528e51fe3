// tests/net/timer_queue_test.cpp - deadlines in order, on no clock.
#include "net/timer_queue.h"

#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

#include "tests/catch.h"

using namespace strata::net;

namespace {
struct Counted : TimerEntry {
  Counted() : TimerEntry([](TimerEntry& e) { static_cast<Counted&>(e).on_fire(); }) {}
  void on_fire() {
    ++fired;
    if (then) then();
  }
  int fired = 0;
  std::function<void()> then;
};
}  // namespace

TEST_CASE("an entry fires once, at its deadline and not before", "[net][codec]") {
  TimerQueue queue;
  Counted entry;
  queue.arm(entry, TimePoint(10ms));
  CHECK(queue.next() == TimePoint(10ms));
  CHECK(queue.fire_due(TimePoint(9ms)) == 0);
  CHECK(queue.fire_due(TimePoint(10ms)) == 1);
  CHECK(queue.fire_due(TimePoint(20ms)) == 0);
  CHECK(entry.fired == 1);
  CHECK(queue.empty());
  CHECK_FALSE(queue.next());
}

TEST_CASE("a deadline moved later fires at the later time only, moved earlier at once",
          "[net][codec]") {
  TimerQueue queue;
  Counted entry;
  queue.arm(entry, TimePoint(10ms));
  queue.arm(entry, TimePoint(30ms));
  CHECK(queue.next() == TimePoint(10ms));  // never too late, and corrected when it comes up
  CHECK(queue.fire_due(TimePoint(10ms)) == 0);
  CHECK(queue.next() == TimePoint(30ms));
  queue.arm(entry, TimePoint(20ms));
  CHECK(queue.next() == TimePoint(20ms));
  CHECK(queue.fire_due(TimePoint(20ms)) == 1);
}

TEST_CASE("entries that are late together still fire in the order of their deadlines",
          "[net][codec]") {
  TimerQueue queue;
  Counted moved, soon;
  std::vector<int> order;
  moved.then = [&] { order.push_back(10); };
  soon.then = [&] { order.push_back(5); };
  queue.arm(moved, TimePoint(1ms));
  queue.arm(soon, TimePoint(5ms));
  queue.arm(moved, TimePoint(10ms));
  CHECK(queue.fire_due(TimePoint(20ms)) == 2);
  CHECK(order == std::vector<int>{5, 10});
}

TEST_CASE("an entry armed by a callback waits for the next call, even for the past",
          "[net][codec]") {
  TimerQueue queue;
  Counted first, second, late;
  first.then = [&] {
    queue.arm(first, TimePoint(1ms));
    queue.arm(late, TimePoint(0ms));
  };
  queue.arm(first, TimePoint(5ms));
  queue.arm(second, TimePoint(6ms));
  CHECK(queue.fire_due(TimePoint(10ms)) == 2);
  CHECK(first.fired == 1);
  CHECK(second.fired == 1);
  CHECK(late.fired == 0);
  first.then = nullptr;
  CHECK(queue.fire_due(TimePoint(10ms)) == 2);
  CHECK(late.fired == 1);
}

TEST_CASE("a callback may disarm, re-arm or destroy an entry that is due with it", "[net][codec]") {
  TimerQueue queue;
  Counted first, disarmed, rearmed;
  auto destroyed = std::make_unique<Counted>();
  first.then = [&] {
    queue.disarm(disarmed);
    queue.arm(rearmed, TimePoint(50ms));
    queue.disarm(*destroyed);
    destroyed.reset();
  };
  queue.arm(first, TimePoint(1ms));
  queue.arm(disarmed, TimePoint(2ms));
  queue.arm(rearmed, TimePoint(3ms));
  queue.arm(*destroyed, TimePoint(4ms));
  CHECK(queue.fire_due(TimePoint(10ms)) == 1);
  CHECK(disarmed.fired == 0);
  CHECK(rearmed.fired == 0);
  CHECK(queue.fire_due(TimePoint(50ms)) == 1);
  CHECK(rearmed.fired == 1);
}

TEST_CASE("a callback that throws does not take the others' turn", "[net][codec]") {
  TimerQueue queue;
  Counted first, second;
  first.then = [] { throw std::runtime_error("first"); };
  queue.arm(first, TimePoint(1ms));
  queue.arm(second, TimePoint(2ms));
  CHECK_THROWS(queue.fire_due(TimePoint(10ms)));
  CHECK(queue.next() <= TimePoint(10ms));
  CHECK(queue.fire_due(TimePoint(10ms)) == 1);
  CHECK(second.fired == 1);
}

TEST_CASE("entries fire in order, whatever was armed, moved and disarmed before", "[net][codec]") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  TimerQueue queue;
  std::vector<std::unique_ptr<Counted>> entries;
  std::vector<int> wanted(200, -1);  // deadline in ms, -1: not armed
  std::vector<int> order;
  for (int i = 0; i < 200; ++i) {
    entries.push_back(std::make_unique<Counted>());
    entries.back()->then = [&order, &wanted, i] {
      order.push_back(wanted[static_cast<std::size_t>(i)]);
    };
  }
  for (int step = 0; step < 5000; ++step) {
    const std::size_t i = random() % entries.size();
    if (random() % 4 == 0) {
      queue.disarm(*entries[i]);
      wanted[i] = -1;
    } else {
      wanted[i] = static_cast<int>(random() % 1000);
      queue.arm(*entries[i], TimePoint(std::chrono::milliseconds(wanted[i])));
    }
  }
  std::size_t armed = 0;
  for (const int at : wanted) armed += at >= 0;
  std::size_t fired = 0;
  for (int now = 0; now <= 1000; ++now) {
    const std::size_t before = order.size();
    fired += queue.fire_due(TimePoint(std::chrono::milliseconds(now)));
    for (std::size_t k = before; k < order.size(); ++k)
      if (order[k] != now) FAIL("due at " << order[k] << ", fired at " << now);
  }
  CHECK(fired == armed);
  CHECK(queue.empty());
}
