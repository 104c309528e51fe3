// Ten thousand random steps with clients that have threads - made, asked, closed, destroyed from
// here and from inside of their callbacks - against a server that flaps. Whatever happens: nothing
// fires at a dead client, every future becomes ready, no descriptor and no thread stays.
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <random>

#include "sio/client.h"
#include "tests/catch.h"
#include "tests/sio/client_server.h"

using namespace strata;
using test::ClientServer;

namespace {

using Answer = std::future<sio::Answered<int>>;

// One client's life. Who takes the pointer destroys it: this thread, or one of its callbacks.
struct Life {
  std::mutex mutex;
  std::unique_ptr<sio::Client> client;  // guarded by mutex
  std::atomic<bool> dead{false};
  std::atomic<bool> suicidal{false};
};

struct Counts {
  std::atomic<int> connects{0}, events{0}, answers{0}, failures{0}, suicides{0}, late{0};
};

std::unique_ptr<sio::Client> take(Life& life) {
  const std::lock_guard lock(life.mutex);
  return std::move(life.client);
}

void die(Life& life) {
  if (auto client = take(life)) {
    client.reset();
    life.dead = true;
  }
}

// Every callback: not of the dead, and perhaps the last.
void fired(const std::shared_ptr<Life>& life, Counts& counts) {
  if (life->dead) ++counts.late;
  if (!life->suicidal.exchange(false)) return;
  const auto kept = life;  // the lambda that holds it may go
  die(*kept);
  ++counts.suicides;
}

void set_up(sio::Server& io) {
  const auto serve = [](sio::Socket& socket) {
    socket.on("sum", [](int a, int b, sio::Ack ack) { ack(a + b); });
    socket.on("echo", [&socket](const sio::Args& all) { socket.emit("echo", all); });
    socket.on("leave", [&socket](bool all) { socket.disconnect(all); });
    socket.emit("hello", socket.nsp().name());
  };
  io.on_connection(serve);
  io.of("/other").on_connection(serve);
  io.of("/refused").use([](sio::Socket&, const sio::Next& next) { next("no"); });
}

class Stress {
 public:
  explicit Stress(unsigned seed)
      : random_(seed), server_(set_up, true), turning_([this] { loop_.run(); }) {}
  ~Stress() {
    for (auto& life : lives_)
      if (life) die(*life);
    loop_.stop();
    turning_.join();
  }

  void step() {
    const std::size_t slot = below(lives_.size());
    auto& life = lives_[slot];
    if (!life || life->dead || !alive(*life)) return make(life, slot % 3 == 0);
    switch (below(20)) {
      case 0:
        return die(*life);
      case 1:
        life->suicidal = true;
        break;
      case 2:
        return flap();
      case 3:
        return wait(*life);
      default:
        break;
    }
    const std::lock_guard lock(life->mutex);
    if (life->client) use(life, *life->client);
  }

  Counts counts;
  std::vector<Answer> asked;
  std::vector<std::future<std::error_code>> waited;

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  static bool alive(Life& life) {
    const std::lock_guard lock(life.mutex);
    return life.client != nullptr;
  }

  void make(std::shared_ptr<Life>& life, bool guest) {
    life = std::make_shared<Life>();
    sio::ManagerOptions options;
    options.reconnection_delay = 1ms;
    options.reconnection_delay_max = 4ms;
    options.reconnection = below(8) != 0;
    options.timeout = below(8) != 0 ? net::Duration(5s) : net::Duration(1ms);
    options.retries = below(4) == 0 ? 2 : 0;
    options.ack_timeout = 20ms;
    if (below(2) == 0) options.transports = {sio::eio::Transport::websocket};
    if (below(4) == 0) options.transports = {sio::eio::Transport::polling};
    options.auth = sio::Auth([life = life, this] {
      if (life->dead) ++counts.late;
      return sio::Json{{"token", 1}};
    });
    const std::string url = server_.url(below(8) == 0    ? "/other"
                                        : below(16) == 0 ? "/refused"
                                                         : "");
    const auto born = [this, life = life, url, options, guest] {
      auto client = guest ? std::make_unique<sio::Client>(loop_, url, options)
                          : std::make_unique<sio::Client>(url, options);
      hear(life, *client);
      if (!guest) client->start();
      const std::lock_guard lock(life->mutex);
      life->client = std::move(client);
    };
    if (!guest) return born();
    std::promise<void> done;
    auto made = done.get_future();
    loop_.post([&] {
      born();
      done.set_value();
    });
    made.wait();
  }

