// Rooms and broadcasts: who hears what, how often, and what it costs.
#include "sio/rooms.h"

#include <algorithm>
#include <random>
#include <set>

#include "sio/hub.h"
#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;
using test::Stage;

namespace {

// Five sockets by name: a b in "x", b c in "y", all but e in "z".
struct Crowd : Stage {
  Crowd() {
    root.on_connection([this](Socket& socket) { sockets.push_back(&socket); });
    for (FakeSession* client : {&a, &b, &c, &d, &e}) client->join();
    for (int i : {0, 1}) sockets[static_cast<std::size_t>(i)]->join("x");
    for (int i : {1, 2}) sockets[static_cast<std::size_t>(i)]->join("y");
    for (int i : {0, 1, 2, 3}) sockets[static_cast<std::size_t>(i)]->join("z");
  }
  std::string heard() {  // who got what since the last call, each as often as it came
    std::string names;
    const char* name = "abcde";
    for (FakeSession* client : {&a, &b, &c, &d, &e}) {
      names.append(client->sent.size(), *name++);
      client->sent.clear();
    }
    return names;
  }
  std::vector<Socket*> sockets;
  FakeSession a{hub}, b{hub}, c{hub}, d{hub}, e{hub};
};

}  // namespace

TEST_CASE("S15 broadcasts reach the union of rooms, less the exceptions, each once",
          "[sio][rooms]") {
  Crowd crowd;
  Namespace& io = crowd.root;
  Socket& a = *crowd.sockets[0];
  const std::pair<std::function<void()>, const char*> rows[] = {
      {[&] { io.emit("e"); }, "abcde"},
      {[&] { io.to("x").emit("e"); }, "ab"},
      {[&] { io.in("y").emit("e"); }, "bc"},
      {[&] { io.to("x").to("y").emit("e"); }, "abc"},
      {[&] {
         io.to({"x", "y"}).emit("e");
       },
       "abc"},
      {[&] {
         io.to({"x", "y", "z"}).except("y").emit("e");
       },
       "ad"},
      {[&] { io.except("z").emit("e"); }, "e"},
      {[&] {
         io.except({"x", "y"}).emit("e");
       },
       "de"},
      {[&] { io.to("nowhere").emit("e"); }, ""},
      {[&] { a.broadcast().emit("e"); }, "bcde"},
      {[&] { a.to("x").emit("e"); }, "b"},
      {[&] { a.to("y").to("x").emit("e"); }, "bc"},
      {[&] { a.except("y").emit("e"); }, "de"},
      {[&] { a.in(std::string("z")).except("y").emit("e"); }, "d"},
      {[&] { io.to(std::string(crowd.sockets[4]->id())).emit("e"); }, "e"},
      {[&] { a.to(std::string(a.id())).emit("e"); }, ""},
      {[&] { io.except(std::string(a.id())).emit("e"); }, "bcde"},
      {[&] { io.local().compress(false).emit("e"); }, "abcde"},
      {[&] { io.to(std::vector<std::string>{}).emit("e"); }, "abcde"},
  };
  crowd.heard();
  int row = 0;
  for (const auto& [emit, expected] : rows) {
    emit();
    INFO("row " << row++);
    CHECK(crowd.heard() == expected);
  }
}

TEST_CASE("S15 a chain is a value: it can be kept, and made longer without changing",
          "[sio][rooms]") {
  Crowd crowd;
  crowd.heard();
  const Broadcast x = crowd.root.to("x");
  const Broadcast xy = x.to("y");
  const Broadcast not_b = x.except("y");
  x.emit("e");
  CHECK(crowd.heard() == "ab");
  xy.emit("e");
  CHECK(crowd.heard() == "abc");
  not_b.emit("e");
  CHECK(crowd.heard() == "a");
}

TEST_CASE("S32 a broadcast is encoded once, with its attachments behind it", "[sio][rooms]") {
  Crowd crowd;
  crowd.heard();
  crowd.root.emit("e", std::vector<std::uint8_t>{7});
  CHECK(crowd.c.sent ==
        std::vector<std::string>{"51-[\"e\",{\"_placeholder\":true,\"num\":0}]", "b:\x07"});
  CHECK(crowd.c.shared == 2);
  CHECK(crowd.a.sent == crowd.e.sent);
}

