// tests/sio/eio_client_session_test.cpp - a client's rules, event by event.
#include "sio/eio/client_session.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::sio::eio;

namespace {

const net::TimePoint t0{std::chrono::seconds(1000)};
constexpr const char* open_data =
    R"({"sid":"s","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,)"
    R"("maxPayload":1000000})";

// What next() asks for is written down, as words; nothing is done about it but by the test.
struct Subject {
  explicit Subject(Transport first = Transport::polling, ClientRules given = {})
      : rules(given), session(rules, first, t0 + 30s) {}

  std::string steps(bool may_flush = true, bool unsent = false) {
    static constexpr const char* names[] = {"none", "open",      "drop",    "start",
                                            "ask",  "upgrading", "switch",  "poll",
                                            "post", "flush",     "goodbye", "end"};
    std::string all;
    for (int i = 0; i < 20; ++i) {
      const ClientStep step = session.next(now, may_flush, unsent);
      if (step == ClientStep::none) return all;
      all += (all.empty() ? "" : " ") + std::string(names[static_cast<std::size_t>(step)]);
      if (step == ClientStep::post) body = session.post_body();
      if (step == ClientStep::flush) {
        while (!session.outbox().empty()) session.outbox().pop();
        session.on_flushed();
      }
      if (step == ClientStep::end) all += ":" + std::string(session.reason());
      if (step == ClientStep::drop_candidate) all += ":" + session.upgrade_error().context;
    }
    return all + " and so on";
  }
  bool packet(PacketType type, std::string_view data = {}) {
    return session.on_packet({type, false, data}, now);
  }
  void opened() {  // and the next poll is under way
    steps();
    packet(PacketType::open, open_data);
    session.on_polled();
    steps();
  }
  void asked() {  // "2probe" was sent
    opened();
    session.on_candidate_open();
    REQUIRE(steps() == "ask");
  }
  bool send(std::string_view text) {
    return session.send({PacketType::message, false, true, text});
  }

  ClientRules rules;
  net::TimePoint now = t0;
  ClientSession session;
  std::string body;
};

}  // namespace

TEST_CASE("C2: a session opens, polls and asks for the upgrade",
          "[sio][codec][eio-client][eio4-client]") {
  Subject s;
  CHECK(s.steps() == "poll");
  CHECK(s.steps().empty());
  CHECK_FALSE(s.packet(PacketType::open, open_data));
  CHECK(s.session.state() == ClientSession::State::open);
  CHECK(s.steps(false) == "open start");
  s.session.on_polled();
  CHECK(s.steps() == "poll");
  CHECK(s.session.opening().sid == "s");
}

TEST_CASE("C2: what comes before the open packet, or is none, is an error",
          "[sio][codec][eio-client][eio4-handshake]") {
  for (const PacketType type : {PacketType::message, PacketType::noop, PacketType::ping,
                                PacketType::close, PacketType::pong, PacketType::upgrade}) {
    Subject s;
    s.steps();
    CHECK_FALSE(s.packet(type, "x"));
    CHECK(s.steps() == "end:transport error");
    CHECK(s.session.error().message == "server error");
    CHECK_FALSE(s.session.was_open());
  }
  Subject s;
  s.steps();
  s.packet(PacketType::open, "{}");
  CHECK(s.steps() == "end:transport error");
  CHECK(s.session.error().context == "no sid");
  CHECK(s.steps().empty());
}

TEST_CASE("C6: while an answer is read nothing is posted, then all of it at once",
          "[sio][codec][eio-client][eio4-client]") {
  Subject s;
  s.opened();
  CHECK(s.send("a"));
  CHECK(s.send("b"));
  CHECK(s.steps(false).empty());
  CHECK(s.steps() == "post");
  CHECK(s.body ==
        "4a\x1e"
        "4b");
  CHECK(s.send("c"));
  CHECK(s.steps().empty());  // one at a time
  CHECK_FALSE(s.session.writable());
  s.session.on_posted();
  CHECK(s.steps() == "post");
  CHECK(s.body == "4c");
  s.session.on_posted();
  CHECK(s.session.writable());
}

