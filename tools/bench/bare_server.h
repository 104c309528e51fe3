// tools/bench/bare_server.h - the physical limit: an epoll loop that knows no protocol.
#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <vector>

namespace bench {

// Prints its port as Server wants it. `opened(fd)`, `closed(fd)` and `received(fd, bytes)`, where
// `bytes` is how many came with one recv; what they were nobody asks.
template <class Opened, class Closed, class Received>
[[noreturn]] void serve_bare(const Opened& opened, const Closed& closed, const Received& received) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(listener, reinterpret_cast<sockaddr*>(&at), sizeof at);
  ::listen(listener, 4096);
  socklen_t bytes = sizeof at;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &bytes);
  std::printf("limit:%d\n", int(ntohs(at.sin_port)));
  std::fflush(stdout);
  const int poll = ::epoll_create1(0);
  epoll_event event{EPOLLIN, {.fd = listener}};
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::vector<char> buffer(512 * 1024);
  std::vector<epoll_event> events(1024);
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), int(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[std::size_t(i)].data.fd;
      if (fd == listener) {
        const int one = 1;
        for (int next; (next = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          ::setsockopt(next, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          event = {EPOLLIN, {.fd = next}};
          ::epoll_ctl(poll, EPOLL_CTL_ADD, next, &event);
          opened(next);
        }
        continue;
      }
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) {
        ::close(fd);
        closed(fd);
        continue;
      }
      received(fd, std::size_t(got));
    }
  }
}

}  // namespace bench
