// tests/net/adverse_test.cpp - hostile peers and faulty handlers, one row each. After every row a
// connection that was open all the time makes a good exchange, and nothing is left behind.
#include <sys/mman.h>

#include <new>
#include <stdexcept>
#include <string>

#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::net;
using strata::test::Loopback;
using strata::test::open_descriptors;
using strata::test::Raw;
using strata::test::Recorder;

namespace {

struct Scene : Loopback {
  using Loopback::Loopback;
  bool ended_with(Recorder* peer, std::errc why) {
    return until([&] { return peer->closed_called(); }) && peer->why == why;
  }
  void some_turns(int count = 5) {
    for (int i = 0; i < count; ++i) loop.poll_once();
  }
};

struct Row {
  const char* what;
  void (*act)(Scene&);
};

// A receiver with landing(), for the exceptions of both calls.
struct Thrower : Recorder {
  explicit Thrower(bool in_landing) : in_landing_(in_landing) {}
  MutableBytes landing() override {
    if (in_landing_) throw std::runtime_error("landing");
    return {&place_, 1};
  }
  void landed(std::size_t) override { throw std::runtime_error("landed"); }
  bool in_landing_;
  std::uint8_t place_ = 0;
};

void thrown_in_receive(Scene& s, void (*thrower)()) {
  auto [client, peer] = s.pair();
  peer->on_receive = [thrower](MutableBytes) -> std::size_t {
    thrower();
    return 0;
  };
  client.send("x");
  CHECK(s.until([p = peer] { return p->closed_called(); }));
  CHECK(peer->why);
  CHECK_FALSE(s.log.empty());
  client.read();
  CHECK(client.reset_seen);
}

FileRange file_range(std::size_t real, std::size_t promised) {
  const int fd = ::memfd_create("strata-test", MFD_CLOEXEC);
  REQUIRE(::ftruncate(fd, static_cast<off_t>(real)) == 0);
  return {fd, 0, promised};
}

const Row peers_rows[] = {
    {"RST before it is accepted",
     [](Scene& s) {
       Raw(s.address()).reset();
       s.some_turns();
     }},
    {"FIN before it is accepted",
     [](Scene& s) {
       Raw(s.address()).close();
       CHECK(s.until([&] { return s.peers.size() == 2 && s.peers[1]->calls == "e "; }));
     }},
    {"RST behind bytes that nobody read",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->connection->pause();
       client.send("unread");
       s.some_turns();
       client.reset();
       CHECK(s.ended_with(peer, std::errc::connection_reset));
     }},
    {"RST behind bytes in the same turn",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       client.send("last words");
       client.reset();
       CHECK(s.ended_with(peer, std::errc::connection_reset));
     }},
    {"RST while the queue is blocked",
     [](Scene& s) {
       auto [client, peer] = s.pair(4096);
       peer->connection->out().append(std::string(16 << 20, 'y'));
       s.some_turns();
       client.reset();
       CHECK(s.until([p = peer] { return p->closed_called(); }));
       CHECK(peer->why);
     }},
    {"a peer that closes and never reads the answer",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_ended = [p = peer] { p->connection->out().append(std::string(1 << 20, 'y')); };
       client.close();
       CHECK(s.until([p = peer] { return p->closed_called(); }));
       CHECK(peer->why);
     }},
    {"a peer that shuts down both ways while we are paused",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->connection->pause();
       ::shutdown(client.fd(), SHUT_RDWR);
       s.some_turns();
       CHECK(peer->calls.empty());
       peer->connection->abort();
       CHECK(s.ended_with(peer, std::errc::connection_aborted));
     }},
    {"urgent data is no data",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       client.send("ab");
       ::send(client.fd(), "!", 1, MSG_OOB | MSG_NOSIGNAL);
       client.send("cd");
       CHECK(s.until([p = peer] { return p->got == "abcd"; }));
     }},
    {"one byte a segment, nothing consumed until the end",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_receive = [](MutableBytes in) { return in.size() < 3000 ? 0 : in.size(); };
       for (int i = 0; i < 3000; ++i) {
         client.send("x");
         s.loop.poll_once();
       }
       CHECK(s.until([&] { return s.loop.pool().taken_bytes() == 0; }));
     }},
    {"a storm of connects and resets",
     [](Scene& s) {
       for (int i = 0; i < 300; ++i) {
         Raw client(s.address());
         if (i % 2 == 0) client.send("x");
         i % 3 == 0 ? client.reset() : client.close();
         if (i % 16 == 0) s.loop.poll_once();
       }
       CHECK(s.until([&] { return s.peers.size() >= 200; }));
     }},
    {"a flood that is never consumed, its receiver paused",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_receive = [p = peer](MutableBytes) {
         p->connection->pause();
         return std::size_t{0};
       };
       const std::string flood(1 << 20, 'f');
       for (int i = 0; i < 20; ++i) {
         client.send(flood);
         s.loop.poll_once();
       }
       CHECK(s.loop.pool().taken_bytes() <= 2 * 64 * 1024);
     }},
    {"a flood into a lingering close",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->connection->out().append("413");
       peer->connection->close();
       const std::string flood(1 << 16, 'f');
       CHECK(s.until([&, &c = client, p = peer] {
         c.send(flood);
         return p->closed_called();
       }));
     }},
    {"a reader that stops for ever",
     [](Scene& s) {
       auto [client, peer] = s.pair(4096);
       peer->connection->out().append(std::string(16 << 20, 'y'));
       CHECK(s.ended_with(peer, std::errc::timed_out));
     }},
    {"a reader that stops for ever, in the middle of a file",
     [](Scene& s) {
       auto [client, peer] = s.pair(4096);
       peer->connection->out().append_file(file_range(16 << 20, 16 << 20));
       CHECK(s.ended_with(peer, std::errc::timed_out));
     }},
};

