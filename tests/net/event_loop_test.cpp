// tests/net/event_loop_test.cpp - turns, timers, tasks, foreign descriptors, threads.
#include "net/event_loop.h"

#include <signal.h>
#include <sys/eventfd.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "net/stop_signals.h"
#include "net/timer.h"
#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::net;
using strata::test::open_descriptors;
using strata::test::step_until;

namespace {
bool readable(int fd, int wait_ms = 0) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, wait_ms) == 1;
}
}  // namespace

TEST_CASE("one turn runs events, then timers, then deferred tasks", "[net]") {
  EventLoop loop;
  std::string order;
  const Fd event(::eventfd(1, EFD_CLOEXEC));
  auto watch = loop.add(event.get(), POLLIN, [&](std::uint32_t) {
    order += "event ";
    loop.defer([&] { order += "deferred "; });
  });
  REQUIRE(watch);
  Timer timer(loop, [&] { order += "timer "; });
  timer.start(0s);
  loop.poll_once(1s);
  CHECK(order == "event timer deferred ");
}

TEST_CASE("what is deferred while deferred tasks run, runs in the next turn", "[net]") {
  EventLoop loop;
  int runs = 0;
  loop.defer([&] {
    ++runs;
    loop.defer([&] { ++runs; });
  });
  loop.poll_once();
  CHECK(runs == 1);
  CHECK(readable(loop.fd()));
  loop.poll_once();
  CHECK(runs == 2);
  loop.poll_once();
  CHECK_FALSE(readable(loop.fd()));
}

TEST_CASE("the time stands still within a turn", "[net]") {
  EventLoop loop;
  TimePoint first, second;
  loop.post([&] {
    first = loop.now();
    const auto busy_until = std::chrono::steady_clock::now() + 2ms;
    while (std::chrono::steady_clock::now() < busy_until) {
    }
    loop.defer([&] { second = loop.now(); });
  });
  loop.poll_once(1s);
  CHECK(first == second);
  CHECK(loop.now() >= first + 2ms);
}

TEST_CASE("timers fire in order and not early; a later start moves one", "[net]") {
  EventLoop loop;
  std::vector<int> order;
  const TimePoint begin = loop.now();
  Timer late(loop, [&] { order.push_back(20); });
  Timer soon(loop, [&] { order.push_back(5); });
  Timer moved(loop, [&] { order.push_back(10); });
  Timer never(loop, [&] { order.push_back(-1); });
  loop.post([&] {  // in a turn, where the time stands still
    late.start(20ms);
    soon.start(5ms);
    moved.start(1ms);
    moved.start(10ms);
    never.start(3ms);
    never.stop();
  });
  CHECK(step_until(loop, [&] { return order.size() == 3; }));
  CHECK(order == std::vector<int>{5, 10, 20});
  CHECK(loop.now() >= begin + 20ms);
  CHECK_FALSE(late.running());
}

TEST_CASE("after() runs its task once; its handle cancels, and may be dropped", "[net]") {
  EventLoop loop;
  int ran = 0;
  loop.after(1ms, [&] { ++ran; });
  TimerHandle cancelled = loop.after(2ms, [&] { ran += 100; });
  TimerHandle done = loop.after(3ms, [&, held = std::make_unique<int>(1)] { ran += *held; });
  CHECK(cancelled.waiting());
  CHECK(cancelled.cancel());
  CHECK_FALSE(cancelled.cancel());
  CHECK(step_until(loop, [&] { return ran == 2; }));
  CHECK_FALSE(done.waiting());
  const TimerHandle reused = loop.after(1h, [] {});  // takes a slot that was used before
  CHECK_FALSE(done.cancel());
  CHECK(reused.waiting());
  CHECK_FALSE(TimerHandle().cancel());
  // What never ran is destroyed with the loop, while the loop is whole.
  loop.after(1h, [held = std::make_unique<Timer>(loop, Task([] {}))] { held->start(1s); });
}

TEST_CASE("posts from many threads all run, in each thread's order", "[net][threads]") {
  EventLoop loop;
  constexpr int threads = 4, posts = 500;
  std::vector<int> last(threads, -1);
  int ran = 0;
  bool in_order = true;
  std::vector<std::thread> posters;
  for (int t = 0; t < threads; ++t)
    posters.emplace_back([&, t] {
      for (int i = 0; i < posts; ++i)
        loop.post([&, t, i] {
          in_order = in_order && last[static_cast<std::size_t>(t)] == i - 1;
          last[static_cast<std::size_t>(t)] = i;
          ++ran;
        });
    });
  CHECK(step_until(loop, [&] { return ran == threads * posts; }));
  for (std::thread& poster : posters) poster.join();
  CHECK(in_order);
}

