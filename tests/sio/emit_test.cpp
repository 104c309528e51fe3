// emit in every form that must compile, and what each puts on the wire; answers both ways.
#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;
using test::Stage;

namespace {

struct Point {
  int x = 0;
  int y = 0;
};
void to_json(Json& json, const Point& point) { json = Json{{"x", point.x}, {"y", point.y}}; }

struct Scene : Stage {
  explicit Scene(HubOptions options = {}) : Stage(options) {
    root.on_connection([this](Socket& made) {
      socket = &made;
      made.on("error", [this](const Error& error) { errors.push_back(error); });
    });
    client.join();
  }
  std::string wire() { return client.take(); }
  Socket* socket = nullptr;
  std::vector<Error> errors;
  FakeSession client{hub};
};

}  // namespace

TEST_CASE("emit takes any values, and braces", "[sio][emit]") {
  Scene s;
  Socket& socket = *s.socket;
  const Json fixed = {{"a", 1}};
  Json changing = fixed;
  const std::vector<std::uint8_t> bytes{1, 2};
  std::vector<std::pair<std::function<bool()>, const char*>> rows = {
      {[&] { return socket.emit("e"); }, "2[\"e\"]"},
      {[&] { return socket.emit("e", 1); }, "2[\"e\",1]"},
      {[&] { return socket.emit("e", "x", 1.0, true, nullptr, -0.5f); },
       "2[\"e\",\"x\",1,true,null,-0.5]"},
      {[&] { return socket.emit("e", std::string("x"), std::string_view("y")); },
       "2[\"e\",\"x\",\"y\"]"},
      {[&] {
         return socket.emit("e", {{"name", "spot"}});
       },
       "2[\"e\",{\"name\":\"spot\"}]"},
      {[&] {
         return socket.emit("e", {1, 2});
       },
       "2[\"e\",[1,2]]"},
      {[&] {
         return socket.emit("e", {{"a", 1}}, {{"b", 2}});
       },
       "2[\"e\",{\"a\":1},{\"b\":2}]"},
      {[&] {
         return socket.emit("e", {{"a", 1}}, 5);
       },
       "2[\"e\",{\"a\":1},5]"},
      {[&] {
         return socket.emit("e", 5, {{"a", 1}});
       },
       "2[\"e\",5,{\"a\":1}]"},
      {[&] { return socket.emit("e", fixed); }, "2[\"e\",{\"a\":1}]"},
      {[&] { return socket.emit("e", changing, fixed, 1); }, "2[\"e\",{\"a\":1},{\"a\":1},1]"},
      {[&] { return socket.emit("e", Json::object(), Json::array()); }, "2[\"e\",{},[]]"},
      {[&] {
         return socket.emit("e", Point{1, 2});
       },
       "2[\"e\",{\"x\":1,\"y\":2}]"},
      {[&] {
         return socket.emit("e", std::vector<Point>{{1, 2}});
       },
       "2[\"e\",[{\"x\":1,\"y\":2}]]"},
      {[&] {
         return socket.emit("e", std::map<std::string, int>{{"k", 1}});
       },
       "2[\"e\",{\"k\":1}]"},
      {[&] { return socket.emit("e", std::optional<int>(), std::optional<int>(3)); },
       "2[\"e\",null,3]"},
      {[&] {
         return socket.emit("e", std::vector<bool>{true, false});
       },
       "2[\"e\",[true,false]]"},
      {[&] { return socket.emit("e\"\n", "\xff"); }, "2[\"e\\\"\\n\",\"\xef\xbf\xbd\"]"},
      {[&] { return socket.emit("e", 18446744073709551615u, std::int8_t{-1}); },
       "2[\"e\",18446744073709551615,-1]"},
      {[&] { return socket.send("hello"); }, "2[\"message\",\"hello\"]"},
      {[&] {
         return socket.send({{"a", 1}});
       },
       "2[\"message\",{\"a\":1}]"},
      {[&] {
         return socket.emit("e", {{"a", 1}}, [](int) {});
       },
       "20[\"e\",{\"a\":1}]"},
      {[&] { return socket.emit("e", {1}, [](const Json&) {}); }, "21[\"e\",[1]]"},
      {[&] { return socket.emit("e", [] {}); }, "22[\"e\"]"},
      {[&] { return socket.emit("e", 1, fixed, [](const Args&) {}); }, "23[\"e\",1,{\"a\":1}]"},
      {[&] {
         return socket.compress(false).emit("e", {{"a", 1}});
       },
       "2[\"e\",{\"a\":1}]"},
      {[&] { return socket.volatile_().emit("e"); }, "2[\"e\"]"},
      {[&] { return socket.emit("e", bytes, 1); },
       "51-[\"e\",{\"_placeholder\":true,\"num\":0},1]"},
      {[&] {
         return socket.emit("e", {{"a", 1}}, bytes);
       },
       "51-[\"e\",{\"a\":1},{\"_placeholder\":true,\"num\":0}]"},
      {[&] {
         return socket.emit("e", std::vector<std::byte>{std::byte{9}}, {{"a", 1}});
       },
       "51-[\"e\",{\"_placeholder\":true,\"num\":0},{\"a\":1}]"},
      {[&] { return socket.emit("e", fixed, bytes); },
       "51-[\"e\",{\"a\":1},{\"_placeholder\":true,\"num\":0}]"},
      {[&] { return socket.emit("e", bytes, changing); },
       "51-[\"e\",{\"_placeholder\":true,\"num\":0},{\"a\":1}]"},
      {[&] { return socket.emit("e", {1}, Bytes(bytes)); },
       "51-[\"e\",[1],{\"_placeholder\":true,\"num\":0}]"},
  };
  for (const auto& [emit, expected] : rows) {
    s.client.sent.clear();
    CHECK(emit());
    CHECK(s.wire() == expected);
  }
  CHECK(s.wire() == "b:\x01\x02");
}

