// tests/ws/route_test.cpp - WebSockets on an http::Server over the virtual loop: who may open one,
// what handlers see, garbage, and clients that die at any byte.
#include "ws/route.h"

#include "http/server.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/frames.h"

using namespace strata;
using namespace strata::test;

namespace {

const std::string fields =
    "Host: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

std::string upgrade(std::string_view target = "/chat", std::string_view more = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\n" + fields + std::string(more) + "\r\n";
}

struct Chat {
  explicit Chat(ws::RouteOptions options = {}) : app(std::make_unique<http::Server>(loop)) {
    REQUIRE_FALSE(app->listen(net::Address::loopback(80)));
    if (!options.on_message) {
      options.on_message = [](ws::Connection& from, const ws::Message& message) {
        if (message.text) {
          from.send_text(message.view());
        } else {
          from.send_binary(message.payload);
        }
      };
    }
    if (!options.on_close) {
      options.on_close = [this](ws::Connection&, ws::CloseCode code, std::string_view reason) {
        closes += std::to_string(static_cast<int>(code)) + ":" + std::string(reason) + "|";
      };
    }
    endpoint = &ws::route(*app, "/chat", std::move(options));
  }
  Peer dial(const std::string& text) {
    Peer peer = loop.dial(80);
    peer.send(text);
    loop.settle();
    return peer;
  }
  std::string ask(Peer& peer, const std::string& text) {
    peer.send(text);
    loop.settle();
    return peer.take();
  }
  Peer open() {
    Peer peer = dial(upgrade());
    REQUIRE(peer.take().starts_with("HTTP/1.1 101 "));
    return peer;
  }
  int status(const std::string& text) {
    Peer peer = dial(text);
    const std::string answer = peer.take();
    return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
  }
  VirtualLoop loop;
  std::unique_ptr<http::Server> app;
  ws::Endpoint* endpoint = nullptr;
  std::string closes;
};

}  // namespace

TEST_CASE("an upgrade and the frames behind it may come in one piece", "[ws][rfc6455-4.2.2]") {
  Chat chat;
  Peer peer = chat.dial(upgrade() + from_client(0x81, "early"));
  CHECK(peer.take() ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" +
            from_server(0x81, "early"));
  CHECK(chat.endpoint->connection_count() == 1);
  peer = Peer();
  chat.loop.settle();
  CHECK(chat.endpoint->connection_count() == 0);
  CHECK(chat.loop.connection_count() == 0);
}

