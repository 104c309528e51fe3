// tests/sio/eio_apart_test.cpp - a message that goes apart: over a WebSocket what would leave in
// one piece with it leaves 5 ms later: a client that listens for one message at a time hears both.
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"

using namespace strata;
using namespace strata::test;

static const sio::eio::SendOptions apart{.apart = true};

namespace {
struct OnWebSocket : Rig {
  explicit OnWebSocket(sio::eio::Options options = {}, const std::string& more = "")
      : Rig(std::move(options)), peer(client()) {
    peer.upgrade("EIO=4&transport=websocket" + more);
    peer.frames();
  }
  sio::eio::Socket& socket() { return *echo.sockets[0]; }
  RawClient peer;
};
}  // namespace

TEST_CASE("what would leave with a message that goes apart leaves later, in its order",
          "[sio][eio]") {
  OnWebSocket rig;
  sio::eio::SharedMessage text = sio::eio::SharedMessage::text("shared");
  sio::eio::SharedMessage octets = sio::eio::SharedMessage::binary(net::as_bytes("\x03\x04"));
  std::string in_place(sio::eio::room_in_front, ' ');
  in_place += "in place";
  CHECK(rig.socket().send_text("before"));
  CHECK(rig.socket().send_text("first", apart));
  CHECK(rig.socket().send_text("text"));
  CHECK(rig.socket().send_text_in_place(in_place));
  CHECK(rig.socket().send_binary(net::as_bytes("\x01\x1E\x02")));
  CHECK(rig.socket().send(text));
  CHECK(rig.socket().send(octets));
  CHECK(rig.peer.frames() == Texts{"t:4before", "t:4first"});
  CHECK_FALSE(rig.socket().writable());
  CHECK(rig.socket().buffered_bytes() > 0);
  rig.peer.message("4echo");
  rig.loop.advance(4ms);
  CHECK(rig.peer.frames().empty());
  rig.loop.advance(1ms);
  CHECK(rig.peer.frames() ==
        Texts{"t:4text", "t:4in place", "b:\x01\x1E\x02", "t:4shared", "b:\x03\x04", "t:4echo"});
  CHECK(rig.socket().writable());
  rig.peer.message("4at once");
  CHECK(rig.peer.frames() == Texts{"t:4at once"});
}

TEST_CASE("how long is an option, zero: not at all", "[sio][eio]") {
  sio::eio::Options options;
  options.apart_pause = net::Duration::zero();
  OnWebSocket rig(options);
  rig.socket().send_text("first", apart);
  rig.socket().send_text("second");
  CHECK(rig.peer.frames() == Texts{"t:4first", "t:4second"});
}

TEST_CASE("a message that left alone delays nothing", "[sio][eio]") {
  OnWebSocket rig;
  rig.socket().send_text("first", apart);
  CHECK_FALSE(rig.socket().writable());
  rig.loop.settle();
  CHECK(rig.socket().writable());
  rig.peer.message("4hi");
  CHECK(rig.peer.frames() == Texts{"t:4first", "t:4hi"});
}

TEST_CASE("a client that takes no octets gets them as text behind a pause", "[sio][eio]") {
  OnWebSocket rig({}, "&b64=1");
  rig.socket().send_text("first", apart);
  rig.socket().send_binary(net::as_bytes("\x01\x02\x03"));
  CHECK(rig.peer.frames() == Texts{"t:4first"});
  rig.loop.advance(5ms);
  CHECK(rig.peer.frames() == Texts{"t:bAQID"});
}

TEST_CASE("a pause ends early", "[sio][eio]") {
  sio::eio::Options options;
  options.high_water = 1000;
  OnWebSocket rig(options);
  rig.socket().send_text("first", apart);
  rig.socket().send_text("a");
  SECTION("for much") {
    const std::string much(1000, 'x');
    CHECK(rig.socket().send_text(much));
    CHECK(rig.peer.frames() == Texts{"t:4first", "t:4a", "t:4" + much});
  }
  SECTION("for text with the byte that separates packets") {
    CHECK(
        rig.socket().send_text("b\x1E"
                               "c"));
    CHECK(rig.peer.frames() == Texts{"t:4first", "t:4a",
                                     "t:4b\x1E"
                                     "c"});
  }
  SECTION("with the session") {
    rig.socket().close();
    CHECK(rig.peer.frames() == Texts{"t:4first", "t:4a", "c:-"});
  }
  SECTION("with the server") {
    rig.engine->close();
    CHECK(rig.peer.frames() == Texts{"t:4first", "t:4a", "c:1001"});
  }
  rig.loop.advance(5ms);
  CHECK(rig.peer.frames().empty());
}

TEST_CASE("a connection may break off in a pause", "[sio][eio]") {
  OnWebSocket rig;
  rig.socket().send_text("first", apart);
  rig.socket().send_text("a");
  rig.peer.peer().reset();
  rig.loop.advance(5ms);
  CHECK(rig.echo.reasons == Texts{"transport close"});
}

TEST_CASE("a poll takes all of it at once", "[sio][eio]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  rig.echo.sockets[0]->send_text("first", apart);
  rig.echo.sockets[0]->send_text("a");
  RawClient client = rig.client();
  CHECK(client.get(rig.poll(sid)) ==
        "200 4first\x1e"
        "4a");
}

TEST_CASE("a task that waits for what was sent waits for the pause", "[sio][eio]") {
  OnWebSocket rig;
  bool left = false;
  rig.socket().send_text("first", apart);
  rig.socket().send_text("a");
  rig.socket().when_sent([&] { left = true; });
  rig.loop.settle();
  CHECK_FALSE(left);
  rig.loop.advance(20ms);
  CHECK(left);
}
