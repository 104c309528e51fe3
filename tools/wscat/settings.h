// tools/wscat/settings.h - the command line of wscat, as values.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "net/time.h"
#include "ws/client.h"

namespace strata::wscat {

// How messages are printed on stdout.
enum class Form {
  lines,  // text as it is, binary as hex digits; each ends with a line feed
  hex,    // all as hex digits, a line each
  raw     // the payloads, with nothing between them
};

struct Given {  // on the command line
  bool text;
  std::string payload;
};

struct Settings {
  ws::ClientOptions client;  // url, fields, subprotocols, limits, proxy: also of listen mode
  std::string listen;        // "[host:]port"; empty: connect
  std::vector<std::string> origins;
  std::vector<Given> messages;  // sent first, in order
  Form form = Form::lines;
  std::optional<net::Duration> wait;  // behind the last input; max: until the other end closes
  bool compress = false;
  bool frames = false;
  bool verbose = false;
  bool quiet = false;
  bool color = true;
  bool input = true;  // stdin is read
  bool echo = false;
  bool once = false;
};

// 0: the settings are read. Else they make no sense, which stderr was told, and it is the exit code
// (2); or help was asked for and printed, and it is -1.
int read_settings(int argc, char** argv, Settings& settings);

// The bytes of hex digits, with blanks between the bytes or without; nothing where it is not hex.
std::optional<std::string> from_hex(std::string_view digits);

}  // namespace strata::wscat
