// tests/ws/gate.h - a server with one route that decides who is let in, over the virtual loop.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "http/server.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/frames.h"
#include "ws/route.h"

namespace strata::test {

inline std::string upgrade(std::string_view target = "/room/blue", std::string_view more = {}) {
  return "GET " + std::string(target) +
         " HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         std::string(more) + "\r\n";
}

inline const std::string accepted =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

struct User {
  std::string name;
  int messages = 0;
};

using OnUpgrade = std::function<void(ws::Upgrade, const http::Request&)>;

inline ws::RouteOptions echo(OnUpgrade on_upgrade, std::string* log = nullptr) {
  ws::RouteOptions options;
  options.on_upgrade = std::move(on_upgrade);
  options.on_message = [](ws::Connection& from, const ws::Message& m) { from.send_text(m.view()); };
  options.on_open = [log](ws::Connection& opened, const http::Request& request) {
    if (log == nullptr) return;
    *log += "open " + std::string(request.param("id").value_or("?"));
    if (const User* user = opened.find<User>()) *log += " " + user->name;
    *log += "|";
  };
  options.on_close = [log](ws::Connection&, ws::CloseCode code, std::string_view) {
    if (log != nullptr) *log += "close " + std::to_string(static_cast<int>(code)) + "|";
  };
  return options;
}

struct Gate {
  explicit Gate(OnUpgrade on_upgrade) : Gate(echo(std::move(on_upgrade), &log)) {}
  explicit Gate(ws::RouteOptions options) : app(std::make_unique<http::Server>(loop)) {
    REQUIRE_FALSE(app->listen(net::Address::loopback(80)));
    endpoint = &ws::route(*app, "/room/:id", std::move(options));
  }
  Peer dial(const std::string& text) {
    Peer peer = loop.dial(80);
    peer.send(text);
    loop.settle();
    return peer;
  }
  std::string answer(const std::string& text) { return dial(text).take(); }
  std::string log;
  VirtualLoop loop;
  std::unique_ptr<http::Server> app;
  ws::Endpoint* endpoint = nullptr;
};

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace strata::test
