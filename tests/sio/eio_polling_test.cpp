// tests/sio/eio_polling_test.cpp - sessions over polling, from the bytes of a request to the bytes
// of its answer.
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("a handshake by polling answers the open packet", "[sio][eio][eio4-handshake]") {
  Rig rig;
  RawClient client = rig.client();
  const Answer answer = client.get("EIO=4&transport=polling");
  const std::string sid = rig.sid_of(answer);
  CHECK(sid.size() == 24);
  CHECK(sid.find_first_of("+/=") == std::string::npos);
  CHECK(answer == "200 0{\"sid\":\"" + sid +
                      "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
                      "\"pingTimeout\":20000,\"maxPayload\":1000000}");
  CHECK(answer.field("Content-Type") == "text/plain; charset=UTF-8");
  CHECK(answer.field("Cache-Control") == "no-store");
  CHECK(answer.field("Access-Control-Allow-Origin").empty());
  CHECK(answer.field("Set-Cookie").empty());
  CHECK(rig.echo.opened == Texts{sid});
  CHECK(rig.engine->clients_count() == 1);
  CHECK(rig.open_polling() != sid);
}

TEST_CASE("the handshake is kept for the application", "[sio][eio][eio4-handshake]") {
  Rig rig;
  RawClient client = rig.client();
  client.get("EIO=4&transport=polling&a=1%202&a=3", "Origin: http://x.example\r\nX-Odd: v\r\n");
  REQUIRE(rig.echo.sockets.size() == 1);
  const sio::eio::Handshake& first = rig.echo.sockets[0]->handshake();
  CHECK(first.url() == "/engine.io/?EIO=4&transport=polling&a=1%202&a=3");
  CHECK(first.query().size() == 4);
  CHECK(first.query("a") == "1 2");
  CHECK(first.header("X-Odd") == "v");
  CHECK(first.xdomain());
  CHECK(first.issued() > 0);
  CHECK_FALSE(first.address().empty());
}

TEST_CASE("messages go round by POST and GET", "[sio][eio][eio4-polling]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient poller = rig.client();
  RawClient poster = rig.client();

  SECTION("posted first") {
    CHECK(poster.post(rig.poll(sid),
                      "4hello\x1e"
                      "bAQIDBA==\x1e"
                      "4\xE4\xBD\xA0") == "200 ok");
    const Answer answer = poller.get(rig.poll(sid));
    CHECK(answer ==
          "200 4hello\x1e"
          "bAQIDBA==\x1e"
          "4\xE4\xBD\xA0");
    CHECK(answer.field("Content-Type") == "text/plain; charset=UTF-8");
  }
  SECTION("polled first: what one turn brings leaves together") {
    CHECK(poller.get(rig.poll(sid)).status == 0);
    const Answer ok = poster.post(rig.poll(sid),
                                  "4a\x1e"
                                  "4b");
    CHECK(ok == "200 ok");
    CHECK(ok.field("Content-Type") == "text/html");
    CHECK(poller.answer() ==
          "200 4a\x1e"
          "4b");
    CHECK(poller.get(rig.poll(sid)).status == 0);
    CHECK(poster.post(rig.poll(sid), "4c") == "200 ok");
    CHECK(poller.answer() == "200 4c");
  }
  SECTION("on one connection, one after the other") {
    CHECK(poster.post(rig.poll(sid), "4a") == "200 ok");
    CHECK(poster.get(rig.poll(sid)) == "200 4a");
    CHECK(poster.post(rig.poll(sid), "4b") == "200 ok");
    CHECK(poster.get(rig.poll(sid)) == "200 4b");
  }
  SECTION("a chunked POST") {
    poster.send("POST /engine.io/?" + rig.poll(sid) + " HTTP/1.1\r\nHost: x.example\r\n" +
                "Transfer-Encoding: chunked\r\n\r\n" + "2\r\n4\xE4\r\n1\r\n\xBD\r\n");
    CHECK(poster.answer().status == 0);
    poster.send(
        "4\r\n\xA0\x1e"
        "4b\r\n0\r\n\r\n");
    CHECK(poster.answer() == "200 ok");
    CHECK(poller.get(rig.poll(sid)) ==
          "200 4\xE4\xBD\xA0\x1e"
          "4b");
  }
  CHECK(rig.engine->clients_count() == 1);
}

TEST_CASE("a POST may come in pieces of any size", "[sio][eio][eio4-polling]") {
  for (const std::size_t chunk : {1U, 2U, 3U, 7U}) {
    INFO(chunk);
    Rig rig;
    const std::string sid = rig.open_polling();
    rig.loop.chunk = chunk;
    RawClient client = rig.client();
    CHECK(client.post(rig.poll(sid),
                      "4\xE4\xBD\xA0\xE5\xA5\xBD\x1e"
                      "bAQIDBA==") == "200 ok");
    CHECK(client.get(rig.poll(sid)) ==
          "200 4\xE4\xBD\xA0\xE5\xA5\xBD\x1e"
          "bAQIDBA==");
  }
}

