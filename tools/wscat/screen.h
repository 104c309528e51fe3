// tools/wscat/screen.h - what is shown: messages on stdout, notes and frames on stderr.
#pragma once
#include <string>
#include <string_view>

#include "net/bytes.h"
#include "tools/wscat/settings.h"
#include "ws/frame_watcher.h"
#include "ws/message_assembler.h"

namespace strata::wscat {

// `bytes` as two digits each.
std::string to_hex(net::Bytes bytes, std::string_view between = {});
// Nothing of it can move the cursor or ring: bytes below a blank, DEL, the C1 controls and what is
// no UTF-8 are written as \xNN. A line feed stays if `lines`, a tab always.
std::string printable(net::Bytes text, bool lines);
// Behind a word: ` "text"`, or nothing where there is none.
std::string quoted(net::Bytes text);
// A Close: `1000 "bye"`.
std::string in_words(ws::CloseCode code, std::string_view reason);

// Frames of one connection, each as a line:
//      F RSV op   M length          masking key
//   -> 1 000 0001 1 0000101         37fa213d   text, 5 bytes: "Hello"
//   <- 1 000 0001 0 0000101                    text, 5 bytes: "Hello"
// The bits are those of rfc6455-5.2; a length that needs more than seven follows in hex.
class FrameDrawing {
 public:
  // `part` begins its frame; as much of the payload is shown as it has.
  std::string line(const ws::FramePart& part);
  // A header that broke a rule: its first bytes.
  static std::string refused(net::Bytes bytes, std::string_view why);
  static const char ruler[];

 private:
  struct Kind {  // of the message under way: its later frames do not tell
    bool text = false;
    bool compressed = false;
  };
  Kind in_, out_;
};

class Screen {
 public:
  explicit Screen(const Settings& settings);
  // `from`: the number of a client, 0 for a server.
  void message(const ws::Message& message, unsigned from);
  void note(const std::string& sentence);     // "* ..."; not with --quiet
  void problem(const std::string& sentence);  // "wscat: ..."
  void head(std::string_view head);           // of the other end, as sent
  void frame(const std::string& line, unsigned from);
  void help();
  bool broken() const { return broken_; }  // stdout takes nothing more

 private:
  void print(const std::string& line, const char* color);

  const Form form_;
  const bool quiet_, out_is_terminal_, err_has_color_, out_has_color_;
  bool ruled_ = false;
  bool broken_ = false;
};

// The frames of one connection, shown; nothing without --frames.
//   Lives: longer than its connection.
class FramePrinter final : public ws::FrameWatcher {
 public:
  FramePrinter(Screen& screen, unsigned from) : screen_(screen), from_(from) {}

 private:
  void on_frame(const ws::FramePart& part) override {
    if (part.first) screen_.frame(drawing_.line(part), from_);
  }
  void on_refused(net::Bytes bytes, const ws::ProtocolError& error) override {
    screen_.frame(FrameDrawing::refused(bytes, error.why), from_);
  }

  Screen& screen_;
  FrameDrawing drawing_;
  const unsigned from_;
};

}  // namespace strata::wscat
