// tools/wscat/settings.cpp - a table of flags: what is not in it is not understood.
#include "tools/wscat/settings.h"

#include <algorithm>
#include <cstdlib>

#include "http/message.h"
#include "http/scan.h"
#include "tools/command_line.h"
#include "tools/flags.h"
#include "ws/utf8.h"

namespace strata::wscat {
namespace {

using tools::read_seconds;
using tools::Row;

const char intro[] =
    "wscat [flags] URL         connects: ws://host:port/path, ws://unix:/socket:/path\n"
    "wscat [flags] --listen [HOST:]PORT    is connected to, on 127.0.0.1 by default\n"
    "\n"
    "Each line of stdin is a text message; one that begins with / is a command: /help lists them,\n"
    "// begins a message with /. Messages that come go to stdout, all else to stderr.\n"
    "At the end of stdin a ping is sent, and the close handshake begins when its pong has come:\n"
    "by then the other end has read all, and answered what it answers at once.\n"
    "\n";

const char outro[] =
    "\n"
    "Exit code: 0 closed in order (1000, 1001, no code, or the code of our own /close);\n"
    "1 nothing was opened; 2 the command line; 3 the other end closed with another code; 4 the\n"
    "connection broke: a protocol error, or no Close; 5 something could not be read or written.\n";

const tools::CommandLine command_line{"wscat", intro, outro, 2};

bool add_field(std::string_view line, ws::ClientOptions& to) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0) return false;
  to.headers.emplace_back(line.substr(0, colon), http::trim_ows(line.substr(colon + 1)));
  return true;
}

bool add_text(std::string_view text, Settings& to) {
  if (!ws::is_utf8(net::as_bytes(text))) return false;
  to.messages.push_back({true, std::string(text)});
  to.input = false;
  return true;
}

bool add_binary(std::string_view path, Settings& to) {
  auto content = tools::read_file(std::string(path));
  if (!content) return false;
  to.messages.push_back({false, std::move(*content)});
  to.input = false;
  return true;
}

