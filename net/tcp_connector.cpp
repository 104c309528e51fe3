// net/tcp_connector.cpp - one address after the other, within one time.
#include "net/tcp_connector.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "net/event_loop.h"
#include "net/socket.h"
#include "net/tcp_connection.h"

namespace strata::net {

TcpConnector::TcpConnector(EventLoop& loop, std::span<const Address> addresses,
                           const ConnectOptions& options, OnConnect done)
    : loop_(loop),
      addresses_(addresses.begin(), addresses.end()),
      options_(options),
      done_(std::move(done)),
      deadline_(loop.now() + options.timeout),
      timer_(loop,
             [this] {
               failed_ = std::make_error_code(std::errc::timed_out);
               loop_.queue(*this);  // try_next() may end in the destruction of this timer
             }),
      failed_(std::make_error_code(std::errc::invalid_argument)) {
  loop_.queue(*this);  // even a refusal known at once comes by the callback
}

TcpConnector::~TcpConnector() { loop_.unwatch(*this); }

void TcpConnector::on_queued(Pass) { try_next(); }

void TcpConnector::try_next() {
  loop_.unwatch(*this);
  fd_.reset();
  timer_.stop();
  while (next_ < addresses_.size()) {
    const Duration left = deadline_ - loop_.now();
    if (left <= Duration::zero()) return give_up(std::make_error_code(std::errc::timed_out));
    const auto sharers = static_cast<Duration::rep>(addresses_.size() - next_);
    failed_ = start(addresses_[next_++]);
    if (!failed_) return timer_.start(left / sharers);
  }
  give_up(failed_);
}

std::error_code TcpConnector::start(const Address& address) {
  if (address.empty()) return std::make_error_code(std::errc::invalid_argument);
  fd_ = open_socket(address.family());
  if (!fd_) return last_error();
  const bool pending = ::connect(fd_.get(), address.raw(), address.raw_bytes()) != 0;
  if (pending && errno != EINPROGRESS && errno != EINTR) return last_error();
  // One that connected at once (Unix, loopback) is writable at once: the same way for all.
  return loop_.watch(*this, fd_.get(), EPOLLOUT);
}

void TcpConnector::on_events(std::uint32_t) {
  int error = take_socket_error(fd_.get());
  // A port of our own range that nobody listens on can meet itself by a simultaneous open: no
  // server there.
  if (error == 0 && local_address(fd_.get()) == peer_address(fd_.get())) error = ECONNREFUSED;
  if (error == 0) return succeed();
  failed_ = system_error(error);
  try_next();
}

// `done` may destroy this object: it is called last, from a copy.
void TcpConnector::give_up(std::error_code why) {
  const OnConnect done = std::move(done_);
  if (done) done(why);
}

void TcpConnector::succeed() {
  timer_.stop();
  loop_.unwatch(*this);
  const OnConnect done = std::move(done_);
  auto made =
      TcpConnection::make(loop_, Detached{fd_.release(), {}}, loop_.share(options_.connection));
  if (done) done(std::move(made));
}

}  // namespace strata::net
