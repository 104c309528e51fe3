// tests/ws/client_tcp_test.cpp - our client and our server over sockets, in one loop.
#include <unistd.h>

#include <string>
#include <vector>

#include "http/request.h"
#include "http/server.h"
#include "net/event_loop.h"
#include "tests/catch.h"
#include "tests/support/turn_until.h"
#include "ws/client.h"
#include "ws/route.h"

using namespace strata;
using ws::CloseCode;

namespace {

struct Both {
  explicit Both(const net::Address& at = net::Address::loopback(0)) : app(loop) {
    REQUIRE_FALSE(app.listen(at));
    endpoint = &ws::route(app, "/echo/:room",
                          {.on_message =
                               [](ws::Connection& from, const ws::Message& message) {
                                 if (message.view() == "leave") return from.close();
                                 if (message.text)
                                   from.send_text(message.view());
                                 else
                                   from.send_binary(message.payload);
                               },
                           .limits = {.max_message = 20'000'000},
                           .subprotocols = {"b"}});
  }
  std::string url(const std::string& path) const {
    return "ws://127.0.0.1:" + std::to_string(app.address().port()) + path;
  }
  ws::ClientOptions logged(const std::string& to) {
    ws::ClientOptions options{.url = to, .limits = {.max_message = 20'000'000}};
    options.on_open = [this](ws::Connection&, const ws::Opening& opening) {
      log += "open:" + std::string(opening.subprotocol) + "|";
    };
    options.on_message = [this](ws::Connection&, const ws::Message& message) {
      got.emplace_back(message.view());
    };
    options.on_close = [this](ws::Connection&, CloseCode code, std::string_view) {
      log += "close:" + std::to_string(static_cast<int>(code)) + "|";
    };
    options.on_error = [this](const ws::ConnectFailure& failure) {
      log += "error:" + std::to_string(failure.status) + "|";
    };
    return options;
  }
  template <class Done>
  void until(const Done& done) {
    REQUIRE(test::turn_until(loop, done));
  }
  net::EventLoop loop;
  http::Server app;
  ws::Endpoint* endpoint = nullptr;
  std::string log;
  std::vector<std::string> got;
};

}  // namespace

TEST_CASE("our client and our server, messages of every length form", "[ws][client]") {
  Both both;
  ws::ClientOptions options = both.logged(both.url("/echo/1"));
  options.subprotocols = {"a", "b"};
  ws::Client client(both.loop, options);
  both.until([&] { return client.connection() != nullptr; });
  CHECK(both.log == "open:b|");
  std::vector<std::string> sent;
  for (const std::size_t size : {0u, 1u, 125u, 126u, 65'535u, 65'536u, 16'000'000u}) {
    sent.emplace_back(size, 'x');
    client.send_text(sent.back());
    both.until([&] { return both.got.size() == sent.size(); });
    REQUIRE(both.got.back() == sent.back());
  }
  client.close();
  both.until([&] { return client.connection() == nullptr; });
  CHECK(both.log == "open:b|close:1000|");
  both.until([&] { return both.endpoint->connection_count() == 0; });
}

TEST_CASE("the server leaves; the client comes again", "[ws][client]") {
  Both both;
  ws::Client client(both.loop, both.logged(both.url("/echo/1")));
  for (int round = 1; round <= 3; ++round) {
    both.until([&] { return client.connection() != nullptr; });
    client.send_text("leave");
    both.until([&] { return client.connection() == nullptr; });
    REQUIRE(client.connect());
  }
  CHECK(both.log == "open:|close:1000|open:|close:1000|open:|close:1000|");
}

TEST_CASE("our server's refusals reach the client", "[ws][client]") {
  Both both;
  ws::Client lost(both.loop, both.logged(both.url("/nowhere")));
  both.until([&] { return !both.log.empty(); });
  CHECK(both.log == "error:404|");
  both.log.clear();
  ws::ClientOptions options = both.logged(both.url("/echo/1"));
  options.headers = {{"Origin", "http://evil.example"}};
  ws::Client foreign(both.loop, options);
  both.until([&] { return !both.log.empty(); });
  CHECK(both.log == "error:403|");
}

TEST_CASE("over a Unix socket", "[ws][client]") {
  const std::string name = "@strata-ws-client-" + std::to_string(::getpid());
  Both both(*net::Address::unix_path(name));
  ws::ClientOptions options = both.logged("ws://example.com/echo/1");
  options.unix_path = name;
  ws::Client one(both.loop, options);
  ws::Client two(both.loop, both.logged("ws://unix:" + name + ":/echo/1"));
  both.until([&] { return one.connection() != nullptr && two.connection() != nullptr; });
  one.send_text("1");
  two.send_text("2");
  both.until([&] { return both.got.size() == 2; });
  CHECK(both.log == "open:|open:|");
}

TEST_CASE("clients destroyed at every turn leave nothing behind", "[ws][client]") {
  Both both;
  for (int turns = 0; turns < 12; ++turns) {
    auto client = std::make_unique<ws::Client>(both.loop, both.logged(both.url("/echo/1")));
    for (int i = 0; i < turns; ++i) REQUIRE_FALSE(both.loop.poll_once());
    if (client->connection() != nullptr) client->send_text("last words");
    client.reset();
    both.until(
        [&] { return both.endpoint->connection_count() == 0 && both.app.connection_count() == 0; });
  }
  CHECK(both.log.find("close") == both.log.npos);
}
