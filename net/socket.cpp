// net/socket.cpp - no call here raises SIGPIPE, and no signal disposition is touched.
#include "net/socket.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>

namespace strata::net {

static constexpr std::size_t file_bytes_per_turn = 1024 * 1024;

Fd open_socket(int family) {
  Fd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd && family != AF_UNIX) set_nodelay(fd.get());
  return fd;
}

void set_nodelay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on Unix sockets: no matter
}

void reset_on_close(int fd) {
  const linger none{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

int take_socket_error(int fd) {
  int error = 0;
  socklen_t bytes = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0) return errno;
  return error;
}

std::size_t unacknowledged_bytes(int fd) {
  int bytes = 0;
  return ::ioctl(fd, SIOCOUTQ, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

template <class Call>
static Address address_by(Call&& call, int fd) {
  sockaddr_storage raw{};
  socklen_t bytes = sizeof raw;
  auto* const any = reinterpret_cast<sockaddr*>(&raw);
  return call(fd, any, &bytes) == 0 ? Address::from(any, bytes) : Address();
}

Address local_address(int fd) { return address_by(::getsockname, fd); }
Address peer_address(int fd) { return address_by(::getpeername, fd); }

std::ptrdiff_t receive_into(int fd, MutableBytes first, MutableBytes second) {
  if (first.empty()) return ::recv(fd, second.data(), second.size(), 0);
  if (second.empty()) return ::recv(fd, first.data(), first.size(), 0);
  std::array<iovec, 2> parts{{{first.data(), first.size()}, {second.data(), second.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return ::recvmsg(fd, &message, 0);
}

// --- sending ------------------------------------------------------------------------------------

// What a turn appended is nearly always one piece, and for that send() spares the kernel a header
// to copy and a list to walk; the list itself is not even cleared.
static std::ptrdiff_t send_views(int fd, const SendQueue& out, int flags, std::size_t& asked) {
  std::array<Bytes, 2> first;
  const std::size_t found = out.gather(first);
  if (found == 0) return 0;
  if (found == 1) {
    asked = first[0].size();
    return ::send(fd, first[0].data(), asked, MSG_NOSIGNAL | flags);
  }
  std::array<Bytes, 64> all;
  const auto views = std::span(all).first(out.gather(all));
  std::array<iovec, 64> parts;
  for (std::size_t i = 0; i < views.size(); ++i) {
    parts[i] = {const_cast<std::uint8_t*>(views[i].data()), views[i].size()};
    asked += views[i].size();
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = views.size();
  return ::sendmsg(fd, &message, MSG_NOSIGNAL | flags);  // writev has no such flag
}

// sendfile has no MSG_NOSIGNAL. The signal is for this thread, so blocking it here is enough, and
// one that we caused is consumed; one that was pending before is the host's and stays.
static std::ptrdiff_t sendfile_without_sigpipe(int to, int from, off_t& offset, std::size_t bytes) {
  sigset_t pipe, before, pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  const std::ptrdiff_t sent = ::sendfile(to, from, &offset, bytes);
  const int error = errno;
  if (sent < 0 && error == EPIPE && sigismember(&pending, SIGPIPE) == 0) {
    const timespec now{};
    while (sigtimedwait(&pipe, nullptr, &now) < 0 && errno == EINTR) {
    }
  }
  if (sigismember(&before, SIGPIPE) == 0) pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return sent;
}

static std::ptrdiff_t send_file_part(int fd, const FileRange& file, MutableBytes spare,
                                     std::size_t bytes) {
  auto offset = static_cast<off_t>(file.offset);
  const std::ptrdiff_t sent = sendfile_without_sigpipe(fd, file.fd.get(), offset, bytes);
  if (sent >= 0 || (errno != EINVAL && errno != ENOSYS)) return sent;
  // A file system without splice: through memory then.
  const std::ptrdiff_t got =
      ::pread(file.fd.get(), spare.data(), std::min(bytes, spare.size()), offset);
  if (got <= 0) return got;
  return ::send(fd, spare.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
}

Sent send_from(int fd, SendQueue& out, MutableBytes spare, std::size_t& sent_bytes) {
  std::size_t file_budget = file_bytes_per_turn;
  for (;;) {
    const FileRange* const file = out.front_file();
    std::size_t asked = 0;
    std::ptrdiff_t sent = 0;
    if (file != nullptr) {
      if (file_budget == 0) return Sent::later;
      asked = static_cast<std::size_t>(std::min<std::uint64_t>(file->bytes, file_budget));
      sent = send_file_part(fd, *file, spare, asked);
      if (sent == 0) {  // shorter than promised: what was announced cannot be kept any more
        errno = EIO;
        return Sent::failed;
      }
    } else {
      const int flags = out.ends_in_file() ? MSG_MORE : 0;  // head and body in one packet
      sent = send_views(fd, out, flags, asked);
      if (asked == 0) return Sent::all;
    }
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN ? Sent::blocked : Sent::failed;
    const auto bytes = static_cast<std::size_t>(sent);
    out.consume(bytes);
    sent_bytes += bytes;
    if (file != nullptr)
      file_budget -= std::min(file_budget, bytes);
    else if (bytes < asked)
      return Sent::blocked;
  }
}

}  // namespace strata::net
