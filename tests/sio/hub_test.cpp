// Connecting, namespaces, middlewares, leaving: the model over sessions that the test holds.
#include "sio/hub.h"

#include <set>

#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;
using test::Stage;

TEST_CASE("CONNECT is answered with an id of 20 characters, before what handlers emit",
          "[sio][sio5-connect]") {
  Stage stage;
  stage.root.on_connection([](Socket& socket) { socket.emit("hello"); });
  std::set<std::string> ids;
  for (int i = 0; i < 50; ++i) {
    FakeSession client(stage.hub);
    client.say("0");
    REQUIRE(client.sent.size() == 2);
    CHECK(client.sent[0].substr(0, 8) == "0{\"sid\":");
    CHECK(client.sent[0].size() == 31);
    CHECK(client.sent[1] == "2[\"hello\"]");
    ids.insert(client.sent[0].substr(9, 20));
  }
  CHECK(ids.size() == 50);
  stage.loop.settle();
  CHECK(stage.hub.client_count() == 0);
  CHECK(stage.root.size() == 0);
}

TEST_CASE("S8 a namespace must exist, and each is joined on its own", "[sio][sio5-connect]") {
  Stage stage;
  Namespace& admin = stage.hub.of("admin");
  CHECK(admin.name() == "/admin");
  CHECK(&stage.hub.of("/admin") == &admin);
  CHECK(&stage.hub.of("") == &stage.root);
  FakeSession client(stage.hub);
  client.say("0/random,");
  CHECK(client.take() == "4/random,{\"message\":\"Invalid namespace\"}");
  client.say("0/admin?x=1,");
  CHECK(client.take() == "4/admin?x=1,{\"message\":\"Invalid namespace\"}");
  CHECK(client.join("/admin").size() == 20);
  CHECK(client.join().size() == 20);
  CHECK(admin.size() == 1);
  int heard = 0;
  admin.sockets()[0]->on("e", [&] { ++heard; });
  client.say("2/admin,[\"e\"]");
  client.say("2[\"e\"]");
  CHECK(heard == 1);
  admin.emit("x", 1);
  CHECK(client.take() == "2/admin,[\"x\",1]");
  client.say("1/admin,");  // the other is unaffected
  CHECK(admin.size() == 0);
  CHECK(stage.root.size() == 1);
  CHECK(client.open());
  client.say("0/admin");  // and may be joined again
  CHECK(admin.size() == 1);
}

TEST_CASE("S24 what breaks the order of packets ends the connection", "[sio][sio5-connect]") {
  for (const char* wrong : {"2[\"e\"]", "31[]", "1", "4{\"message\":\"x\"}", "2/admin,[\"e\"]"}) {
    Stage stage;
    stage.hub.of("/admin");
    FakeSession client(stage.hub);
    client.say(wrong);
    INFO(wrong);
    CHECK(client.closed_with == "forced server close");
  }
  for (const char* wrong :
       {"0", "4{\"message\":\"x\"}", "2/admin,[\"e\"]", "1/admin,", "3/admin,1[]"}) {
    Stage stage;
    stage.hub.of("/admin");
    FakeSession client(stage.hub);
    std::string reason;
    stage.root.on_connection(
        [&](Socket& socket) { socket.on("disconnect", [&](std::string why) { reason = why; }); });
    client.join();
    client.say(wrong);
    INFO(wrong);
    CHECK(client.closed_with == "forced server close");
    CHECK(reason == "forced server close");
    client.say("2[\"e\"]");
  }
}

TEST_CASE("S24 a wrong packet is told to each socket, then ends the connection",
          "[sio][sio5-disconnect]") {
  Stage stage;
  std::vector<std::string> seen;
  const auto listen = [&](Socket& socket) {
    socket.on("error", [&](const Error& error) { seen.push_back("error: " + error.message); });
    socket.on("disconnect", [&](std::string_view why) { seen.emplace_back(why); });
  };
  stage.root.on_connection(listen);
  stage.hub.of("/b").on_connection(listen);
  FakeSession client(stage.hub);
  FakeSession other(stage.hub);
  other.join();
  client.join();
  client.join("/b");
  client.say("2[]");
  CHECK(seen == std::vector<std::string>{"error: invalid payload", "error: invalid payload",
                                         "forced close", "forced close"});
  CHECK(other.open());
  CHECK(stage.logged("invalid payload"));
}

TEST_CASE("S3 a connection that joins nothing in time is closed, one that joined is not",
          "[sio][sio5-connect]") {
  Stage stage;
  FakeSession idle(stage.hub);
  FakeSession refused(stage.hub);
  FakeSession joined(stage.hub);
  joined.join();
  refused.say("0/nowhere,");
  stage.loop.advance(44s);
  CHECK(idle.open());
  stage.loop.advance(1s);
  CHECK(idle.closed_with == "forced server close");
  CHECK(refused.closed_with == "forced server close");
  joined.say("1");  // leaving the last one does not start it again
  stage.loop.advance(100s);
  CHECK(joined.open());
}

