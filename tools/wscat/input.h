// tools/wscat/input.h - what is typed: lines of stdin, and what they mean.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "tools/lines.h"
#include "tools/wscat/settings.h"
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

class Screen;

// Stdin as commands. What asks for help, or is none, is answered on the screen.
//   Lives: as tools::Lines.
class Input {
 public:
  // `on_end` once, behind the last.
  Input(net::EventLoop& loop, const Settings& settings, Screen& screen,
        std::function<void(const Command&)> on_command, std::function<void()> on_end);
  void read();  // from here on, until pause()
  void pause() { lines_.pause(); }
  bool ended() const { return lines_.ended(); }
  bool understood() const { return understood_; }  // all so far

 private:
  void typed(std::string_view line);
  void misread(const std::string& why);

  Screen& screen_;
  std::function<void(const Command&)> on_command_;
  tools::Lines lines_;
  bool started_ = false;
  bool understood_ = true;
};

}  // namespace strata::wscat