  void hear(const std::shared_ptr<Life>& life, sio::Client& client) {
    const auto told = [this, life](std::atomic<int>& count) {
      ++count;
      fired(life, counts);
    };
    client.on("connect", [this, told] { told(counts.connects); });
    client.on("connect_error", [this, told] { told(counts.failures); });
    client.on("disconnect", [this, told] { told(counts.events); });
    client.on("hello", [this, told] { told(counts.events); });
    client.on("echo", [this, told] { told(counts.events); });
    client.on_any([this, life](std::string_view, const sio::Args&) {
      if (life->dead) ++counts.late;
    });
  }

  void use(const std::shared_ptr<Life>& life, sio::Client& client) {
    const int n = static_cast<int>(below(1000));
    switch (below(14)) {
      case 0:
        asked.push_back(client.timeout(50ms).emit_with_ack<int>("sum", n, 1));
        break;
      case 1:
        asked.push_back(client.emit_with_ack<int>("sum", n, 1));
        break;
      case 2:
        client.emit("sum", n, 1, [this, life](std::error_code, std::optional<int>) {
          ++counts.answers;
          fired(life, counts);
        });
        break;
      case 3:
        client.volatile_().emit("echo", n, {{"name", "spot"}});
        break;
      case 4:
        client.emit("echo", std::vector<std::uint8_t>(static_cast<std::size_t>(n), 7));
        break;
      case 5:
        client.emit("leave", n % 2 == 0);
        break;
      case 6:
        client.disconnect();
        break;
      case 7:
        waited.push_back(client.close());
        client.connect();
        break;
      case 8:
        client.of(n % 4 == 0 ? "/refused" : "/other").emit("echo", n);
        break;
      case 9:
        client.of("/other").disconnect();
        break;
      case 10:
        client.remove_all_listeners();
        hear(life, client);
        break;
      case 11:
        client.off(client.once("echo", [] {}));
        break;
      default:
        client.connect();
        client.emit("echo", n, {{"name", "spot"}});
    }
  }

  // Lets the others run: until this client is connected, as a rule.
  void wait(Life& life) {
    std::future<std::error_code> connected;
    {
      const std::lock_guard lock(life.mutex);
      if (!life.client) return;
      life.client->connect();
      connected = life.client->wait_connected();
    }
    connected.wait_for(20ms);
    waited.push_back(std::move(connected));
  }

  void flap() {
    switch (below(6)) {
      case 0:
        server_.restart();
        break;
      case 1:
        server_.go_away();
        break;
      default:
        server_.come_back();
        server_.drop();
    }
  }

  std::mt19937 random_;
  ClientServer server_;
  net::EventLoop loop_;  // of the guests
  std::thread turning_;
  std::array<std::shared_ptr<Life>, 7> lives_;
};

std::ptrdiff_t count(const char* folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

}  // namespace

TEST_CASE("ten thousand steps of clients against a server that flaps: nothing fires at the dead",
          "[sio][threads][client][stress]") {
  const char* const given = std::getenv("STRESS_SEED");
  const unsigned seed =
      given != nullptr ? static_cast<unsigned>(std::atoi(given)) : std::random_device{}();
  std::cout << "STRESS_SEED=" << seed << '\n';
  INFO("STRESS_SEED=" << seed);
  const auto descriptors = count("/proc/self/fd");
  std::vector<Answer> asked;
  std::vector<std::future<std::error_code>> waited;
  {
    Stress stress(seed);
    for (int i = 0; i < 10'000; ++i) stress.step();
    std::cout << "  " << stress.counts.connects << " connects, " << stress.counts.events
              << " events, " << stress.counts.answers << " answers, " << stress.counts.suicides
              << " destroyed inside of a callback\n";
    CHECK(stress.counts.late == 0);
    CHECK(stress.counts.connects > 100);
    CHECK(stress.counts.events > 100);
    CHECK(stress.counts.answers > 10);
    CHECK(stress.counts.suicides > 10);
    asked = std::move(stress.asked);
    waited = std::move(stress.waited);
  }
  int sums = 0;
  for (Answer& each : asked) {
    REQUIRE(each.wait_for(0s) == std::future_status::ready);
    sums += each.get().has_value();
  }
  for (auto& each : waited) REQUIRE(each.wait_for(0s) == std::future_status::ready);
  CHECK(sums > 10);
  // A thread whose client was destroyed inside of it ends by itself.
  const auto patience = std::chrono::steady_clock::now() + 10s;
  while (count("/proc/self/fd") != descriptors && std::chrono::steady_clock::now() < patience)
    std::this_thread::yield();
  CHECK(count("/proc/self/fd") == descriptors);
}
