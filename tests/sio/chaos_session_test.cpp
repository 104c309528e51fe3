// A Socket.IO session, our client and our server on one virtual loop, struck behind every byte of
// it: cut, reset, or silent until the heartbeat ends it. Then the network is well again. Whatever
// byte it was:
//   client -> server   with retries: each event at least once, in order, its answer once
//   server -> client   with recovery: each event once, in order, where the session is recovered
//   the socket         connect and disconnect alternate; at the end it left by itself
#include <algorithm>
#include <optional>

#include "sio/manager.h"
#include "sio/server.h"
#include "tests/sio/chaos_world.h"

using namespace strata;
using namespace strata::test;
using sio::Json;

namespace {

constexpr int events = 4;

struct Setting {
  const char* name;
  Route route;
  bool recovery = false;
};

sio::Options server_options(const Setting& setting) {
  sio::Options options;
  if (setting.recovery) options.connection_state_recovery.emplace();
  return options;
}

sio::ManagerOptions client_options(const Setting& setting) {
  sio::ManagerOptions options;
  options.transports = setting.route.transports;
  options.retries = 3;
  options.ack_timeout = 60s;
  options.random = [] { return 0.5; };
  return options;
}

// The client asks 1 to 4, every other time with octets; the server answers each, and tells
// everybody the news of it when it hears it first. With all answers the client leaves.
struct Session : World {
  Session(const Setting& setting, const Strike& strike)
      : World(strike), io(loop, server_options(setting)) {
    serve();
    REQUIRE_FALSE(io.listen(net::Address::loopback(80)));
    manager.emplace(loop, "http://127.0.0.1:80", client_options(setting));
    listen();
    for (int i = 1; i <= events; ++i) ask(i);
    loop.advance(std::chrono::minutes(5));
  }

  void serve() {
    io.on_connection([this](sio::Socket& socket) {
      server_log.push_back(socket.recovered() ? "recovered" : "connection");
      socket.on("ask", [this](int n, const Json&, const sio::Ack& ack) {
        asked.push_back(n);
        if (std::count(asked.begin(), asked.end(), n) == 1) tell(n);
        ack(n);
      });
      socket.on_disconnect([this](const std::string& why) { server_log.push_back(why); });
    });
  }
  void tell(int n) {
    told.push_back(std::to_string(n));
    if (n % 2 == 0)
      io.emit("news", n, Json::binary({1, 2, 3}));
    else
      io.emit("news", n, "text");
  }
  void listen() {
    sio::ClientSocket& socket = manager->socket();
    socket.on("connect",
              [this, &socket] { log.push_back(socket.recovered() ? "back" : "connect"); });
    socket.on("connect_error", [this](const sio::Failure&) { log.push_back("connect_error"); });
    socket.on("disconnect", [this](const std::string& why) { log.push_back("disconnect " + why); });
    socket.on("news", [this](int n, const Json& more) {
      CHECK(more.is_binary() == (n % 2 == 0));
      news.push_back(std::to_string(n));
      finish();
    });
  }
  void ask(int n) {
    const Json more = n % 2 == 1 ? Json::binary({9, 8, 7}) : Json("text");
    manager->socket().emit("ask", n, more, [this](std::error_code why, int answer) {
      answers.push_back(why ? why.message() : std::to_string(answer));
      finish();
    });
  }
  // With all answers, and the last of the news, or no hope of it.
  void finish() {
    if (answers.size() != events || news.empty()) return;
    if (news.back() == told.back() || !complete()) manager->socket().disconnect();
  }
  // Every time that it came back it was recovered: nothing may be missing.
  bool complete() const { return std::count(log.begin(), log.end(), "connect") == 1; }

