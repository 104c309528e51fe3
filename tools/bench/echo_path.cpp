// tools/bench/echo_path.cpp - the echo path of our server beside its peers, in one run.
// --help lists what it may be told.
//
// Each server runs as a process of its own on one core, this load generator on another. A case
// opens its connections, sends `pipeline` messages on each, waits for all their answers and goes
// on. The figure is CPU time of the server per message (user + system), because wall time at
// pipeline 1 measures the generator. "limit" is a bare epoll loop that answers every message with
// prepared bytes: one recv and one send, no protocol. A ratio above 1 is better than that peer; it
// is the median of the rounds' own ratios. "beside" is another build of ours.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/bare_server.h"
#include "tools/bench/settings.h"
#include "tools/bench/wire.h"

namespace {

using namespace bench;

// The physical limit: answers every request's bytes with those of an answer.
[[noreturn]] void serve_limit(const Case& what) {
  std::string answers;
  while (answers.size() < (1u << 20)) answers += what.answer;
  std::vector<std::size_t> had(70000, 0);
  const auto forget = [&](int fd) { had[std::size_t(fd)] = 0; };
  serve_bare(forget, forget, [&](int fd, std::size_t got) {
    std::size_t& have = had[std::size_t(fd)];
    have += got;
    std::size_t left = have / what.request.size() * what.answer.size();
    have %= what.request.size();
    while (left > 0) {
      const ssize_t sent = ::send(fd, answers.data(), std::min(left, answers.size()), MSG_NOSIGNAL);
      if (sent > 0) left -= std::size_t(sent);
      if (sent < 0 && errno != EAGAIN) break;
    }
  });
}

// nginx in this process, without a log, with an answer as small as the others'.
void serve_nginx() {
  ::mkdir("build", 0755);
  ::mkdir("build/bench-nginx", 0755);
  char* const folder = ::realpath("build/bench-nginx", nullptr);
  if (folder == nullptr) return;
  const int port = free_port();
  const std::string path = std::string(folder) + "/nginx.conf";
  std::FILE* const conf = std::fopen(path.c_str(), "w");
  if (conf == nullptr) return;
  std::fprintf(conf,
               "daemon off; master_process off; pid %s/pid; error_log /dev/null;\n"
               "events { worker_connections 4096; }\n"
               "http { access_log off; keepalive_requests 1000000000; tcp_nodelay on;\n"
               "  client_body_temp_path %s; proxy_temp_path %s; fastcgi_temp_path %s;\n"
               "  uwsgi_temp_path %s; scgi_temp_path %s;\n"
               "  server { listen 127.0.0.1:%d; default_type text/plain;\n"
               "    location / { return 200 Hello; } } }\n",
               folder, folder, folder, folder, folder, folder, port);
  std::fclose(conf);
  std::printf("nginx:%d\n", port);
  std::fflush(stdout);
  ::execlp("nginx", "nginx", "-p", folder, "-c", path.c_str(), "-e", "/dev/null", nullptr);
  ::execl("/usr/sbin/nginx", "nginx", "-p", folder, "-c", path.c_str(), "-e", "/dev/null", nullptr);
}

struct Figure {
  double cpu_us = 0;  // of the server, per message
  double per_second = 0;
};

// Nothing: the session did not open.
std::vector<Step> open_client(int fd, const Case& what, bool opening) {
  if (what.kind == Kind::polling) return open_polling(fd, what);
  if (opening && !open_session(fd, what)) return {};
  std::string batch;
  for (int i = 0; i < what.pipeline; ++i) batch += what.request;
  return {{batch, what.answer.size() * std::size_t(what.pipeline)}};
}

// Drives one server with one case.
Figure drive(const Case& what, const Server& server, bool opening, double seconds) {
  struct Client {
    int fd;
    std::vector<Step> steps;  // again and again
    std::size_t step = 0;
    std::size_t missing = 0;  // bytes of answers still to come
    std::size_t unsent = 0;
  };
  std::vector<Client> clients;
  const int poll = ::epoll_create1(0);
  for (int i = 0; i < what.connections; ++i) {
    const int fd = connect_to(server.port());
    clients.push_back({fd, open_client(fd, what, opening)});
    if (clients.back().steps.empty()) {
      std::fprintf(stderr, "%s: the session did not open\n", what.name.c_str());
      return {};
    }
    epoll_event event{EPOLLIN, {.u32 = std::uint32_t(i)}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
  }
  const auto push = [&](Client& client) {
    const std::string& text = client.steps[client.step].send;
    while (client.unsent > 0) {
      const ssize_t sent = ::send(client.fd, text.data() + (text.size() - client.unsent),
                                  client.unsent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) return;
      client.unsent -= std::size_t(sent);
    }
  };
  const auto start = [&](Client& client) {
    client.missing = client.steps[client.step].expected;
    client.unsent = client.steps[client.step].send.size();
    push(client);
  };
  for (Client& client : clients) start(client);

  std::vector<char> buffer(1 << 20);
  std::vector<epoll_event> events(256);
  std::uint64_t batches = 0;
  std::uint64_t counted_from = 0;
  double wall = wall_seconds();
  double cpu = 0;
  bool warm = false;
  for (;;) {
    const double now = wall_seconds();
    if (!warm && now - wall > seconds * 0.3) {
      warm = true;
      wall = now;
      counted_from = batches;
      cpu = server.cpu_seconds();
    } else if (warm && now - wall > seconds) {
      break;
    }
    const int count = ::epoll_wait(poll, events.data(), int(events.size()), 100);
    for (int i = 0; i < count; ++i) {
      Client& client = clients[events[std::size_t(i)].data.u32];
      const ssize_t got = ::recv(client.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got == 0) {
        std::fprintf(stderr, "%s: the server closed\n", what.name.c_str());
        return {};
      }
      if (got < 0) continue;
      if (std::size_t(got) > client.missing) {
        std::fprintf(stderr, "%s: more bytes than answers\n", what.name.c_str());
        return {};
      }
      client.missing -= std::size_t(got);
      if (client.unsent > 0) push(client);
      if (client.missing == 0 && client.unsent == 0) {
        client.step = (client.step + 1) % client.steps.size();
        if (client.step == 0) ++batches;
        start(client);
      }
    }
  }
  const double messages = double(batches - counted_from) * what.pipeline;
  Figure figure;
  figure.cpu_us = (server.cpu_seconds() - cpu) * 1e6 / messages;
  figure.per_second = messages / (wall_seconds() - wall);
  for (const Client& client : clients) ::close(client.fd);
  ::close(poll);
  return figure;
}

// Sessions that open fifty at a time and stay: one alone would measure how the server falls asleep
// and wakes up.
Figure drive_handshakes(const Case& what, const Server& server) {
  constexpr std::size_t at_once = 50;
  std::vector<int> open;
  const auto open_some = [&] {
    const std::size_t from = open.size();
    for (std::size_t i = 0; i < at_once; ++i) {
      open.push_back(connect_to(server.port()));
      if (!send_all(open.back(), upgrade_request(engine_path))) return false;
    }
    for (std::size_t i = from; i < open.size(); ++i) {
      if (!read_until(open[i], "\r\n\r\n") || !read_until(open[i], "}")) return false;
      if (!send_all(open[i], frame("40", true))) return false;
    }
    for (std::size_t i = from; i < open.size(); ++i)
      if (!read_until(open[i], "}")) return false;
    return true;
  };
  bool right = true;
  const auto open_more = [&] {
    for (int i = 0; right && i < what.connections; i += int(at_once)) right = open_some();
  };
  open_more();  // the warm-up
  const double cpu = server.cpu_seconds();
  const double wall = wall_seconds();
  open_more();
  const double used = server.cpu_seconds() - cpu;
  const double took = wall_seconds() - wall;
  for (const int fd : open) ::close(fd);
  if (!right) return {};
  return {used * 1e6 / what.connections, what.connections / took};
}

struct Peer {
  std::string name;
  std::string program;                // of ours
  std::vector<double> cpu{}, rate{};  // a value a round; 0: not reached
};

void run_peer(const Peer& peer, const Case& what) {
  if (peer.name == "limit") serve_limit(what);
  if (!peer.program.empty())
    ::execl(peer.program.c_str(), "echo", "--port", "0", "--quiet-connect", "--ping-interval",
            "600000", nullptr);
  if (peer.name == "nginx") serve_nginx();
  ::execlp("node", "node", what.script.c_str(), nullptr);
}

void measure(Peer& peer, Case what, double seconds) {
  const bool limit = peer.name == "limit";
  Figure figure;
  const Server server([&] { run_peer(peer, what); });
  if (answers(server.port())) {
    // HTTP answers differ in their fields from server to server: ask for one and count.
    if (what.kind == Kind::http && !limit) what.answer = first_answer(server.port(), what);
    figure = what.kind == Kind::handshake ? drive_handshakes(what, server)
                                          : drive(what, server, !limit, seconds);
  }
  peer.cpu.push_back(figure.cpu_us);
  peer.rate.push_back(figure.per_second);
}

void run_case(const Case& what, const Settings& settings) {
  std::vector<Peer> peers{{"strata", settings.echo}};
  const bool has_limit = what.kind != Kind::polling && what.kind != Kind::handshake;
  if (has_limit) peers.push_back({"limit", ""});
  if (!settings.beside.empty()) peers.push_back({"beside", settings.beside});
  if (settings.with_peers()) peers.push_back({what.peer, ""});
  if (settings.with_peers() && what.kind == Kind::http) peers.push_back({"nginx", ""});
  for (int round = 0; round < settings.rounds; ++round)
    for (Peer& peer : peers) measure(peer, what, settings.seconds);

  std::printf("%-34s", what.name.c_str());
  for (const Peer& peer : peers) {
    if (median(peer.cpu) <= 0)
      std::printf(" | %-9s skipped: not reached", peer.name.c_str());
    else
      std::printf(" | %-9s %8.3f us %9.0f/s", peer.name.c_str(), median(peer.cpu),
                  median(peer.rate));
  }
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const double ratio = paired_ratio(peers[i].cpu, peers[0].cpu);
    if (i != 0 && ratio > 0) std::printf(" | %s ratio %.2f", peers[i].name.c_str(), ratio);
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!read_settings(argc, argv, settings)) return 2;
  prepare(settings);
  std::printf("server CPU per message; median of %d rounds of %.1f s\n", settings.rounds,
              settings.seconds);
  std::fflush(stdout);  // a fork would print it again
  for (const Case& each : cases())
    if (settings.wants(each.name)) run_case(each, settings);
}
