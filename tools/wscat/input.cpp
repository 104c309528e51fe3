// tools/wscat/input.cpp - lines of stdin, and what they mean.
#include "tools/wscat/input.h"

#include <algorithm>

#include "tools/command_line.h"
#include "tools/flags.h"
#include "tools/wscat/screen.h"
#include "ws/utf8.h"

namespace strata::wscat {
namespace {

// The next word of `line`, taken off it with one blank behind it.
std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

Command wrong(std::string why) { return {Command::wrong, std::move(why)}; }

Command read_close(std::string_view rest) {
  Command command{Command::close, ""};
  if (rest.empty()) return command;
  std::uint16_t code = 0;
  if (!tools::read_number(take_word(rest), code) || !ws::is_wire_code(code))
    return wrong("/close wants a code that may travel: 1000, 1001, 3000 to 4999 ...");
  command.code = ws::CloseCode(code);
  if (rest.size() > ws::control_payload_max - 2) return wrong("a reason has at most 123 bytes");
  command.bytes = rest;
  return command;
}

Command read_control(Command::Kind kind, std::string_view rest) {
  if (rest.size() > ws::control_payload_max) return wrong("a control frame has at most 125 bytes");
  return {kind, std::string(rest)};
}

Command read_fragments(std::string_view rest) {
  Command command{Command::text};
  if (!tools::read_number(take_word(rest), command.frames) || command.frames == 0)
    return wrong("/fragments wants the number of frames, then the text");
  command.bytes = rest;
  command.frames = std::clamp<std::size_t>(rest.size(), 1, command.frames);
  return command;
}

}  // namespace

// Nearly equal parts; they may cut a character (rfc6455-5.6).
ws::SendResult send_message(ws::Connection& to, const Command& command) {
  if (command.kind == Command::binary) return to.send_binary(net::as_bytes(command.bytes));
  if (command.frames == 1) return to.send_text(command.bytes);
  const std::string_view text = command.bytes;
  const std::size_t each = text.size() / command.frames, longer = text.size() % command.frames;
  to.begin_text();
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < command.frames; ++i) {
    const std::size_t bytes = each + (i < longer ? 1 : 0);
    to.write(text.substr(at, bytes));
    at += bytes;
  }
  return to.finish(text.substr(at));
}

const char command_help[] =
    "/ping [TEXT]            a Ping; its Pong is shown\n"
    "/pong [TEXT]            a Pong that nobody asked for\n"
    "/close [CODE [REASON]]  the close handshake; 1000\n"
    "/binary FILE            a file as one binary message\n"
    "/hex 00 ff ...          a binary message of these bytes\n"
    "/fragments N TEXT       a text message in N frames, of a byte or more\n"
    "/help                   this list\n"
    "//TEXT                  the message /TEXT\n";

Command read_command(std::string_view line) {
  if (!ws::is_utf8(net::as_bytes(line))) return wrong("a line that is no UTF-8 was not sent");
  if (!line.starts_with('/')) return {Command::text, std::string(line)};
  if (line.starts_with("//")) return {Command::text, std::string(line.substr(1))};
  const std::string_view name = take_word(line);
  if (name == "/ping") return read_control(Command::ping, line);
  if (name == "/pong") return read_control(Command::pong, line);
  if (name == "/close") return read_close(line);
  if (name == "/fragments") return read_fragments(line);
  if (name == "/help") return {Command::help};
  if (name == "/hex") {
    auto bytes = from_hex(line);
    if (!bytes) return wrong("/hex wants two digits for each byte");
    return {Command::binary, std::move(*bytes)};
  }
  if (name == "/binary") {
    auto content = tools::read_file(std::string(line));
    if (!content) return wrong("'" + std::string(line) + "' cannot be read");
    return {Command::binary, std::move(*content)};
  }
  return wrong("no command " + std::string(name) + ": /help lists them, // sends a /");
}

Input::Input(net::EventLoop& loop, const Settings& settings, Screen& screen,
             std::function<void(const Command&)> on_command, std::function<void()> on_end)
    : screen_(screen),
      on_command_(std::move(on_command)),
      lines_(
          loop, settings.client.limits.max_message, [this](std::string_view line) { typed(line); },
          [this, on_end = std::move(on_end)](bool whole) {
            if (!whole) misread("a line longer than --max-message");
            on_end();
          }) {}

void Input::read() {
  if (!std::exchange(started_, true)) return lines_.start();
  lines_.resume();
}

void Input::typed(std::string_view line) {
  const Command command = read_command(line);
  if (command.kind == Command::help) return screen_.help();
  if (command.kind == Command::wrong) return misread(command.bytes);
  on_command_(command);
}

void Input::misread(const std::string& why) {
  screen_.problem(why);
  understood_ = false;
}

}  // namespace strata::wscat
