// tools/bench/process.h - a server under measurement as a process of its own on one core, the
// program that measures it on another; and its CPU time and memory as the kernel counts them.
#pragma once
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace bench {

inline void pin_to(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  ::sched_setaffinity(0, sizeof set, &set);  // on a single core: refused, and that is fine
}

// As many descriptors as the system lets us have; our servers inherit that.
inline void raise_file_limit() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

// Ends with its owner.
class Server {
 public:
  // `run` executes in the child and does not return; it prints a line that ends in ":PORT".
  explicit Server(const std::function<void()>& run) {
    int out[2];
    if (::pipe(out) != 0) std::exit(1);
    pid_ = ::fork();
    if (pid_ == 0) {
      pin_to(0);
      ::dup2(out[1], 1);
      ::close(out[0]);
      ::close(out[1]);
      run();
      ::_exit(127);
    }
    ::close(out[1]);
    std::string line;
    char c = 0;
    while (::read(out[0], &c, 1) == 1 && c != '\n') line += c;
    ::close(out[0]);
    const std::size_t colon = line.rfind(':');
    if (colon != std::string::npos) port_ = std::atoi(line.c_str() + colon + 1);
  }
  ~Server() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }
  double cpu_seconds() const {  // user and system
    clockid_t clock{};
    timespec t{};
    ::clock_getcpuclockid(pid_, &clock);
    ::clock_gettime(clock, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
  }
  // Anonymous memory in use, in bytes: what the program took, without its code.
  long memory_bytes() const {
    std::FILE* const file = std::fopen(("/proc/" + std::to_string(pid_) + "/status").c_str(), "r");
    if (file == nullptr) return 0;
    char line[256];
    long kib = 0;
    while (std::fgets(line, sizeof line, file) != nullptr)
      if (std::sscanf(line, "RssAnon: %ld", &kib) == 1) break;
    std::fclose(file);
    return kib * 1024;
  }

 private:
  pid_t pid_ = -1;
  int port_ = 0;
};

inline double wall_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Of this base to that other, round by round: what disturbs a round disturbs both.
inline double paired_ratio(const std::vector<double>& base, const std::vector<double>& other) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(base.size(), other.size()); ++i)
    if (base[i] > 0 && other[i] > 0) ratios.push_back(base[i] / other[i]);
  return median(std::move(ratios));
}

}  // namespace bench
