// tools/sio/words.h - what is typed, or stands on the command line, as events and their values:
//
//   chat {"name":"spot"} 3 hello @photo.png base64:AAEC
//   |    |               | |     |          these bytes
//   |    |               | |     the bytes of a file
//   |    |               | what is no JSON is text
//   |    JSON, with its own blanks
//   event; "in quotes" where it has blanks
//
// A ? before the event asks for an acknowledgement. A / begins a command: /help lists them, //
// begins an event with /. Bytes inside of JSON are {"base64":"AAEC"}. (codec)
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/parse.h"
#include "sio/json.h"

namespace strata::tools {

struct Spoken {
  std::string event;
  std::vector<sio::Json> values;
  bool ask = false;  // for an acknowledgement
};

struct Command {
  enum Kind { emit, connect, disconnect, quit, help, nothing, wrong };
  Kind kind = nothing;
  Spoken spoken = {};
  std::string why = {};  // of `wrong`
};

// The content of a file; nothing where it cannot be read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

// One value. What begins as JSON's braces or quotes do, and is none, is refused with a sentence.
net::Result<sio::Json, std::string> read_word(std::string_view word, const ReadFile& read);
// A line without its line feed.
Command read_line(std::string_view line, const ReadFile& read);
extern const char command_help[];

// Bytes as {"base64":"..."} and back, wherever they stand in `value`.
void spell_bytes(sio::Json& value);
void read_bytes(sio::Json& value);

}  // namespace strata::tools
