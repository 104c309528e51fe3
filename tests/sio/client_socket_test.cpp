// A socket of a client: what it says and hears, packet by packet.
#include "sio/client_socket.h"

#include "tests/catch.h"
#include "tests/sio/client_rig.h"

using namespace strata;
using namespace strata::sio;
using test::ClientRig;

TEST_CASE("auth goes with each CONNECT: a value, or asked anew, now or later",
          "[sio][sio5-connect][client][L5]") {
  struct Row {
    const char* what;
    Auth auth;
    const char* first;
    const char* second;  // after a reconnection
  };
  int asked = 0;
  AuthDone later;
  const Row rows[] = {
      {"none", {}, "0", "0"},
      {"an object",
       {{"token", "x"}, {"n", 1}},
       R"(0{"n":1,"token":"x"})",
       R"(0{"n":1,"token":"x"})"},
      {"an empty one", Json::object(), "0{}", "0{}"},
      {"asked",
       [&asked] {
         return Json{{"n", ++asked}};
       },
       R"(0{"n":1})", R"(0{"n":2})"},
      {"asked, answered at once",
       [](const AuthDone& done) {
         done({{"a", 1}});
       },
       R"(0{"a":1})", R"(0{"a":1})"},
      {"asked, answered later", [&later](AuthDone done) { later = std::move(done); }, "", ""},
      {"no object", Json(5), "0", "0"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    ClientRig rig({.auth = row.auth});
    ClientSocket& socket = rig.socket();
    rig.open();
    CHECK(rig.said() == row.first);
    if (later) {
      const AuthDone first = later;
      socket.connect();  // it is asked already
      first({{"late", true}});
      first({{"late", false}});
      CHECK(rig.said() == R"(0{"late":true})");
      rig.lose();
      rig.loop.advance(1s);
      rig.open();
      first({{"late", 1}});  // of a connection that is over
      CHECK(rig.said().empty());
      rig.manager.reset();
      later({{"late", 2}});
      later = {};
      continue;
    }
    rig.lose();
    rig.loop.advance(1s);
    rig.open();
    CHECK(rig.said() == row.second);
  }
}

TEST_CASE("auth may be set later, and one that throws is an error", "[sio][client][L5]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket("/foo");
  socket.auth = []() -> Json { throw std::runtime_error("no token"); };
  rig.open();
  CHECK(rig.said().empty());
  CHECK(rig.heard() == "open /foo.error:no token");
  socket.auth = {{"token", 1}};
  socket.connect();
  CHECK(rig.said() == R"(0/foo,{"token":1})");
}

TEST_CASE("query stands in the request, from the URL and from the options", "[sio][client][L5]") {
  ClientRig rig({}, "http://127.0.0.1?a=b%20c");
  rig.socket();
  rig.open();
  CHECK(rig.request.find("a=b%20c&EIO=4&transport=websocket") != std::string::npos);
  ClientRig other({.query = {{"c", "d"}}}, "http://127.0.0.1?a=b");
  other.socket();
  other.open();
  CHECK(other.request.find("/socket.io/?c=d&EIO=4") != std::string::npos);
}

TEST_CASE("events wait while it is not connected, and leave in order before `connect` is heard",
          "[sio][client][L6]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket();
  socket.on("connect", [&socket] { socket.emit("in", "connect"); });
  CHECK(socket.emit("a", 1));
  CHECK(socket.emit("b", std::vector<std::uint8_t>{1, 2}, "c"));
  CHECK(socket.emit("ask", [](int) {}));
  CHECK(socket.waiting() == 3);
  rig.open();
  CHECK(rig.said() == "0");
  CHECK(socket.emit("d", {{"e", 1}}));
  rig.let_in();
  CHECK(rig.said() ==
        std::string("2[\"a\",1] 51-[\"b\",{\"_placeholder\":true,\"num\":0},\"c\"] b:\x01\x02 "
                    "20[\"ask\"] 2[\"d\",{\"e\":1}] 2[\"in\",\"connect\"]"));
  CHECK((socket.waiting() == 0 && socket.waiting_bytes() == 0));
  rig.lose();
  socket.emit("f");
  rig.loop.advance(1s);
  rig.open();
  rig.let_in("/", "S2");
  CHECK(rig.said() == "0 2[\"f\"] 2[\"in\",\"connect\"]");
}

TEST_CASE("what does not fit while it waits is told, and its answer with it",
          "[sio][client][L6][L8]") {
  const auto limited = [](Overflow overflow) {
    SocketLimits limits;
    limits.buffer = {.max_packets = 2, .overflow = overflow};
    return limits;
  };
  struct Row {
    Overflow overflow;
    bool kept;
    const char* heard;
    const char* said;
  };
  const Row rows[] = {
      {Overflow::drop_newest, false, "overflow:c,2", "0 20[\"a\"] 2[\"b\"]"},
      {Overflow::drop_oldest, true, "overflow:a,2", "0 2[\"b\"] 21[\"c\"]"},
      {Overflow::disconnect, false, "overflow:c,2 close:forced close", ""},
  };
  for (const Row& row : rows) {
    INFO(static_cast<int>(row.overflow));
    ClientRig rig({.limits = limited(row.overflow)});
    ClientSocket& socket = rig.socket();
    std::string answers;
    const auto tell = [&answers](std::error_code why) { answers += why.message() + "|"; };
    socket.emit("a", tell);
    socket.emit("b");
    CHECK(socket.emit("c", tell) == row.kept);
    CHECK(answers == "the event was dropped|");
    CHECK(rig.notes.take() == row.heard);
    if (row.overflow == Overflow::disconnect) {
      CHECK_FALSE(socket.active());
      continue;
    }
    rig.open();
    rig.let_in();
    CHECK(rig.said() == row.said);
  }
}

TEST_CASE("what the network does not take waits with its socket, in order, whole",
          "[sio][client][L6]") {
  SocketLimits limits;
  limits.buffer.max_packets = 2;
  ClientRig rig({.limits = limits, .max_send_queue = 1});
  ClientSocket& socket = rig.connected();
  socket.emit("a", std::vector<std::uint8_t>(100, 'x'));  // there was room for the whole
  CHECK(socket.emit("b"));
  CHECK(socket.emit("c"));
  CHECK(socket.waiting() == 2);
  CHECK_FALSE(socket.emit("d"));
  CHECK(rig.said() == "51-[\"a\",{\"_placeholder\":true,\"num\":0}] b:" + std::string(100, 'x') +
                          " 2[\"b\"] 2[\"c\"]");
  CHECK(rig.heard() == "overflow:d,2");
  CHECK(socket.waiting() == 0);
}

TEST_CASE("a volatile event leaves now or never", "[sio][client][L7]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket();
  CHECK_FALSE(socket.volatile_().emit("a"));
  rig.open();
  CHECK_FALSE(socket.volatile_().emit("b"));  // open, and not let in
  rig.let_in();
  rig.said();
  CHECK(socket.volatile_().emit("c"));
  CHECK_FALSE(socket.volatile_().emit("d"));  // the one before it is not out yet
  CHECK(rig.said() == "2[\"c\"]");
  CHECK(socket.volatile_().emit("e"));
  rig.loop.settle();
  std::string late;
  rig.manager->close();
  socket.volatile_().timeout(1s).emit("f", [&](std::error_code why) { late = why.message(); });
  CHECK((socket.waiting() == 0 && socket.awaited() == 1));
  CHECK_FALSE(socket.volatile_().emit("g", [](int) {}));
  CHECK(socket.awaited() == 1);
  rig.loop.advance(1s);
  CHECK(late == "operation has timed out");
}

TEST_CASE("answers come by their id, in any order, typed", "[sio][sio5-ack][client][L8]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  std::string got;
  socket.emit("a", [&](int x) { got += "a" + std::to_string(x); });
  socket.emit("b", 1, [&](const std::string& text) { got += "b" + text; });
  socket.emit("c", [&](std::error_code why, int x) {
    got += why ? "c:" + why.message() : "c" + std::to_string(x);
  });
  socket.emit("d", [&](ClientSocket& me, Bytes bytes) {
    got += "d" + std::string(net::as_text(bytes)) + me.nsp();
  });
  CHECK(rig.said() == "20[\"a\"] 21[\"b\",1] 22[\"c\"] 23[\"d\"]");
  rig.say("31[\"x\"]");
  rig.say("30[5]");
  rig.say("30[6]");   // a second one
  rig.say("399[1]");  // nobody's
  rig.say("32[\"no number\"]");
  rig.say("61-3[{\"_placeholder\":true,\"num\":0}]");
  rig.say_binary("zz");
  CHECK(got == "bxa5c:Bad messagedzz/");
  CHECK(socket.awaited() == 0);
  CHECK(rig.heard() ==
        "error:argument 0: expected integer from -2147483648 to 2147483647, found string");
}

TEST_CASE("an answer that is late is an error, and its event no longer waits",
          "[sio][client][L8]") {
  ClientRig rig({.ack_timeout = 5s});
  ClientSocket& socket = rig.socket();
  std::string got;
  const auto tell = [&](const char* who) {
    return [&got, who](std::error_code why) { got += who + (": " + why.message()) + "|"; };
  };
  socket.timeout(1s).emit("a", tell("a"));
  socket.emit("b", tell("b"));  // by ack_timeout
  socket.emit("c");
  CHECK(socket.waiting() == 3);
  rig.loop.advance(1s);
  CHECK(got == "a: operation has timed out|");
  CHECK(socket.waiting() == 2);
  rig.open();
  rig.let_in();
  CHECK(rig.said() == "0 21[\"b\"] 2[\"c\"]");
  rig.say("30[]");  // too late
  rig.loop.advance(4s);
  CHECK(got == "a: operation has timed out|b: operation has timed out|");
  CHECK(socket.awaited() == 0);
}

TEST_CASE("an answer in time stops its clock", "[sio][client][L8]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  int calls = 0;
  socket.timeout(1s).emit("a", [&](std::error_code why, int x) {
    ++calls;
    CHECK((!why && x == 7));
  });
  rig.loop.settle();
  rig.say("30[7]");
  rig.loop.advance(10s);
  CHECK(calls == 1);
}

TEST_CASE("a lost connection fails the answers that can hear it, and keeps those that wait",
          "[sio][client][L8]") {
  ClientRig rig({.reconnection = false});
  ClientSocket& socket = rig.connected();
  std::string got;
  socket.emit("sent", [&](std::error_code why) { got += why.message() + "|"; });
  socket.timeout(9s).emit("sent too", [&](std::error_code why) { got += why.message() + "|"; });
  socket.emit("plain", [&](int) { got += "plain|"; });
  socket.emit("plain", [&] { got += "plain|"; });
  socket.on("disconnect", [&] {
    got += "disconnect|";
    socket.emit("waits", [&](std::error_code why, int x) {
      got += why ? why.message() : "waits" + std::to_string(x) + "|";
    });
  });
  rig.loop.settle();
  rig.lose();
  CHECK(got == "disconnect|socket has been disconnected|socket has been disconnected|");
  CHECK(socket.awaited() == 1);
  rig.loop.advance(20s);
  socket.connect();
  rig.open();
  rig.let_in();
  rig.say("34[1]");
  CHECK(got.ends_with("disconnected|waits1|"));
}

TEST_CASE("more answers than max_acks are not awaited", "[sio][client][L8]") {
  SocketLimits limits;
  limits.max_acks = 2;
  ClientRig rig({.limits = limits});
  ClientSocket& socket = rig.connected();
  CHECK(socket.emit("a", [](int) {}));
  CHECK(socket.emit("b", [](int) {}));
  CHECK_FALSE(socket.emit("c", [](int) {}));
  CHECK(rig.heard() == "error:too many answers are awaited");
  CHECK(rig.said() == "20[\"a\"] 21[\"b\"]");
}

TEST_CASE("an event that asks is answered once, in its session only, from any thread's Ack",
          "[sio][sio5-ack][client][L8]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket("/foo");
  Ack kept;
  socket.on("ask", [&](int x, Ack ack) {
    kept = ack;
    const bool wanted = static_cast<bool>(ack);
    CHECK(ack(x + 1) == wanted);
    CHECK_FALSE(ack(x + 2));
  });
  socket.on("later", [&](Ack ack) { kept = ack; });
  rig.open();
  rig.let_in("/foo");
  rig.said();
  rig.say("2/foo,7[\"ask\",1]");
  CHECK(rig.said() == "3/foo,7[2]");
  rig.say("2/foo,[\"ask\",1]");  // nobody asked
  CHECK_FALSE(kept);
  CHECK(rig.said().empty());
  rig.say("2/foo,8[\"later\"]");
  CHECK(kept);
  rig.lose();
  rig.loop.advance(1s);
  rig.open();
  rig.let_in("/foo");
  rig.said();
  CHECK_FALSE(kept("of another session"));
  CHECK(rig.said().empty());
  rig.say("2/foo,9[\"later\"]");
  rig.manager.reset();
  CHECK_FALSE(kept("to nobody"));
}

TEST_CASE("events before CONNECT is answered are heard right behind it, in order",
          "[sio][client][L10]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket();
  std::string got;
  socket.on("a", [&](int x) { got += "a" + std::to_string(x); });
  socket.on("b", [&](Bytes bytes, Ack ack) {
    got += "b" + std::string(net::as_text(bytes));
    ack();
  });
  socket.on("connect", [&] { got += "connect"; });
  socket.emit("mine");
  rig.open();
  rig.said();
  rig.say("2[\"a\",1]");
  rig.say("51-4[\"b\",{\"_placeholder\":true,\"num\":0}]");
  rig.say_binary("xy");
  rig.say("2[\"a\",2]");
  CHECK(got.empty());
  rig.let_in();
  CHECK(got == "a1bxya2connect");
  CHECK(rig.said() == "34[] 2[\"mine\"]");
}

TEST_CASE("recovery: pid and the last offset go with CONNECT, and recovered() tells",
          "[sio][client][L10]") {
  ClientRig rig({.auth = {{"token", 1}}});
  ClientSocket& socket = rig.socket();
  rig.open();
  rig.say(R"(0{"sid":"S1","pid":"P1"})");
  CHECK_FALSE(socket.recovered());
  rig.say(R"(2["x",1])");                                 // no text: no offset
  rig.say(R"(2["x",1,"o\u00311"])");                      // its offset, in whatever spelling
  rig.say(R"(27["x","asked"])");                          // one that asks has none
  rig.say("2[\"x\",\"" + std::string(300, 'y') + "\"]");  // what long text cannot be
  rig.lose();
  rig.loop.advance(1s);
  rig.open();
  rig.unread.clear();
  rig.heard();
  std::string got;
  socket.on("x", [&](int x, const std::string& offset) { got += std::to_string(x) + offset; });
  rig.say(R"(2["x",2,"o12"])");
  rig.say(R"(0{"sid":"S1","pid":"P1"})");
  CHECK(rig.heard() == "connect(recovered)");
  CHECK(got == "2o12");
  rig.lose();
  rig.loop.advance(1s);
  rig.open();
  CHECK(rig.said() == R"(0{"pid":"P1","offset":"o12","token":1})");
  rig.say(R"(0{"sid":"S2","pid":"P2"})");
  CHECK(rig.heard() ==
        "close:transport close disconnect:transport close attempt:1 open "
        "reconnect:1 connect");
  CHECK_FALSE(socket.recovered());
  rig.lose();
  rig.loop.advance(1s);
  rig.open();
  CHECK(rig.said() == R"(0{"pid":"P2","token":1})");  // the offset was another session's
}

TEST_CASE("on_any hears all that comes, on_any_outgoing all that leaves", "[sio][client][L11]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket();
  std::string got;
  const auto add = [&got](const char* who) {
    return [&got, who](std::string_view event, const Args& args) {
      got += who + std::string(event) + dump(args.to_json()) + " ";
    };
  };
  const ListenerId first = socket.on_any(add("2:"));
  socket.prepend_any(add("1:"));
  socket.on_any_outgoing(add(">"));
  socket.on("x", [&](int) { got += "handler "; });
  socket.emit("early", 1);
  rig.open();
  CHECK(got.empty());  // what waits is heard when it leaves
  rig.let_in();
  CHECK(got == ">early[1] ");
  got.clear();
  rig.say("2[\"x\",1]");
  CHECK(got == "1:x[1] 2:x[1] handler ");
  got.clear();
  CHECK(socket.off_any(first));
  CHECK(socket.off_any());
  CHECK_FALSE(socket.off_any());
  socket.send("hi", std::vector<std::uint8_t>{1});
  CHECK(got == ">message[\"hi\",null] ");
  CHECK(socket.off_any_outgoing());
  socket.compress(false).emit("last");
  CHECK(rig.said().ends_with("2[\"last\"]"));
  CHECK(got == ">message[\"hi\",null] ");
}

TEST_CASE("compress(false) sends an event as it is", "[sio][client][L11]") {
  test::ScriptedSio server;
  ManagerOptions options = test::plain();
  options.per_message_deflate.emplace();
  Manager manager(server.loop, "http://127.0.0.1", options);
  ClientSocket& socket = manager.socket();
  server.fields = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  server.open();
  server.let_in();
  server.said();
  const std::string large(5000, 'x');
  const auto compressed = [&server] {  // RSV1 of the frame
    server.loop.settle();
    return (server.peer().take().at(0) & 0x40) != 0;
  };
  socket.emit("a", large);
  CHECK(compressed());
  socket.compress(false).emit("a", large);
  CHECK_FALSE(compressed());
}

TEST_CASE("names that only the library emits are refused", "[sio][client][L11]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  for (const char* name : {"connect", "connect_error", "disconnect", "disconnecting", "newListener",
                           "removeListener"}) {
    INFO(name);
    CHECK_THROWS_WITH(socket.emit(name), "\"" + std::string(name) + "\" is a reserved event name");
  }
  CHECK(rig.said().empty());
}