TEST_CASE("S7 middlewares run in order and may refuse, with data", "[sio][sio5-connect]") {
  Stage stage;
  std::string seen;
  Namespace& nsp = stage.hub.of("/mw");
  nsp.use([&](Socket& socket, Next next) {
    seen += "1";
    socket.join("waiting-room");
    CHECK_FALSE(socket.connected());
    CHECK_FALSE(socket.emit("too early"));
    next();
    next("twice does not count");
  });
  nsp.use([&](Socket& socket, Next next) {
    seen += "2";
    const Json& auth = socket.handshake().auth();
    if (auth.value("token", "") == "data") return next(Refusal("nope", {{"code", 42}}));
    if (auth.value("token", "") == "no") return next("Not authorized");
    if (auth.value("token", "") == "throw") throw std::runtime_error("secret");
    next();
  });
  nsp.on_connection([&](Socket&) { seen += "c"; });
  FakeSession client(stage.hub);
  client.say("0/mw,{\"token\":\"data\"}");
  CHECK(client.take() == "4/mw,{\"message\":\"nope\",\"data\":{\"code\":42}}");
  client.say("0/mw,{\"token\":\"no\"}");
  CHECK(client.take() == "4/mw,{\"message\":\"Not authorized\"}");
  client.say("0/mw,{\"token\":\"throw\"}");
  CHECK(client.take() == "4/mw,{\"message\":\"Internal error\"}");
  CHECK(stage.logged("secret"));
  CHECK(nsp.adapter().size_of("waiting-room") == 0);  // left again
  client.say("0/mw,{\"token\":\"yes\"}");
  CHECK(client.take().substr(0, 5) == "0/mw,");
  CHECK(nsp.adapter().size_of("waiting-room") == 1);
  CHECK(seen == "12121212c");
}

TEST_CASE("S7 a middleware may answer later, or too late", "[sio][sio5-connect]") {
  Stage stage;
  std::vector<Next> held;
  stage.root.use([&](Socket&, Next next) { held.push_back(next); });
  FakeSession client(stage.hub);
  client.say("0");
  CHECK(client.sent.empty());
  held[0]();
  CHECK(client.sent.size() == 1);
  held[0]("again");
  CHECK(client.sent.size() == 1);
  {
    FakeSession gone(stage.hub);
    gone.say("0");
  }
  stage.loop.settle();
  held[1]();
  held[1]("no");
  CHECK(stage.root.size() == 1);
  FakeSession eager(stage.hub);
  eager.say("0");
  eager.say("2[\"before the answer\"]");
  CHECK(eager.closed_with == "forced server close");
  held[2]();
}

TEST_CASE("S9 the handshake shows what the first request and CONNECT said", "[sio][sio5-connect]") {
  Stage stage;
  FakeSession client(stage.hub);
  client.first = sio::eio::Handshake({.headers = {{"user-agent", "test"},
                                                  {"via", "x"},
                                                  {"cookie", "a=1"},
                                                  {"via", "y"},
                                                  {"cookie", "b=2"}},
                                      .query = {{"EIO", "4"}, {"k", "v"}, {"k", "w"}, {"k", "x"}},
                                      .url = "/socket.io/?EIO=4&k=v",
                                      .address = "127.0.0.1",
                                      .issued = 1'795'335'919'000});
  Socket* seen = nullptr;
  stage.root.on_connection([&](Socket& socket) { seen = &socket; });
  client.say("0{\"token\":\"123\"}");
  REQUIRE(seen != nullptr);
  const Handshake& handshake = seen->handshake();
  CHECK(handshake.auth()["token"] == "123");
  CHECK(handshake.header("User-Agent") == "test");
  CHECK(handshake.header("absent").empty());
  CHECK(handshake.query("k") == "v");
  CHECK(handshake.url() == "/socket.io/?EIO=4&k=v");
  CHECK(handshake.address() == "127.0.0.1");
  CHECK(handshake.time() == "Sun Nov 22 2026 08:25:19 GMT+0000");
  CHECK(dump(handshake) == R"({"address":"127.0.0.1","auth":{"token":"123"},)"
                           R"("headers":{"cookie":"a=1; b=2","user-agent":"test","via":"x, y"},)"
                           R"("issued":1795335919000,"query":{"EIO":"4","k":["v","w","x"]},)"
                           R"("secure":false,"time":"Sun Nov 22 2026 08:25:19 GMT+0000",)"
                           R"("url":"/socket.io/?EIO=4&k=v","xdomain":false})");
  CHECK(seen->data().is_null());
  seen->data()["name"] = "spot";
  CHECK(stage.root.sockets()[0]->data()["name"] == "spot");
  CHECK(seen->nsp().name() == "/");
  CHECK(seen->id().size() == 20);
  CHECK(stage.root.find(seen->id()) == seen);
  FakeSession plain(stage.hub);
  plain.say("0");
  CHECK(dump(seen->handshake().auth()) == "{}");
}

