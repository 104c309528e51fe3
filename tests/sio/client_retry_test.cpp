// retries: each event until it was acknowledged, one after the other, on the wire.
#include "tests/catch.h"
#include "tests/sio/client_rig.h"

using namespace strata;
using namespace strata::sio;
using test::ClientRig;

TEST_CASE("with retries the next event leaves when the one before it was acknowledged",
          "[sio][client][L9]") {
  ClientRig rig({.retries = 1, .ack_timeout = 50ms});
  ClientSocket& socket = rig.socket();
  std::string got;
  socket.emit("echo", 1, [&](std::error_code why, int x) {
    CHECK_FALSE(why);
    got += std::to_string(x);
  });
  socket.emit("echo", 2);
  socket.emit("echo", 3, [&](int x) {
    got += std::to_string(x);
    socket.disconnect();
  });
  CHECK(socket.waiting() == 3);
  rig.open();
  CHECK(rig.said() == "0");
  rig.let_in();
  CHECK(rig.said() == "20[\"echo\",1]");
  rig.say("30[1]");
  CHECK(rig.said() == "21[\"echo\",2]");
  rig.say("31[2]");
  CHECK(rig.said() == "22[\"echo\",3]");
  rig.say("32[3]");
  CHECK(rig.said() == "1 <close>");
  CHECK(got == "13");
  CHECK((socket.waiting() == 0 && socket.awaited() == 0));
}

TEST_CASE("an event that is never acknowledged is sent 1 + retries times under new ids",
          "[sio][client][L9]") {
  ClientRig rig({.retries = 3, .ack_timeout = 50ms});
  ClientSocket& socket = rig.connected();
  std::string got;
  socket.emit("ask", std::vector<std::uint8_t>{'z'},
              [&](std::error_code why) { got += why.message(); });
  socket.emit("next");
  const std::string text = "[\"ask\",{\"_placeholder\":true,\"num\":0}] b:z";
  for (const char* id : {"0", "1", "2", "3"}) {
    CHECK(rig.said() == "51-" + (id + text));
    CHECK(got.empty());
    rig.loop.advance(50ms);
  }
  CHECK(got == "operation has timed out");
  CHECK(rig.said() == "24[\"next\"]");
}

TEST_CASE("an answer to an earlier try is too late", "[sio][client][L9]") {
  ClientRig rig({.retries = 3, .ack_timeout = 50ms});
  ClientSocket& socket = rig.connected();
  int calls = 0;
  socket.emit("ask", [&](std::error_code why, int) {
    CHECK_FALSE(why);
    ++calls;
  });
  rig.loop.advance(50ms);
  CHECK(rig.said() == "20[\"ask\"] 21[\"ask\"]");
  rig.say("30[1]");
  CHECK(calls == 0);
  rig.say("31[1]");
  CHECK(calls == 1);
  rig.loop.advance(1s);
  CHECK(rig.said().empty());
}

TEST_CASE("the queue waits while it is disconnected, then the head is sent again",
          "[sio][client][L9]") {
  for (const std::optional<net::Duration> ack_timeout : {std::optional<net::Duration>(500ms), {}}) {
    ClientRig rig({.retries = 1, .ack_timeout = ack_timeout});
    ClientSocket& socket = rig.connected();
    std::string got;
    socket.emit("a", [&](std::error_code why, int x) {
      got += why ? why.message() : "a" + std::to_string(x);
    });
    socket.emit("b");
    CHECK(rig.said() == "20[\"a\"]");
    for (int lost = 0; lost < 3; ++lost) {  // a try that the connection ended does not count
      rig.lose();
      CHECK(got.empty());
      CHECK(socket.waiting() == 2);
      rig.loop.advance(5s);
      rig.open();
      rig.let_in();
      CHECK(rig.said() == "0 2" + std::to_string(lost + 1) + "[\"a\"]");
    }
    rig.say("33[9]");
    CHECK(got == "a9");
    CHECK(rig.said() == "24[\"b\"]");
  }
}

TEST_CASE("volatile events pass the queue by, and what does not fit in it is told",
          "[sio][client][L9][L7]") {
  SocketLimits limits;
  limits.buffer.max_packets = 2;
  ClientRig rig({.retries = 2, .limits = limits});
  ClientSocket& socket = rig.connected();
  std::string got;
  CHECK(socket.emit("a"));
  CHECK(socket.emit("b"));
  CHECK_FALSE(socket.emit("c", [&](std::error_code why) { got += why.message(); }));
  CHECK(got == "the event was dropped");
  CHECK(rig.said() == "20[\"a\"]");
  CHECK(socket.volatile_().emit("v"));
  CHECK(rig.said() == "2[\"v\"]");
  CHECK(rig.heard() == "overflow:c,2");
}

TEST_CASE("an answer that does not fit is an error, and the queue goes on", "[sio][client][L9]") {
  ClientRig rig({.retries = 2});
  ClientSocket& socket = rig.connected();
  socket.emit("a", [](int) {});
  socket.emit("b", [] { throw std::runtime_error("thrown"); });
  socket.emit("c");
  CHECK(rig.said() == "20[\"a\"]");
  rig.say("30[\"text\"]");
  CHECK(rig.said() == "21[\"b\"]");
  rig.say("31[]");
  CHECK(rig.said() == "22[\"c\"]");
  CHECK(rig.heard() ==
        "error:argument 0: expected integer from -2147483648 to 2147483647, found string "
        "error:thrown");
}
