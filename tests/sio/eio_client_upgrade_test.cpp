// tests/sio/eio_client_upgrade_test.cpp - the way from polling to a WebSocket, with a server
// that the test plays.
#include "tests/catch.h"
#include "tests/sio/eio_client_rig.h"

using namespace strata;
using namespace strata::test;
using eio::Transport;

namespace {

// Opened over polling: peer 0 holds the poll, peer 1 is the candidate, not answered yet.
struct UpgradeRig : ScriptRig {
  explicit UpgradeRig(eio::ClientOptions options = both()) : ScriptRig(std::move(options)) {
    opened("[\"websocket\"]");
    REQUIRE(take() == "open|");
    REQUIRE(server.peers.size() == 2);
    REQUIRE(peer(1).got.starts_with("GET /engine.io/?EIO=4&transport=websocket&sid=abc HTTP/1.1"));
    peer(0).take();
  }
  void probed() {
    accept(1);
    REQUIRE(frames(peer(1)) == Frames{"t:2probe"});
    say(server_frame("3probe"), 1);
    REQUIRE(take() == "upgrading|");
  }
};

}  // namespace

TEST_CASE("C2: the upgrade, frame by frame", "[sio][eio-client][eio4-upgrade]") {
  UpgradeRig rig;
  rig.probed();
  CHECK(rig.client().upgrading());
  CHECK(rig.client().transport() == Transport::polling);
  CHECK(rig.client().send("waits"));
  rig.loop.settle();
  CHECK(rig.peer(0).got.empty());
  CHECK(frames(rig.peer(1)).empty());
  rig.answer(
      "4last\x1e"
      "6");
  CHECK(rig.take() == "text:last|upgrade|");
  CHECK(frames(rig.peer(1)) == Frames{"t:5", "t:4waits"});
  CHECK(rig.client().transport() == Transport::websocket);
  CHECK_FALSE(rig.client().upgrading());
  CHECK((rig.peer(0).fin || rig.peer(0).gone));  // no poll any more
  rig.say(server_frame("4hello"), 1);
  CHECK(rig.take() == "text:hello|");
}

TEST_CASE("C12: fields of one transport stand in place of those of both",
          "[sio][eio-client][eio4-client]") {
  const auto has = [](const Served& peer, std::string_view field) {
    return peer.got.find("\r\n" + std::string(field) + "\r\n") != std::string::npos;
  };
  eio::ClientOptions options = both();
  options.extra_headers = {{"X-A", "of both"}, {"X-B", "b"}};
  options.transport_options[Transport::websocket].extra_headers = {{"X-A", "of one"}};
  UpgradeRig rig(std::move(options));
  CHECK((has(rig.peer(1), "X-A: of one") && !has(rig.peer(1), "X-B: b")));
  rig.client().send("posted");
  rig.loop.settle();
  CHECK((has(rig.peer(2), "X-A: of both") && has(rig.peer(2), "X-B: b")));
}

TEST_CASE("C2: the upgrade waits for a POST, and a ping meanwhile is answered over the WebSocket",
          "[sio][eio-client][eio4-upgrade]") {
  UpgradeRig rig;
  rig.client().send("posted");
  rig.loop.settle();
  CHECK(rig.body(2) == "4posted");
  rig.probed();
  rig.answer("2");
  CHECK(rig.take() == "ping|");
  CHECK(frames(rig.peer(1)).empty());
  rig.answer("ok", 2);
  CHECK(rig.take() == "upgrade|");
  CHECK(frames(rig.peer(1)) == Frames{"t:5", "t:3"});
}

TEST_CASE("C2: an upgrade that fails leaves the session with polling",
          "[sio][eio-client][eio4-upgrade]") {
  UpgradeRig rig;
  std::string why;
  SECTION("refused") {
    rig.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", 1);
    why = "status 400";
  }
  SECTION("cut before the 101") {
    rig.peer(1).reset();
    why = "lost";
  }
  SECTION("never accepted") {
    rig.loop.advance(10s);
    why = "in time";
  }
  SECTION("never answered") {
    rig.accept(1);
    rig.loop.advance(10s);
    why = "no answer in time";
  }
  SECTION("answered wrongly") {
    rig.accept(1);
    rig.say(server_frame("3wrong"), 1);
    why = "did not answer the probe";
  }
  SECTION("closed instead of an answer") {
    rig.accept(1);
    rig.say(server_frame("\x03\xe9no", 8), 1);
    rig.peer(1).finish();
    why = "no";
  }
  SECTION("cut behind the answer") {
    rig.accept(1);
    rig.say(server_frame("3probe"), 1);
    CHECK(rig.side.take() == "upgrading|");
    rig.peer(1).reset();
    rig.loop.settle();
  }
  const std::string log = rig.take();
  INFO(log);
  CHECK(log.starts_with("upgrade_error:probe error:"));
  CHECK(log.find(why) != std::string::npos);
  CHECK(log.find('|') == log.size() - 1);
  CHECK((rig.peer(1).fin || rig.peer(1).gone));
  CHECK(rig.client().state() == eio::Client::State::open);
  CHECK_FALSE(rig.client().upgrading());
  rig.client().send("on");
  rig.loop.settle();
  rig.answer("4still here");
  CHECK(rig.take() == "text:still here|");
  CHECK(rig.body(2) == "4on");
  CHECK(rig.peer(0).take().starts_with("GET /engine.io/?EIO=4&transport=polling&sid=abc"));
}

