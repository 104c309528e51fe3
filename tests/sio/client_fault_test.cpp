// tests/sio/client_fault_test.cpp - a Manager in a process that runs out of memory at any one
// allocation.
#include "http/server.h"
#include "net/event_loop.h"
#include "sio/manager.h"
#include "tests/catch.h"
#include "tests/support/allocations.h"
#include "tests/support/faults.h"

using namespace strata;
using namespace strata::test;

namespace {

constexpr int turns_max = 2000;

// Turns of the loop until `done`; `armed`: their allocations count.
template <class Done>
bool turn(net::EventLoop& loop, bool armed, const Done& done) {
  for (int i = 0; i < turns_max && !done(); ++i) {
    if (armed) {
      const Armed counted;
      loop.poll_once(10ms);
    } else {
      loop.poll_once(10ms);
    }
  }
  return done();
}

sio::ManagerOptions quick() {
  sio::ManagerOptions options;
  options.reconnection_delay = options.reconnection_delay_max = 1ms;
  options.timeout = 100ms;
  return options;
}

std::string url_of(const net::Address& address) {
  return "http://127.0.0.1:" + std::to_string(address.port());
}

}  // namespace

TEST_CASE("where nobody listens, any allocation may fail: the attempts go on",
          "[sio][client][L3][faults]") {
  net::EventLoop loop;
  net::Address nobody;
  {
    http::Server gone(loop);
    REQUIRE_FALSE(gone.listen(net::Address::loopback(0)));
    nobody = gone.address();
  }
  std::size_t nth = 1;
  for (bool reached = true; reached; ++nth) {
    INFO("allocation " << nth);
    sio::Manager manager(loop, url_of(nobody), quick());
    int attempts = 0;
    manager.on("reconnect_attempt", [&] { ++attempts; });
    manager.socket();
    {
      const FailedAllocation fault(nth);
      turn(loop, true, [&] { return attempts >= 2 || fault.happened(); });
      reached = fault.happened();
    }
    const int before = attempts;
    REQUIRE(turn(loop, false, [&] { return attempts > before + 1; }));
    REQUIRE(nth < 20'000);
  }
  CHECK(nth > 20);
}