TEST_CASE("stop() from another thread ends run(), and run() can be called again",
          "[net][threads]") {
  EventLoop loop;
  for (int round = 0; round < 3; ++round) {
    std::atomic<bool> inside{false};
    std::thread other([&] {
      while (!inside) std::this_thread::yield();
      CHECK_FALSE(loop.in_loop_thread());
      loop.stop();
    });
    loop.post([&] {
      inside = true;
      CHECK(loop.in_loop_thread());
    });
    CHECK_FALSE(loop.run());
    other.join();
  }
}

TEST_CASE("a loop made in one thread may run in another", "[net][threads]") {
  EventLoop loop;
  int ran = 0;
  std::thread runner([&] { CHECK_FALSE(loop.run()); });
  loop.post([&] { ++ran; });
  loop.post([&] { loop.stop(); });
  runner.join();
  CHECK(ran == 1);
}

TEST_CASE("tasks that never ran are destroyed with the loop, and may use it", "[net]") {
  const auto counted = std::make_shared<int>(0);
  {
    EventLoop loop;
    struct Dying {
      EventLoop* loop;
      std::shared_ptr<int> held;
      ~Dying() {
        loop->defer([h = held] {});
      }
    };
    loop.post([d = std::make_unique<Dying>(Dying{&loop, counted})] {});
    loop.defer([d = std::make_unique<Dying>(Dying{&loop, counted})] {});
  }
  CHECK(counted.use_count() == 1);
}

TEST_CASE("an exception out of any task goes to the log, and the loop goes on", "[net]") {
  EventLoop loop;
  std::string log;
  loop.set_log([&](std::string_view sentence) { log += std::string(sentence) + '\n'; });
  int ran = 0;
  Timer timer(loop, [] { throw std::runtime_error("T"); });
  Timer second(loop, [&] { ++ran; });
  timer.start(0s);
  second.start(0s);
  loop.post([] { throw std::runtime_error("P"); });
  loop.post([&] { ++ran; });
  loop.defer([] { throw 7; });
  loop.defer([&] { ++ran; });
  const Fd event(::eventfd(1, EFD_CLOEXEC));
  Watch watch;
  auto made = loop.add(event.get(), POLLIN, [&](std::uint32_t) {
    watch.set(0);
    throw std::bad_alloc();
  });
  watch = std::move(*made);
  CHECK(step_until(loop, [&] { return ran == 3; }));
  for (const char* part : {"a timer: T", "a posted task: P", "unknown type in a deferred task",
                           "out of memory in an event"}) {
    INFO(log);
    CHECK(log.find(part) != log.npos);
  }
}

// --- foreign descriptors ------------------------------------------------------------------------

TEST_CASE("a foreign descriptor is watched until its handle goes", "[net]") {
  EventLoop loop;
  const Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  int calls = 0;
  auto watch = loop.add(event.get(), POLLIN, [&](std::uint32_t events) {
    CHECK(events == POLLIN);
    ++calls;
  });
  REQUIRE(watch);
  loop.poll_once();
  CHECK(calls == 0);
  eventfd_write(event.get(), 1);
  loop.poll_once();
  loop.poll_once();
  CHECK(calls == 2);  // level-triggered
  watch->set(0);
  loop.poll_once();
  CHECK(calls == 2);
  watch->set(POLLIN);
  loop.poll_once();
  CHECK(calls == 3);
  watch->reset();
  loop.poll_once();
  CHECK(calls == 3);
  CHECK(loop.add(event.get(), POLLOUT, [](std::uint32_t) {}));
}

TEST_CASE("a callback may destroy its own handle, and one of the same batch", "[net]") {
  EventLoop loop;
  const Fd one(::eventfd(1, EFD_CLOEXEC)), two(::eventfd(1, EFD_CLOEXEC));
  Watch first, second;
  int calls = 0;
  const auto add = [&](const Fd& fd, Watch& into) {
    auto proof = std::make_shared<std::string>("still here");
    auto made = loop.add(fd.get(), POLLIN, [&, proof](std::uint32_t) {
      ++calls;
      first.reset();
      second.reset();
      CHECK(*proof == "still here");
    });
    REQUIRE(made);
    into = std::move(*made);
  };
  add(one, first);
  add(two, second);
  loop.poll_once();
  loop.poll_once();
  CHECK(calls == 1);
}

