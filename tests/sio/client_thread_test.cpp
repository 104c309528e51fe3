// What other threads may do with a client: answer.
#include <atomic>
#include <thread>

#include "net/event_loop.h"
#include "sio/server.h"
#include "tests/catch.h"
#include "tests/sio/client_rig.h"

using namespace strata;
using namespace strata::sio;

TEST_CASE("an Ack of a client is answered from another thread, once", "[sio][client][L8]") {
  net::EventLoop loop;
  Server io(loop);
  int answers = 0;
  io.on_connection([&](Socket& socket) {
    for (int i = 0; i < 20; ++i) {
      socket.emit("ask", i, [&, i](int x, Bytes bytes) {
        CHECK((x == i * 2 && net::as_text(bytes) == "bytes"));
        if (++answers == 20) loop.stop();
      });
    }
  });
  REQUIRE_FALSE(io.listen(net::Address::loopback(0)));
  auto manager = std::make_unique<Manager>(
      loop, "http://127.0.0.1:" + std::to_string(io.address().port()), test::plain());
  std::vector<std::thread> threads;
  std::atomic<int> taken{0};
  std::vector<Ack> kept;
  manager->socket().on("ask", [&](int x, Ack ack) {
    kept.push_back(ack);
    for (int both = 0; both < 2; ++both) {  // one of them is heard
      threads.emplace_back([&taken, x, ack] {
        const std::vector<std::uint8_t> bytes = {'b', 'y', 't', 'e', 's'};
        taken += ack(x * 2, bytes) ? 1 : 0;
      });
    }
  });
  REQUIRE_FALSE(loop.run());
  for (std::thread& thread : threads) thread.join();
  CHECK(taken == 20);
  std::thread late([&] {
    for (const Ack& ack : kept) CHECK_FALSE(ack("again"));
  });
  late.join();
}

TEST_CASE("an Ack that outlives its client is good for nothing, and harmless, on any thread",
          "[sio][client][L8]") {
  net::EventLoop loop;
  Server io(loop);
  io.on_connection([](Socket& socket) {
    for (int i = 0; i < 50; ++i) socket.emit("ask", i, [](int) {});
  });
  REQUIRE_FALSE(io.listen(net::Address::loopback(0)));
  auto manager = std::make_unique<Manager>(
      loop, "http://127.0.0.1:" + std::to_string(io.address().port()), test::plain());
  std::vector<Ack> kept;
  manager->socket().on("ask", [&](int x, Ack ack) {
    kept.push_back(ack);
    if (x == 49) loop.stop();
  });
  REQUIRE_FALSE(loop.run());
  REQUIRE(kept.size() == 50);
  std::thread thread([&kept] {
    for (const Ack& ack : kept) ack(1);  // while the client goes
  });
  manager.reset();
  thread.join();
  loop.post([&loop] { loop.stop(); });
  REQUIRE_FALSE(loop.run());
}