TEST_CASE("a request pipelined behind a held poll ends it", "[sio][eio][eio4-polling]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient client = rig.client();
  SECTION("later") {
    client.send_get(rig.poll(sid));
    CHECK(client.answer().status == 0);
    client.send_post(rig.poll(sid), "4hi");
    CHECK(client.answer() == "200 6");
    CHECK(client.answer() == "200 ok");
  }
  SECTION("in one segment") {
    client.peer().send("GET /engine.io/?" + rig.poll(sid) + " HTTP/1.1\r\nHost: x.example\r\n\r\n");
    client.send_post(rig.poll(sid), "4hi");
    CHECK(client.answer() == "200 6");
    CHECK(client.answer() == "200 ok");
  }
  CHECK(client.get(rig.poll(sid)) == "200 4hi");
  CHECK(rig.echo.reasons.empty());
}

TEST_CASE("a client that drops its connection in a request has gone", "[sio][eio][eio4-polling]") {
  const bool by_reset = GENERATE(false, true);
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient client = rig.client();
  const bool poll = GENERATE(true, false);
  if (poll) {
    client.send_get(rig.poll(sid));
  } else {
    client.send("POST /engine.io/?" + rig.poll(sid) +
                " HTTP/1.1\r\nHost: x.example\r\nContent-Length: 4\r\n\r\n4a");
  }
  if (by_reset) {
    client.peer().reset();
  } else {
    client.peer().fin();
  }
  rig.loop.settle();
  CHECK(rig.echo.reasons == Texts{"transport error"});
  CHECK(rig.echo.details == Texts{poll ? "poll connection closed prematurely"
                                       : "data request connection closed prematurely"});
  CHECK(rig.engine->clients_count() == 0);
}

TEST_CASE("a body over the limit is refused, and the session stays", "[sio][eio][eio4-polling]") {
  sio::eio::Options options;
  options.max_payload = 100;
  Rig rig(options);
  const std::string sid = rig.open_polling();
  SECTION("declared") {
    RawClient client = rig.client();
    CHECK(client.post(rig.poll(sid), "4" + std::string(100, 'x')) == "413 ");
  }
  SECTION("in chunks") {
    RawClient client = rig.client();
    client.send("POST /engine.io/?" + rig.poll(sid) + " HTTP/1.1\r\nHost: x.example\r\n" +
                "Transfer-Encoding: chunked\r\n\r\n32\r\n4" + std::string(49, 'x') + "\r\n33\r\n");
    CHECK(client.answer() == "413 ");
  }
  CHECK(rig.echo.reasons.empty());
  RawClient client = rig.client();
  CHECK(client.post(rig.poll(sid), "4" + std::string(99, 'x')) == "200 ok");
  CHECK(client.get(rig.poll(sid)) == "200 4" + std::string(99, 'x'));
}

TEST_CASE("octets are no payload", "[sio][eio][eio4-polling]") {
  for (const char* type : {"application/octet-stream", "Application/Octet-Stream ; x=y"}) {
    Rig rig;
    const std::string sid = rig.open_polling();
    RawClient client = rig.client();
    client.send("POST /engine.io/?" + rig.poll(sid) + " HTTP/1.1\r\nHost: x.example\r\n" +
                "Content-Type: " + type + "\r\nContent-Length: 3\r\n\r\n4hi");
    CHECK(client.answer() == "400 ");
    CHECK(rig.echo.reasons == Texts{"transport error"});
    CHECK(rig.echo.details == Texts{"invalid content"});
  }
}

TEST_CASE("a bad packet ends the session behind the good ones", "[sio][eio][eio4-payload]") {
  for (const char* body : {"", "abc", "4a\x1e",
                           "4a\x1e"
                           "9",
                           "4a\x1e"
                           "b*",
                           "4\xFF", "2"}) {
    INFO(body);
    Rig rig;
    const std::string sid = rig.open_polling();
    const std::string other = rig.open_polling();
    RawClient poller = rig.client();
    RawClient poster = rig.client();
    poller.send_get(rig.poll(sid));
    const Answer answer = poster.post(rig.poll(sid), body);
    const bool ping = std::string(body) == "2";
    CHECK(answer == (ping ? "200 ok" : "400 "));
    CHECK(poller.answer() == (body[0] == '4' && body[1] == 'a' ? "200 4a\x1e"
                                                                 "1"
                                                               : "200 1"));
    CHECK(rig.echo.reasons == Texts{ping ? "transport error" : "parse error"});
    CHECK(poster.get(rig.poll(sid)) == unknown_sid);
    RawClient good = rig.client();
    CHECK(good.post(rig.poll(other), "4good") == "200 ok");
    CHECK(good.get(rig.poll(other)) == "200 4good");
  }
}

