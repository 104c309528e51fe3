// tests/net/allocations_test.cpp - after warm-up a message allocates nothing, whatever its way.
#include "tests/support/allocations.h"
#include "net/timer.h"
#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::net;
using strata::test::allocations;
using strata::test::Loopback;
using strata::test::Raw;

namespace {

struct Echo final : Receiver {
  std::unique_ptr<Connection> connection;
  TimerEntry idle{[](TimerEntry&) {}};  // as a protocol's deadline: renewed by each message
  SharedBytes frame;                    // sent beside each echo, if there is one
  std::size_t receive(MutableBytes in) override {
    connection->out().append(Bytes(in));
    if (frame != nullptr) connection->out().append(frame);
    connection->loop().arm(idle, connection->loop().now() + 1h);
    return in.size();
  }
  void closed(std::error_code) override {}
};

}  // namespace

TEST_CASE("echo, broadcast by reference, timers, posts and defers allocate nothing", "[net]") {
  struct Row {
    const char* what;
    std::size_t message_bytes;
    bool shares;
    bool posts;
  };
  for (const Row row : {Row{"20 bytes", 20, false, false}, Row{"60 KiB", 60 * 1024, false, false},
                        Row{"shared", 20, true, false}, Row{"posted", 20, false, true}}) {
    INFO(row.what);
    Loopback here;
    Echo echo;
    here.on_accept = [&](std::unique_ptr<Connection> made) {
      echo.connection = std::move(made);
      echo.connection->set_receiver(echo);
    };
    Raw client(here.address());
    REQUIRE(here.until([&] { return echo.connection != nullptr; }));
    if (row.shares) echo.frame = std::make_shared<const std::string>(4096, 's');
    const std::size_t answer_bytes = row.message_bytes + (row.shares ? 4096 : 0);
    const std::string message(row.message_bytes, 'm');
    std::string room(1 << 20, ' ');
    std::size_t counted = 0;
    int tasks = 0;
    for (int i = 0; i < 300; ++i) {
      REQUIRE(client.send(message) == message.size());
      const std::size_t before = allocations();
      if (row.posts) here.loop.post([&] { here.loop.defer([&] { ++tasks; }); });
      for (std::size_t got = 0; got < answer_bytes;) {
        here.loop.poll_once(10ms);
        const ssize_t bytes = ::recv(client.fd(), room.data(), room.size(), 0);
        if (bytes > 0) got += static_cast<std::size_t>(bytes);
      }
      if (i >= 20) counted += allocations() - before;
    }
    CHECK(counted == 0);
    if (row.posts) CHECK(tasks >= 299);
    here.loop.disarm(echo.idle);
    echo.connection.reset();
    CHECK(here.loop.pool().taken_bytes() == 0);
  }
}

TEST_CASE("an empty queue, an idle connection and a dropped one hold no memory", "[net]") {
  const std::size_t before = allocations();
  {
    SendQueue queue;
    RecvBuffer kept;
    TimerQueue timers;
    BlockPool pool;
  }
  CHECK(allocations() == before);
  const std::size_t now = allocations();
  delete new int;
  CHECK((now == 0 || allocations() == now + 1));  // the counter counts
}
