// tests/sio/eio_client_websocket_test.cpp - a client over a WebSocket, with a server that the test
// plays.
#include "tests/catch.h"
#include "tests/sio/eio_client_rig.h"

using namespace strata;
using namespace strata::test;
using eio::Transport;

TEST_CASE("C2: a session over a WebSocket alone", "[sio][eio-client][eio4-client]") {
  ScriptRig rig(websocket_only());
  CHECK(rig.peer().got.starts_with("GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\n"));
  rig.accept(0);
  CHECK(rig.take().empty());
  rig.say(server_frame(open_packet));
  CHECK(rig.take() == "open|");
  CHECK(rig.client().send("a"));
  CHECK(rig.client().send(net::as_bytes(std::string_view("\1\2"))));
  rig.loop.settle();
  CHECK(frames(rig.peer()) == Frames{"t:4a", "b:\1\2"});
  CHECK(rig.client().writable());
  rig.say(server_frame("2") + server_frame("4b") + server_frame("\3\4", 2) + server_frame("bAQI="));
  CHECK(rig.take() == "ping|text:b|binary:\3\4|binary:\1\2|");
  CHECK(frames(rig.peer()) == Frames{"t:3"});
}

TEST_CASE("C2: the open packet may come with the 101", "[sio][eio-client][eio4-handshake]") {
  ScriptRig rig(websocket_only());
  rig.accept(0, server_frame(open_packet) + server_frame("4a"));
  CHECK(rig.take() == "open|text:a|");
}

TEST_CASE("C5 C12: what a WebSocket's request says", "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = websocket_only();
  options.url = "ws://user:secret@127.0.0.1/chat?a=b";
  options.timestamp_requests = true;
  options.force_base64 = true;
  options.protocols = {"one", "two"};
  options.extra_headers = {{"X-A", "b"}};
  options.per_message_deflate.emplace();
  ScriptRig rig(std::move(options));
  const std::string& got = rig.peer().got;
  CHECK(got.starts_with("GET /chat/?a=b&EIO=4&transport=websocket&t="));
  for (const char* const part :
       {"&b64=1 HTTP/1.1\r\n", "\r\nX-A: b\r\n", "\r\nAuthorization: Basic dXNlcjpzZWNyZXQ=\r\n",
        "\r\nSec-WebSocket-Protocol: one, two\r\n",
        "\r\nSec-WebSocket-Extensions: permessage-deflate"}) {
    INFO(got);
    CHECK(got.find(part) != std::string::npos);
  }
}

TEST_CASE("C5: with force_base64 octets go as text", "[sio][eio-client][eio4-packet]") {
  eio::ClientOptions options = websocket_only();
  options.force_base64 = true;
  ScriptRig rig(std::move(options));
  rig.accept(0, server_frame(open_packet));
  rig.client().send(net::as_bytes(std::string_view("\1\2\3\4")));
  rig.loop.settle();
  CHECK(frames(rig.peer()) == Frames{"t:bAQIDBA=="});
}

TEST_CASE("C2: what is sent before it is open goes behind the open packet",
          "[sio][eio-client][eio4-client]") {
  ScriptRig rig(websocket_only());
  CHECK(rig.client().send("early"));
  CHECK(rig.client().queued() == 7);
  rig.accept(0);
  CHECK(frames(rig.peer()).empty());
  rig.say(server_frame(open_packet));
  CHECK(frames(rig.peer()) == Frames{"t:4early"});
}

TEST_CASE("C9: close() over a WebSocket sends Close and waits for nobody",
          "[sio][eio-client][eio4-close]") {
  ScriptRig rig(websocket_only());
  rig.accept(0, server_frame(open_packet));
  rig.client().send("last");
  rig.client().close();
  CHECK(rig.take() == "open|close:forced close|");
  CHECK(frames(rig.peer()) == Frames{"t:4last", "c:-"});
  CHECK(rig.client().open());  // the old WebSocket is still in its close handshake
  rig.loop.settle();
  rig.accept(1, server_frame(open_packet));
  CHECK(rig.take() == "open|");
  rig.say(server_frame("", 8), 0);
  rig.peer(0).finish();
  CHECK(rig.take().empty());
  CHECK(rig.client().state() == eio::Client::State::open);
}

