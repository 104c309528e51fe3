// tools/lines.h - what is typed, or piped: stdin as lines.
#pragma once
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "net/event_loop.h"

namespace strata::tools {

// Stdin on the loop, a line at a time. The descriptor is not made non-blocking, for that would
// also be so for the shell behind us: after POLLIN one read does not block.
//   Lives:  shorter than the loop; may not be destroyed inside its callbacks.
class Lines {
 public:
  // `on_end` once, after the last line. A line longer than `line_max` ends the input, too.
  Lines(net::EventLoop& loop, std::size_t line_max, std::function<void(std::string_view)> on_line,
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

inline Lines::Lines(net::EventLoop& loop, std::size_t line_max,
                    std::function<void(std::string_view)> on_line, std::function<void(bool)> on_end)
    : loop_(loop), line_max_(line_max), on_line_(std::move(on_line)), on_end_(std::move(on_end)) {}

inline void Lines::start() {
  paused_ = false;
  watch();
}

// A pipe whose writer is gone is ready for ever: while nothing may be read it is not watched at
// all.
inline void Lines::pause() {
  paused_ = true;
  watch_.reset();
}

inline void Lines::resume() {
  paused_ = false;
  read_later();
}

inline void Lines::watch() {
  if (watch_ || is_file_) return;
  auto watching = loop_.add(STDIN_FILENO, POLLIN, [this](std::uint32_t) { on_readable(); });
  if (watching) {
    watch_ = std::move(*watching);
  } else {
    is_file_ = true;
    read_later();
  }
}

inline void Lines::read_later() {
  if (std::exchange(later_, true)) return;
  loop_.post([this] {
    later_ = false;
    hand_out();
    if (paused_ || ended_) return;
    watch();
    if (is_file_) on_readable();
  });
}

inline void Lines::on_readable() {
  if (paused_ || ended_) return;
  const std::size_t had = text_.size();
  constexpr std::size_t piece = 64 * 1024;
  text_.resize(had + piece);
  const ssize_t got = ::read(STDIN_FILENO, text_.data() + had, piece);
  text_.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  eof_ = got <= 0;
  hand_out();
  if (is_file_ && !paused_ && !ended_) read_later();
}

inline void Lines::hand_out() {
  std::size_t at = 0;
  while (!paused_ && !ended_) {
    const std::size_t end = text_.find('\n', std::max(at, seen_));
    if (end == text_.npos) break;
    const std::string_view line(text_.data() + at, end - at);
    at = seen_ = end + 1;
    on_line_(line);
  }
  text_.erase(0, at);
  seen_ -= std::min(seen_, at);
  if (paused_ || ended_) return;
  seen_ = text_.size();
  if (seen_ > line_max_) return end(false);
  if (!eof_) return;
  if (!text_.empty()) on_line_(std::exchange(text_, {}));
  end(true);
}

inline void Lines::end(bool whole) {
  watch_.reset();
  ended_ = true;
  on_end_(whole);
}

}  // namespace strata::tools
