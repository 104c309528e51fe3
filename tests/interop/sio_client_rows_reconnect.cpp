// Losing the connection and finding it again: the loop, its delays, its events.
#include "tests/interop/sio_client_rows.h"

using namespace strata;
using namespace strata::rows;

TEST_CASE("L3 L13 a lost connection comes back by itself, with another id") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    ManagerEars heard;
    Manager manager = stage.manager(quick(way));
    heard.listen(manager);
    ClientSocket& socket = manager.socket();
    ears.listen(socket);
    REQUIRE(stage.connected(socket));
    stage.upgraded(manager);
    stage.fence(socket);
    const std::string id(socket.id());
    bool cleared = false;
    socket.on("disconnect", [&] { cleared = socket.id().empty() && !socket.connected(); });
    server().ask("cut");
    REQUIRE(stage.until([&] { return !socket.connected(); }));
    CHECK(cleared);
    CHECK(socket.active());
    REQUIRE(stage.connected(socket));
    CHECK(ears.words() == std::string("connect; disconnect ") + reason_of_cut(way) + "; connect");
    const std::string error =
        reason_of_cut(way) == "transport error" ? "error xhr poll error; " : "";
    CHECK(heard.words() == "open; " + error + "close " + reason_of_cut(way) +
                               "; reconnect_attempt 1; open; reconnect 1");
    CHECK(socket.id() != id);
    CHECK(stage.info(socket)["id"] == socket.id());
  }
}

TEST_CASE("L3 a server that is away is tried until it is back: attempts, errors, reconnect") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    ManagerEars heard;
    Manager manager = stage.manager(quick(way));
    heard.listen(manager);
    ears.listen(manager.socket());
    ClientSocket& foo = manager.socket("/foo");
    REQUIRE(stage.connected(manager.socket()));
    REQUIRE(stage.connected(foo));
    {
      const Outage outage;
      REQUIRE(stage.until([&] { return heard.count("reconnect_error") >= 3; }));
    }
    REQUIRE(stage.connected(manager.socket()));
    REQUIRE(stage.connected(foo));
    const std::size_t errors = heard.count("reconnect_error");
    for (std::size_t i = 1; i <= errors + 1; ++i)
      CHECK(heard.count("reconnect_attempt " + std::to_string(i)) >= 1);
    CHECK(heard.all.back() == "reconnect " + std::to_string(errors + 1));
    CHECK(ears.count("connect_error") == errors);
    CHECK(ears.count("disconnect") == 1);
  }
}

TEST_CASE("L3 after reconnection_attempts failures reconnect_failed is told once") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    ManagerEars heard;
    sio::ManagerOptions options = quick(way);
    options.reconnection_attempts = 2;
    const Outage outage;
    Manager manager = stage.manager(options);
    heard.listen(manager);
    ears.listen(manager.socket());
    REQUIRE(stage.until([&] { return heard.count("reconnect_failed") == 1; }));
    stage.pass(150ms);
    CHECK(heard.count("reconnect_attempt") == 2);
    CHECK(heard.count("reconnect_error") == 2);
    CHECK(heard.count("reconnect_failed") == 1);
    CHECK(ears.count("connect_error") == 3);

    manager.socket().connect();  // begins anew
    REQUIRE(stage.until([&] { return heard.count("reconnect_failed") == 2; }));
    CHECK(heard.count("reconnect_attempt") == 4);
  }
}

TEST_CASE("L3 L4 two attempts with no time at all: both fail, then reconnect_failed") {
  Stage stage;
  ManagerEars heard;
  sio::ManagerOptions options = quick();
  options.timeout = 0ms;
  options.reconnection_attempts = 2;
  Manager manager = stage.manager(options);
  heard.listen(manager);
  manager.socket();
  REQUIRE(stage.until([&] { return heard.count("reconnect_failed") == 1; }));
  CHECK(heard.count("reconnect_attempt 1") == 1);
  CHECK(heard.count("reconnect_attempt 2") == 1);
  CHECK(heard.count("reconnect_error") == 2);
}

TEST_CASE("L3 another namespace that is opened meanwhile starts no second loop") {
  Stage stage;
  ManagerEars heard;
  sio::ManagerOptions options = quick();
  options.reconnection_attempts = 2;
  const Outage outage;
  Manager manager = stage.manager(options);
  heard.listen(manager);
  manager.socket();
  manager.on("reconnect_attempt", [&manager] { manager.socket("/asd"); });
  REQUIRE(stage.until([&] { return heard.count("reconnect_failed") == 1; }));
  stage.pass(150ms);
  CHECK(heard.count("reconnect_attempt") == 2);
}

