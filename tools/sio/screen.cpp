// tools/sio/screen.cpp - lines for people and programs.
#include "tools/sio/screen.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include "tools/sio/words.h"

namespace strata::tools {
namespace {

std::string time_now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto past = now - std::chrono::system_clock::from_time_t(seconds);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(past).count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + size, sizeof text - size, ".%03dZ", static_cast<int>(ms < 0 ? 0 : ms));
  return text;
}

void append_escape(std::string& to, unsigned char c) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", c);
  to += text;
}

}  // namespace

std::string shown(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    const bool c1 =
        c == 0xC2 && i + 1 < line.size() && static_cast<unsigned char>(line[i + 1]) < 0xA0;
    if (c < 0x20 || c == 0x7F) {
      append_escape(text, c);
    } else if (c1) {  // U+0080 to U+009F
      append_escape(text, static_cast<unsigned char>(line[++i]));
    } else {
      text.push_back(line[i]);
    }
  }
  return text;
}

void Screen::event(const char* kind, std::string_view name, const sio::Json& args,
                   std::string_view nsp) {
  sio::Json spelled = args;
  spell_bytes(spelled);
  std::string line = std::string("{\"") + kind + "\":";
  sio::append_quoted(line, name);
  line += ",\"args\":" + sio::dump(spelled) + ",\"nsp\":";
  sio::append_quoted(line, nsp);
  line = shown(line + ",\"time\":\"" + time_now() + "\"}") + '\n';
  if (std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fflush(stdout) == 0)
    return;
  if (!std::exchange(broken_, true)) problem("stdout cannot be written");
}

void Screen::note(const std::string& sentence) {
  if (!quiet_) std::fprintf(stderr, "* %s\n", shown(sentence).c_str());
}

void Screen::problem(const std::string& sentence) {
  std::fprintf(stderr, "sio: %s\n", shown(sentence).c_str());
}

}  // namespace strata::tools
