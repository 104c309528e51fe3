// net/tcp_connector.h - connects to the first address that answers.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "net/event_source.h"
#include "net/fd.h"
#include "net/happy_eyeballs.h"
#include "net/loop.h"
#include "net/timer.h"

namespace strata::net {

class EventLoop;

// Happy eyeballs (rfc8305): an attempt that has not answered after a quarter of a second gets
// company, families alternate, and the first that answers wins.
//   Owns:    the sockets of the attempts under way.
//   Lives:   until its owner destroys it, also inside the callback.
class TcpConnector final : public Connecting, private EventSource {
 public:
  TcpConnector(EventLoop& loop, std::span<const Address> addresses, const ConnectOptions& options,
               OnConnect done);
  ~TcpConnector() override;

 private:
  struct Attempt;

  void on_events(std::uint32_t) override {}
  void on_queued(Pass pass) override;
  void go_on();
  std::error_code start(const Address& address);
  void on_answer(Attempt& attempt);
  void give_up(std::error_code why);
  void succeed(Fd fd);

  EventLoop& loop_;
  std::vector<Address> addresses_;  // in the order to try
  ConnectOptions options_;
  OnConnect done_;
  HappyEyeballs race_;
  Timer timer_;
  std::vector<std::unique_ptr<Attempt>> attempts_;
  std::error_code failed_;  // the last attempt's
};

}  // namespace strata::net
