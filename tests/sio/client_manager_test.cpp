// A Manager: opening, its time, losing the connection and getting it back, the end.
#include "sio/manager.h"

#include "tests/catch.h"
#include "tests/sio/client_rig.h"

using namespace strata;
using namespace strata::sio;
using test::ClientRig;
using test::plain;

TEST_CASE("the opening order of two namespaces on the wire", "[sio][client][L15][L2]") {
  ClientRig rig;
  ClientSocket& root = rig.socket();
  ClientSocket& foo = rig.socket("/foo");
  root.connect();  // again: nothing is sent twice
  rig.open();
  root.connect();
  CHECK(rig.said() == "0 0/foo,");
  rig.let_in();
  rig.let_in("/foo", "S2");
  CHECK(rig.heard() == "open connect /foo.connect");
  CHECK((root.id() == "S1" && foo.id() == "S2"));
  root.disconnect();
  CHECK((!root.active() && !root.connected() && root.id().empty() && foo.connected()));
  foo.disconnect();
  CHECK(rig.said() == "1 1/foo, <close>");
  CHECK(rig.heard() ==
        "disconnect:io client disconnect close:forced close "
        "/foo.disconnect:io client disconnect");
  rig.loop.advance(60s);
  CHECK(rig.connections() == 1);  // it does not come back
}

TEST_CASE("without auto_connect nothing happens until it is asked for", "[sio][client][L2]") {
  ClientRig rig({.auto_connect = false});
  ClientSocket& socket = rig.socket();
  rig.loop.advance(60s);
  CHECK(rig.connections() == 0);
  CHECK((!socket.active() && rig.manager->state() == Manager::State::closed));
  socket.connect();
  CHECK((socket.active() && rig.manager->state() == Manager::State::opening));
  rig.open();
  CHECK(rig.said() == "0");
}

TEST_CASE("open answers whoever asked, once", "[sio][client][L2]") {
  ClientRig rig({.auto_connect = false});
  std::string told;
  const auto tell = [&](const Failure* why) { told += why ? why->message + "|" : "opened|"; };
  SECTION("that it is open") {
    rig.manager->open(tell);
    rig.manager->open(tell);  // it is opening
    rig.open();
    CHECK(told == "opened|");
  }
  SECTION("that it failed, and then it is not repeated") {
    rig.server.listener.reset();
    rig.manager->open(tell);
    rig.loop.advance(30s);
    CHECK(told == "websocket error|");
    CHECK(rig.heard() == "error:websocket error");
  }
}

TEST_CASE("a URL that is none is an error at each open, and not tried again",
          "[sio][client][L17]") {
  for (const char* url : {"ftp://h", "http://", "http://h/a,b"}) {
    INFO(url);
    ClientRig rig({}, url);
    ClientSocket& socket = rig.socket();
    CHECK(rig.notes.take().empty());  // later, as other failures
    rig.loop.advance(60s);
    CHECK(rig.heard() == "error:invalid URL connect_error:invalid URL");
    socket.connect();
    rig.loop.advance(60s);
    CHECK(rig.heard() == "error:invalid URL connect_error:invalid URL");
  }
}

