// tests/net/happy_eyeballs_test.cpp - the race of rfc8305 on a clock of the test's own.
#include "net/happy_eyeballs.h"

#include <string>

#include "tests/catch.h"

using namespace strata;
using namespace strata::net;

TEST_CASE("families alternate, beginning with the first's", "[net][codec][rfc8305-4]") {
  struct Row {
    std::vector<int> families;
    std::vector<std::size_t> order;
  };
  const Row rows[] = {
      {{}, {}},
      {{6}, {0}},
      {{6, 6, 6}, {0, 1, 2}},
      {{6, 6, 6, 4, 4}, {0, 3, 1, 4, 2}},
      {{4, 4, 6}, {0, 2, 1}},
      {{4, 6, 6, 6}, {0, 1, 2, 3}},
      {{1, 6, 4, 1}, {0, 1, 3, 2}},  // a third family goes with the second: none is lost
  };
  for (const Row& row : rows) CHECK(interleave(row.families) == row.order);
}

namespace {
// Runs a race whose attempts never answer, and writes down when each began.
std::string starts(HappyEyeballs race, TimePoint begin) {
  std::string seen;
  TimePoint now = begin;
  for (int steps = 0; steps < 100; ++steps) {
    while (const auto at = race.next(now))
      seen += std::to_string(*at) + "@" + std::to_string((now - begin) / 1ms) + " ";
    if (race.over(now)) return seen + "over@" + std::to_string((now - begin) / 1ms);
    now = race.deadline();
  }
  return seen + "no end";
}
}  // namespace

TEST_CASE("an attempt that does not answer gets company", "[net][codec][rfc8305-5]") {
  const TimePoint t{1h};
  const auto race = [&](std::size_t addresses, Duration timeout) {
    return starts(HappyEyeballs(addresses, 250ms, timeout, t), t);
  };
  CHECK(race(0, 20s) == "over@0");
  CHECK(race(1, 20s) == "0@0 over@20000");
  CHECK(race(3, 20s) == "0@0 1@250 2@500 over@20000");
  // Little time is shared, so that the last address has its turn, too.
  CHECK(race(4, 400ms) == "0@0 1@100 2@200 3@300 over@400");
  CHECK(race(2, 0ms) == "over@0");
}

TEST_CASE("a failure starts the next attempt at once", "[net][codec][rfc8305-5]") {
  const TimePoint t{1h};
  HappyEyeballs race(3, 250ms, 20s, t);
  CHECK(race.next(t) == 0u);
  CHECK_FALSE(race.next(t + 10ms));
  race.failed();
  CHECK(race.deadline() <= t + 10ms);
  CHECK(race.next(t + 10ms) == 1u);
  CHECK_FALSE(race.next(t + 10ms));
  CHECK(race.deadline() == t + 260ms);
  CHECK(race.next(t + 260ms) == 2u);
  race.failed();
  CHECK_FALSE(race.over(t + 260ms));  // one is still under way
  race.failed();
  CHECK(race.over(t + 260ms));
}
