// What a Socket.IO client shows of the session below, and who refuses it.
#include <map>

#include "tests/interop/connect_proxy.h"
#include "tests/interop/sio_client_rows.h"

using namespace strata;
using namespace strata::rows;

TEST_CASE("L12 a middleware refuses with its message and its data, and nobody tries again") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    seen("refused");
    Ears ears;
    Manager manager = stage.manager(quick(way));
    ClientSocket& other = manager.socket("/foo");
    ClientSocket& socket = manager.socket("/no");
    ears.listen(socket);
    Json data;
    socket.on("connect_error",
              [&data](const sio::Failure& why) { data = why.data.value_or(Json()); });
    REQUIRE(stage.until([&] { return !ears.all.empty(); }));
    REQUIRE(stage.connected(other));
    CHECK(ears.words() == "connect_error Auth failed (namespace)");
    CHECK(sio::dump(data) == R"({"a":"b","c":3})");
    CHECK_FALSE(socket.active());
    CHECK_FALSE(socket.connected());
    stage.pass(60ms);
    stage.fence(other);
    CHECK(ears.all.size() == 1);
    CHECK(seen("refused").size() == 1);
  }
}

TEST_CASE("L12 when all its namespaces are refused, the connection is closed") {
  Stage stage;
  Ears ears;
  Manager manager = stage.manager();
  ears.listen(manager.socket("/no"));
  REQUIRE(stage.until([&] { return !ears.all.empty(); }));
  CHECK(stage.until([&] { return manager.state() == Manager::State::closed; }));
  stage.pass(60ms);
  CHECK(manager.state() == Manager::State::closed);
}

TEST_CASE("L12 a namespace that the server does not have is a connect_error") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    Manager manager = stage.manager(quick(way));
    ears.listen(manager.socket("/nobody"));
    REQUIRE(stage.until([&] { return !ears.all.empty(); }));
    CHECK((ears.words() == "connect_error Invalid namespace" ||
           ears.words() == "connect_error Unable to connect"));  // Python's
  }
}

TEST_CASE("L12 a server of Socket.IO 2 is told by name") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    sio::ManagerOptions options = quick(way, "/v2");
    options.reconnection = false;
    Manager manager = stage.manager(options);
    ears.listen(manager.socket());
    REQUIRE(stage.until([&] { return !ears.all.empty(); }));
    CHECK(ears.words().starts_with(
        "connect_error It seems you are trying to reach a Socket.IO server in v2.x with a v3.x "
        "client"));
  }
}

TEST_CASE("C10 L12 a handshake that is refused tells its status and its body") {
  Stage stage;
  for (const Way& way : {polling(), websocket()}) {
    INFO(way.name);
    sio::ManagerOptions options = quick(way, "/deny");
    options.reconnection = false;
    std::optional<sio::Failure> heard;
    Manager manager = stage.manager(options);
    manager.socket().on("connect_error", [&heard](const sio::Failure& why) { heard = why; });
    REQUIRE(stage.until([&] { return heard.has_value(); }));
    if (std::string_view(way.name) == "websocket") {
      CHECK(heard->message == "websocket error");
      continue;
    }
    CHECK(heard->message == "xhr poll error");
    CHECK(heard->status == 403);
    CHECK(heard->context == R"({"code":4,"message":"denied"})");
  }
}

TEST_CASE("C10 a server that is not there is a connect_error that says so") {
  Stage stage;
  const Outage outage;
  for (const Way& way : {polling(), websocket()}) {
    INFO(way.name);
    sio::ManagerOptions options = quick(way);
    options.reconnection = false;
    std::optional<sio::Failure> heard;
    Manager manager = stage.manager(options);
    manager.socket().on("connect_error", [&heard](const sio::Failure& why) { heard = why; });
    REQUIRE(stage.until([&] { return heard.has_value(); }));
    CHECK(heard->message ==
          (std::string_view(way.name) == "polling" ? "xhr poll error" : "websocket error"));
  }
}

TEST_CASE("C2 the transports are those of the options, in their order") {
  Stage stage;
  for (const Way& way : {polling(), websocket()}) {
    Manager manager = stage.manager(quick(way));
    REQUIRE(stage.connected(manager.socket()));
    stage.fence(manager.socket());
    CHECK(stage.info(manager.socket())["transport"] == way.name);
  }
}

