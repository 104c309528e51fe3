// tests/net/resolver_test.cpp - names are asked in threads, and answers come in the loop's.
#include "net/resolver.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/net/loopback.h"

using namespace strata;
using namespace strata::net;
using strata::test::step_until;

namespace {

// A lookup that waits until the test opens the gate, and counts who waits.
struct Gate {
  std::mutex mutex;
  std::condition_variable change;
  bool open = false;
  int waiting = 0, asked = 0;
  void wait() {
    std::unique_lock lock(mutex);
    ++waiting, ++asked;
    change.notify_all();
    change.wait(lock, [&] { return open; });
    --waiting;
    change.notify_all();
  }
  void open_it() {
    const std::lock_guard lock(mutex);
    open = true;
    change.notify_all();
  }
  void until_waiting(int count) {
    std::unique_lock lock(mutex);
    REQUIRE(change.wait_for(lock, 5s, [&] { return waiting == count; }));
  }
  void until_nobody_waits() { until_waiting(0); }
};

ResolverOptions answering(std::shared_ptr<Gate> gate) {
  ResolverOptions options;
  options.lookup = [gate](std::string_view, std::uint16_t port) -> Addresses {
    if (gate) gate->wait();
    return std::vector<Address>{*Address::parse("192.0.2.1", port)};
  };
  return options;
}

struct Answers {
  std::vector<std::string> seen;
  OnResolved take() {
    return [this](Addresses found) {
      std::string text;
      if (!found) text = found.error().message();
      if (found)
        for (const Address& each : *found) text += each.to_string() + " ";
      seen.push_back(text);
    };
  }
};

}  // namespace

TEST_CASE("what needs nobody to ask is answered without a thread, and never at once",
          "[net][rfc6761-6.3]") {
  EventLoop loop;
  ResolverOptions options;
  options.lookup = [](std::string_view, std::uint16_t) -> Addresses {
    FAIL("nobody is to be asked");
    return std::error_code();
  };
  ThreadResolver resolver(loop, options);
  const std::pair<const char*, const char*> rows[] = {
      {"127.0.0.1", "127.0.0.1:80 "},
      {"::1", "[::1]:80 "},
      {"[::1]", "[::1]:80 "},
      {"localhost", "[::1]:80 127.0.0.1:80 "},
      {"LocalHost.", "[::1]:80 127.0.0.1:80 "},
      {"app.localhost", "[::1]:80 127.0.0.1:80 "},
  };
  for (const auto& [host, addresses] : rows) {
    Answers answers;
    const auto question = resolver.resolve(host, 80, answers.take());
    CHECK(answers.seen.empty());
    REQUIRE(step_until(loop, [&] { return !answers.seen.empty(); }));
    CHECK(answers.seen == std::vector<std::string>{addresses});
  }
}

TEST_CASE("names that only look like localhost are asked for", "[net][rfc6761-6.3]") {
  EventLoop loop;
  ThreadResolver resolver(loop, answering(nullptr));
  for (const char* host : {"notlocalhost", "localhost.example", "ocalhost", "localhost..", "."}) {
    Answers answers;
    const auto question = resolver.resolve(host, 80, answers.take());
    REQUIRE(step_until(loop, [&] { return !answers.seen.empty(); }));
    CHECK(answers.seen == std::vector<std::string>{"192.0.2.1:80 "});
  }
}

TEST_CASE("a lookup that blocks does not block the loop, nor other names", "[net]") {
  EventLoop loop;
  const auto gate = std::make_shared<Gate>();
  ResolverOptions options;
  options.lookup = [gate](std::string_view host, std::uint16_t port) -> Addresses {
    if (host == "slow.example") gate->wait();
    return std::vector<Address>{*Address::parse("192.0.2.1", port)};
  };
  ThreadResolver resolver(loop, options);
  Answers slow, quick;
  const auto first = resolver.resolve("slow.example", 80, slow.take());
  gate->until_waiting(1);
  const auto second = resolver.resolve("quick.example", 81, quick.take());
  REQUIRE(step_until(loop, [&] { return !quick.seen.empty(); }));
  CHECK(slow.seen.empty());
  gate->open_it();
  REQUIRE(step_until(loop, [&] { return !slow.seen.empty(); }));
  CHECK(slow.seen == std::vector<std::string>{"192.0.2.1:80 "});
}

