// net/tcp_listener.cpp - bind, listen, accept in batches; and what to do when the world is full.
#include "net/tcp_listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

#include "net/event_loop.h"
#include "net/socket.h"
#include "net/tcp_connection.h"

namespace strata::net {

TcpListener::TcpListener(EventLoop& loop, const ListenOptions& options, OnAccept on_accept)
    : loop_(loop),
      options_(options),
      connection_options_(loop.share(options.connection)),
      on_accept_(std::move(on_accept)),
      resume_(loop, [this] { loop_.rewatch(*this, EPOLLIN); }) {}

TcpListener::~TcpListener() {
  // If its handler runs, that must outlive its own call.
  if (loop_.runs(*this)) loop_.defer([running = std::move(on_accept_)] {});
  loop_.unwatch(*this);
  if (!unlinked_.empty()) ::unlink(unlinked_.c_str());
}

Address TcpListener::address() const { return local_address(fd_.get()); }

static bool is_any_ipv6(const Address& address) { return address == Address::any(address.port()); }

std::error_code TcpListener::listen(const Address& address) {
  std::error_code failed = bind_and_listen(address);
  // A host without IPv6: "any" is then any IPv4.
  if (failed && is_any_ipv6(address) &&
      (failed.value() == EAFNOSUPPORT || failed.value() == EADDRNOTAVAIL))
    failed = bind_and_listen(Address::any_ipv4(address.port()));
  if (failed) return failed;
  reserve_ = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return loop_.watch(*this, fd_.get(), EPOLLIN);
}

std::error_code TcpListener::bind_and_listen(const Address& address) {
  if (address.empty()) return std::make_error_code(std::errc::invalid_argument);
  fd_ = open_socket(address.family());  // TCP_NODELAY is inherited by what it accepts, tcp(7)
  if (!fd_) return last_error();
  const int on = 1, off = 0;
  if (address.family() != AF_UNIX) setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (options_.reuse_port && setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
    return last_error();
  // Set both ways, for the host's default (net.ipv6.bindv6only) may be either.
  if (address.family() == AF_INET6)
    setsockopt(fd_.get(), IPPROTO_IPV6, IPV6_V6ONLY, is_any_ipv6(address) ? &off : &on, sizeof on);
  const std::error_code failed = address.family() == AF_UNIX ? bind_unix(address)
                                 : ::bind(fd_.get(), address.raw(), address.raw_bytes()) != 0
                                     ? last_error()
                                     : std::error_code();
  if (failed) return failed;
  return ::listen(fd_.get(), options_.backlog) != 0 ? last_error() : std::error_code();
}

// A path outlives its socket. One that nobody listens on is replaced, a living one is not.
std::error_code TcpListener::bind_unix(const Address& address) {
  const std::string path = address.host();
  const bool is_abstract = path.empty() || path[0] == '@';
  if (::bind(fd_.get(), address.raw(), address.raw_bytes()) != 0) {
    const std::error_code failed = last_error();
    struct stat status {};
    if (is_abstract || failed.value() != EADDRINUSE || ::lstat(path.c_str(), &status) != 0 ||
        !S_ISSOCK(status.st_mode))
      return failed;
    const Fd probe = open_socket(AF_UNIX);
    if (::connect(probe.get(), address.raw(), address.raw_bytes()) == 0 || errno != ECONNREFUSED)
      return failed;
    ::unlink(path.c_str());
    if (::bind(fd_.get(), address.raw(), address.raw_bytes()) != 0) return last_error();
  }
  if (!is_abstract) unlinked_ = path;
  return {};
}

void TcpListener::on_events(std::uint32_t) {
  const EventLoop& loop = loop_;
  for (int accepted = 0; accepted < accepts_per_turn; ++accepted) {
    Fd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      take(std::move(fd));
      if (!loop.runs(*this)) return;  // the handler destroyed this listener
      continue;
    }
    switch (errno) {
      case EAGAIN:
        return;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return out_of_descriptors();
      default:
        break;  // ECONNABORTED, EINTR, and the network's errors, accept(2): the next one may do
    }
  }
}

void TcpListener::take(Fd fd) {
  const int number = fd.release();
  auto made = TcpConnection::make(loop_, Detached{number, {}}, connection_options_);
  if (made) on_accept_(std::move(*made));
}

// The peer at the head of the line is told by a close; the others wait in the backlog, and a level
// that stays readable must not make us spin.
void TcpListener::out_of_descriptors() {
  reserve_.reset();
  Fd refused(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (refused) reset_on_close(refused.get());
  refused.reset();
  reserve_ = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  loop_.rewatch(*this, 0);
  resume_.start(pause_time);
}

}  // namespace strata::net
