// tests/sio/eio_websocket_test.cpp - sessions on a WebSocket, and the way there from polling.
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("a session can begin on a WebSocket", "[sio][eio][eio4-handshake]") {
  Rig rig;
  RawClient client = rig.client();
  const Answer answer = client.upgrade(direct);
  CHECK(answer.status == 101);
  CHECK(answer.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  REQUIRE(rig.echo.opened.size() == 1);
  CHECK(client.frames() == Texts{"t:0{\"sid\":\"" + rig.echo.opened[0] +
                                 "\",\"upgrades\":[],\"pingInterval\":25000,"
                                 "\"pingTimeout\":20000,\"maxPayload\":1000000}"});
  client.message("4hi");
  client.message("\x01\x02", 2);
  client.message("bAQI=");
  client.message("4");
  CHECK(client.frames() == Texts{"t:4hi", "b:\x01\x02", "b:\x01\x02", "t:4"});
  CHECK(rig.echo.sockets[0]->transport() == "websocket");
  CHECK(rig.echo.sockets[0]->writable());
}

TEST_CASE("a client that takes no octets gets text", "[sio][eio][eio4-packet]") {
  Rig rig;
  RawClient client = rig.client();
  client.upgrade(direct + "&b64=1");
  client.frames();
  client.message("bAQID");
  sio::eio::SharedMessage shared = sio::eio::SharedMessage::binary(net::as_bytes("\x01\x02\x03"));
  rig.echo.sockets[0]->send(shared);
  CHECK(client.frames() == Texts{"t:bAQID", "t:bAQID"});
}

TEST_CASE("on a WebSocket the peer's faults end the session", "[sio][eio][eio4-close]") {
  struct Row {
    const char* what;
    std::string bytes;
    const char* frame;  // our Close
    const char* reason;
  };
  const Row row = GENERATE(
      Row{"its close packet", client_frame("1"), "c:-", "transport close"},
      Row{"its Close frame", client_frame("\x03\xE8", 8), "c:1000", "transport close"},
      Row{"a ping packet", client_frame("2"), "c:-", "transport error"},
      Row{"no packet", client_frame("abc"), "c:-", "parse error"},
      Row{"an empty one", client_frame(""), "c:-", "parse error"},
      Row{"no Base64", client_frame("b*"), "c:-", "parse error"},
      Row{"no UTF-8", client_frame("4\xFF"), "c:1007", "transport error"},
      Row{"no mask",
          std::string("\x81\x01"
                      "4"),
          "c:1002", "transport error"},
      Row{"too large", client_frame("4" + std::string(1000, 'x')), "c:1009", "transport error"},
      Row{"a reserved opcode", client_frame("4", 5), "c:1002", "transport error"});
  INFO(row.what);
  sio::eio::Options options;
  options.max_payload = 1000;
  Rig rig(options);
  RawClient other = rig.client();
  other.upgrade(direct);
  RawClient client = rig.client();
  client.upgrade(direct);
  client.frames();
  client.send(row.bytes);
  const Texts frames = client.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].substr(0, 6) == row.frame);
  client.peer().fin();
  rig.loop.advance(6s);
  CHECK(rig.echo.reasons == Texts{row.reason});
  CHECK(rig.engine->clients_count() == 1);
  other.frames();
  other.message("4good");
  CHECK(other.frames() == Texts{"t:4good"});
}

TEST_CASE("a WebSocket that breaks off ends the session", "[sio][eio][eio4-close]") {
  Rig rig;
  RawClient client = rig.client();
  client.upgrade(direct);
  SECTION("by FIN") { client.peer().fin(); }
  SECTION("by RST") { client.peer().reset(); }
  rig.loop.advance(3s);
  CHECK(rig.echo.reasons == Texts{"transport close"});
  CHECK(rig.engine->clients_count() == 0);
}

