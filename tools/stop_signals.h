// tools/stop_signals.h - how the programs here stop: SIGINT or SIGTERM calls `stop`, which says
// goodbye and drains; a second one ends the loop at once.
#pragma once
#include <functional>
#include <utility>

#include "net/stop_signals.h"

namespace strata::tools {

//   Lives:   shorter than its loop.
class StopSignals {
 public:
  StopSignals(net::EventLoop& loop, std::function<void()> stop)
      : signals_(loop, std::move(stop), [&loop] { loop.stop(); }) {}

 private:
  net::StopSignals signals_;
};

// Stops the loop as soon as `idle()` says that every goodbye was answered, at the latest after
// `limit`. Looked at every 10 ms: this is the end of a program, nothing waits for it.
inline void stop_when(net::EventLoop& loop, std::function<bool()> idle, net::Duration limit) {
  if (idle() || limit <= net::Duration::zero()) return loop.stop();
  loop.after(10ms, [&loop, idle = std::move(idle), limit]() mutable {
    stop_when(loop, std::move(idle), limit - 10ms);
  });
}

}  // namespace strata::tools