TEST_CASE("either side closes over polling", "[sio][eio][eio4-close]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient poller = rig.client();
  RawClient poster = rig.client();

  SECTION("the client, with a poll held") {
    poller.send_get(rig.poll(sid));
    CHECK(poster.post(rig.poll(sid), "1") == "200 ok");
    CHECK(poller.answer() == "200 6");
    CHECK(rig.echo.reasons == Texts{"transport close"});
  }
  SECTION("we, with something waiting") {
    rig.echo.sockets[0]->send_text("1");
    rig.echo.sockets[0]->close();
    CHECK_FALSE(rig.echo.sockets[0]->open());
    CHECK(poller.get(rig.poll(sid)) == "200 41");
    CHECK(rig.echo.reasons.empty());
    CHECK(poller.get(rig.poll(sid)) ==
          "200 6\x1e"
          "1");
    CHECK(rig.echo.reasons == Texts{"forced close"});
  }
  SECTION("we, with a poll held") {
    poller.send_get(rig.poll(sid));
    rig.echo.sockets[0]->close();
    CHECK(poller.answer() == "200 1");
    CHECK(rig.echo.reasons == Texts{"forced close"});
  }
  SECTION("we, and nobody fetches it") {
    rig.echo.sockets[0]->close("forced server close");
    rig.loop.advance(29s);
    CHECK(rig.engine->clients_count() == 1);
    rig.loop.advance(1s);
    CHECK(rig.engine->clients_count() == 0);
    CHECK(rig.echo.reasons == Texts{"forced server close"});
  }
  SECTION("the server, discarding") {
    poller.send_get(rig.poll(sid));
    rig.engine->close();
    CHECK(poller.answer() == "200 1");
    CHECK(rig.echo.reasons == Texts{"server shutting down"});
  }
  RawClient late = rig.client();
  CHECK(late.get(rig.poll(sid)) == unknown_sid);
  CHECK(rig.engine->clients_count() == 0);
}

TEST_CASE("over polling a ping that gets no pong ends the session", "[sio][eio][eio4-heartbeat]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient poller = rig.client();
  RawClient poster = rig.client();
  poller.send_get(rig.poll(sid));
  rig.loop.advance(25s);
  CHECK(poller.answer() == "200 2");
  RawClient again = rig.client();
  CHECK(again.post(rig.poll(sid), "3") == "200 ok");
  poller.send_get(rig.poll(sid));
  rig.loop.advance(25s);
  CHECK(poller.answer() == "200 2");
  poller.send_get(rig.poll(sid));
  rig.loop.advance(19s);
  CHECK(poller.answer().status == 0);
  rig.loop.advance(1s);
  CHECK(poller.answer() == "200 1");
  CHECK(rig.echo.reasons == Texts{"ping timeout"});
}

TEST_CASE("a client that never polls cannot fill our memory", "[sio][eio][eio4-polling]") {
  sio::eio::Options options;
  options.high_water = 100;
  options.max_send_queue = 1000;
  Rig rig(options);
  const std::string sid = rig.open_polling();
  sio::eio::Socket& socket = *rig.echo.sockets[0];
  CHECK_FALSE(socket.writable());
  SECTION("pushed messages end it") {
    for (int i = 0; i < 11; ++i) CHECK(socket.send_text(std::string(88, 'x')));
    CHECK(socket.buffered_bytes() <= 1000);
    CHECK_FALSE(socket.send_text(std::string(88, 'x')));
    CHECK_FALSE(socket.open());
    rig.loop.settle();
    CHECK(rig.echo.reasons == Texts{"slow consumer"});
    CHECK(rig.engine->clients_count() == 0);
  }
  SECTION("a large one is taken while little waits, and the handler hears when it has left") {
    CHECK(socket.send_text(std::string(5000, 'x')));
    RawClient client = rig.client();
    CHECK(client.get(rig.poll(sid)).body.size() == 5001);
    CHECK(rig.echo.drained == 0);
    CHECK(socket.send_text(std::string(200, 'x')));
    CHECK(socket.send_text("above the mark"));
    client.get(rig.poll(sid));
    CHECK(rig.echo.drained == 1);
  }
  SECTION("shared messages count the same") {
    sio::eio::SharedMessage message =
        sio::eio::SharedMessage::binary(net::as_bytes(std::string(300, 'x')));
    CHECK(socket.send(message));
    CHECK(socket.send(message));
    CHECK_FALSE(socket.send(message));
  }
}

TEST_CASE("a poll is writable until something is to leave", "[sio][eio][eio4-polling]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  sio::eio::Socket& socket = *rig.echo.sockets[0];
  RawClient client = rig.client();
  client.send_get(rig.poll(sid));
  CHECK(socket.writable());
  CHECK(socket.send_text("a"));
  CHECK_FALSE(socket.writable());
  CHECK(client.answer() == "200 4a");
}
