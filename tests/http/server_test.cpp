// tests/http/server_test.cpp - requests and answers over a virtual loop.
#include "http/server.h"

#include <memory>

#include "tests/catch.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

namespace {

struct Echo : Fixture {
  Echo() {
    app.get("/", [](Request&, Response& res) { res.send("Hello"); });
    app.post("/echo", [](Request& req, Response& res) {
      res.type("application/octet-stream").send(req.body());
    });
  }
};

constexpr std::string_view post =
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nworld";
constexpr std::string_view chunked =
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nwor\r\n2;a=b\r\nld\r\n0\r\nT: 1\r\n\r\n";

}  // namespace

TEST_CASE("requests are answered the same however their bytes arrive", "[http][rfc9112-9.3]") {
  for (const std::size_t chunk :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, SIZE_MAX}) {
    INFO("pieces of " << chunk);
    Echo server;
    server.loop.chunk = chunk;
    Peer peer = server.dial();
    peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    peer.send(post);
    peer.send(chunked);
    peer.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n");
    server.loop.settle();
    std::string wire = peer.take();
    const Seen first = take_response(wire);
    CHECK(first.status == 200);
    CHECK(first.body == "Hello");
    CHECK(first.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(first.field("Date").size() == 29);
    CHECK(first.field("Connection") == "(none)");
    CHECK(take_response(wire).body == "world");
    CHECK(take_response(wire).body == "world");
    const Seen to_head = take_response(wire, true);
    CHECK(to_head.status == 200);
    CHECK(to_head.field("Content-Length") == "5");
    CHECK(take_response(wire).status == 404);
    CHECK(wire == "");
    CHECK_FALSE(peer.finished());
    CHECK(server.app.connection_count() == 1);
  }
}

TEST_CASE("a connection lives on or ends as the request says", "[http][rfc9112-9.3]") {
  struct Row {
    const char* request;
    const char* connection;
    bool ends;
  };
  const Row rows[] = {
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "(none)", false},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "close", true},
      {"GET / HTTP/1.0\r\n\r\n", "close", true},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", false},
  };
  for (const Row& row : rows) {
    INFO(row.request);
    Echo server;
    Peer peer = server.dial();
    peer.send(row.request);
    server.loop.settle();
    std::string wire = peer.take();
    CHECK(take_response(wire).field("Connection") == row.connection);
    CHECK(peer.finished() == row.ends);
    peer.fin();
    server.loop.settle();
    CHECK(server.app.connection_count() == 0);
  }
}

TEST_CASE("a deferred answer keeps its place before those behind it", "[http][rfc9112-9.3.2]") {
  Echo server;
  http::Reply reply;
  server.app.get("/later", [&](Request&, Response& res) { reply = res.defer(); });
  Peer peer = server.dial();
  peer.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.settle();
  CHECK(peer.take() == "");
  CHECK(reply.live());
  reply.status(201).set("X-Late", "yes").send("late");
  CHECK_FALSE(reply.live());
  reply.send("twice");
  server.loop.settle();
  std::string wire = peer.take();
  const Seen late = take_response(wire);
  CHECK(late.status == 201);
  CHECK(late.field("X-Late") == "yes");
  CHECK(late.body == "late");
  CHECK(take_response(wire).body == "Hello");
  CHECK(wire == "");
}

