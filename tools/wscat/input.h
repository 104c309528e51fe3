// tools/wscat/input.h - what is typed: lines of stdin, and what they mean.
#pragma once
#include <string>
#include <string_view>

#include "ws/connection.h"

namespace strata::wscat {

struct Command {
  enum Kind { text, binary, ping, pong, close, help, wrong };
  Kind kind = text;
  std::string bytes = {};  // the payload; of `close` the reason, of `wrong` what is wrong
  ws::CloseCode code = ws::CloseCode::normal;
  std::size_t frames = 1;  // that the text is sent in
};

// `line` without its line feed.
Command read_command(std::string_view line);
extern const char command_help[];
// A text or binary message, in as many frames as it wants.
ws::SendResult send_message(ws::Connection& to, const Command& command);

}  // namespace strata::wscat