TEST_CASE("on a WebSocket a ping that gets no pong ends the session",
          "[sio][eio][eio4-heartbeat]") {
  Rig rig;
  RawClient client = rig.client();
  client.upgrade(direct);
  client.frames();
  rig.loop.advance(25s);
  CHECK(client.frames() == Texts{"t:2"});
  client.message("3");
  rig.loop.advance(25s);
  CHECK(client.frames() == Texts{"t:2"});
  client.message("4still here");
  rig.loop.advance(20s);
  CHECK(client.frames() == Texts{"t:4still here", "c:-"});
  CHECK(rig.echo.reasons == Texts{"ping timeout"});
  rig.loop.advance(10s);
  CHECK(rig.app.connection_count() == 0);
}

TEST_CASE("we close a WebSocket", "[sio][eio][eio4-close]") {
  Rig rig;
  RawClient client = rig.client();
  client.upgrade(direct);
  client.frames();
  SECTION("one, behind what was sent") {
    rig.echo.sockets[0]->send_text("bye");
    rig.echo.sockets[0]->close();
    CHECK_FALSE(rig.echo.sockets[0]->send_text("too late"));
    CHECK(client.frames() == Texts{"t:4bye", "c:-"});
    CHECK(rig.echo.reasons == Texts{"forced close"});
  }
  SECTION("all") {
    rig.engine->close();
    CHECK(client.frames() == Texts{"c:1001"});
    CHECK(rig.echo.reasons == Texts{"server shutting down"});
  }
  SECTION("all, without a word to the handler") {
    rig.engine.reset();
    rig.loop.settle();
    CHECK(rig.echo.reasons.empty());
  }
  SECTION("all, from inside a handler") {
    rig.echo.when_text = [&](sio::eio::Socket&, std::string_view) {
      rig.engine.reset();
      return true;
    };
    client.message("4die");
    rig.loop.settle();
    CHECK(rig.echo.reasons.empty());
    RawClient late = rig.client();
    CHECK(late.get("EIO=4&transport=polling").status == 404);
  }
}

TEST_CASE("a handler that throws ends its session alone", "[sio][eio]") {
  Rig rig;
  rig.echo.when_text = [](sio::eio::Socket&, std::string_view text) {
    if (text == "throw") throw std::runtime_error("on purpose");
    return false;
  };
  const std::string sid = rig.open_polling();
  RawClient client = rig.client();
  RawClient socket = rig.client();
  socket.upgrade(direct);
  socket.frames();
  CHECK(client.post(rig.poll(sid),
                    "4throw\x1e"
                    "4more") == "200 ok");
  CHECK(rig.echo.reasons == Texts{"forced close"});
  socket.message("4good");
  CHECK(socket.frames() == Texts{"t:4good"});
  socket.message("4throw");
  CHECK(socket.frames() == Texts{"c:-"});
}

TEST_CASE("a session moves to a WebSocket", "[sio][eio][eio4-upgrade]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  sio::eio::Socket& session = *rig.echo.sockets[0];
  RawClient poller = rig.client();
  RawClient candidate = rig.client();
  poller.send_get(rig.poll(sid));
  REQUIRE(candidate.upgrade(rig.ws(sid)).status == 101);
  CHECK(poller.answer().status == 0);
  CHECK(session.transport() == "polling");
  candidate.message("2probe");
  CHECK(candidate.frames() == Texts{"t:3probe"});
  CHECK(poller.answer() == "200 6");
  for (int i = 0; i < 3; ++i) CHECK(poller.get(rig.poll(sid)) == "200 6");

  SECTION("and what was sent meanwhile goes with it") {
    session.send_text("a");
    session.send_binary(net::as_bytes("\x01\x02"));
    CHECK(candidate.frames().empty());
    candidate.message("5");
    CHECK(candidate.frames() == Texts{"t:4a", "b:\x01\x02"});
  }
  SECTION("or is fetched by a last poll") {
    session.send_text("a");
    CHECK(poller.get(rig.poll(sid)) == "200 4a");
    candidate.message("5");
    CHECK(candidate.frames().empty());
  }
  SECTION("and a POST still under way comes too late") {
    RawClient poster = rig.client();
    poster.send("POST /engine.io/?" + rig.poll(sid) +
                " HTTP/1.1\r\nHost: x.example\r\nContent-Length: 2\r\n\r\n4");
    candidate.message("5");
    poster.send("x");
    CHECK(poster.answer() == bad_request);
    poster.finished();
  }
  CHECK(session.transport() == "websocket");
  candidate.message("4hi");
  CHECK(candidate.frames() == Texts{"t:4hi"});
  RawClient late = rig.client();
  CHECK(late.get(rig.poll(sid)) == bad_request);
  RawClient second = rig.client();
  CHECK(second.upgrade(rig.ws(sid)).status == 101);
  CHECK(second.frames() == Texts{"c:-"});
  candidate.message("4still");
  CHECK(candidate.frames() == Texts{"t:4still"});
  rig.loop.advance(25s);
  CHECK(candidate.frames() == Texts{"t:2"});
  CHECK(rig.echo.reasons.empty());
}

