// Destroyed in the middle of everything: nothing is called any more, and nothing is touched.
#include "tests/catch.h"
#include "tests/sio/client_rig.h"

using namespace strata;
using namespace strata::sio;
using test::ClientRig;

namespace {

// A session that has every callback in it. Destroys the manager in the `nth` of them; answers how
// many were called.
int destroyed_in(int nth) {
  ClientRig rig({.retries = 0, .limits = {.buffer = {.max_packets = 2}}});
  int calls = 0;
  const auto called = [&] {
    REQUIRE(rig.manager != nullptr);  // nothing fires afterwards
    if (++calls == nth) rig.manager.reset();
  };
  rig.notes.then = [&](const std::string&) { called(); };
  const auto alive = [&] { return rig.manager != nullptr; };
  Manager& manager = *rig.manager;
  ClientSocket& socket = rig.socket();
  ClientSocket& foo = rig.socket("/foo");
  socket.auth = [&] {
    called();
    return Json{{"a", 1}};
  };
  manager.on("packet", called);
  for (int twice = 0; twice < 2; ++twice) {
    socket.on("x", [&](int) { called(); });
    socket.on_any([&](std::string_view, const Args&) { called(); });
    socket.on_any_outgoing([&](std::string_view, const Args&) { called(); });
    socket.on("throws", [&] {
      called();
      throw std::runtime_error("thrown");
    });
  }
  socket.on("ask", [&](Ack ack) {
    ack(1);
    called();
  });
  const auto answer = [&](std::error_code) { called(); };
  for (int i = 0; alive() && i < 3; ++i) foo.emit("waits", answer);
  if (alive()) socket.timeout(1ms).emit("late", answer);
  if (alive()) rig.loop.advance(1ms);
  if (!alive()) return calls;
  socket.emit("waits", answer);
  rig.loop.settle();
  rig.open();
  if (!alive()) return calls;
  rig.say("2[\"x\",0]");  // before CONNECT
  rig.say("0{\"sid\":\"S1\",\"pid\":\"P\"}");
  rig.let_in("/foo");
  rig.frame("2");
  rig.say("2[\"x\",1,\"offset\"]");
  rig.say("2[\"throws\"]");
  rig.say("27[\"ask\"]");
  rig.say("31[]");
  if (!alive()) return calls;
  socket.emit("lost", answer);
  if (!alive()) return calls;
  socket.emit("lost", answer);
  if (!alive()) return calls;
  rig.lose();
  rig.loop.advance(1s);
  if (!alive()) return calls;
  rig.open();
  rig.say("4{\"message\":\"no\"}");
  rig.say("9");
  if (!alive()) return calls;
  rig.server.listener.reset();
  rig.loop.advance(10s);
  if (alive()) socket.connect();
  if (alive()) manager.open([&](const Failure*) { called(); });
  if (alive()) socket.disconnect();
  if (alive()) foo.disconnect();
  if (alive()) manager.open([&](const Failure*) { called(); });
  rig.loop.advance(60s);
  rig.manager.reset();
  return calls;
}

}  // namespace

TEST_CASE("a manager may be destroyed inside every callback of it and of its sockets",
          "[sio][client][L2][L13]") {
  const int all = destroyed_in(0);
  CHECK(all > 50);
  for (int nth = 1; nth <= all; ++nth) {
    INFO(nth);
    CHECK(destroyed_in(nth) == nth);
  }
}

TEST_CASE("destroyed, it closes TCP at once and its timers are gone", "[sio][client][L2]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  bool called = false;
  socket.timeout(1s).emit("a", [&](std::error_code) { called = true; });
  rig.manager.reset();
  rig.loop.settle();
  CHECK((rig.peer().fin || rig.peer().gone));
  rig.loop.advance(1h);
  CHECK_FALSE(called);
  CHECK(rig.connections() == 1);
}

TEST_CASE("who leaves as the end is told to others hears of it too, once", "[sio][client][L13]") {
  ClientRig rig;
  ClientSocket& first = rig.connected();
  ClientSocket& second = rig.socket("/foo");
  rig.let_in("/foo");
  rig.heard();
  std::error_code lost;
  second.emit("ask", [&](std::error_code why) { lost = why; });
  SECTION("in a handler of another socket") {
    first.on("disconnect", [&] { second.disconnect(); });
    rig.lose();
    CHECK(rig.heard() ==
          "close:transport close disconnect:transport close /foo.disconnect:io client disconnect");
  }
  SECTION("in a handler of the manager") {
    rig.manager->prepend("close", [&] {
      second.disconnect();
      second.disconnect();
      first.disconnect();
    });
    rig.lose();
    CHECK(rig.heard() ==
          "/foo.disconnect:io client disconnect disconnect:io client disconnect "
          "close:transport close");
    rig.loop.advance(1h);
    CHECK(rig.connections() == 1);
  }
  CHECK_FALSE(second.active());
  CHECK(lost == socket_disconnected());
}

TEST_CASE("destroyed as it is told that auth is no object, it sends nothing", "[sio][client][L5]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket();
  SECTION("destroyed") {
    socket.on("error", [&] { rig.manager.reset(); });
  }
  SECTION("left") {
    socket.on("error", [&] { socket.disconnect(); });
  }
  socket.auth = Json(5);
  rig.open();
  CHECK(rig.said() != "0");
  rig.loop.advance(1h);
  CHECK(rig.connections() == 1);
}

TEST_CASE("what its handlers hold is freed with it", "[sio][client][L2]") {
  const auto held = std::make_shared<int>(1);
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  socket.on("x", [held] {});
  socket.emit("y", [held](int) {});
  rig.manager->on("open", [held] {});
  rig.manager->open([held](const Failure*) {});
  CHECK(held.use_count() > 3);
  rig.manager.reset();
  CHECK(held.use_count() == 1);
}
