// tools/bench/idle.cpp - what a connection costs that has nothing to say: bytes of the server's
// memory each, and the server's CPU time while all of them are idle.
//
//   idle [--connections N] [--seconds S] [--only TEXT] [--echo PROGRAM]
//
// Each case opens its connections on a fresh server, has one message echoed on each, waits until
// all is quiet and reads the server's anonymous memory. The first tenth of the connections is the
// warm-up: what a server takes once is in the figure before it.
#include <netinet/tcp.h>
#include <sys/resource.h>

#include <cstring>
#include <string_view>

#include "tools/bench/process.h"
#include "tools/bench/wire.h"

namespace {

using namespace bench;

struct Settings {
  int connections = 4000;
  double seconds = 2;
  std::string only;
  std::string echo = "build/bin/echo";
};

// Opened, echoed once and left alone; -1 where that failed. Each address has 28,000 ports.
int open_one(const Case& what, int port, int number) {
  const int fd = connect_to(port, 0x7F000001u + std::uint32_t(number / 20'000));
  if (!open_session(fd, what) || !send_all(fd, what.request)) return -1;
  const std::string_view answer = what.answer;
  if (what.kind == Kind::http) return read_until(fd, "Hello") ? fd : -1;
  return read_until(fd, answer.substr(answer.size() - 8)) ? fd : -1;
}

void measure(const Case& what, const Settings& settings) {
  const Server server([&] {
    ::execl(settings.echo.c_str(), "echo", "--port", "0", "--idle-timeout", "600000",
            "--quiet-connect", "--ping-interval", "600000", nullptr);
  });
  if (!answers(server.port())) {
    std::printf("%-12s skipped: not reached\n", what.name.c_str());
    return;
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
  const long after = server.memory_bytes();
  if (whole) {
    const double cpu = server.cpu_seconds();
    ::usleep(static_cast<useconds_t>(settings.seconds * 1e6));
    const double idle_ms = (server.cpu_seconds() - cpu) * 1e3 / settings.seconds;
    std::printf("%-12s %6d connections | %7.0f bytes each | %.3f ms of CPU a second\n",
                what.name.c_str(), settings.connections,
                double(after - before) / settings.connections, idle_ms);
  } else {
    std::printf("%-12s failed at connection %zu\n", what.name.c_str(), open.size());
  }
  std::fflush(stdout);
  for (const int fd : open) ::close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--connections") settings.connections = std::atoi(argv[i + 1]);
    if (flag == "--seconds") settings.seconds = std::atof(argv[i + 1]);
    if (flag == "--only") settings.only = argv[i + 1];
    if (flag == "--echo") settings.echo = argv[i + 1];
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  ::signal(SIGPIPE, SIG_IGN);
  pin_to(1);
  const char* names[] = {"WebSocket", "HTTP", "Socket.IO"};
  const char* wanted[] = {"WebSocket echo 64 x P1 ", "HTTP GET 64 x P1", "Socket.IO echo 64 x P1 "};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    for (Case each : cases()) {
      if (each.name.rfind(wanted[i], 0) != 0 || each.name.find("P16") != std::string::npos)
        continue;
      each.name = names[i];
      if (settings.only.empty() || each.name == settings.only) measure(each, settings);
    }
  }
}
