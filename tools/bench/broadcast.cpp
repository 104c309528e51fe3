// tools/bench/broadcast.cpp - one speaks, a thousand hear: CPU time of the server per delivery.
//
//   broadcast [--listeners N] [--pipeline P] [--seconds S] [--rounds N] [--echo PROGRAM]
//
// The speaker sends P messages at once on /broadcast of tools/echo, and waits until every listener
// has all of them. "limit" is a bare epoll loop that answers them with one prepared send to each
// listener. As in echo_path, the ratio is the median of the rounds' own; above 1 is better.
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "tools/bench/process.h"
#include "tools/bench/wire.h"

namespace {

using namespace bench;

struct Settings {
  int listeners = 1000;
  int pipeline = 16;
  double seconds = 1;
  int rounds = 5;
  std::string echo = "build/bin/echo";
};

// The first connection speaks. What it sends goes to all others, as often as it came whole.
[[noreturn]] void serve_limit(const std::string& request, const std::string& answer) {
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
  std::string answers;
  for (int i = 0; i < 1024; ++i) answers += answer;
  std::vector<char> buffer(512 * 1024);
  std::vector<int> all;
  std::size_t had = 0;
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
          all.push_back(next);
        }
        continue;
      }
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) {
        ::close(fd);
        std::erase(all, fd);
        continue;
      }
      had += std::size_t(got);
      const std::size_t whole = std::min<std::size_t>(had / request.size(), 1024);
      had -= whole * request.size();
      if (whole == 0) continue;
      for (const int to : all)
        if (to != fd) ::send(to, answers.data(), whole * answer.size(), MSG_NOSIGNAL);
    }
  }
}

// CPU of the server per delivery, in microseconds; 0 if it failed.
double drive(const Server& server, const Settings& settings, const std::string& request,
             const std::string& answer, bool opening) {
  Case what{"", Kind::websocket, 0, 0, request, answer, "", ""};
  std::vector<int> open;
  const int poll = ::epoll_create1(0);
  for (int i = 0; i <= settings.listeners; ++i) {
    const int fd = connect_to(server.port());
    if (fd < 0 || (opening && !open_session(fd, what, "/broadcast"))) return 0;
    open.push_back(fd);
    epoll_event event{EPOLLIN, {.fd = fd}};
    if (i > 0) ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
  }
  std::string batch;
  for (int i = 0; i < settings.pipeline; ++i) batch += request;
  const std::size_t expected =
      answer.size() * std::size_t(settings.pipeline) * std::size_t(settings.listeners);
  std::vector<char> buffer(1 << 20);
  std::vector<epoll_event> events(1024);
  const auto one_batch = [&] {
    if (!send_all(open.front(), batch)) return false;
    std::size_t missing = expected;
    while (missing > 0) {
      const int count = ::epoll_wait(poll, events.data(), int(events.size()), 2000);
      if (count <= 0) return false;
      for (int i = 0; i < count; ++i) {
        const ssize_t got =
            ::recv(events[std::size_t(i)].data.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got == 0 || std::size_t(std::max<ssize_t>(got, 0)) > missing) return false;
        if (got > 0) missing -= std::size_t(got);
      }
    }
    return true;
  };
  bool right = true;
  for (int i = 0; i < 5 && right; ++i) right = one_batch();
  const double cpu = server.cpu_seconds();
  std::size_t batches = 0;
  for (const double end = wall_seconds() + settings.seconds; right && wall_seconds() < end;) {
    right = one_batch();
    ++batches;
  }
  const double used = server.cpu_seconds() - cpu;
  for (const int fd : open) ::close(fd);
  ::close(poll);
  if (!right || batches == 0) return 0;
  return used * 1e6 / (double(batches) * settings.pipeline * settings.listeners);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--listeners") settings.listeners = std::atoi(argv[i + 1]);
    if (flag == "--pipeline") settings.pipeline = std::atoi(argv[i + 1]);
    if (flag == "--seconds") settings.seconds = std::atof(argv[i + 1]);
    if (flag == "--rounds") settings.rounds = std::atoi(argv[i + 1]);
    if (flag == "--echo") settings.echo = argv[i + 1];
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ::signal(SIGPIPE, SIG_IGN);
  pin_to(1);
  const std::string payload(20, 'x');
  const std::string request = frame(payload, true), answer = frame(payload, false);
  std::vector<double> limit, ours;
  for (int round = 0; round < settings.rounds; ++round) {
    const Server bare([&] { serve_limit(request, answer); });
    limit.push_back(answers(bare.port()) ? drive(bare, settings, request, answer, false) : 0);
    const Server echo([&] {
      ::execl(settings.echo.c_str(), "echo", "--port", "0", "--ping-interval", "600000", nullptr);
    });
    ours.push_back(answers(echo.port()) ? drive(echo, settings, request, answer, true) : 0);
  }
  std::printf(
      "WebSocket broadcast to %d, P%d | limit %.3f us | strata %.3f us | limit ratio %.2f\n",
      settings.listeners, settings.pipeline, median(limit), median(ours),
      paired_ratio(limit, ours));
}
