// tests/net/timer_queue_test.cpp
#include "net/timer_queue.h"

#include "tests/catch.h"

using namespace strata::net;

namespace {
struct Counted : TimerEntry {
  Counted() : TimerEntry([](TimerEntry& e) { ++static_cast<Counted&>(e).fired; }) {}
  int fired = 0;
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
}
