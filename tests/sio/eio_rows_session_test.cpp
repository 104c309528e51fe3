// tests/sio/eio_rows_session_test.cpp - the rows E9, E11 to E14, E16 to E25 and E36 to E39 of what
// the reference does: the life of a session.
#include "http/request.h"
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"

using namespace strata;
using namespace strata::test;

namespace {

const std::string sep = "\x1e";

}  // namespace

TEST_CASE("E9 allowRequest: a sentence is 403 on either transport, nothing lets pass",
          "[sio][eio]") {
  sio::eio::Options options;
  options.allow_request = [](const http::Request& asked) -> std::optional<std::string> {
    if (asked.header("x-pass") == "1") return std::nullopt;
    return "Thou shall not pass";
  };
  Rig rig(options);
  const std::string refused = "403 {\"code\":4,\"message\":\"Thou shall not pass\"}";
  RawClient client = rig.client();
  CHECK(client.get(hello) == refused);
  CHECK(client.get(hello, "X-Pass: 1\r\n").status == 200);
  RawClient socket = rig.client();
  CHECK(socket.upgrade(direct) == refused);
  CHECK(socket.finished());
}

TEST_CASE("E11 heartbeat: the server pings, a pong keeps the session, silence ends it",
          "[sio][eio][eio4-heartbeat]") {
  sio::eio::Options options;
  options.ping_interval = 300ms;
  options.ping_timeout = 200ms;
  Rig rig(options);
  RawClient socket = rig.client();
  socket.upgrade(direct);
  const std::string sid = rig.open_polling();
  socket.frames();
  RawClient poller = rig.client();
  poller.send_get(rig.poll(sid));
  rig.loop.advance(300ms);
  CHECK(socket.frames() == Texts{"t:2"});
  CHECK(poller.answer() == "200 2");
  socket.message("3");
  rig.loop.advance(200ms);
  CHECK(rig.echo.reasons == Texts{"ping timeout"});  // the one that polls
  rig.loop.advance(100ms);
  CHECK(socket.frames() == Texts{"t:2"});
  rig.loop.advance(200ms);
  CHECK(rig.echo.reasons.size() == 2);
}

TEST_CASE("E12 upgrade: every GET while it lasts gets a 6, and the rest goes to the WebSocket",
          "[sio][eio][eio4-upgrade]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient poller = rig.client();
  RawClient socket = rig.client();
  poller.send_get(rig.poll(sid));
  CHECK(socket.upgrade(rig.ws(sid)).status == 101);
  CHECK(poller.answer().status == 0);  // nothing is known of it yet
  socket.message("2probe");
  CHECK(socket.frames() == Texts{"t:3probe"});
  CHECK(poller.answer() == "200 6");
  for (int i = 0; i < 5; ++i) CHECK(poller.get(rig.poll(sid)) == "200 6");
  rig.echo.sockets[0]->send_text("a");
  CHECK(poller.get(rig.poll(sid)) == "200 4a");  // while it lasts, polls carry
  rig.echo.sockets[0]->send_text("b");
  CHECK_FALSE(rig.echo.sockets[0]->upgraded());
  socket.message("5");
  CHECK(socket.frames() == Texts{"t:4b"});
  CHECK(rig.echo.sockets[0]->upgraded());
  CHECK(rig.echo.upgrades == 1);
  CHECK(poller.get(rig.poll(sid)) == bad_request);
}

TEST_CASE("E13 upgrade timeout: the candidate is closed, polls go on", "[sio][eio][eio4-upgrade]") {
  const bool probed = GENERATE(true, false);
  sio::eio::Options options;
  options.upgrade_timeout = 500ms;
  Rig rig(options);
  const std::string sid = rig.open_polling();
  RawClient socket = rig.client();
  socket.upgrade(rig.ws(sid));
  if (probed) socket.message("2probe");
  socket.frames();
  rig.loop.advance(500ms);
  CHECK(socket.frames() == Texts{"c:-"});
  RawClient poller = rig.client();
  poller.send_get(rig.poll(sid));
  CHECK(poller.answer().status == 0);  // held again
  rig.echo.sockets[0]->send_text("a");
  CHECK(poller.answer() == "200 4a");
  CHECK(rig.echo.reasons.empty());
}

TEST_CASE("E14 upgrading twice: the second WebSocket is closed, the session untouched",
          "[sio][eio][eio4-upgrade]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient socket = rig.client();
  socket.upgrade(rig.ws(sid));
  socket.message("2probe");
  const bool done = GENERATE(true, false);
  if (done) socket.message("5");
  RawClient second = rig.client();
  CHECK(second.upgrade(rig.ws(sid)).status == 101);
  CHECK(second.frames() == Texts{"c:-"});
  if (!done) socket.message("5");
  socket.frames();
  socket.message("4hi");
  CHECK(socket.frames() == Texts{"t:4hi"});
  CHECK(rig.echo.reasons.empty());
}

