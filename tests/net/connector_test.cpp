// tests/net/connector_test.cpp - more than one address, one time.
#include <netinet/in.h>

#include <string>

#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::net;
using strata::test::Loopback;
using strata::test::open_descriptors;
using strata::test::Recorder;
using strata::test::step_until;

namespace {
// A port that was free a moment ago: nobody listens there.
Address nobody() {
  EventLoop loop;
  auto listener = loop.listen(Address::loopback(0), {}, [](std::unique_ptr<Connection>) {});
  return (*listener)->address();
}

// A listener whose backlog is full swallows each further SYN: the black hole of loopback.
struct BlackHole {
  BlackHole() : fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const Address any = Address::loopback(0);
    REQUIRE(::bind(fd.get(), any.raw(), any.raw_bytes()) == 0);
    REQUIRE(::listen(fd.get(), 0) == 0);
    address = local_address(fd.get());
    for (Fd& one : fill) {
      one = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      ::connect(one.get(), address.raw(), address.raw_bytes());
    }
  }
  Fd fd;
  Fd fill[3];
  Address address;
};

struct Outcome {
  int calls = 0;
  std::unique_ptr<Connection> connection;
  std::error_code why;
  OnConnect callback() {
    return [this](Result<std::unique_ptr<Connection>, std::error_code> made) {
      ++calls;
      if (made)
        connection = std::move(*made);
      else
        why = made.error();
    };
  }
};
}  // namespace

TEST_CASE("the first address that answers is taken", "[net]") {
  Loopback here;
  const BlackHole hole;
  const std::vector<std::vector<Address>> rows = {
      {here.address()},
      {nobody(), here.address()},
      {Address(), nobody(), *Address::unix_path("@strata-nobody"), here.address()},
      {hole.address, here.address()},
  };
  for (const std::vector<Address>& row : rows) {
    INFO(row.front().to_string());
    Outcome outcome;
    const auto connecting = here.loop.connect(row, {}, outcome.callback());
    CHECK(outcome.calls == 0);  // never from inside connect()
    REQUIRE(here.until([&] { return outcome.calls == 1; }));
    REQUIRE(outcome.connection);
    CHECK(outcome.connection->peer() == here.address());
  }
}

TEST_CASE("when none answers, the last one's reason is told, once", "[net]") {
  struct Row {
    std::vector<Address> to;
    std::errc why;
  };
  const BlackHole hole;
  const Row rows[] = {
      {{}, std::errc::invalid_argument},
      {{Address()}, std::errc::invalid_argument},
      {{nobody()}, std::errc::connection_refused},
      {{nobody(), *Address::unix_path("/nonexistent/x")}, std::errc::no_such_file_or_directory},
      {{hole.address}, std::errc::timed_out},
      {{hole.address, hole.address}, std::errc::timed_out},
  };
  const int before = open_descriptors();
  for (const Row& row : rows) {
    EventLoop loop;
    Outcome outcome;
    ConnectOptions options;
    if (row.why == std::errc::timed_out) options.timeout = 50ms;
    const TimePoint begin = loop.now();
    const auto connecting = loop.connect(row.to, options, outcome.callback());
    REQUIRE(step_until(loop, [&] { return outcome.calls > 0; }));
    for (int i = 0; i < 3; ++i) loop.poll_once();
    CHECK(outcome.calls == 1);
    CHECK(outcome.why == row.why);
    if (row.why == std::errc::timed_out) CHECK(loop.now() >= begin + 50ms);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("an address that swallows packets costs the next one a delay, not its time",
          "[net][rfc8305-5]") {
  Loopback here;
  const BlackHole hole;
  const int before = open_descriptors();
  for (const std::size_t holes : {1u, 3u}) {
    Outcome outcome;
    std::vector<Address> row(holes, hole.address);
    row.push_back(here.address());
    ConnectOptions options;
    options.attempt_delay = 20ms;
    const TimePoint begin = here.loop.now();
    const auto connecting = here.loop.connect(row, options, outcome.callback());
    REQUIRE(here.until([&] { return outcome.calls == 1; }));
    REQUIRE(outcome.connection);
    CHECK(outcome.connection->peer() == here.address());
    CHECK(here.loop.now() >= begin + 20ms * holes);
    CHECK(here.loop.now() < begin + 15s);  // 20 s is the time of a connect
    outcome.connection.reset();
    REQUIRE(here.until([&] {
      for (const auto& peer : here.peers)
        if (peer->connection && !peer->calls.empty()) peer->connection.reset();
      return open_descriptors() == before;  // the losers' sockets are closed
    }));
  }
}

TEST_CASE("destroying a connect cancels it, at any time", "[net]") {
  Loopback here;
  const int before = open_descriptors();
  for (int turns = 0; turns < 3; ++turns) {
    Outcome outcome;
    const Address to[] = {here.address()};
    auto connecting = here.loop.connect(to, {}, outcome.callback());
    for (int i = 0; i < turns; ++i) here.loop.poll_once();
    const int calls = outcome.calls;
    connecting.reset();
    for (int i = 0; i < 5; ++i) here.loop.poll_once();
    CHECK(outcome.calls == calls);
    outcome.connection.reset();
    here.until([&] {
      for (const auto& peer : here.peers)
        if (peer->connection && !peer->calls.empty()) peer->connection.reset();
      return open_descriptors() == before;
    });
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("the callback may destroy the connect that calls it", "[net]") {
  Loopback here;
  for (const Address& at : {here.address(), nobody()}) {
    int calls = 0;
    std::unique_ptr<Connecting> connecting;
    const auto proof = std::make_shared<std::string>("still here");
    const Address to[] = {at};
    connecting = here.loop.connect(to, {}, [&, proof](auto) {
      ++calls;
      connecting.reset();
      CHECK(*proof == "still here");
    });
    CHECK(here.until([&] { return calls == 1; }));
  }
}

TEST_CASE("a client over a Unix socket, abstract or not", "[net]") {
  Loopback here({}, *Address::unix_path("@strata-connector-test"));
  here.prepare = [](Recorder& peer) { peer.echoes = true; };
  Recorder client;
  const Address to[] = {here.address()};
  const auto connecting =
      here.loop.connect(to, {}, [&](auto made) { client.take(std::move(*made)); });
  REQUIRE(here.until([&] { return client.connection != nullptr; }));
  client.connection->out().append("hello");
  CHECK(here.until([&] { return client.got == "hello"; }));
  client.connection->out().finish();
  CHECK(here.until([&] { return client.closed_called() && here.peers[0]->closed_called(); }));
  CHECK(client.calls == "r5 e c ");
  CHECK_FALSE(client.why);
}

TEST_CASE("adopt refuses what is no stream, and closes it", "[net]") {
  EventLoop loop;
  const int before = open_descriptors();
  CHECK_FALSE(loop.adopt({-1, ""}, {}).has_value());
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const auto refused = loop.adopt({file, "kept"}, {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == std::errc::operation_not_permitted);
  CHECK(open_descriptors() == before);
}
