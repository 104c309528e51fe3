// tests/sio/eio_client_session_end_test.cpp - a client's rules: how sessions end.
#include "tests/sio/eio_client_subject.h"

using namespace strata;
using namespace strata::test;

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
