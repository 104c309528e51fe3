// tests/ws/client_fixture.h - a WebSocket client on a virtual loop, its callbacks written down, and
// servers that a test plays by hand.
#pragma once
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/http/client_fixture.h"
#include "tests/ws/frames.h"
#include "ws/client.h"
#include "ws/handshake.h"

namespace strata::test {

inline constexpr int refused = static_cast<int>(ws::ConnectError::refused);

struct WsClientFixture {
  explicit WsClientFixture(ws::ClientOptions options = {}, std::uint16_t port = 80)
      : server(loop, net::Address::loopback(port)) {
    if (options.url.empty()) options.url = "ws://127.0.0.1/";
    if (!options.keys) options.keys = fixed_key();
    client = std::make_unique<ws::Client>(loop, logged(std::move(options)));
    loop.settle();
  }

  ws::ClientOptions logged(ws::ClientOptions options) {
    options.on_open = [this](ws::Connection&, const ws::Opening& opening) {
      head = opening.head;
      url = opening.url;
      note("open:" + std::string(opening.subprotocol));
    };
    options.on_message = [this](ws::Connection&, const ws::Message& message) {
      note("message:" + std::string(message.view()));
    };
    options.on_ping = [this](ws::Connection&, net::Bytes payload) {
      note("ping:" + std::string(net::as_text(payload)));
    };
    options.on_pong = [this](ws::Connection&, net::Bytes payload) {
      note("pong:" + std::string(net::as_text(payload)));
    };
    options.on_drain = [this](ws::Connection&) { note("drain:"); };
    options.on_close = [this](ws::Connection&, ws::CloseCode code, std::string_view reason) {
      note("close:" + std::to_string(static_cast<int>(code)) + ":" + std::string(reason));
    };
    options.on_error = [this](const ws::ConnectFailure& f) {
      failure = f;
      head = f.head;
      why = f.why;
      note("error:" + std::to_string(static_cast<int>(f.error)));
    };
    return options;
  }
  void note(const std::string& what) {
    log += what + "|";
    if (then) then(what.substr(0, what.find(':')));
  }

  Served& peer(std::size_t index = 0) { return server.at(index); }
  // The right answer to what the peer was asked, with `fields` more.
  std::string good(std::size_t index = 0, const std::string& fields = {}) {
    const std::string& asked = peer(index).got;
    const std::string name = "Sec-WebSocket-Key: ";
    const std::size_t at = asked.find(name);
    REQUIRE(at != asked.npos);
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           ws::accept_key(asked.substr(at + name.size(), 24)) + "\r\n" + fields + "\r\n";
  }
  void say(const std::string& wire, std::size_t index = 0) {
    peer(index).send(wire);
    loop.settle();
  }
  void opened() {
    say(good());
    peer().take();
    REQUIRE(log == "open:|");
  }

  VirtualLoop loop;
  Scripted server;
  std::string log, head, url, why;
  ws::ConnectFailure failure;
  std::function<void(const std::string& callback)> then;  // inside each callback
  std::unique_ptr<ws::Client> client;
};

}  // namespace strata::test