TEST_CASE("declared events, once, prepend and off at a client", "[sio][client][L11]") {
  using Add = Event<"add", int, int>;
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  std::string got;
  socket.on<Add>([&](ClientSocket& me, int a, int b, Ack ack) { ack(a + b), got += me.id(); });
  socket.prepend("once", [&] { got += "before "; });
  socket.once("once", [&] { got += "once "; });
  const ListenerId id = socket.on("once", [&] { got += "always "; });
  rig.say("21[\"add\",2,3]");
  CHECK(rig.said() == "31[5]");
  rig.say("22[\"add\",2,\"x\"]");
  CHECK(rig.said().starts_with("32[{\"error\":\"argument 1: expected integer"));
  rig.heard();
  socket.emit<Add>(1, 2);
  CHECK(rig.said() == "2[\"add\",1,2]");
  rig.say("2[\"once\"]");
  CHECK(socket.off(id));
  rig.say("2[\"once\"]");
  CHECK(got == "S1before once always before ");
}

TEST_CASE("CONNECT_ERROR: the socket leaves, its message and data are told, nobody retries",
          "[sio][sio5-connect][client][L12]") {
  struct Row {
    const char* packet;
    const char* heard;
  };
  const Row rows[] = {
      {R"(4{"message":"no","data":{"code":42}})", R"(connect_error:no{"code":42})"},
      {R"(4{"message":"no"})", "connect_error:no"},
      {R"(4"old form")", "connect_error:old form"},
      {R"(4{"data":1})", "connect_error:1"},
  };
  for (const Row& row : rows) {
    INFO(row.packet);
    ClientRig rig;
    ClientSocket& socket = rig.socket();
    rig.open();
    rig.heard();
    rig.say(row.packet);
    CHECK_FALSE(socket.active());
    CHECK(rig.heard() == std::string("close:forced close ") + row.heard);
    rig.loop.advance(1h);
    CHECK(rig.connections() == 1);
    socket.connect();
    rig.open();
    CHECK(rig.said() == "0");
  }
}

