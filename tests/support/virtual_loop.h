// tests/support/virtual_loop.h - a loop without Linux: its clock moves when the test says, and its
// connections are strings in memory that can be cut, delayed, filled up and reset.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.h"
#include "tests/support/virtual_network.h"

namespace strata::test {

// One direction of a stream: what was written and not yet read.
struct Line {
  std::string bytes;
  bool fin = false;    // the writer will write no more
  bool reset = false;  // RST: both ends are gone
  bool reader_gone = false;
  std::size_t capacity = SIZE_MAX;   // bytes in flight before the writer must wait
  std::size_t chunk = SIZE_MAX;      // bytes that arrive together
  std::size_t cut_after = SIZE_MAX;  // a FIN comes after that many bytes, whatever was written
  std::size_t written = 0;           // in all
  bool hole = false;                 // what is written, and that it ends, never arrives
  Way way = Way::to_server;
  VirtualNetwork* network = nullptr;
  void write(std::string_view text);
};

struct Duplex {
  Line to_server;
  Line to_client;
  net::Address client;
  net::Address server;
};

class VirtualConnection;

// The other end of a connection as a test holds it: raw bytes, no protocol. Destroying it is a
// FIN in both directions.
class Peer {
 public:
  Peer() = default;
  explicit Peer(std::shared_ptr<Duplex> line) : line_(std::move(line)) {}
  Peer(Peer&&) = default;
  Peer& operator=(Peer&& other) noexcept;
  ~Peer() { gone(); }
  void send(std::string_view text) { line_->to_server.write(text); }
  void fin() { line_->to_server.fin = true; }
  void reset();
  std::string take();  // what has arrived since the last call
  const std::string& waiting() const { return line_->to_client.bytes; }
  bool ended() const { return line_->to_client.fin && line_->to_client.bytes.empty(); }
  bool was_reset() const { return line_->to_client.reset; }
  bool finished() const { return line_->to_client.fin || line_->to_client.reset; }
  Duplex& line() { return *line_; }  // to fill up, chop or cut

 private:
  void gone();
  std::shared_ptr<Duplex> line_;
};

// One thread; every call is a test's. Nothing happens but in turn(), settle() and advance().
class VirtualLoop final : public net::Loop {
 public:
  VirtualLoop();
  ~VirtualLoop() override;

  // --- the test's side ------------------------------------------------------------------------
  bool turn();                     // one turn; false if there was nothing to do
  void settle();                   // turns until there is nothing left to do at this time
  void advance(net::Duration by);  // moves the clock from deadline to deadline, settling at each
  Peer dial(std::uint16_t port);   // a raw client of a listener of this loop
  // A raw peer and the connection that faces it, for tests of one driver without a listener.
  std::pair<Peer, std::unique_ptr<net::Connection>> pair(net::ConnectionOptions options = {});
  std::size_t connection_count() const { return connections_.size(); }
  std::size_t chunk = SIZE_MAX;       // new lines arrive in pieces of that size
  VirtualNetwork* network = nullptr;  // over which new lines go; outlives the loop

  // --- net::Loop ------------------------------------------------------------------------------
  net::TimePoint now() const override { return now_; }
  void post(net::Task task) override { posted_.push_back(std::move(task)); }
  void defer(net::Task task) override { deferred_.push_back(std::move(task)); }
  void stop() override { stopped_ = true; }
  std::error_code run() override;  // settles, jumping from deadline to deadline, until stop()
  bool in_loop_thread() const override { return true; }
  void arm(net::TimerEntry& entry, net::TimePoint deadline) override;
  void disarm(net::TimerEntry& entry) override;
  net::Result<std::unique_ptr<net::Listener>, std::error_code> listen(
      const net::Address& address, const net::ListenOptions& options,
      net::OnAccept on_accept) override;
  std::unique_ptr<net::Connecting> connect(std::span<const net::Address> addresses,
                                           const net::ConnectOptions& options,
                                           net::OnConnect done) override;
  net::Result<std::unique_ptr<net::Connection>, std::error_code> adopt(
      net::Detached from, const net::ConnectionOptions& options) override;

 private:
  friend class VirtualConnection;
  struct Port;
  class Dial;
  std::shared_ptr<Duplex> make_line(std::uint16_t port);
  void run_tasks(std::vector<net::Task>& tasks);

  net::TimePoint now_{std::chrono::seconds(1000)};
  net::TimerQueue timers_;
  std::vector<net::Task> posted_;
  std::vector<net::Task> deferred_;
  std::vector<VirtualConnection*> connections_;
  std::map<std::uint16_t, Port*> ports_;
  std::uint16_t next_port_ = 20000;
  bool stopped_ = false;
};

}  // namespace strata::test