TEST_CASE("probe and upgrade may come in one segment", "[sio][eio][eio4-upgrade]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient candidate = rig.client();
  candidate.upgrade(rig.ws(sid));
  candidate.send(client_frame("2probe") + client_frame("5") + client_frame("4hi"));
  CHECK(candidate.frames() == Texts{"t:3probe", "t:4hi"});
  RawClient late = rig.client();
  CHECK(late.get(rig.poll(sid)).status == 400);
}

TEST_CASE("an upgrade that fails leaves the session on polling", "[sio][eio][eio4-upgrade]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient candidate = rig.client();
  candidate.upgrade(rig.ws(sid));
  SECTION("it takes too long") {
    candidate.message("2probe");
    candidate.frames();
    rig.loop.advance(10s);
    CHECK(candidate.frames() == Texts{"c:-"});
  }
  SECTION("it never begins") {
    rig.loop.advance(10s);
    CHECK(candidate.frames() == Texts{"c:-"});
  }
  SECTION("junk") {
    const std::string junk = GENERATE("2", "4hi", "abc", "", "3probe", "b", "1");
    candidate.message(junk);
    CHECK(candidate.frames() == Texts{"c:-"});
  }
  SECTION("junk in octets") {
    candidate.message("2probe", 2);
    CHECK(candidate.frames() == Texts{"c:-"});
  }
  SECTION("a frame against the rules") {
    candidate.send(
        "\x81\x01"
        "5");
    CHECK(candidate.frames()[0].substr(0, 6) == "c:1002");
  }
  SECTION("it goes away") { candidate.peer().fin(); }
  SECTION("it is reset") { candidate.peer().reset(); }
  rig.loop.advance(6s);  // one that was told why has `close_timeout` to end
  RawClient client = rig.client();
  CHECK(client.post(rig.poll(sid), "4hi") == "200 ok");
  CHECK(client.get(rig.poll(sid)) == "200 4hi");
  RawClient again = rig.client();
  CHECK(again.upgrade(rig.ws(sid)).status == 101);
  again.message("2probe");
  CHECK(again.frames() == Texts{"t:3probe"});
  CHECK(rig.echo.reasons.empty());
}

TEST_CASE("a second candidate is closed, the first one goes on", "[sio][eio][eio4-upgrade]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient first = rig.client();
  RawClient second = rig.client();
  first.upgrade(rig.ws(sid));
  second.upgrade(rig.ws(sid));
  CHECK(second.frames() == Texts{"c:-"});
  first.send(client_frame("2probe") + client_frame("5") + client_frame("4hi"));
  CHECK(first.frames() == Texts{"t:3probe", "t:4hi"});
}

TEST_CASE("the candidate goes with its session", "[sio][eio][eio4-upgrade]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient candidate = rig.client();
  RawClient poster = rig.client();
  candidate.upgrade(rig.ws(sid));
  candidate.message("2probe");
  candidate.frames();
  SECTION("the client closes") { poster.post(rig.poll(sid), "1"); }
  SECTION("we close") { rig.echo.sockets[0]->close("forced close", true); }
  CHECK(candidate.frames() == Texts{"c:-"});
  CHECK(rig.engine->clients_count() == 0);
}

