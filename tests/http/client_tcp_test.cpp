// tests/http/client_tcp_test.cpp - http::Client against http::Server over real sockets.
#include <thread>

#include "http/client.h"
#include "http/server.h"
#include "tests/http/client_fixture.h"
#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::test;
using http::ClientError;

namespace {

// A server and a client on one loop.
struct Pair {
  explicit Pair(http::ClientOptions options = {}, http::ServerOptions server = {})
      : app(loop, std::move(server)), client(std::make_unique<http::Client>(loop, options)) {
    app.get("/hello", [](http::Request&, http::Response& res) { res.send("hello"); });
    app.post("/echo", [](http::Request& req, http::Response& res) { res.send(req.body()); });
    app.get("/moved", [](http::Request&, http::Response& res) { res.redirect("/hello"); });
    REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
    base = "http://127.0.0.1:" + std::to_string(app.address().port());
  }
  bool until(const std::function<bool()>& done) { return step_until(loop, done); }
  net::EventLoop loop;
  http::Server app;
  std::unique_ptr<http::Client> client;
  std::string base;
};

}  // namespace

TEST_CASE("our client and our server understand each other", "[http][client]") {
  Pair pair;
  Outcome hello, echo, moved, missing;
  pair.client->get(pair.base + "/hello", hello.callback());
  pair.client->post(pair.base + "/echo", "text/plain", std::string(300'000, 'x'), echo.callback());
  pair.client->get(pair.base + "/moved", moved.callback());
  pair.client->get(pair.base + "/missing", missing.callback());
  REQUIRE(pair.until([&] { return hello.calls && echo.calls && moved.calls && missing.calls; }));
  CHECK(hello.response.body == "hello");
  CHECK(echo.response.body == std::string(300'000, 'x'));
  CHECK(moved.response.body == "hello");
  CHECK(moved.response.redirects == 1);
  CHECK(missing.response.status == 404);
}

TEST_CASE("a thousand requests, six connections, no descriptor left", "[http][client]") {
  Pair pair;
  const int before = open_descriptors();
  std::vector<Outcome> outcomes(1000);
  for (Outcome& each : outcomes) pair.client->get(pair.base + "/hello", each.callback());
  REQUIRE(pair.until([&] { return outcomes.back().calls == 1; }));
  for (const Outcome& each : outcomes) CHECK(each.ok);
  CHECK(pair.client->connection_count() == 6);
  CHECK(pair.app.connection_count() == 6);
  pair.client->close_idle();
  REQUIRE(pair.until([&] { return pair.app.connection_count() == 0; }));
  CHECK(open_descriptors() == before);
}

TEST_CASE("names are resolved, and both families tried", "[http][client][rfc8305-5]") {
  Pair pair;  // listens on IPv4 only
  Outcome outcome;
  pair.client->get("http://localhost:" + std::to_string(pair.app.address().port()) + "/hello",
                   outcome.callback());
  REQUIRE(pair.until([&] { return outcome.calls == 1; }));
  CHECK(outcome.response.body == "hello");
}

TEST_CASE("over a Unix socket, named in the URL or beside it", "[http][client]") {
  net::EventLoop loop;
  http::Server app(loop);
  http::Client client(loop);
  app.get("/host", [](http::Request& req, http::Response& res) { res.send(req.header("Host")); });
  const std::string path = "/tmp/strata-client-" + std::to_string(::getpid()) + ".sock";
  REQUIRE_FALSE(app.listen(*net::Address::unix_path(path)));
  Outcome first, second, third;
  client.get("http://unix:" + path + ":/host", first.callback());
  auto request = asked("GET", "http://a.example/host");
  request.unix_path = path;
  client.request(request, second.callback());
  request.unix_path = path + ".nobody";
  client.request(request, third.callback());
  REQUIRE(step_until(loop, [&] { return first.calls && second.calls && third.calls; }));
  CHECK(first.response.body == "localhost");
  CHECK(second.response.body == "a.example");
  CHECK(third.failure.error == ClientError::connect_failed);
  CHECK(third.failure.system == std::errc::no_such_file_or_directory);
}

TEST_CASE("fetch blocks, on a loop of the client's own", "[http][client]") {
  std::atomic<std::uint16_t> port{0};
  http::Server* server = nullptr;
  std::thread serving([&] {
    http::Server app;
    app.get("/hello", [](http::Request&, http::Response& res) { res.send("hello"); });
    REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
    server = &app;
    port = app.address().port();
    app.run();
  });
  while (port == 0) std::this_thread::yield();
  http::Client client;
  for (int i = 0; i < 3; ++i) {
    const auto got = client.fetch("http://127.0.0.1:" + std::to_string(port) + "/hello");
    REQUIRE(got);
    CHECK(got->body == "hello");
    CHECK(got->reused == (i > 0));
  }
  const auto none = client.fetch("http://127.0.0.1:1/");
  REQUIRE_FALSE(none);
  CHECK(none.error().error == ClientError::connect_failed);
  CHECK_FALSE(client.fetch("nonsense"));
  server->stop();
  serving.join();
}

TEST_CASE("a client with a loop of its own may be destroyed in its callback", "[http][client]") {
  net::EventLoop elsewhere;
  auto client = std::make_unique<http::Client>();
  int calls = 0;
  client->get("http://127.0.0.1:1/", [&](const auto&) {
    ++calls;
    client.reset();
  });
  http::Client* const running = client.get();
  CHECK_FALSE(running->run());
  CHECK(calls == 1);
}

TEST_CASE("a callback that throws ends its own request only", "[http][client]") {
  Pair pair;
  std::vector<std::string> log;
  pair.loop.set_log([&](std::string_view line) { log.emplace_back(line); });
  Outcome other;
  int calls = 0;
  pair.client->get(pair.base + "/hello", [&](const auto&) {
    ++calls;
    throw std::runtime_error("mine");
  });
  pair.client->get(pair.base + "/hello", other.callback());
  REQUIRE(pair.until([&] { return calls == 1 && other.calls == 1; }));
  CHECK(other.ok);
  REQUIRE(log.size() == 1);
  CHECK(log[0].find("mine") != std::string::npos);
  Outcome again;
  pair.client->get(pair.base + "/hello", again.callback());
  REQUIRE(pair.until([&] { return again.calls == 1; }));
  CHECK(again.ok);
}

TEST_CASE("a server that takes nothing of the request is left", "[http][client]") {
  net::EventLoop loop;
  Scripted deaf(loop, net::Address::loopback(0));
  http::ClientOptions options;
  options.write_timeout = 100ms;
  http::Client client(loop, options);
  auto request = asked("POST", "http://" + deaf.listener->address().to_string() + "/");
  request.source.pull = [](std::string& piece) {
    piece.assign(32 * 1024, 'x');
    return http::ContentSource::Pull::more;
  };
  Outcome outcome;
  client.request(std::move(request), outcome.callback());
  REQUIRE(step_until(loop, [&] { return !deaf.peers.empty(); }));
  deaf.at(0).connection->pause();
  REQUIRE(step_until(loop, [&] { return outcome.calls == 1; }));
  CHECK(outcome.failure.error == ClientError::write_timeout);
  CHECK(client.connection_count() == 0);
}

TEST_CASE("an endless source is not asked for a server that has gone", "[http][client]") {
  net::EventLoop loop;
  Scripted server(loop, net::Address::loopback(0));
  http::Client client(loop);
  auto request = asked("POST", "http://" + server.listener->address().to_string() + "/");
  int pulls = 0;
  request.source.pull = [&pulls](std::string& piece) {
    piece.assign(16 * 1024, 'x');
    return ++pulls == 20'000 ? http::ContentSource::Pull::fail : http::ContentSource::Pull::more;
  };
  Outcome outcome;
  client.request(std::move(request), outcome.callback());
  REQUIRE(step_until(loop, [&] { return !server.peers.empty() && !server.at(0).got.empty(); }));
  server.at(0).connection->pause();
  for (int before = -1; before != pulls;) {  // until the kernel takes no more
    before = pulls;
    for (int i = 0; i < 5; ++i) loop.poll_once(1ms);
  }
  // Inside a turn whose events are known already, so that the sending hears of it first.
  loop.post([&] { server.at(0).connection.reset(); });
  REQUIRE(step_until(loop, [&] { return outcome.calls == 1; }));
  CHECK(outcome.failure.error == ClientError::closed_before_response);
  CHECK(pulls < 20'000);
}

TEST_CASE("a response of any length in constant memory, a slow reader sets the pace",
          "[http][client]") {
  net::EventLoop loop;
  Scripted server(loop, net::Address::loopback(0));
  http::Client client(loop);
  Stream stream;
  http::ClientCall call;
  std::size_t bytes = 0, pauses = 0;
  auto handlers = stream.handlers();
  handlers.on_data = [&](net::Bytes piece) {
    bytes += piece.size();
    ++pauses;
    call.pause();
    loop.after(1us, [&] { call.resume(); });
  };
  call = client.stream(asked("GET", "http://" + server.listener->address().to_string() + "/"),
                       std::move(handlers));
  REQUIRE(step_until(loop, [&] { return !server.peers.empty() && !server.at(0).got.empty(); }));
  server.at(0).send("HTTP/1.1 200 OK\r\n\r\n");
  std::size_t most = 0;
  const std::size_t total = 32 * 1024 * 1024;
  std::size_t sent = 0;
  while (stream.ends == 0) {
    while (sent < total && server.at(0).connection->out().size() < 256 * 1024) {
      server.at(0).send(std::string(64 * 1024, 'x'));
      sent += 64 * 1024;
    }
    if (sent == total && !server.at(0).connection->out().finished()) server.at(0).finish();
    loop.poll_once(100ms);
    most = std::max(most, sent - bytes);
  }
  CHECK(stream.calls.back() == 'e');
  CHECK(bytes == total);
  CHECK(pauses >= 512);
  // What is under way is in the kernel's buffers, not here.
  CHECK(most < total);
}

TEST_CASE("another protocol takes the connection over", "[http][client][rfc9110-7.8]") {
  net::EventLoop loop;
  Scripted server(loop, net::Address::loopback(0));
  http::Client client(loop);
  struct Raw final : net::Receiver {
    std::unique_ptr<net::Connection> connection;
    std::string got;
    std::size_t receive(net::MutableBytes in) override {
      got += net::as_text(in);
      return in.size();
    }
    void closed(std::error_code) override {}
  } raw;
  Stream stream;
  auto handlers = stream.handlers();
  handlers.on_upgrade = [&](const http::ResponseInfo& head,
                            std::unique_ptr<net::Connection> connection) {
    CHECK(head.status == 101);
    CHECK(head.header("Upgrade") == "raw");
    raw.connection = std::move(connection);
    raw.connection->set_receiver(raw);
    raw.connection->out().append("to the server");
  };
  auto request = asked("GET", "http://" + server.listener->address().to_string() + "/");
  request.headers = {{"Upgrade", "raw"}, {"Connection", "Upgrade"}};
  client.stream(std::move(request), std::move(handlers));
  REQUIRE(step_until(loop, [&] { return !server.peers.empty() && !server.at(0).got.empty(); }));
  CHECK(server.at(0).take().find("Upgrade: raw\r\n") != std::string::npos);
  server.at(0).send("HTTP/1.1 101 S\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\nto the client");
  REQUIRE(
      step_until(loop, [&] { return raw.got == "to the client" && !server.at(0).got.empty(); }));
  CHECK(server.at(0).got == "to the server");
  CHECK(stream.calls == "e");
  CHECK(client.connection_count() == 0);
}
