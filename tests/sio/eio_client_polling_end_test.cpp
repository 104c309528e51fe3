// tests/sio/eio_client_polling_end_test.cpp - how sessions over polling end, with a server that the
// test plays.
#include "tests/catch.h"
#include "tests/sio/eio_client_rig.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("C9: close() posts 1 behind what waits, and is told when that is answered",
          "[sio][eio-client][eio4-close]") {
  ScriptRig rig(polling_only());
  rig.opened();
  rig.take();
  rig.client().send("x");
  rig.client().close();
  CHECK_FALSE(rig.client().send("y"));
  rig.loop.settle();
  CHECK(rig.body(1) == "4x");
  rig.answer("ok", 1);
  CHECK(rig.body(1) == "1");
  CHECK(rig.take().empty());
  SECTION("by its POST") { rig.answer("ok", 1); }
  SECTION("by its POST, behind the poll") {
    rig.answer("6");
    rig.answer("ok", 1);
  }
  SECTION("by an error") { rig.answer("", 1, "400 Bad Request"); }
  SECTION("not at all") { rig.loop.advance(30s); }
  CHECK(rig.take() == "close:forced close|");
  CHECK(rig.client().state() == eio::Client::State::closed);
  rig.loop.advance(60s);
  CHECK(rig.take().empty());
  for (const auto& each : rig.server.peers) CHECK((each->fin || each->gone));
}

TEST_CASE("C9: close() before it is open closes at once, and nothing is told",
          "[sio][eio-client][eio4-close]") {
  ScriptRig rig(polling_only());
  rig.client().close();
  CHECK(rig.client().state() == eio::Client::State::closed);
  rig.loop.settle();
  CHECK((rig.peer().fin || rig.peer().gone));
  rig.loop.advance(60s);
  CHECK(rig.take().empty());
  CHECK(rig.client().open());
  rig.loop.settle();
  rig.answer(R"(0{"sid":"b","pingInterval":1000,"pingTimeout":1000})", 1);
  CHECK(rig.take() == "open|");
}

TEST_CASE("C9: while one session is leaving, the next one opens", "[sio][eio-client][eio4-close]") {
  ScriptRig rig(polling_only());
  rig.opened();
  rig.client().send("last words");
  rig.client().close();
  CHECK(rig.client().open());
  CHECK(rig.client().state() == eio::Client::State::opening);
  rig.loop.settle();
  rig.take();
  // peers: the old poll, and in some order the old POST and the new handshake
  REQUIRE(rig.server.peers.size() == 3);
  const std::size_t post = rig.peer(1).got.starts_with("POST") ? 1 : 2;
  CHECK(rig.body(post) == "4last words");
  rig.answer(R"(0{"sid":"new","pingInterval":1000,"pingTimeout":1000})", 3 - post);
  CHECK(rig.take() == "open|");
  CHECK(rig.client().opening().sid == "new");
  rig.answer("ok", post);
  CHECK(rig.body(post) == "1");
  rig.answer("ok", post);
  CHECK(rig.take().empty());  // nobody is told of the old one
  CHECK((rig.peer(0).fin || rig.peer(0).gone));
}

TEST_CASE("C10: a server that closes is told of as transport close",
          "[sio][eio-client][eio4-close]") {
  ScriptRig rig(polling_only());
  rig.opened();
  rig.answer(
      "4a\x1e"
      "1\x1e"
      "4b");
  CHECK(rig.take() == "open|text:a|close:transport close|");
  CHECK(rig.side.last.message == "transport closed by the server");
}

TEST_CASE("C10: fail() ends with the reason of the layer above, and the server hears of it",
          "[sio][eio-client][eio4-close]") {
  ScriptRig rig(polling_only());
  rig.side.then = [&rig](const std::string& what) {
    if (what == "text:bad") rig.client().fail("parse error", "no Socket.IO packet");
  };
  rig.opened();
  rig.answer(
      "4bad\x1e"
      "4more");
  CHECK(rig.take() == "open|text:bad|close:parse error|");
  CHECK(rig.side.last.context == "no Socket.IO packet");
  rig.loop.settle();
  CHECK(rig.body(rig.server.peers.size() - 1) == "1");
}

TEST_CASE("C2: every callback of a session, in order", "[sio][eio-client][eio4-client]") {
  ScriptRig rig(polling_only());
  rig.client().close();
  rig.side.watches = true;
  rig.side.client = std::make_unique<eio::Client>(rig.loop, rig.side.logged(polling_only()));
  rig.client().open();
  rig.loop.settle();
  rig.answer(R"(0{"sid":"b","pingInterval":1000,"pingTimeout":1000})", 1);
  CHECK(rig.take() == "<0{\"sid\":\"b|open|");
  rig.client().send("x");
  CHECK(rig.take() == ">4x|flush|");
  rig.answer("ok", 2);
  CHECK(rig.take() == "drain|");
  rig.answer(
      "2\x1e"
      "4y",
      1);
  CHECK(rig.take() == "<2|>3|ping|<4y|text:y|flush|");
}

TEST_CASE("C9: of sessions that nobody lets leave, four are kept",
          "[sio][eio-client][hostile][eio4-close]") {
  ScriptRig rig(polling_only());
  std::size_t handshake = 0;
  for (int round = 0; round < 10; ++round) {
    while (!rig.peer(handshake).got.starts_with("GET /engine.io/?EIO=4&transport=polling HTTP")) {
      ++handshake;
    }
    rig.answer(R"(0{"sid":"b","pingInterval":99000,"pingTimeout":1000})", handshake);
    REQUIRE(rig.take() == "open|");
    rig.client().send("x");
    rig.client().close();
    REQUIRE(rig.client().open());
    rig.loop.settle();
  }
  std::size_t alive = 0;
  for (const auto& each : rig.server.peers) alive += each->fin || each->gone ? 0 : 1;
  CHECK(alive == 4 * 2 + 1);  // a poll and a POST of each, and the new handshake
  CHECK(rig.take().empty());
}
