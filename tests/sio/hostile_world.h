// tests/sio/hostile_world.h - the server that the hostile rows meet, and its players: in memory on
// a virtual loop, or over TCP as a client that writes WebSocket frames.
#pragma once
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "net/event_loop.h"
#include "sio/server.h"
#include "tests/catch.h"
#include "tests/sio/fake_session.h"
#include "tests/sio/hostile_rows.h"
#include "tests/support/turn_until.h"

namespace strata::test {

inline sio::HubOptions hostile_options(bool recovers) {
  sio::HubOptions options;
  options.max_namespaces = 8;
  options.max_rooms = 4;
  options.max_acks = 4;
  options.cleanup_empty_child_namespaces = true;
  if (recovers) options.connection_state_recovery.emplace();
  return options;
}

// What an application does that has every door a client may rattle at.
struct HostileApp {
  explicit HostileApp(sio::Hub& hub) {
    hub.of("/").on_connection([this](sio::Socket& socket) { serve(socket); });
    hub.of("/b");
    hub.of("/admin").use([](sio::Socket& socket, const sio::Next& next) {
      const sio::Json& auth = socket.handshake().auth();
      if (auth.value("token", "") == "sesame") return next();
      next(sio::Refusal("who are you", {{"code", 401}}));
    });
    hub.of("/slow").use([this](sio::Socket&, const sio::Next& next) { thinking.push_back(next); });
    hub.parents().add(std::regex("^/room-\\d+$"));
    hub.parents().add([this](std::string_view name, const sio::Json&, sio::NamespaceNext next) {
      if (!name.starts_with("/think-")) return next(false);
      asked.push_back(next);
    });
  }
  void serve(sio::Socket& socket) {
    socket.on("echo", [&socket](const sio::Args& args, sio::Ack ack) {
      if (!ack(args)) socket.emit("echo", args);
    });
    socket.on("typed", [](int x, sio::Ack ack) { ack(x + 1); });
    socket.on("throw", [] { throw std::runtime_error("thrown"); });
    socket.on("join", [&socket](const std::string& room) {
      socket.join(room);
      socket.emit("rooms", socket.rooms().size());
    });
    socket.on("ask", [&socket] {
      socket.emit("q", [&socket](std::error_code wrong, int answer) {
        socket.emit("got", wrong ? -1 : answer);
      });
    });
    socket.on("bye", [&socket] { socket.disconnect(); });
    socket.on_error([this](const sio::Error& error) { errors.push_back(error.message); });
    socket.use([this](std::string_view event, const sio::Args&, const sio::SocketNext& next) {
      if (event != "slow") return next();
      late.push_back(next);
    });
  }
  void forget() {
    thinking.clear();
    asked.clear();
    late.clear();
    errors.clear();
  }
  std::vector<sio::Next> thinking;
  std::vector<sio::NamespaceNext> asked;
  std::vector<sio::SocketNext> late;
  std::vector<std::string> errors;
};

// One client, whatever carries it.
struct Player {
  virtual ~Player() = default;
  virtual void say(const std::string& packet) = 0;
  virtual bool ended() const = 0;
  virtual const Texts& heard() const = 0;
};

struct World {
  virtual ~World() = default;
  virtual std::unique_ptr<Player> player() = 0;
  virtual sio::Hub& hub() = 0;
  virtual void wait(const std::function<bool()>& done) = 0;  // for what is to come
  virtual void let_time_pass(const Player& player) = 0;      // until it is ended
};

// --- in memory --------------------------------------------------------------------------------
struct MemoryWorld final : World {
  struct Member final : Player {
    explicit Member(sio::Hub& hub) : session(hub) {}
    void say(const std::string& packet) override {
      if (packet.starts_with("b:")) {
        session.say_binary(std::string_view(packet).substr(2));
      } else {
        session.say(packet);
      }
    }
    bool ended() const override { return !session.open(); }
    const Texts& heard() const override { return session.sent; }
    FakeSession session;
  };
  explicit MemoryWorld(bool recovers = false) : stage(hostile_options(recovers)), app(stage.hub) {}
  std::unique_ptr<Player> player() override { return std::make_unique<Member>(stage.hub); }
  sio::Hub& hub() override { return stage.hub; }
  void wait(const std::function<bool()>&) override { stage.loop.settle(); }
  void let_time_pass(const Player&) override { stage.loop.advance(46s); }
  Stage stage;
  HostileApp app;
};

// --- over TCP ---------------------------------------------------------------------------------
class TcpPlayer final : public Player {
 public:
  using All = std::vector<TcpPlayer*>;
  TcpPlayer(const net::Address& to, All& all)
      : all_(all), fd_(::socket(to.family(), SOCK_STREAM, 0)) {
    all_.push_back(this);
    REQUIRE(::connect(fd_, to.raw(), to.raw_bytes()) == 0);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    REQUIRE(::fcntl(fd_, F_SETFL, O_NONBLOCK) == 0);
    out_ =
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n";
  }
  ~TcpPlayer() override {
    std::erase(all_, this);
    ::close(fd_);
  }
  TcpPlayer(const TcpPlayer&) = delete;
  TcpPlayer& operator=(const TcpPlayer&) = delete;

