// tools/bench/idle.cpp - what a connection costs that has nothing to say: bytes of the server's
// memory each, and the server's CPU time while all of them are idle. Ours beside npm's, in one run.
// --help lists what it may be told.
//
// Each case opens its connections on a fresh server, has one message echoed on each, waits until
// all is quiet and reads the server's anonymous memory. The first tenth of the connections is the
// warm-up: what a server takes once is in the figure before it. Node's memory is what it is when
// its connections are there, garbage that it has not collected yet among it.
#include <netinet/tcp.h>

#include <cstring>
#include <string_view>

#include "tools/bench/settings.h"
#include "tools/bench/wire.h"

namespace {

using namespace bench;

// Opened, echoed once and left alone; -1 where that failed. Each address has 28,000 ports.
int open_one(const Case& what, int port, int number) {
  const int fd = connect_to(port, 0x7F000001u + std::uint32_t(number / 20'000));
  if (!open_session(fd, what) || !send_all(fd, what.request)) return -1;
  const std::string_view answer = what.answer;
  if (what.kind == Kind::http) return read_until(fd, "Hello") ? fd : -1;
  return read_until(fd, answer.substr(answer.size() - 8)) ? fd : -1;
}

// Bytes for each connection; 0 where it failed. `program`: of ours; empty: the case's npm peer.
double measure(const Case& what, const Settings& settings, const char* name,
               const std::string& program) {
  const Server server([&] {
    if (program.empty()) ::execlp("node", "node", what.script.c_str(), nullptr);
    ::execl(program.c_str(), "echo", "--port", "0", "--idle-timeout", "600000", "--quiet-connect",
            "--ping-interval", "600000", nullptr);
  });
  std::printf("%-10s %-9s", what.name.c_str(), name);
  if (!answers(server.port())) {
    std::printf(" | skipped: not reached\n");
    return 0;
  }
  std::vector<int> open;
  const auto open_until = [&](int count) {
    for (int i = int(open.size()); i < count; ++i) {
      open.push_back(open_one(what, server.port(), i));
      if (open.back() < 0) return false;
    }
    ::usleep(300'000);  // the server's turn ends, and with it what it held for us
    return true;
  };
  const int warm = settings.connections / 10;
  bool whole = open_until(warm);
  const long before = server.memory_bytes();
  whole = whole && open_until(warm + settings.connections);
  const double each = double(server.memory_bytes() - before) / settings.connections;
  if (whole) {
    const double cpu = server.cpu_seconds();
    ::usleep(static_cast<useconds_t>(settings.seconds * 1e6));
    const double idle_ms = (server.cpu_seconds() - cpu) * 1e3 / settings.seconds;
    std::printf(" | %d connections | %7.0f bytes each | %.3f ms of CPU a second\n",
                settings.connections, each, idle_ms);
  } else {
    std::printf(" | failed at connection %zu\n", open.size());
  }
  std::fflush(stdout);
  for (const int fd : open) ::close(fd);
  return whole ? each : 0;
}

void run_case(const Case& what, const Settings& settings) {
  const double ours = measure(what, settings, "strata", settings.echo);
  if (!settings.beside.empty()) measure(what, settings, "beside", settings.beside);
  const double peer = settings.with_peers() ? measure(what, settings, what.peer.c_str(), {}) : 0;
  if (ours > 0 && peer > 0)
    std::printf("%-10s %s ratio %.1f\n", what.name.c_str(), what.peer.c_str(), peer / ours);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!read_settings(argc, argv, settings)) return 2;
  prepare(settings);
  const char* names[] = {"WebSocket", "HTTP", "Socket.IO"};
  const char* wanted[] = {"WebSocket echo 64 x P1 ", "HTTP GET 64 x P1", "Socket.IO echo 64 x P1 "};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    for (Case each : cases()) {
      if (each.name.rfind(wanted[i], 0) != 0 || each.name.find("P16") != std::string::npos)
        continue;
      each.name = names[i];
      if (settings.wants(each.name)) run_case(each, settings);
    }
  }
}