TEST_CASE("a refused namespace leaves the others where they are", "[sio][client][L12][L15]") {
  ClientRig rig;
  ClientSocket& root = rig.connected();
  ClientSocket& no = rig.socket("/no");
  CHECK(rig.said() == "0/no,");
  rig.say(R"(4/no,{"message":"Invalid namespace"})");
  CHECK(rig.heard() == "/no.connect_error:Invalid namespace");
  CHECK((root.connected() && !no.active()));
}

TEST_CASE("a server of v2 is told by what its CONNECT lacks", "[sio][client][L12]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket();
  rig.open();
  rig.heard();
  rig.say("0");
  CHECK(rig.heard().starts_with(
      "connect_error:It seems you are trying to reach a Socket.IO server in v2.x with a v3.x "
      "client, but they are not compatible"));
  CHECK_FALSE(socket.connected());
}

TEST_CASE("a connection that fails is a connect_error of each that is not connected",
          "[sio][client][L12]") {
  ClientRig rig({.reconnection = false});
  rig.server.listener.reset();
  rig.socket();
  rig.socket("/foo");
  CHECK(rig.heard() ==
        "error:websocket error connect_error:websocket error /foo.connect_error:websocket error");
}

TEST_CASE("one namespace comes while another leaves", "[sio][client][L15]") {
  ClientRig rig;
  ClientSocket& root = rig.connected();
  ClientSocket& foo = rig.socket("/foo");
  root.disconnect();
  CHECK(rig.said() == "0/foo, 1");
  CHECK(rig.heard() == "disconnect:io client disconnect");
  rig.let_in("/foo", "S2");
  CHECK(foo.connected());
  root.connect();
  CHECK(rig.said() == "0");
  rig.let_in("/", "S3");
  CHECK((root.id() == "S3" && rig.connections() == 1));
}

