// tests/http/server_limits_test.cpp - every limit by its name, at its last good value and one more;
// and the graceful end.
#include <string>
#include <vector>

#include "http/guest.h"
#include "tests/http/stream_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

namespace {

struct Limited : Fixture {
  explicit Limited(http::ServerOptions options = quick_options()) : Fixture(std::move(options)) {
    app.use([](Request&, Response& res, const http::Next&) { res.send("ok"); });
  }
};

std::string of_head_bytes(std::size_t bytes) {
  const std::string text = request("/x", "A: \r\n");
  return request("/x", "A: " + std::string(bytes - text.size(), 'a') + "\r\n");
}

std::string of_fields(std::size_t count) {  // Host is one of them
  std::string fields;
  for (std::size_t i = 1; i < count; ++i) fields += "A: b\r\n";
  return request("/x", fields);
}

std::string of_target(std::size_t bytes) { return request("/" + std::string(bytes - 1, 'x')); }

std::string of_body(std::size_t bytes) {
  return request("/x", "Content-Length: " + std::to_string(bytes) + "\r\n", "POST") +
         std::string(bytes, 'b');
}

}  // namespace

TEST_CASE("the limits of a message hold to the byte", "[http]") {
  struct Row {
    const char* name;
    std::size_t limit;
    std::string (*of)(std::size_t);
    int refused;
  };
  http::ServerOptions options = quick_options();
  CHECK(options.limits.max_head == 16 * 1024);
  CHECK(options.limits.max_fields == 100);
  CHECK(options.limits.max_target == 8 * 1024);
  CHECK(options.limits.max_body == 1'000'000);
  const Row rows[] = {{"max_head", 16 * 1024, of_head_bytes, 431},
                      {"max_fields", 100, of_fields, 431},
                      {"max_target", 8 * 1024, of_target, 414},
                      {"max_body", 1'000'000, of_body, 413}};
  for (const Row& row : rows) {
    for (const std::size_t chunk : {std::size_t{1000}, SIZE_MAX}) {
      INFO(row.name);
      Limited server;
      server.loop.chunk = chunk;
      Peer peer = server.dial();
      peer.send(row.of(row.limit));
      server.loop.settle();
      std::string wire = peer.take();
      CHECK(take_response(wire).status == 200);
      CHECK_FALSE(peer.finished());
      peer.send(row.of(row.limit + 1));
      server.loop.settle();
      wire = peer.take();
      CHECK(take_response(wire).status == row.refused);
      CHECK(wire == "");
      CHECK(peer.finished());
    }
  }
}

TEST_CASE("a connection answers max_requests, the last with Connection: close", "[http]") {
  http::ServerOptions options = quick_options();
  options.max_requests = 3;
  Limited server(options);
  Peer peer = server.dial();
  for (int i = 0; i < 5; ++i) peer.send(request("/"));
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).field("Connection") == "(none)");
  CHECK(take_response(wire).field("Connection") == "(none)");
  CHECK(take_response(wire).field("Connection") == "close");
  CHECK(wire == "");
  CHECK(peer.finished());
  Peer another = server.dial();
  another.send(request("/"));
  server.loop.settle();
  wire = another.take();
  CHECK(take_response(wire).status == 200);
  CHECK_FALSE(another.finished());
}

TEST_CASE("connections are limited in all and per address, and places come back", "[http]") {
  for (const bool per_address : {false, true}) {
    INFO(per_address);
    http::ServerOptions options;
    (per_address ? options.max_per_address : options.max_connections) = 3;
    Limited server(options);
    for (int round = 0; round < 3; ++round) {
      std::vector<Peer> peers;
      for (int i = 0; i < 3; ++i) peers.push_back(server.dial());
      Peer one_more = server.dial();
      CHECK(one_more.finished());
      CHECK(server.app.connection_count() == 3);
      for (Peer& peer : peers) {
        peer.send(request("/"));
        server.loop.settle();
        std::string wire = peer.take();
        CHECK(take_response(wire).status == 200);
      }
      peers.clear();
      server.loop.settle();
      server.loop.advance(3s);
      CHECK(server.app.connection_count() == 0);
    }
  }
}