TEST_CASE("C2: what is sent before it is open waits", "[sio][codec][eio-client][eio4-client]") {
  Subject s;
  CHECK(s.send("early"));
  CHECK(s.steps() == "poll");
  s.packet(PacketType::open, open_data);
  CHECK(s.steps() == "open start post");
  CHECK(s.body == "4early");
}

TEST_CASE("C11: only a ping moves the deadline", "[sio][codec][eio-client][eio4-heartbeat]") {
  Subject s;
  s.opened();
  CHECK(s.session.deadline() == t0 + 10s);  // of the probe that was started
  s.session.on_candidate_failed("no");
  s.steps();
  CHECK(s.session.deadline() == t0 + 45s);
  s.now = t0 + 10s;
  CHECK(s.packet(PacketType::message, "x"));
  for (const PacketType type :
       {PacketType::noop, PacketType::pong, PacketType::upgrade, PacketType::open}) {
    CHECK_FALSE(s.packet(type, "x"));
  }
  CHECK(s.session.deadline() == t0 + 45s);
  s.packet(PacketType::ping);
  CHECK(s.session.deadline() == t0 + 55s);
  CHECK(s.steps() == "post");
  CHECK(s.body == "3");
  s.session.on_deadline(t0 + 55s - 1ns);
  CHECK(s.steps().empty());
  CHECK_FALSE(s.session.overdue(t0 + 55s - 1ns));
  CHECK(s.session.overdue(t0 + 55s));
  s.session.on_deadline(t0 + 55s);
  CHECK(s.steps() == "end:ping timeout");
  CHECK_FALSE(s.session.overdue(t0 + 60s));
}

TEST_CASE("C11: many pings are answered once per POST",
          "[sio][codec][eio-client][eio4-heartbeat]") {
  Subject s;
  s.opened();
  for (int i = 0; i < 1000; ++i) s.packet(PacketType::ping);
  CHECK(s.steps() == "post");
  CHECK(s.body == "3");
  for (int i = 0; i < 1000; ++i) s.packet(PacketType::ping);
  CHECK(s.session.queued() == 1 + 2);
  s.session.on_posted();
  CHECK(s.steps() == "post");
  CHECK(s.body == "3");
}

TEST_CASE("C2: the upgrade waits for the GET and the POST that are under way",
          "[sio][codec][eio-client][eio4-upgrade]") {
  Subject s;
  s.asked();
  s.send("by polling");
  CHECK(s.steps() == "post");
  s.session.on_candidate_packet({PacketType::pong, false, "probe"});
  CHECK(s.steps() == "upgrading");
  CHECK(s.session.upgrading());
  CHECK_FALSE(s.session.writable());
  CHECK(s.send("by WebSocket"));
  CHECK(s.steps().empty());
  SECTION("first the GET") {
    s.session.on_polled();
    CHECK(s.steps().empty());  // no further poll
    s.session.on_posted();
  }
  SECTION("first the POST") {
    s.session.on_posted();
    CHECK(s.steps().empty());
    s.packet(PacketType::noop);
    s.session.on_polled();
  }
  CHECK(s.session.transport() == Transport::polling);
  CHECK(s.steps() == "switch flush");
  CHECK(s.session.transport() == Transport::websocket);
  CHECK_FALSE(s.session.upgrading());
  CHECK(s.session.direct());
  s.session.on_candidate_failed("late");
  CHECK(s.steps().empty());
}