TEST_CASE("a socket that leaves before it is let in says so when it is",
          "[sio][sio5-disconnect][client][L15]") {
  ClientRig rig;
  rig.connected();
  ClientSocket& foo = rig.socket("/foo");
  foo.disconnect();
  CHECK(rig.said() == "0/foo,");  // a server would not know what it left
  SECTION("it stays away") {
    rig.say("2/foo,[\"x\"]");
    rig.let_in("/foo");
    CHECK(rig.said() == "1/foo,");
    CHECK((!foo.connected() && rig.heard().empty()));
    foo.connect();
    CHECK(rig.said() == "0/foo,");
  }
  SECTION("it changes its mind: one CONNECT does for both") {
    foo.connect();
    CHECK(rig.said().empty());
    rig.let_in("/foo");
    CHECK((foo.connected() && rig.heard() == "/foo.connect"));
  }
  SECTION("the connection ends first: it is asked for anew") {
    rig.lose();
    foo.connect();
    rig.loop.advance(1s);
    rig.open();
    CHECK(rig.said() == "0 0/foo,");
  }
}

TEST_CASE("a socket is one for its namespace, and comes again when it is asked for again",
          "[sio][client][L15]") {
  ClientRig rig;
  ClientSocket& root = rig.connected();
  CHECK(&rig.manager->socket("") == &root);
  CHECK(&rig.manager->socket("/") == &root);
  CHECK(&rig.manager->socket("foo") == &rig.manager->socket("/foo"));
  CHECK(&root.io() == rig.manager.get());
  rig.said();
  root.disconnect();
  rig.manager->socket("/");
  CHECK(rig.said() == "1 0");
  CHECK_THROWS_WITH(rig.manager->socket("/a,b"), "a namespace has no comma");
}

