// Connection state recovery: what is kept, for how long, for whom, and the wire when it comes back.
#include "sio/recovery.h"

#include "sio/hub.h"
#include "sio/memory_adapter.h"
#include "sio/socket.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"

using namespace strata;
using namespace strata::sio;
using test::FakeSession;
using test::Stage;

namespace {

constexpr net::TimePoint t0{};

OwnedPacket event(std::string text) {
  OwnedPacket packet;
  packet.text = std::move(text);
  packet.head_bytes = 1;
  return packet;
}

std::string texts(const std::optional<Restored>& restored) {
  if (!restored) return "nothing";
  std::string all;
  for (const OwnedPacket& packet : restored->missed) all.append(packet.text).push_back(' ');
  return all;
}

HubOptions recovering(RecoveryOptions options = {}) {
  HubOptions hub;
  hub.connection_state_recovery = options;
  return hub;
}

// What a client remembers of its first connection.
struct Remembered {
  std::string sid, pid, offset;
};

std::string between(const std::string& text, std::string_view open, std::string_view close) {
  const std::size_t at = text.find(open);
  if (at == std::string::npos) return {};
  const std::size_t from = at + open.size();
  return text.substr(from, text.find(close, from) - from);
}

struct Recovering : Stage {
  explicit Recovering(RecoveryOptions options = {}) : Stage(recovering(options)) {}
  // Joins, hears one event and remembers its offset.
  Remembered visit(FakeSession& session) {
    session.sent.clear();
    session.say("0");
    const std::string connect = session.take();
    root.emit("hello", 1);
    const std::string hello = session.take();
    return {between(connect, "\"sid\":\"", "\""), between(connect, "\"pid\":\"", "\""),
            between(hello, "2[\"hello\",1,\"", "\"]")};
  }
  static std::string again(const Remembered& me) {
    return "0{\"pid\":\"" + me.pid + "\",\"offset\":\"" + me.offset + "\"}";
  }
};

}  // namespace

