// tools/wscat/settings.cpp - a table of flags: what is not in it is not understood.
#include "tools/wscat/settings.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>

#include "http/message.h"
#include "http/scan.h"
#include "tools/flags.h"
#include "ws/utf8.h"

namespace strata::wscat {
namespace {

struct Row {
  const char* brief;  // or ""
  const char* name;
  const char* value;  // for --help; null: a switch
  const char* what;
  std::function<bool(std::string_view)> take;
};

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

bool read_seconds(std::string_view text, net::Duration& to) {
  const std::string copy(text);
  char* end = nullptr;
  const double seconds = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0' || !std::isfinite(seconds) || seconds < 0 || seconds > 1e6)
    return false;
  to = std::chrono::duration_cast<net::Duration>(std::chrono::duration<double>(seconds));
  return true;
}

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
  auto content = read_file(std::string(path));
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

void print_help(const std::vector<Row>& rows) {
  std::fputs(intro, stdout);
  for (const Row& row : rows) {
    const std::string name =
        row.value == nullptr ? row.name : row.name + std::string(" ") + row.value;
    std::printf("  %-2s%c %-27s %s\n", row.brief, *row.brief == '\0' ? ' ' : ',', name.c_str(),
                row.what);
  }
  std::fputs(outro, stdout);
}

int refuse(const std::string& sentence) {
  std::fprintf(stderr, "wscat: %s; --help lists the flags\n", sentence.c_str());
  return 2;
}

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

std::optional<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      path == "-" ? ::fdopen(::dup(STDIN_FILENO), "rb") : std::fopen(path.c_str(), "rb"),
      [](std::FILE* open) { return open == nullptr ? 0 : std::fclose(open); });
  if (!file) return std::nullopt;
  std::string content;
  char piece[64 * 1024];
  while (const std::size_t got = std::fread(piece, 1, sizeof(piece), file.get()))
    content.append(piece, got);
  if (std::ferror(file.get()) != 0) return std::nullopt;
  return content;
}

int read_settings(int argc, char** argv, Settings& s) {
  s.client.limits.max_message = 16 * 1024 * 1024;
  bool interactive = false;
  const std::vector<Row> rows = table(s, interactive);
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    if (name == "--help") return print_help(rows), -1;
    if (!name.starts_with('-')) {
      if (!s.client.url.empty()) return refuse("two URLs");
      s.client.url = name;
      continue;
    }
    std::optional<std::string_view> value;
    const std::size_t equals = name.starts_with("--") ? name.find('=') : name.npos;
    if (equals != name.npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    const auto row = std::find_if(rows.begin(), rows.end(), [name](const Row& each) {
      return name == each.name || (*each.brief != '\0' && name == each.brief);
    });
    if (row == rows.end() || (row->value == nullptr && value))
      return refuse(std::string(argv[i]) + " makes no sense here");
    if (row->value != nullptr && !value) {
      if (++i == argc) return refuse(std::string(name) + " wants " + row->value);
      value = argv[i];
    }
    if (!row->take(value.value_or("")))
      return refuse("'" + std::string(*value) + "' is no value for " + row->name);
  }
  const char* const no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') s.color = false;
  return check(s, interactive);
}

}  // namespace strata::wscat
