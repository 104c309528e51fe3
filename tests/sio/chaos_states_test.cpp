// Where a connection is lost, and the state that follows: what the socket tells, in order, how it
// comes back, and what becomes of what was on its way. Each row over polling, and over WebSocket.
#include <functional>
#include <optional>

#include "sio/manager.h"
#include "sio/server.h"
#include "tests/sio/chaos_world.h"

using namespace strata;
using namespace strata::test;
using sio::Json;
using sio::Manager;

namespace {

struct Scene : World {
  explicit Scene(const Route& way, bool recovery = false) : World(Strike{}), route(way) {
    options.transports = route.transports;
    options.random = [] { return 0.5; };
    recovers = recovery;
    serve();
  }
  void serve() {
    sio::Options server;
    if (recovers) server.connection_state_recovery.emplace();
    io = std::make_unique<sio::Server>(loop, server);
    io->use([this](sio::Socket&, const sio::Next& next) {
      asked_to_join = true;
      next();
    });
    io->on_connection([this](sio::Socket& socket) {
      socket.on("note", [this](const Json& value) { noted.push_back(sio::dump(value)); });
      socket.on("echo", [](const Json& value, const sio::Ack& ack) { ack(value); });
      socket.on("never", [this] { never = true; });
      socket.on("bye", [&socket] { socket.disconnect(); });
    });
    REQUIRE_FALSE(io->listen(net::Address::loopback(80)));
  }
  Manager& open() {
    manager.emplace(loop, "http://127.0.0.1:80", options);
    main = &manager->socket();
    sio::ClientSocket& socket = *main;
    socket.on("connect",
              [this, &socket] { log.push_back(socket.recovered() ? "back" : "connect"); });
    socket.on("connect_error",
              [this](const sio::Failure& why) { log.push_back("connect_error " + why.message); });
    socket.on("disconnect", [this](const std::string& why) { log.push_back(why); });
    manager->on("reconnect_attempt", [this] { ++attempts; });
    return *manager;
  }
  sio::ClientSocket& socket() { return *main; }
  // As far as this, turn by turn.
  void until(const std::function<bool()>& there) {
    for (int turns = 0; !there() && turns < 20'000; ++turns)
      if (!loop.turn()) loop.advance(10ms);
    REQUIRE(there());
  }
  void connect() {
    open();
    until([this] { return socket().connected() && !manager->engine()->upgrading(); });
    loop.settle();
  }
  void later() { loop.advance(std::chrono::minutes(5)); }
  std::string told() const {
    std::string text;
    for (const std::string& one : log) text += (text.empty() ? "" : "; ") + one;
    return text;
  }
  // What a connection that was there ends with, over its first transport or its last.
  static std::string lost(Blow blow, sio::eio::Transport over) {
    if (blow == Blow::hole) return "ping timeout";
    return over == sio::eio::Transport::polling ? "transport error" : "transport close";
  }
  std::string lost(Blow blow) const { return lost(blow, route.transports.back()); }
  std::string lost_early(Blow blow) const { return lost(blow, route.transports.front()); }
  std::string refused() const {
    return route.transports.front() == sio::eio::Transport::polling
               ? "connect_error xhr poll error"
               : "connect_error websocket error";
  }

  Route route;
  sio::ManagerOptions options;
  bool recovers = false, asked_to_join = false, never = false;
  int attempts = 0;
  std::vector<std::string> log, noted;
  std::unique_ptr<sio::Server> io;
  std::optional<Manager> manager;
  sio::ClientSocket* main = nullptr;  // Manager::socket would connect it
};

// Over each transport, struck in each way.
void each(const std::function<void(Scene&, Blow)>& row, bool recovery = false) {
  for (const Route& route : routes())
    for (const Blow blow : {Blow::fin, Blow::reset, Blow::hole}) {
      INFO(route.name << " " << name_of(blow));
      Scene scene(route, recovery);
      row(scene, blow);
    }
}

}  // namespace

TEST_CASE("L3 lost before the session is open: connect_error, and the next attempt connects",
          "[sio][chaos][codec]") {
  each([](Scene& scene, Blow blow) {
    scene.network.plan(blow, Way::to_server, 10);
    scene.open();
    scene.later();
    const std::string first = blow == Blow::hole ? "connect_error timeout" : scene.refused();
    CHECK(scene.told() == first + "; connect");
    CHECK(scene.attempts == 1);
  });
}

TEST_CASE("L13 lost between the open packet and CONNECT: disconnect, then connect",
          "[sio][chaos][codec]") {
  each([](Scene& scene, Blow blow) {
    scene.open().once("open", [&] { scene.network.strike(blow); });
    scene.later();
    // An error of a poll is told first, as of one that could not open.
    const bool error = scene.lost_early(blow) == "transport error";
    CHECK(scene.told() ==
          (error ? scene.refused() + "; " : "") + scene.lost_early(blow) + "; connect");
    CHECK(scene.attempts == 1);
  });
}

TEST_CASE("L13 lost when the server let it in and the answer is on its way",
          "[sio][chaos][codec]") {
  each([](Scene& scene, Blow blow) {
    scene.open();
    scene.until([&] { return scene.asked_to_join; });
    scene.network.strike(blow);
    scene.later();
    CHECK(scene.log.back() == "connect");
    CHECK(scene.socket().connected());
    CHECK(scene.io->clients_count() == 1);
  });
}

TEST_CASE("L3 L13 lost when it was connected: its reason, and one attempt brings it back",
          "[sio][chaos][codec]") {
  each([](Scene& scene, Blow blow) {
    scene.connect();
    const std::string id = scene.socket().id();
    scene.network.strike(blow);
    scene.later();
    CHECK(scene.told() == "connect; " + scene.lost(blow) + "; connect");
    CHECK(scene.attempts == 1);
    CHECK(scene.socket().id() != id);
  });
}

TEST_CASE("C9 lost during the upgrade: whichever transport it was, it is lost once and comes back",
          "[sio][chaos][codec]") {
  for (const Blow blow : {Blow::fin, Blow::reset, Blow::hole}) {
    INFO(name_of(blow));
    Scene scene(routes().back());
    scene.open();
    scene.until([&] { return scene.manager->engine()->upgrading(); });
    scene.until([&] { return scene.socket().connected(); });
    scene.network.strike(blow);
    scene.later();
    CHECK(scene.log.size() == 3);
    CHECK(scene.log.front() == "connect");
    CHECK(scene.log.back() == "connect");
    CHECK(scene.manager->engine()->transport() == sio::eio::Transport::websocket);
  }
}

TEST_CASE("C11 L13 silence is noticed when a ping is overdue, not before and not much later",
          "[sio][chaos][codec]") {
  for (const Route& route : routes()) {
    INFO(route.name);
    Scene scene(route);
    scene.connect();
    scene.network.strike(Blow::hole);
    scene.loop.advance(44s);
    CHECK(scene.told() == "connect");
    scene.loop.advance(2s);
    CHECK(scene.log.at(1) == "ping timeout");
  }
}

TEST_CASE("L6 what is emitted while the network is away waits, and arrives in order",
          "[sio][chaos][codec]") {
  each([](Scene& scene, Blow blow) {
    scene.network.dialling_after_strike = VirtualNetwork::Dialling::refused;
    scene.connect();
    scene.network.strike(blow);
    scene.loop.advance(60s);
    CHECK_FALSE(scene.socket().connected());
    CHECK(scene.attempts >= 3);
    for (int i = 0; i < 5; ++i) {
      if (i % 2 == 0)
        scene.socket().emit("note", i);
      else
        scene.socket().emit("note", i, Json::binary({1, 2}));
      scene.socket().volatile_().emit("note", "dropped");
    }
    CHECK(scene.socket().waiting() == 5);
    scene.network.dialling = VirtualNetwork::Dialling::works;
    scene.later();
    CHECK(scene.socket().connected());
    CHECK(joined(scene.noted) == "0 1 2 3 4");
    CHECK(scene.log.at(2) == scene.refused());
    CHECK(scene.log.back() == "connect");
  });
}

TEST_CASE("L4 nobody answers who connects: timeout, again and again, until somebody does",
          "[sio][chaos][codec]") {
  for (const Route& route : routes()) {
    INFO(route.name);
    Scene scene(route);
    scene.network.dialling = VirtualNetwork::Dialling::silent;
    scene.options.timeout = 5s;
    scene.open();
    scene.loop.advance(4999ms);
    CHECK(scene.told().empty());
    scene.loop.advance(60s);
    CHECK(scene.log.front() == "connect_error timeout");
    CHECK(scene.log.size() >= 5);
    scene.network.dialling = VirtualNetwork::Dialling::works;
    scene.later();
    CHECK(scene.log.back() == "connect");
  }
}

TEST_CASE("L8 lost while answers are awaited: each with a time hears of it once, others nothing",
          "[sio][chaos][codec]") {
  each([](Scene& scene, Blow blow) {
    scene.connect();
    std::vector<std::string> timed;
    int plain = 0;
    scene.socket().timeout(std::chrono::minutes(4)).emit("never", [&timed](std::error_code why) {
      timed.push_back(why.message());
    });
    scene.socket().emit("never", [&plain](const Json&) { ++plain; });
    scene.until([&] { return scene.never; });
    scene.network.strike(blow);
    scene.later();
    CHECK(joined(timed) == "socket has been disconnected");
    CHECK(plain == 0);
    CHECK(scene.socket().awaited() == 0);
    std::string answer;
    scene.socket().emit("echo", "new", [&answer](const std::string& a) { answer = a; });
    scene.loop.advance(1s);
    CHECK(answer == "new");
  });
}

TEST_CASE("L13 who left by itself stays away, whatever the network does then",
          "[sio][chaos][codec]") {
  each([](Scene& scene, Blow blow) {
    scene.connect();
    scene.socket().disconnect();
    scene.network.strike(blow);
    scene.later();
    CHECK(scene.told() == "connect; io client disconnect");
    CHECK(scene.attempts == 0);
    CHECK(scene.manager->state() == Manager::State::closed);
    CHECK(scene.loop.connection_count() == 0);
  });
}

TEST_CASE("L13 who was disconnected by the server stays away, and the loop does not begin",
          "[sio][chaos][codec]") {
  each([](Scene& scene, Blow blow) {
    scene.connect();
    scene.socket().emit("bye");
    scene.until([&] { return !scene.socket().connected(); });
    scene.network.strike(blow);
    scene.later();
    CHECK(scene.told() == "connect; io server disconnect");
    CHECK_FALSE(scene.socket().active());
    CHECK(scene.manager->state() == Manager::State::closed);
  });
}

TEST_CASE("L3 who leaves while it is tried again does not come back", "[sio][chaos][codec]") {
  each([](Scene& scene, Blow blow) {
    scene.network.dialling_after_strike = VirtualNetwork::Dialling::refused;
    scene.connect();
    scene.network.strike(blow);
    scene.until([&] { return scene.attempts == 2; });
    scene.socket().disconnect();
    scene.network.dialling = VirtualNetwork::Dialling::works;
    scene.later();
    CHECK(scene.attempts == 2);
    CHECK(scene.manager->state() == Manager::State::closed);
    CHECK_FALSE(scene.manager->reconnecting());
  });
}

TEST_CASE("L3 L10 the server is restarted: all come back, as new ones, and what waited arrives",
          "[sio][chaos][codec]") {
  for (const bool recovery : {false, true})
    for (const Route& route : routes()) {
      INFO(route.name << recovery);
      Scene scene(route, recovery);
      scene.connect();
      sio::ClientSocket& admin = scene.socket();
      scene.io->emit("news", 1);
      scene.loop.settle();
      const std::string id = admin.id();
      scene.io.reset();
      scene.loop.advance(10s);
      CHECK(scene.log.size() >= 3);
      CHECK(scene.log.at(1).starts_with("transport "));
      admin.emit("note", "waited");
      scene.serve();
      scene.later();
      CHECK(scene.log.back() == "connect");
      CHECK(admin.id() != id);
      CHECK_FALSE(admin.recovered());
      CHECK(joined(scene.noted) == "\"waited\"");
    }
}

TEST_CASE("L10 with recovery: the same id, and everything that was told meanwhile, once, in order",
          "[sio][chaos][codec]") {
  each(
      [](Scene& scene, Blow blow) {
        scene.connect();
        std::string news;
        scene.socket().on("news", [&news](int n) { news += std::to_string(n) + " "; });
        scene.io->emit("news", 1);
        scene.loop.settle();
        const std::string id = scene.socket().id();
        scene.network.strike(blow);
        scene.io->emit("news", 2);
        scene.io->emit("news", 3, Json::binary({1}));
        scene.later();
        CHECK(news == "1 2 3 ");
        CHECK(scene.told() == "connect; " + scene.lost(blow) + "; back");
        CHECK(scene.socket().id() == id);
      },
      true);
}
