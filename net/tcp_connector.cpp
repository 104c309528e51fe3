// net/tcp_connector.cpp - the sockets of a race: the first that is connected wins.
#include "net/tcp_connector.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "net/event_loop.h"
#include "net/socket.h"
#include "net/tcp_connection.h"

namespace strata::net {

struct TcpConnector::Attempt final : EventSource {
  Attempt(TcpConnector& c, Fd opened) : connector(c), fd(std::move(opened)) {}
  ~Attempt() override { connector.loop_.unwatch(*this); }
  void on_events(std::uint32_t) override { connector.on_answer(*this); }
  TcpConnector& connector;
  Fd fd;
};

static std::vector<Address> in_order(std::span<const Address> addresses) {
  std::vector<int> families;
  for (const Address& each : addresses) families.push_back(each.family());
  std::vector<Address> ordered;
  for (const std::size_t at : interleave(families)) ordered.push_back(addresses[at]);
  return ordered;
}

TcpConnector::TcpConnector(EventLoop& loop, std::span<const Address> addresses,
                           const ConnectOptions& options, OnConnect done)
    : loop_(loop),
      addresses_(in_order(addresses)),
      options_(options),
      done_(std::move(done)),
      race_(addresses.size(), options.attempt_delay, options.timeout, loop.now()),
      timer_(loop, [this] { loop_.queue(*this); }),  // go_on() may destroy this timer
      failed_(std::make_error_code(addresses.empty() ? std::errc::invalid_argument
                                                     : std::errc::timed_out)) {
  loop_.queue(*this);  // even a refusal known at once comes by the callback
}

TcpConnector::~TcpConnector() {
  attempts_.clear();
  loop_.unwatch(*this);
}

void TcpConnector::on_queued(Pass) { go_on(); }

void TcpConnector::go_on() {
  const TimePoint now = loop_.now();
  while (const auto at = race_.next(now)) {
    const std::error_code failed = start(addresses_[*at]);
    if (!failed) continue;
    failed_ = failed;
    race_.failed();
  }
  if (!race_.over(now)) return timer_.start(std::max(race_.deadline() - now, Duration::zero()));
  give_up(attempts_.empty() ? failed_ : std::make_error_code(std::errc::timed_out));
}

std::error_code TcpConnector::start(const Address& address) {
  if (address.empty()) return std::make_error_code(std::errc::invalid_argument);
  Fd fd = open_socket(address.family());
  if (!fd) return last_error();
  const bool pending = ::connect(fd.get(), address.raw(), address.raw_bytes()) != 0;
  if (pending && errno != EINPROGRESS && errno != EINTR) return last_error();
  auto attempt = std::make_unique<Attempt>(*this, std::move(fd));
  // One that connected at once (Unix, loopback) is writable at once: the same way for all.
  if (const auto failed = loop_.watch(*attempt, attempt->fd.get(), EPOLLOUT)) return failed;
  attempts_.push_back(std::move(attempt));
  return {};
}

void TcpConnector::on_answer(Attempt& attempt) {
  int error = take_socket_error(attempt.fd.get());
  // A port of our own range that nobody listens on can meet itself by a simultaneous open: no
  // server there.
  if (error == 0 && local_address(attempt.fd.get()) == peer_address(attempt.fd.get()))
    error = ECONNREFUSED;
  Fd fd = std::move(attempt.fd);
  loop_.unwatch(attempt);
  std::erase_if(attempts_, [&](const auto& each) { return each.get() == &attempt; });
  if (error == 0) return succeed(std::move(fd));
  failed_ = system_error(error);
  race_.failed();
  go_on();
}

// `done` may destroy this object: it is called last, from a copy.
void TcpConnector::give_up(std::error_code why) {
  timer_.stop();
  attempts_.clear();
  const OnConnect done = std::move(done_);
  if (done) done(why);
}

void TcpConnector::succeed(Fd fd) {
  timer_.stop();
  attempts_.clear();
  const OnConnect done = std::move(done_);
  auto made =
      TcpConnection::make(loop_, Detached{fd.release(), {}}, loop_.share(options_.connection));
  if (done) done(std::move(made));
}

}  // namespace strata::net
