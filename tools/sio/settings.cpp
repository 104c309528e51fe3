// tools/sio/settings.cpp - a table of flags: what is not in it is not understood.
#include "tools/sio/settings.h"

#include <cstdio>

#include "http/message.h"
#include "sio/client/destination.h"
#include "tools/command_line.h"
#include "tools/flags.h"

namespace strata::tools {
namespace {

using sv = std::string_view;

const char intro[] =
    "sio URL [flags]       speaks Socket.IO to http://host:port/namespace?query\n"
    "\n"
    "Each event that comes is a line of JSON on stdout, bytes in it are {\"base64\":\"...\"}:\n"
    "  "
    "{\"event\":\"chat\",\"args\":[\"hello\",1],\"nsp\":\"/"
    "\",\"time\":\"2026-01-31T12:00:00.000Z\"}\n"
    "  {\"answer\":\"sum\",\"args\":[3],\"nsp\":\"/\",\"time\":...}   to an event that asked for "
    "it\n"
    "All else goes to stderr. Each line of stdin is an event and its values:\n"
    "  chat {\"name\":\"spot\"} 3 hello @photo.png base64:AAEC     JSON, text, files, bytes\n"
    "  ?sum 1 2                                                asks for an acknowledgement\n"
    "and /help lists commands. It ends when stdin does, once what was asked is answered.\n"
    "\n";

const char outro[] =
    "\n"
    "  sio http://localhost:7890 -e chat '{\"name\":\"spot\"}'    emits and ends\n"
    "  sio http://localhost:7890 -a sum 1 2                    prints the answer and ends\n"
    "  sio http://localhost:7890 --count 3 </dev/null          prints three events and ends\n"
    "  sio --record day http://localhost:7890                  keeps what is said, both ways\n"
    "  sio --replay day --fast --expect http://localhost:7890  says it again: same answers?\n"
    "\n"
    "Exit code: 0 all went well; 1 the command line; 2 no connection within --timeout; 3 the\n"
    "server refused the namespace; 4 an acknowledgement did not come; 5 something else came than\n"
    "--expect expects, or --for ended before --count was reached; 6 the connection was lost, or\n"
    "ended by the server; 7 something could not be read or written.\n";

const CommandLine command_line{"sio", intro, outro, bad_usage};

bool add_field(sv line, Pairs& to) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0) return false;
  to.emplace_back(line.substr(0, colon), http::trim_ows(line.substr(colon + 1)));
  return true;
}

bool add_query(sv pair, Pairs& to) {
  const std::size_t equals = std::min(pair.find('='), pair.size());
  if (equals == 0) return false;
  to.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
  return true;
}

bool add_transports(sv list, std::vector<sio::eio::Transport>& to) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const sv name = list.substr(0, end);
    if (name == "polling") {
      to.push_back(sio::eio::Transport::polling);
    } else if (name == "websocket") {
      to.push_back(sio::eio::Transport::websocket);
    } else {
      return false;
    }
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return !to.empty();
}

bool read_auth(sv text, std::optional<sio::Json>& to) {
  std::optional<std::string> content(text);
  if (text.starts_with('@')) content = read_file(std::string(text.substr(1)));
  auto json = content ? sio::parse_json(*content) : sio::parse_json("");
  if (!json || !json->is_object()) return false;
  to = std::move(*json);
  return true;
}

bool add_emit(sv name, bool ask, Settings& to) {
  if (name.empty() || !sio::is_utf8(name)) return false;
  to.emits.push_back({std::string(name), {}, ask});
  return true;
}

bool add_value(sv word, Settings& to) {
  auto value = read_word(word, read_file);
  if (!value) return false;
  to.emits.back().values.push_back(std::move(*value));
  return true;
}

struct Given {
  bool interactive = false;
  bool fast = false;
  std::string replay;
};

