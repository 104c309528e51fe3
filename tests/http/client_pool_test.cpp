// tests/http/client_pool_test.cpp - which request gets which connection; what happens to those that
// wait; what is sent again, and what is not.
#include "http/client.h"
#include "tests/http/client_fixture.h"

using namespace strata;
using namespace strata::test;
using http::ClientError;

namespace {

http::ClientOptions with(const std::function<void(http::ClientOptions&)>& change) {
  http::ClientOptions options = plain_options();
  change(options);
  return options;
}

// Answers everything that came on any connection, and says on how many something had.
std::size_t answer_all(ClientFixture& f, std::string_view answer = ok_hello) {
  std::size_t answered = 0;
  for (const auto& peer : f.server.peers) {
    if (peer->take().empty()) continue;
    peer->send(answer);
    ++answered;
  }
  f.loop.settle();
  return answered;
}

}  // namespace

TEST_CASE("no more connections than allowed to one origin; the rest waits in order",
          "[http][client]") {
  ClientFixture f(with([](auto& o) { o.max_per_origin = 2; }));
  std::vector<std::string> order;
  std::vector<Outcome> outcomes(5);
  for (int i = 0; i < 5; ++i) {
    f.client->get("http://127.0.0.1/" + std::to_string(i),
                  outcomes[static_cast<std::size_t>(i)].callback());
  }
  f.loop.settle();
  CHECK(f.server.peers.size() == 2);
  CHECK(f.client->queued_count() == 3);
  CHECK(f.peer(0).got.starts_with("GET /0 "));
  CHECK(f.peer(1).got.starts_with("GET /1 "));
  CHECK(answer_all(f) == 2);
  CHECK(f.peer(0).got.starts_with("GET /2 "));
  CHECK(f.peer(1).got.starts_with("GET /3 "));
  CHECK(answer_all(f) == 2);
  CHECK(answer_all(f) == 1);
  for (const Outcome& each : outcomes) CHECK(each.ok);
  CHECK(f.server.peers.size() == 2);
  CHECK(f.client->idle_count() == 2);
  CHECK(f.client->queued_count() == 0);
}

TEST_CASE("the limit on all connections: an idle one of another origin makes room",
          "[http][client]") {
  ClientFixture f(with([](auto& o) { o.max_connections = 2; }));
  Scripted other(f.loop, net::Address::loopback(81));
  Scripted third(f.loop, net::Address::loopback(82));
  Outcome first, second, late;
  f.ask(first);
  f.client->get("http://127.0.0.1:81/", second.callback());
  f.loop.settle();
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(f.client->connection_count() == 2);
  // The first is idle: it goes. Then nobody is, and the next one waits.
  f.client->get("http://127.0.0.1:82/", late.callback());
  Outcome waits;
  f.client->get("http://127.0.0.1/", waits.callback());
  f.loop.settle();
  CHECK(f.peer().fin);
  CHECK(third.peers.size() == 1);
  CHECK(f.server.peers.size() == 1);
  CHECK(f.client->queued_count() == 1);
  other.at(0).send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  f.loop.settle();
  CHECK(second.ok);
  REQUIRE(f.server.peers.size() == 2);
  f.peer(1).send(ok_hello);
  third.at(0).send(ok_hello);
  f.loop.settle();
  CHECK(waits.ok);
  CHECK(late.ok);
}

TEST_CASE("a full queue refuses, a full pool makes wait no longer than allowed", "[http][client]") {
  ClientFixture f(with([](auto& o) {
    o.max_per_origin = 1;
    o.max_queued = 2;
    o.queue_timeout = 5s;
  }));
  Outcome served, queued, also, refused;
  f.ask(served);
  f.ask(queued);
  f.ask(also);
  f.ask(refused);
  CHECK(refused.calls == 1);
  CHECK(refused.failure.error == ClientError::queue_full);
  CHECK(f.client->queued_count() == 2);
  f.loop.advance(5s);
  CHECK(queued.failure.error == ClientError::queue_timeout);
  CHECK(also.failure.error == ClientError::queue_timeout);
  CHECK(served.calls == 0);
  CHECK(f.client->queued_count() == 0);
  answer_all(f);
  CHECK(served.ok);
}

TEST_CASE("an idle connection is kept for its time, and not more of them than allowed",
          "[http][client][rfc9112-9.5]") {
  ClientFixture f(with([](auto& o) { o.max_idle = 2; }));
  std::vector<Outcome> outcomes(4);
  for (Outcome& each : outcomes) f.client->get("http://127.0.0.1/", each.callback());
  f.loop.settle();
  CHECK(answer_all(f) == 4);
  CHECK(f.client->idle_count() == 2);
  CHECK(f.client->connection_count() == 2);
  CHECK((f.peer(0).fin && f.peer(1).fin));  // the oldest went
  f.loop.advance(3999ms);
  CHECK(f.client->idle_count() == 2);
  f.loop.advance(1ms);
  CHECK(f.client->connection_count() == 0);
  CHECK((f.peer(2).fin && f.peer(3).fin));
  Outcome again;
  f.ask(again);
  CHECK(f.server.peers.size() == 5);
  f.client->close_idle();  // closes none that is in use
  answer_all(f);
  CHECK(again.ok);
  f.client->close_idle();
  f.loop.settle();
  CHECK(f.peer(4).fin);
}