const Row handlers_rows[] = {
    {"receive() throws an exception",
     [](Scene& s) { thrown_in_receive(s, [] { throw std::runtime_error("receive"); }); }},
    {"receive() runs out of memory",
     [](Scene& s) { thrown_in_receive(s, [] { throw std::bad_alloc(); }); }},
    {"receive() throws a number", [](Scene& s) { thrown_in_receive(s, [] { throw 7; }); }},
    {"ended() throws",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_ended = [] { throw std::runtime_error("ended"); };
       client.fin();
       CHECK(s.until([p = peer] { return p->calls == "e c "; }));
     }},
    {"drained() throws",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_drained = [] { throw std::runtime_error("drained"); };
       peer->connection->out().append(std::string(100000, 'y'));
       CHECK(s.until([p = peer] { return p->calls == "d c "; }));
     }},
    {"closed() throws, and is still the last",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_closed = [] { throw std::runtime_error("closed"); };
       client.reset();
       CHECK(s.until([p = peer] { return p->closed_called(); }));
       s.some_turns();
       CHECK(peer->calls == "c ");
     }},
    {"landing() throws",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       Thrower top(true);
       peer->connection->set_receiver(top);
       client.send("x");
       CHECK(s.until([&] { return top.calls == "c "; }));
     }},
    {"landed() throws",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       Thrower top(false);
       peer->connection->set_receiver(top);
       client.send("xyz");
       CHECK(s.until([&] { return top.calls == "c "; }));
     }},
    {"the accept handler throws",
     [](Scene& s) {
       s.on_accept = [](std::unique_ptr<Connection>) { throw std::runtime_error("accept"); };
       Raw client(s.address());
       CHECK(s.until([&] { return client.read(); }));
       s.on_accept = nullptr;
     }},
    {"the accept handler drops the connection",
     [](Scene& s) {
       s.on_accept = [](std::unique_ptr<Connection>) {};
       Raw client(s.address());
       client.send("x");
       CHECK(s.until([&] { return client.read(); }));
       s.on_accept = nullptr;
     }},
    {"the connect handler throws",
     [](Scene& s) {
       const Address to[] = {s.address()};
       const auto connecting =
           s.loop.connect(to, {}, [](auto) { throw std::runtime_error("connect"); });
       CHECK(s.until([&] { return s.log.find("connect") != s.log.npos; }));
     }},
    {"a receiver that neither consumes nor pauses",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->consumes = false;
       const std::string flood(1 << 16, 'f');
       CHECK(s.until([&, &c = client, p = peer] {
         c.send(flood);
         return p->closed_called();
       }));
       CHECK(peer->why == std::errc::no_buffer_space);
       CHECK(s.log.find("did not pause") != s.log.npos);
     }},
    {"a file shorter than promised",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->connection->out().append_file(file_range(1000, 2000));
       CHECK(s.ended_with(peer, std::errc::io_error));
     }},
    {"a file that is none",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->connection->out().append_file({-1, 0, 2000});
       CHECK(s.ended_with(peer, std::errc::bad_file_descriptor));
     }},
    {"a file that cannot be read",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       const int only_written = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
       peer->connection->out().append_file({only_written, 0, 2000});
       CHECK(s.ended_with(peer, std::errc::bad_file_descriptor));
     }},
    {"abort() inside receive(), bytes behind",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_receive = [p = peer](MutableBytes) {
         p->connection->out().append("never sent");
         p->connection->abort();
         p->connection->resume();
         p->connection->pause();
         return std::size_t{1};
       };
       client.send("xyz");
       CHECK(s.ended_with(peer, std::errc::connection_aborted));
       CHECK(peer->calls == "r3 c ");
     }},
    {"everything called on a dead connection",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       client.reset();
       CHECK(s.until([p = peer] { return p->closed_called(); }));
       Connection& dead = *peer->connection;
       dead.pause();
       dead.resume();
       dead.close();
       dead.abort();
       dead.out().append("x");
       dead.out().append_file(file_range(10, 10));
       dead.out().finish();
       dead.set_receiver(*peer);
       CHECK(dead.peer().empty());
       s.some_turns();
       CHECK(peer->calls == "c ");
     }},
    {"pause and resume a thousand times",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->consumes = false;
       client.send("kept");
       CHECK(s.until([p = peer] { return p->calls == "r4 "; }));
       for (int i = 0; i < 1000; ++i) {
         peer->connection->pause();
         peer->connection->resume();
       }
       s.some_turns();
       CHECK(peer->calls == "r4 r4 ");
     }},
    {"a receiver that swaps itself for another and back",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       Recorder other;
       other.on_receive = [&, p = peer](MutableBytes) {
         p->connection->set_receiver(*p);
         return std::size_t{1};
       };
       peer->on_receive = [&, p = peer](MutableBytes) {
         p->connection->set_receiver(other);
         return std::size_t{1};
       };
       client.send("abcdefgh");
       CHECK(s.until([&] { return other.calls == "r7 r5 r3 r1 "; }));
       peer->connection.reset();
     }},
    {"all others destroyed inside one handler",
     [](Scene& s) {
       auto [first, a] = s.pair();
       auto [second, b] = s.pair();
       auto [third, c] = s.pair();
       a->on_receive = [o = b, o2 = c](MutableBytes in) {
         o->connection.reset();
         o2->connection.reset();
         return in.size();
       };
       third.send("x");
       second.send("x");
       first.send("x");
       CHECK(s.until([&] { return c->connection == nullptr; }));
       s.some_turns();
     }},
};

