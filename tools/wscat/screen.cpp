// tools/wscat/screen.cpp - messages, notes and frames as text.
#include "tools/wscat/screen.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "tools/wscat/input.h"
#include "ws/utf8.h"

namespace strata::wscat {
namespace {

constexpr const char* dim = "\x1b[2m";
constexpr const char* red = "\x1b[31m";
constexpr const char* green = "\x1b[32m";
constexpr const char* cyan = "\x1b[36m";
constexpr const char* plain = "\x1b[0m";

constexpr std::size_t preview_max = 32;  // bytes of a payload that a frame's line shows

std::string bits(std::uint64_t value, int count) {
  std::string text;
  while (count-- > 0) text.push_back((value >> count & 1) != 0 ? '1' : '0');
  return text;
}

std::string big_endian_hex(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = bytes * 8 - 4; shift >= 0; shift -= 4)
    text.push_back("0123456789abcdef"[value >> shift & 15]);
  return text;
}

const char* name_of(ws::Opcode opcode) {
  switch (opcode) {
    case ws::Opcode::continuation:
      return "continuation";
    case ws::Opcode::text:
      return "text";
    case ws::Opcode::binary:
      return "binary";
    case ws::Opcode::close:
      return "close";
    case ws::Opcode::ping:
      return "ping";
    case ws::Opcode::pong:
      return "pong";
  }
  return "";
}

const char* arrow(ws::Direction direction) {
  return direction == ws::Direction::out ? "-> " : "<- ";
}

void fill_up(std::string& text, std::size_t columns) {
  text.resize(std::max(columns, text.size() + 1), ' ');
}

std::string count_of(std::uint64_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

std::string preview(net::Bytes payload, std::uint64_t whole, bool text) {
  net::Bytes shown = payload.first(std::min(payload.size(), preview_max));
  // A character that the cut, or the end of a frame, would break is shown by the next line or not.
  while (text && shown.size() < payload.size() && (payload[shown.size()] & 0xC0) == 0x80)
    shown = shown.first(shown.size() - 1);
  const char* const more = shown.size() < whole ? " ..." : "";
  if (text) return '"' + printable(shown, false) + '"' + more;
  return to_hex(shown, " ") + more;
}

std::string close_payload(net::Bytes payload) {
  const unsigned code = payload[0] * 256u + payload[1];
  std::string text = std::to_string(code);
  if (payload.size() > 2) text += " \"" + printable(payload.subspan(2), false) + '"';
  return text;
}

// The bytes of the character that `text` begins with; 0: none that may be shown.
std::size_t character_bytes(net::Bytes text, bool lines) {
  const std::uint8_t lead = text[0];
  if (lead < 0x80) return (lead >= 0x20 && lead != 0x7F) || lead == '\t' || (lead == '\n' && lines);
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (text.size() < bytes || !ws::is_utf8(text.first(bytes))) return 0;
  return lead == 0xC2 && text[1] < 0xA0 ? 0 : bytes;
}

}  // namespace

std::string to_hex(net::Bytes bytes, std::string_view between) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += between;
    text += big_endian_hex(byte, 1);
  }
  return text;
}

std::string printable(net::Bytes text, bool lines) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text, lines);
    if (bytes == 0) {
      shown += text[0] == '\n' ? "\\n" : text[0] == '\r' ? "\\r" : "\\x" + to_hex(text.first(1));
    } else {
      shown += net::as_text(text.first(bytes));
    }
    text = text.subspan(std::max<std::size_t>(bytes, 1));
  }
  return shown;
}

std::string quoted(net::Bytes text) {
  return text.empty() ? "" : " \"" + printable(text, false) + '"';
}

std::string in_words(ws::CloseCode code, std::string_view reason) {
  if (code == ws::CloseCode::none) return "without a code";
  return std::to_string(static_cast<unsigned>(code)) + quoted(net::as_bytes(reason));
}

const char FrameDrawing::ruler[] = "   F RSV op   M length          masking key";

