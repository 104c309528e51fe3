// tests/ws/ping_test.cpp - pings of our own on a virtual clock, both roles: what counts as an
// answer, when the time for it runs, and how a dead peer ends.
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/echo_handler.h"

using namespace strata;
using namespace strata::test;
using ws::Role;

namespace {

ws::Limits pinging() {
  ws::Limits limits;
  limits.ping_interval = 25s;
  limits.ping_timeout = 20s;
  return limits;
}

struct Bench {
  explicit Bench(Role r, const ws::Limits& limits = pinging()) : echo(loop), role(r) {
    net::ConnectionOptions options;
    options.reads_above_high_water = role == Role::client;
    auto [raw, below] = loop.pair(options);
    peer = std::move(raw);
    echo.open(std::move(below), role, limits);
    echo.echoes = false;
  }
  // A frame as the peer of that role writes it.
  std::string framed(int first, std::string_view payload) const {
    return frame(first, payload, role == Role::server);
  }
  void send(const std::string& wire) {
    peer.send(wire);
    loop.settle();
  }
  bool pinged() {
    const std::string wire = peer.take();
    return role == Role::server ? wire == hex("89 00")
                                : wire.size() == 6 && wire.starts_with(hex("89 80"));
  }
  VirtualLoop loop;
  Peer peer;
  EchoHandler echo;
  Role role;
};

const Role both[] = {Role::server, Role::client};

}  // namespace

TEST_CASE("only a pong in time keeps a peer, on both sides", "[ws][rfc6455-5.5.2][rfc6455-5.5.3]") {
  struct Row {
    const char* what;
    int first;  // byte of the frame that comes; 0: none
    std::string payload;
    net::Duration after;
    bool alive;
  };
  const Row rows[] = {
      {"a pong", 0x8A, "", 1s, true},
      {"a pong at the last moment", 0x8A, "", 19s + 900ms, true},
      {"a pong of another payload", 0x8A, "x", 5s, true},
      {"nothing", 0, "", 1s, false},
      {"a message", 0x81, "alive", 1s, false},
      {"a fragment", 0x01, "alive", 1s, false},
      {"a ping", 0x89, "", 1s, false},
      {"a pong too late", 0x8A, "", 20s + 100ms, false},
  };
  for (const Role role : both) {
    for (const Row& row : rows) {
      CAPTURE(int(role), row.what);
      Bench bench(role);
      bench.loop.advance(24s + 900ms);
      CHECK(bench.peer.take().empty());
      bench.loop.advance(100ms);
      CHECK(bench.pinged());
      bench.loop.advance(row.after);
      if (row.first != 0 && bench.echo.closes == 0)
        bench.send(bench.framed(row.first, row.payload));
      bench.peer.take();
      if (row.alive) {
        bench.loop.advance(24s + 900ms);  // the interval begins at the pong
        CHECK(bench.peer.take().empty());
        bench.loop.advance(100ms);
        CHECK(bench.pinged());
        CHECK(bench.echo.closes == 0);
      } else {
        bench.loop.advance(20s - std::min<net::Duration>(row.after, 20s));
        CHECK(bench.peer.was_reset());
        CHECK(bench.echo.ended == "1006:no answer to our ping");
        CHECK(bench.echo.closes == 1);
        CHECK(bench.loop.connection_count() == 0);
      }
    }
  }
}

TEST_CASE("a pong that nobody asked for answers no later ping", "[ws][rfc6455-5.5.3]") {
  for (const Role role : both) {
    Bench bench(role);
    bench.loop.advance(10s);
    bench.send(bench.framed(0x8A, "early"));
    bench.loop.advance(15s);
    CHECK(bench.pinged());
    bench.loop.advance(20s);
    CHECK(bench.echo.ended == "1006:no answer to our ping");
  }
}

TEST_CASE("without an interval there are no pings", "[ws]") {
  for (const Role role : both) {
    Bench bench(role, {});
    bench.loop.advance(3600s);
    CHECK(bench.peer.take().empty());
    CHECK(bench.echo.closes == 0);
  }
}

TEST_CASE("after our Close the close handshake has its own time, and no ping is sent", "[ws]") {
  for (const Role role : both) {
    Bench bench(role);
    bench.loop.advance(24s);
    bench.echo.connection->close();
    bench.loop.settle();
    bench.peer.take();
    bench.loop.advance(4s);
    CHECK(bench.peer.take().empty());
    bench.loop.advance(2s);
    CHECK(bench.echo.ended == "1006:no answer to our Close");
  }
}

TEST_CASE("a peer that resets while we wait for its pong is 1006 too", "[ws]") {
  for (const Role role : both) {
    Bench bench(role);
    bench.loop.advance(26s);
    bench.peer.reset();
    bench.loop.settle();
    CHECK(bench.echo.ended.starts_with("1006:"));
    CHECK(bench.echo.ended.size() > 5);
    bench.loop.advance(60s);
    CHECK(bench.echo.closes == 1);
  }
}

TEST_CASE("after a pause a pong has its whole time again", "[ws][rfc6455-5.5.2]") {
  for (const Role role : both) {
    Bench bench(role);
    bench.loop.advance(25s);
    bench.echo.connection->pause();
    bench.loop.advance(19s + 900ms);
    bench.echo.connection->resume();
    bench.loop.advance(19s + 900ms);
    CHECK(bench.echo.closes == 0);
    bench.loop.advance(100ms);
    CHECK(bench.echo.ended == "1006:no answer to our ping");
  }
}

TEST_CASE("while a full queue keeps a server from reading, the time for a pong does not run",
          "[ws][rfc6455-5.5.2]") {
  Bench bench(Role::server);
  bench.loop.advance(25s);
  CHECK(bench.pinged());
  bench.peer.line().to_client.capacity = 2000;
  bench.echo.connection->send_text(std::string(100'000, 'x'));
  bench.loop.settle();
  bench.send(bench.framed(0x8A, ""));  // it is there, and not read
  std::size_t got = 0;
  for (int second = 0; second < 40; ++second) {
    bench.loop.advance(1s);
    got += bench.peer.take().size();
  }
  CHECK(bench.echo.log.empty());
  CHECK(bench.echo.closes == 0);
  for (int second = 0; second < 30 && got < 100'000; ++second) {
    bench.loop.advance(1s);
    got += bench.peer.take().size();
  }
  CHECK(bench.echo.log.find("pong:|") != std::string::npos);
  CHECK(bench.echo.closes == 0);
}
