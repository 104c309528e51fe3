// tests/net/connection_end_test.cpp - every way a connection ends, each told once.
#include <string>

#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::net;
using strata::test::Loopback;
using strata::test::open_descriptors;
using strata::test::Raw;
using strata::test::Recorder;
using strata::test::step_until;

namespace {
bool readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}
}  // namespace

TEST_CASE("finish() half-closes: the answer still comes, then both ends are told", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->connection->out().append("request");
  peer->connection->out().finish();
  REQUIRE(here.until([&c = client] { return c.read(); }));  // the FIN is here
  CHECK(client.got == "request");
  CHECK(peer->calls.empty());
  client.send("answer");
  REQUIRE(here.until([p = peer] { return p->got == "answer"; }));
  client.fin();
  REQUIRE(here.until([p = peer] { return p->closed_called(); }));
  CHECK(peer->calls == "r6 e c ");
  CHECK_FALSE(peer->why);
}

TEST_CASE("a FIN with unread bytes is told after them, however long they waited", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->connection->pause();
  client.send("unread");
  client.fin();
  for (int i = 0; i < 5; ++i) here.loop.poll_once();
  CHECK(peer->calls.empty());
  CHECK_FALSE(readable(here.loop.fd()));  // waiting costs nothing
  peer->connection->resume();
  REQUIRE(here.until([p = peer] { return p->calls == "r6 e "; }));
}

TEST_CASE("kept bytes are offered before the end is told", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->on_receive = [p = peer](MutableBytes) {
    p->connection->pause();
    return std::size_t{0};
  };
  client.send("kept");
  client.fin();
  REQUIRE(here.until([p = peer] { return p->calls == "r4 "; }));
  peer->on_receive = nullptr;
  peer->connection->resume();
  REQUIRE(here.until([p = peer] { return p->calls == "r4 r4 e "; }));
  CHECK(peer->got == "kept");
}

TEST_CASE("what was never consumed can still be taken after the end", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->consumes = false;
  client.send("kept");
  client.fin();
  REQUIRE(here.until([p = peer] { return p->calls.find('e') != std::string::npos; }));
  peer->consumes = true;
  peer->connection->pause();
  peer->connection->resume();
  REQUIRE(here.until([p = peer] { return p->got == "kept"; }));
}

TEST_CASE("paused, finished on both sides: EPOLLHUP does not spin", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->connection->pause();
  peer->connection->out().finish();
  client.send("unread");
  client.fin();
  for (int i = 0; i < 10; ++i) here.loop.poll_once();
  CHECK_FALSE(readable(here.loop.fd()));
  CHECK_FALSE(peer->closed_called());
  peer->connection->resume();
  REQUIRE(here.until([p = peer] { return p->closed_called(); }));
  CHECK(peer->calls == "r6 e c ");
}

TEST_CASE("a reset is told at once, reading or not", "[net]") {
  for (const bool paused : {false, true}) {
    INFO(paused);
    Loopback here;
    auto [client, peer] = here.pair();
    if (paused) peer->connection->pause();
    client.reset();
    here.loop.poll_once(1s);
    CHECK(peer->calls == "c ");
    CHECK(peer->why == std::errc::connection_reset);
    CHECK_FALSE(readable(here.loop.fd()));
  }
}

TEST_CASE("a reset in the middle of a write is told, and the queue is dropped", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair(4096);
  SendQueue& out = peer->connection->out();
  out.append(std::string(16 << 20, 'y'));
  here.loop.poll_once();
  REQUIRE_FALSE(out.empty());
  client.reset();
  REQUIRE(here.until([p = peer] { return p->closed_called(); }));
  CHECK(out.empty());
  out.append("late");
  CHECK(out.empty());
  CHECK(here.loop.pool().taken_bytes() == 0);
}

TEST_CASE("abort() resets the peer, and closed() is told at the end of the turn, once", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  here.loop.post([p = peer] {
    p->connection->out().append("lost");
    p->connection->abort();
    p->connection->abort();
    p->connection->close();
    CHECK(p->calls.empty());
  });
  here.loop.poll_once(1s);
  CHECK(peer->calls == "c ");
  CHECK(peer->why == std::errc::connection_aborted);
  CHECK(client.read());
  CHECK(client.reset_seen);
  CHECK(client.got.empty());
}

TEST_CASE("peer() can be asked until closed() has returned", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  std::string name;
  peer->on_closed = [&, p = peer] { name = p->connection->local().to_string(); };
  peer->connection->abort();
  here.loop.poll_once(1s);
  CHECK(name == here.address().to_string());
  CHECK(peer->connection->local().empty());
}

TEST_CASE("close() sends what is queued, then lingers until the peer's FIN", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair(4096);
  const std::string answer(3 << 20, 'y');
  peer->connection->out().append(std::string_view(answer));
  peer->connection->close();
  peer->connection->out().append("dropped");
  client.send(std::string(100000, 'x'));  // never offered
  REQUIRE(here.until([&c = client] { return c.read(); }));
  CHECK(client.got == answer);
  CHECK_FALSE(client.reset_seen);  // which is why it lingers: the answer could be read
  CHECK(peer->calls.empty());
  client.fin();
  REQUIRE(here.until([p = peer] { return p->closed_called(); }));
  CHECK(peer->calls == "c ");
  CHECK_FALSE(peer->why);
}

TEST_CASE("a lingering close discards 256 KiB at most", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->connection->close();
  const std::string flood(64 * 1024, 'x');
  std::size_t sent = 0;
  REQUIRE(here.until([&, p = peer, &c = client] {
    sent += c.send(flood);
    return p->closed_called();
  }));
  CHECK(peer->calls == "c ");
  CHECK(sent >= TcpConnection::discarded_bytes_max);
}

