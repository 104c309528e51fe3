// tests/sio/eio_client_session_test.cpp - a client's rules, event by event.
#include "tests/sio/eio_client_subject.h"

using namespace strata;
using namespace strata::test;

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
