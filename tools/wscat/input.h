// tools/wscat/input.h - what is typed: lines of stdin, and what they mean.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "net/event_loop.h"
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

// Stdin on the loop, a line at a time. The descriptor is not made non-blocking, for that would
// also be so for the shell behind us: after POLLIN one read does not block.
//   Lives:  shorter than the loop; may not be destroyed inside its callbacks.
class Input {
 public:
  // `on_end` once, after the last line. A line longer than `line_max` ends the input, too.
  Input(net::EventLoop& loop, std::size_t line_max, std::function<void(std::string_view)> on_line,
        std::function<void(bool whole)> on_end);
  void start();
  void pause();
  void resume();  // lines that were read already come in a later turn
  bool ended() const { return ended_; }

 private:
  void watch();
  void on_readable();
  void read_later();  // of a file: always ready, and nothing that epoll would watch
  void hand_out();
  void end(bool whole);

  net::EventLoop& loop_;
  std::size_t line_max_;
  std::function<void(std::string_view)> on_line_;
  std::function<void(bool)> on_end_;
  net::Watch watch_;
  std::string text_;      // read, and not yet handed out
  std::size_t seen_ = 0;  // bytes of it without a line feed
  bool paused_ = true;
  bool is_file_ = false;
  bool later_ = false;  // a posted task is on its way
  bool eof_ = false;
  bool ended_ = false;
};

}  // namespace strata::wscat