TEST_CASE("what handlers throw is an error of their socket, and the next ones run",
          "[sio][client][L14]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  std::string got;
  socket.on("x", [] { throw std::runtime_error("thrown"); });
  socket.on("x", [] { throw 5; });
  socket.on("x", [](int) {});
  socket.on("x", [&] { got += "last"; });
  rig.say("2[\"x\",\"text\"]");
  CHECK(got == "last");
  CHECK(rig.heard() ==
        "error:thrown error:a handler threw no std::exception "
        "error:argument 0: expected integer from -2147483648 to 2147483647, found string");
  CHECK(socket.connected());
  socket.off("error");
  rig.say("2[\"x\",1]");
  CHECK(rig.heard().starts_with("log:a handler of \"/\" failed: thrown (event x)"));
}

TEST_CASE("when the clock says that the session is dead an event waits for the next one",
          "[sio][client][L6]") {
  net::Duration wall{};
  ClientRig rig({.wall_clock = [&wall] { return wall; }});
  ClientSocket& socket = rig.connected();
  wall = 46s;  // the machine slept, and no timer ran
  CHECK(socket.emit("a"));
  CHECK(socket.waiting() == 1);
  CHECK_FALSE(socket.volatile_().emit("b"));
  CHECK(rig.heard() == "close:ping timeout disconnect:ping timeout");
  rig.loop.advance(1s);
  rig.open();
  rig.let_in();
  CHECK(rig.said() == "0 2[\"a\"]");
}
