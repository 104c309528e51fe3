// tools/bench/http_stream.cpp - bodies larger than any memory should be: up, down, and both.
//
//   http_stream [--bytes N] [--only TEXT]        (1 GiB a case by default)
//
// The server is a process of its own, so that its memory can be read: RSS before the case and the
// highest during it. The client is a blocking socket with no protocol but what is written here. A
// slow reader has a small receive buffer and rests a millisecond after each MiB.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

#include "http/server.h"

namespace {

using namespace strata;

std::uint64_t total_bytes = 1ull << 30;
constexpr std::size_t piece_bytes = 64 * 1024;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// A file without blocks: its pages come from nowhere, so the disk is not measured.
std::string sparse_file() {
  std::string path = "/tmp/strata-http-stream-XXXXXX";
  const int fd = ::mkstemp(path.data());
  if (fd < 0 || ::ftruncate(fd, static_cast<off_t>(total_bytes)) != 0) fail("a file of zeros");
  ::close(fd);
  return path;
}

// The child: prints its port into `ready` and serves until it is killed.
[[noreturn]] void serve(int ready, const std::string& file) {
  http::Server app;
  const auto limit = static_cast<std::size_t>(total_bytes);
  app.post("/upload", http::stream_body.up_to(limit), [](http::Request& req, http::Response& res) {
    auto sum = std::make_shared<std::uint64_t>(0);
    req.on_data([sum](net::Bytes piece) { *sum += piece.size(); });
    req.on_end([sum, &res] { res.send(std::to_string(*sum)); });
  });
  app.post("/echo", http::stream_body.up_to(limit), [](http::Request& req, http::Response& res) {
    res.content_length(total_bytes);
    req.on_data([&](net::Bytes piece) {
      if (!res.write(net::as_text(piece))) req.pause();
    });
    res.on_drain([&] { req.resume(); });
    req.on_end([&] { res.end(); });
  });
  app.get("/download", [](http::Request&, http::Response& res) {
    res.content_length(total_bytes);
    res.stream([left = total_bytes](std::string& piece) mutable {
      piece.assign(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece_bytes)), 'x');
      left -= piece.size();
      return left != 0;
    });
  });
  app.get("/file", [&](http::Request&, http::Response& res) { res.send_file(file); });
  if (app.listen(net::Address::loopback(0))) fail("listen");
  const std::uint16_t port = app.address().port();
  if (::write(ready, &port, sizeof port) != sizeof port) fail("write");
  ::close(ready);
  app.run();
  std::exit(1);
}

long status_kib(pid_t pid, const char* name) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/status", pid);
  std::FILE* const file = std::fopen(path, "r");
  if (file == nullptr) fail(path);
  long kib = 0;
  char line[256];
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::strncmp(line, name, std::strlen(name)) == 0)
      kib = std::strtol(line + std::strlen(name) + 1, nullptr, 10);
  }
  std::fclose(file);
  return kib;
}

void forget_peak(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/clear_refs", pid);
  const int fd = ::open(path, O_WRONLY);
  if (fd < 0 || ::write(fd, "5", 1) != 1) std::fprintf(stderr, "the peak is of all cases\n");
  ::close(fd);
}

int dial(std::uint16_t port, bool slow) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int small = 16 * 1024;
  if (slow) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("connect");
  return fd;
}

void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail("send");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// Content behind the head, as announced; returns what came.
std::uint64_t read_answer(int fd, bool slow) {
  std::string head;
  char room[piece_bytes];
  std::uint64_t content = 0;
  std::uint64_t announced = 0;
  std::uint64_t rested = 0;
  while (true) {
    const ssize_t got = ::recv(fd, room, slow ? 8 * 1024 : sizeof room, 0);
    if (got <= 0) return content;
    if (announced == 0) {
      head.append(room, static_cast<std::size_t>(got));
      const std::size_t end = head.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      const std::size_t at = head.find("Content-Length: ");
      if (at == std::string::npos || at > end) return 0;
      announced = std::strtoull(head.c_str() + at + 16, nullptr, 10);
      content = head.size() - end - 4;
    } else {
      content += static_cast<std::uint64_t>(got);
    }
    if (content >= announced) return content;
    if (slow && content - rested >= 1u << 20) {
      rested = content;
      const timespec rest{0, 1'000'000};
      ::nanosleep(&rest, nullptr);
    }
  }
}

void upload(int fd, const char* path, bool chunked) {
  const std::string host = std::string("POST ") + path + " HTTP/1.1\r\nHost: x\r\n";
  const std::string piece(piece_bytes, 'x');
  send_all(fd, chunked ? host + "Transfer-Encoding: chunked\r\n\r\n"
                       : host + "Content-Length: " + std::to_string(total_bytes) + "\r\n\r\n");
  for (std::uint64_t left = total_bytes; left != 0;) {
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
    if (chunked) {
      char line[32];
      std::snprintf(line, sizeof line, "%zx\r\n", now);
      send_all(fd, line);
    }
    send_all(fd, std::string_view(piece).substr(0, now));
    if (chunked) send_all(fd, "\r\n");
    left -= now;
  }
  if (chunked) send_all(fd, "0\r\n\r\n");
}

double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Case {
  const char* name;
  const char* path;
  bool sends;
  bool chunked;
  bool slow;
};

bool run(const Case& one, pid_t server, std::uint16_t port) {
  const int fd = dial(port, one.slow);
  forget_peak(server);
  const long before = status_kib(server, "VmRSS:");
  const double start = seconds_now();
  std::thread sender;
  if (one.sends) {
    sender = std::thread([&] { upload(fd, one.path, one.chunked); });
  } else {
    send_all(fd, std::string("GET ") + one.path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  const std::uint64_t got = read_answer(fd, one.slow);
  if (sender.joinable()) sender.join();
  const double took = seconds_now() - start;
  const long peak = status_kib(server, "VmHWM:");
  ::close(fd);
  const bool whole = got == total_bytes || (std::strcmp(one.path, "/upload") == 0 && got != 0);
  std::printf("%-34s %7.0f MB/s   RSS before %6ld KiB, peak %6ld KiB, grew %5ld KiB%s\n", one.name,
              static_cast<double>(total_bytes) / took * 1e-6, before, peak, peak - before,
              whole ? "" : "   NOT WHOLE");
  std::fflush(stdout);
  return whole;
}

}  // namespace

int main(int argc, char** argv) {
  std::string_view only;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--bytes") total_bytes = std::strtoull(argv[i + 1], nullptr, 10);
    if (flag == "--only") only = argv[i + 1];
  }
  if (total_bytes == 0) return 2;
  const std::string file = sparse_file();
  int ready[2];
  if (::pipe(ready) != 0) fail("pipe");
  const pid_t server = ::fork();
  if (server == 0) {
    ::close(ready[0]);
    serve(ready[1], file);
  }
  ::close(ready[1]);
  std::uint16_t port = 0;
  bool good = ::read(ready[0], &port, sizeof port) == sizeof port;
  const Case cases[] = {
      {"upload, Content-Length", "/upload", true, false, false},
      {"upload, chunks of 64 KiB", "/upload", true, true, false},
      {"download, a source", "/download", false, false, false},
      {"download, a source, slow reader", "/download", false, false, true},
      {"download, sendfile, slow reader", "/file", false, false, true},
      {"echo", "/echo", true, false, false},
      {"echo, slow reader", "/echo", true, false, true},
  };
  for (const Case& one : cases) {
    if (std::string_view(one.name).find(only) == std::string_view::npos) continue;
    good = good && run(one, server, port);
  }
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  ::unlink(file.c_str());
  return good ? 0 : 1;
}