TEST_CASE("C2 from polling it goes on to a WebSocket, and loses nothing on the way") {
  Stage stage;
  Manager manager = stage.manager();
  ClientSocket& socket = manager.socket();
  std::vector<int> back;
  socket.on("echo", [&](int n) {
    back.push_back(n);
    if (n < 300) socket.emit("echo", n + 1);
  });
  socket.emit("echo", 0);
  REQUIRE(stage.until([&] { return back.size() == 301; }));
  REQUIRE(
      stage.until([&] { return manager.engine()->transport() == sio::eio::Transport::websocket; }));
  CHECK(stage.info(socket)["transport"] == "websocket");
  for (std::size_t i = 0; i < back.size(); ++i) CHECK(back[i] == static_cast<int>(i));
}

TEST_CASE("C2 with upgrade off, or a server that has none, it stays with polling") {
  Stage stage;
  sio::ManagerOptions options = quick();
  options.upgrade = false;
  Manager stays = stage.manager(options);
  Manager alone = stage.manager(quick("/polling"));
  for (Manager* manager : {&stays, &alone}) {
    REQUIRE(stage.connected(manager->socket()));
    for (int i = 0; i < 10; ++i) stage.fence(manager->socket());
    CHECK(stage.info(manager->socket())["transport"] == "polling");
    CHECK_FALSE(manager->engine()->upgrading());
  }
}

TEST_CASE("C3 with try_all_transports the second is tried where the first cannot open") {
  Stage stage;
  sio::ManagerOptions options = quick("/websocket");
  options.reconnection = false;
  Ears ears;
  Manager first = stage.manager(options);
  ears.listen(first.socket());
  REQUIRE(stage.until([&] { return !ears.all.empty(); }));
  CHECK(ears.words() == "connect_error xhr poll error");
  options.try_all_transports = true;
  Manager all = stage.manager(options);
  REQUIRE(stage.connected(all.socket()));
  CHECK(stage.info(all.socket())["transport"] == "websocket");

  sio::ManagerOptions other = quick("/polling");
  other.transports = {sio::eio::Transport::websocket, sio::eio::Transport::polling};
  other.try_all_transports = true;
  Manager back = stage.manager(other);
  REQUIRE(stage.connected(back.socket()));
  CHECK(stage.info(back.socket())["transport"] == "polling");
}

TEST_CASE("C4 remember_upgrade: the next session begins with a WebSocket") {
  Stage stage;
  for (const bool remember : {true, false}) {
    sio::ManagerOptions options = quick();
    options.remember_upgrade = remember;
    Manager manager = stage.manager(options);
    ClientSocket& socket = manager.socket();
    REQUIRE(stage.connected(socket));
    REQUIRE(stage.until(
        [&] { return manager.engine()->transport() == sio::eio::Transport::websocket; }));
    server().ask("cut");
    REQUIRE(stage.until([&] { return !socket.connected(); }));
    REQUIRE(stage.connected(socket));
    CHECK(stage.info(socket)["query"]["transport"] == (remember ? "websocket" : "polling"));
  }
}

TEST_CASE("C5 polls carry a t of any name, or none; octets may go as Base64") {
  Stage stage;
  sio::ManagerOptions options = quick(polling());
  Manager plain = stage.manager(options);
  options.timestamp_param = "when";
  Manager named = stage.manager(options);
  options.timestamp_requests = false;
  options.force_base64 = true;
  Manager none = stage.manager(options);
  for (Manager* manager : {&plain, &named, &none}) REQUIRE(stage.connected(manager->socket()));
  CHECK(stage.info(plain.socket())["query"].contains("t"));
  CHECK(stage.info(named.socket())["query"].contains("when"));
  CHECK_FALSE(stage.info(named.socket())["query"].contains("t"));
  const Json query = stage.info(none.socket())["query"];
  CHECK_FALSE(query.contains("t"));
  CHECK_FALSE(query.contains("when"));
  const Json octets = Json::binary({0, 255, 128});
  CHECK(stage.ask(none.socket(), "echo", octets) == octets);
}

