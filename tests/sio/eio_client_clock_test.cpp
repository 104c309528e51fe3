// tests/sio/eio_client_clock_test.cpp - the deadline of a session whose machine slept.
#include "tests/catch.h"
#include "tests/sio/eio_client_rig.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("C11: a session whose time passed while the machine slept is known to be dead",
          "[sio][eio-client][eio4-heartbeat]") {
  net::Duration wall = 1000s;
  eio::ClientOptions options;
  options.wall_clock = [&wall] { return wall; };
  EchoRig rig(std::move(options));
  CHECK_FALSE(rig.client().ping_overdue());
  rig.client().open();
  rig.take();
  wall += 45s;
  CHECK_FALSE(rig.client().ping_overdue());
  wall += 1ns;
  CHECK(rig.client().ping_overdue());
  CHECK(rig.side.log.empty());
  CHECK_FALSE(rig.client().send("to nobody"));
  CHECK(rig.take() == "close:ping timeout|");
  CHECK_FALSE(rig.client().ping_overdue());
}

TEST_CASE("C11: each ping puts it off", "[sio][eio-client][eio4-heartbeat]") {
  net::Duration wall = 1000s;
  eio::ClientOptions options;
  options.wall_clock = [&wall] { return wall; };
  EchoRig rig(std::move(options));
  rig.client().open();
  rig.take();
  for (int i = 0; i < 5; ++i) {
    wall += 25s;
    rig.loop.advance(25s);
    CHECK(rig.take() == "ping|");
    CHECK_FALSE(rig.client().ping_overdue());
  }
}

TEST_CASE("C11: without a clock of its own it reads the machine's",
          "[sio][eio-client][eio4-heartbeat]") {
  EchoRig rig;
  rig.client().open();
  rig.take();
  CHECK_FALSE(rig.client().ping_overdue());
  CHECK(rig.client().send("x"));
}