TEST_CASE("P4 reserved names are refused where they are emitted", "[sio][emit]") {
  Scene s;
  s.client.sent.clear();
  for (const char* name : {"connect", "connect_error", "disconnect", "disconnecting", "newListener",
                           "removeListener"}) {
    CHECK_THROWS_WITH(s.socket->emit(name),
                      '"' + std::string(name) + "\" is a reserved event name");
    CHECK_THROWS_AS(s.root.emit(name, 1), std::invalid_argument);
    CHECK_THROWS_AS(s.socket->broadcast().emit(name, {{"a", 1}}), std::invalid_argument);
  }
  CHECK(s.client.sent.empty());
}

TEST_CASE("S10 an event is acknowledged once, with any values", "[sio][emit][sio5-ack]") {
  Scene s;
  s.client.sent.clear();
  s.socket->on("none", [](Ack ack) { ack(); });
  s.socket->on("braces", [](const Ack& ack) { ack({{"ok", true}}); });
  s.socket->on("echo", [](const Args& args, Ack ack) {
    CHECK(ack);
    ack(args);
    CHECK_FALSE(ack);
    CHECK_FALSE(ack("again"));
  });
  s.socket->on("two", [](Ack ack) { ack(1, {{"a", 2}}); });
  s.socket->on("octets", [](Ack ack) { ack({{"a", 1}}, std::vector<std::uint8_t>{'x'}); });
  s.socket->on("two", [](Ack ack) { CHECK_FALSE(ack("late")); });  // one answer for all handlers
  s.client.say("20[\"none\"]");
  s.client.say("21[\"braces\"]");
  s.client.say("29007199254740991[\"echo\",{\"b\":1.0,\"a\":2}]");
  s.client.say("22[\"two\"]");
  s.client.say("23[\"octets\"]");
  s.client.say("2[\"none\"]");  // nobody asked
  s.client.say("51-7[\"echo\",{\"_placeholder\":true,\"num\":0}]");
  s.client.say_binary("xyz");
  const std::vector<std::string> expected = {"30[]",
                                             "31[{\"ok\":true}]",
                                             "39007199254740991[{\"b\":1.0,\"a\":2}]",
                                             "32[1,{\"a\":2}]",
                                             "61-3[{\"a\":1},{\"_placeholder\":true,\"num\":0}]",
                                             "b:x",
                                             "61-7[{\"_placeholder\":true,\"num\":0}]",
                                             "b:xyz"};
  CHECK(s.client.sent == expected);
}

TEST_CASE("an Ack that nobody asked for does nothing", "[sio][emit][sio5-ack]") {
  Scene s;
  s.client.sent.clear();
  bool asked = true;
  s.socket->on("e", [&](Ack ack) {
    asked = static_cast<bool>(ack);
    CHECK_FALSE(ack("x"));
  });
  s.client.say("2[\"e\"]");
  CHECK_FALSE(asked);
  CHECK(s.client.sent.empty());
  CHECK_FALSE(Ack()());
}