TEST_CASE("a lingering close takes 2 s at most", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  const TimePoint begin = here.loop.now();
  peer->connection->close();
  REQUIRE(here.until([p = peer] { return p->closed_called(); }));
  CHECK(here.loop.now() >= begin + TcpConnection::linger_time);
  CHECK_FALSE(peer->why);
}

TEST_CASE("close() after the peer's FIN, or after finish(), ends too", "[net]") {
  for (const bool finished : {false, true}) {
    Loopback here;
    auto [client, peer] = here.pair();
    if (finished) {
      peer->connection->out().finish();
      here.loop.poll_once();
    }
    client.send("x");
    client.fin();
    if (!finished) REQUIRE(here.until([p = peer] { return p->calls == "r1 e "; }));
    peer->connection->close();
    REQUIRE(here.until([p = peer] { return p->closed_called(); }));
    CHECK_FALSE(peer->why);
  }
}

TEST_CASE("close() inside receive() offers nothing more", "[net]") {
  Loopback here;
  auto [client, peer] = here.pair();
  peer->on_receive = [p = peer](MutableBytes) {
    p->connection->out().append("400");
    p->connection->close();
    return std::size_t{1};
  };
  client.send("garbage");
  REQUIRE(here.until([&c = client] { return c.read(); }));
  CHECK(client.got == "400");
  client.send("more garbage");
  client.fin();
  REQUIRE(here.until([p = peer] { return p->closed_called(); }));
  CHECK(peer->calls == "r7 c ");
}

TEST_CASE("an owner destroys its connection by defer, from closed() and from receive()", "[net]") {
  for (const bool early : {false, true}) {
    Loopback here;
    auto [client, peer] = here.pair();
    const auto destroy = [&, p = peer] { here.loop.defer([owned = std::move(p->connection)] {}); };
    if (early) {
      peer->on_receive = [=](MutableBytes in) {
        destroy();
        return in.size();
      };
    } else {
      peer->on_closed = destroy;
    }
    client.send("x");
    if (!early) {
      here.loop.poll_once(1s);
      client.reset();
    }
    REQUIRE(here.until([p = peer] { return p->connection == nullptr; }));
    CHECK((early ? here.until([&c = client] { return c.read(); }) : true));
    CHECK(peer->calls == (early ? "r1 " : "r1 c "));
  }
}

TEST_CASE("a connection destroyed by another one's handler in the same batch is not touched",
          "[net]") {
  // Whichever comes first in the batch destroys the other one.
  Loopback here;
  auto [first, a] = here.pair();
  auto [second, b] = here.pair();
  a->on_receive = [o = b](MutableBytes in) {
    o->connection.reset();
    return in.size();
  };
  b->on_receive = [o = a](MutableBytes in) {
    o->connection.reset();
    return in.size();
  };
  first.send("x");
  second.send("y");
  here.loop.poll_once(1s);
  here.loop.poll_once();
  CHECK((a->connection == nullptr) != (b->connection == nullptr));
  CHECK(a->calls.size() + b->calls.size() == 3);
}

TEST_CASE("a connection aborted by another one in the same batch is offered nothing", "[net]") {
  Loopback here;
  auto [first, a] = here.pair();
  auto [second, b] = here.pair();
  a->on_receive = [o = b](MutableBytes in) {
    o->connection->abort();
    return in.size();
  };
  b->on_receive = [o = a](MutableBytes in) {
    o->connection->abort();
    return in.size();
  };
  first.send("x");
  second.send("y");
  here.loop.poll_once(1s);
  const std::string both = a->calls + '|' + b->calls;
  CHECK((both == "r1 |c " || both == "c |r1 "));
}

TEST_CASE("destroying a connection closes at once, queued bytes and timers with it", "[net]") {
  const int before = open_descriptors();
  {
    Loopback here;
    auto [client, peer] = here.pair(4096);
    peer->connection->out().append(std::string(16 << 20, 'y'));
    here.loop.poll_once();
    peer->connection.reset();
    CHECK(here.loop.pool().taken_bytes() == 0);
    auto [other, lingering] = here.pair();
    lingering->connection->close();
    here.loop.poll_once();
    lingering->connection.reset();
    for (int i = 0; i < 3; ++i) here.loop.poll_once();
    CHECK(peer->calls.empty());
    CHECK(lingering->calls.empty());
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a client reads the answer of a server that left without reading the request", "[net]") {
  for (const bool client : {true, false}) {
    const Fd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const Address any = Address::loopback(0);
    REQUIRE(::bind(listening.get(), any.raw(), any.raw_bytes()) == 0);
    REQUIRE(::listen(listening.get(), 1) == 0);
    EventLoop loop;
    Recorder recorder;
    ConnectOptions options;
    options.connection.reads_above_high_water = client;
    const Address to[] = {local_address(listening.get())};
    const auto connecting =
        loop.connect(to, options, [&](auto made) { recorder.take(std::move(*made)); });
    REQUIRE(step_until(loop, [&] { return recorder.connection != nullptr; }));
    Fd server(::accept(listening.get(), nullptr, nullptr));
    recorder.connection->out().append("request");
    loop.poll_once();
    // Inside a turn, whose events are known already: the sending fails before anything is read.
    loop.post([&] {
      CHECK(::send(server.get(), "answer", 6, MSG_NOSIGNAL) == 6);
      server.reset();  // with the request unread: RST
      recorder.connection->out().append("more");
    });
    REQUIRE(step_until(loop, [&] { return recorder.closed_called(); }));
    CHECK(recorder.why);
    CHECK(recorder.got == (client ? "answer" : ""));
    CHECK(recorder.calls.find('e') == std::string::npos);  // a RST is no FIN
  }
}
