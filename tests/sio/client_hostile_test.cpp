// A server that breaks every rule: what it costs is bounded, and what is wrong ends the connection.
#include "tests/catch.h"
#include "tests/sio/client_rig.h"

using namespace strata;
using namespace strata::sio;
using test::ClientRig;

TEST_CASE("packets against the rules end the connection as a parse error",
          "[sio][client][hostile][L14]") {
  const std::string deep = "2[\"x\"," + std::string(200, '[') + std::string(200, ']') + "]";
  struct Row {
    std::string packet;
    const char* why;
  };
  const Row rows[] = {
      {"", "empty packet"},
      {"7", "unknown packet type"},
      {"x", "unknown packet type"},
      {"2", "invalid payload"},
      {"2[", "invalid JSON"},
      {"2{}", "invalid payload"},
      {"2[]", "invalid payload"},
      {"2[{}]", "illegal event name"},
      {"2[\"connect\"]", "reserved event name"},
      {"2[\"disconnect\"]", "reserved event name"},
      {"2[\"" + std::string(256, 'x') + "\"]", "illegal event name"},
      {"3{}", "invalid payload"},
      {"1[]", "invalid payload"},
      {"0[]", "invalid payload"},
      {"4", "invalid payload"},
      {"2/" + std::string(255, 'x') + ",[\"x\"]", "illegal namespace"},
      {"299999999999999999999[\"x\"]", "illegal ack id"},
      {"50-[\"x\"]", "illegal attachments"},
      {"511-[\"x\"]", "illegal attachments"},
      {"5999999999999-[\"x\"]", "illegal attachments"},
      {"51-[\"x\",{\"_placeholder\":true,\"num\":1}]", "illegal placeholder"},
      {"51-[\"x\",{\"_placeholder\":true,\"num\":\"splice\"}]", "illegal placeholder"},
      {deep, "invalid JSON"},
  };
  for (const Row& row : rows) {
    INFO(row.packet.substr(0, 60));
    ClientRig rig;
    rig.connected();
    std::string why;
    rig.manager->on("close", [&](const std::string&, const std::optional<Failure>& details) {
      if (details) why = details->message;
    });
    rig.say(row.packet);
    CHECK(rig.heard() == "close:parse error disconnect:parse error");
    CHECK(why == row.why);
    rig.say("2[\"x\"]");  // nobody hears it
    rig.loop.advance(1s);
    rig.open();
    CHECK(rig.said() == "0");
  }
}

TEST_CASE("attachments out of place end the connection", "[sio][client][hostile][L14]") {
  ClientRig rig({.packet = {.max_payload = 100}});
  ClientSocket& socket = rig.connected();
  int heard = 0;
  socket.on_any([&](std::string_view, const Args&) { ++heard; });
  const std::string header = "51-[\"x\",{\"_placeholder\":true,\"num\":0}]";
  SECTION("none was announced") { rig.say_binary("x"); }
  SECTION("text instead") {
    rig.say(header);
    rig.say("2[\"x\"]");
  }
  SECTION("larger than a packet may be") {
    rig.say(header);
    rig.say_binary(std::string(100, 'x'));
  }
  SECTION("text larger than a packet may be") { rig.say("2[\"" + std::string(100, 'x') + "\"]"); }
  CHECK(rig.heard() == "close:parse error disconnect:parse error");
  CHECK(heard == 0);
}

TEST_CASE("what is for nobody is ignored", "[sio][client][hostile][L15]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  int heard = 0;
  socket.on_any([&](std::string_view, const Args&) { ++heard; });
  for (const char* packet : {
           "2/none,[\"x\"]",
           "3/none,0[]",
           "35[]",
           "3[1]",
           "1/none,",
           "0/none,{\"sid\":\"x\"}",
           "4/none,{\"message\":\"x\"}",
           "0{\"sid\":\"again\"}",
           "4{\"message\":\"no\"}",
           "0{\"sid\":5}",
           "0",
       }) {
    INFO(packet);
    rig.say(packet);
    CHECK(rig.heard().empty());
    CHECK(rig.said().empty());
    CHECK((socket.connected() && socket.id() == "S1"));
  }
  CHECK(heard == 0);
}

TEST_CASE("an answer for one that is not let in changes nothing",
          "[sio][client][hostile][L6][L8]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket();
  int calls = 0;
  socket.emit("ask", [&](std::error_code, int) { ++calls; });
  rig.open();
  rig.heard();
  rig.say("30[1]");
  CHECK((calls == 0 && socket.active() && rig.heard().empty()));
  rig.let_in();
  CHECK(rig.said() == "0 20[\"ask\"]");
  rig.say("30[1]");
  CHECK(calls == 1);
}

TEST_CASE("what comes before CONNECT is bounded, and a pid that brought it is forgotten",
          "[sio][client][hostile][L10]") {
  SocketLimits limits;
  limits.max_received = 3;
  SECTION("by count") {}
  SECTION("by bytes") {
    limits.max_received = 1000;
    limits.max_received_bytes = 3 * 280;
  }
  ClientRig rig({.limits = limits});
  ClientSocket& socket = rig.socket();
  int heard = 0;
  socket.on("x", [&] { ++heard; });
  rig.open();
  rig.say(R"(0{"sid":"S1","pid":"P1"})");
  rig.lose();
  rig.loop.advance(1s);
  rig.open();
  CHECK(rig.said() == "0{\"pid\":\"P1\"}");
  rig.heard();
  for (int i = 0; i < 3; ++i) rig.say("2[\"x\"]");
  CHECK(rig.heard().empty());
  rig.say("2[\"x\"]");
  CHECK(rig.heard() == "close:parse error disconnect:parse error");
  CHECK(heard == 0);
  rig.loop.advance(1s);
  rig.open();
  CHECK(rig.said() == "0");
}

