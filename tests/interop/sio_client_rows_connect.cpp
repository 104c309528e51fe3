// Connecting: shared managers, connect and disconnect, auth and query, namespaces, URLs.
#include "tests/interop/sio_client_rows.h"

using namespace strata;
using namespace strata::rows;

TEST_CASE("L1 namespaces of one server share its connection") {
  Stage stage;
  ClientSocket& one = stage.io(stage.url() + "/foo", quick());
  ClientSocket& two = stage.io(stage.url() + "/abc", quick());
  REQUIRE(stage.connected(one));
  REQUIRE(stage.connected(two));
  CHECK(&one.io() == &two.io());
  CHECK(stage.info(one)["conn"] == stage.info(two)["conn"]);
  CHECK(stage.info(one)["nsp"] == "/foo");
  CHECK(stage.info(two)["nsp"] == "/abc");
}

TEST_CASE("L1 the same namespace again, another query, another path: connections of their own") {
  Stage stage;
  ClientSocket& one = stage.io(stage.url() + "/foo", quick());
  ClientSocket& again = stage.io(stage.url() + "/foo", quick());
  ClientSocket& asked = stage.io(stage.url() + "/foo?woot=1", quick());
  ClientSocket& other = stage.io(stage.url() + "/foo", quick("/cookie"));
  std::vector<Json> connections;
  for (ClientSocket* socket : {&one, &again, &asked, &other}) {
    REQUIRE(stage.connected(*socket));
    const Json id = stage.info(*socket)["conn"];
    for (const Json& earlier : connections) CHECK(id != earlier);
    connections.push_back(id);
  }
  CHECK(stage.info(asked)["query"]["woot"] == "1");
}

TEST_CASE("L1 force_new and no multiplex: a connection of their own") {
  Stage stage;
  ClientSocket& one = stage.io(stage.url() + "/foo", quick());
  sio::ManagerOptions forced = quick();
  forced.force_new = true;
  ClientSocket& two = stage.io(stage.url() + "/abc", forced);
  sio::ManagerOptions alone = quick();
  alone.multiplex = false;
  ClientSocket& three = stage.io(stage.url() + "/asd", alone);
  for (ClientSocket* socket : {&one, &two, &three}) REQUIRE(stage.connected(*socket));
  CHECK(&one.io() != &two.io());
  CHECK(&one.io() != &three.io());
  CHECK(stage.info(one)["conn"] != stage.info(two)["conn"]);
}

TEST_CASE("L2 connects, with the id that the server knows, in each namespace") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    for (const char* nsp : {"/", "/foo"}) {
      ClientSocket& socket = manager.socket(nsp);
      CHECK_FALSE(socket.connected());
      CHECK(socket.id().empty());
      CHECK(socket.active());
      REQUIRE(stage.connected(socket));
      CHECK(stage.info(socket)["id"] == socket.id());
    }
  }
}

TEST_CASE("L2 with auto_connect off nothing is opened until connect()") {
  Stage stage;
  seen("connection");
  sio::ManagerOptions options = quick();
  options.auto_connect = false;
  Manager manager = stage.manager(options);
  ClientSocket& socket = manager.socket();
  CHECK_FALSE(socket.active());
  stage.pass(50ms);
  CHECK(manager.state() == Manager::State::closed);
  CHECK(seen("connection").empty());
  socket.connect();
  CHECK(socket.active());
  REQUIRE(stage.connected(socket));
  socket.close();
  CHECK_FALSE(socket.connected());
  socket.open();
  REQUIRE(stage.connected(socket));
}

TEST_CASE("L2 L15 each namespace is asked for once, and left, in order") {
  Stage stage;
  seen("wire");
  sio::ManagerOptions options = quick(websocket(), "/raw");
  options.auto_connect = false;
  Manager manager = stage.manager(options);
  ClientSocket& one = manager.socket("/");
  ClientSocket& two = manager.socket("/foo");
  one.connect();
  one.connect();
  two.connect();
  REQUIRE(stage.connected(one));
  REQUIRE(stage.connected(two));
  one.connect();
  one.disconnect();
  two.disconnect();
  Json wire = Json::array();
  CHECK(stage.until([&] {
    for (const Json& packet : seen("wire")) wire.push_back(packet);
    return wire.size() >= 4;
  }));
  CHECK(sio::dump(wire) == R"(["0","0/foo,","1","1/foo,"])");
}

