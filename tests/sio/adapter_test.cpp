// The adapter as a seam: two servers joined by an adapter of the test's own, and everything above
// it none the wiser.
#include "sio/adapter.h"

#include <thread>

#include "sio/remote_socket.h"
#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"
#include "tests/sio/linked_adapter.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;
using test::linked;
using test::LinkedAdapter;

namespace {

// Two servers on one loop, two clients at each: a b | c d.
struct Cluster {
  Cluster() {
    for (FakeSession* client : {&a, &b, &c, &d}) ids.push_back(client->join());
  }
  std::string heard() {
    std::string names;
    const char* name = "abcd";
    for (FakeSession* client : {&a, &b, &c, &d}) {
      names.append(client->sent.size(), *name++);
      client->sent.clear();
    }
    return names;
  }
  Socket& socket(int i) {
    const auto& id = ids[static_cast<std::size_t>(i)];
    return i < 2 ? *one.of("/").find(id) : *two.of("/").find(id);
  }
  LinkedAdapter::Group group;
  test::VirtualLoop loop;
  Hub one{loop, linked(group)}, two{loop, linked(group)};
  FakeSession a{one}, b{one}, c{two}, d{two};
  std::vector<std::string> ids;
};

}  // namespace

TEST_CASE("S31 broadcasts, rooms and exceptions reach other servers", "[sio][adapter]") {
  Cluster cluster;
  Namespace& io = cluster.one.of("/");
  cluster.socket(1).join("x");
  cluster.socket(2).join("x");
  const std::pair<std::function<void()>, const char*> rows[] = {
      {[&] { io.emit("e"); }, "abcd"},
      {[&] { io.local().emit("e"); }, "ab"},
      {[&] { io.to("x").emit("e"); }, "bc"},
      {[&] { io.except("x").emit("e"); }, "ad"},
      {[&] { cluster.socket(0).broadcast().emit("e"); }, "bcd"},
      {[&] { cluster.socket(2).broadcast().emit("e"); }, "abd"},
      {[&] { cluster.socket(0).local().emit("e"); }, "b"},
      {[&] { io.to(cluster.ids[3]).emit("e"); }, "d"},
      {[&] { io.in("x").disconnect_sockets(); }, "bc"},
  };
  cluster.heard();
  for (const auto& [act, expected] : rows) {
    act();
    CHECK(cluster.heard() == expected);
  }
}

TEST_CASE("S16 S31 answers to a broadcast come from all servers", "[sio][adapter][sio5-ack]") {
  Cluster cluster;
  std::vector<std::string> seen;
  const auto hear = [&](std::error_code error, const Json& responses) {
    seen.push_back(error.message() + dump(responses));
  };
  cluster.heard();
  cluster.one.of("/").timeout(1s).emit("q", hear);
  cluster.a.say("30[1]");
  cluster.c.say("30[3]");
  cluster.c.say("30[33]");
  cluster.d.say("30[4]");
  CHECK(seen.empty());
  cluster.b.say("30[2]");
  CHECK(seen == std::vector<std::string>{"Success[1,3,4,2]"});
  cluster.one.of("/").timeout(1s).emit("q", hear);
  cluster.d.say("31[4]");
  cluster.loop.advance(1s);
  REQUIRE(seen.size() == 2);
  CHECK(seen[1] == "operation has timed out[4]");
  cluster.one.of("/").local().timeout(1s).emit("q", hear);
  cluster.a.say("32[1]");
  cluster.b.say("32[2]");
  REQUIRE(seen.size() == 3);
  CHECK(seen[2] == "Success[1,2]");
}

TEST_CASE("S17 sockets of all servers are found, spoken to, moved and disconnected",
          "[sio][adapter]") {
  Cluster cluster;
  cluster.socket(2).join("x");
  cluster.socket(2).data() = {{"name", "spot"}};
  std::vector<RemoteSocket> found;
  cluster.one.of("/").fetch_sockets(
      [&](std::error_code, const std::vector<RemoteSocket>& sockets) { found = sockets; });
  CHECK(found.empty());  // in a later turn
  cluster.loop.settle();
  REQUIRE(found.size() == 4);
  const RemoteSocket& c = found[2];
  CHECK(c.id() == cluster.ids[2]);
  CHECK(c.rooms() == std::vector<std::string>{cluster.ids[2], "x"});
  CHECK(c.data()["name"] == "spot");
  for (const char* member :
       {"headers", "time", "address", "xdomain", "secure", "issued", "url", "query", "auth"})
    CHECK(c.handshake().contains(member));
  cluster.heard();
  CHECK(c.emit("hello", 1));
  CHECK(cluster.c.take() == "2[\"hello\",1]");
  c.join("y");
  c.leave("x");
  CHECK(cluster.socket(2).rooms() == std::vector<std::string>{cluster.ids[2], "y"});
  std::string answer;
  c.timeout(1s).emit("q", [&](std::error_code, const Json& value) { answer = dump(value); });
  cluster.c.say("30[{\"one\":1}]");
  CHECK(answer == "{\"one\":1}");
  cluster.heard();
  c.disconnect(true);
  CHECK_FALSE(cluster.c.open());
  CHECK(cluster.heard() == "c");
  CHECK(c.emit("nobody"));  // it is gone: nothing happens
  CHECK(cluster.heard().empty());
}

