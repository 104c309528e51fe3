// tests/net/connection_test.cpp - receiving: what is offered when, and to whom.
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <random>
#include <string>

#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::net;
using strata::test::Loopback;
using strata::test::Raw;
using strata::test::Recorder;

TEST_CASE("bytes come up, answers go down, and both directions end in order", "[net]") {
  for (const Address& at : {Address::loopback(0), Address::loopback_ipv6(0), Address::any(0),
                            *Address::unix_path("@strata-connection-test")}) {
    INFO(at.to_string());
    Loopback here({}, at);
    here.prepare = [](Recorder& peer) { peer.echoes = true; };
    auto [client, peer] = here.pair();
    client.send("hello");
    CHECK(here.until([&c = client] { return c.read() || c.got == "hello"; }));
    client.fin();
    CHECK(here.until([&, p = peer] { return p->closed_called(); }));
    CHECK(peer->calls == "r5 e c ");
    CHECK_FALSE(peer->why);
    CHECK(client.read());
    CHECK(client.got == "hello");
    CHECK_FALSE(client.reset_seen);
  }
}

TEST_CASE("an idle connection is one small object", "[net]") {
  STATIC_REQUIRE(sizeof(TcpConnection) <= 160);
  Loopback here;
  here.prepare = [](Recorder& peer) { peer.echoes = true; };
  auto [client, peer] = here.pair();
  client.send("message");
  CHECK(here.until([&c = client] { return c.read() || c.got.size() == 7; }));
  CHECK(here.loop.pool().taken_bytes() == 0);
}

TEST_CASE("what is not consumed is offered again in front of what came, at every split", "[net]") {
  const std::string text = "0123456789";
  for (std::size_t split = 1; split < text.size(); ++split) {
    for (std::size_t used = 0; used <= split; ++used) {
      INFO(split << ' ' << used);
      Loopback here;
      auto [client, peer] = here.pair();
      std::string seen;
      int calls = 0;
      peer->on_receive = [&](MutableBytes in) {
        seen = as_text(in);
        return ++calls == 1 ? used : 0;
      };
      client.send(text.substr(0, split));
      REQUIRE(here.until([&] { return calls == 1; }));
      client.send(text.substr(split));
      REQUIRE(here.until([&] { return calls == 2; }));
      CHECK(seen == text.substr(used));
    }
  }
}

TEST_CASE("paused, nothing is offered; resumed, kept and new bytes are", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->on_receive = [p = peer](MutableBytes) {
    p->connection->pause();
    return std::size_t{2};
  };
  client.send("abcd");
  REQUIRE(here.until([p = peer] { return !p->calls.empty(); }));
  client.send("efgh");
  for (int i = 0; i < 5; ++i) here.loop.poll_once();
  CHECK(peer->calls == "r4 ");
  peer->on_receive = nullptr;
  peer->connection->resume();
  CHECK(peer->calls == "r4 ");  // never re-entrantly
  CHECK(here.until([p = peer] { return p->got == "cdefgh"; }));
  CHECK(peer->calls == "r4 r6 ");
}

TEST_CASE("a paused connection whose peer goes on costs no turns", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->connection->pause();
  client.send("abcd");
  for (int i = 0; i < 3; ++i) here.loop.poll_once();
  pollfd one{here.loop.fd(), POLLIN, 0};
  CHECK(::poll(&one, 1, 0) == 0);
  client.send("more");
  CHECK(::poll(&one, 1, 20) == 0);
}

TEST_CASE("a receiver set inside receive() gets the rest at once", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  Recorder second;
  peer->on_receive = [&, p = peer](MutableBytes) {
    p->connection->set_receiver(second);
    return std::size_t{3};
  };
  client.send("GETframe");
  REQUIRE(here.until([&] { return !second.got.empty(); }));
  CHECK(second.got == "frame");
  CHECK(peer->calls == "r8 ");
  client.fin();
  CHECK(here.until([&] { return second.calls == "r5 e "; }));
  peer->connection.reset();
}

TEST_CASE("a receiver set outside of receive() gets what is kept, from the ready list", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->consumes = false;
  client.send("kept");
  REQUIRE(here.until([p = peer] { return p->calls == "r4 "; }));
  Recorder second;
  peer->connection->set_receiver(second);
  CHECK(second.calls.empty());
  here.loop.poll_once();
  CHECK(second.got == "kept");
  peer->connection.reset();
}

TEST_CASE("a connection without a receiver waits with its bytes and its end", "[net]") {
  Loopback here;
  std::unique_ptr<Connection> early;
  here.on_accept = [&](auto connection) { early = std::move(connection); };
  Raw client(here.address());
  client.send("first");
  client.fin();
  REQUIRE(here.until([&] { return early != nullptr; }));
  for (int i = 0; i < 4; ++i) here.loop.poll_once();
  Recorder top;
  early->set_receiver(top);
  CHECK(here.until([&] { return top.calls == "r5 e "; }));
  early.reset();
}

namespace {
// Takes a payload of known length where it belongs.
struct Landing : Recorder {
  explicit Landing(std::size_t bytes) : payload(bytes, '\0') {}
  MutableBytes landing() override {
    ++asked;
    return {reinterpret_cast<std::uint8_t*>(payload.data()) + have, payload.size() - have};
  }
  void landed(std::size_t bytes) override {
    have += bytes;
    largest = std::max(largest, bytes);
  }
  std::string payload;
  std::size_t have = 0, largest = 0;
  int asked = 0;
};
}  // namespace

