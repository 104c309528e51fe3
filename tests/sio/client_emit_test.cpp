// What a client sends: events that leave, wait or go under, and the answers to them.
#include "sio/client_socket.h"

#include "tests/catch.h"
#include "tests/sio/client_rig.h"

using namespace strata;
using namespace strata::sio;
using test::ClientRig;

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

TEST_CASE("a hundred thousand answers are found in any order", "[sio][client][L8]") {
  PendingAcks pending;
  struct Nobody final : AnswerHandler {
    std::optional<Mismatch> answered(Hearer&, const Args&) override { return {}; }
    void failed(Hearer&, std::error_code) override {}
  };
  constexpr std::uint64_t count = 100'000;
  for (std::uint64_t id = 0; id < count; ++id) pending.add({id, std::make_unique<Nobody>(), {}});
  for (std::uint64_t i = 0; i + 3 < count; ++i) {
    const std::uint64_t id = i * 7919 % count;  // a prime: each id once
    const PendingAck taken = pending.take(id);
    REQUIRE((taken.handler && taken.id == id));
    REQUIRE_FALSE(pending.take(id).handler);
    REQUIRE(pending.size() == count - i - 1);
  }
  REQUIRE(pending.size() == 3);
  const std::uint64_t kept = (count - 2) * 7919 % count;
  CHECK(pending.take_but({kept}).size() == 2);
  CHECK(pending.size() == 1);
  pending.add({count, std::make_unique<Nobody>(), {}});
  CHECK(pending.take(kept).handler);
  CHECK(pending.take_but({}).size() == 1);
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