  std::vector<std::string> log, server_log, news, told, answers;
  std::vector<int> asked;
  sio::Server io;
  std::optional<sio::Manager> manager;
};

void check(Session& session, const Setting& setting, const Strike& strike) {
  CAPTURE(joined(session.log), joined(session.server_log), joined(session.news),
          joined(session.answers), session.asked);
  // Client to server, what retries promise.
  CHECK(joined(session.answers) == "1 2 3 4");
  CHECK(std::is_sorted(session.asked.begin(), session.asked.end()));
  for (int i = 1; i <= events; ++i)
    CHECK(std::count(session.asked.begin(), session.asked.end(), i) >= 1);
  CHECK(session.asked.size() <= events + 1);  // one strike, one event under way
  // Server to client, what recovery promises.
  CHECK(in_order(session.news, session.told));
  if (session.complete()) CHECK(session.news == session.told);
  // The socket. A session that is lost before CONNECT is answered is a disconnect as well. Of
  // polling, an answer that stops half-way is given up before the heartbeat would be overdue, and
  // the next request, over a connection that works, may hear that the session is over.
  std::vector<std::string> reasons = {"disconnect transport close", "disconnect transport error"};
  if (strike.blow == Blow::hole) {
    if (setting.route.transports.front() == sio::eio::Transport::websocket) reasons.clear();
    reasons.push_back("disconnect ping timeout");
  }
  bool up = false;
  std::size_t connects = 0, losses = 0;
  for (const std::string& word : session.log) {
    const bool now = word == "connect" || word == "back";
    if (now || word == "connect_error") CHECK_FALSE(up);
    if (word == "back") CHECK(setting.recovery);
    if (word == "disconnect io client disconnect") {
      CHECK(up);
    } else if (word.starts_with("disconnect")) {
      CHECK(std::count(reasons.begin(), reasons.end(), word) == 1);
      ++losses;
    }
    up = now;
    connects += now ? 1 : 0;
  }
  CHECK(losses <= 1);
  CHECK(connects <= 2);
  CHECK(connects >= 1);
  // The end.
  const bool left = !session.log.empty() && session.log.back() == "disconnect io client disconnect";
  if (!left) {  // the news that would have told that all is over is lost, and nobody promised it
    CHECK_FALSE(session.complete());
    session.manager->socket().disconnect();
  }
  session.loop.advance(std::chrono::minutes(2));
  CHECK(session.manager->state() == sio::Manager::State::closed);
  CHECK(session.io.clients_count() == 0);
  CHECK(session.loop.connection_count() == 0);
}

struct Seen {  // of all sessions, how many
  int came_back = 0, recovered = 0, asked_again = 0;
};

Carried run(const Setting& setting, const Strike& strike, Seen& seen) {
  INFO(setting.name << " " << setting.route.name << ": " << strike.words());
  Session session(setting, strike);
  check(session, setting, strike);
  if (strike.blow == Blow::none)
    CHECK(joined(session.log) == "connect disconnect io client disconnect");
  const auto told = [&session](const char* word) {
    return std::count(session.log.begin(), session.log.end(), word);
  };
  seen.came_back += told("connect") + told("back") == 2 ? 1 : 0;
  seen.recovered += told("back") != 0 ? 1 : 0;
  seen.asked_again += session.asked.size() > events ? 1 : 0;
  return session.carried();
}

void every_byte(Blow blow, bool recovery) {
  for (const Route& route : routes()) {
    const Setting setting{recovery ? "recovering" : "plain", route, recovery};
    Seen seen;
    each_strike(blow, [&](const Strike& strike) { return run(setting, strike, seen); });
    // It is shown that what was to be shown did happen.
    CHECK(seen.came_back > 0);
    CHECK(seen.asked_again > 0);
    CHECK((seen.recovered > 0) == recovery);
  }
}

}  // namespace

TEST_CASE("L3 L9 a session that is cut behind any byte: retries lose nothing and keep the order",
          "[sio][chaos][codec]") {
  every_byte(Blow::fin, false);
}

TEST_CASE("L9 L10 a session that is cut behind any byte: what recovery promises comes once",
          "[sio][chaos][codec]") {
  every_byte(Blow::fin, true);
}

TEST_CASE("L3 L9 L10 a session that is reset behind any byte: as if it had been cut",
          "[sio][chaos][codec]") {
  every_byte(Blow::reset, true);
}

TEST_CASE("L9 L10 L13 a network that falls silent behind any byte: ping timeout, and all of it",
          "[sio][chaos][codec]") {
  every_byte(Blow::hole, true);
}