TEST_CASE("what epoll cannot watch is refused", "[net]") {
  EventLoop loop;
  const Fd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const auto refused = loop.add(file.get(), POLLIN, [](std::uint32_t) {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == std::errc::operation_not_permitted);
  CHECK(loop.add(-1, POLLIN, [](std::uint32_t) {}).error() == std::errc::bad_file_descriptor);
}

// --- at home in a foreign loop
// --------------------------------------------------------------------

TEST_CASE("fd() turns readable for whatever is queued outside a turn, and only for that", "[net]") {
  EventLoop loop;
  CHECK_FALSE(readable(loop.fd()));
  int ran = 0;
  const auto drained = [&] {
    for (int turns = 0; readable(loop.fd()); ++turns) {
      REQUIRE(turns < 10);
      loop.poll_once();
    }
  };
  loop.post([&] { ++ran; });
  CHECK(readable(loop.fd()));
  drained();
  CHECK(ran == 1);

  loop.defer([&] { ++ran; });
  CHECK(readable(loop.fd()));
  drained();
  CHECK(ran == 2);

  Timer timer(loop, [&] { ++ran; });
  timer.start(3ms);
  CHECK(readable(loop.fd(), 1000));
  drained();
  CHECK(ran == 3);

  timer.start(1h);  // a far one is replaced by a nearer one
  Timer near(loop, [&] { ++ran; });
  near.start(2ms);
  CHECK(readable(loop.fd(), 1000));
  drained();
  CHECK(ran == 4);
  timer.stop();

  loop.post([&] { loop.post([&] { loop.defer([&] { ++ran; }); }); });
  drained();
  CHECK(ran == 5);
}

TEST_CASE("a whole exchange works under a foreign loop that knows fd() alone", "[net]") {
  test::Loopback here;
  here.prepare = [](test::Recorder& peer) { peer.echoes = true; };
  test::Recorder client;
  const Address to[] = {here.address()};
  const auto connecting = here.loop.connect(to, {}, [&](auto made) {
    REQUIRE(made);
    client.take(std::move(*made));
  });
  const auto foreign_until = [&](auto done) {
    while (!done()) {
      REQUIRE(readable(here.loop.fd(), 5000));
      here.loop.poll_once();
    }
  };
  foreign_until([&] { return client.connection != nullptr && here.peers.size() == 1; });
  client.connection->out().append("outside a turn");  // nobody flushes, nobody calls poll_once
  foreign_until([&] { return client.got == "outside a turn"; });
  here.peers[0]->connection->pause();
  client.connection->out().append("more");
  while (readable(here.loop.fd(), 20)) here.loop.poll_once();
  CHECK(client.got == "outside a turn");
  here.peers[0]->connection->resume();
  foreign_until([&] { return client.got == "outside a turnmore"; });
  client.connection->abort();
  foreign_until([&] { return client.closed_called() && here.peers[0]->closed_called(); });
  CHECK(client.why == std::errc::connection_aborted);
}

// --- signals
// --------------------------------------------------------------------------------------

TEST_CASE("SIGTERM and SIGINT are events, and the second one is told apart", "[net]") {
  EventLoop loop;
  sigset_t before, after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  std::string order;
  {
    StopSignals stop(
        loop, [&] { order += "first "; }, [&] { order += "next "; });
    REQUIRE_FALSE(stop.error());
    pthread_kill(pthread_self(), SIGTERM);
    CHECK(step_until(loop, [&] { return order == "first "; }));
    pthread_kill(pthread_self(), SIGINT);
    CHECK(step_until(loop, [&] { return order == "first next "; }));
  }
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  CHECK(sigismember(&before, SIGTERM) == sigismember(&after, SIGTERM));
}

TEST_CASE("a loop leaves no descriptor behind", "[net]") {
  const int before = open_descriptors();
  {
    EventLoop loop;
    CHECK(open_descriptors() == before + 3);
  }
  CHECK(open_descriptors() == before);
}