TEST_CASE("S23 S26 disconnecting is told while the rooms are there, disconnect after",
          "[sio][sio5-disconnect]") {
  struct Row {
    const char* reason;
    std::function<void(FakeSession&, Socket&)> leave;
    bool open;
    std::vector<std::string> sent;
  };
  const Row rows[] = {
      {"client namespace disconnect", [](FakeSession& c, Socket&) { c.say("1"); }, true, {}},
      {"server namespace disconnect", [](FakeSession&, Socket& s) { s.disconnect(); }, true, {"1"}},
      {"server namespace disconnect",
       [](FakeSession&, Socket& s) { s.disconnect(true); },
       false,
       {"1", "1/b,"}},
      {"transport close", [](FakeSession& c, Socket&) { c.end("transport close"); }, false, {}},
      {"ping timeout", [](FakeSession& c, Socket&) { c.end("ping timeout"); }, false, {}},
      {"forced close", [](FakeSession& c, Socket&) { c.say("x"); }, false, {}},
      {"server shutting down", [](FakeSession&, Socket& s) { s.nsp().hub().close(); }, true, {}},
  };
  for (const Row& row : rows) {
    INFO(row.reason);
    Stage stage;
    stage.hub.of("/b");
    FakeSession client(stage.hub);
    std::vector<std::string> seen;
    Socket* socket = nullptr;
    stage.root.on_connection([&](Socket& made) {
      socket = &made;
      made.join("r");
      made.on("disconnecting", [&](const std::string& why) {
        CHECK(made.connected());
        seen.push_back("disconnecting " + why + " " + std::to_string(made.rooms().size()));
        made.disconnect();  // already on its way
      });
      made.on("disconnect", [&](const std::string& why) {
        seen.push_back("disconnect " + why + " " + std::to_string(made.rooms().size()));
        CHECK_FALSE(made.connected());
        CHECK_FALSE(made.join("late"));
        CHECK_FALSE(made.emit("late"));
        made.disconnect(true);
      });
      made.on("e", [&] { seen.push_back("heard"); });
    });
    client.join();
    client.join("/b");
    client.sent.clear();
    row.leave(client, *socket);
    client.say("2/b,[\"e\"]");
    const std::string why(row.reason);
    CHECK(seen ==
          std::vector<std::string>{"disconnecting " + why + " 2", "disconnect " + why + " 0"});
    CHECK(client.sent == row.sent);
    CHECK(stage.root.adapter().size_of("r") == 0);
    if (row.open && why != "server shutting down") CHECK(client.open());
  }
}

TEST_CASE("S23 disconnecting and disconnect tell a detail, empty where there is none",
          "[sio][sio5-disconnect]") {
  for (const std::string& detail : {std::string(), std::string("poll connection closed")}) {
    Stage stage;
    FakeSession client(stage.hub);
    std::vector<std::string> seen;
    stage.root.on_connection([&](Socket& socket) {
      for (const char* event : {"disconnecting", "disconnect"})
        socket.on(event, [&seen, event](const std::string& why, const std::string& how) {
          seen.push_back(std::string(event) + ": " + why + ": " + how);
        });
    });
    client.join();
    client.end("transport close", detail);
    CHECK(seen == std::vector<std::string>{"disconnecting: transport close: " + detail,
                                           "disconnect: transport close: " + detail});
  }
}

TEST_CASE("limits: namespaces of a connection, rooms of a socket", "[sio][limits]") {
  HubOptions options;
  options.max_namespaces = 2;
  options.max_rooms = 3;
  Stage stage(options);
  for (const char* name : {"/a", "/b", "/c"}) stage.hub.of(name);
  FakeSession client(stage.hub);
  std::string error;
  stage.root.on_connection([&](Socket& socket) {
    socket.on("error", [&](const Error& e) { error = e.message; });
    CHECK(socket.join({"1", "2", "3"}));
    CHECK_FALSE(socket.join("1"));
    CHECK(error.empty());
    CHECK_FALSE(socket.join("4"));
    CHECK(error == "too many rooms");
    CHECK(socket.rooms().size() == 4);  // its own costs nothing
    socket.leave("1");
    CHECK(socket.join("4"));
  });
  client.join();
  client.join("/a");
  client.say("0/b,");
  CHECK(client.take() == "4/b,{\"message\":\"Too many namespaces\"}");
  CHECK(client.open());
  client.say("1/a,");
  CHECK(client.join("/b").size() == 20);
}

TEST_CASE("io.on knows the connection, and nothing else", "[sio]") {
  Stage stage;
  int made = 0;
  stage.root.on("connection", [&](Socket&) { ++made; });
  stage.root.on("connect", [&](Socket&) { ++made; });
  CHECK_THROWS_AS(stage.root.on("connections", [](Socket&) {}), std::invalid_argument);
  FakeSession client(stage.hub);
  client.join();
  CHECK(made == 2);
}