TEST_CASE("E16 maxHttpBufferSize: 413, chunked too, and 1009 without a reason", "[sio][eio]") {
  sio::eio::Options options;
  options.max_payload = 5;
  Rig rig(options);
  const std::string sid = rig.open_polling();
  const std::string head = "POST /engine.io/?" + rig.poll(sid) + " HTTP/1.1\r\nHost: x\r\n";
  RawClient declared = rig.client();
  declared.send(head + "Content-Length: 6\r\n\r\n");
  CHECK(declared.answer() == "413 ");
  RawClient chunked = rig.client();
  chunked.send(head + "Transfer-Encoding: chunked\r\n\r\n3\r\n4ab\r\n3\r\n");
  CHECK(chunked.answer() == "413 ");
  RawClient socket = rig.client();
  socket.upgrade(direct);
  socket.frames();
  socket.message("4abcd");
  socket.message("4abcde");
  CHECK(socket.frames() == Texts{"t:4abcd", "c:1009"});
  RawClient good = rig.client();
  CHECK(good.post(rig.poll(sid), "4abcd") == "200 ok");
  CHECK(good.get(rig.poll(sid)) == "200 4abcd");
}

TEST_CASE("E17 E22 payloads: several packets, binary, in any chunks", "[sio][eio][eio4-payload]") {
  const std::string body = "4\xE4\xBD\xA0" + sep + "bAQIDBA==" + sep + "4utf";
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    Rig rig;
    const std::string sid = rig.open_polling();
    RawClient client = rig.client();
    client.send("POST /engine.io/?" + rig.poll(sid) +
                " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (const std::string& part : {body.substr(0, cut), body.substr(cut)}) {
      char size[8];
      std::snprintf(size, sizeof size, "%zx", part.size());
      if (!part.empty()) client.send(std::string(size) + "\r\n" + part + "\r\n");
    }
    client.send("0\r\n\r\n");
    CHECK(client.answer() == "200 ok");
    CHECK(client.get(rig.poll(sid)) == "200 " + body);
  }
}

TEST_CASE("E19 overlap: two POSTs: the new one is 400, the first is reset, the session is over",
          "[sio][eio][eio4-polling]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient poller = rig.client();
  RawClient first = rig.client();
  RawClient second = rig.client();
  poller.send_get(rig.poll(sid));
  first.send("POST /engine.io/?" + rig.poll(sid) +
             " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4half");
  CHECK(second.post(rig.poll(sid), "4whole") == "400 ");
  CHECK(first.finished());
  CHECK(first.answer().status == 0);
  CHECK(poller.answer() == "200 1");
  CHECK(rig.echo.reasons == Texts{"transport error"});
  CHECK(rig.echo.details == Texts{"overlap from client"});
  RawClient late = rig.client();
  CHECK(late.get(rig.poll(sid)) == unknown_sid);
}

TEST_CASE("E19 overlap: two GETs: the new one is 400, the first gets 1, the session is over",
          "[sio][eio][eio4-polling]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient first = rig.client();
  RawClient second = rig.client();
  first.send_get(rig.poll(sid));
  CHECK(second.get(rig.poll(sid)) == "400 ");
  CHECK(first.answer() == "200 1");
  CHECK(rig.echo.details == Texts{"overlap from client"});
  CHECK(first.get(rig.poll(sid)) == unknown_sid);
}

TEST_CASE("E38 a POST whose content still comes is cut where its session ends",
          "[sio][eio][eio4-close]") {
  using End = std::function<void(Rig&, const std::string&)>;
  const End ends[] = {
      [](Rig& rig, const std::string&) { rig.echo.sockets[0]->close("forced close", true); },
      [](Rig& rig, const std::string&) { rig.engine->close(); },
      [](Rig& rig, const std::string& sid) {  // two GETs at once
        RawClient poller = rig.client();
        poller.send_get(rig.poll(sid));
        RawClient other = rig.client();
        CHECK(other.get(rig.poll(sid)) == "400 ");
      },
  };
  for (const End& end : ends) {
    Rig rig;
    const std::string sid = rig.open_polling();
    RawClient poster = rig.client();
    poster.send("POST /engine.io/?" + rig.poll(sid) +
                " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4half");
    end(rig, sid);
    rig.loop.settle();
    CHECK(poster.finished());
    CHECK(poster.answer().status == 0);
    CHECK(rig.echo.reasons.size() == 1);
    CHECK(rig.app.connection_count() <= 2);  // those of the GETs
  }
}

