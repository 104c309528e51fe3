// tools/stop_signals.h - SIGINT and SIGTERM as events of the loop: how the programs here stop.
// The library touches no signal; a program that wants a clean end asks for it like this.
#pragma once
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <functional>
#include <utility>

#include "net/event_loop.h"
#include "net/fd.h"

namespace strata::tools {

// Calls `stop` in the loop at the first signal; the second ends the process at once.
//   Lives:   shorter than the loop. Made before any other thread, which inherits the blocked mask.
class StopSignals {
 public:
  StopSignals(net::EventLoop& loop, std::function<void()> stop) : stop_(std::move(stop)) {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    fd_ = net::Fd(signalfd(-1, &signals_, SFD_NONBLOCK | SFD_CLOEXEC));
    auto watch = loop.add(fd_.get(), POLLIN, [this](std::uint32_t) { on_signal(); });
    if (watch) watch_ = std::move(*watch);
  }

 private:
  void on_signal() {
    signalfd_siginfo info;
    if (read(fd_.get(), &info, sizeof info) != sizeof info) return;
    if (std::exchange(stopping_, true)) _exit(128 + static_cast<int>(info.ssi_signo));
    stop_();
  }

  std::function<void()> stop_;
  sigset_t signals_;
  net::Fd fd_;
  net::Watch watch_;
  bool stopping_ = false;
};

}  // namespace strata::tools