std::vector<Row> talking(Settings& s, Given& given) {
  const auto more = [&s](sv v) { return add_value(v, s); };
  const auto set = [](bool& to) { return [&to](sv) { return to = true; }; };
  const auto text = [](std::string& to) { return [&to](sv v) { return to = v, true; }; };
  return {
      {"-e", "--emit", "EVENT VALUE ...", "emits it, and reads no stdin; repeatable",
       [&s](sv v) { return add_emit(v, false, s); }, more},
      {"-a", "--ask", "EVENT VALUE ...", "the same, and waits for the acknowledgement",
       [&s](sv v) { return add_emit(v, true, s); }, more},
      {"-i", "--interactive", nullptr, "reads stdin all the same", set(given.interactive)},
      {"-c", "--count", "N", "ends when so many events have come",
       [&s](sv v) { return read_number(v, s.count.emplace()) && *s.count > 0; }},
      {"-f", "--for", "SECONDS", "ends so long after it was connected; 5 or 5s",
       [&s](sv v) {
         return read_seconds(v.substr(0, v.size() - v.ends_with('s')), s.stay.emplace());
       }},
      {"", "--record", "FILE", "what is said, both ways, as JSON lines with times", text(s.record)},
      {"", "--replay", "FILE", "emits again what was recorded, at the recorded pace",
       text(given.replay)},
      {"", "--fast", nullptr, "at once instead", set(given.fast)},
      {"", "--expect", nullptr, "and what comes back must be what came then", set(s.expect)},
      {"-v", "--verbose", nullptr, "reconnections and pings, too", set(s.verbose)},
      {"-q", "--quiet", nullptr, "on stderr only what goes wrong", set(s.quiet)},
  };
}

std::vector<Row> connecting(Settings& s) {
  const auto set = [](bool& to) { return [&to](sv) { return to = true; }; };
  const auto text = [](std::string& to) { return [&to](sv v) { return to = v, true; }; };
  return {
      {"-n", "--nsp", "NAME", "the namespace; the URL's path by default",
       [&s](sv v) { return s.nsp = v, sio::refuse_namespace(v).empty(); }},
      {"", "--auth", "JSON", "an object for the server's middleware, or @FILE",
       [&s](sv v) { return read_auth(v, s.auth); }},
      {"-H", "--header", "'NAME: VALUE'", "a field of each request; repeatable",
       [&s](sv v) { return add_field(v, s.headers); }},
      {"", "--query", "NAME=VALUE", "of each request; repeatable",
       [&s](sv v) { return add_query(v, s.query); }},
      {"-t", "--transports", "LIST", "polling,websocket: which, and which first",
       [&s](sv v) { return add_transports(v, s.transports); }},
      {"", "--path", "PATH", "where the server listens; /socket.io",
       [&s](sv v) { return s.path = v, v.starts_with('/'); }},
      {"", "--proxy", "URL", "http://user:password@host:port; WebSockets by CONNECT",
       text(s.proxy)},
      {"", "--credentials", nullptr, "keeps cookies and sends them back", set(s.credentials)},
      {"-r", "--reconnect", nullptr, "again and again; without it, a lost connection is the end",
       set(s.reconnect)},
      {"", "--timeout", "SECONDS", "to connect, and for each acknowledgement; 10",
       [&s](sv v) { return read_seconds(v, s.timeout) && s.timeout.count() > 0; }},
  };
}

// What the flags mean together.
int check(Settings& s, const Given& given) {
  if (s.url.empty()) return refuse(command_line, "a URL is missing");
  if (s.url.find("://") == std::string::npos) s.url.insert(0, "http://");
  s.input = given.interactive || (s.emits.empty() && given.replay.empty());
  if (given.replay.empty()) {
    if (given.fast || s.expect) return refuse(command_line, "--fast and --expect are of --replay");
    return 0;
  }
  if (given.fast) s.pace = Replay::fast;
  const auto content = read_file(given.replay);
  if (!content) {
    std::fprintf(stderr, "sio: '%s' cannot be read\n", given.replay.c_str());
    return no_input_output;
  }
  auto entries = read_recording(*content);
  if (!entries) return refuse(command_line, "'" + given.replay + "': " + entries.error());
  s.replay = std::move(*entries);
  return 0;
}

}  // namespace

int read_settings(int argc, char** argv, Settings& s) {
  Given given;
  std::vector<Row> rows = talking(s, given);
  for (Row& row : connecting(s)) rows.push_back(std::move(row));
  const auto url = [&s](sv word) {
    if (!s.url.empty()) return false;
    s.url = word;
    return true;
  };
  if (const int answer = read_command_line(command_line, rows, argc, argv, url)) return answer;
  return check(s, given);
}

}  // namespace strata::tools