TEST_CASE("E18 E20 E21 E23 ends: what a client does over polling, and what it is called",
          "[sio][eio][eio4-close]") {
  struct Row {
    const char* what;
    std::function<void(Rig&, const std::string&, RawClient&)> act;
    const char* reason;
    const char* poll;  // what the held poll gets; null: it went away itself
  };
  const auto post = [](const char* body, const char* fields = "") {
    return [body, fields](Rig& rig, const std::string& sid, RawClient&) {
      RawClient poster = rig.client();
      poster.post(rig.poll(sid), body, fields);
    };
  };
  const Row rows[] = {
      {"a bad packet", post("abc"), "parse error", "200 1"},
      {"an empty body", post(""), "parse error", "200 1"},
      {"a ping", post("2"), "transport error", "200 1"},
      {"a close packet", post("1"), "transport close", "200 6"},
      {"an aborted poll", [](Rig&, const std::string&, RawClient& poll) { poll.peer().reset(); },
       "transport error", nullptr},
      {"a closed tab", [](Rig&, const std::string&, RawClient& poll) { poll.peer().fin(); },
       "transport error", nullptr},
      {"octets",
       [](Rig& rig, const std::string& sid, RawClient&) {
         RawClient poster = rig.client();
         poster.send("POST /engine.io/?" + rig.poll(sid) + " HTTP/1.1\r\nHost: x\r\n" +
                     "Content-Type: application/octet-stream\r\nContent-Length: 2\r\n\r\n4a");
         CHECK(poster.answer() == "400 ");
       },
       "transport error", "200 1"},
      {"an unfinished POST",
       [](Rig& rig, const std::string& sid, RawClient&) {
         RawClient poster = rig.client();
         poster.send("POST /engine.io/?" + rig.poll(sid) +
                     " HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4a");
         poster.peer().reset();
         rig.loop.settle();
       },
       "transport error", "200 1"},
      {"no pong", [](Rig& rig, const std::string&, RawClient&) { rig.loop.advance(45s); },
       "ping timeout", nullptr},
      {"our close", [](Rig& rig, const std::string&, RawClient&) { rig.echo.sockets[0]->close(); },
       "forced close", "200 1"},
      {"our end", [](Rig& rig, const std::string&, RawClient&) { rig.engine->close(); },
       "server shutting down", "200 1"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Rig rig;
    const std::string sid = rig.open_polling();
    RawClient poller = rig.client();
    poller.send_get(rig.poll(sid));
    row.act(rig, sid, poller);
    rig.loop.settle();
    CHECK(rig.echo.reasons == Texts{row.reason});
    if (row.poll != nullptr) CHECK(poller.answer() == row.poll);
    RawClient late = rig.client();
    CHECK(late.get(rig.poll(sid)) == unknown_sid);
    CHECK(rig.engine->clients_count() == 0);
  }
}

TEST_CASE("E24 graceful close flushes, a discarding one drops", "[sio][eio][eio4-close]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient client = rig.client();
  sio::eio::Socket& socket = *rig.echo.sockets[0];
  socket.send_text("1");
  socket.send_text("2");
  SECTION("flushed on the next GET, then 6 and 1, then unknown") {
    socket.close();
    CHECK(socket.ready_state() == sio::eio::ReadyState::closing);
    CHECK_FALSE(socket.send_text("too late"));
    CHECK(client.get(rig.poll(sid)) == "200 41" + sep + "42");
    CHECK(client.get(rig.poll(sid)) == "200 6" + sep + "1");
  }
  SECTION("no GET comes: dropped after 30 s") {
    socket.close();
    rig.loop.advance(30s);
  }
  SECTION("dropped") {
    socket.close("forced close", true);
    CHECK(socket.ready_state() == sio::eio::ReadyState::closed);
  }
  rig.loop.settle();
  RawClient late = rig.client();
  CHECK(late.get(rig.poll(sid)) == unknown_sid);
  CHECK(rig.echo.reasons == Texts{"forced close"});
}

TEST_CASE("E25 b64: a client that takes no octets gets text, and may send it", "[sio][eio]") {
  Rig rig;
  RawClient socket = rig.client();
  socket.upgrade(direct + "&b64=1");
  socket.frames();
  socket.message("bAQIDBA==");
  CHECK(socket.frames() == Texts{"t:bAQIDBA=="});
  RawClient plain = rig.client();
  plain.upgrade(direct);
  plain.frames();
  plain.message("bAQIDBA==");
  CHECK(plain.frames() == Texts{"b:\1\2\3\4"});
}

TEST_CASE("E37 socket: what it tells of itself", "[sio][eio]") {
  Rig rig;
  RawClient client = rig.client();
  const std::string sid = rig.sid_of(client.get(hello + "&a=b", "X-Y: z\r\n"));
  const sio::eio::Socket& socket = *rig.echo.sockets[0];
  CHECK(socket.id() == sid);
  CHECK(socket.protocol() == 4);
  CHECK(socket.transport() == "polling");
  CHECK(socket.ready_state() == sio::eio::ReadyState::open);
  CHECK_FALSE(socket.upgraded());
  CHECK_FALSE(socket.remote_address().empty());
  CHECK(socket.handshake().url() == "/engine.io/?" + hello + "&a=b");
}

TEST_CASE("E39 clients: they are counted, and all end with the server", "[sio][eio]") {
  Rig rig;
  rig.open_polling();
  RawClient socket = rig.client();
  socket.upgrade(direct);
  CHECK(rig.engine->clients_count() == 2);
  rig.engine->close();
  rig.loop.settle();
  CHECK(rig.engine->clients_count() == 0);
  CHECK(rig.echo.reasons == Texts{"server shutting down", "server shutting down"});
}
