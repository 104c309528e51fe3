// tests/sio/killed_client_test.cpp - a client may die at any byte: every prefix of four scripted
// sessions, ended by FIN and by RST, in memory and over TCP, leaves nothing behind.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "sio/server.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "ws/route.h"

using namespace strata;

namespace {

// What a script does on one of its connections: send, then wait until `answer` has come. SID
// stands for the Engine.IO session's id, as the server told it.
struct Step {
  int connection;
  std::string send;
  std::string answer;
};
struct Script {
  const char* what;
  std::vector<Step> steps;
};

std::string masked(std::string_view payload) {
  std::string frame("\x81", 1);
  frame += static_cast<char>(0x80 | payload.size());
  return frame.append(4, '\0').append(payload);  // a mask of zeros
}
std::string upgrade(const std::string& target) {
  return "GET " + target +
         " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}
std::string get(const std::string& query) {
  return "GET /socket.io/?EIO=4&transport=polling" + query + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string post(const std::string& target, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

const std::vector<Script>& scripts() {
  static const std::string polling = "/socket.io/?EIO=4&transport=polling&sid=SID";
  static const std::vector<Script> all = {
      {"HTTP POST", {{0, post("/echo", "some content"), "some content"}}},
      {"WebSocket",
       {{0, upgrade("/chat"), "\r\n\r\n"},
        {0, masked("one") + masked("two"), "two"},
        {0, std::string("\x88\x82\0\0\0\0\x03\xe8", 8), "\x03\xe8"}}},
      {"polling",
       {{0, get(""), "\"maxPayload\""},
        {0, post(polling, "40"), "ok"},
        {0, get("&sid=SID"), "40{"},
        {0, post(polling, "42[\"echo\",1]"), "ok"},
        {0, get("&sid=SID"), "[\"echo\",1]"},
        {0, get("&sid=SID"), ""},  // held
        {1,
         post(polling,
              "41\x1e"
              "1"),
         "ok"}}},
      {"upgrade",
       {{0, get(""), "\"maxPayload\""},
        {0, post(polling, "40"), "ok"},
        {0, get("&sid=SID"), "40{"},
        {1, upgrade("/socket.io/?EIO=4&transport=websocket&sid=SID"), "\r\n\r\n"},
        {1, masked("2probe"), "3probe"},
        {1, masked("5"), ""},
        {1, masked("42[\"echo\",2]"), "[\"echo\",2]"},
        {1, masked("41"), ""}}},
  };
  return all;
}

// One client's connection, whatever carries it.
struct Line {
  virtual ~Line() = default;
  virtual void send(std::string_view bytes) = 0;
  virtual std::string take() = 0;
  virtual void end(bool reset) = 0;
};
struct MemoryLine final : Line {
  explicit MemoryLine(test::Peer p) : peer(std::move(p)) {}
  void send(std::string_view bytes) override { peer.send(bytes); }
  std::string take() override { return peer.take(); }
  void end(bool reset) override {
    if (reset)
      peer.reset();
    else
      peer = test::Peer(std::make_shared<test::Duplex>());  // both directions closed, as close(2)
  }
  test::Peer peer;
};
struct TcpLine final : Line {
  explicit TcpLine(const net::Address& to) : fd(::socket(to.family(), SOCK_STREAM, 0)) {
    REQUIRE(::connect(fd, to.raw(), to.raw_bytes()) == 0);
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  ~TcpLine() override { end(false); }
  void send(std::string_view bytes) override {
    (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  std::string take() override {
    char buffer[4096];
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
  }
  void end(bool reset) override {
    if (fd < 0) return;
    const linger hard{1, 0};
    if (reset) ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(fd);
    fd = -1;
  }
  int fd;
};

// Plays a script until it has sent `budget` bytes, then dies.
class Victim {
 public:
  using Dial = std::function<std::unique_ptr<Line>()>;
  Victim(const Script& script, std::size_t budget, bool reset, Dial dial)
      : script_(script), budget_(budget), reset_(reset), dial_(std::move(dial)) {}

  // One move; false once dead.
  bool move() {
    if (dead_) return false;
    for (std::size_t i = 0; i < lines_.size(); ++i)
      if (lines_[i]) heard_[i] += lines_[i]->take();
    if (waiting_) {
      const Step& step = script_.steps[at_ - 1];
      std::string& heard = heard_[static_cast<std::size_t>(step.connection)];
      const std::size_t found = heard.find(step.answer);
      if (found == std::string::npos) return ++patience_ < 10'000 || die();
      learn_sid(heard);
      heard.erase(0, found + step.answer.size());
      waiting_ = false;
    }
    if (at_ == script_.steps.size()) {
      completed = true;
      return die();
    }
    const Step& step = script_.steps[at_++];
    std::string bytes = step.send;
    if (const std::size_t place = bytes.find("SID"); place != std::string::npos)
      bytes.replace(place, 3, sid_);
    // A sid makes the frame's length field wrong nowhere: it only stands in targets.
    const bool cut = bytes.size() > budget_;
    if (cut) bytes.resize(budget_);
    budget_ -= bytes.size();
    line(step.connection).send(bytes);
    waiting_ = true;
    patience_ = 0;
    return cut ? (last_gasp_ = true) : true;
  }
  bool cut() const { return last_gasp_; }
  bool die() {
    for (auto& each : lines_)
      if (each) each->end(reset_);
    dead_ = true;
    return false;
  }
  bool completed = false;

 private:
  Line& line(int index) {
    auto& held = lines_[static_cast<std::size_t>(index)];
    if (!held) held = dial_();
    return *held;
  }
  void learn_sid(const std::string& heard) {
    const std::size_t key = heard.find("\"sid\":\"");
    if (sid_.empty() && key != std::string::npos)
      sid_ = heard.substr(key + 7, heard.find('"', key + 7) - key - 7);
  }

  const Script& script_;
  std::size_t budget_;
  const bool reset_;
  Dial dial_;
  std::array<std::unique_ptr<Line>, 2> lines_;
  std::array<std::string, 2> heard_;
  std::string sid_;
  std::size_t at_ = 0;
  int patience_ = 0;
  bool waiting_ = false;
  bool dead_ = false;
  bool last_gasp_ = false;
};

// The server under all four scripts.
struct Stack {
  Stack(net::Loop& loop, sio::Options options) : app(loop), io(app, std::move(options)) {
    app.post("/echo", [](http::Request& req, http::Response& res) { res.send(req.body()); });
    ws::route(app, "/chat", {.on_message = [](ws::Connection& from, const ws::Message& message) {
                from.send_text(message.view());
              }});
    io.on_connection([](sio::Socket& socket) {
      socket.on("echo", [&socket](const sio::Args& args) { socket.emit("echo", args); });
    });
    REQUIRE(!app.listen(net::Address::loopback(0)));
  }
  bool empty() { return app.connection_count() == 0 && io.engine().clients_count() == 0; }
  http::Server app;
  sio::Server io;
};

std::size_t script_bytes(const Script& script) {
  std::size_t bytes = 0;
  for (const Step& step : script.steps) {
    bytes += step.send.size();
    if (step.send.find("SID") != std::string::npos) bytes += 24 - 3;
  }
  return bytes;
}

}  // namespace

TEST_CASE("a client killed at any byte leaves nothing behind, in memory", "[sio][stack][codec]") {
  for (const Script& script : scripts()) {
    for (const bool reset : {false, true}) {
      const std::size_t total = script_bytes(script);
      std::size_t completed = 0;
      for (std::size_t budget = 0; budget <= total; ++budget) {
        INFO(script.what << ", " << (reset ? "RST" : "FIN") << " after " << budget << " bytes");
        test::VirtualLoop loop;
        Stack stack(loop, {});
        Victim victim(script, budget, reset, [&] {
          return std::make_unique<MemoryLine>(loop.dial(stack.app.address().port()));
        });
        for (int patience = 0; victim.move() && !victim.cut() && patience < 50; ++patience)
          loop.settle();
        loop.settle();
        victim.die();
        completed += victim.completed ? 1 : 0;
        loop.advance(120s);  // the longest: 45 s of heartbeat, then 30 s for a last poll
        CHECK(stack.empty());
        CHECK(loop.connection_count() == 0);
      }
      CHECK(completed == 1);  // the whole script, and only it, runs to its end
    }
  }
}

// Plays them side by side until the last is dead; how many came to the end of their script.
static std::size_t play(net::EventLoop& loop, std::vector<std::unique_ptr<Victim>> victims) {
  for (bool alive = true; alive;) {
    alive = false;
    for (auto& victim : victims) {
      if (victim->cut()) {
        victim->die();
      } else {
        alive |= victim->move();
      }
    }
    for (int turns = 0; turns < 4; ++turns) loop.poll_once(0ms);
  }
  std::size_t completed = 0;
  for (const auto& victim : victims) completed += victim->completed ? 1 : 0;
  return completed;
}

TEST_CASE("a client killed at any byte leaves nothing behind, over TCP", "[sio][stack]") {
  for (const Script& script : scripts()) {
    for (const bool reset : {false, true}) {
      INFO(script.what << ", " << (reset ? "RST" : "FIN"));
      net::EventLoop loop;
      // A polling session that is between two requests is only missed by its heartbeat.
      sio::Options options;
      options.engine.ping_interval = 150ms;
      options.engine.ping_timeout = 150ms;
      Stack stack(loop, options);
      const net::Address at = stack.app.address();
      const std::size_t total = script_bytes(script);
      const auto victims = [&](std::size_t from, std::size_t to) {
        std::vector<std::unique_ptr<Victim>> made;
        for (std::size_t budget = from; budget <= to; ++budget)
          made.push_back(std::make_unique<Victim>(script, budget, reset,
                                                  [&] { return std::make_unique<TcpLine>(at); }));
        return made;
      };
      std::size_t completed = 0;
      for (std::size_t from = 0; from <= total; from += 64)
        completed += play(loop, victims(from, std::min(from + 63, total)));
      // Where this process stood still, a heartbeat ended the whole script too: it is played again.
      for (int again = 0; again < 10 && completed == 0; ++again)
        completed = play(loop, victims(total, total));
      CHECK(completed == 1);
      const net::TimePoint patience = loop.now() + 30s;
      while (!stack.empty() && loop.now() < patience) loop.poll_once(10ms);
      CHECK(stack.empty());
    }
  }
}