TEST_CASE("C2: an upgrade that fails in any of its states leaves the session with polling",
          "[sio][codec][eio-client][eio4-upgrade]") {
  Subject s;
  SECTION("while it connects") {
    s.opened();
    s.session.on_candidate_failed("refused");
    CHECK(s.steps() == "drop:refused");
  }
  SECTION("before it is asked") {
    s.opened();
    s.session.on_candidate_open();
    s.session.on_candidate_failed("gone");
    CHECK(s.steps() == "drop:gone");
  }
  SECTION("by another answer than the probe's") {
    s.asked();
    const Packet answer =
        GENERATE(Packet{PacketType::pong, false, "prob"}, Packet{PacketType::ping, false, "probe"},
                 Packet{PacketType::message, true, "probe"}, Packet{PacketType::noop, false, {}});
    s.session.on_candidate_packet(answer);
    CHECK(s.steps() == "drop:the server did not answer the probe");
  }
  SECTION("without an answer") {
    s.asked();
    s.session.on_deadline(t0 + 10s);
    CHECK(s.steps() == "drop:no answer in time");
  }
  SECTION("while the last poll is waited for") {
    s.asked();
    s.session.on_candidate_packet({PacketType::pong, false, "probe"});
    CHECK(s.steps() == "upgrading");
    s.session.on_candidate_failed("gone");
    CHECK(s.steps() == "drop:gone");
  }
  SECTION("while the last poll is waited for, too long") {
    s.asked();
    s.session.on_candidate_packet({PacketType::pong, false, "probe"});
    CHECK(s.steps() == "upgrading");
    s.session.on_deadline(t0 + 10s);
    CHECK(s.steps() == "drop:no answer in time");
  }
  CHECK(s.session.state() == ClientSession::State::open);
  CHECK_FALSE(s.session.upgrading());
  s.session.on_polled();
  CHECK(s.steps() == "poll");
  s.send("a");
  CHECK(s.steps() == "post");
}

TEST_CASE("C2: no upgrade where the server offers none, the rules want none, or it is there",
          "[sio][codec][eio-client][eio4-upgrade]") {
  ClientRules none;
  none.upgrade = false;
  Subject unwilling(Transport::polling, none);
  unwilling.steps();
  unwilling.packet(PacketType::open, open_data);
  CHECK(unwilling.steps() == "open");
  Subject there(Transport::websocket);
  CHECK(there.steps().empty());
  there.packet(PacketType::open, open_data);
  CHECK(there.steps() == "open");
  Subject unable;
  unable.steps();
  unable.packet(PacketType::open, R"({"sid":"s","pingInterval":1,"pingTimeout":1})");
  CHECK(unable.steps() == "open");
}

TEST_CASE("C9: close() lets what waits leave, and says 1 behind it",
          "[sio][codec][eio-client][eio4-close]") {
  Subject s(Transport::polling, {.upgrade = false});
  s.opened();
  s.send("a");
  CHECK(s.steps() == "post");
  s.send("b");
  s.session.close(s.now);
  CHECK(s.session.state() == ClientSession::State::closing);
  CHECK_FALSE(s.send("c"));
  CHECK(s.steps().empty());
  s.session.on_posted();
  CHECK(s.steps() == "post");
  CHECK(s.body == "4b");
  CHECK(s.packet(PacketType::message, "still delivered"));
  s.session.on_polled();
  CHECK(s.steps() == "poll");
  s.session.on_posted();
  CHECK(s.steps() == "goodbye");
  CHECK_FALSE(s.packet(PacketType::message, "not any more"));
  s.session.on_polled();
  CHECK(s.steps().empty());
  SECTION("answered") { s.session.on_posted(); }
  SECTION("not answered") { s.session.on_deadline(t0 + 30s); }
  SECTION("refused") { s.session.on_transport_error({.message = "xhr post error"}); }
  CHECK(s.steps() == "end:forced close");
  CHECK(s.session.error().message.empty());
}

TEST_CASE("C9: close() waits for an upgrade that was answered, and for its failure",
          "[sio][codec][eio-client][eio4-close]") {
  Subject s;
  s.asked();
  s.session.on_candidate_packet({PacketType::pong, false, "probe"});
  CHECK(s.steps() == "upgrading");
  s.send("a");
  s.session.close(s.now);
  CHECK(s.steps().empty());
  SECTION("it comes") {
    s.session.on_polled();
    CHECK(s.steps(true, false) == "switch flush goodbye");
    s.session.said_goodbye();
  }
  SECTION("it fails") {
    s.session.on_candidate_failed("gone");
    CHECK(s.steps() == "drop:gone post");
    CHECK(s.body == "4a");
    s.session.on_posted();
    CHECK(s.steps() == "goodbye");
    s.session.on_posted();
  }
  CHECK(s.steps() == "end:forced close");
}

