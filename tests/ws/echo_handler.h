// tests/ws/echo_handler.h - a handler that echoes, does what a message tells it, and writes down
// what happened.
#pragma once
#include <memory>
#include <stdexcept>
#include <string>

#include "net/loop.h"
#include "tests/ws/frames.h"
#include "ws/connection.h"

namespace strata::test {

// Also the owner of its connection: destroys it as on_close asks for.
struct EchoHandler final : ws::Handler {
  explicit EchoHandler(net::Loop& l) : loop(l) {}
  ws::Connection& open(std::unique_ptr<net::Connection> below, ws::Role role = ws::Role::server,
                       const ws::Limits& limits = {}) {
    connection = std::make_unique<ws::Connection>(std::move(below), role, limits, *this);
    return *connection;
  }
  void on_message(ws::Connection& from, ws::Message& message) override {
    if (logs) log += describe(message);
    if (message.view() == "throw") throw std::runtime_error("as asked");
    if (message.view() == "throw 7") throw 7;
    if (message.view() == "close") from.close(ws::CloseCode::normal, "as asked");
    if (message.view() == "terminate") from.terminate();
    if (message.view() == "pause") from.pause();
    if (!echoes) return;
    from.send(std::move(message));
  }
  void on_ping(ws::Connection&, net::Bytes payload) override { log += describe(ws::Ping{payload}); }
  void on_pong(ws::Connection&, net::Bytes payload) override { log += describe(ws::Pong{payload}); }
  void on_drain(ws::Connection&) override { log += "drain|"; }
  void on_close(ws::Connection&, ws::CloseCode code, std::string_view reason) override {
    ended = std::to_string(static_cast<int>(code)) + ":" + std::string(reason);
    ++closes;
    loop.defer([gone = std::move(connection)] {});
  }

  net::Loop& loop;
  std::unique_ptr<ws::Connection> connection;
  std::string log;
  std::string ended;  // "code:reason", once
  int closes = 0;
  bool echoes = true;
  bool logs = true;
};

}  // namespace strata::test
