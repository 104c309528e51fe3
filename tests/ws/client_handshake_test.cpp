// tests/ws/client_handshake_test.cpp - rfc6455-4.1: what a client sends, and which answers it
// believes.
#include "ws/client_handshake.h"

#include "http/request_parser.h"
#include "tests/catch.h"
#include "tests/support/splits.h"
#include "ws/handshake.h"

using namespace strata;
using namespace strata::test;

namespace {

ws::ClientHandshake sample(std::vector<std::string> subprotocols = {}) {
  ws::ClientRequest request;
  request.host = "server.example.com";
  request.target = "/chat";
  request.subprotocols = std::move(subprotocols);
  return {request, net::as_bytes("the sample nonce")};  // rfc6455-1.3
}

const std::string good =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

struct Row {
  const char* what;
  const char* from;  // a part of the good answer, replaced by:
  const char* to;
  const char* why;  // null: it opens
};

const Row rows[] = {
    {"the good one", "", "", nullptr},
    {"no reason", "101 Switching Protocols", "101 ", nullptr},
    {"not even its blank", "101 Switching Protocols", "101", nullptr},
    {"names in capitals", "Upgrade: websocket", "UPGRADE: WebSocket", nullptr},
    {"Connection in a list", "Connection: Upgrade", "Connection: keep-alive, upgrade", nullptr},
    {"blanks around",
     "Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Accept:\t s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t", nullptr},
    {"more fields", "Upgrade: websocket", "Server: x\r\nUpgrade: websocket", nullptr},
    {"HTTP/1.0", "HTTP/1.1", "HTTP/1.0", "no HTTP/1.1 answer"},
    {"no HTTP", "HTTP/1.1", "ICY 1.1 ", "no HTTP/1.1 answer"},
    {"a status of 4 digits", "101 ", "1010 ", "no HTTP/1.1 answer"},
    {"a status of letters", "101 ", "1O1 ", "no HTTP/1.1 answer"},
    {"200", "101 Switching Protocols", "200 OK", "the server did not switch protocols"},
    {"403", "101 Switching Protocols", "403 Forbidden", "the server did not switch protocols"},
    {"no Upgrade", "Upgrade: websocket\r\n", "", "Upgrade is not websocket"},
    {"another Upgrade", "Upgrade: websocket", "Upgrade: h2c", "Upgrade is not websocket"},
    {"two Upgrades", "Upgrade: websocket", "Upgrade: websocket\r\nUpgrade: websocket",
     "Upgrade is not websocket"},
    {"no Connection", "Connection: Upgrade\r\n", "", "Connection does not name Upgrade"},
    {"another Connection", "Connection: Upgrade", "Connection: close",
     "Connection does not name Upgrade"},
    {"no Accept", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "",
     "Sec-WebSocket-Accept does not fit the key"},
    {"a wrong Accept", "s3pP", "S3pP", "Sec-WebSocket-Accept does not fit the key"},
    {"two Accepts", "Connection: Upgrade",
     "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
     "Sec-WebSocket-Accept does not fit the key"},
    {"an extension", "Connection: Upgrade",
     "Connection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate",
     "an extension that was not offered"},
    {"a subprotocol", "Connection: Upgrade", "Connection: Upgrade\r\nSec-WebSocket-Protocol: x",
     "a subprotocol that was not offered"},
    {"a folded line", "Connection: Upgrade", "Connection: Upgrade\r\n x", "malformed field line"},
    {"no colon", "Connection: Upgrade", "Connection Upgrade", "malformed field line"},
    {"a blank before the colon", "Connection:", "Connection :", "malformed field line"},
    {"a bare LF", "Connection: Upgrade\r\n", "Connection: Upgrade\n", "malformed field line"},
    {"a bare CR", "Connection: Upgrade", "X: a\rb\r\nConnection: Upgrade", "malformed field line"},
};

std::string with(const Row& row) {
  std::string answer = good;
  if (*row.from != '\0')
    answer.replace(answer.find(row.from), std::string(row.from).size(), row.to);
  return answer + "\r\n";
}

}  // namespace

TEST_CASE("a client asks as the document shows, and a server agrees",
          "[ws][codec][rfc6455-4.1][rfc6455-1.3]") {
  net::SendQueue out;
  sample({"chat", "superchat"}).append_request(out);
  std::string head = out.take_text();
  CHECK(head ==
        "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, superchat\r\n\r\n");
  const http::Limits limits;
  http::RequestParser parser(limits);
  net::MutableBytes in = mutable_bytes(head);
  const auto request = parser.next(in);
  REQUIRE(request.ready());
  REQUIRE_FALSE(ws::check_upgrade(*request));
  const std::vector<std::string> ours{"superchat"};
  ws::append_upgrade(*request, {ws::choose_subprotocol(*request, ours), {}}, out);
  std::string answer = out.take_text();
  net::MutableBytes back = mutable_bytes(answer);
  const auto opened = sample({"chat", "superchat"}).next(back);
  REQUIRE(opened.ready());
  CHECK(opened->subprotocol == "superchat");
  CHECK(back.empty());
}

TEST_CASE("an answer is believed or not, the same at every split", "[ws][codec][rfc6455-4.1]") {
  for (const Row& row : rows) {
    const std::string answer = with(row) + "frames";
    for (std::size_t cut = 0; cut <= answer.size(); ++cut) {
      CAPTURE(row.what, cut);
      ws::ClientHandshake handshake = sample();
      std::string block = answer.substr(0, cut);
      net::MutableBytes in = mutable_bytes(block);
      auto opened = handshake.next(in);
      if (opened.need_more()) {
        REQUIRE(in.size() == cut);
        block = answer;
        in = mutable_bytes(block);
        opened = handshake.next(in);
      }
      REQUIRE(opened.ready() == (row.why == nullptr));
      if (row.why != nullptr) {
        REQUIRE(opened.error().why == std::string(row.why));
      } else {
        REQUIRE(net::as_text(in) == std::string_view(block).substr(with(row).size()));
      }
    }
  }
}

TEST_CASE("an answer that never ends is cut at 16 KiB", "[ws][codec]") {
  std::string endless = good;
  while (endless.size() <= ws::ClientHandshake::head_bytes_max)
    endless += "X: xxxxxxxxxxxxxxxxx\r\n";
  ws::ClientHandshake handshake = sample();
  net::MutableBytes in = mutable_bytes(endless);
  CHECK(handshake.next(in).failed());
  std::string other = "SSH-2.0-OpenSSH";
  ws::ClientHandshake early = sample();
  in = mutable_bytes(other).first(1);
  CHECK(early.next(in).failed());  // one byte is enough
}