TEST_CASE("a payload lands where the receiver wants it, and what follows is offered", "[net]") {
  for (const std::size_t bytes :
       {std::size_t{1}, std::size_t{1000}, std::size_t{70000}, std::size_t{3000000}}) {
    INFO(bytes);
    Loopback here;
    auto [client, peer] = here.pair();
    Landing top(bytes);
    peer->connection->set_receiver(top);
    std::string text(bytes, 'p');
    text += "behind";
    std::size_t sent = 0;
    REQUIRE(here.until([&, &c = client] {
      if (sent < text.size()) sent += c.send(std::string_view(text).substr(sent));
      return top.got == "behind";
    }));
    CHECK(top.have == bytes);
    CHECK(top.payload == std::string(bytes, 'p'));
    CHECK(top.largest <= TcpConnection::landing_bytes_max);
    peer->connection.reset();
  }
}

TEST_CASE("above the high mark answers leave at once and the rest is offered, a few times a turn",
          "[net]") {
  ListenOptions options;
  options.connection.high_water = 10;
  options.connection.low_water = 0;
  Loopback here(options);
  auto [client, peer] = here.pair();
  peer->on_receive = [p = peer](MutableBytes) {
    p->connection->out().append("eleven bytes");
    return std::size_t{1};
  };
  client.send("1234567");
  REQUIRE(here.until([p = peer] { return !p->calls.empty(); }));
  CHECK(peer->calls == "r7 d r6 d r5 d r4 d r3 d r2 d ");  // then it is the others' turn
  REQUIRE(here.until([p = peer] { return p->calls.find("r1 d") != std::string::npos; }));
  CHECK(peer->calls == "r7 d r6 d r5 d r4 d r3 d r2 d r1 d ");
}

TEST_CASE("one turn takes one piece of at most 64 KiB of a flood", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  std::string flood(1 << 20, 'f');
  client.send(flood);
  while (peer->got.size() < 300000) {
    const std::size_t before = peer->got.size();
    here.loop.poll_once(1s);
    REQUIRE(peer->got.size() - before <= 64 * 1024);
  }
}

TEST_CASE("random pieces in, the same bytes out, whatever is consumed when", "[net]") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Loopback here;
  auto [client, peer] = here.pair();
  std::string got;
  peer->on_receive = [&, p = peer](MutableBytes in) {
    const std::size_t used = in.size() > 30000 ? in.size() : random() % (in.size() + 1);
    got += as_text(in.first(used));
    if (random() % 8 == 0) {
      p->connection->pause();
      here.loop.post([p] { p->connection->resume(); });
    }
    p->connection->out().append(as_text(in.first(used)));
    return used;
  };
  std::string wanted;
  for (int i = 0; i < 2000; ++i) {
    std::string piece(1 + random() % 3000, static_cast<char>('a' + i % 26));
    piece.resize(client.send(piece));
    wanted += piece;
    here.loop.poll_once();
    client.read();
  }
  client.send("#");  // offers what is left once more
  wanted += '#';
  REQUIRE(here.until([&, p = peer] {
    p->connection->pause();
    p->connection->resume();
    return got == wanted;
  }));
  CHECK(here.until([&, &c = client] { return c.read() || c.got == wanted; }));
}

TEST_CASE("options reach the socket: no delay; peer and local name both ends", "[net]") {
  for (const Address& at : {Address::loopback(0), Address::any(0)}) {
    Loopback here({}, at);
    const Address to = Address::loopback(here.address().port());
    Raw client(to);
    REQUIRE(here.until([&] { return here.peers.size() == 1; }));
    Connection& connection = *here.peers[0]->connection;
    CHECK(connection.local().to_string() == to.to_string());
    CHECK(connection.peer().to_string() == local_address(client.fd()).to_string());
    const Detached taken = connection.detach();
    int on = 0;
    socklen_t bytes = sizeof on;
    getsockopt(taken.fd, IPPROTO_TCP, TCP_NODELAY, &on, &bytes);
    CHECK(on != 0);
    CHECK((::fcntl(taken.fd, F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(taken.fd, F_GETFD) & FD_CLOEXEC) != 0);
    const Fd close_it(taken.fd);
  }
}

TEST_CASE("detached with its unconsumed bytes, a connection goes on in another loop", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->consumes = false;
  client.send("head");
  REQUIRE(here.until([p = peer] { return p->calls == "r4 "; }));
  Detached taken = peer->connection->detach();
  CHECK(taken.unconsumed == "head");
  peer->connection->out().append("dropped");  // dead: nothing happens
  peer->connection->abort();
  EventLoop second;
  Recorder there;
  there.echoes = true;
  auto adopted = second.adopt(std::move(taken), {});
  REQUIRE(adopted);
  there.take(std::move(*adopted));
  client.send(" and body");
  CHECK(
      test::step_until(second, [&, &c = client] { return c.read() || c.got == "head and body"; }));
  here.loop.poll_once();
  CHECK_FALSE(peer->closed_called());
  there.connection.reset();
}