TEST_CASE("C9: close() during an upgrade waits for it", "[sio][eio-client][eio4-close]") {
  UpgradeRig rig;
  rig.probed();
  rig.client().send("before");
  rig.client().close();
  CHECK_FALSE(rig.client().send("behind"));
  CHECK(rig.take().empty());
  CHECK(rig.client().state() == eio::Client::State::closing);
  SECTION("that comes") {
    rig.answer("6");
    CHECK(rig.take() == "upgrade|close:forced close|");
    CHECK(frames(rig.peer(1)) == Frames{"t:5", "t:4before", "c:-"});
  }
  SECTION("that fails") {
    rig.peer(1).reset();
    CHECK(rig.take().starts_with("upgrade_error:probe error:"));
    CHECK(rig.body(2) == "4before");
    rig.answer("ok", 2);
    CHECK(rig.body(2) == "1");
    rig.answer("ok", 2);
    CHECK(rig.take() == "close:forced close|");
  }
  SECTION("that never ends") {
    rig.loop.advance(10s);
    CHECK(rig.take() == "upgrade_error:probe error:no answer in time|");
    rig.loop.advance(20s);
    CHECK(rig.take() == "close:forced close|");
  }
}

TEST_CASE("C3: the next transport is tried where the first cannot open",
          "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = both();
  options.transports = {Transport::websocket, Transport::polling};
  options.upgrade = false;
  const std::string open = R"(0{"sid":"b","pingInterval":1000,"pingTimeout":1000})";
  SECTION("where that is wanted") {
    options.try_all_transports = true;
    ScriptRig rig(std::move(options));
    rig.client().send("early");
    rig.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    CHECK(rig.take().empty());
    CHECK(rig.peer(1).got.starts_with("GET /engine.io/?EIO=4&transport=polling HTTP"));
    rig.answer(open, 1);
    CHECK(rig.take() == "open|");
    CHECK(rig.client().transport() == Transport::polling);
    CHECK(rig.body(2) == "4early");
  }
  SECTION("and the error of the last is told where none can") {
    options.try_all_transports = true;
    ScriptRig rig(std::move(options));
    rig.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    rig.answer("no", 1, "403 Forbidden");
    CHECK(rig.take() == "error:xhr poll error|");
    CHECK(rig.side.last.status == 403);
    CHECK(rig.client().open());  // and from the first again
    rig.loop.settle();
    CHECK(rig.peer(2).got.starts_with("GET /engine.io/?EIO=4&transport=websocket HTTP"));
  }
  SECTION("by default not") {
    ScriptRig rig(std::move(options));
    rig.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    CHECK(rig.take() == "error:websocket error|");
    CHECK(rig.server.peers.size() == 1);
  }
  SECTION("not behind the open packet") {
    options.try_all_transports = true;
    ScriptRig rig(std::move(options));
    rig.accept(0, server_frame(open));
    rig.peer(0).reset();
    CHECK(rig.take() == "open|close:transport close|");
    CHECK(rig.server.peers.size() == 1);
  }
  SECTION("not when the time to open is over") {
    options.try_all_transports = true;
    options.connect_timeout = 60s;
    ScriptRig rig(std::move(options));
    rig.loop.advance(30s);
    CHECK(rig.take() == "error:websocket error|");
    CHECK(rig.server.peers.size() == 1);
  }
}

TEST_CASE("C4: a session begins with a WebSocket where the last one came to it",
          "[sio][eio-client][eio4-client]") {
  const bool remember = GENERATE(true, false);
  eio::ClientOptions options;
  options.remember_upgrade = remember;
  EchoRig rig(std::move(options));
  rig.client().open();
  REQUIRE(rig.take() == "open|upgrading|upgrade|");
  rig.client().close();
  rig.take();
  rig.client().open();
  CHECK(rig.take() == (remember ? "open|" : "open|upgrading|upgrade|"));
  CHECK(rig.client().transport() == Transport::websocket);
}

TEST_CASE("C4: a WebSocket that fails is forgotten", "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = both();
  options.remember_upgrade = true;
  UpgradeRig rig(std::move(options));
  rig.probed();
  rig.answer("6");
  rig.say(server_frame("9"), 1);
  CHECK(rig.take() == "upgrade|error:server error|close:transport error|");
  rig.client().open();
  rig.loop.settle();
  CHECK(rig.peer(2).got.starts_with("GET /engine.io/?EIO=4&transport=polling HTTP"));
}

TEST_CASE("C8: messages are compressed from the threshold on, and not where compress is false",
          "[sio][eio-client][rfc7692-5]") {
  eio::Options server;
  server.per_message_deflate.emplace();
  eio::ClientOptions options = websocket_only();
  options.per_message_deflate.emplace();
  options.per_message_deflate->threshold = 100;
  EchoRig rig(std::move(options), std::move(server));
  rig.client().open();
  REQUIRE(rig.take() == "open|");
  const auto cost = [&rig](std::size_t bytes, bool compress) {
    const std::size_t before = rig.client().queued();
    REQUIRE(rig.client().send(std::string(bytes, 'x'), {.compress = compress}));
    const std::size_t after = rig.client().queued();
    rig.loop.settle();
    return after - before;
  };
  CHECK(cost(98, true) > 98);
  CHECK(cost(5000, true) < 100);
  CHECK(cost(5000, false) > 5000);
  CHECK(cost(5000, true) < 100);
  const std::string x40 = "text:" + std::string(40, 'x') + "|";
  CHECK(rig.take() == x40 + x40 + x40 + x40);
}
