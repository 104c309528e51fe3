// tests/http/defer_test.cpp - an answer given later: what issue and README say of res.defer().
#include <string>

#include "http/server.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Reply;
using http::Request;
using http::Response;

namespace {

constexpr const char* request = "GET /later HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE("a deferred answer comes from a timer, and what is behind it waits", "[http][defer]") {
  Fixture server;
  server.app.get("/later", [&](Request&, Response& res) {
    server.loop.after(2s, [reply = res.defer()]() mutable { reply.status(201).send("late"); });
  });
  server.app.get("/now", [](Request&, Response& res) { res.send("now"); });
  Peer peer = server.dial();
  peer.send(std::string(request) + "GET /now HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.advance(1s);
  CHECK(peer.take() == "");
  server.loop.advance(1500ms);
  std::string wire = peer.take();
  const Seen late = take_response(wire);
  CHECK(late.status == 201);
  CHECK(late.body == "late");
  CHECK(take_response(wire).body == "now");
}

TEST_CASE("a response that nobody finishes is cut off, not leaked", "[http][defer]") {
  http::ServerOptions options = quick_options();
  options.response_timeout = 3s;
  Fixture server(options);
  Reply reply;
  int aborted = 0;
  server.app.get("/later", [&](Request&, Response& res) {
    res.on_abort([&] { ++aborted; });
    reply = res.defer();
  });
  Peer peer = server.dial();
  peer.send(request);
  server.loop.advance(2900ms);
  CHECK(reply.live());
  server.loop.advance(200ms);
  std::string wire = peer.take();
  CHECK(take_response(wire).status == 503);
  CHECK(aborted == 1);
  CHECK_FALSE(reply.live());
  CHECK(reply.response() == nullptr);
  reply.send("too late");
  server.loop.settle();
  CHECK(peer.waiting().empty());
  peer = Peer();
  server.loop.advance(10s);
  CHECK(server.app.connection_count() == 0);
}

TEST_CASE("a held response has no deadline", "[http][defer]") {
  Fixture server;
  Reply reply;
  server.app.get("/later", [&](Request&, Response& res) {
    res.held();
    reply = res.defer();
  });
  Peer peer = server.dial();
  peer.send(request);
  server.loop.advance(1h);
  CHECK(reply.live());
  reply.json("{}");
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).field("Content-Type") == "application/json; charset=utf-8");
}

TEST_CASE("on_abort tells that the client has gone, and the reply is dead", "[http][defer]") {
  Fixture server;
  Reply reply;
  std::string order;
  server.app.get("/later", [&](Request&, Response& res) {
    res.on_abort([&] { order += reply.response() != nullptr ? "live" : "gone"; });
    reply = res.defer();
  });
  Peer peer = server.dial();
  peer.send(request);
  server.loop.settle();
  CHECK(order == "");
  peer.reset();
  server.loop.settle();
  CHECK(order == "gone");
  reply.status(200).set("X", "y").send("nobody reads this");
  CHECK(server.app.connection_count() == 0);
}

TEST_CASE("a reply takes no field that could split its response", "[http][defer][rfc9110-5.5]") {
  Fixture server;
  Reply reply;
  server.app.get("/later", [&](Request&, Response& res) { reply = res.defer(); });
  Peer peer = server.dial();
  peer.send(request);
  server.loop.settle();
  reply.set("X-A", "1\r\nX-Evil: 1").set("X B", "1").set("X-C", "good").send("x");
  server.loop.settle();
  std::string wire = peer.take();
  const Seen seen = take_response(wire);
  CHECK(seen.head.find("Evil") == std::string::npos);
  CHECK(seen.field("X-C") == "good");
}
