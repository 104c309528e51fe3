// tests/interop/ws_client.cpp - ws::Client as a program, for servers of others to talk to: it sends
// back every message, and says what happened, a line each.
//   ws_client URL [--subprotocol A] [--header 'A: b'] [--redirects N] [--unix PATH]
#include <cstdio>
#include <string>

#include "net/event_loop.h"
#include "tools/flags.h"
#include "ws/client.h"

using namespace strata;

namespace {

ws::ClientOptions echo(net::EventLoop& loop) {
  ws::ClientOptions options;
  options.limits.max_message = 32 * 1024 * 1024;
  options.limits.max_send_queue = 64 * 1024 * 1024;
  options.on_open = [](ws::Connection&, const ws::Opening& opening) {
    std::printf("open %.*s\n", static_cast<int>(opening.subprotocol.size()),
                opening.subprotocol.data());
  };
  options.on_message = [](ws::Connection& from, const ws::Message& message) {
    if (message.view() == "leave") return from.close(ws::CloseCode{4001}, "as asked");
    if (message.text)
      from.send_text(message.view());
    else
      from.send_binary(message.payload);
  };
  options.on_ping = [](ws::Connection& from, net::Bytes payload) { from.ping(payload); };
  options.on_close = [&loop](ws::Connection&, ws::CloseCode code, std::string_view reason) {
    std::printf("close %d %.*s\n", static_cast<int>(code), static_cast<int>(reason.size()),
                reason.data());
    loop.stop();
  };
  options.on_error = [&loop](const ws::ConnectFailure& failure) {
    std::printf("error %d %s\n", static_cast<int>(failure.error), failure.to_string().c_str());
    loop.stop();
  };
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  net::EventLoop loop;
  ws::ClientOptions options = echo(loop);
  if (argc < 2) return std::fputs("ws_client URL [flags]\n", stderr), 2;
  options.url = argv[1];
  const std::vector<tools::Flag> flags = {
      tools::list("--subprotocol", "a name; repeatable", options.subprotocols),
      tools::text("--unix", "path", options.unix_path),
      tools::text("--proxy", "URL", options.proxy),
      tools::number("--redirects", "followed", options.max_redirects),
      {"--header", "'A: b'",
       [&options](std::string_view line) {
         const std::size_t colon = line.find(": ");
         if (colon == line.npos) return false;
         options.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
         return true;
       }},
  };
  if (!tools::read_flags(argc - 1, argv + 1, flags)) return 2;
  const ws::Client client(loop, std::move(options));
  return loop.run() ? 3 : 0;
}
