// tests/ws/compressed_route_test.cpp - permessage-deflate on a route: from the offer to the echo.
#include "http/server.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/deflated.h"
#include "tests/ws/frames.h"
#include "ws/client_handshake.h"
#include "ws/route.h"

using namespace strata;
using namespace strata::test;

namespace {

struct Echo {
  explicit Echo(std::optional<ws::CompressionOptions> compression) : app(loop) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(80)));
    ws::RouteOptions options;
    options.on_message = [](ws::Connection& from, const ws::Message& m) {
      from.send_text(m.view());
    };
    options.compression = compression;
    ws::route(app, "/chat", std::move(options));
  }
  // The value of Sec-WebSocket-Extensions in the 101, or "none".
  std::string open(Peer& peer, std::string_view offers) {
    peer.send("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
              std::string("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") +
              "Sec-WebSocket-Version: 13\r\n" + std::string(offers) + "\r\n");
    loop.settle();
    const std::string answer = peer.take();
    REQUIRE(answer.starts_with("HTTP/1.1 101 "));
    const std::string name = "Sec-WebSocket-Extensions: ";
    const std::size_t at = answer.find(name);
    if (at == answer.npos) return "none";
    return answer.substr(at + name.size(), answer.find('\r', at) - at - name.size());
  }
  std::string ask(Peer& peer, const std::string& bytes) {
    peer.send(bytes);
    loop.settle();
    return peer.take();
  }
  VirtualLoop loop;
  http::Server app;
};

const std::string offer = "Sec-WebSocket-Extensions: ";

}  // namespace

TEST_CASE("compression is off unless the route has it", "[ws][rfc7692-5]") {
  Echo echo(std::nullopt);
  Peer peer = echo.loop.dial(80);
  CHECK(echo.open(peer, offer + "permessage-deflate\r\n") == "none");
  CHECK(echo.ask(peer, from_client(0xC1, hello_deflated)).substr(2, 2) == "\x03\xea");  // 1002
}

TEST_CASE("a route takes one of the offers, and then speaks compressed", "[ws][rfc7692-5]") {
  ws::CompressionOptions options;
  options.threshold = 5;
  Echo echo(options);
  Peer peer = echo.loop.dial(80);
  CHECK(echo.open(peer,
                  offer + "x-other\r\n" + offer +
                      "permessage-deflate; no, permessage-deflate; client_max_window_bits\r\n") ==
        "permessage-deflate");
  CHECK(echo.ask(peer, from_client(0xC1, hello_deflated)) == from_server(0xC1, hello_deflated));
  CHECK(echo.ask(peer, from_client(0x81, "Hello")) == from_server(0xC1, hello_again));
  CHECK(echo.ask(peer, from_client(0x81, "Hell")) == from_server(0x81, "Hell"));
  CHECK(echo.ask(peer, from_client(0xC1, "\x06")).substr(0, 4) ==
        from_server(0x88, close_payload(1007, "compressed message is damaged")).substr(0, 4));

  Peer without = echo.loop.dial(80);
  CHECK(echo.open(without, "") == "none");
  CHECK(echo.ask(without, from_client(0x81, "Hello")) == from_server(0x81, "Hello"));
  Peer nonsense = echo.loop.dial(80);
  CHECK(echo.open(nonsense, offer + "permessage-deflate; server_max_window_bits=7\r\n") == "none");
  Peer fresh = echo.loop.dial(80);
  CHECK(echo.open(fresh, offer + "permessage-deflate; server_no_context_takeover\r\n") ==
        "permessage-deflate; server_no_context_takeover");
}

TEST_CASE("a client's handshake offers, and checks the answer", "[ws][codec][rfc7692-7.1]") {
  ws::ClientRequest request;
  request.host = "server.example.com";
  request.compression = ws::DeflateParameters{};
  const auto answered = [&request](const std::string& lines) {
    ws::ClientHandshake handshake(request, net::as_bytes("the sample nonce"));
    std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
        lines + "\r\n";
    net::MutableBytes in = mutable_bytes(answer);
    return handshake.next(in);
  };
  net::SendQueue out;
  ws::ClientHandshake(request, net::as_bytes("the sample nonce")).append_request(out);
  CHECK(out.take_text().find("\r\nSec-WebSocket-Extensions: permessage-deflate; "
                             "client_max_window_bits\r\n") != std::string::npos);
  const auto none = answered("");
  REQUIRE(none.ready());
  CHECK_FALSE(none->compression);
  const auto taken = answered(offer + "permessage-deflate; client_max_window_bits=9\r\n");
  REQUIRE(taken.ready());
  REQUIRE(taken->compression);
  CHECK(*taken->compression == ws::DeflateParameters{false, false, 15, 9});
  const std::pair<std::string, std::string> wrong[] = {
      {offer + "x-other\r\n", "an extension that was not offered"},
      {offer + "permessage-deflate\r\n" + offer + "permessage-deflate\r\n",
       "Sec-WebSocket-Extensions twice"},
      {offer + "permessage-deflate; =\r\n", "a malformed Sec-WebSocket-Extensions"},
  };
  for (const auto& row : wrong) {
    CAPTURE(row.first);
    const auto refused = answered(row.first);
    REQUIRE(refused.failed());
    CHECK(refused.error().why == row.second);
  }
}