TEST_CASE("S27 a log gives back what was for the session, behind the offset",
          "[sio][recovery][codec]") {
  RecoveryLog log({});
  const auto put = [&log](const char* text, StoredTarget target) {
    const std::string offset = log.next_offset();
    log.store(event(text), std::move(target), t0);
    return offset;
  };
  const std::string seen = put("a", {});
  put("b", {});
  put("c", {{"room"}, {}});
  put("d", {{"other"}, {}});
  put("e", {{"other", "S"}, {}});
  put("f", {{}, {"room"}});
  put("g", {{"room"}, {"S"}});
  const std::string last = put("h", {});
  const auto leave = [&log] { log.persist({"S", "P", {"S", "room"}, {{"k", 1}}}, t0); };

  struct Row {
    const char* what;
    std::string pid, offset, missed;
  };
  const Row rows[] = {
      {"all behind the first", "P", seen, "b c e h "},
      {"nothing behind the last", "P", last, ""},
      {"a stranger", "Q", seen, "nothing"},
      {"an offset of the future", "P", "zzz", "nothing"},
      {"zero", "P", "0", "nothing"},
      {"no offset", "P", "", "nothing"},
      {"a sign", "P", "-1", "nothing"},
      {"more than a number", "P", seen + ".0", "nothing"},
      {"beyond 64 bits", "P", "zzzzzzzzzzzzzzzzzzzz", "nothing"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    leave();
    const auto restored = log.restore(row.pid, row.offset, t0);
    CHECK(texts(restored) == row.missed);
    if (!restored) continue;
    CHECK(restored->session.sid == "S");
    CHECK(dump(restored->session.data) == "{\"k\":1}");
    CHECK_FALSE(log.restore(row.pid, row.offset, t0));  // once only
  }
}

TEST_CASE("S27 a log is bounded by time, count and bytes", "[sio][recovery][codec]") {
  SECTION("time: the packet that was seen last has to be there still") {
    RecoveryLog log({.max_disconnection_duration = 10s});
    const std::string offset = log.next_offset();
    log.store(event("a"), {}, t0);
    log.persist({"S", "P", {}, {}}, t0 + 5s);
    SECTION("in time") { CHECK(log.restore("P", offset, t0 + 10s)); }
    SECTION("too late for the packet") {
      CHECK_FALSE(log.restore("P", offset, t0 + 11s));
      CHECK(log.packet_count() == 0);
      CHECK(log.session_count() == 1);
    }
    SECTION("too late for the session") {
      log.sweep(t0 + 16s);
      CHECK(log.empty());
      CHECK(log.bytes() == 0);
    }
  }
  SECTION("packets, by number") {
    RecoveryLog log({.max_packets = 3});
    const std::string first = log.next_offset();
    for (const char* text : {"a", "b", "c"}) log.store(event(text), {}, t0);
    log.persist({"S", "P", {}, {}}, t0);
    log.store(event("d"), {}, t0);
    CHECK(log.packet_count() == 3);
    CHECK_FALSE(log.restore("P", first, t0));
  }
  SECTION("packets, by bytes") {
    RecoveryLog log({.max_bytes = 10'000});
    for (int i = 0; i < 100; ++i) log.store(event(std::string(1000, 'x')), {}, t0);
    CHECK(log.packet_count() < 10);
    CHECK(log.packet_count() > 5);
    CHECK(log.bytes() <= 10'000);
  }
  SECTION("sessions, by number: the oldest go") {
    RecoveryLog log({.max_sessions = 2});
    const std::string offset = log.next_offset();
    log.store(event("a"), {}, t0);
    for (const char* pid : {"P", "Q", "R"}) log.persist({pid, pid, {}, {}}, t0);
    CHECK(log.session_count() == 2);
    CHECK_FALSE(log.restore("P", offset, t0));
    CHECK(log.restore("R", offset, t0));
  }
  SECTION("sessions, by bytes") {
    RecoveryLog log({.max_bytes = 10'000});
    for (int i = 0; i < 100; ++i)
      log.persist({"S", std::to_string(i), {std::string(1000, 'r')}, {}}, t0);
    CHECK(log.session_count() < 10);
    CHECK(log.bytes() <= 10'000);
  }
  SECTION("a client that comes and goes leaves nothing behind") {
    RecoveryLog log({.max_sessions = 4});
    const std::string offset = log.next_offset();
    log.store(event("a"), {}, t0);
    const std::size_t before = log.bytes();
    for (int i = 0; i < 1000; ++i) {
      log.persist({"S", "P", {}, {}}, t0);
      REQUIRE(log.restore("P", offset, t0));
    }
    CHECK(log.bytes() == before);
  }
}

TEST_CASE("S27 CONNECT names a private id, and events carry their offset", "[sio][recovery]") {
  Recovering stage;
  FakeSession a(stage.hub);
  const Remembered me = stage.visit(a);
  CHECK(me.sid.size() == 20);
  CHECK(me.pid.size() == 20);
  CHECK(me.pid != me.sid);
  CHECK_FALSE(me.offset.empty());
  Socket& socket = *stage.root.find(me.sid);
  CHECK_FALSE(socket.recovered());

  struct Row {
    const char* what;
    std::function<void()> emit;
    bool offset;
  };
  const Row rows[] = {
      {"to one", [&] { socket.emit("e"); }, true},
      {"to all", [&] { stage.root.emit("e"); }, true},
      {"to a room", [&] { stage.root.to(me.sid).emit("e"); }, true},
      {"volatile", [&] { socket.volatile_().emit("e"); }, false},
      {"volatile, to all", [&] { stage.root.volatile_().emit("e"); }, false},
      {"with an acknowledgement", [&] { socket.emit("e", [] {}); }, false},
      {"with acknowledgements", [&] { stage.root.emit("e", [](std::error_code, const Json&) {}); },
       false},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    row.emit();
    const std::string sent = a.take();
    INFO(sent);
    CHECK((sent.find("[\"e\",\"") != std::string::npos) == row.offset);
  }
  CHECK_FALSE(a.take() != "");
}

TEST_CASE("S27 who comes back gets its id, rooms, data, and what it missed before CONNECT",
          "[sio][recovery][sio5-connect]") {
  Recovering stage;
  int let_in = 0, connections = 0;
  stage.root.use([&](Socket&, const Next& next) {
    ++let_in;
    next();
  });
  stage.root.on_connection([&](Socket&) { ++connections; });
  FakeSession other(stage.hub);
  other.join();
  Remembered me;
  {
    FakeSession a(stage.hub);
    me = stage.visit(a);
    Socket& socket = *stage.root.find(me.sid);
    socket.join("room");
    socket.data()["name"] = "spot";
    a.end("transport close");
  }
  CHECK(stage.root.find(me.sid) == nullptr);
  stage.root.emit("all", 1);
  stage.root.to("room").emit("room", std::vector<std::uint8_t>{7});
  stage.root.to("elsewhere").emit("never");
  stage.root.to(me.sid).emit("direct");
  stage.root.volatile_().emit("gone");
  stage.root.except("room").emit("not you");

  FakeSession b(stage.hub);
  b.say(Recovering::again(me));
  REQUIRE(b.sent.size() == 5);
  CHECK(b.sent[0].starts_with("2[\"all\",1,\""));
  CHECK(b.sent[1].starts_with("51-[\"room\",{\"_placeholder\":true,\"num\":0},\""));
  CHECK(b.sent[2] == "b:\x07");
  CHECK(b.sent[3].starts_with("2[\"direct\",\""));
  CHECK(b.sent[4] == "0{\"sid\":\"" + me.sid + "\",\"pid\":\"" + me.pid + "\"}");
  Socket* const back = stage.root.find(me.sid);
  REQUIRE(back != nullptr);
  CHECK(back->recovered());
  CHECK(back->rooms() == std::vector<std::string>{me.sid, "room"});
  CHECK(back->data()["name"] == "spot");
  CHECK(let_in == 2);  // not again
  CHECK(connections == 3);

  FakeSession thief(stage.hub);  // the same words once more
  thief.say(Recovering::again(me));
  CHECK(between(thief.take(), "\"sid\":\"", "\"") != me.sid);
}

TEST_CASE("S27 a session is kept for those who were cut off, not for those who left",
          "[sio][recovery][sio5-disconnect]") {
  struct Row {
    const char* what;
    std::function<void(FakeSession&, Socket&)> end;
    bool kept;
  };
  const Row rows[] = {
      {"transport close", [](FakeSession& s, Socket&) { s.end("transport close"); }, true},
      {"transport error", [](FakeSession& s, Socket&) { s.end("transport error"); }, true},
      {"ping timeout", [](FakeSession& s, Socket&) { s.end("ping timeout"); }, true},
      {"forced close", [](FakeSession& s, Socket&) { s.say("2[\"connect\"]"); }, true},
      {"forced server close", [](FakeSession& s, Socket&) { s.say("0"); }, true},
      {"the client left", [](FakeSession& s, Socket&) { s.say("1"); }, false},
      {"the server threw it out", [](FakeSession&, Socket& s) { s.disconnect(); }, false},
      {"parse error", [](FakeSession& s, Socket&) { s.end("parse error"); }, false},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Recovering stage;
    FakeSession a(stage.hub);
    const Remembered me = stage.visit(a);
    row.end(a, *stage.root.find(me.sid));
    FakeSession b(stage.hub);
    b.say(Recovering::again(me));
    CHECK((between(b.take(), "\"sid\":\"", "\"") == me.sid) == row.kept);
  }
}

TEST_CASE("S27 middlewares may be asked again, and then their no counts", "[sio][recovery]") {
  Recovering stage({.skip_middlewares = false});
  bool open = true;
  stage.root.use([&](Socket& socket, const Next& next) {
    if (open) return next();
    CHECK(socket.recovered());
    next("closed");
  });
  FakeSession a(stage.hub);
  const Remembered me = stage.visit(a);
  a.end("transport close");
  open = false;
  FakeSession b(stage.hub);
  b.say(Recovering::again(me));
  CHECK(b.take() == "4{\"message\":\"closed\"}");
}

TEST_CASE("S27 what a client says about itself that is not so opens a new session",
          "[sio][recovery]") {
  for (const char* auth :
       {"0", "0{}", "0{\"pid\":1,\"offset\":2}", "0{\"pid\":\"x\"}", "0{\"offset\":\"1\"}",
        "0{\"pid\":\"x\",\"offset\":\"1\"}", "0{\"pid\":null,\"offset\":[]}"}) {
    INFO(auth);
    Recovering stage;
    FakeSession a(stage.hub);
    a.say(auth);
    const std::string answer = a.take();
    CHECK(between(answer, "\"pid\":\"", "\"").size() == 20);
    CHECK(stage.root.size() == 1);
    CHECK_FALSE(stage.root.sockets()[0]->recovered());
  }
}

TEST_CASE("S27 what nobody came back for is forgotten within a minute of its time",
          "[sio][recovery]") {
  Recovering stage({.max_disconnection_duration = 10s});
  const auto& log = static_cast<MemoryAdapter&>(stage.root.adapter()).recovery_log();
  FakeSession a(stage.hub);
  stage.visit(a);
  a.end("transport close");
  CHECK(log.session_count() == 1);
  stage.loop.advance(60s);
  CHECK(log.empty());
  stage.root.emit("e");
  CHECK_FALSE(log.empty());
  stage.loop.advance(60s);
  CHECK(log.empty());
}

TEST_CASE("S27 without recovery nothing of it is on the wire", "[sio][recovery]") {
  Stage stage;
  FakeSession a(stage.hub);
  a.say("0{\"pid\":\"x\",\"offset\":\"1\"}");
  CHECK(a.take().find("pid") == std::string::npos);
  stage.root.emit("e", 1);
  CHECK(a.take() == "2[\"e\",1]");
}
