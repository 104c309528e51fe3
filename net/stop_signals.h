// net/stop_signals.h - SIGTERM and SIGINT as events of the loop, for programs; no library part
// uses it, for signals belong to the host.
#pragma once
#include <signal.h>

#include <functional>
#include <system_error>

#include "net/event_loop.h"

namespace strata::net {

// Blocks both signals in the calling thread and reads them from a signalfd. Make it before other
// threads start, so that they inherit the mask.
//   Lives:   shorter than its loop; the destructor gives the old mask back.
//   Threads: its loop's.
class StopSignals {
 public:
  // `on_first` at the first signal: a graceful drain. `on_next` at each later one: at once.
  StopSignals(EventLoop& loop, std::function<void()> on_first, std::function<void()> on_next);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  std::error_code error() const { return error_; }

 private:
  void on_readable();
  std::function<void()> on_first_, on_next_;
  sigset_t before_{};
  Fd fd_;
  Watch watch_;
  std::error_code error_;
  bool first_seen_ = false;
};

}  // namespace strata::net
