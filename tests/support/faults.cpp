// tests/support/faults.cpp - the program's own accept4, recv, sendmsg ... in front of libc's.
#include "tests/support/faults.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace {

using strata::test::Call;

thread_local strata::test::SystemFault planted;
thread_local std::size_t seen = 0;
thread_local bool armed = false;

// True if this call is the one; `errno` is then set.
bool strikes(Call call) {
  if (!armed || planted.call != call) return false;
  ++seen;
  if (seen < planted.nth || seen >= planted.nth + planted.times) return false;
  errno = planted.error;
  return true;
}
bool shortened() { return planted.error == 0; }

template <class... Arguments>
long kernel(long number, Arguments... arguments) {
  return ::syscall(number, arguments...);  // sets errno
}

// The first byte of a gathered or scattered call.
struct OneByte {
  explicit OneByte(const msghdr& whole) : message(whole) {
    for (std::size_t i = 0; i < whole.msg_iovlen && part.iov_len == 0; ++i)
      part = {whole.msg_iov[i].iov_base, std::min<std::size_t>(1, whole.msg_iov[i].iov_len)};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
  }
  iovec part{};
  msghdr message;
};

}  // namespace

namespace strata::test {

PlantedFault::PlantedFault(const SystemFault& fault) {
  planted = fault;
  seen = 0;
}
PlantedFault::~PlantedFault() { planted = {}; }
bool PlantedFault::happened() const { return seen >= planted.nth; }

Armed::Armed() { armed = true; }
Armed::~Armed() { armed = false; }
bool Armed::now() { return armed; }

}  // namespace strata::test

extern "C" {

int accept4(int fd, sockaddr* address, socklen_t* bytes, int flags) {
  if (strikes(Call::accept)) return -1;
  return static_cast<int>(kernel(SYS_accept4, fd, address, bytes, flags));
}

ssize_t recv(int fd, void* room, size_t bytes, int flags) {
  if (strikes(Call::receive)) {
    if (!shortened()) return -1;
    bytes = std::min<size_t>(bytes, 1);
  }
  return kernel(SYS_recvfrom, fd, room, bytes, flags, nullptr, nullptr);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
  if (strikes(Call::receive)) {
    if (!shortened()) return -1;
    OneByte one(*message);
    return kernel(SYS_recvmsg, fd, &one.message, flags);
  }
  return kernel(SYS_recvmsg, fd, message, flags);
}

ssize_t send(int fd, const void* bytes, size_t count, int flags) {
  if (strikes(Call::send)) {
    if (!shortened()) return -1;
    count = std::min<size_t>(count, 1);
  }
  return kernel(SYS_sendto, fd, bytes, count, flags, nullptr, 0);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (strikes(Call::send)) {
    if (!shortened()) return -1;
    OneByte one(*message);
    return kernel(SYS_sendmsg, fd, &one.message, flags);
  }
  return kernel(SYS_sendmsg, fd, message, flags);
}

ssize_t sendfile(int to, int from, off_t* offset, size_t bytes) noexcept {
  if (strikes(Call::send_file)) {
    if (!shortened()) return -1;
    bytes = std::min<size_t>(bytes, 1);
  }
  return kernel(SYS_sendfile, to, from, offset, bytes);
}

int epoll_ctl(int poll, int operation, int fd, epoll_event* event) noexcept {
  // To remove, or to change what is registered, needs no memory: only an addition can fail.
  if (operation == EPOLL_CTL_ADD && strikes(Call::watch)) return -1;
  return static_cast<int>(kernel(SYS_epoll_ctl, poll, operation, fd, event));
}

}  // extern "C"
