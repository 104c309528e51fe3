// tests/support/turn_until.h - the kernel's loop, turned by a test that has both ends in its
// thread.
#pragma once
#include "net/event_loop.h"

namespace strata::test {

// Turns `loop` until `done`; false: many seconds were not enough, or the loop failed. What `done`
// looks at need not wake the loop: so no turn waits long, and the first do not wait at all.
template <class Done>
bool turn_until(net::EventLoop& loop, const Done& done) {
  for (int turns = 0; turns < 20'000; ++turns) {
    if (done()) return true;
    if (loop.poll_once(turns < 50 ? net::Duration(0) : net::Duration(1ms))) return false;
  }
  return false;
}

}  // namespace strata::test