TEST_CASE("S18 servers speak to each other's namespace", "[sio][adapter]") {
  Cluster cluster;
  std::string seen;
  const auto hear = [&](const char* name) {
    return [&seen, name](const Args& args, const ServerAnswer& answer) {
      seen += name + dump(args.to_json()) + " ";
      answer(std::string(name));
      answer("twice");
    };
  };
  cluster.one.of("/").on_server_side_emit("hello", hear("one"));
  cluster.two.of("/").on_server_side_emit("hello", hear("two"));
  cluster.one.of("/").server_side_emit("hello", 1, "b");
  CHECK(seen == "two[1,\"b\"] ");
  std::string answers;
  cluster.two.of("/").server_side_emit(
      "hello", [&](std::error_code, const Json& all) { answers = dump(all); });
  CHECK(answers == "[\"one\"]");
  cluster.two.of("/").server_side_emit("unknown", 1);
  CHECK_THROWS_AS(cluster.two.of("/").server_side_emit("connection", 1), std::invalid_argument);
}

TEST_CASE("S18 an adapter in memory has nobody to tell", "[sio][adapter]") {
  test::Stage stage;
  std::string answers;
  stage.root.server_side_emit("hello", 1);
  CHECK(stage.logged("server_side_emit"));
  stage.root.server_side_emit("hello",
                              [&](std::error_code, const Json& all) { answers = dump(all); });
  CHECK(answers == "[]");
}

TEST_CASE("S31 rooms are told of as they come and go, each once", "[sio][adapter]") {
  test::Stage stage;
  std::string seen;
  Adapter& adapter = stage.root.adapter();
  for (const char* event : {"create-room", "delete-room"})
    adapter.on(event, [&seen, event](std::string_view room) {
      seen += std::string(event) + ":" + std::string(room.substr(0, 4)) + " ";
    });
  for (const char* event : {"join-room", "leave-room"})
    adapter.on(event, [&seen, event](std::string_view room, std::string_view) {
      seen += std::string(event) + ":" + std::string(room.substr(0, 4)) + " ";
    });
  FakeSession a(stage.hub), b(stage.hub);
  const std::string id = a.join().substr(0, 4);
  CHECK(seen == "create-room:" + id + " join-room:" + id + " ");
  b.join();
  Socket& first = *stage.root.sockets()[0];
  Socket& second = *stage.root.sockets()[1];
  seen.clear();
  first.join("room");
  first.join("room");
  second.join("room");
  CHECK(seen == "create-room:room join-room:room join-room:room ");
  seen.clear();
  second.leave("room");
  second.leave("room");
  CHECK(seen == "leave-room:room ");
  seen.clear();
  a.end("transport close");
  CHECK(seen.find("leave-room:room delete-room:room") != std::string::npos);
  CHECK(seen.find("delete-room:" + id) != std::string::npos);
}

TEST_CASE("S21 a middleware of a socket may answer later, from any thread", "[sio][handlers]") {
  test::Stage stage;
  FakeSession a(stage.hub);
  a.join();
  Socket& socket = *stage.root.sockets()[0];
  std::vector<SocketNext> held;
  std::string seen;
  socket.use([&](std::string_view event, const Args&, const SocketNext& next) {
    if (event == "now") return next();
    held.push_back(next);
  });
  socket.use([&](std::string_view, const Args& args, const SocketNext& next) {
    seen += "second:" + std::to_string(args.size()) + " ";
    next();
    next("too late");
  });
  socket.on("later", [&](const std::string& text, Bytes bytes, Ack ack) {
    seen += text + std::to_string(bytes.size()) + " ";
    ack("done");
  });
  socket.on("now", [&] { seen += "now "; });
  socket.on_error([&](const Error& error) { seen += error.message + " "; });
  a.say("51-7[\"later\",\"te\\u0078t\",{\"_placeholder\":true,\"num\":0}]");
  a.say_binary("abc");
  a.say("2[\"now\"]");
  CHECK(seen == "second:0 now ");
  seen.clear();
  a.sent.clear();
  REQUIRE(held.size() == 1);
  SECTION("here") { held[0](); }
  SECTION("from a thread") {
    std::thread([&] { held[0](); }).join();
    stage.loop.settle();
  }
  SECTION("with a no") {
    held[0]("refused");
    CHECK(seen == "refused ");
    return;
  }
  SECTION("when the socket is gone") {
    a.end("transport close");
    stage.loop.settle();
    held[0]();
    CHECK(seen.empty());
    return;
  }
  CHECK(seen == "second:2 text3 ");
  CHECK(a.take() == "37[\"done\"]");
  held[0]();
  CHECK(seen == "second:2 text3 ");
}