TEST_CASE("C9: close() over a WebSocket waits until what was sent has left",
          "[sio][eio-client][eio4-close]") {
  EchoRig rig(websocket_only());
  rig.client().open();
  REQUIRE(rig.take() == "open|");
  rig.echo.when_text = [](auto&, auto) { return true; };
  const std::string large(900'000, 'x');
  rig.client().send(large);
  rig.client().close();
  CHECK(rig.take() + [&] {
    rig.loop.advance(1s);
    return rig.take();
  }() == "close:forced close|");
  CHECK(rig.echo.reasons == std::vector<std::string>{"transport close"});
}

TEST_CASE("C10: how a WebSocket's ends are told", "[sio][eio-client][eio4-close]") {
  ScriptRig rig(websocket_only());
  rig.accept(0, server_frame(open_packet));
  REQUIRE(rig.take() == "open|");
  SECTION("a Close with a code") {
    rig.say(server_frame("\x03\xf1too big", 8));
    rig.peer().finish();
    CHECK(rig.take() == "close:transport close|");
    CHECK(rig.side.last.code == 1009);
    CHECK(rig.side.last.context == "too big");
    CHECK(rig.side.last.message == "websocket connection closed");
  }
  SECTION("a Close without") {
    rig.say(server_frame("", 8));
    rig.peer().finish();
    CHECK(rig.take() == "close:transport close|");
    CHECK(rig.side.last.code == 1005);
  }
  SECTION("TCP's end") {
    rig.peer().finish();
    CHECK(rig.take() == "close:transport close|");
    CHECK(rig.side.last.code == 1006);
  }
  SECTION("a reset") {
    rig.peer().reset();
    CHECK(rig.take() == "close:transport close|");
    CHECK(rig.side.last.code == 1006);
  }
  SECTION("a frame that breaks the rules") {
    rig.say("\xff\x00\x00");
    rig.peer().finish();
    CHECK(rig.take() == "error:websocket error|close:transport error|");
  }
  SECTION("a packet that is none") {
    rig.say(server_frame("9"));
    CHECK(rig.take() == "error:server error|close:transport error|");
    CHECK(rig.side.last.context == "no packet type");
    CHECK(frames(rig.peer()) == Frames{"c:-"});
  }
  SECTION("an empty packet") {
    rig.say(server_frame(""));
    CHECK(rig.take() == "error:server error|close:transport error|");
  }
  SECTION("the server's close packet") {
    rig.say(server_frame("1"));
    CHECK(rig.take() == "close:transport close|");
  }
  SECTION("no ping") {
    rig.loop.advance(45s);
    CHECK(rig.take() == "close:ping timeout|");
    CHECK((rig.peer().fin || rig.peer().gone));
  }
  CHECK(rig.client().state() == eio::Client::State::closed);
  rig.loop.advance(60s);
  CHECK(rig.take().empty());
}

TEST_CASE("C10: a WebSocket that does not open", "[sio][eio-client][eio4-errors]") {
  ScriptRig rig(websocket_only());
  SECTION("refused") {
    rig.say("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    CHECK(rig.take() == "error:websocket error|");
    CHECK(rig.side.last.status == 401);
  }
  SECTION("cut") {
    rig.peer().reset();
    CHECK(rig.take() == "error:websocket error|");
  }
  SECTION("silent") {
    rig.loop.advance(10s);
    CHECK(rig.take() == "error:websocket error|");
  }
  SECTION("open, without an open packet") {
    rig.accept(0);
    rig.loop.advance(30s);
    CHECK(rig.take() == "error:websocket error|");
    CHECK(rig.side.last.context == "no open packet in time");
  }
  SECTION("open, and gone before its open packet") {
    rig.accept(0);
    rig.peer().finish();
    CHECK(rig.take() == "error:websocket connection closed|");
  }
  SECTION("open, with another packet") {
    rig.accept(0, server_frame("4a"));
    CHECK(rig.take() == "error:server error|");
  }
  CHECK(rig.client().state() == eio::Client::State::closed);
}

TEST_CASE("C2: nothing is told of what was sent once the session is over",
          "[sio][eio-client][eio4-client]") {
  std::string told;
  eio::ClientOptions options = websocket_only();
  options.on_flush = [&told](eio::Client&) { told += "flush|"; };
  options.on_drain = [&told](eio::Client&) { told += "drain|"; };
  ScriptRig rig(std::move(options));
  rig.accept(0, server_frame(open_packet));
  rig.client().send("a");
  CHECK(rig.take() == "open|");
  CHECK(told == "flush|drain|");
  rig.client().send("b");
  rig.client().fail("parse error", "no");
  CHECK(rig.take() == "close:parse error|");
  CHECK(told == "flush|drain|");
}
