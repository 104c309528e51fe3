// tests/sio/eio_drain_test.cpp - an HTTP server that drains, with Engine.IO sessions on it.
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/sio/eio_rig.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("a server that drains ends its sessions and waits for their WebSockets",
          "[sio][eio][eio4-close]") {
  Rig rig;
  RawClient client = rig.client();
  CHECK(client.upgrade(direct).status == 101);
  client.frames();
  RawClient poller = rig.client();
  const std::string sid = rig.open_polling();
  poller.send_get(rig.poll(sid));
  bool done = false;
  rig.app.drain([&] { done = true; });
  rig.loop.settle();
  CHECK(rig.engine->clients_count() == 0);
  CHECK(rig.echo.reasons == std::vector<std::string>(2, "server shutting down"));
  CHECK(poller.answer().body == "1");  // the poll that was held says so
  const auto frames = client.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].starts_with("c:1001"));
  CHECK_FALSE(done);  // its Close is owed
  client.message(std::string("\x03\xE9", 2), 8);
  client.peer().fin();
  poller.peer().fin();
  rig.loop.settle();
  CHECK(done);
}

TEST_CASE("a server that drains ends sessions that have polled only", "[sio][eio][eio4-close]") {
  Rig rig;
  RawClient poller = rig.client();
  const std::string sid = rig.open_polling();
  poller.send_get(rig.poll(sid));
  bool done = false;
  rig.app.drain([&] { done = true; });
  rig.loop.settle();
  CHECK(rig.echo.reasons == std::vector<std::string>{"server shutting down"});
  CHECK(poller.answer().body == "1");
  CHECK(poller.finished());
  poller.peer().fin();
  rig.loop.settle();
  CHECK(done);
}

TEST_CASE("a client that does not answer our Close keeps a drain until drain_timeout at most",
          "[sio][eio][eio4-close]") {
  http::ServerOptions options;
  options.drain_timeout = 2s;
  Rig rig({}, options);
  RawClient client = rig.client();
  CHECK(client.upgrade(direct).status == 101);
  bool done = false;
  rig.app.drain([&] { done = true; });
  rig.loop.advance(1s);
  CHECK_FALSE(done);
  rig.loop.advance(2s);
  CHECK(done);
  CHECK(client.peer().was_reset());
}

TEST_CASE("a server that drains takes no further session", "[sio][eio][eio4-close]") {
  Rig rig;
  RawClient client = rig.client();
  CHECK(client.upgrade(direct).status == 101);
  RawClient late = rig.client();
  late.send("GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n");
  rig.app.drain([] {});
  late.send("\r\n");
  rig.loop.settle();
  CHECK(rig.engine->clients_count() == 0);
}
