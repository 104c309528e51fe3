// tests/interop/sio_client_rows_server.cpp - the process of the server, and pipes to it.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "tests/interop/server_process.h"

namespace strata {

ServerProcess::ServerProcess(const std::vector<std::string>& command) {
  std::array<int, 2> in{}, out{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipes");
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  to_ = in[1];
  from_ = out[0];
  const std::string line = read_line();  // "listening on http://127.0.0.1:7890"
  url_ = line.substr(line.rfind(' ') + 1);
}

ServerProcess::~ServerProcess() {
  ::close(to_);
  ::close(from_);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string ServerProcess::read_line() {
  for (;;) {
    if (const std::size_t end = read_.find('\n'); end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    pollfd wait{from_, POLLIN, 0};
    if (::poll(&wait, 1, 30'000) <= 0) throw std::runtime_error("the server says nothing");
    std::array<char, 64 * 1024> some;
    const ssize_t got = ::read(from_, some.data(), some.size());
    if (got <= 0) throw std::runtime_error("the server is gone");
    read_.append(some.data(), static_cast<std::size_t>(got));
  }
}

std::string ServerProcess::ask(const std::string& line) {
  const std::string all = line + "\n";
  if (::write(to_, all.data(), all.size()) != static_cast<ssize_t>(all.size()))
    throw std::runtime_error("the server does not listen");
  return read_line();
}

void ServerProcess::freeze() { ::kill(pid_, SIGSTOP); }
void ServerProcess::thaw() { ::kill(pid_, SIGCONT); }

}  // namespace strata
