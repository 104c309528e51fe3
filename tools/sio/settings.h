// tools/sio/settings.h - the command line of sio, as values.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/time.h"
#include "sio/eio/packet.h"
#include "sio/eio/session.h"
#include "tools/sio/record.h"
#include "tools/sio/words.h"

namespace strata::tools {

enum ExitCode : int {
  all_well = 0,
  bad_usage = 1,
  not_connected = 2,
  refused = 3,          // by a CONNECT_ERROR of the server
  no_answer = 4,        // an acknowledgement was late, or cannot come any more
  not_as_expected = 5,  // --expect
  connection_lost = 6,  // and not made again; or the server has disconnected us
  no_input_output = 7   // something could not be read or written
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Settings {
  std::string url;
  std::string nsp;  // empty: the URL's path
  std::string path = "/socket.io";
  std::optional<sio::Json> auth;
  Pairs headers, query;
  std::vector<sio::eio::Transport> transports;  // empty: the library's
  std::string proxy;
  bool credentials = false;
  bool reconnect = false;
  net::Duration timeout = 10s;  // to connect, and of each acknowledgement
  std::vector<Spoken> emits;    // first, in order
  std::optional<std::size_t> count;
  std::optional<net::Duration> stay;
  std::string record;                        // a file
  std::optional<std::vector<Entry>> replay;  // what is in a file
  Replay::Pace pace = Replay::recorded;
  bool expect = false;
  bool input = true;  // stdin is read
  bool quiet = false;
  bool verbose = false;
};

// 0: the settings are read. Else they make no sense, which stderr was told, and it is the exit code
// (1, 7); or help was asked for and printed, and it is -1.
int read_settings(int argc, char** argv, Settings& settings);

}  // namespace strata::tools