TEST_CASE("a prefix route may go through a router, and has a word in the server's refusals",
          "[http]") {
  Fixture server;
  http::Router chain;
  chain.use([](Request& req, Response& res, const http::Next& next) {
    if (req.query("throw")) throw http::HttpError(418, "no");
    res.set("X-Passed", "1");
    next();
  });
  chain.use([](Request& req, Response& res) { res.send(req.path()); });
  http::PrefixRoute route;
  route.prefix = "/p/";
  route.max_body = 5;
  route.empty_errors = true;
  route.on_request = [&](Request& req, Response& res) { chain.handle(req, res); };
  route.on_refusal = [](Request&, Response& res) { res.set("X-Refused", "1"); };
  server.app.prefix(std::move(route));
  const Seen seen = server.ask("GET /p/a HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(seen.body == "/p/a");
  CHECK(seen.field("X-Passed") == "1");
  CHECK(server.ask("GET /p/?throw=1 HTTP/1.1\r\nHost: x\r\n\r\n").status == 418);
  const Seen large = server.ask("POST /p/ HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n");
  CHECK(large.status == 413);
  CHECK(large.body == "");
  CHECK(large.field("X-Refused") == "1");
}

TEST_CASE("a prefix route is asked at the head, then at the whole request", "[http]") {
  Fixture server;
  std::vector<std::string> calls;
  http::PrefixRoute route;
  route.prefix = "/p/";
  route.max_body = 5;
  route.empty_errors = true;
  route.on_head = [&](Request& req, Response& res) {
    calls.push_back("head " + std::string(req.target()) + " " + std::string(req.body()));
    if (req.query("no")) res.status(403).send("no");
  };
  route.on_request = [&](Request& req, Response& res) {
    calls.push_back("request " + std::string(req.body()));
    res.send("ok");
  };
  server.app.prefix(std::move(route));
  Peer peer = server.dial();
  peer.send("POST /p/?a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  server.loop.settle();
  CHECK(calls == std::vector<std::string>{"head /p/?a "});
  peer.send("hello");
  server.loop.settle();
  CHECK(calls.back() == "request hello");
  std::string wire = peer.take();
  const Seen seen = take_response(wire);
  CHECK(seen.status == 200);
  CHECK(seen.field("Content-Type") == "(none)");
  CHECK(seen.field("ETag") == "(none)");

  peer.send("POST /p/?no=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  server.loop.settle();
  wire = peer.take();
  CHECK(take_response(wire).status == 403);
  CHECK(peer.finished());  // an early error ends the connection: its content is not awaited

  const Seen large = server.ask("POST /p/ HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n");
  CHECK(large.status == 413);
  CHECK(large.body == "");
  CHECK(large.field("Connection") == "close");
}

TEST_CASE("a client that goes away is told to the handler, once", "[http]") {
  for (const bool reset : {false, true}) {
    Fixture server;
    int aborted = 0;
    http::Reply reply;
    server.app.get("/poll", [&](Request&, Response& res) {
      reply = res.defer();
      res.held();
      res.on_abort([&] { ++aborted; });
    });
    Peer peer = server.dial();
    peer.send("GET /poll HTTP/1.1\r\nHost: x\r\n\r\n");
    server.loop.settle();
    CHECK(aborted == 0);
    reset ? peer.reset() : peer.fin();
    server.loop.settle();
    CHECK(aborted == 1);
    CHECK_FALSE(reply.live());
    reply.send("nobody");
    server.loop.settle();
    CHECK(server.app.connection_count() == 0);
    CHECK(server.loop.connection_count() == 0);
  }
}

TEST_CASE("what was received before a half-close is answered", "[http]") {
  Echo server;
  http::Reply reply;
  server.app.get("/later", [&](Request&, Response& res) { reply = res.defer(); });
  Peer peer = server.dial();
  peer.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  peer.fin();
  server.loop.settle();
  REQUIRE(reply.live());
  reply.send("late");
  server.loop.settle();
  std::string wire = peer.take();
  const Seen seen = take_response(wire);
  CHECK(seen.body == "late");
  CHECK(seen.field("Connection") == "close");
  CHECK(server.app.connection_count() == 0);
}

TEST_CASE("bytes of a further request are told to who holds the connection", "[http]") {
  Echo server;
  http::Reply reply;
  server.app.get("/poll", [&](Request&, Response& res) {
    reply = res.defer();
    res.held();
    res.on_pipelined([&] { reply.send("6"); });
  });
  Peer peer = server.dial();
  peer.send("GET /poll HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.settle();
  CHECK(peer.take() == "");
  peer.send(post);
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "6");
  CHECK(take_response(wire).body == "world");
  CHECK(wire == "");
}

namespace {

// Answers every byte in upper case: another protocol.
struct Shouter final : net::Receiver {
  explicit Shouter(std::unique_ptr<net::Connection> below) : connection(std::move(below)) {
    connection->set_receiver(*this);
    connection->out().append("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  }
  std::size_t receive(net::MutableBytes in) override {
    for (auto& byte : in) byte = static_cast<std::uint8_t>(std::toupper(byte));
    connection->out().append(net::Bytes(in));
    return in.size();
  }
  void ended() override { connection->close(); }
  void closed(std::error_code) override { is_closed = true; }
  std::unique_ptr<net::Connection> connection;
  bool is_closed = false;
};

}  // namespace

TEST_CASE("a connection goes to another protocol with what it received", "[http]") {
  for (const bool later : {false, true}) {
    INFO(later);
    Fixture server;
    std::unique_ptr<Shouter> shouter;
    http::Reply reply;
    server.app.get("/shout", [&](Request& req, Response& res) {
      if (later) {
        reply = res.defer();
      } else {
        shouter = std::make_unique<Shouter>(res.take_connection());
        CHECK(res.ended());
        CHECK(req.ip() == "127.0.0.1");
      }
    });
    Peer peer = server.dial();
    peer.send("GET /shout HTTP/1.1\r\nHost: x\r\nUpgrade: shout\r\nConnection: upgrade\r\n\r\nabc");
    server.loop.settle();
    if (later) shouter = std::make_unique<Shouter>(reply.take_connection());
    server.loop.settle();
    CHECK(server.app.connection_count() == 0);
    peer.send("def");
    server.loop.settle();
    CHECK(peer.take() == "HTTP/1.1 101 Switching Protocols\r\n\r\nABCDEF");
    peer.fin();
    server.loop.settle();
    CHECK(shouter->is_closed);
  }
}

TEST_CASE("a server may be destroyed inside its handler", "[http]") {
  VirtualLoop loop;
  auto app = std::make_unique<http::Server>(loop, quick_options());
  REQUIRE_FALSE(app->listen(net::Address::loopback(80)));
  const auto captured = std::make_shared<int>(1);
  http::Reply reply;
  app->get("/hold", [&](Request&, Response& res) {
    reply = res.defer();
    res.on_abort([] { FAIL("a dead server calls nobody"); });
  });
  app->get("/end", [&, captured](Request&, Response& res) {
    app.reset();
    res.send(std::to_string(captured.use_count()));
  });
  Peer holder = loop.dial(80);
  holder.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  loop.settle();
  Peer peer = loop.dial(80);
  peer.send("GET /end HTTP/1.1\r\nHost: x\r\n\r\n");
  loop.settle();
  CHECK(loop.connection_count() == 0);
  CHECK(captured.use_count() == 1);
  CHECK_FALSE(reply.live());
  reply.send("nobody");
  CHECK(peer.finished());
}

TEST_CASE("a drained server finishes what is under way", "[http]") {
  Echo server;
  http::Reply reply;
  server.app.get("/later", [&](Request&, Response& res) { reply = res.defer(); });
  Peer idle = server.dial();
  Peer busy = server.dial();
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.settle();
  bool drained = false;
  server.app.drain([&] { drained = true; });
  server.loop.settle();
  CHECK(idle.finished());
  idle.fin();
  server.loop.settle();
  CHECK_FALSE(drained);
  reply.send("last");
  server.loop.settle();
  std::string wire = busy.take();
  CHECK(take_response(wire).field("Connection") == "close");
  busy.fin();
  server.loop.settle();
  CHECK(drained);
}

TEST_CASE("a drain ends at its deadline", "[http]") {
  Fixture server;
  server.app.get("/never", [](Request&, Response& res) {
    res.defer();
    res.held();
  });
  Peer busy = server.dial();
  busy.send("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.settle();
  bool drained = false;
  server.app.drain([&] { drained = true; });
  server.loop.advance(9900ms);
  CHECK_FALSE(drained);
  server.loop.advance(200ms);
  CHECK(drained);
  CHECK(busy.was_reset());
}
