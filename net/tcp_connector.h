// net/tcp_connector.h - connects to the first address that answers.
#pragma once
#include <cstddef>
#include <vector>

#include "net/event_source.h"
#include "net/fd.h"
#include "net/loop.h"
#include "net/timer.h"

namespace strata::net {

class EventLoop;

// The time that is left is shared evenly by the addresses that are left, so that one that
// swallows packets cannot use up the others' time.
//   Lives:   until its owner destroys it, also inside the callback.
class TcpConnector final : public Connecting, private EventSource {
 public:
  TcpConnector(EventLoop& loop, std::span<const Address> addresses, const ConnectOptions& options,
               OnConnect done);
  ~TcpConnector() override;

 private:
  void on_events(std::uint32_t events) override;
  void on_queued(Pass pass) override;
  void try_next();
  std::error_code start(const Address& address);
  void give_up(std::error_code why);
  void succeed();

  EventLoop& loop_;
  std::vector<Address> addresses_;
  std::size_t next_ = 0;
  ConnectOptions options_;
  OnConnect done_;
  TimePoint deadline_;
  Timer timer_;
  Fd fd_;
  std::error_code failed_;  // the last address's
};

}  // namespace strata::net
