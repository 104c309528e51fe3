// tests/net/listener_test.cpp - listening, accepting, and a world that is full.
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "net/tcp_listener.h"
#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::net;
using strata::test::Loopback;
using strata::test::open_descriptors;
using strata::test::Raw;
using strata::test::Recorder;

TEST_CASE("any() takes IPv6 and IPv4, and names the port that the kernel chose", "[net]") {
  Loopback here({}, Address::any(0));
  const std::uint16_t port = here.address().port();
  CHECK(port != 0);
  const Raw four(Address::loopback(port));
  const Raw six(Address::loopback_ipv6(port));
  REQUIRE(here.until([&] { return here.peers.size() == 2; }));
  CHECK(here.peers[0]->connection->peer().host() == "127.0.0.1");
  CHECK(here.peers[1]->connection->peer().host() == "::1");
}

TEST_CASE("a taken port is refused, unless both ask to share it", "[net]") {
  EventLoop loop;
  const auto ignore = [](std::unique_ptr<Connection>) {};
  const auto first = loop.listen(Address::loopback(0), {}, ignore);
  REQUIRE(first);
  const auto second = loop.listen((*first)->address(), {}, ignore);
  REQUIRE_FALSE(second);
  CHECK(second.error() == std::errc::address_in_use);
  ListenOptions sharing;
  sharing.reuse_port = true;
  const auto third = loop.listen(Address::loopback(0), sharing, ignore);
  REQUIRE(third);
  CHECK(loop.listen((*third)->address(), sharing, ignore).has_value());
  CHECK(loop.listen(Address(), {}, ignore).error() == std::errc::invalid_argument);
  CHECK(loop.listen(*Address::parse("192.0.2.1", 0), {}, ignore).error() ==
        std::errc::address_not_available);
}

TEST_CASE("a port is free again as soon as its listener is gone", "[net]") {
  Loopback here;
  const Address at = here.address();
  auto [client, peer] = here.pair();
  peer->connection.reset();  // the server closes first: its side holds TIME_WAIT
  here.listener.reset();
  while (!client.read()) {
  }
  client.close();
  CHECK(here.loop.listen(at, {}, [](std::unique_ptr<Connection>) {}).has_value());
}

TEST_CASE("a Unix path is taken over when dead, respected when alive, removed at the end",
          "[net]") {
  const std::string path = "/tmp/strata-test-" + std::to_string(::getpid()) + ".sock";
  ::unlink(path.c_str());  // of one that was killed
  const Address at = *Address::unix_path(path);
  struct stat status {};
  const auto ignore = [](std::unique_ptr<Connection>) {};
  {
    const Fd dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::bind(dead.get(), at.raw(), at.raw_bytes()) == 0);
  }
  REQUIRE(::stat(path.c_str(), &status) == 0);
  {
    Loopback here({}, at);
    CHECK(here.address() == at);
    auto [client, peer] = here.pair();
    client.send("over a path");
    CHECK(here.until([p = peer] { return p->got == "over a path"; }));
    CHECK(here.loop.listen(at, {}, ignore).error() == std::errc::address_in_use);
    CHECK(::stat(path.c_str(), &status) == 0);
  }
  CHECK(::stat(path.c_str(), &status) != 0);
  const Fd file(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));  // no socket: not ours
  EventLoop loop;
  CHECK(loop.listen(at, {}, ignore).error() == std::errc::address_in_use);
  CHECK(::stat(path.c_str(), &status) == 0);
  ::unlink(path.c_str());
}

TEST_CASE("more connections than one turn accepts are all accepted", "[net]") {
  Loopback here;
  std::vector<Raw> clients;
  for (int i = 0; i < 3 * TcpListener::accepts_per_turn; ++i) clients.emplace_back(here.address());
  CHECK(here.until([&] { return here.peers.size() == clients.size(); }));
}

TEST_CASE("a listener destroyed by its own handler accepts nothing more", "[net]") {
  Loopback here;
  int accepted = 0;
  const Address at = here.address();
  const auto proof = std::make_shared<std::string>("still here");
  here.on_accept = [&, proof](auto) {
    ++accepted;
    here.listener.reset();
    CHECK(*proof == "still here");
  };
  const Raw one(at), two(at);
  for (int i = 0; i < 5; ++i) here.loop.poll_once();
  CHECK(accepted == 1);
}

TEST_CASE("out of descriptors one peer is told, nothing spins, and relief is noticed", "[net]") {
  Loopback here;
  here.prepare = [](Recorder& peer) { peer.echoes = true; };
  auto [living, peer] = here.pair();
  const int before = open_descriptors();
  rlimit was{};
  getrlimit(RLIMIT_NOFILE, &was);
  std::vector<Raw> clients;
  for (int i = 0; i < 3; ++i) clients.emplace_back(here.address());
  rlimit tight = was;
  tight.rlim_cur = 0;  // every number is beyond it
  REQUIRE(setrlimit(RLIMIT_NOFILE, &tight) == 0);
  here.loop.poll_once();
  const TimePoint full_at = here.loop.now();
  int turns = 0;
  while (here.loop.now() < full_at + 50ms) {
    here.loop.poll_once(25ms);
    ++turns;
  }
  CHECK(turns < 6);  // two waits of 25 ms; a spinning listener takes thousands
  CHECK(here.peers.size() == 1);
  living.send("alive");  // the good exchange, in the middle of it
  CHECK(here.until([&l = living] { return l.read() || l.got == "alive"; }));
  REQUIRE(setrlimit(RLIMIT_NOFILE, &was) == 0);
  int waits = 0;  // of 10 ms at most: in turns, for this process may stand still
  CHECK(here.until([&] { return ++waits, here.peers.size() >= 3; }));
  CHECK(waits < 40);  // 100 ms, and a slow machine's tolerance
  int refused = 0;
  for (Raw& client : clients) refused += client.read() ? 1 : 0;
  CHECK(refused + static_cast<int>(here.peers.size()) == 4);
  here.peers.clear();
  clients.clear();
  living.close();
  CHECK(open_descriptors() <= before);
}