TEST_CASE("an empty id is none", "[sio][client][hostile][L12]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket();
  rig.open();
  rig.let_in("/", "");
  CHECK_FALSE(socket.connected());
  CHECK(rig.heard().starts_with("open connect_error:It seems you are trying to reach"));
}

TEST_CASE("ids that are too long are refused", "[sio][client][hostile][L10]") {
  for (const char* name : {"sid", "pid"}) {
    ClientRig rig;
    rig.socket();
    rig.open();
    rig.heard();
    const std::string more = std::string(name) == "sid" ? "" : "\"sid\":\"S1\",";
    rig.say("0{" + more + "\"" + name + "\":\"" + std::string(256, 'x') + "\"}");
    CHECK(rig.heard() == "close:parse error disconnect:parse error");
  }
}

TEST_CASE("a server that asks and does not read is left", "[sio][client][hostile][L8]") {
  ClientRig rig({.max_send_queue = 10'000});
  ClientSocket& socket = rig.connected();
  socket.on("ask", [](Ack ack) { ack(std::string(1000, 'x')); });
  rig.peer().connection->pause();
  std::size_t asked = 0;
  for (; asked < 10'000 && socket.connected(); ++asked) {
    rig.peer().send(test::server_frame("42" + std::to_string(asked) + "[\"ask\"]"));
    if (asked % 100 == 0) rig.loop.settle();
    if (const auto* engine = rig.manager->engine()) REQUIRE(engine->queued() < 2'000'000);
  }
  CHECK(rig.heard().starts_with("close:transport error disconnect:transport error"));
}

TEST_CASE("any cut of what a server says leaves a client that connects again",
          "[sio][client][hostile][L14]") {
  const std::vector<std::string> script = {
      "40{\"sid\":\"S1\"}", "42[\"x\",1]", "421[\"ask\"]", "430[1]", "42/none,[\"x\"]", "41"};
  std::string bytes;
  for (const std::string& packet : script) bytes += test::server_frame(packet);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    ClientRig rig;
    ClientSocket& socket = rig.socket();
    socket.on("ask", [](Ack ack) { ack(1); });
    rig.open();
    rig.peer().send(bytes.substr(0, cut));
    rig.loop.settle();
    rig.lose();
    REQUIRE_FALSE(socket.connected());
    rig.loop.advance(2s);
    rig.open();
    rig.let_in("/", "S2");
    REQUIRE((socket.connected() && socket.id() == "S2"));
  }
}

TEST_CASE("random packets, right and wrong, in any order, leave a client that works",
          "[sio][client][hostile][L14]") {
  const std::vector<std::string> pieces = {"0",
                                           "1",
                                           "2",
                                           "3",
                                           "4",
                                           "5",
                                           "6",
                                           "1-",
                                           "2-",
                                           "/foo,",
                                           "/",
                                           ",",
                                           "7",
                                           "[\"x\"]",
                                           "[\"ask\",1]",
                                           "[",
                                           "]",
                                           "{\"sid\":\"S\",\"pid\":\"P\"}",
                                           "{\"message\":\"no\"}",
                                           "[\"x\",{\"_placeholder\":true,\"num\":0}]",
                                           "\xff",
                                           "[\"x\",\"offset\"]"};
  const unsigned first = 20261122;
  for (unsigned seed = first; seed < first + 300; ++seed) {
    INFO("seed " << seed);
    unsigned state = seed;
    const auto next = [&state](std::size_t below) {
      state = state * 1664525 + 1013904223;
      return (state >> 8) % below;
    };
    ClientRig rig({.retries = seed % 3, .ack_timeout = 1s, .reconnection_delay = 1ms});
    ClientSocket* const sockets[] = {&rig.socket(), &rig.socket("/foo")};
    for (ClientSocket* const socket : sockets) {
      socket->on("ask", [socket](int x, Ack ack) {
        ack(x);
        socket->emit("asked", x, [](std::error_code) {});
      });
      socket->on("x", [socket] { socket->emit("heard"); });
    }
    rig.open();
    for (int step = 0; step < 60; ++step) {
      if (rig.manager->state() != Manager::State::open) {
        for (ClientSocket* const socket : sockets) socket->connect();
        rig.loop.advance(10s);
        rig.unread.clear();
        if (rig.manager->state() == Manager::State::opening) rig.open();
      }
      if (next(4) == 0) {
        rig.say_binary("bytes");
      } else {
        std::string packet;
        for (std::size_t count = 1 + next(4); count > 0; --count)
          packet += pieces[next(pieces.size())];
        rig.say(packet);
      }
      if (next(5) == 0) sockets[next(2)]->emit("mine", step);
      if (next(30) == 0) sockets[next(2)]->disconnect();
      for (ClientSocket* const socket : sockets) {
        REQUIRE(socket->connected() == !socket->id().empty());
        REQUIRE((socket->active() || !socket->connected()));
        REQUIRE(socket->awaited() <= 200);
      }
    }
    rig.manager->close();
    rig.loop.advance(60s);
    for (ClientSocket* const socket : sockets) REQUIRE_FALSE(socket->connected());
  }
}
