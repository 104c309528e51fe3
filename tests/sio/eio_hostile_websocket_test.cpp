// tests/sio/eio_hostile_websocket_test.cpp - what hostile clients do with a session on a WebSocket,
// and on the way to it.
#include "tests/catch.h"
#include "tests/sio/eio_villain.h"

using namespace strata;
using namespace strata::test;

namespace {

const std::string error = "transport error";
constexpr std::size_t limit = villain_limit;

// Text on a WebSocket.
Row spoken(const char* what, std::string text, std::string seen, std::string reason = "",
           int opcode = 1) {
  return {what,
          [text, opcode](Villain& v) {
            RawClient& client = v.websocket();
            client.message(text, opcode);
            return joined(client.frames());
          },
          std::move(seen), std::move(reason)};
}

// Raw bytes on a WebSocket.
Row wired(const char* what, std::string bytes, std::string seen, std::string reason = "") {
  return {what,
          [bytes](Villain& v) {
            RawClient& client = v.websocket();
            client.send(bytes);
            return joined(client.frames());
          },
          std::move(seen), std::move(reason)};
}

// A message on a candidate, before or behind its probe.
Row tried(const char* what, std::string text, bool probed, int opcode = 1) {
  return {what,
          [text, probed, opcode](Villain& v) {
            RawClient& client = v.candidate();
            if (probed) client.message("2probe");
            client.frames();
            client.message(text, opcode);
            return joined(client.frames()) + " " + v.post("4on");
          },
          "c:- 200 ok", ""};
}

const std::vector<Row> sockets = {
    spoken("an empty message", "", "c:-", "parse error"),
    spoken("a type that is none", "9", "c:-", "parse error"),
    spoken("bad Base64", "b*", "c:-", "parse error"),
    spoken("a ping of its own", "2", "c:-", error),
    spoken("a probe on the session's own", "2probe", "c:-", error),
    spoken("an upgrade on it", "5", ""),
    spoken("an open packet", "0", ""),
    spoken("a pong unasked", "3", ""),
    spoken("a close packet", "1", "c:-", "transport close"),
    spoken("text that is none", "4\xFF", "c:1007", error),
    spoken("one byte over the limit", "4" + std::string(limit, 'x'), "c:1009", error),
    spoken("octets over it", std::string(limit + 1, 'x'), "c:1009", error, 2),
    spoken("no octets", "", "b:", "", 2),
    spoken("an opcode of nobody", "4a", "c:1002", error, 3),
    spoken("a continuation of nothing", "4a", "c:1002", error, 0),
    spoken("a long ping of WebSockets", std::string(126, 'x'), "c:1002", error, 9),
    wired("no mask",
          "\x81\x02"
          "4a",
          "c:1002", error),
    wired("a reserved bit",
          std::string("\xC1\x82\0\0\0\0"
                      "4a",
                      8),
          "c:1002", error),
    wired("a length that is lied about", std::string("\x81\xFF\0\0\x10\0\0\0\0\0\0\0\0\0", 14),
          "c:1009", error),
    wired("a close code of nobody", std::string("\x88\x82\0\0\0\0\x03\xED", 8), "c:1002", error),
    wired("requests instead of frames", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "c:1002", error),
};

const std::vector<Row> candidates = {
    tried("a message before the probe", "4a", false),
    tried("an empty one", "", false),
    tried("a ping that is no probe", "2", false),
    tried("another probe", "2probes", false),
    tried("octets", "2probe", false, 2),
    tried("a message behind the probe", "4a", true),
    tried("a close packet", "1", true),
    tried("a pong", "3probe", true),
    tried("Base64", "bAQID", true),
    {"an upgrade without a probe",
     [](Villain& v) {
       RawClient& client = v.candidate();
       client.message("5");
       client.message("4a");
       return joined(client.frames());
     },
     "t:4a", ""},
    {"a second candidate",
     [](Villain& v) {
       v.candidate();
       return joined(v.candidate().frames());
     },
     "c:-", ""},
    {"fifty candidates",
     [](Villain& v) {
       for (int i = 0; i < 49; ++i) v.candidate();
       return joined(v.candidate().frames());
     },
     "c:-", ""},
    {"a candidate that says nothing",
     [](Villain& v) {
       RawClient& client = v.candidate();
       v.rig.loop.advance(10s);
       return joined(client.frames());
     },
     "c:-", ""},
    {"a candidate that breaks the rules",
     [](Villain& v) {
       RawClient& client = v.candidate();
       client.send(
           "\x81\x02"
           "4a");
       return joined(client.frames()) + " " + v.post("4on");
     },
     "c:1002 200 ok", ""},
    {"a candidate that is reset behind its probe",
     [](Villain& v) {
       RawClient& client = v.candidate();
       client.message("2probe");
       client.peer().reset();
       v.rig.loop.settle();
       return v.post("4on");
     },
     "200 ok", ""},
    {"a close over polling while it probes",
     [](Villain& v) {
       RawClient& client = v.candidate();
       client.message("2probe");
       client.frames();
       v.post("1");
       return joined(client.frames());
     },
     "c:-", "transport close"},
    {"a poll behind the upgrade",
     [](Villain& v) {
       RawClient& client = v.candidate();
       client.message("2probe");
       client.message("5");
       return v.get();
     },
     bad_request, ""},
    {"a POST that was under way at the upgrade",
     [](Villain& v) {
       RawClient& poster = v.half_post();
       RawClient& client = v.candidate();
       client.message("2probe");
       client.message("5");
       poster.send("aaaaaaa");
       return poster.answer().text();
     },
     bad_request, ""},
    {"a candidate for a session that is closing",
     [](Villain& v) {
       v.rig.echo.sockets.back()->send_text("a");
       v.rig.echo.sockets.back()->close();
       const std::string seen = joined(v.candidate().frames());
       v.get();
       v.get();
       return seen;
     },
     "c:-", "forced close"},
};

}  // namespace

TEST_CASE("hostile WebSockets", "[sio][eio][eio4-close]") { play(sockets); }
TEST_CASE("hostile upgrades", "[sio][eio][eio4-upgrade]") { play(candidates); }
