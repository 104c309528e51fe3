// tests/sio/client_server.h - a server on a thread of its own, for clients with threads; it can be
// dropped and restarted on the same port.
#pragma once
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "net/event_loop.h"
#include "sio/server.h"

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

}  // namespace strata::test
