// tests/support/virtual_connection.h - a net::Connection over two strings.
#pragma once
#include <memory>
#include <string>

#include "net/connection.h"
#include "tests/support/virtual_loop.h"

namespace strata::test {

// Follows net::Connection's contract call by call, as TcpConnection does. What it offers lies in a
// block of exactly that size, so that a read past the end is caught by the address sanitizer.
class VirtualConnection final : public net::Connection {
 public:
  VirtualConnection(VirtualLoop& loop, std::shared_ptr<Duplex> line, bool server,
                    net::ConnectionOptions options);
  ~VirtualConnection() override;

  void set_receiver(net::Receiver& top) override;
  void pause() override { paused_ = true; }
  void resume() override;
  bool paused() const override { return paused_; }
  void abort() override;
  void close() override;
  net::Detached detach() override;
  net::Address peer() const override { return server_ ? line_->client : line_->server; }
  net::Address local() const override { return server_ ? line_->server : line_->client; }
  net::Loop& loop() override { return loop_; }
  const net::ConnectionOptions& options() const override { return options_; }

  bool step();   // offers what has come; true if something happened
  bool flush();  // sends what is queued; true if something left

 private:
  Line& in() const { return server_ ? line_->to_server : line_->to_client; }
  Line& out_line() const { return server_ ? line_->to_client : line_->to_server; }
  bool may_offer() const;
  bool offer();
  bool read_more();
  bool send_some();
  void watch_writer(bool progress);
  void give_up(std::error_code why);

  VirtualLoop& loop_;
  std::shared_ptr<Duplex> line_;
  const bool server_;
  const net::ConnectionOptions options_;
  net::Receiver* top_ = nullptr;
  std::string kept_;
  bool paused_ = false;
  bool offer_again_ = false;
  bool above_high_ = false;
  bool ended_told_ = false;
  bool lingering_ = false;
  bool dead_ = false;  // closed() is due or was called
  bool closed_told_ = false;
  std::error_code why_;
  std::shared_ptr<bool> life_ = std::make_shared<bool>(true);  // a receiver may destroy us
  struct Deadline : net::TimerEntry {
    explicit Deadline(VirtualConnection* c);
    VirtualConnection* connection;
  };
  Deadline write_deadline_;
  Deadline linger_deadline_;
};

}  // namespace strata::test
