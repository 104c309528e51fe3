// Reasons of a disconnect, and what is found again after one.
#include <algorithm>

#include "tests/interop/sio_client_rows.h"

using namespace strata;
using namespace strata::rows;

TEST_CASE("L13 the server disconnects a namespace: it stays away until connect()") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears, others;
    Manager manager = stage.manager(quick(way));
    ClientSocket& foo = manager.socket("/foo");
    ClientSocket& other = manager.socket("/abc");
    ears.listen(foo);
    others.listen(other);
    REQUIRE(stage.connected(foo));
    REQUIRE(stage.connected(other));
    foo.emit("bye", false);
    REQUIRE(stage.until([&] { return !foo.connected(); }));
    CHECK_FALSE(foo.active());
    CHECK(foo.id().empty());
    stage.fence(other);
    CHECK(ears.words() == "connect; disconnect io server disconnect");
    CHECK(others.words() == "connect");
  }
}

TEST_CASE("L2 L13 a socket that the server disconnected comes back by connect()", "[not-python]") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    ears.listen(socket);
    REQUIRE(stage.connected(socket));
    socket.emit("bye", false);
    REQUIRE(stage.until([&] { return ears.all.size() == 2; }));
    socket.connect();
    REQUIRE(stage.connected(socket));
    stage.fence(socket);
    CHECK(ears.words() == "connect; disconnect io server disconnect; connect");
  }
}

TEST_CASE("L13 the server closes the session: transport close, and it comes back") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    ears.listen(socket);
    REQUIRE(stage.connected(socket));
    stage.upgraded(manager);
    socket.emit("close-engine");
    REQUIRE(stage.until([&] { return ears.count("connect") == 2; }));
    CHECK(ears.words() == "connect; disconnect transport close; connect");
  }
}

TEST_CASE("L13 C11 a server that falls silent: ping timeout, and back when it speaks again") {
  struct Life {
    Life(Stage& stage, const Way& way)
        : name(way.name), manager(stage.manager(quick(way, "/beat"))) {
      manager.on("ping", [this] { ++pings; });
      ears.listen(manager.socket());
    }
    const char* name;
    Ears ears;
    int pings = 0;
    Manager manager;
  };
  Stage stage;
  std::vector<std::unique_ptr<Life>> lives;
  for (const Way& way : ways()) lives.push_back(std::make_unique<Life>(stage, way));
  for (const auto& life : lives) {
    INFO(life->name);
    REQUIRE(stage.connected(life->manager.socket()));
    stage.upgraded(life->manager);
    REQUIRE(stage.until([&] { return life->pings >= 2; }));
    CHECK(life->ears.words() == "connect");
  }
  {
    const Frozen frozen;
    for (const auto& life : lives)
      REQUIRE(stage.until([&] { return !life->manager.socket().connected(); }));
  }
  for (const auto& life : lives) {
    INFO(life->name);
    REQUIRE(stage.connected(life->manager.socket()));
    CHECK(life->ears.words() == "connect; disconnect ping timeout; connect");
  }
}

TEST_CASE("L13 the server hears that its client left", "[not-python]") {
  Stage stage;
  seen("disconnect");
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& stays = manager.socket("/");
    ClientSocket& leaves = manager.socket("/foo");
    REQUIRE(stage.connected(stays));
    REQUIRE(stage.connected(leaves));
    for (ClientSocket* socket : {&leaves, &stays}) {
      socket->disconnect();
      const Json wanted = {{"nsp", socket->nsp()}, {"why", "client namespace disconnect"}};
      CHECK(stage.until([&] {
        const Json left = seen("disconnect");
        return std::count(left.begin(), left.end(), wanted) == 1;
      }));
    }
  }
}

TEST_CASE("L14 what cannot be decoded: parse error, and it comes back") {
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
    socket.emit("bad");
    REQUIRE(stage.until([&] { return ears.count("connect") == 2; }));
    CHECK(ears.words() == "connect; disconnect parse error; connect");
    CHECK(heard.count("close parse error") == 1);
  }
}

TEST_CASE("L14 a handler that throws is no parse error") {
  Stage stage;
  Manager manager = stage.manager();
  manager.on_log([](std::string_view) {});
  Ears ears(manager.socket());
  ClientSocket& socket = manager.socket();
  socket.on("echo", [](const Json&) { throw std::runtime_error("thrown by a handler"); });
  REQUIRE(stage.connected(socket));
  socket.emit("echo", 1);
  stage.fence(socket);
  CHECK(ears.words() == "connect");
}

TEST_CASE("L10 who comes back in time has its id and what it missed, once, in order",
          "[not-python]") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    Manager manager = stage.manager(quick(way, "/recover"));
    ClientSocket& socket = manager.socket();
    ears.listen(socket);
    std::vector<int> news;
    std::size_t arguments = 0;
    socket.on("news", [&](const sio::Args& args) {
      news.push_back(args.get<int>(0));
      arguments = args.size();
    });
    REQUIRE(stage.connected(socket));
    CHECK_FALSE(socket.recovered());
    stage.upgraded(manager);
    server().ask("emit /recover news 1");
    REQUIRE(stage.until([&] { return news.size() == 1; }));
    CHECK(arguments == 2);  // behind it, the offset
    const std::string id(socket.id());
    server().ask("cut");
    for (const char* n : {"2", "3", "4"}) server().ask(std::string("emit /recover news ") + n);
    REQUIRE(stage.until([&] { return news.size() == 4; }));
    stage.fence(socket);
    CHECK(news == std::vector<int>{1, 2, 3, 4});
    CHECK(socket.recovered());
    CHECK(socket.id() == id);
    CHECK(stage.info(socket)["recovered"] == true);
    CHECK(ears.count("connect") == 2);
  }
}

TEST_CASE("L10 a server that was restarted knows nobody: another id, not recovered",
          "[not-python]") {
  Stage stage;
  Manager manager = stage.manager(quick("/recover"));
  ClientSocket& socket = manager.socket();
  int news = 0;
  socket.on("news", [&news] { ++news; });
  REQUIRE(stage.connected(socket));
  server().ask("emit /recover news 1");
  REQUIRE(stage.until([&] { return news == 1; }));
  const std::string id(socket.id());
  {
    const Outage outage;
    REQUIRE(stage.until([&] { return !socket.connected(); }));
  }
  REQUIRE(stage.connected(socket));
  CHECK_FALSE(socket.recovered());
  CHECK(socket.id() != id);
  stage.fence(socket);
  CHECK(news == 1);
}
