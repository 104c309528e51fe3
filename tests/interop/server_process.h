// tests/interop/server_process.h - a server under test as a child process: it says where it
// listens, then answers each line by a line.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace strata {

//   Owns:    the process. However this one ends, that one does not outlive it.
//   Errors:  a server that does not start, or says nothing for 30 s, is a std::runtime_error.
//   Threads: its owner's; ask() blocks it.
class ServerProcess {
 public:
  explicit ServerProcess(const std::vector<std::string>& command);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& url() const { return url_; }  // "http://127.0.0.1:7890"
  std::string ask(const std::string& line);
  void freeze();  // it is there, and neither hears nor says anything
  void thaw();

 private:
  std::string read_line();
  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string read_;
  std::string url_;
};

}  // namespace strata
