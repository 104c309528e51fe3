// tests/net/adverse_handlers_test.cpp - faulty handlers and files, one row each; then as in
// adverse_peers_test.cpp.
#include <new>
#include <stdexcept>
#include <string>

#include "tests/net/adverse.h"

using namespace strata;
using namespace strata::net;
using namespace strata::test;

namespace {

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

// Names a place for the bytes, and destroys the connection when they are there.
struct Lander : Recorder {
  MutableBytes landing() override { return {&place_, 1}; }
  void landed(std::size_t) override { destroys->reset(); }
  std::unique_ptr<Connection>* destroys = nullptr;
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

const Row rows[] = {
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
       peer->connection->out().append_file({Fd(-1), 0, 2000});
       CHECK(s.ended_with(peer, std::errc::bad_file_descriptor));
     }},
    {"a file that cannot be read",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       const int only_written = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
       peer->connection->out().append_file({Fd(only_written), 0, 2000});
       CHECK(s.ended_with(peer, std::errc::bad_file_descriptor));
     }},
    {"the connection destroyed inside receive()",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_receive = [p = peer](MutableBytes) {
         p->connection->out().append("lost");
         p->connection.reset();
         return std::size_t{1};
       };
       client.send("xyz");
       CHECK(s.until([&, &c = client] { return c.read(); }));
       CHECK(peer->calls == "r3 ");
       CHECK(client.got.empty());
     }},
    {"the connection destroyed inside receive(), of bytes that were kept",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_receive = [p = peer](MutableBytes) {
         p->connection->pause();
         return std::size_t{1};
       };
       client.send("xyz");
       CHECK(s.until([p = peer] { return p->calls == "r3 "; }));
       peer->on_receive = [p = peer](MutableBytes) {
         p->connection.reset();
         return std::size_t{0};
       };
       peer->connection->resume();
       CHECK(s.until([&, &c = client] { return c.read(); }));
       CHECK(peer->calls == "r3 r2 ");
     }},
    {"the connection destroyed, and the call left by an exception",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_receive = [p = peer](MutableBytes) -> std::size_t {
         p->connection.reset();
         throw std::bad_alloc();
       };
       client.send("xyz");
       CHECK(s.until([&, &c = client] { return c.read(); }));
       CHECK(peer->calls == "r3 ");
     }},
    {"the connection destroyed inside landed()",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       Lander top;
       top.destroys = &peer->connection;
       peer->connection->set_receiver(top);
       client.send("xyz");
       CHECK(s.until([&, &c = client] { return c.read(); }));
     }},
    {"the connection destroyed inside ended()",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_ended = [p = peer] { p->connection.reset(); };
       client.fin();
       CHECK(s.until([&, &c = client] { return c.read(); }));
       CHECK(peer->calls == "e ");
     }},
    {"the connection destroyed inside drained()",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_drained = [p = peer] { p->connection.reset(); };
       peer->connection->out().append(std::string(100000, 'y'));
       CHECK(s.until([&, &c = client] { return c.read(); }));
       CHECK(peer->calls == "d ");
     }},
    {"the connection destroyed inside closed()",
     [](Scene& s) {
       auto [client, peer] = s.pair();
       peer->on_closed = [p = peer] { p->connection.reset(); };
       client.reset();
       CHECK(s.until([p = peer] { return p->connection == nullptr; }));
       CHECK(peer->calls == "c ");
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
       CHECK(s.until([o = c] { return o->connection == nullptr; }));
       s.some_turns();
     }},
};

}  // namespace

TEST_CASE("whatever a handler does wrong, the others' connections go on", "[net][garbage]") {
  for (const Row& row : rows) run(row);
}

TEST_CASE("the same over Unix sockets", "[net][garbage]") {
  for (const Row& row : rows)
    if (std::string_view(row.what).find("bytes behind") != std::string_view::npos ||
        std::string_view(row.what).find("file") != std::string_view::npos)
      run(row, *Address::unix_path("@strata-adverse-test"));
}