TEST_CASE("what is not open in time is an error, timeout", "[sio][client][L4]") {
  struct Row {
    const char* what;
    std::optional<net::Duration> timeout;
    net::Duration wait;
    const char* heard;
  };
  const Row rows[] = {
      {"not yet", 20s, 19s, ""},
      {"the default", 20s, 20s, "error:timeout connect_error:timeout"},
      {"at once", 0s, 0s, "error:timeout connect_error:timeout"},
      {"none", std::nullopt, 60s, ""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    ClientRig rig({.reconnection = false, .timeout = row.timeout});
    rig.socket();
    rig.loop.advance(row.wait);
    CHECK(rig.heard() == row.heard);
  }
}

TEST_CASE("reconnection: each attempt after its delay, with its events", "[sio][client][L3]") {
  ClientRig rig;
  rig.connected();
  rig.server.listener.reset();  // nobody listens any more
  rig.lose();
  CHECK(rig.heard() == "close:transport close disconnect:transport close");
  CHECK(rig.manager->reconnecting());
  rig.loop.advance(999ms);
  CHECK(rig.heard().empty());
  rig.loop.advance(1ms);
  CHECK(rig.heard() ==
        "attempt:1 error:websocket error connect_error:websocket error "
        "reconnect_error:websocket error");
  rig.loop.advance(2s - 1ms);
  CHECK(rig.heard().empty());
  rig.loop.advance(1ms);
  CHECK(rig.heard().starts_with("attempt:2 "));
  rig.loop.advance(4s);
  CHECK(rig.heard().starts_with("attempt:3 "));
  rig.loop.advance(5s);
  CHECK(rig.heard().starts_with("attempt:4 "));
}

TEST_CASE("reconnection: success is told with the number of attempts, behind the sockets' CONNECT",
          "[sio][client][L3][L2]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  rig.lose();
  CHECK((socket.active() && !socket.connected() && socket.id().empty()));
  rig.heard();
  rig.loop.advance(1s);
  rig.open();
  CHECK(rig.said() == "0");
  CHECK(rig.heard() == "attempt:1 open reconnect:1");
  rig.let_in("/", "S2");
  CHECK(rig.heard() == "connect");
  CHECK((socket.id() == "S2" && !rig.manager->reconnecting()));
  rig.lose();
  rig.heard();
  rig.loop.advance(1s);  // the count began anew
  CHECK(rig.heard() == "attempt:1");
}

TEST_CASE("reconnection: the first connect that fails begins it as well, and it gives up",
          "[sio][client][L3]") {
  ClientRig rig({.reconnection_attempts = 2, .reconnection_delay = 10ms});
  ClientSocket& socket = rig.socket();
  rig.server.listener.reset();
  rig.loop.advance(10s);
  CHECK(rig.heard() ==
        "error:websocket error connect_error:websocket error "
        "attempt:1 error:websocket error connect_error:websocket error "
        "reconnect_error:websocket error "
        "attempt:2 error:websocket error connect_error:websocket error "
        "reconnect_failed reconnect_error:websocket error");
  CHECK_FALSE(rig.manager->reconnecting());
  rig.loop.advance(1h);
  CHECK(rig.heard().empty());
  socket.connect();  // a new loop, counted anew
  rig.loop.advance(10s);
  CHECK(rig.heard().find("attempt:2") != std::string::npos);
}

TEST_CASE("reconnection: options of none, of off, and changes on the way", "[sio][client][L3]") {
  SECTION("no attempt at all") {
    ClientRig rig({.reconnection_attempts = 0});
    rig.connected();
    rig.lose();
    rig.loop.advance(1h);
    CHECK(rig.heard() == "close:transport close disconnect:transport close reconnect_failed");
  }
  SECTION("off") {
    ClientRig rig({.reconnection = false});
    ClientSocket& socket = rig.connected();
    rig.lose();
    rig.loop.advance(1h);
    CHECK(rig.heard() == "close:transport close disconnect:transport close");
    CHECK(rig.connections() == 1);
    socket.connect();
    rig.open();
    CHECK(rig.said() == "0");
  }
  SECTION("turned off while it runs") {
    ClientRig rig;
    rig.connected();
    rig.lose();
    rig.manager->reconnection(false);
    CHECK_FALSE(rig.manager->reconnecting());
    rig.loop.advance(1h);
    CHECK(rig.connections() == 1);
  }
  SECTION("turned off as an attempt is told") {
    ClientRig rig;
    rig.connected();
    rig.manager->on("reconnect_attempt", [&](int) { rig.manager->reconnection(false); });
    rig.lose();
    rig.loop.advance(1h);
    CHECK(rig.connections() == 1);
  }
  SECTION("set by the setters") {
    ClientRig rig({.reconnection_delay = 7s});
    Manager& manager = *rig.manager;
    manager.reconnection_delay(50ms);
    manager.reconnection_delay_max(60ms);
    manager.reconnection_attempts(3);
    manager.randomization_factor(0.25);
    manager.timeout(1s);
    CHECK((manager.reconnection() && manager.reconnection_delay() == 50ms &&
           manager.reconnection_delay_max() == 60ms && manager.reconnection_attempts() == 3 &&
           manager.randomization_factor() == 0.25 && manager.timeout() == 1s));
    manager.randomization_factor(0);
    rig.connected();
    rig.lose();
    rig.loop.advance(50ms);
    CHECK(rig.connections() == 2);
  }
}

TEST_CASE("reconnection: one loop at a time, and a close ends it", "[sio][client][L3]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  SECTION("close of the manager") {
    rig.lose();
    rig.heard();
    rig.manager->close();
    CHECK(rig.heard() == "close:forced close disconnect:forced close");
    CHECK(socket.active());
  }
  SECTION("the last socket leaves") {
    rig.lose();
    rig.heard();
    socket.disconnect();
    CHECK(rig.heard() == "close:forced close");
    CHECK_FALSE(socket.active());
  }
  SECTION("a socket leaves while another stays") {
    rig.socket("/foo");
    rig.let_in("/foo");
    rig.lose();
    socket.disconnect();
    rig.said();
    rig.loop.advance(1s);
    rig.open();
    CHECK(rig.said() == "0/foo,");
    return;
  }
  SECTION("connect during the loop waits for it") {
    rig.lose();
    socket.connect();
    socket.connect();
    CHECK(rig.connections() == 1);
    rig.loop.advance(1s);
    CHECK(rig.connections() == 2);
    return;
  }
  SECTION("open during the wait ends the loop well") {
    rig.lose();
    rig.heard();
    rig.manager->open();
    rig.open();
    CHECK(rig.heard() == "open reconnect:1");
    rig.loop.advance(1h - 1h);
    rig.lose();
    rig.heard();
    rig.loop.advance(1s);
    CHECK(rig.heard() == "attempt:1");
    return;
  }
  rig.loop.advance(1h);
  CHECK(rig.connections() == 1);
  CHECK(rig.heard().empty());
}

