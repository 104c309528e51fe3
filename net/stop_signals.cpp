// net/stop_signals.cpp - a signalfd in the loop.
#include "net/stop_signals.h"

#include <poll.h>
#include <sys/signalfd.h>

namespace strata::net {

StopSignals::StopSignals(EventLoop& loop, std::function<void()> on_first,
                         std::function<void()> on_next)
    : on_first_(std::move(on_first)), on_next_(std::move(on_next)) {
  sigset_t both;
  sigemptyset(&both);
  sigaddset(&both, SIGTERM);
  sigaddset(&both, SIGINT);
  pthread_sigmask(SIG_BLOCK, &both, &before_);
  fd_ = Fd(::signalfd(-1, &both, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd_) {
    error_ = last_error();
    return;
  }
  auto watch = loop.add(fd_.get(), POLLIN, [this](std::uint32_t) { on_readable(); });
  if (watch)
    watch_ = std::move(*watch);
  else
    error_ = watch.error();
}

StopSignals::~StopSignals() {
  watch_.reset();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

// One each event: a callback may destroy this object.
void StopSignals::on_readable() {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return;
  const std::function<void()>& call = first_seen_ ? on_next_ : on_first_;
  first_seen_ = true;
  if (const auto copy = call) copy();
}

}  // namespace strata::net