TEST_CASE("what is no upgrade is told so",
          "[ws][rfc6455-4.2.1][rfc6455-4.4][rfc9110-7.8][rfc9110-15.5.22]") {
  Chat chat;
  Peer plain = chat.dial("GET /chat HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answer = plain.take();
  CHECK(answer.starts_with("HTTP/1.1 426 "));
  CHECK(answer.find("\r\nUpgrade: websocket\r\n") != answer.npos);
  CHECK(answer.find("\r\nConnection: Upgrade\r\n") != answer.npos);  // rfc9110-7.8
  CHECK(answer.find("\r\nSec-WebSocket-Version: 13\r\n") != answer.npos);
  Peer post = chat.dial("POST /chat HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  const std::string refused = post.take();
  CHECK(refused.starts_with("HTTP/1.1 405 "));
  CHECK(refused.find("\r\nAllow: GET\r\n") != refused.npos);
  CHECK(chat.status("GET /other HTTP/1.1\r\n" + fields + "\r\n") == 404);
  CHECK(chat.status("GET /chat HTTP/1.0\r\n" + fields + "\r\n") == 400);
  CHECK(chat.status(upgrade("/chat", "Host: b\r\n")) == 400);
  CHECK(chat.status(upgrade("/chat", "Sec-WebSocket-Version: 8\r\n")) == 426);
  CHECK(chat.status(upgrade("/chat", "Sec-WebSocket-Extensions: a;\r\n")) == 400);
  CHECK(chat.status(upgrade("/chat", "Content-Length: 2\r\n") + "hi") == 400);
  CHECK(chat.endpoint->connection_count() == 0);
}

TEST_CASE("a foreign Origin is refused unless it is listed", "[ws][rfc6455-10.2][rfc6454-7.3]") {
  const std::string foreign = "Origin: https://b.example\r\n";
  Chat closed;
  CHECK(closed.status(upgrade("/chat", foreign)) == 403);
  CHECK(closed.status(upgrade("/chat", "Origin: null\r\n")) == 403);
  CHECK(closed.status(upgrade("/chat", "Origin: http://a.example\r\n")) == 101);
  CHECK(closed.status(upgrade("/chat", "Origin: http://a.example\r\n" + foreign)) == 403);
  CHECK(closed.status(upgrade()) == 101);
  ws::RouteOptions listed;
  listed.origins = {"https://b.example"};
  Chat open(std::move(listed));
  CHECK(open.status(upgrade("/chat", foreign)) == 101);
  CHECK(open.status(upgrade("/chat", "Origin: https://c.example\r\n")) == 403);
}

TEST_CASE("a subprotocol is agreed on", "[ws][rfc6455-4.2.2]") {
  ws::RouteOptions options;
  options.subprotocols = {"echo", "chat"};
  Chat chat(std::move(options));
  Peer peer = chat.dial(upgrade("/chat", "Sec-WebSocket-Protocol: x, chat, echo\r\n"));
  CHECK(peer.take().find("\r\nSec-WebSocket-Protocol: chat\r\n") != std::string::npos);
  Peer none = chat.dial(upgrade("/chat", "Sec-WebSocket-Protocol: x\r\n"));
  CHECK(none.take().find("Sec-WebSocket-Protocol") == std::string::npos);
}

TEST_CASE("extensions that are offered are declined", "[ws][rfc6455-9.1]") {
  Chat chat;
  Peer peer = chat.dial(upgrade("/chat", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  const std::string answer = peer.take();
  CHECK(answer.starts_with("HTTP/1.1 101 "));
  CHECK(answer.find("Extensions") == answer.npos);
}

TEST_CASE("handlers see the request, each other, and the end", "[ws]") {
  VirtualLoop loop;
  http::Server app(loop);
  REQUIRE_FALSE(app.listen(net::Address::loopback(80)));
  std::string log;
  ws::route(app, "/room/:name",
            {.on_open =
                 [&](ws::Connection& c, const http::Request& request) {
                   c.user = &log;
                   log += "open:" + std::string(request.param("name").value_or("?")) + ":" +
                          request.query("as").value_or("?") + "|";
                 },
             .on_message =
                 [&](ws::Connection& from, const ws::Message& m) {
                   if (m.view() == "all") ws::Endpoint::of(from).broadcast_text("to all");
                   if (m.view() == "others")
                     ws::Endpoint::of(from).broadcast_binary(m.payload, &from);
                   if (m.view() == "throw") throw std::runtime_error("handler");
                 },
             .on_ping = [&](ws::Connection& c,
                            net::Bytes) { *static_cast<std::string*>(c.user) += "ping|"; },
             .on_pong = [&](ws::Connection&, net::Bytes) { log += "pong|"; },
             .on_close =
                 [&](ws::Connection& c, ws::CloseCode code, std::string_view) {
                   log += "close:" + std::to_string(static_cast<int>(code)) + "|";
                   ws::Endpoint::of(c).broadcast_text("left");
                 }});
  std::vector<Peer> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(loop.dial(80));
    peers.back().send(upgrade("/room/blue?as=" + std::to_string(i)));
    loop.settle();
    peers.back().take();
  }
  CHECK(log == "open:blue:0|open:blue:1|open:blue:2|");
  log.clear();
  peers[0].send(from_client(0x81, "all"));
  loop.settle();
  for (Peer& peer : peers) CHECK(peer.take() == from_server(0x81, "to all"));
  peers[1].send(from_client(0x81, "others"));
  loop.settle();
  CHECK(peers[0].take() == from_server(0x82, "others"));
  CHECK(peers[1].take().empty());
  CHECK(peers[2].take() == from_server(0x82, "others"));
  peers[0].send(from_client(0x89, "") + from_client(0x8A, ""));
  loop.settle();
  CHECK(log == "ping|pong|");
  peers[0].take();
  peers[0].reset();
  peers[1].send(from_client(0x81, "throw"));
  loop.settle();
  CHECK(log == "ping|pong|close:1006|");
  CHECK(peers[1].take().ends_with(from_server(0x88, close_payload(1011, "internal error"))));
  CHECK(peers[2].take() == from_server(0x81, "left"));
}

TEST_CASE("a handler may destroy the server that it runs in", "[ws]") {
  Chat* self = nullptr;
  ws::RouteOptions options;
  int calls = 0;
  options.on_message = [&](ws::Connection& from, const ws::Message&) {
    ++calls;
    from.send_text("last");
    self->app.reset();
  };
  Chat chat(std::move(options));
  self = &chat;
  Peer peer = chat.open();
  Peer other = chat.open();
  chat.ask(peer, from_client(0x81, "1") + from_client(0x81, "2"));
  CHECK(calls == 1);
  CHECK(chat.loop.connection_count() == 0);
  CHECK(other.finished());
  CHECK(chat.closes.empty());
}

TEST_CASE("closing an endpoint says goodbye to each", "[ws][rfc6455-7.4.1]") {
  Chat chat;
  Peer a = chat.open(), b = chat.open();
  chat.endpoint->close(ws::CloseCode::going_away, "restart");
  chat.loop.settle();
  CHECK(a.take() == from_server(0x88, close_payload(1001, "restart")));
  CHECK(b.take() == from_server(0x88, close_payload(1001, "restart")));
  chat.ask(a, from_client(0x88, close_payload(1001)));
  chat.loop.advance(6s);
  CHECK(chat.endpoint->connection_count() == 0);
  CHECK(chat.closes == "1001:|1006:no answer to our Close|");
}

TEST_CASE("garbage is answered with its code, and a neighbour does not notice",
          "[ws][rfc6455-7.1.7]") {
  struct Garbage {
    const char* what;
    std::string bytes;
    int code;  // of the Close
  };
  const auto f = from_client;
  const Garbage rows[] = {
      {"an HTTP request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1002},
      {"a TLS hello", hex("16 03 01 02 00 01 00"), 1002},
      {"0xFF for ever", std::string(5000, '\xff'), 1002},
      {"zeros", std::string(100, '\0'), 1002},
      {"no mask", from_server(0x81, "x"), 1002},
      {"no mask, empty", hex("81 00"), 1002},
      {"RSV1", f(0xC1, "x"), 1002},
      {"RSV2", f(0xA2, "x"), 1002},
      {"RSV3", f(0x92, "x"), 1002},
      {"opcode 3", f(0x83, ""), 1002},
      {"opcode 7", f(0x87, ""), 1002},
      {"opcode 11", f(0x8B, ""), 1002},
      {"opcode 15", f(0x8F, ""), 1002},
      {"ping in fragments", f(0x09, ""), 1002},
      {"ping of 126", f(0x89, std::string(126, 'x')), 1002},
      {"close of one byte", f(0x88, "x"), 1002},
      {"close 0", f(0x88, close_payload(0)), 1002},
      {"close 999", f(0x88, close_payload(999)), 1002},
      {"close 1004", f(0x88, close_payload(1004)), 1002},
      {"close 1005", f(0x88, close_payload(1005)), 1002},
      {"close 1006", f(0x88, close_payload(1006)), 1002},
      {"close 1015", f(0x88, close_payload(1015)), 1002},
      {"close 2999", f(0x88, close_payload(2999)), 1002},
      {"close 5000", f(0x88, close_payload(5000)), 1002},
      {"close 65535", f(0x88, close_payload(65535)), 1002},
      {"a reason that is no UTF-8", f(0x88, close_payload(1000, "\xc3")), 1007},
      {"text that is no UTF-8", f(0x81, "\xc3\x28"), 1007},
      {"text cut in a character", f(0x81, "\xe2\x82"), 1007},
      {"a surrogate in fragments", f(0x01, "\xed") + f(0x80, "\xa0\x80"), 1007},
      {"continuation of nothing", f(0x80, ""), 1002},
      {"text inside text", f(0x01, "a") + f(0x01, "b"), 1002},
      {"2 bytes for 5", hex("81 fe 00 05") + "keyyhello", 1002},
      {"8 bytes for 5", hex("81 ff 00 00 00 00 00 00 00 05") + "keyyhello", 1002},
      {"a negative length", hex("82 ff ff ff ff ff ff ff ff ff"), 1002},
      {"2^62 bytes", hex("82 ff 40 00 00 00 00 00 00 00 00 00 00 00"), 1009},
      {"1 MiB and a byte", hex("82 ff 00 00 00 00 00 10 00 01 00 00 00 00"), 1009},
      {"1 MiB and a byte in fragments", f(0x02, std::string(1024 * 1024, 'x')) + f(0x80, "x"),
       1009},
  };
  Chat chat;
  Peer neighbour = chat.open();
  for (const Garbage& row : rows) {
    CAPTURE(row.what);
    Peer peer = chat.open();
    const std::string answer = chat.ask(peer, row.bytes + f(0x81, "behind"));
    REQUIRE(answer.size() >= 4);
    CHECK(answer[0] == '\x88');
    CHECK(answer.substr(2, 2) == close_payload(row.code));
    CHECK(answer.size() == 2u + static_cast<unsigned char>(answer[1]));
    CHECK(peer.ended());
    peer = Peer();
    CHECK(chat.ask(neighbour, f(0x81, "still here")) == from_server(0x81, "still here"));
    CHECK(chat.endpoint->connection_count() == 1);
  }
}

TEST_CASE("a client that dies at any byte leaves nothing behind", "[ws]") {
  const std::string script = upgrade() + from_client(0x81, "Hello") + from_client(0x01, "frag") +
                             from_client(0x89, "ping") + from_client(0x80, "ment") +
                             from_client(0x82, std::string(300, 'b')) +
                             from_client(0x88, close_payload(1000, "bye"));
  for (const bool by_reset : {false, true}) {
    Chat chat;
    for (std::size_t have = 0; have <= script.size(); ++have) {
      Peer peer = chat.dial(script.substr(0, have));
      by_reset ? peer.reset() : peer.fin();
      chat.loop.settle();
      if (!by_reset) peer.take();
      if (chat.loop.connection_count() != 0) chat.loop.advance(15s);
      CAPTURE(have, by_reset);
      REQUIRE(chat.loop.connection_count() == 0);
      REQUIRE(chat.endpoint->connection_count() == 0);
      REQUIRE(chat.app->connection_count() == 0);
    }
  }
}

TEST_CASE("every split of a session gives the same answers", "[ws]") {
  const std::string script = upgrade() + from_client(0x81, "Hello") + from_client(0x89, "ping") +
                             from_client(0x88, close_payload(1000, "bye"));
  std::string whole;
  for (std::size_t cut = 0; cut <= script.size(); ++cut) {
    Chat chat;
    Peer peer = chat.dial(script.substr(0, cut));
    peer.send(script.substr(cut));
    chat.loop.settle();
    const std::string answer = peer.take();
    if (cut == 0) whole = answer;
    REQUIRE(answer == whole);
  }
}
