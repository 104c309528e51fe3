// tests/http/server_tcp_test.cpp - the server over real sockets: what a virtual loop cannot show.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "http/middleware/access_log.h"
#include "tests/http/tcp_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

namespace {

struct TempFile {
  TempFile() : fd(::mkstemp(path)) { REQUIRE(fd >= 0); }
  ~TempFile() {
    ::close(fd);
    ::unlink(path);
  }
  char path[32] = "/tmp/strata-http-XXXXXX";
  int fd;
};

}  // namespace

TEST_CASE("requests over TCP, pipelined, in pieces, and a file", "[http][tcp]") {
  Tcp server;
  TempFile file;
  const std::string content(300'000, 'f');
  REQUIRE(::write(file.fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  server.app.get("/", [](Request& req, Response& res) { res.send(req.ip()); });
  server.app.post("/echo", [](Request& req, Response& res) { res.send(req.body()); });
  server.app.get("/file", [&](Request&, Response& res) { res.send_file(file.path); });
  server.app.get("/none", [&](Request&, Response& res) { res.send_file("/nowhere"); });
  Client client(server.app.address());
  CHECK(server.ask(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").body == "127.0.0.1");
  CHECK(server.ask(client, "GET /file HTTP/1.1\r\nHost: x\r\n\r\n").body == content);
  CHECK(server.ask(client, "HEAD /file HTTP/1.1\r\nHost: x\r\n\r\n").field("Content-Length") ==
        "300000");
  CHECK(server.ask(client, "GET /none HTTP/1.1\r\nHost: x\r\n\r\n").status == 404);
  const std::string posts = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n";
  for (const char c : std::string("abc")) client.send(posts + c);
  std::string wire;
  CHECK(server.turn_until([&] {
    wire += client.take();
    return wire.size() > 4 && wire.substr(wire.size() - 5) == "\r\n\r\nc";
  }));
  CHECK(take_response(wire).body == "a");
  CHECK(take_response(wire).body == "b");
  for (const char c : "GET / HTTP/1.1\r\nHost: x\r\n\r") {
    if (c == '\0') break;
    client.send(std::string_view(&c, 1));
    REQUIRE_FALSE(server.loop.poll_once(10ms));
  }
  CHECK(server.ask(client, "\n").status == 200);
  CHECK(server.app.connection_count() == 1);
}

TEST_CASE("an address is counted out, and logged, when its connection is reset", "[http][tcp]") {
  http::ServerOptions options;
  options.max_per_address = 2;
  Tcp server(options);
  std::vector<std::string> lines;
  server.app.use(http::access_log([&](std::string_view line) { lines.emplace_back(line); },
                                  {.format = http::AccessLogFormat::common}));
  int asked = 0;
  server.app.get("/held", [&](Request&, Response& res) {
    ++asked;
    res.held();
  });
  server.app.get("/", [](Request&, Response& res) { res.send("served"); });
  for (int i = 0; i < 3; ++i) {
    Client silent(server.app.address()), held(server.app.address());
    held.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(
        server.turn_until([&] { return server.app.connection_count() == 2 && asked == i + 1; }));
    silent.reset();
    held.reset();
    REQUIRE(server.turn_until([&] { return server.app.connection_count() == 0; }));
    REQUIRE(lines.size() == static_cast<std::size_t>(i + 1));
    CHECK(lines.back().rfind("127.0.0.1 - - [", 0) == 0);
  }
  Client client(server.app.address());
  CHECK(server.ask(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").body == "served");
}

TEST_CASE("a session cut at any byte leaves nothing behind over TCP", "[http][tcp]") {
  Tcp server;
  server.app.post("/echo", [](Request& req, Response& res) { res.send(req.body()); });
  const std::string script =
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
  for (const bool reset : {false, true}) {
    for (std::size_t cut = 0; cut <= script.size(); ++cut) {
      INFO((reset ? "RST after " : "FIN after ") << cut);
      Client client(server.app.address());
      client.send(std::string_view(script).substr(0, cut));
      REQUIRE_FALSE(server.loop.poll_once(1ms));
      if (reset) {
        client.reset();
      } else {
        client.fin();
      }
      bool seen = false;  // accepted, and gone
      CHECK(server.turn_until([&] {
        seen = seen || server.app.connection_count() == 1;
        return seen && server.app.connection_count() == 0;
      }));
    }
  }
}

TEST_CASE("an early refusal can be read although the client still sends", "[http][tcp]") {
  Tcp server;
  Client client(server.app.address());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
  client.send(std::string(100'000, 'x'));
  std::string wire;
  CHECK(server.turn_until([&] {
    wire += client.take();
    return client.ended;
  }));
  CHECK(take_response(wire).status == 413);
}

TEST_CASE("a reply comes from another thread", "[http][tcp][thread]") {
  Tcp server;
  std::vector<std::thread> threads;
  std::atomic<int> aborted{0};
  server.app.get("/thread", [&](Request&, Response& res) {
    res.on_abort([&] { ++aborted; });
    threads.emplace_back([reply = res.defer()]() mutable {
      http::Reply copy = reply;
      reply.set("X-Thread", "yes").send("from a thread");
      copy.send("too late, or first: one of the two");
    });
  });
  for (int i = 0; i < 20; ++i) {
    Client client(server.app.address());
    const Seen seen = server.ask(client, "GET /thread HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(seen.body == "from a thread");
    CHECK(seen.field("X-Thread") == "yes");
  }
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  // The client goes away while a thread answers: either is told, none is lost.
  for (int i = 0; i < 20; ++i) {
    Client client(server.app.address());
    client.send("GET /thread HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(server.turn_until([&] { return !threads.empty(); }));
    client.reset();
    CHECK(server.turn_until([&] { return server.app.connection_count() == 0; }));
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  }
}

TEST_CASE("a reply may outlive its server, in another thread", "[http][tcp][thread]") {
  for (int i = 0; i < 10; ++i) {
    auto server = std::make_unique<Tcp>();
    std::thread thread;
    std::atomic<bool> started{false};
    server->app.get("/", [&](Request&, Response& res) {
      thread = std::thread([&started, reply = res.defer()]() mutable {
        started = true;
        for (int n = 0; n < 1000; ++n) {
          reply.live();
          if (n % 100 == 50) reply.send("x");
        }
      });
    });
    Client client(server->app.address());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(server->turn_until([&] { return started.load(); }));
    server.reset();
    thread.join();
  }
}

TEST_CASE("a server with its own loop runs until it is stopped", "[http][tcp][thread]") {
  http::Server app;
  app.get("/", [](Request&, Response& res) { res.send("Hello"); });
  REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
  const net::Address address = app.address();
  std::thread thread([&] {
    Client client(address);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string wire;
    while (wire.find("Hello") == std::string::npos && !client.ended) wire += client.take();
    app.stop();
  });
  CHECK_FALSE(app.run());
  thread.join();
  http::Server second;
  CHECK(second.listen(address) == std::errc::address_in_use);
}

TEST_CASE("a server with its own loop may be destroyed by its handler: run() returns",
          "[http][tcp][thread]") {
  auto app = std::make_unique<http::Server>();
  app->get("/end", [&](Request&, Response& res) {
    app.reset();
    res.send("nobody hears");
  });
  REQUIRE_FALSE(app->listen(net::Address::loopback(0)));
  const net::Address address = app->address();
  std::thread thread([address] {
    Client client(address);
    client.send("GET /end HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!client.ended) client.take();
  });
  http::Server& running = *app;
  CHECK_FALSE(running.run());
  CHECK(app == nullptr);
  thread.join();
}