TEST_CASE("without keep-alive every request says so, and has a connection of its own",
          "[http][client][rfc9112-9.6]") {
  ClientFixture f(with([](auto& o) { o.keep_alive = false; }));
  for (std::size_t i = 0; i < 2; ++i) {
    Outcome outcome;
    f.ask(outcome);
    CHECK(f.peer(i).take().find("Connection: close\r\n") != std::string::npos);
    f.peer(i).send(ok_hello);
    f.loop.settle();
    CHECK(outcome.ok);
    CHECK(f.peer(i).fin);
  }
}

TEST_CASE("bytes that nobody asked for poison a connection", "[http][client][rfc9112-9.3]") {
  struct Row {
    const char* what;
    std::string behind;  // in the same packet
    std::string later;   // while nobody uses it
  };
  const Row rows[] = {
      {"a second response behind the first", std::string(ok_hello), ""},
      {"a byte behind the first", "x", ""},
      {"a response while idle", "", std::string(ok_hello)},
      {"408 while idle", "", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"},
      {"an empty line while idle", "", "\r\n"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    ClientFixture f;
    Outcome first, second;
    f.ask(first);
    f.peer().send(std::string(ok_hello) + row.behind);
    f.loop.settle();
    CHECK(first.ok);
    CHECK(first.response.body == "hello");
    if (!row.later.empty()) f.peer().send(row.later);
    f.loop.settle();
    CHECK(f.client->connection_count() == 0);
    f.ask(second);
    REQUIRE(f.server.peers.size() == 2);
    CHECK(second.calls == 0);  // not the answer that lay there
    f.peer(1).send("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
    f.loop.settle();
    CHECK(second.response.status == 404);
  }
}

TEST_CASE("a kept connection that turns out dead: what is sent again, and what is not",
          "[http][client][rfc9110-9.2.2][rfc9112-9.3.1]") {
  struct Row {
    const char* what;
    const char* method;
    bool source;  // the content comes from one
    bool rewinds;
    std::string answered;  // before it goes
    bool again;
    ClientError error;
  };
  const auto before = ClientError::closed_before_response;
  const Row rows[] = {
      {"GET", "GET", false, false, "", true, before},
      {"HEAD", "HEAD", false, false, "", true, before},
      {"PUT", "PUT", false, false, "", true, before},
      {"DELETE", "DELETE", false, false, "", true, before},
      {"OPTIONS", "OPTIONS", false, false, "", true, before},
      {"POST may have been acted on", "POST", false, false, "", false, before},
      {"PATCH", "PATCH", false, false, "", false, before},
      {"an unknown method", "FROB", false, false, "", false, before},
      {"a source that rewinds", "PUT", true, true, "", true, before},
      {"a source that does not", "PUT", true, false, "", false, before},
      {"the answer had begun", "GET", false, false, "HTTP/1.1 2", false, ClientError::truncated},
      {"a 100 had come", "GET", false, false, "HTTP/1.1 100 C\r\n\r\n", false,
       ClientError::truncated},
  };
  for (const Row& row : rows) {
    for (const bool rst : {false, true}) {
      INFO(row.what << (rst ? ", by RST" : ", by FIN"));
      ClientFixture f;
      Outcome first, second;
      f.ask(first);
      f.peer().send(ok_hello);
      f.loop.settle();
      f.peer().take();
      auto request = asked(row.method, "http://127.0.0.1/again");
      bool given = false;
      if (row.source) {
        request.source.pull = [&](std::string& piece) {
          if (!given) piece = "content";
          return std::exchange(given, true) ? http::ContentSource::Pull::end
                                            : http::ContentSource::Pull::more;
        };
        if (row.rewinds)
          request.source.rewind = [&] {
            given = false;
            return true;
          };
      }
      f.client->request(std::move(request), second.callback());
      f.loop.settle();
      const std::string sent = f.peer().take();
      CHECK(sent.starts_with(std::string(row.method) + " /again "));
      if (!row.answered.empty()) f.peer().send(row.answered);
      f.loop.settle();
      rst ? f.peer().reset() : f.peer().finish();
      f.loop.settle();
      if (row.again) {
        REQUIRE(f.server.peers.size() == 2);
        CHECK(f.peer(1).take() == sent);
        CHECK(second.calls == 0);
        // Once is enough: the new connection is no kept one.
        rst ? f.peer(1).reset() : f.peer(1).finish();
        f.loop.settle();
      }
      CHECK(f.server.peers.size() == (row.again ? 2 : 1));
      CHECK(second.calls == 1);
      CHECK(second.failure.error == row.error);
      CHECK(f.client->connection_count() == 0);
    }
  }
}

TEST_CASE("a retry does not take another connection that was kept as long",
          "[http][client][rfc9112-9.3.1]") {
  ClientFixture f;
  std::vector<Outcome> outcomes(3);
  for (Outcome& each : outcomes) f.client->get("http://127.0.0.1/", each.callback());
  f.loop.settle();
  CHECK(answer_all(f) == 3);
  Outcome outcome;
  f.ask(outcome);
  f.peer(2).reset();  // the one that was used last is used first
  f.loop.settle();
  REQUIRE(f.server.peers.size() == 4);
  CHECK((f.peer(0).fin && f.peer(1).fin));
  f.peer(3).send(ok_hello);
  f.loop.settle();
  CHECK(outcome.ok);
  CHECK_FALSE(outcome.response.reused);
}

TEST_CASE("a server that closes an idle connection costs nothing", "[http][client]") {
  for (const bool rst : {false, true}) {
    ClientFixture f;
    Outcome first, second;
    f.ask(first);
    f.peer().send(ok_hello);
    f.loop.settle();
    rst ? f.peer().reset() : f.peer().finish();
    f.loop.settle();
    CHECK(f.client->connection_count() == 0);
    f.ask(second);
    f.peer(1).send(ok_hello);
    f.loop.settle();
    CHECK(second.ok);
  }
}

TEST_CASE("nobody listens, or the name is unknown", "[http][client]") {
  struct Nowhere final : net::Resolver {
    explicit Nowhere(net::Loop& l) : loop(l) {}
    std::unique_ptr<net::Resolving> resolve(std::string_view host, std::uint16_t port,
                                            net::OnResolved done) override {
      names += std::string(host) + ":" + std::to_string(port) + " ";
      loop.post(
          [done = std::move(done)] { done(std::make_error_code(std::errc::host_unreachable)); });
      return nullptr;
    }
    net::Loop& loop;
    std::string names;
  };
  test::VirtualLoop loop;
  Nowhere nowhere(loop);
  http::ClientOptions options = plain_options();
  http::Client without(loop, options);
  options.resolver = &nowhere;
  http::Client client(loop, options);
  Outcome refused, unknown;
  without.get("http://127.0.0.1:9/", refused.callback());
  client.get("http://name.example:8080/", unknown.callback());
  CHECK(refused.calls + unknown.calls == 0);
  loop.settle();
  CHECK(refused.failure.error == ClientError::connect_failed);
  CHECK(refused.failure.system == std::errc::connection_refused);
  CHECK(refused.failure.may_retry);
  CHECK(unknown.failure.error == ClientError::unresolved);
  CHECK(nowhere.names == "name.example:8080 ");
  CHECK(client.connection_count() + without.connection_count() == 0);
}

TEST_CASE("a resolver that never answers has its time, and is told when nobody waits any more",
          "[http][client]") {
  struct Silent final : net::Resolver {
    struct Question final : net::Resolving {
      explicit Question(int& n) : open(n) { ++open; }
      ~Question() override { --open; }
      int& open;
    };
    std::unique_ptr<net::Resolving> resolve(std::string_view, std::uint16_t,
                                            net::OnResolved) override {
      return std::make_unique<Question>(open);
    }
    int open = 0;
  } silent;
  test::VirtualLoop loop;
  http::ClientOptions options = plain_options();
  options.resolver = &silent;
  auto client = std::make_unique<http::Client>(loop, options);
  Outcome late, cancelled, lost;
  client->get("http://a.example/", late.callback());
  loop.settle();
  CHECK(silent.open == 1);
  loop.advance(10s);
  CHECK(late.failure.error == ClientError::connect_timeout);
  CHECK(late.failure.may_retry);
  CHECK(silent.open == 0);
  auto call = client->get("http://a.example/", cancelled.callback());
  call.cancel();
  loop.settle();
  CHECK(silent.open == 0);
  client->get("http://a.example/", lost.callback());
  CHECK(silent.open == 1);
  client.reset();
  CHECK(silent.open == 0);
  CHECK(lost.calls == 0);
}

TEST_CASE("addresses of a name are tried until one answers", "[http][client][rfc8305-5]") {
  struct Two final : net::Resolver {
    explicit Two(net::Loop& l) : loop(l) {}
    std::unique_ptr<net::Resolving> resolve(std::string_view, std::uint16_t port,
                                            net::OnResolved done) override {
      loop.post([done = std::move(done), port] {
        done(std::vector<net::Address>{net::Address::loopback(9), net::Address::loopback(port)});
      });
      return nullptr;
    }
    net::Loop& loop;
  };
  ClientFixture f;
  Two two(f.loop);
  http::ClientOptions options = plain_options();
  options.resolver = &two;
  http::Client client(f.loop, options);
  Outcome outcome;
  client.get("http://a.example/", outcome.callback());
  f.loop.settle();
  CHECK(f.peer().take().find("Host: a.example\r\n") != std::string::npos);
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(outcome.ok);
}