TEST_CASE("drain says how many are left, and tells everybody who asked", "[http]") {
  Limited server;
  http::Reply streaming, later;
  server.app.prefix({.prefix = "/later", .on_head = {}, .on_request = [&](Request&, Response& res) {
                       later = res.defer();
                     }});
  server.app.prefix(
      {.prefix = "/stream", .on_head = {}, .on_request = [&](Request&, Response& res) {
         streaming = res.defer();
         res.write("one");
       }});
  Peer idle = server.dial(), a = server.dial(), b = server.dial(), fresh = server.dial();
  idle.send(request("/"));
  a.send(request("/later"));
  b.send(request("/stream") + request("/"));
  server.loop.settle();
  idle.take();
  CHECK(server.app.left() == 4);
  int told = 0;
  CHECK(server.app.drain([&] { ++told; }) == 4);  // the idle say goodbye, and linger
  CHECK(server.app.drain([&] { told += 10; }) == 4);
  server.loop.settle();
  CHECK(idle.finished());
  CHECK(fresh.finished());
  idle.fin();
  fresh.fin();
  server.loop.settle();
  CHECK(server.app.left() == 2);
  Peer late = server.dial();
  server.loop.settle();
  CHECK(late.finished());

  later.send("done");
  streaming.end("two");
  server.loop.settle();
  std::string wire = a.take();
  CHECK(take_response(wire).field("Connection") == "close");
  CHECK(a.finished());
  wire = b.take();
  CHECK(take_response(wire).status == 200);
  CHECK(take_chunks(wire).content == "onetwo");
  CHECK(wire == "");  // the one behind it is not answered any more
  CHECK(b.finished());
  CHECK(told == 0);
  a.fin();
  b.fin();
  server.loop.settle();
  CHECK(told == 11);
  CHECK(server.app.left() == 0);
}

namespace {

// A protocol with `inside` connections of its own, which end when the test says so.
struct Lodger final : http::Guest {
  explicit Lodger(std::size_t count) : inside(count) {}
  std::size_t staying() const override { return inside; }
  void leave() override { ++asked; }
  void cut() override {
    while (inside != 0) end_one();
  }
  void end_one() {
    --inside;
    left();
  }
  std::size_t inside;
  int asked = 0;
};

}  // namespace

TEST_CASE("a drain asks its guests to leave, and waits for those that stay", "[http]") {
  http::ServerOptions options = quick_options();
  options.drain_timeout = 3s;
  Limited server(options);
  Lodger empty(0), full(2);
  auto gone = std::make_unique<Lodger>(1);
  for (Lodger* guest : {&empty, &full, &full, gone.get()}) server.app.welcome(*guest);
  bool done = false;
  CHECK(server.app.drain([&] { done = true; }) == 3);
  CHECK(empty.asked == 1);
  CHECK(full.asked == 1);
  full.end_one();
  gone.reset();
  server.loop.settle();
  CHECK_FALSE(done);
  SECTION("until the last one has ended") { full.end_one(); }
  SECTION("until drain_timeout at most") {
    server.loop.advance(3s);
    CHECK(full.inside == 0);
  }
  server.loop.settle();
  CHECK(done);
}

TEST_CASE("a drain resets at its deadline what is still under way", "[http]") {
  http::ServerOptions options = quick_options();
  options.drain_timeout = 3s;
  Limited server(options);
  int aborted = 0;
  server.app.prefix(
      {.prefix = "/stream", .on_head = {}, .on_request = [&](Request&, Response& res) {
         res.on_abort([&] { ++aborted; });
         res.held();
         res.write("one");
       }});
  Peer peer = server.dial();
  peer.send(request("/stream"));
  server.loop.settle();
  bool done = false;
  server.app.drain([&] { done = true; });
  server.loop.advance(2900ms);
  CHECK_FALSE(done);
  CHECK(server.app.left() == 1);
  server.loop.advance(200ms);
  CHECK(done);
  CHECK(aborted == 1);
  CHECK(peer.was_reset());
}

TEST_CASE("every deadline has its option", "[http]") {
  struct Row {
    net::Duration http::ServerOptions::*option;
    std::string sent;
  };
  const Row rows[] = {
      {&http::ServerOptions::head_timeout, "GET"},
      {&http::ServerOptions::body_timeout, of_body(5).substr(0, of_body(5).size() - 2)},
      {&http::ServerOptions::idle_timeout, request("/")},
      {&http::ServerOptions::response_timeout, request("/never")},
      {&http::ServerOptions::response_timeout, request("/begun")},
  };
  for (const Row& row : rows) {
    INFO(row.sent);
    http::ServerOptions options = quick_options();
    options.*row.option = 700ms;
    Fixture server(options);
    server.app.get("/never", [](Request&, Response&) {});
    server.app.get("/begun", [](Request&, Response& res) { res.write("x"); });
    server.app.get("/", [](Request&, Response& res) { res.send("ok"); });
    Peer peer = server.dial();
    peer.send(row.sent);
    server.loop.settle();
    server.loop.advance(600ms);
    CHECK_FALSE(peer.finished());
    server.loop.advance(200ms);
    CHECK(peer.finished());
  }
}