// From each failure to the attempt that follows it.
static std::vector<net::Duration> delays(Stage& stage, sio::ManagerOptions options) {
  options.reconnection_attempts = 4;
  Manager manager = stage.manager(std::move(options));
  std::vector<net::TimePoint> failed, tried;
  manager.on("error", [&] { failed.push_back(stage.loop.now()); });
  manager.on("reconnect_attempt", [&] { tried.push_back(stage.loop.now()); });
  manager.socket();
  REQUIRE(stage.until([&] { return tried.size() == 4; }));
  REQUIRE(failed.size() == 4);
  std::vector<net::Duration> all;
  for (std::size_t i = 0; i < 4; ++i) all.push_back(tried[i] - failed[i]);
  return all;
}

TEST_CASE("L3 without jitter the delays double up to the longest") {
  Stage stage;
  sio::ManagerOptions options = quick();
  options.reconnection_delay = 20ms;
  options.reconnection_delay_max = 80ms;
  options.randomization_factor = 0;
  const Outage outage;
  const net::Duration wanted[] = {20ms, 40ms, 80ms, 80ms};
  // Never early; and in time at least once in ten, for any process may stand still.
  bool in_time = false;
  for (int round = 0; round < 10 && !in_time; ++round) {
    const std::vector<net::Duration> all = delays(stage, options);
    in_time = true;
    for (std::size_t i = 0; i < 4; ++i) {
      INFO(i);
      CHECK(all[i] >= wanted[i]);
      in_time = in_time && all[i] < wanted[i] + 60ms;
    }
  }
  CHECK(in_time);
}

TEST_CASE("L3 with reconnection off there is one connect_error, and no attempt") {
  Stage stage;
  Ears ears;
  ManagerEars heard;
  sio::ManagerOptions options = quick();
  options.reconnection = false;
  const Outage outage;
  Manager manager = stage.manager(options);
  heard.listen(manager);
  ears.listen(manager.socket());
  REQUIRE(stage.until([&] { return !ears.all.empty(); }));
  stage.pass(60ms);
  CHECK(ears.all.size() == 1);
  CHECK(ears.count("connect_error") == 1);
  CHECK(heard.count("reconnect") == 0);
}

TEST_CASE("L3 who disconnects does not come back, nor when it does so during the loop") {
  Stage stage;
  Ears ears;
  ManagerEars heard;
  Manager manager = stage.manager();
  heard.listen(manager);
  ClientSocket& socket = manager.socket();
  ears.listen(socket);
  REQUIRE(stage.connected(socket));
  socket.disconnect();
  stage.pass(60ms);
  CHECK(heard.count("reconnect") == 0);
  CHECK(ears.words() == "connect; disconnect io client disconnect");

  socket.connect();  // and then it is automatic again
  REQUIRE(stage.connected(socket));
  server().ask("cut");
  REQUIRE(stage.until([&] { return ears.count("connect") == 3; }));
  {
    const Outage outage;
    REQUIRE(stage.until([&] { return heard.count("reconnect_error") >= 2; }));
    socket.disconnect();
    CHECK_FALSE(manager.reconnecting());
  }
  const std::size_t attempts = heard.count("reconnect_attempt");
  stage.pass(150ms);
  CHECK(heard.count("reconnect_attempt") == attempts);
  CHECK_FALSE(socket.connected());
  socket.connect();
  CHECK(stage.connected(socket));
}

TEST_CASE("L3 L15 who leaves during the loop stays away while the others come back") {
  Stage stage;
  Manager manager = stage.manager();
  ManagerEars heard(manager);
  ClientSocket& stays = manager.socket("/foo");
  ClientSocket& leaves = manager.socket("/asd");
  REQUIRE(stage.connected(stays));
  REQUIRE(stage.connected(leaves));
  {
    const Outage outage;
    REQUIRE(stage.until([&] { return heard.count("reconnect_attempt") >= 1; }));
    leaves.disconnect();
  }
  REQUIRE(stage.connected(stays));
  stage.fence(stays);
  CHECK_FALSE(leaves.connected());
  leaves.connect();
  CHECK(stage.connected(leaves));
}

TEST_CASE("L3 what is set during the loop counts: reconnection(false) ends it") {
  Stage stage;
  Manager manager = stage.manager();
  ManagerEars heard(manager);
  ClientSocket& socket = manager.socket();
  REQUIRE(stage.connected(socket));
  {
    const Outage outage;
    REQUIRE(stage.until([&] { return heard.count("reconnect_error") >= 1; }));
    manager.reconnection(false);
  }
  const std::size_t attempts = heard.count("reconnect_attempt");
  stage.pass(150ms);
  CHECK(heard.count("reconnect_attempt") == attempts);
  manager.reconnection(true);
  socket.connect();
  CHECK(stage.connected(socket));
}