bool add_subprotocols(std::string_view list, std::vector<std::string>& to) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    to.emplace_back(http::trim_ows(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return true;
}

// One key for every frame, and the nonce of the handshake made of it: for lessons and tests, where
// each run has to print the same. rfc6455-5.3 wants keys that nobody foresees.
bool fix_keys(std::string_view digits, ws::ClientOptions& to) {
  const auto bytes = from_hex(digits);
  if (!bytes || bytes->size() != 4) return false;
  ws::MaskingKey key;
  std::transform(bytes->begin(), bytes->end(), key.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  to.keys = [key] { return key; };
  return true;
}

std::vector<Row> table(Settings& s, bool& interactive) {
  using sv = std::string_view;
  const auto set = [](bool& to, bool value = true) {
    return [&to, value](sv) { return to = value, true; };
  };
  const auto form = [&s](Form to) { return [&s, to](sv) { return s.form = to, true; }; };
  const auto text = [](std::string& to) { return [&to](sv v) { return to = v, true; }; };
  auto& client = s.client;
  const auto wait = [&s](sv v) {
    net::Duration time = net::Duration::max();
    if (v != "forever" && !read_seconds(v, time)) return false;
    s.wait = time;
    return true;
  };
  return {
      {"-l", "--listen", "[HOST:]PORT", "waits for clients; what is typed goes to all of them",
       text(s.listen)},
      {"-m", "--message", "TEXT", "sends it, and reads no stdin; repeatable",
       [&s](sv v) { return add_text(v, s); }},
      {"-b", "--binary", "FILE", "the same with a file, as one binary message; - is stdin",
       [&s](sv v) { return add_binary(v, s); }},
      {"-i", "--interactive", nullptr, "reads stdin all the same", set(interactive)},
      {"-w", "--wait", "SECONDS", "from the end of the input to the close; or 'forever'", wait},
      {"-s", "--subprotocol", "NAME", "offered, or spoken when listening; repeatable, or a,b",
       [&client](sv v) { return add_subprotocols(v, client.subprotocols); }},
      {"-H", "--header", "'NAME: VALUE'", "a field of the request; repeatable",
       [&client](sv v) { return add_field(v, client); }},
      {"-o", "--origin", "ORIGIN", "of the request; when listening: let in, * for all",
       [&s](sv v) { return s.origins.emplace_back(v), true; }},
      {"-c", "--compress", nullptr, "permessage-deflate", set(s.compress)},
      {"-f", "--frames", nullptr, "draws each frame, both ways, bit by bit", set(s.frames)},
      {"-x", "--hex", nullptr, "prints messages as hex digits", form(Form::hex)},
      {"-r", "--raw", nullptr, "prints payloads as they are, no line feeds", form(Form::raw)},
      {"-v", "--verbose", nullptr, "the other end's head", set(s.verbose)},
      {"-q", "--quiet", nullptr, "on stderr only what goes wrong", set(s.quiet)},
      {"", "--no-color", nullptr, "no colors, also on a terminal; as NO_COLOR=1",
       set(s.color, false)},
      {"", "--ping-every", "SECONDS", "and gives up when no pong comes within 20",
       [&client](sv v) { return read_seconds(v, client.limits.ping_interval); }},
      {"", "--max-message", "BYTES", "received, 1009 above; typed; 16 MiB",
       [&client](sv v) { return tools::read_number(v, client.limits.max_message); }},
      {"", "--connect-timeout", "SECONDS", "until it is open; 10",
       [&client](sv v) { return read_seconds(v, client.connect_timeout); }},
      {"", "--close-timeout", "SECONDS", "for the close handshake; 5",
       [&client](sv v) { return read_seconds(v, client.limits.close_timeout); }},
      {"", "--redirects", "N", "followed; 0",
       [&client](sv v) { return tools::read_number(v, client.max_redirects); }},
      {"", "--proxy", "URL", "http://user:password@host:port, by CONNECT", text(client.proxy)},
      {"", "--unix", "PATH", "connects there, whatever the URL's host", text(client.unix_path)},
      {"", "--echo", nullptr, "when listening: each message goes back", set(s.echo)},
      {"", "--once", nullptr, "when listening: ends with the first client", set(s.once)},
      {"", "--mask-key", "HEX", "fixed, 4 bytes: the same frames each time, for lessons",
       [&client](sv v) { return fix_keys(v, client); }},
  };
}

int refuse(const std::string& sentence) { return tools::refuse(command_line, sentence); }

// What the flags mean together.
int check(Settings& s, bool interactive) {
  if (interactive) s.input = true;
  auto& client = s.client;
  if (s.listen.empty()) {
    if (client.url.empty()) return refuse("a URL, or --listen, is missing");
    if (client.url.find("://") == std::string::npos && client.url.rfind("unix:", 0) != 0)
      client.url.insert(0, "ws://");
    for (const std::string& origin : s.origins) client.headers.emplace_back("Origin", origin);
  } else if (!client.url.empty()) {
    return refuse("a URL and --listen exclude each other");
  } else if (!client.headers.empty() || !client.proxy.empty() || !client.unix_path.empty()) {
    return refuse("--header, --proxy and --unix are of a client");
  }
  return 0;
}

}  // namespace

std::optional<std::string> from_hex(std::string_view digits) {
  constexpr std::string_view known = "0123456789abcdef";
  std::string bytes;
  int high = -1;
  for (const char digit : digits) {
    if (digit == ' ' && high < 0) continue;
    const std::size_t value = known.find(http::to_lower(digit));
    if (value == known.npos) return std::nullopt;
    if (high < 0) {
      high = static_cast<int>(value);
    } else {
      bytes.push_back(static_cast<char>(high * 16 + static_cast<int>(value)));
      high = -1;
    }
  }
  if (high >= 0) return std::nullopt;
  return bytes;
}

int read_settings(int argc, char** argv, Settings& s) {
  s.client.limits.max_message = 16 * 1024 * 1024;
  bool interactive = false;
  const std::vector<Row> rows = table(s, interactive);
  const auto url = [&s](std::string_view word) {
    if (!s.client.url.empty()) return false;
    s.client.url = word;
    return true;
  };
  if (const int answer = tools::read_command_line(command_line, rows, argc, argv, url))
    return answer;
  const char* const no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') s.color = false;
  return check(s, interactive);
}

}  // namespace strata::wscat