TEST_CASE("a close behind the probe waits for the upgrade", "[sio][eio][eio4-upgrade]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient candidate = rig.client();
  candidate.upgrade(rig.ws(sid));
  candidate.message("2probe");
  candidate.frames();
  rig.echo.sockets[0]->send_text("bye");
  rig.echo.sockets[0]->close();
  CHECK(candidate.frames().empty());
  SECTION("which comes") { candidate.message("5"); }
  SECTION("or not, for a poll takes it") {
    RawClient poller = rig.client();
    CHECK(poller.get(rig.poll(sid)) == "200 4bye");
    CHECK(poller.get(rig.poll(sid)) ==
          "200 6\x1e"
          "1");
    CHECK(candidate.frames() == Texts{"c:-"});
    return;
  }
  SECTION("or nothing comes") {
    rig.loop.advance(30s);
    CHECK(candidate.frames() == Texts{"c:-"});
    return;
  }
  CHECK(candidate.frames() == Texts{"t:4bye", "c:-"});
  CHECK(rig.echo.reasons == Texts{"forced close"});
  CHECK(rig.engine->clients_count() == 0);
}

TEST_CASE("the first subprotocol that is offered is agreed on", "[sio][eio][eio4-handshake]") {
  Rig rig;
  const Answer answer = rig.client().upgrade(direct, "Sec-WebSocket-Protocol: b, a\r\n");
  CHECK(answer.field("Sec-WebSocket-Protocol") == "b");
}

TEST_CASE("a WebSocket that does not read is cut off", "[sio][eio]") {
  sio::eio::Options options;
  options.max_send_queue = 200'000;
  Rig rig(options);
  RawClient client = rig.client();
  client.upgrade(direct);
  client.frames();
  client.peer().line().to_client.capacity = 1000;
  sio::eio::Socket& socket = *rig.echo.sockets[0];
  int taken = 0;
  while (taken < 100 && socket.send_text(std::string(10'000, 'x'))) ++taken;
  CHECK(taken >= 6);
  CHECK(taken < 30);
  CHECK_FALSE(socket.open());
  rig.loop.settle();
  CHECK(rig.echo.reasons == Texts{"slow consumer"});
  CHECK(client.peer().was_reset());
}

TEST_CASE("a text may be framed where it was made", "[sio][eio]") {
  Rig rig;
  RawClient direct_one = rig.client();
  direct_one.upgrade(direct);
  direct_one.frames();
  const std::string sid = rig.open_polling();
  for (const std::size_t bytes : {0u, 1u, 124u, 125u, 65'534u, 65'535u}) {
    INFO(bytes);
    const std::string text(bytes, 'x');
    for (sio::eio::Socket* const socket : rig.echo.sockets) {
      std::string made = std::string(sio::eio::room_in_front, '?') + text;
      CHECK(socket->send_text_in_place(made));
    }
    CHECK(direct_one.frames() == Texts{"t:4" + text});
    RawClient poller = rig.client();
    CHECK(poller.get(rig.poll(sid)) == "200 4" + text);
  }
  std::string made(sio::eio::room_in_front, '?');
  for (sio::eio::Socket* const socket : rig.echo.sockets) {
    socket->close();
    CHECK_FALSE(socket->send_text_in_place(made));
  }
}

TEST_CASE("a message for many is one frame for all", "[sio][eio]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient one = rig.client();
  RawClient two = rig.client();
  one.upgrade(direct);
  two.upgrade(direct);
  one.frames();
  two.frames();
  sio::eio::SharedMessage message = sio::eio::SharedMessage::text(std::string(2000, 'x'));
  const long before = message.frame().use_count();
  for (sio::eio::Socket* socket : rig.echo.sockets) CHECK(socket->send(message));
  CHECK(message.frame().use_count() == before + 2);  // by reference, not copied
  CHECK(one.frames() == Texts{"t:4" + std::string(2000, 'x')});
  CHECK(two.frames() == Texts{"t:4" + std::string(2000, 'x')});
  RawClient poller = rig.client();
  CHECK(poller.get(rig.poll(sid)) == "200 4" + std::string(2000, 'x'));
}