std::string FrameDrawing::line(const ws::FramePart& part) {
  const ws::FrameHeader& header = part.header;
  const std::uint64_t bytes = header.payload_bytes;
  const int longer = bytes > 0xFFFF ? 8 : bytes > 125 ? 2 : 0;
  std::string text = arrow(part.direction);
  text += bits(header.fin, 1) + ' ' + bits(header.rsv1, 1) + "00 " +
          bits(static_cast<std::uint64_t>(header.opcode), 4) + ' ' + bits(header.masked, 1) + ' ' +
          bits(longer == 8   ? 127
               : longer == 2 ? 126
                             : bytes,
               7);
  if (longer != 0) text += ' ' + big_endian_hex(bytes, longer);
  fill_up(text, 32);
  if (header.masked) text += to_hex(header.key);
  fill_up(text, 43);

  Kind& message = part.direction == ws::Direction::out ? out_ : in_;
  const bool control = ws::is_control(header.opcode);
  if (!control && header.opcode != ws::Opcode::continuation)
    message = {header.opcode == ws::Opcode::text, header.rsv1};
  text += name_of(header.opcode);
  if (!header.fin) text += ", more follow";
  if (!control && message.compressed) text += ", compressed";
  if (header.opcode == ws::Opcode::close && part.payload.size() >= 2)
    return text + ", " + close_payload(part.payload);
  text += ", " + count_of(bytes);
  const bool as_text = control || (message.text && !message.compressed);
  if (bytes != 0) text += ": " + preview(part.payload, bytes, as_text);
  return text;
}

std::string FrameDrawing::refused(net::Bytes bytes, std::string_view why) {
  std::string text = arrow(ws::Direction::in);
  if (bytes.size() >= 2)
    text += bits(bytes[0] >> 7, 1) + ' ' + bits(bytes[0] >> 4, 3) + ' ' + bits(bytes[0], 4) + ' ' +
            bits(bytes[1] >> 7, 1) + ' ' + bits(bytes[1], 7);
  fill_up(text, 43);
  return text + "refused: " + std::string(why);
}

Screen::Screen(const Settings& settings)
    : form_(settings.form),
      quiet_(settings.quiet),
      out_is_terminal_(::isatty(STDOUT_FILENO) == 1),
      err_has_color_(settings.color && ::isatty(STDERR_FILENO) == 1),
      out_has_color_(settings.color && out_is_terminal_) {}

// Into a file or a program, the message and nothing else; for people, also who said it.
void Screen::message(const ws::Message& message, unsigned from) {
  std::string shown;
  if (out_is_terminal_ && form_ != Form::raw) {
    const std::string who = from == 0 ? "< " : '#' + std::to_string(from) + " < ";
    shown = out_has_color_ ? green + who + plain : who;
  }
  if (form_ == Form::hex || (form_ == Form::lines && !message.text)) {
    shown += to_hex(message.payload);
  } else if (out_is_terminal_ && form_ != Form::raw) {
    shown += printable(message.payload, true);
  } else {
    shown += message.view();
  }
  if (form_ != Form::raw) shown += '\n';
  if (std::fwrite(shown.data(), 1, shown.size(), stdout) == shown.size() &&
      std::fflush(stdout) == 0)
    return;
  if (!std::exchange(broken_, true)) problem("stdout cannot be written");
}

void Screen::print(const std::string& line, const char* color) {
  const std::string shown = err_has_color_ ? color + line + plain + '\n' : line + '\n';
  std::fputs(shown.c_str(), stderr);
}

void Screen::note(const std::string& sentence) {
  if (!quiet_) print("* " + sentence, dim);
}

void Screen::problem(const std::string& sentence) { print("wscat: " + sentence, red); }

void Screen::head(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    const std::string shown = printable(net::as_bytes(line.substr(0, line.find('\r'))), false);
    if (!shown.empty()) print("  " + shown, dim);
  }
}

void Screen::frame(const std::string& line, unsigned from) {
  const std::string who = from == 0 ? "" : '#' + std::to_string(from) + ' ';
  if (!std::exchange(ruled_, true)) print(std::string(who.size(), ' ') + FrameDrawing::ruler, dim);
  print(who + line, cyan);
}

void Screen::help() { std::fputs(command_help, stderr); }

}  // namespace strata::wscat