TEST_CASE("L2 disconnect() and connect() at once: one disconnect, and it is back", "[not-python]") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    ears.listen(socket);
    REQUIRE(stage.connected(socket));
    socket.disconnect().connect();
    REQUIRE(stage.connected(socket));
    stage.fence(socket);
    CHECK(ears.words() == "connect; disconnect io client disconnect; connect");
  }
}

TEST_CASE("L2 a disconnect while it is opening is not told, and nothing comes back") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Ears ears;
    Manager manager = stage.manager(quick(way));
    ClientSocket& socket = manager.socket();
    ears.listen(socket);
    socket.disconnect();
    CHECK_FALSE(socket.active());
    Manager witness = stage.manager(quick(way));
    REQUIRE(stage.connected(witness.socket()));
    stage.fence(witness.socket());
    CHECK(ears.words().empty());
    CHECK(manager.state() == Manager::State::closed);
  }
}

TEST_CASE("L4 a server that takes too long is a connect_error, timeout", "[not-python]") {
  Stage stage;
  for (const Way& way : {polling(), websocket()}) {
    INFO(way.name);
    Ears ears;
    sio::ManagerOptions options = quick(way, "/late");
    options.timeout = 30ms;
    options.reconnection = false;
    Manager manager = stage.manager(options);
    ears.listen(manager.socket());
    CHECK(stage.until([&] { return ears.count("connect_error") == 1; }));
    stage.pass(50ms);
    CHECK(ears.words() == "connect_error timeout");
    CHECK(manager.state() == Manager::State::closed);
  }
}

TEST_CASE("L4 no time at all fails at once, no limit waits", "[not-python]") {
  Stage stage;
  Ears ears;
  sio::ManagerOptions none = quick();
  none.timeout = 0ms;
  none.reconnection = false;
  Manager manager = stage.manager(none);
  ears.listen(manager.socket());
  CHECK(stage.until([&] { return !ears.all.empty(); }));
  CHECK(ears.words() == "connect_error timeout");

  sio::ManagerOptions patient = quick("/late");
  patient.timeout.reset();
  Manager waiting = stage.manager(patient);
  CHECK(stage.connected(waiting.socket()));
}

TEST_CASE("L5 auth is an object, for each namespace its own") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& one = manager.socket("/", {.auth = {{"token", "abc"}}});
    ClientSocket& two = manager.socket("/foo", {.auth = {{"token", "def"}, {"n", 1}}});
    ClientSocket& three = manager.socket("/abc");
    for (ClientSocket* socket : {&one, &two, &three}) REQUIRE(stage.connected(*socket));
    CHECK(sio::dump(stage.info(one)["auth"]) == R"({"token":"abc"})");
    CHECK(sio::dump(stage.info(two)["auth"]) == R"({"n":1,"token":"def"})");
    CHECK(sio::dump(stage.info(three)["auth"]) == "{}");
  }
}

TEST_CASE("L5 auth is a function, asked anew for each CONNECT, and may answer later") {
  Stage stage;
  int asked = 0;
  Manager manager = stage.manager();
  ClientSocket& socket = manager.socket("/", {.auth = [&asked] {
                                          return Json{{"asked", ++asked}};
                                        }});
  REQUIRE(stage.connected(socket));
  CHECK(stage.info(socket)["auth"]["asked"] == 1);
  server().ask("cut");
  REQUIRE(stage.until([&] { return asked == 2 && socket.connected(); }));
  CHECK(stage.info(socket)["auth"]["asked"] == 2);

  sio::SocketOptions later;
  later.auth = [&stage](const sio::AuthDone& done) {
    stage.loop.after(net::Duration(20ms), [done] { done({{"token", "abc"}}); });
  };
  ClientSocket& other = manager.socket("/token", later);
  CHECK(stage.connected(other));
}

