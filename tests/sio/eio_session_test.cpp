// tests/sio/eio_session_test.cpp - the rules of a session on a clock that the test moves.
#include "sio/eio/session.h"

#include "tests/catch.h"

using namespace strata;
using namespace strata::sio::eio;

namespace {

const net::TimePoint start{std::chrono::seconds(100)};
const Timing timing;  // 25 s, 20 s, 10 s, 30 s

std::string names(const Actions& actions) {
  std::string text;
  const auto add = [&](bool set, const char* name) {
    if (set) text += (text.empty() ? "" : " ") + std::string(name);
  };
  add(actions.deliver, "deliver");
  add(actions.answer_probe, "probe");
  add(actions.drop_candidate, "drop");
  add(actions.switch_over, "switch");
  add(actions.ping, "ping");
  add(actions.answer_poll, "answer");
  add(actions.refuse, "refuse");
  add(actions.end, "end");
  return text;
}

// An event of a script, the time it happens (ms after the start), and what has to be done.
// "4hi" is a packet, "ws 2probe" one on the candidate, "queue hi" a message that we send.
struct Step {
  int at;
  std::string event;
  std::string actions;
};

Packet packet_of(std::string_view text) {
  return {static_cast<PacketType>(text[0] - '0'), false, text.substr(1)};
}

std::string run(Session& session, const Step& step) {
  const net::TimePoint now = start + std::chrono::milliseconds(step.at);
  const std::string_view event = step.event;
  if (event == "time") return names(session.on_deadline(now));
  if (event == "time, unread") return names(session.on_deadline(now, true));
  if (event == "GET") return names(session.on_poll());
  if (event == "GET gone") return names(session.on_poll_aborted());
  if (event == "overtaken") return names(session.on_poll_overtaken());
  if (event == "POST") return names(session.on_post());
  if (event == "POST gone") return names(session.on_post_aborted());
  if (event == "candidate") return session.on_candidate(now) ? "yes" : "no";
  if (event == "close") return names(session.close("forced close", false, now));
  if (event == "discard") return names(session.close("forced close", true, now));
  if (event == "bad") return names(session.on_bad_packet("no packet type"));
  if (event == "body") return session.poll_body();
  if (event == "last body") return session.last_body();
  if (event == "reason") return std::string(session.reason());
  if (event.starts_with("ws "))
    return names(session.on_candidate_packet(packet_of(event.substr(3))));
  if (event.starts_with("queue ")) {
    session.outbox().append(PacketType::message, event.substr(6));
    return session.flush_due() ? "due" : "";
  }
  if (event == "POST done") session.on_post_done();
  if (event == "candidate gone") session.on_candidate_gone();
  if (event[0] > '9') return "";
  return names(session.on_packet(packet_of(event), now));
}

struct Script {
  const char* what;
  Transport first;
  std::vector<Step> steps;
};

void check(const std::vector<Script>& scripts) {
  for (const Script& script : scripts) {
    Session session(timing, script.first, start);
    for (std::size_t i = 0; i < script.steps.size(); ++i) {
      INFO(script.what << ", step " << i << ": " << script.steps[i].event);
      CHECK(run(session, script.steps[i]) == script.steps[i].actions);
    }
  }
}

constexpr Transport polling = Transport::polling;
constexpr Transport websocket = Transport::websocket;

}  // namespace

TEST_CASE("the server pings, and only a pong counts", "[sio][eio][codec][eio4-heartbeat]") {
  check({
      {"in time",
       websocket,
       {{24999, "time", ""},
        {25000, "time", "ping"},
        {30000, "3", ""},
        {54999, "time", ""},
        {55000, "time", "ping"},
        {74999, "3", ""},
        {99998, "time", ""},
        {99999, "time", "ping"}}},
      {"too late",
       websocket,
       {{25000, "time", "ping"},
        {44999, "time", ""},
        {45000, "time", "end"},
        {45000, "reason", "ping timeout"},
        {45001, "3", ""},
        {90000, "time", ""}}},
      {"messages are no pong",
       websocket,
       {{25000, "time", "ping"},
        {30000, "4hi", "deliver"},
        {44000, "6", ""},
        {45000, "time", "end"}}},
      {"a pong nobody asked for changes nothing",
       websocket,
       {{10000, "3", ""}, {25000, "time", "ping"}, {45000, "time", "end"}}},
      {"a client does not ping",
       websocket,
       {{1000, "2", "end"}, {1000, "reason", "transport error"}}},
      {"while its bytes are left unread its time does not run",
       websocket,
       {{25000, "time", "ping"},
        {45000, "time, unread", ""},
        {64999, "time", ""},
        {65000, "time", "end"}}},
      {"over polling it waits for the next poll",
       polling,
       {{25000, "time", ""},
        {26000, "GET", "answer"},
        {26000, "body", "2"},
        {26100, "3", ""},
        {51099, "time", ""},
        {51099, "GET", ""},
        {51100, "time", "answer"}}},
      {"over polling it leaves at once on a poll that is held",
       polling,
       {{0, "GET", ""},
        {25000, "time", "answer"},
        {25000, "body", "2"},
        {25001, "GET", ""},
        {45000, "time", "end"},
        {45000, "last body", "1"}}},
  });
}

