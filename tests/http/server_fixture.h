// tests/http/server_fixture.h - a server on a virtual loop, and raw clients that talk to it.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"

namespace strata::test {

// What one response looked like on the wire.
struct Seen {
  int status = 0;    // 0: no whole response
  std::string head;  // the status line and the fields, with CRLFs
  std::string body;
  std::string field(std::string_view name) const {  // as the server spells it
    const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return "(none)";
    const std::size_t begin = at + 2 + name.size() + 2;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

// Takes one response off the front of `wire`; its content by Content-Length, unless `to_head`.
inline Seen take_response(std::string& wire, bool to_head = false) {
  Seen seen;
  const std::size_t end = wire.find("\r\n\r\n");
  if (end == std::string::npos || wire.rfind("HTTP/1.1 ", 0) != 0) return seen;
  seen.head = wire.substr(0, end + 2);
  const std::string length = seen.field("Content-Length");
  std::size_t bytes = 0;
  const int status = std::stoi(wire.substr(9, 3));
  if (length != "(none)" && !to_head && status != 304) bytes = std::stoul(length);
  if (wire.size() < end + 4 + bytes) return seen;
  seen.body = wire.substr(end + 4, bytes);
  seen.status = status;
  wire.erase(0, end + 4 + bytes);
  return seen;
}

inline http::ServerOptions quick_options() {
  http::ServerOptions options;
  options.max_connections = 1000;
  return options;
}

// A server that listens on a virtual loop.
struct Fixture {
  explicit Fixture(http::ServerOptions options = quick_options()) : app(loop, std::move(options)) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(80)));
    app.on_log([this](std::string_view line) { log.emplace_back(line); });
  }
  Peer dial() { return loop.dial(80); }
  // Sends `request` on a connection of its own and reads what comes.
  Seen ask(std::string_view request) {
    Peer peer = dial();
    peer.send(request);
    loop.settle();
    std::string wire = peer.take();
    Seen seen = take_response(wire, request.substr(0, 5) == "HEAD ");
    CHECK(wire == "");
    return seen;
  }
  Seen get(std::string_view target, std::string_view fields = "", std::string_view method = "GET") {
    return ask(std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" +
               std::string(fields) + "\r\n");
  }
  // A good request on `peer` gets its answer: the server is well.
  bool still_serves(Peer& peer) {
    peer.send("GET /well HTTP/1.1\r\nHost: x\r\n\r\n");
    loop.settle();
    std::string wire = peer.take();
    return take_response(wire).status == 404 && wire.empty();
  }

  VirtualLoop loop;
  http::Server app;
  std::vector<std::string> log;
};

// What a server answers whose every request `handler` takes.
inline Seen answer_of(std::function<void(http::Request&, http::Response&)> handler,
                      std::string_view fields = "", std::string_view method = "GET") {
  Fixture server;
  server.app.all("/", std::move(handler));
  return server.get("/", fields, method);
}

}  // namespace strata::test