TEST_CASE("an Ack may be kept, beyond its socket and its hub", "[sio][emit][sio5-ack]") {
  Ack kept;
  Ack in_time;
  {
    Scene s;
    s.socket->on("e", [&](Ack ack) { (in_time ? kept : in_time) = ack; });
    s.client.say("21[\"e\"]");
    s.client.say("22[\"e\"]");
    s.client.sent.clear();
    s.loop.settle();
    CHECK(in_time("later"));
    CHECK(s.wire() == "31[\"later\"]");
    s.client.say("1");
    CHECK_FALSE(kept("after disconnect"));
    CHECK(s.client.sent.empty());
    CHECK_FALSE(kept);
  }
  CHECK_FALSE(kept("after everything"));
}

TEST_CASE("S11 answers find who asked, decoded as the callback says", "[sio][emit][sio5-ack]") {
  Scene s;
  std::string seen;
  s.socket->emit("a",
                 [&](int x, std::string_view y) { seen += std::to_string(x) + std::string(y); });
  s.socket->emit("b", [&](Bytes bytes) { seen += net::as_text(bytes); });
  s.socket->emit("c", [&](int) { seen += "never"; });
  s.client.say("399[\"nobody asked\"]");
  s.client.say("3[\"no id\"]");
  s.client.say("30[1,\"x\"]");
  s.client.say("30[2,\"twice\"]");
  s.client.say("61-1[{\"_placeholder\":true,\"num\":0}]");
  s.client.say_binary("raw");
  CHECK(seen == "1xraw");
  CHECK(s.errors.empty());
  s.client.say("32[\"no number\"]");
  CHECK(seen == "1xraw");
  REQUIRE(s.errors.size() == 1);
  CHECK(s.errors[0].event == "ack");
  CHECK(s.errors[0].found == "string");
  CHECK(s.client.open());
}

TEST_CASE("S11 an answer that takes too long is an error, an answer in time is none",
          "[sio][emit][sio5-ack]") {
  Scene s;
  std::vector<std::string> seen;
  const auto ask = [&](net::Duration limit) {
    s.socket->timeout(limit).emit("q", 1, [&](std::error_code error, std::optional<int> x) {
      seen.push_back(error.message() + "/" + (x ? std::to_string(*x) : "-") +
                     (error == std::errc::timed_out ? "!" : ""));
    });
  };
  ask(100ms);
  s.loop.advance(99ms);
  CHECK(seen.empty());
  s.loop.advance(1ms);
  CHECK(seen == std::vector<std::string>{"operation has timed out/-!"});
  s.client.say("30[5]");  // too late
  CHECK(seen.size() == 1);
  ask(100ms);
  s.client.say("31[5]");
  s.loop.advance(200ms);
  CHECK(seen.size() == 2);
  CHECK(seen[1] == "Success/5");
  ask(100ms);
  s.client.say("32[\"x\"]");
  CHECK(seen.size() == 3);
  CHECK(s.errors.size() == 1);
}

TEST_CASE(
    "S11 who leaves and owes answers: those with a time limit are errors, others are not told",
    "[sio][emit][sio5-ack]") {
  Scene s;
  std::vector<std::string> seen;
  s.socket->on("disconnect", [&] { seen.push_back("disconnect"); });
  s.socket->timeout(100ms).emit("q", [&](std::error_code error, std::optional<int> x) {
    CHECK(error == std::errc::not_connected);
    CHECK_FALSE(x);
    CHECK_FALSE(s.socket->connected());  // it is still there
    seen.push_back(error.message());
  });
  s.socket->timeout(100ms).emit("q", [&](std::error_code) {
    seen.push_back("threw");
    throw std::runtime_error("of a callback");
  });
  s.socket->timeout(100ms).emit("q", [&](std::error_code) { seen.push_back("last"); });
  s.socket->emit("q", [&] { seen.push_back("no limit"); });
  s.client.say("1");
  const std::vector<std::string> all{"disconnect", "socket has been disconnected", "threw", "last"};
  CHECK(seen == all);
  REQUIRE(s.errors.size() == 1);
  CHECK(s.errors[0].message == "of a callback");
  s.loop.advance(1s);  // no timer fires
  CHECK(seen == all);
}

