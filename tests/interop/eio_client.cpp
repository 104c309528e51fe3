// tests/interop/eio_client.cpp - eio::Client as a program, for the servers of others: a line on
// stdin is a command, a line on stdout is what happened.
//   eio_client URL [--transport polling] [--transport websocket] [--query a=b] [--header 'A: b']
//   ...
//     open | close | send TEXT | binary HEX | send_plain TEXT | many COUNT BYTES | quit
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>

#include "net/event_loop.h"
#include "sio/eio/client.h"
#include "tools/flags.h"

using namespace strata;
namespace eio = sio::eio;

namespace {

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::string hex(net::Bytes bytes) {
  std::string text;
  for (const std::uint8_t each : bytes) {
    text += "0123456789abcdef"[each >> 4];
    text += "0123456789abcdef"[each & 15];
  }
  return text;
}

std::string octets(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// "xhr poll error|400|0|why".
std::string described(const eio::TransportError& error) {
  return error.message + "|" + std::to_string(error.status) + "|" + std::to_string(error.code) +
         "|" + error.context;
}

// Long messages are told by their length alone.
std::string shown(std::string_view text) {
  return text.size() > 2000 ? "(" + std::to_string(text.size()) + ")" : std::string(text);
}

const char* name(eio::Transport transport) {
  return transport == eio::Transport::polling ? "polling" : "websocket";
}

eio::ClientOptions telling() {
  eio::ClientOptions options;
  options.transports.clear();
  options.on_open = [](eio::Client& c) { say(std::string("open ") + name(c.transport())); };
  options.on_text = [](eio::Client&, std::string_view text) { say("text " + shown(text)); };
  options.on_binary = [](eio::Client&, net::Bytes bytes) { say("binary " + shown(hex(bytes))); };
  options.on_ping = [](eio::Client&) { say("ping"); };
  options.on_upgrading = [](eio::Client&, eio::Transport to) {
    say(std::string("upgrading ") + name(to));
  };
  options.on_upgrade = [](eio::Client&, eio::Transport to) {
    say(std::string("upgrade ") + name(to));
  };
  options.on_upgrade_error = [](eio::Client&, const eio::TransportError& error) {
    say("upgrade_error " + described(error));
  };
  options.on_error = [](eio::Client&, const eio::TransportError& error) {
    say("error " + described(error));
  };
  options.on_close = [](eio::Client&, std::string_view reason, const eio::TransportError& error) {
    say("close " + std::string(reason) + "|" + described(error));
  };
  return options;
}

void obey(eio::Client& client, net::Loop& loop, const std::string& line) {
  const std::string word = line.substr(0, line.find(' '));
  const std::string rest = line.substr(std::min(word.size() + 1, line.size()));
  if (word == "open") client.open();
  if (word == "close") client.close();
  if (word == "send") client.send(rest);
  if (word == "send_plain") client.send(rest, {.compress = false});
  if (word == "binary") client.send(net::as_bytes(octets(rest)));
  if (word == "many") {
    const int count = std::stoi(rest);
    const auto bytes = static_cast<std::size_t>(std::stoi(rest.substr(rest.find(' '))));
    for (int i = 0; i < count; ++i)
      client.send(std::string(bytes, static_cast<char>('a' + i % 26)));
  }
  if (word == "quit") loop.stop();
}

std::vector<tools::Flag> flags_of(eio::ClientOptions& options) {
  const auto pair = [](std::string_view text, std::string_view between, auto& to) {
    const std::size_t at = text.find(between);
    if (at == text.npos) return false;
    to.emplace_back(text.substr(0, at), text.substr(at + between.size()));
    return true;
  };
  return {
      {"--transport", "polling or websocket; repeatable, in this order",
       [&options](std::string_view value) {
         options.transports.push_back(value == "polling" ? eio::Transport::polling
                                                         : eio::Transport::websocket);
         return value == "polling" || value == "websocket";
       }},
      tools::text("--path", "of the server", options.path),
      tools::list("--protocol", "of the WebSocket; repeatable", options.protocols),
      tools::text("--proxy", "URL", options.proxy),
      tools::milliseconds("--request-timeout", "ms", options.request_timeout),
      tools::milliseconds("--upgrade-timeout", "ms", options.upgrade_timeout),
      {"--query", "a=b; repeatable",
       [=, &options](std::string_view value) { return pair(value, "=", options.query); }},
      {"--header", "'A: b'; repeatable",
       [=, &options](std::string_view value) { return pair(value, ": ", options.extra_headers); }},
  };
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("eio_client URL [flags]\n", stderr), 2;
  net::EventLoop loop;
  eio::ClientOptions options = telling();
  options.url = argv[1];
  bool no_upgrade = false, no_slash = false, stamp_all = false, no_deflate = false;
  const tools::Switch switches[] = {
      {"--no-upgrade", "stay with polling", &no_upgrade},
      {"--no-slash", "behind the path", &no_slash},
      {"--stamp-all", "the WebSocket's request too", &stamp_all},
      {"--no-deflate", "offer no compression", &no_deflate},
      {"--remember", "begin with a WebSocket where the last session came to one",
       &options.remember_upgrade},
      {"--try-all", "the next transport where the first cannot open", &options.try_all_transports},
      {"--base64", "octets as text", &options.force_base64},
      {"--cookies", "keep them and send them back", &options.with_credentials},
  };
  if (!tools::read_flags(argc - 1, argv + 1, flags_of(options), switches)) return 2;
  if (options.transports.empty())
    options.transports = {eio::Transport::polling, eio::Transport::websocket};
  options.upgrade = !no_upgrade;
  options.add_trailing_slash = !no_slash;
  if (stamp_all) options.timestamp_requests = true;
  if (no_deflate) options.per_message_deflate.reset();
  eio::Client client(loop, std::move(options));
  std::thread reader([&loop, &client] {
    for (std::string line; std::getline(std::cin, line);) {
      loop.post([&loop, &client, line] { obey(client, loop, line); });
    }
    loop.stop();
  });
  const bool failed = static_cast<bool>(loop.run());
  reader.detach();  // it may wait for a line that never comes
  std::fflush(stdout);
  std::_Exit(failed ? 3 : 0);
}
