// net/tcp_listener.h - accepts connections, TCP or Unix.
#pragma once
#include <string>

#include "net/event_source.h"
#include "net/fd.h"
#include "net/loop.h"
#include "net/shared_options.h"
#include "net/timer.h"

namespace strata::net {

class EventLoop;

// Owns:   its descriptor, a spare one, and the file of a Unix path.
// Errors: none end it. Out of descriptors or memory it refuses one peer and pauses 100 ms.
class TcpListener final : public Listener, private EventSource {
 public:
  TcpListener(EventLoop& loop, const ListenOptions& options, OnAccept on_accept);
  ~TcpListener() override;
  std::error_code listen(const Address& address);
  Address address() const override;

  static constexpr int accepts_per_turn = 64;  // the others want to live, too
  static constexpr Duration pause_time = 100ms;

 private:
  void on_events(std::uint32_t events) override;
  std::error_code bind_and_listen(const Address& address);
  std::error_code bind_unix(const Address& address);
  void out_of_descriptors();
  void take(Fd fd);

  EventLoop& loop_;
  ListenOptions options_;
  SharedOptions connection_options_;
  OnAccept on_accept_;
  Fd fd_;
  Fd reserve_;            // spent when there is no other
  std::string unlinked_;  // the path to remove at the end
  Timer resume_;
};

}  // namespace strata::net