TEST_CASE("C6 what is over the server's max_payload goes in several POSTs", "[not-python]") {
  Stage stage;
  Ears ears;
  Manager manager = stage.manager(quick(polling(), "/small"));
  ClientSocket& socket = manager.socket();
  ears.listen(socket);
  REQUIRE(stage.connected(socket));
  std::vector<int> back;
  socket.on("echo", [&back](const std::string&, int n) { back.push_back(n); });
  for (int i = 0; i < 50; ++i) socket.emit("echo", std::string(300, 'x'), i);
  CHECK(stage.until([&] { return back.size() == 50; }));
  for (std::size_t i = 0; i < back.size(); ++i) CHECK(back[i] == static_cast<int>(i));
  CHECK(ears.words() == "connect");
}

TEST_CASE("C7 cookies are kept and sent back with_credentials, else not") {
  Stage stage;
  for (const bool keep : {true, false}) {
    INFO(keep);
    sio::ManagerOptions options = quick(polling(), "/cookie");
    options.with_credentials = keep;
    Manager manager = stage.manager(options);
    ClientSocket& socket = manager.socket();
    REQUIRE(stage.connected(socket));
    CHECK_FALSE(stage.info(socket)["headers"].contains("cookie"));
    server().ask("cut");
    REQUIRE(stage.until([&] { return !socket.connected(); }));
    REQUIRE(stage.connected(socket));  // its first request is the second session's
    const Json headers = stage.info(socket)["headers"];
    CHECK(headers.contains("cookie") == keep);
    if (keep) CHECK(headers["cookie"].get<std::string>().starts_with("io="));
  }
}

TEST_CASE("C8 extra_headers are on the requests of either transport") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    sio::ManagerOptions options = quick(way);
    options.extra_headers = {{"X-Custom", "some value"}, {"Authorization", "Bearer sesame"}};
    Manager manager = stage.manager(options);
    REQUIRE(stage.connected(manager.socket()));
    const Json headers = stage.info(manager.socket())["headers"];
    CHECK(headers["x-custom"] == "some value");
    CHECK(headers["authorization"] == "Bearer sesame");
  }
}

TEST_CASE("C8 through a proxy that asks for a password, by CONNECT") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    ConnectProxy proxy(stage.loop, "spot:sesame");
    sio::ManagerOptions options = quick(way);
    options.proxy = "http://spot:sesame@127.0.0.1:" + std::to_string(proxy.port());
    Manager manager = stage.manager(options);
    REQUIRE(stage.connected(manager.socket()));
    stage.fence(manager.socket());
    CHECK(proxy.made() >= 1);

    options.proxy = "http://spot:wrong@127.0.0.1:" + std::to_string(proxy.port());
    options.reconnection = false;
    Ears ears;
    Manager stranger = stage.manager(options);
    ears.listen(stranger.socket());
    CHECK(stage.until([&] { return ears.count("connect_error") == 1; }));
  }
}

TEST_CASE("C8 permessage-deflate is offered, and off where the options say so", "[not-python]") {
  Stage stage;
  for (const bool on : {true, false}) {
    INFO(on);
    sio::ManagerOptions options = quick(websocket(), "/deflate");
    options.per_message_deflate.reset();
    if (on) options.per_message_deflate.emplace();
    Manager manager = stage.manager(options);
    REQUIRE(stage.connected(manager.socket()));
    CHECK(stage.info(manager.socket())["headers"].contains("sec-websocket-extensions") == on);
    const std::string text(20'000, 'x');
    CHECK(stage.ask(manager.socket(), "echo", text) == text);
  }
}

TEST_CASE(
    "C9 what was emitted before disconnect() arrives, and then that, during the upgrade too") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    seen("wire");
    Manager manager = stage.manager(quick(way, "/raw"));
    ClientSocket& socket = manager.socket();
    REQUIRE(stage.connected(socket));
    for (int i = 0; i < 100; ++i) socket.emit("note", i);
    socket.disconnect();
    const Json wire = stage.wire(102);
    REQUIRE(wire.size() == 102);
    CHECK(wire[0] == "0");
    for (std::size_t i = 0; i < 100; ++i)
      CHECK(wire[i + 1] == "2[\"note\"," + std::to_string(i) + "]");
    CHECK(wire[101] == "1");
  }
}

TEST_CASE("C1 the host may be a name, and the path may have its slash already") {
  Stage stage;
  const std::string port = stage.url().substr(stage.url().rfind(':'));
  for (const char* path : {"/socket.io", "/socket.io/"}) {
    INFO(path);
    Manager manager(stage.loop, "http://localhost" + port, quick(path));
    CHECK(stage.connected(manager.socket()));
  }
}
