// tests/sio/client_server.h - a server on a thread of its own, for clients with threads; it can be
// dropped and restarted on the same port.
#pragma once
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "net/event_loop.h"
#include "sio/client_options.h"
#include "sio/server.h"
#include "tests/catch.h"

namespace strata::test {

class ClientServer {
 public:
  using SetUp = std::function<void(sio::Server&)>;
  explicit ClientServer(SetUp set_up, bool recovers = false)
      : set_up_(std::move(set_up)), recovers_(recovers) {
    std::promise<std::uint16_t> listening;
    auto port = listening.get_future();
    thread_ = std::thread([this, &listening] {
      begin(0);
      listening.set_value(port_ = io_->address().port());
      loop_.run();
      io_.reset();
    });
    port.wait();
  }
  ~ClientServer() {
    loop_.stop();
    thread_.join();
  }
  std::string url(const std::string& path = "") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  // Runs `work` on its thread; returns when it has.
  void with(const std::function<void(sio::Server&)>& work) {
    std::promise<void> done;
    auto ended = done.get_future();
    loop_.post([&] {
      work(*io_);
      done.set_value();
    });
    ended.wait();
  }
  void drop() {
    with([](sio::Server& io) { io.disconnect_sockets(true); });
  }
  // Every connection breaks; `away`: nobody listens either.
  void restart() {
    loop_.post([this] {
      io_.reset();
      begin(port_);
    });
  }
  void go_away() {
    loop_.post([this] { io_.reset(); });
  }
  void come_back() {
    loop_.post([this] {
      if (!io_) begin(port_);
    });
  }

 private:
  void begin(std::uint16_t port) {
    sio::Options options;
    options.engine.ping_interval = 200ms;
    if (recovers_) options.connection_state_recovery = sio::RecoveryOptions{};
    io_ = std::make_unique<sio::Server>(loop_, options);
    set_up_(*io_);
    if (const std::error_code error = io_->listen(net::Address::loopback(port)))
      throw std::system_error(error);
  }
  SetUp set_up_;
  const bool recovers_;
  net::EventLoop loop_;
  std::unique_ptr<sio::Server> io_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

inline constexpr net::Duration enough = 10s;  // for what takes a millisecond

// A server to talk with, and /admin for who knows the word.
inline void set_up(sio::Server& io) {
  io.on_connection([](sio::Socket& socket) {
    socket.on("sum", [](int a, int b, sio::Ack ack) { ack(a + b); });
    socket.on("kinds", [](const sio::Json& a, const sio::Json& b, sio::Ack ack) {
      const auto kind = [](const sio::Json& j) { return j.is_binary() ? "octets" : j.type_name(); };
      ack(std::string(kind(a)) + " " + kind(b));
    });
    socket.on("pair", [](sio::Ack ack) { ack("spot", 3); });
    socket.on("silent", [](sio::Ack) {});
    socket.on("echo", [&socket](const sio::Args& all) { socket.emit("echo", all); });
    socket.on("leave", [&socket] { socket.disconnect(); });
    socket.emit("hello", "spot");
  });
  io.of("/admin").use([](sio::Socket& socket, const sio::Next& next) {
    if (socket.handshake().auth().value("token", "") == "sesame") return next();
    next(sio::Refusal("who are you", {{"code", 401}}));
  });
  io.of("/admin").on_connection(
      [](sio::Socket& socket) { socket.on("who", [](sio::Ack ack) { ack("admin"); }); });
}

template <class T>
T within(std::future<T>& future) {
  REQUIRE(future.wait_for(enough) == std::future_status::ready);
  return future.get();
}
template <class T>
T within(std::future<T>&& future) {
  return within(future);
}

inline sio::ManagerOptions quick() {
  sio::ManagerOptions options;
  options.reconnection_delay = 1ms;
  options.reconnection_delay_max = 5ms;
  return options;
}

}  // namespace strata::test