void good_exchange(Scene& scene, Raw& client) {
  client.got.clear();
  client.send("still there?");
  REQUIRE(scene.until([&] { return client.read() || client.got == "still there?"; }));
}

void run(const Row& row, const Address& at) {
  INFO(row.what << " over " << at.to_string());
  const int before = open_descriptors();
  {
    ListenOptions options;
    options.connection.write_timeout = 50ms;
    Scene scene(options, at);
    auto [living, peer] = scene.pair();
    peer->echoes = true;
    good_exchange(scene, living);
    row.act(scene);
    good_exchange(scene, living);
    scene.peers.erase(scene.peers.begin() + 1, scene.peers.end());
    scene.some_turns();
    CHECK(scene.loop.pool().taken_bytes() == 0);
    good_exchange(scene, living);
    pollfd quiet{scene.loop.fd(), POLLIN, 0};
    CHECK(::poll(&quiet, 1, 0) == 0);  // nothing spins
  }
  CHECK(open_descriptors() == before);
}

}  // namespace

TEST_CASE("whatever a peer does, the others' connections go on", "[net][garbage]") {
  for (const Row& row : peers_rows) run(row, Address::loopback(0));
}

TEST_CASE("whatever a handler does wrong, the others' connections go on", "[net][garbage]") {
  for (const Row& row : handlers_rows) run(row, Address::loopback(0));
}