TEST_CASE("the next deadline is never later than what is due",
          "[sio][eio][codec][eio4-heartbeat]") {
  Session session(timing, polling, start);
  CHECK(session.deadline() == start + 25s);
  REQUIRE(session.on_candidate(start + 20s));
  CHECK(session.deadline() == start + 25s);
  session.on_deadline(start + 25s);
  CHECK(session.deadline() == start + 30s);
  CHECK(names(session.on_deadline(start + 30s)) == "drop");
  CHECK(session.deadline() == start + 45s);
  session.close("forced close", false, start + 31s);
  CHECK(session.deadline() == start + 61s);
  CHECK(names(session.on_deadline(start + 61s)) == "end");
  CHECK(session.deadline() == net::TimePoint::max());
}

TEST_CASE("packets that mean nothing now are ignored", "[sio][eio][codec][eio4-packet]") {
  for (const char* data : {"0", "3", "5", "6", "0{}", "6x"}) {
    for (const Transport transport : {polling, websocket}) {
      INFO(data);
      Session session(timing, transport, start);
      CHECK(run(session, {0, data, ""}).empty());
      CHECK(session.state() == Session::State::open);
    }
  }
}

TEST_CASE("a poll is held until there is something", "[sio][eio][codec][eio4-polling]") {
  check({
      {"something waits already",
       polling,
       {{0, "queue a", ""},
        {0, "queue b", ""},
        {0, "GET", "answer"},
        {0, "body",
         "4a\x1e"
         "4b"},
        {0, "GET", ""},
        {0, "queue c", "due"},
        {0, "body", "4c"}}},
      {"two polls at once",
       polling,
       {{0, "GET", ""},
        {0, "GET", "refuse end"},
        {0, "reason", "transport error"},
        {0, "last body", "1"}}},
      {"its client goes away",
       polling,
       {{0, "GET", ""}, {0, "GET gone", "end"}, {0, "reason", "transport error"}}},
      {"a request comes behind it",
       polling,
       {{0, "GET", ""}, {0, "overtaken", "answer"}, {0, "body", "6"}, {0, "GET", ""}}},
      {"two POSTs at once",
       polling,
       {{0, "POST", ""}, {0, "POST", "refuse end"}, {0, "reason", "transport error"}}},
      {"a POST after another", polling, {{0, "POST", ""}, {0, "POST done", ""}, {0, "POST", ""}}},
      {"a POST breaks off",
       polling,
       {{0, "POST", ""}, {0, "POST gone", "end"}, {0, "reason", "transport error"}}},
      {"a bad packet",
       polling,
       {{0, "GET", ""}, {0, "bad", "end"}, {0, "reason", "parse error"}, {0, "last body", "1"}}},
      {"a bad packet behind an answer",
       polling,
       {{0, "GET", ""},
        {0, "queue a", "due"},
        {0, "bad", "end"},
        {0, "last body",
         "4a\x1e"
         "1"}}},
      {"nothing counts after the end",
       polling,
       {{0, "bad", "end"},
        {0, "bad", ""},
        {0, "4x", ""},
        {0, "1", ""},
        {0, "close", ""},
        {0, "discard", ""},
        {0, "candidate", "no"},
        {0, "time", ""}}},
  });
}

TEST_CASE("a session ends by either side", "[sio][eio][codec][eio4-close]") {
  check({
      {"the client's close",
       polling,
       {{0, "GET", ""}, {0, "1", "end"}, {0, "reason", "transport close"}, {0, "last body", "6"}}},
      {"the client's close on a WebSocket",
       websocket,
       {{0, "1", "end"}, {0, "reason", "transport close"}}},
      {"ours, with a poll held",
       polling,
       {{0, "GET", ""}, {0, "close", "end"}, {0, "last body", "1"}}},
      {"ours, without a poll",
       polling,
       {{0, "close", ""},
        {0, "GET", "end"},
        {0, "last body",
         "6\x1e"
         "1"},
        {0, "reason", "forced close"}}},
      {"ours, with something waiting",
       polling,
       {{0, "queue bye", ""},
        {0, "close", ""},
        {0, "GET", "answer"},
        {0, "body", "4bye"},
        {0, "GET", "end"},
        {0, "last body",
         "6\x1e"
         "1"}}},
      {"ours, with something about to leave",
       polling,
       {{0, "GET", ""},
        {0, "queue bye", "due"},
        {0, "close", "answer"},
        {0, "body", "4bye"},
        {0, "GET", "end"},
        {0, "last body",
         "6\x1e"
         "1"}}},
      {"ours, never fetched",
       polling,
       {{0, "close", ""},
        {29999, "time", ""},
        {30000, "time", "end"},
        {30000, "reason", "forced close"}}},
      {"ours, and then the client's",
       polling,
       {{0, "close", ""}, {0, "4x", ""}, {0, "1", "end"}, {0, "reason", "forced close"}}},
      {"ours, discarding",
       polling,
       {{0, "GET", ""}, {0, "queue x", "due"}, {0, "discard", "end"}, {0, "last body", "1"}}},
      {"ours, and then discarding",
       polling,
       {{0, "queue x", ""}, {0, "close", ""}, {0, "discard", "end"}}},
      {"ours on a WebSocket",
       websocket,
       {{0, "close", "end"}, {0, "reason", "forced close"}, {0, "4x", ""}}},
  });
}

