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

}  // namespace strata::tools