  void say(const std::string& packet) override {
    if (packet.starts_with("b:")) {
      frame('\x82', packet.substr(2));
    } else {
      frame('\x81', "4" + packet);
    }
  }
  bool ended() const override { return ended_; }
  const Texts& heard() const override { return heard_; }

  void pump() {
    while (!ended_ && !out_.empty()) {
      const ssize_t count = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN) out_.clear();  // what was said before may still be read
      if (count <= 0) break;
      out_.erase(0, static_cast<std::size_t>(count));
    }
    std::vector<char> room(65536);
    for (;;) {
      const ssize_t count = ::recv(fd_, room.data(), room.size(), 0);
      if (count > 0) {
        in_.append(room.data(), static_cast<std::size_t>(count));
        continue;
      }
      if (count == 0 || errno != EAGAIN) ended_ = true;
      break;
    }
    while (take()) {
    }
  }

 private:
  void frame(char first, const std::string& payload) {
    out_ += first;
    const int bytes = payload.size() < 126 ? 0 : payload.size() < 65536 ? 2 : 8;
    out_ += static_cast<char>(0x80 | (bytes == 0   ? payload.size()
                                      : bytes == 2 ? std::size_t{126}
                                                   : std::size_t{127}));
    for (int i = bytes - 1; i >= 0; --i) out_ += static_cast<char>(payload.size() >> (8 * i));
    out_.append(4, '\0').append(payload);  // a mask of zeros
  }
  // One frame, or the head of the 101.
  bool take() {
    if (!upgraded_) {
      const std::size_t head = in_.find("\r\n\r\n");
      if (head == std::string::npos) return false;
      REQUIRE(in_.starts_with("HTTP/1.1 101"));
      in_.erase(0, head + 4);
      return upgraded_ = true;
    }
    if (in_.size() < 2) return false;
    const auto byte = [this](std::size_t at) { return static_cast<std::uint8_t>(in_[at]); };
    std::size_t size = byte(1);
    const std::size_t bytes = size < 126 ? 0 : size == 126 ? 2 : 8;
    if (in_.size() < 2 + bytes) return false;
    if (bytes != 0) size = 0;
    for (std::size_t i = 0; i < bytes; ++i) size = size << 8 | byte(2 + i);
    if (in_.size() < 2 + bytes + size) return false;
    const int opcode = byte(0) & 15;
    const std::string payload = in_.substr(2 + bytes, size);
    in_.erase(0, 2 + bytes + size);
    if (opcode == 8) ended_ = true;
    if (opcode == 2) heard_.push_back("b:" + payload);
    if (opcode == 1 && payload.starts_with('4')) heard_.push_back(payload.substr(1));
    return true;
  }
  All& all_;
  int fd_;
  std::string out_;
  std::string in_;
  Texts heard_;
  bool upgraded_ = false;
  bool ended_ = false;
};

struct TcpWorld final : World {
  explicit TcpWorld(bool recovers, net::Duration connect_timeout)
      : io(loop, options(recovers, connect_timeout)), app(hub()) {
    REQUIRE_FALSE(io.listen(net::Address::loopback(0)));
  }
  static sio::Options options(bool recovers, net::Duration connect_timeout) {
    sio::Options options;
    static_cast<sio::HubOptions&>(options) = hostile_options(recovers);
    options.connect_timeout = connect_timeout;
    return options;
  }
  std::unique_ptr<Player> player() override {
    return std::make_unique<TcpPlayer>(io.address(), players);
  }
  sio::Hub& hub() override { return io.of("/").hub(); }
  void wait(const std::function<bool()>& done) override {
    REQUIRE(turn_until(loop, [&] {
      for (TcpPlayer* const each : players) each->pump();
      return done();
    }));
  }
  void let_time_pass(const Player& player) override {
    wait([&] { return player.ended(); });
  }
  net::EventLoop loop;
  sio::Server io;
  HostileApp app;
  TcpPlayer::All players;
};

}  // namespace strata::test