TEST_CASE("a session moves from polling to a WebSocket", "[sio][eio][codec][eio4-upgrade]") {
  check({
      {"by the book",
       polling,
       {{0, "GET", ""},
        {0, "candidate", "yes"},
        {5, "ws 2probe", "probe answer"},
        {5, "body", "6"},
        {6, "GET", "answer"},
        {6, "body", "6"},
        {7, "GET", "answer"},
        {7, "body", "6"},
        {8, "ws 5", "switch"},
        {9, "candidate", "no"},
        {25000, "time", "ping"}}},
      {"what waits stays on polling while it lasts",
       polling,
       {{0, "candidate", "yes"},
        {1, "ws 2probe", "probe"},
        {2, "queue a", ""},
        {3, "GET", "answer"},
        {3, "body", "4a"},
        {4, "ws 5", "switch"}}},
      {"a candidate that has not probed leaves polls alone",
       polling,
       {{0, "candidate", "yes"}, {0, "GET", ""}, {1, "ws 2probe", "probe answer"}}},
      {"no probe, and a poll still held",
       polling,
       {{0, "GET", ""}, {0, "candidate", "yes"}, {1, "ws 5", "switch answer"}, {1, "body", "6"}}},
  });
}

TEST_CASE("an upgrade that goes another way", "[sio][eio][codec][eio4-upgrade]") {
  check({
      {"it takes too long",
       polling,
       {{0, "candidate", "yes"},
        {1, "ws 2probe", "probe"},
        {9999, "time", ""},
        {10000, "time", "drop"},
        {10001, "GET", ""},
        {10002, "candidate", "yes"}}},
      {"a second candidate",
       polling,
       {{0, "candidate", "yes"},
        {0, "candidate", "no"},
        {1, "ws 2probe", "probe"},
        {1, "candidate", "no"},
        {2, "ws 5", "switch"},
        {2, "candidate", "no"}}},
      {"the candidate goes away",
       polling,
       {{0, "candidate", "yes"},
        {1, "ws 2probe", "probe"},
        {2, "candidate gone", ""},
        {2, "GET", ""},
        {3, "candidate", "yes"}}},
      {"the session ends meanwhile",
       polling,
       {{0, "candidate", "yes"}, {1, "1", "drop end"}, {2, "ws 5", ""}}},
      {"we close meanwhile",
       polling,
       {{0, "candidate", "yes"},
        {1, "close", "drop"},
        {2, "ws 5", ""},
        {3, "GET", "end"},
        {3, "last body",
         "6\x1e"
         "1"}}},
      {"we close behind the probe, and its client polls no more",
       polling,
       {{0, "candidate", "yes"},
        {1, "ws 2probe", "probe"},
        {2, "close", ""},
        {3, "ws 5", "switch end"}}},
      {"or it does, not having heard of it",
       polling,
       {{0, "candidate", "yes"},
        {1, "ws 2probe", "probe"},
        {2, "close", ""},
        {3, "GET", "drop end"}}},
      {"it ends of its heartbeat meanwhile",
       polling,
       {{25000, "time", ""}, {44000, "candidate", "yes"}, {45000, "time", "drop end"}}},
      {"a session that began there", websocket, {{0, "candidate", "no"}}},
      {"a session that is closing", polling, {{0, "close", ""}, {0, "candidate", "no"}}},
  });
}

TEST_CASE("junk on a candidate closes the candidate alone", "[sio][eio][codec][eio4-upgrade]") {
  for (const char* junk :
       {"ws 2", "ws 2probe ", "ws 2Probe", "ws 3probe", "ws 4hi", "ws 0", "ws 1", "ws 6"}) {
    for (const bool probed : {false, true}) {
      INFO(junk);
      Session session(timing, polling, start);
      REQUIRE(session.on_candidate(start));
      if (probed) run(session, {0, "ws 2probe", ""});
      CHECK(run(session, {0, junk, ""}) == "drop");
      CHECK(run(session, {0, "GET", ""}).empty());
      CHECK(session.state() == Session::State::open);
      CHECK(session.transport() == polling);
    }
  }
}
