// A socket of a client: how it joins and leaves its namespace, and what it hears there.
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

TEST_CASE("what auth remembers is there when it is asked again", "[sio][client][L5]") {
  ClientRig rig;
  ClientSocket& socket = rig.socket();
  socket.auth = [n = 0]() mutable { return Json{{"n", ++n}}; };
  rig.open();
  CHECK(rig.said() == "0{\"n\":1}");
  rig.lose();
  rig.loop.advance(1s);
  rig.open();
  CHECK(rig.said() == "0{\"n\":2}");
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

TEST_CASE("DISCONNECT in place of an answer to CONNECT is told like any other",
          "[sio][sio5-disconnect][client][L12]") {
  ClientRig rig;
  ClientSocket& root = rig.connected();
  ClientSocket& gone = rig.socket("/gone");
  CHECK(rig.said() == "0/gone,");
  rig.say("1/gone,");
  CHECK(rig.heard() == "/gone.disconnect:io server disconnect");
  CHECK((root.connected() && !gone.active()));
  rig.say("1/gone,");
  rig.say("1/never,");
  CHECK(rig.heard().empty());
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

TEST_CASE("as an attempt is told a socket leaves and comes back: it connects at once",
          "[sio][client][L3][L15]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  rig.manager->once("reconnect_attempt", [&](int) { socket.disconnect().connect(); });
  rig.lose();
  rig.heard();
  rig.loop.advance(1s);
  CHECK(rig.heard() == "attempt:1 close:forced close");
  CHECK((socket.active() && rig.connections() == 2));
  rig.open();
  CHECK(rig.said() == "0");
  CHECK(rig.heard() == "open");  // that was no attempt of the loop's
  rig.let_in("/", "S2");
  CHECK(rig.heard() == "connect");
}

TEST_CASE("open() as a failure is told is an attempt of the loop", "[sio][client][L3]") {
  ClientRig rig;
  rig.connected();
  rig.server.listener.reset();
  int failures = 0;
  rig.manager->on("error", [&] {
    if (++failures == 1) rig.manager->open();
  });
  rig.lose();
  rig.loop.advance(1s);
  CHECK(failures == 2);
  rig.loop.advance(20s);
  CHECK(failures > 4);
}

TEST_CASE("a namespace that is asked for as the last one leaves opens a new connection",
          "[sio][client][L15]") {
  ClientRig rig;
  ClientSocket& socket = rig.connected();
  socket.on("disconnect", [&] { rig.socket("/foo"); });
  socket.disconnect();
  rig.open();
  CHECK(rig.said() == "0/foo,");
  rig.let_in("/foo");
  CHECK(rig.heard() == "close:forced close disconnect:io client disconnect open /foo.connect");
  CHECK_FALSE(socket.active());
}

TEST_CASE("left while it opens, it says nothing of an error", "[sio][client][L2][L4]") {
  ClientRig rig({.timeout = 1s});
  ClientSocket& socket = rig.socket();
  socket.disconnect();
  rig.loop.advance(60s);
  CHECK(rig.heard() == "close:forced close");
  CHECK((!socket.active() && rig.manager->state() == Manager::State::closed));
}