TEST_CASE("S14 rooms are joined and left at once, and end with their last member", "[sio][rooms]") {
  Crowd crowd;
  Adapter& rooms = crowd.root.adapter();
  Socket& a = *crowd.sockets[0];
  CHECK(rooms.size_of("x") == 2);
  CHECK(a.rooms() == std::vector<std::string>{std::string(a.id()), "x", "z"});
  CHECK_FALSE(a.join("x"));
  CHECK(a.leave("x"));
  CHECK_FALSE(a.leave("x"));
  CHECK(rooms.size_of("x") == 1);
  crowd.b.say("1");
  CHECK(rooms.size_of("x") == 0);
  CHECK(rooms.size_of("z") == 3);
  CHECK(rooms.size_of(a.id()) == 1);
  CHECK(a.leave(a.id()));
  CHECK(rooms.size_of(a.id()) == 0);
  CHECK(a.join(std::string(a.id())));
  CHECK(crowd.sockets[2]->join(std::string(a.id())));  // somebody else's own room
  crowd.heard();
  crowd.root.to(std::string(a.id())).emit("e");
  CHECK(crowd.heard() == "ac");
}

TEST_CASE("S14 joining and leaving at random keeps both lists in step", "[sio][rooms][property]") {
  Crowd crowd;
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::vector<std::set<std::string>> model(5);
  for (Socket* socket : crowd.sockets)
    for (const char* room : {"x", "y", "z"}) socket->leave(room);
  for (int round = 0; round < 3000; ++round) {
    const std::size_t who = random() % 5;
    const std::string room(1, static_cast<char>('A' + random() % 6));
    if (random() % 2 == 0) {
      CHECK(crowd.sockets[who]->join(room) == model[who].insert(room).second);
    } else {
      CHECK(crowd.sockets[who]->leave(room) == (model[who].erase(room) != 0));
    }
    const auto expected = static_cast<std::size_t>(std::count_if(
        model.begin(), model.end(), [&](const auto& rooms) { return rooms.count(room) != 0; }));
    REQUIRE(crowd.root.adapter().size_of(room) == expected);
    REQUIRE(crowd.sockets[who]->rooms().size() == model[who].size() + 1);
  }
}

TEST_CASE("S17 whole groups join, leave and are disconnected", "[sio][rooms]") {
  Crowd crowd;
  crowd.root.to("x").sockets_join("new");
  CHECK(crowd.root.adapter().size_of("new") == 2);
  crowd.root.sockets_leave({"new", "z"});
  CHECK(crowd.root.adapter().size_of("z") == 0);
  CHECK(crowd.root.in("y").sockets().size() == 2);
  crowd.heard();
  crowd.root.in("y").disconnect_sockets();
  CHECK(crowd.heard() == "bc");  // their `1`
  CHECK(crowd.root.size() == 3);
  crowd.root.disconnect_sockets(true);
  CHECK(crowd.root.size() == 0);
  CHECK(crowd.b.open());
  CHECK_FALSE(crowd.a.open());
}

TEST_CASE("S16 answers to a broadcast are gathered until all came or time is up",
          "[sio][rooms][sio5-ack]") {
  Crowd crowd;
  std::vector<std::string> seen;
  const auto hear = [&](std::error_code error, const Json& responses) {
    seen.push_back(error.message() + dump(responses));
  };
  crowd.heard();
  crowd.root.to("x").timeout(1s).emit("q", 1, hear);
  const std::string asked = crowd.a.take();
  CHECK(asked == "20[\"q\",1]");
  crowd.c.say("30[\"was not asked\"]");
  crowd.a.say("30[\"A\"]");
  crowd.a.say("30[\"twice\"]");
  CHECK(seen.empty());
  crowd.b.say("30[{\"b\":1}]");
  CHECK(seen == std::vector<std::string>{"Success[\"A\",{\"b\":1}]"});
  crowd.root.to("x").timeout(1s).emit("q", hear);
  crowd.b.say("31[2]");
  crowd.loop.advance(1s);
  REQUIRE(seen.size() == 2);
  CHECK(seen[1] == "operation has timed out[2]");
  crowd.root.to("nowhere").timeout(1s).emit("q", hear);
  CHECK(seen.size() == 2);
  crowd.loop.advance(0s);
  crowd.loop.settle();
  REQUIRE(seen.size() == 3);
  CHECK(seen[2] == "Success[]");
}

TEST_CASE("handlers may do anything: leave, close, broadcast, end the hub's other clients",
          "[sio][life]") {
  Crowd crowd;
  Socket& a = *crowd.sockets[0];
  a.on("me", [&] { a.disconnect(true); });
  a.on("all", [&] { crowd.root.disconnect_sockets(true); });
  a.on("disconnect", [&] { crowd.root.emit("bye", std::string(a.id())); });
  crowd.sockets[1]->on("kill", [&] { crowd.a.end("transport close"); });
  crowd.b.say("2[\"kill\"]");
  CHECK(crowd.root.size() == 4);
  crowd.loop.settle();
  Crowd second;
  Socket& first = *second.sockets[0];
  first.on("all", [&] { second.root.disconnect_sockets(true); });
  second.a.say("2[\"all\"]");
  CHECK(second.root.size() == 0);
  second.loop.settle();
  CHECK(second.hub.client_count() == 0);
}