TEST_CASE("L5 who is refused for its auth comes in with another") {
  Stage stage;
  Ears ears;
  Manager manager = stage.manager();
  ClientSocket& socket = manager.socket("/token");
  ears.listen(socket);
  REQUIRE(stage.until([&] { return !ears.all.empty(); }));
  CHECK(ears.words() == "connect_error no token");
  CHECK_FALSE(socket.active());
  socket.auth = Json{{"token", "abc"}};
  socket.connect();
  CHECK(stage.connected(socket));
}

TEST_CASE("L5 the query is the option's, else the URL's, encoded") {
  Stage stage;
  sio::ManagerOptions options = quick();
  options.query = {{"e", "f"}, {"&a", "&=?a"}};
  options.force_new = true;
  ClientSocket& one = stage.io(stage.url(), options);
  ClientSocket& two = stage.io(stage.url() + "/foo?c=d&g=h%20i", quick());
  for (ClientSocket* socket : {&one, &two}) REQUIRE(stage.connected(*socket));
  const Json first = stage.info(one)["query"];
  CHECK(first["e"] == "f");
  CHECK(first["&a"] == "&=?a");
  CHECK(first["EIO"] == "4");
  const Json second = stage.info(two)["query"];
  CHECK(second["c"] == "d");
  CHECK(second["g"] == "h i");
}

TEST_CASE(
    "L15 a namespace is joined when the connection is there already, and after it was closed") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& first = manager.socket("/");
    REQUIRE(stage.connected(first));
    ClientSocket& foo = manager.socket("/foo");
    REQUIRE(stage.connected(foo));
    CHECK(&manager.socket("/foo") == &foo);
    CHECK(stage.info(first)["conn"] == stage.info(foo)["conn"]);
    foo.disconnect();
    CHECK(first.connected());
    stage.fence(first);
    first.disconnect();
    REQUIRE(stage.until([&] { return manager.state() == Manager::State::closed; }));
    CHECK(stage.connected(manager.socket("/asd")));
  }
}

TEST_CASE("L15 one namespace comes while the other, alone until then, goes") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    Manager manager = stage.manager(quick(way));
    ClientSocket& foo = manager.socket("/foo");
    REQUIRE(stage.connected(foo));
    ClientSocket& asd = manager.socket("/asd");
    foo.disconnect();
    REQUIRE(stage.connected(asd));
    stage.fence(asd);
    CHECK_FALSE(foo.connected());
  }
}

TEST_CASE("L15 who leaves last closes the connection") {
  Stage stage;
  for (const Way& way : ways()) {
    INFO(way.name);
    ManagerEars heard;
    Manager manager = stage.manager(quick(way));
    heard.listen(manager);
    ClientSocket& one = manager.socket("/");
    ClientSocket& two = manager.socket("/foo");
    REQUIRE(stage.connected(one));
    REQUIRE(stage.connected(two));
    one.disconnect();
    stage.fence(two);
    CHECK(heard.words() == "open");
    two.disconnect();
    CHECK(stage.until([&] { return heard.all.size() == 2; }));
    stage.pass(60ms);
    CHECK(heard.words() == "open; close forced close");
  }
}

TEST_CASE("L17 a URL may name the scheme of WebSockets, a host, and nothing behind it") {
  Stage stage;
  const std::string place = stage.url().substr(std::string("http://").size());
  const std::string port = place.substr(place.find(':'));
  for (const std::string& url :
       {"http://" + place, "ws://" + place, "http://" + place + "/", "http://localhost" + port}) {
    INFO(url);
    sio::ManagerOptions options = quick();
    options.force_new = true;
    ClientSocket& socket = stage.io(url, options);
    REQUIRE(stage.connected(socket));
    CHECK(stage.info(socket)["nsp"] == "/");
  }
}

TEST_CASE("L17 the path of a URL is its namespace, its query is everybody's") {
  Stage stage;
  ClientSocket& foo = stage.io(stage.url() + "/foo?a=b", quick());
  REQUIRE(stage.connected(foo));
  const Json info = stage.info(foo);
  CHECK(info["nsp"] == "/foo");
  CHECK(info["query"]["a"] == "b");
}
