// tests/ws/connection_test.cpp - the driver over the virtual loop: batches, time, endings.
#include "ws/connection.h"

#include <stdexcept>

#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/frames.h"

using namespace strata;
using namespace strata::test;
using ws::CloseCode;
using ws::Role;
using ws::SendResult;

namespace {

// A connection that echoes and writes down what happened; the owner's part included.
struct Echo final : ws::Handler {
  explicit Echo(VirtualLoop& l) : loop(l) {}
  void open(std::unique_ptr<net::Connection> below, Role role = Role::server,
            const ws::Limits& limits = {}) {
    connection = std::make_unique<ws::Connection>(std::move(below), role, limits, *this,
                                                  role == Role::client ? fixed_key()
                                                                       : ws::MaskSource());
  }
  void on_message(ws::Connection& from, const ws::Message& message) override {
    log += describe(message);
    if (message.view() == "throw") throw std::runtime_error("as asked");
    if (message.view() == "close") from.close(CloseCode::normal, "as asked");
    if (message.view() == "terminate") from.terminate();
    if (message.view() == "pause") from.pause();
    if (!echoes) return;
    if (message.text) {
      from.send_text(message.view());
    } else {
      from.send_binary(message.payload);
    }
  }
  void on_ping(ws::Connection&, net::Bytes payload) override { log += describe(ws::Ping{payload}); }
  void on_pong(ws::Connection&, net::Bytes payload) override { log += describe(ws::Pong{payload}); }
  void on_drain(ws::Connection&) override { log += "drain|"; }
  void on_close(ws::Connection&, CloseCode code, std::string_view reason) override {
    log += "end:" + std::to_string(static_cast<int>(code)) + ":" + std::string(reason) + "|";
    loop.defer([gone = std::move(connection)] {});
  }
  VirtualLoop& loop;
  std::unique_ptr<ws::Connection> connection;
  std::string log;
  bool echoes = true;
};

}  // namespace

TEST_CASE("all frames of one receive are answered together", "[ws]") {
  VirtualLoop loop;
  auto [peer, below] = loop.pair();
  Echo echo(loop);
  echo.open(std::move(below));
  peer.send(from_client(0x81, "one") + from_client(0x89, "p") + from_client(0x82, "two"));
  loop.settle();
  CHECK(echo.log == "text:one|ping:p|binary:two|");
  CHECK(peer.take() == from_server(0x81, "one") + from_server(0x8A, "p") + from_server(0x82, "two"));
  peer.send(from_client(0x88, close_payload(1000, "done")));
  loop.settle();
  CHECK(peer.take() == from_server(0x88, close_payload(1000)));
  CHECK(peer.ended());  // rfc6455-7.1.1: the server ends TCP first
  peer.fin();
  loop.settle();
  CHECK(echo.log == "text:one|ping:p|binary:two|end:1000:done|");
  CHECK(loop.connection_count() == 0);
}
