// tools/bench/settings.h - what a benchmark may be told; all take the same, so that `make bench
// ARGS=...` is for all of them, and each uses what it has a use for.
#pragma once
#include <signal.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "tools/bench/process.h"
#include "tools/flags.h"

namespace bench {

struct Settings {
  double seconds = 1;
  int rounds = 5;
  int connections = 10'000;
  int listeners = 1000;
  std::string only;
  std::string echo = "build/bin/echo";
  std::string beside;
  std::string peers = "on";
  std::string node_modules = "build/node/interop/node_modules";

  bool wants(std::string_view name) const { return name.find(only) != std::string_view::npos; }
  bool with_peers() const { return peers != "off"; }
};

// False: a flag that there is not, or --help.
inline bool read_settings(int argc, char** argv, Settings& to) {
  using namespace strata::tools;
  const Flag flags[] = {
      number("--seconds", "length of a round", to.seconds),
      number("--rounds", "of which the median is told", to.rounds),
      number("--connections", "that are opened and left idle", to.connections),
      number("--listeners", "of a broadcast", to.listeners),
      text("--only", "a part of the names of the cases to run", to.only),
      text("--echo", "our server, as a program", to.echo),
      text("--beside", "another build of it, measured too", to.beside),
      text("--peers", "off: ours alone", to.peers),
      text("--node-modules", "where npm's servers are", to.node_modules),
  };
  return read_flags(argc, argv, flags);
}

// For a benchmark whose servers are processes of their own: they get the first core.
inline void prepare(const Settings& settings) {
  raise_file_limit();
  ::signal(SIGPIPE, SIG_IGN);
  ::setenv("NODE_PATH", settings.node_modules.c_str(), 1);
  pin_to(1);
}

}  // namespace bench