TEST_CASE("threads and waiting questions are bounded", "[net]") {
  EventLoop loop;
  const auto gate = std::make_shared<Gate>();
  ResolverOptions options = answering(gate);
  options.max_threads = 2;
  options.max_queued = 3;
  ThreadResolver resolver(loop, options);
  Answers answers;
  std::vector<std::unique_ptr<Resolving>> questions;
  for (int i = 0; i < 2; ++i) questions.push_back(resolver.resolve("a.example", 1, answers.take()));
  gate->until_waiting(2);
  for (int i = 0; i < 4; ++i) questions.push_back(resolver.resolve("a.example", 1, answers.take()));
  REQUIRE(step_until(loop, [&] { return answers.seen.size() == 1; }));
  CHECK(answers.seen[0] ==
        std::make_error_code(std::errc::resource_unavailable_try_again).message());
  gate->open_it();
  REQUIRE(step_until(loop, [&] { return answers.seen.size() == 6; }));
  CHECK(gate->asked == 5);
}

TEST_CASE("a question that was dropped is not answered, and not asked if it still waits", "[net]") {
  EventLoop loop;
  const auto gate = std::make_shared<Gate>();
  ResolverOptions options = answering(gate);
  options.max_threads = 1;
  ThreadResolver resolver(loop, options);
  Answers dropped, kept;
  auto running = resolver.resolve("a.example", 1, dropped.take());
  gate->until_waiting(1);
  auto waiting = resolver.resolve("b.example", 1, dropped.take());
  running.reset();
  waiting.reset();
  const auto last = resolver.resolve("c.example", 1, kept.take());
  gate->open_it();
  REQUIRE(step_until(loop, [&] { return !kept.seen.empty(); }));
  CHECK(dropped.seen.empty());
  CHECK(gate->asked == 2);

  Answers at_once;
  auto numeric = resolver.resolve("127.0.0.1", 1, at_once.take());
  numeric.reset();
  for (int i = 0; i < 3; ++i) loop.poll_once();
  CHECK(at_once.seen.empty());
}

TEST_CASE("a resolver may die while a lookup of its blocks", "[net]") {
  const auto gate = std::make_shared<Gate>();
  EventLoop loop;
  Answers answers;
  std::unique_ptr<Resolving> question, waiting;
  {
    ResolverOptions options = answering(gate);
    options.max_threads = 1;
    ThreadResolver resolver(loop, options);
    question = resolver.resolve("a.example", 1, answers.take());
    gate->until_waiting(1);
    waiting = resolver.resolve("b.example", 1, answers.take());
  }  // at once: it does not wait for the lookup
  gate->open_it();
  gate->until_nobody_waits();
  for (int i = 0; i < 3; ++i) loop.poll_once();
  CHECK(answers.seen.empty());
  CHECK(gate->asked == 1);
}

TEST_CASE("a lookup that fails, throws or finds too much", "[net]") {
  EventLoop loop;
  ResolverOptions options;
  options.max_addresses = 2;
  options.lookup = [](std::string_view host, std::uint16_t port) -> Addresses {
    if (host == "throws") throw std::runtime_error("no");
    if (host == "fails") return std::make_error_code(std::errc::network_unreachable);
    return std::vector<Address>(5, Address::loopback(port));
  };
  ThreadResolver resolver(loop, options);
  const std::pair<const char*, std::string> rows[] = {
      {"throws", std::make_error_code(std::errc::not_enough_memory).message()},
      {"fails", std::make_error_code(std::errc::network_unreachable).message()},
      {"many", "127.0.0.1:9 127.0.0.1:9 "},
  };
  for (const auto& [host, outcome] : rows) {
    Answers answers;
    const auto question = resolver.resolve(host, 9, answers.take());
    REQUIRE(step_until(loop, [&] { return !answers.seen.empty(); }));
    CHECK(answers.seen == std::vector<std::string>{outcome});
  }
}

TEST_CASE("the callback may destroy its question and the resolver", "[net]") {
  EventLoop loop;
  auto resolver = std::make_unique<ThreadResolver>(loop, answering(nullptr));
  std::unique_ptr<Resolving> question;
  bool called = false;
  question = resolver->resolve("a.example", 1, [&](const Addresses& found) {
    question.reset();
    resolver.reset();
    called = found.has_value();
  });
  CHECK(step_until(loop, [&] { return called; }));
}
