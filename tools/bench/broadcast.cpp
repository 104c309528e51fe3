// tools/bench/broadcast.cpp - one speaks, a thousand hear: CPU time of the server per delivery,
// over WebSocket and Socket.IO. Ours beside npm's, in one run.
// --help lists what it may be told.
//
// The speaker sends P messages at once (/broadcast of tools/echo, or its event of that name), and
// waits until every listener has all of them. "limit" is a bare epoll loop that answers them with
// one prepared send to each listener. As in echo_path, a ratio is the median of the rounds' own;
// above 1 is better. "beside" is another build of ours.
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "tools/bench/bare_server.h"
#include "tools/bench/settings.h"
#include "tools/bench/wire.h"

namespace {

using namespace bench;

// The first connection speaks. What it sends goes to all others, as often as it came whole.
[[noreturn]] void serve_limit(const std::string& request, const std::string& answer) {
  std::string answers;
  for (int i = 0; i < 1024; ++i) answers += answer;
  std::vector<int> all;
  std::size_t had = 0;
  serve_bare([&](int fd) { all.push_back(fd); }, [&](int fd) { std::erase(all, fd); },
             [&](int fd, std::size_t got) {
               had += got;
               const std::size_t whole = std::min<std::size_t>(had / request.size(), 1024);
               had -= whole * request.size();
               if (whole == 0) return;
               for (const int to : all)
                 if (to != fd) ::send(to, answers.data(), whole * answer.size(), MSG_NOSIGNAL);
             });
}

struct Figure {
  double cpu_us = 0;  // of the server, per delivery; 0: it failed
  double per_second = 0;
};

Figure drive(const Server& server, const Settings& settings, const Case& what, bool opening) {
  std::vector<int> open;
  const int poll = ::epoll_create1(0);
  for (int i = 0; i <= settings.listeners; ++i) {
    const int fd = connect_to(server.port());
    if (fd < 0 || (opening && !open_session(fd, what, "/broadcast"))) return {};
    open.push_back(fd);
    epoll_event event{EPOLLIN, {.fd = fd}};
    if (i > 0) ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
  }
  std::string batch;
  for (int i = 0; i < what.pipeline; ++i) batch += what.request;
  const std::size_t expected =
      what.answer.size() * std::size_t(what.pipeline) * std::size_t(settings.listeners);
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
  const double begin = wall_seconds();
  std::size_t batches = 0;
  while (right && wall_seconds() < begin + settings.seconds) {
    right = one_batch();
    ++batches;
  }
  const double used = server.cpu_seconds() - cpu;
  const double took = wall_seconds() - begin;
  for (const int fd : open) ::close(fd);
  ::close(poll);
  if (!right || batches == 0) return {};
  const double deliveries = double(batches) * what.pipeline * settings.listeners;
  return {used * 1e6 / deliveries, deliveries / took};
}

std::vector<Case> broadcasts() {
  std::vector<Case> all;
  for (const int pipeline : {1, 16}) {
    const std::string payload(20, 'x');
    all.push_back({"WebSocket broadcast", Kind::websocket, 0, pipeline, frame(payload, true),
                   frame(payload, false), "ws", "tools/bench/ws_peer.js"});
  }
  for (const int pipeline : {1, 16}) {
    const std::string payload = "42[\"broadcast\",\"" + std::string(20, 'x') + "\"]";
    all.push_back({"Socket.IO broadcast", Kind::socket_io, 0, pipeline, frame(payload, true),
                   frame(payload, false), "socket.io", "tools/bench/socketio_peer.js"});
  }
  return all;
}

struct Peer {
  std::string name;
  std::string program;                // of ours
  std::vector<double> cpu{}, rate{};  // a value a round; 0: not reached
};

void run_peer(const Peer& peer, const Case& what) {
  if (peer.name == "limit") serve_limit(what.request, what.answer);
  if (!peer.program.empty())
    ::execl(peer.program.c_str(), "echo", "--port", "0", "--quiet-connect", "--ping-interval",
            "600000", nullptr);
  ::execlp("node", "node", what.script.c_str(), nullptr);
}

void run_case(const Case& what, const Settings& settings) {
  std::vector<Peer> peers{{"strata", settings.echo}, {"limit", ""}};
  if (!settings.beside.empty()) peers.push_back({"beside", settings.beside});
  if (settings.with_peers()) peers.push_back({what.peer, ""});
  for (int round = 0; round < settings.rounds; ++round) {
    for (Peer& peer : peers) {
      const Server server([&] { run_peer(peer, what); });
      Figure figure;
      if (answers(server.port())) figure = drive(server, settings, what, peer.name != "limit");
      peer.cpu.push_back(figure.cpu_us);
      peer.rate.push_back(figure.per_second);
    }
  }
  std::printf("%s to %d, P%-2d", what.name.c_str(), settings.listeners, what.pipeline);
  for (const Peer& peer : peers) {
    std::printf(" | %s %.3f us %.0f/s", peer.name.c_str(), median(peer.cpu), median(peer.rate));
    const double ratio = paired_ratio(peer.cpu, peers.front().cpu);
    if (&peer != &peers.front()) std::printf(" ratio %.2f", ratio);
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!read_settings(argc, argv, settings)) return 2;
  prepare(settings);
  std::printf("server CPU per delivery, 0: not reached; median of %d rounds of %.1f s\n",
              settings.rounds, settings.seconds);
  std::fflush(stdout);  // a fork would print it again
  for (const Case& each : broadcasts())
    if (settings.wants(each.name)) run_case(each, settings);
}
