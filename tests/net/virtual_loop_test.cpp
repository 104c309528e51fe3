// tests/net/virtual_loop_test.cpp - the loop that tests stand on keeps the seam's contract itself.
#include "tests/support/virtual_loop.h"

#include "net/timer.h"
#include "tests/catch.h"

using namespace strata;
using test::VirtualLoop;

namespace {
struct Echo : net::Receiver {
  explicit Echo(net::Loop& l) : loop(l) {}
  std::size_t receive(net::MutableBytes in) override {
    ++offers;
    const std::size_t take = in.size() < at_most ? in.size() : at_most;
    connection->out().append(net::Bytes(in.first(take)));
    return take;
  }
  void ended() override { connection->out().finish(); }
  void drained() override { ++drains; }
  void closed(std::error_code error) override {
    ++closes;
    why = error;
    loop.defer([gone = std::move(connection)] {});
  }
  void take(std::unique_ptr<net::Connection> c) {
    connection = std::move(c);
    connection->set_receiver(*this);
  }
  net::Loop& loop;
  std::unique_ptr<net::Connection> connection;
  std::size_t at_most = SIZE_MAX;
  int offers = 0, drains = 0, closes = 0;
  std::error_code why;
};
}  // namespace

TEST_CASE("a virtual connection echoes, ends in order and is gone", "[net][codec]") {
  for (std::size_t chunk : {std::size_t{1}, std::size_t{3}, SIZE_MAX}) {
    VirtualLoop loop;
    loop.chunk = chunk;
    Echo echo(loop);
    auto listening =
        loop.listen(net::Address::loopback(80), {}, [&](auto c) { echo.take(std::move(c)); });
    REQUIRE(listening);
    auto peer = loop.dial(80);
    peer.send("hello");
    loop.settle();
    CHECK(peer.take() == "hello");
    peer.fin();
    loop.settle();
    CHECK(peer.ended());
    CHECK(echo.closes == 1);
    CHECK(!echo.why);
    CHECK(loop.connection_count() == 0);
  }
}

TEST_CASE("a reset reaches the receiver as an error, once", "[net][codec]") {
  VirtualLoop loop;
  Echo echo(loop);
  auto [peer, connection] = loop.pair();
  echo.take(std::move(connection));
  peer.send("x");
  peer.reset();
  loop.settle();
  CHECK(echo.closes == 1);
  CHECK(echo.why == std::errc::connection_reset);
}

TEST_CASE("a peer that does not read stops us at the high mark, then the write deadline ends it",
          "[net][codec]") {
  VirtualLoop loop;
  Echo echo(loop);
  auto [peer, connection] = loop.pair();
  echo.take(std::move(connection));
  peer.line().to_client.capacity = 1000;
  peer.send(std::string(300'000, 'x'));
  loop.settle();
  CHECK(echo.connection->out().size() <= 2 * 64 * 1024);
  CHECK(!peer.line().to_server.bytes.empty());
  std::size_t got = 0;
  for (int i = 0; i < 200; ++i) {
    got += peer.take().size();
    loop.settle();
  }
  CHECK(echo.drains > 0);
  CHECK(got == 200 * 1000);
  CHECK(echo.closes == 0);
  loop.advance(20s);
  CHECK(echo.closes == 1);
  CHECK(echo.why == std::errc::timed_out);
}

TEST_CASE("a lingering close sends what is queued, then FIN, and waits two seconds at most",
          "[net][codec]") {
  VirtualLoop loop;
  Echo echo(loop);
  auto [peer, connection] = loop.pair();
  echo.take(std::move(connection));
  echo.connection->out().append("bye");
  echo.connection->close();
  loop.settle();
  CHECK(peer.take() == "bye");
  CHECK(peer.ended());
  CHECK(echo.closes == 0);
  peer.send("never offered");
  loop.advance(2s);
  CHECK(echo.offers == 0);
  CHECK(echo.closes == 1);
}

TEST_CASE("a timer fires on the virtual clock, and not once stopped", "[net][codec]") {
  VirtualLoop loop;
  int fired = 0;
  net::Timer timer(loop, [&] { ++fired; });
  timer.start(1s);
  loop.advance(999ms);
  CHECK(fired == 0);
  timer.start(1s);  // renewed
  loop.advance(999ms);
  CHECK(fired == 0);
  loop.advance(1ms);
  CHECK(fired == 1);
  timer.start(1s);
  timer.stop();
  loop.advance(5s);
  CHECK(fired == 1);
}
