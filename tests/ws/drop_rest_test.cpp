// tests/ws/drop_rest_test.cpp - behind an error: our Close, FIN, and what the peer still sends is
// received and dropped. TCP would answer it with RST, and the peer might never read our Close.
#include "http/server.h"
#include "tests/ws/client_fixture.h"
#include "ws/route.h"

using namespace strata;
using namespace strata::test;

namespace {

struct BadClient {
  BadClient() : app(loop) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(80)));
    ws::RouteOptions options;
    options.limits.close_timeout = 3s;
    options.on_message = [this](ws::Connection&, const ws::Message& message) {
      log += "message|";
      if (message.view() == "throw") throw std::runtime_error("as told");
    };
    options.on_close = [this](ws::Connection&, ws::CloseCode code, std::string_view why) {
      log += std::to_string(static_cast<int>(code)) + ":" + std::string(why) + "|";
    };
    ws::route(app, "/", std::move(options));
    peer = loop.dial(80);
    peer.send(
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    loop.settle();
    REQUIRE(peer.take().starts_with("HTTP/1.1 101 "));
  }
  // Sends it, and 8 MB that nobody waits for.
  void breaks(const std::string& wire, int code) {
    peer.send(wire);
    loop.settle();
    const std::string close = peer.take();
    CHECK(close.substr(0, 1) == "\x88");
    CHECK(close.substr(2, 2) == close_payload(code));
    for (int i = 0; i < 8; ++i) {
      peer.send(std::string(1'000'000, 'x'));
      loop.settle();
      CHECK(peer.line().to_server.bytes.empty());
    }
    CHECK(peer.ended());
    CHECK_FALSE(peer.was_reset());
    CHECK(peer.take().empty());
  }
  VirtualLoop loop;
  http::Server app;
  Peer peer;
  std::string log;
};

struct Row {
  const char* what;
  std::string wire;
  int code;
  const char* log;
};
const Row rows[] = {
    {"an unmasked frame", from_server(0x81, "x"), 1002, "1006:"},
    {"a message over the limit", hex("82 ff 00 00 00 00 01 00 00 00 37 fa 21 3d"), 1009, "1006:"},
    {"no UTF-8, in mid-frame", hex("81 ff 00 00 00 00 00 01 00 00 00 00 00 00 ff"), 1007, "1006:"},
    {"a handler that throws", from_client(0x81, "throw"), 1011, "message|1006:as told|"},
};

}  // namespace

TEST_CASE("a client that breaks a rule in mid-message can read why", "[ws][rfc6455-7.1.7]") {
  for (const Row& row : rows) {
    CAPTURE(row.what);
    BadClient f;
    f.breaks(row.wire, row.code);
    f.peer.send(from_client(0x88, close_payload(1000)));  // nor is this looked at
    f.peer.fin();
    f.loop.settle();
    CHECK(f.log.starts_with(row.log));
    CHECK(f.loop.connection_count() == 0);
  }
}

TEST_CASE("one that does not end is reset at close_timeout, however much it sends",
          "[ws][rfc6455-7.1.7]") {
  for (const Row& row : rows) {
    CAPTURE(row.what);
    BadClient f;
    f.breaks(row.wire, row.code);
    for (int i = 0; i < 29; ++i) {
      f.loop.advance(100ms);
      f.peer.send(std::string(100'000, 'x'));
    }
    f.loop.settle();
    CHECK_FALSE(f.peer.was_reset());
    CHECK(f.log.find("1006") == f.log.npos);
    f.loop.advance(200ms);
    CHECK(f.peer.was_reset());
    CHECK(f.log.starts_with(row.log));
    CHECK(f.loop.connection_count() == 0);
  }
}

TEST_CASE("our client drops the rest likewise", "[ws][client][rfc6455-7.1.7]") {
  for (const bool ends : {true, false}) {
    WsClientFixture f({.limits = {.close_timeout = 3s}});
    f.opened();
    f.say(from_client(0x81, "x"));
    CHECK(f.peer().got.substr(6, 2) == from_client(0x88, close_payload(1002)).substr(6, 2));
    CHECK(f.peer().fin);
    for (int i = 0; i < 8; ++i) f.say(std::string(1'000'000, 'x'));
    CHECK_FALSE(f.peer().gone);
    CHECK(f.log == "open:|");
    if (ends) f.peer().finish();
    f.loop.settle();
    CHECK((f.log == "open:|") == !ends);
    f.loop.advance(4s);
    CHECK(f.log.starts_with("open:|close:1006:"));
    CHECK(f.peer().gone);
    CHECK(f.client->connection() == nullptr);
  }
}