TEST_CASE("answers awaited are counted", "[sio][emit][sio5-ack]") {
  HubOptions options;
  options.max_acks = 3;
  Scene s(options);
  for (int i = 0; i < 3; ++i) CHECK(s.socket->emit("q", [] {}));
  s.client.sent.clear();
  CHECK_FALSE(s.socket->emit("q", [] {}));
  CHECK(s.client.sent.empty());
  REQUIRE(s.errors.size() == 1);
  CHECK(s.errors[0].message == "too many answers are awaited");
  s.client.say("31[]");
  CHECK(s.socket->emit("q", [] {}));
}

TEST_CASE("S12 volatile is dropped while the session cannot write", "[sio][emit]") {
  Scene s;
  s.client.sent.clear();
  s.client.writes = false;
  CHECK_FALSE(s.socket->volatile_().emit("v", std::vector<std::uint8_t>{1}));
  CHECK(s.client.sent.empty());  // all parts or none
  CHECK(s.socket->emit("e"));
  s.root.volatile_().emit("v");
  CHECK(s.client.sent.size() == 1);
  s.client.writes = true;
  s.root.volatile_().emit("v");
  CHECK(s.client.sent.size() == 2);
}

TEST_CASE("a SocketRef of a socket that is gone does nothing", "[sio][emit]") {
  SocketRef ref;
  CHECK_FALSE(ref.emit("e"));
  {
    Scene s;
    ref = s.socket->ref();
    s.client.sent.clear();
    CHECK(ref.emit("e", {{"a", 1}}));
    CHECK(ref.join("room"));
    CHECK(s.socket->rooms().size() == 2);
    CHECK(s.wire() == "2[\"e\",{\"a\":1}]");
    CHECK(ref.get() == s.socket);
    CHECK(ref.disconnect());
    CHECK(ref.get() == nullptr);
    CHECK_FALSE(ref.emit("e"));
    FakeSession other(s.hub);
    other.join();  // in the same slot
    CHECK(s.socket->ref().slot() == ref.slot());
    CHECK_FALSE(ref.emit("e"));
    CHECK(other.sent.empty());
  }
  CHECK_FALSE(ref.emit("e"));
}

TEST_CASE("a bracket in a namespace's name is not taken for the payload", "[sio][emit]") {
  Scene s;
  std::string seen;
  s.hub.of("/[1]").on_connection([&](Socket& socket) {
    socket.on_any_outgoing([&](std::string_view event, const Args& args) {
      seen = std::string(event) + dump(args.to_json());
    });
    socket.emit("a", 1);
  });
  s.client.join("/[1]");
  CHECK(seen == "a[1]");
}

TEST_CASE("S20 outgoing catch-alls see what is sent, broadcasts too", "[sio][emit]") {
  Scene s;
  std::vector<std::string> seen;
  const auto id = s.socket->on_any_outgoing([&](std::string_view event, const Args& args) {
    seen.push_back(std::string(event) + dump(args.to_json()));
  });
  s.socket->prepend_any_outgoing([&](std::string_view, const Args&) { seen.push_back("first"); });
  s.socket->emit("a", 1, {{"b", 2}});
  s.root.emit("c", std::vector<std::uint8_t>{1});
  CHECK(seen == std::vector<std::string>{"first", "a[1,{\"b\":2}]", "first", "c[null]"});
  CHECK(s.socket->off_any_outgoing(id));
  CHECK(s.socket->off_any_outgoing());
  s.socket->emit("a");
  CHECK(seen.size() == 4);
}

TEST_CASE("S13 compress(false) reaches the transport, of one and of many", "[sio][emit]") {
  test::Stage stage;
  test::FakeSession a(stage.hub);
  const std::string id = a.join();
  Socket& socket = *stage.root.find(id);
  const std::vector<std::uint8_t> bytes{7};
  socket.emit("e", bytes);
  stage.root.emit("e", bytes);
  socket.compress(true).emit("e", bytes);
  CHECK(a.uncompressed == 0);
  socket.compress(false).emit("e", bytes);
  CHECK(a.uncompressed == 2);  // the attachment too
  stage.root.compress(false).emit("e", bytes);
  CHECK(a.uncompressed == 4);
  stage.root.to(id).compress(false).compress(true).emit("e");
  CHECK(a.uncompressed == 4);
}