TEST_CASE("every reason of an end, as its socket hears it", "[sio][client][L13]") {
  ClientRig rig({.reconnection = false});
  ClientSocket& socket = rig.connected();
  std::string details = "none";
  socket.on("disconnect", [&](const std::string&, const std::optional<Failure>& why) {
    if (why) details = why->message + "/" + why->context;
  });
  SECTION("the server's word") {
    rig.say("1");
    CHECK(rig.heard() == "close:forced close disconnect:io server disconnect");
    CHECK_FALSE(socket.active());
    CHECK(details == "none");
  }
  SECTION("our word") {
    socket.disconnect();
    CHECK(rig.heard() == "close:forced close disconnect:io client disconnect");
    CHECK_FALSE(socket.active());
  }
  SECTION("no ping came") {
    rig.loop.advance(45s);
    CHECK(rig.heard() == "close:ping timeout disconnect:ping timeout");
    CHECK(socket.active());
  }
  SECTION("the server closed the session") {
    rig.frame("1");
    CHECK(rig.heard() == "close:transport close disconnect:transport close");
  }
  SECTION("TCP ended") {
    rig.lose();
    CHECK(rig.heard() == "close:transport close disconnect:transport close");
    CHECK(details != "none");
  }
  SECTION("frames against the rules") {
    rig.peer().send(std::string(20, '\xff'));
    rig.loop.advance(10s);  // our Close is not answered
    CHECK(rig.heard() == "error:websocket error close:transport error disconnect:transport error");
  }
  SECTION("a packet against the rules") {
    rig.say("9");
    CHECK(rig.heard() == "close:parse error disconnect:parse error");
    CHECK(details == "unknown packet type/");
  }
  SECTION("the manager's close") {
    rig.manager->close();
    CHECK(rig.heard() == "close:forced close disconnect:forced close");
    CHECK(socket.active());
  }
  CHECK((socket.id().empty() && !socket.connected()));
  CHECK(rig.manager->state() == Manager::State::closed);
}

TEST_CASE("after a packet against the rules it connects again", "[sio][client][L14]") {
  ClientRig rig;
  rig.connected();
  rig.say("9");
  CHECK(rig.heard() == "close:parse error disconnect:parse error");
  rig.loop.advance(1s);
  rig.open();
  rig.let_in("/", "S2");
  CHECK(rig.heard() == "attempt:1 open reconnect:1 connect");
}

TEST_CASE("a header that waits for attachments dies with its session", "[sio][client][L14]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  std::string got;
  socket.on("x", [&](Bytes bytes) { got += net::as_text(bytes); });
  rig.say("51-[\"x\",{\"_placeholder\":true,\"num\":0}]");
  rig.lose();
  rig.loop.advance(1s);
  rig.open();
  rig.let_in("/", "S2");
  rig.say("51-[\"x\",{\"_placeholder\":true,\"num\":0}]");
  rig.say_binary("ok");
  CHECK(got == "ok");
}

TEST_CASE("disconnect and connect in one breath: one disconnect, then a new connection",
          "[sio][client][L2][L15]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  socket.disconnect().connect();
  CHECK(rig.heard() == "close:forced close disconnect:io client disconnect");
  CHECK(socket.active());
  rig.open();
  CHECK(rig.said() == "0");
  rig.let_in("/", "S2");
  CHECK(rig.heard() == "open connect");
  std::string first = rig.server.at(0).take();
  CHECK(test::take_client_packets(first) == "1 <close>");  // the old one was told all the same
}

TEST_CASE("pings and packets are told to who listens", "[sio][client][L3]") {
  ClientRig rig;
  rig.connected();
  std::string packets;
  rig.manager->on("packet", [&](const Json& packet) { packets += dump(packet); });
  rig.frame("2");
  CHECK(rig.said() == "<3>");
  CHECK(rig.heard() == "ping");
  rig.say("21[\"x\",1]");
  rig.say("2/none,[\"y\"]");
  CHECK(packets ==
        R"({"data":["x",1],"id":1,"nsp":"/","type":2}{"data":["y"],"nsp":"/none","type":2})");
}

TEST_CASE("a handler of the manager's that throws or does not fit is a line in the log",
          "[sio][client][L3]") {
  ClientRig rig;
  rig.manager->on("open", [] { throw std::runtime_error("thrown"); });
  rig.manager->on("open", [](int) {});
  rig.manager->on("open", [](Manager& manager) { manager.reconnection_attempts(5); });
  rig.socket();
  rig.open();
  CHECK(rig.heard() ==
        "open log:a handler of \"open\" failed: thrown "
        "log:a handler of \"open\" failed: argument 0: expected integer from -2147483648 to "
        "2147483647, found nothing");
  CHECK(rig.manager->reconnection_attempts() == 5);
  CHECK(rig.said() == "0");
}
