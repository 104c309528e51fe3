// tests/sio/eio_client_hostile_test.cpp - servers that mean no good: each costs a client a bounded
// amount of memory and of time.
#include "tests/catch.h"
#include "tests/sio/eio_client_rig.h"

using namespace strata;
using namespace strata::test;
using eio::Transport;

namespace {

eio::ClientOptions hostile_polling() {
  eio::ClientOptions options = polling_only();
  options.max_message = 10'000;
  options.max_send_queue = 10'000;
  options.max_packets_a_poll = 100;
  return options;
}

eio::ClientOptions hostile_websocket() {
  eio::ClientOptions options = hostile_polling();
  options.transports = {Transport::websocket};
  return options;
}

std::string repeated(std::string_view piece, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += piece;
  return all;
}

bool all_gone(ScriptRig& rig) {
  rig.loop.advance(60s);
  for (const auto& each : rig.server.peers)
    if (!each->fin && !each->gone) return false;
  return true;
}

}  // namespace

TEST_CASE("C10: a hostile answer to a poll ends the session, what was good before it is delivered",
          "[sio][eio-client][hostile][eio4-payload]") {
  struct Row {
    std::string body, log;
  };
  const std::string error = "error:server error|close:transport error|";
  const std::vector<Row> rows = {
      {"", error},
      {"\x1e", error},
      {"4a\x1e", "text:a|" + error},
      {"\x1e"
       "4a",
       error},
      {"4a\x1e"
       "7\x1e"
       "4b",
       "text:a|" + error},
      {"hello", error},
      {"<html>proxy</html>", error},
      {"4\xff", error},
      {"4a\x1e"
       "4\xc3",
       "text:a|" + error},
      {"b", "binary:|"},
      {"b!", error},
      {"bAQI", error},
      {"bAQI=", "binary:\1\2|"},
      {"bAQ", error},
      {"0{}", ""},  // a second open packet means nothing
      {"3probe", ""},
      {"5", ""},
      {"6\x1e"
       "6\x1e"
       "6",
       ""},
      {repeated("6\x1e", 99) + "4a", "text:a|"},
      {repeated("6\x1e", 100) + "4a", error},
      {repeated("2\x1e", 99) + "6", repeated("ping|", 99)},
      {"4" + std::string(9'999, 'x'), "text:" + std::string(40, 'x') + "|"},
      {"4" + std::string(10'000, 'x'), "error:xhr poll error|close:transport error|"},
  };
  for (const Row& row : rows) {
    INFO(row.body.substr(0, 60));
    ScriptRig rig(hostile_polling());
    rig.opened();
    REQUIRE(rig.take() == "open|");
    rig.answer(row.body);
    const std::string log = rig.take();
    CHECK(log == row.log);
    if (log.find("close") == log.npos) continue;
    CHECK(all_gone(rig));
    CHECK(rig.take().empty());
  }
}

TEST_CASE("C10: a hostile handshake is an error and nothing else",
          "[sio][eio-client][hostile][eio4-handshake]") {
  for (const std::string body :
       {"", "0", "0{}", "0[]", "1", "2", "4a", "6", "96:0{\"sid\":\"a\"}", "b",
        "0{\"sid\":\"a\",\"pingInterval\":-1,\"pingTimeout\":1}",
        "0{\"sid\":\"a\",\"pingInterval\":1,\"pingTimeout\":1e99}", "0{\"sid\":[[[[[[[[[[[[[[",
        "6\x1e"
        "0{\"sid\":\"a\",\"pingInterval\":1,\"pingTimeout\":1}"}) {
    INFO(body);
    ScriptRig rig(hostile_polling());
    rig.answer(body);
    CHECK(rig.take() == "error:server error|");
    CHECK(all_gone(rig));
    CHECK(rig.take().empty());
  }
}

TEST_CASE("C10: an answer without an end is cut off at max_message",
          "[sio][eio-client][hostile][eio4-polling]") {
  ScriptRig rig(hostile_polling());
  rig.opened();
  rig.take();
  rig.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 100 && rig.side.log.empty(); ++i)
    rig.say("3e8\r\n" + std::string(1000, 'x') + "\r\n");
  CHECK(rig.take() == "error:xhr poll error|close:transport error|");
  CHECK(all_gone(rig));
}

TEST_CASE("C10: an answer that comes byte by byte ends with the heartbeat",
          "[sio][eio-client][hostile][eio4-heartbeat]") {
  ScriptRig rig(hostile_polling());
  rig.opened();
  rig.take();
  rig.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 44; ++i) {
    rig.loop.advance(1s);
    rig.say("x");
    CHECK(rig.take().empty());
  }
  rig.loop.advance(1s);
  CHECK(rig.take() == "close:ping timeout|");
  CHECK(all_gone(rig));
}

TEST_CASE("C6: a server that answers no POST: sends are refused at the limit, then it ends",
          "[sio][eio-client][hostile][eio4-client]") {
  ScriptRig rig(hostile_polling());
  rig.opened();
  rig.take();
  int taken = 0;
  while (rig.client().send(std::string(998, 'x'))) ++taken;
  CHECK(taken == 11);  // it is looked at before each
  CHECK(rig.client().queued() <= 11'000);
  SECTION("no answer at all") { rig.loop.advance(30s); }
  SECTION("one that comes byte by byte") {
    rig.loop.settle();
    rig.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 1);
    for (int i = 0; i < 40; ++i) {
      rig.loop.advance(1s);
      rig.say("x", 1);
    }
  }
  CHECK(rig.take() == "error:xhr post error|close:transport error|");
  CHECK(rig.client().queued() == 0);
  CHECK(all_gone(rig));
}

TEST_CASE("C10: a server that sends without end over a WebSocket",
          "[sio][eio-client][hostile][eio4-packet]") {
  const std::string open = "0{\"sid\":\"a\",\"pingInterval\":25000,\"pingTimeout\":20000}";
  ScriptRig rig(hostile_websocket());
  rig.accept(0, server_frame(open));
  REQUIRE(rig.take() == "open|");
  SECTION("a message over the limit") {
    rig.say(server_frame("4" + std::string(10'000, 'x')));
    CHECK(rig.take().empty());  // its Close is on its way
    rig.peer().finish();
    CHECK(rig.take() == "error:websocket error|close:transport error|");
  }
  SECTION("a message over the limit, and then it stays") {
    rig.say(server_frame("4" + std::string(10'000, 'x')));
    rig.loop.advance(5s);
    CHECK(rig.take() == "error:websocket error|close:transport error|");
  }
  SECTION("fragments without an end") {
    rig.say(std::string("\x01\x01") + "4");
    for (int i = 0; i < 200; ++i) rig.say(std::string("\x00\x7d", 2) + std::string(125, 'x'));
    rig.loop.advance(5s);
    CHECK(rig.take() == "error:websocket error|close:transport error|");
  }
  SECTION("text that is none") {
    rig.say(server_frame("4\xff"));
    rig.loop.advance(5s);
    CHECK(rig.take() == "error:websocket error|close:transport error|");
  }
  SECTION("pings of ours without reading the answers") {
    rig.say(repeated(server_frame("2"), 1000));
    CHECK(rig.take() == repeated("ping|", 1000));
    rig.say(repeated(server_frame("2"), 5000));
    const std::string log = rig.take();
    CHECK(log == repeated("ping|", 1000) + "error:server error|close:transport error|");
    CHECK(rig.side.last.context == "pings without end");
  }
  CHECK(all_gone(rig));
}

TEST_CASE("C6: over a WebSocket that takes nothing sends are refused at the limit",
          "[sio][eio-client][hostile][eio4-client]") {
  ScriptRig rig(hostile_websocket());
  rig.accept(0, server_frame("0{\"sid\":\"a\",\"pingInterval\":99000,\"pingTimeout\":20000}"));
  std::size_t most = 0;
  int taken = 0;
  while (taken < 1000 && rig.client().send(std::string(1000, 'x'))) {
    ++taken;
    most = std::max(most, rig.client().queued());
  }
  // what a connection holds below its high mark, 64 KiB, is taken whatever the limit says
  CHECK(taken == 65);
  CHECK(most < 64 * 1024 + 2000);
  CHECK(rig.take() == "open|");
  CHECK(rig.client().send("again"));
}

TEST_CASE("C10: a server that cuts the answer anywhere",
          "[sio][eio-client][hostile][eio4-client]") {
  const std::string body = R"(0{"sid":"abc","upgrades":[],"pingInterval":1000,"pingTimeout":1000})";
  const std::string whole =
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    INFO(at);
    ScriptRig rig(hostile_polling());
    rig.say(whole.substr(0, at));
    rig.peer().finish();
    CHECK(rig.take() == "error:xhr poll error|");
  }
  for (std::size_t at = 1; at < whole.size(); ++at) {  // and that it comes in two parts is nothing
    ScriptRig rig(hostile_polling());
    rig.say(whole.substr(0, at));
    rig.say(whole.substr(at));
    CHECK(rig.take() == "open|");
  }
}