TEST_CASE("C9: close() does not wait for a probe that nobody has answered",
          "[sio][codec][eio-client][eio4-close]") {
  Subject s;
  s.asked();
  s.session.close(s.now);
  CHECK(s.steps() == "goodbye drop:socket closed");
}

TEST_CASE("C9: over a WebSocket close() waits until all has left",
          "[sio][codec][eio-client][eio4-close]") {
  Subject s(Transport::websocket);
  s.packet(PacketType::open, open_data);
  CHECK(s.steps() == "open");
  s.session.close(s.now);
  CHECK(s.steps(true, true).empty());
  CHECK(s.session.deadline() == t0 + 30s);
  CHECK(s.steps(true, false) == "goodbye");
}

TEST_CASE("C10: ends have the reference's reasons, once", "[sio][codec][eio-client][eio4-close]") {
  Subject s;
  s.opened();
  s.send("dropped");
  SECTION("the server's close packet") {
    s.packet(PacketType::close);
    CHECK(s.steps() == "drop:socket closed end:transport close");
  }
  SECTION("a transport that failed") {
    s.session.on_transport_error({.message = "xhr poll error", .status = 400});
    CHECK(s.steps() == "drop:socket closed end:transport error");
    CHECK(s.session.error().status == 400);
  }
  SECTION("a packet that is none") {
    s.session.on_bad_packet("no packet type");
    CHECK(s.steps() == "drop:socket closed end:transport error");
    CHECK(s.session.error().message == "server error");
  }
  SECTION("the layer above") {
    s.session.fail("parse error", {.context = "no Socket.IO packet"});
    CHECK(s.steps() == "drop:socket closed end:parse error");
  }
  CHECK_FALSE(s.packet(PacketType::message, "x"));
  s.session.on_transport_closed({});
  s.session.on_deadline(t0 + std::chrono::hours(1));
  s.session.close(s.now);
  CHECK(s.steps().empty());
  CHECK(s.session.queued() == 0);
  CHECK(s.session.deadline() == net::TimePoint::max());
}

TEST_CASE("C10: an open packet that never comes is an error of its transport",
          "[sio][codec][eio-client][eio4-handshake]") {
  for (const Transport first : {Transport::polling, Transport::websocket}) {
    Subject s(first);
    s.steps();
    CHECK(s.session.deadline() == t0 + 30s);
    s.session.on_deadline(t0 + 30s);
    CHECK(s.steps() == "end:transport error");
    CHECK(s.session.error().message ==
          (first == Transport::polling ? "xhr poll error" : "websocket error"));
  }
}

TEST_CASE("C3: another transport begins anew, with what waits",
          "[sio][codec][eio-client][eio4-client]") {
  Subject s(Transport::websocket);
  s.send("kept");
  s.session.on_transport_error({.message = "websocket error"});
  CHECK(s.steps() == "end:transport error");
  s.session.begin_with(Transport::polling);
  CHECK(s.steps() == "poll");
  s.packet(PacketType::open, open_data);
  CHECK(s.steps() == "open start post");
  CHECK(s.body == "4kept");
}

TEST_CASE("C6: above max_send_queue nothing is taken", "[sio][codec][eio-client][eio4-client]") {
  ClientRules rules;
  rules.max_send_queue = 10;
  Subject s(Transport::polling, rules);
  s.opened();
  CHECK(s.send("123456789"));  // 11 bytes with its type and separator: one may go over it
  CHECK_FALSE(s.send("a"));
  CHECK(s.steps() == "post");
  CHECK(s.session.queued() == 10);  // the POST's count until it is answered
  CHECK(s.send("a"));
  CHECK_FALSE(s.send("b"));
  s.session.on_posted();
  CHECK(s.send("b"));
}
