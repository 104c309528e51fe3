// tests/interop/ws_client.cpp - ws::Client as a program, for servers of others to talk to: it sends
// back every message, and says what happened, a line each.
//   ws_client URL [--subprotocol A] [--header 'A: b'] [--redirects N] [--unix PATH]
//     [--compress THRESHOLD [--server-forgets 1] [--client-forgets 1] [--server-bits N] ...]
#include <cstdio>
#include <string>

#include "net/event_loop.h"
#include "tools/flags.h"
#include "ws/client.h"

using namespace strata;

namespace {

// "compressed 0 0 15 15": server forgets, client forgets, server's bits, client's bits.
void say_agreement(const std::optional<ws::DeflateParameters>& agreed) {
  if (!agreed) {
    std::puts("uncompressed");
    return;
  }
  std::printf("compressed %d %d %d %d\n", int{agreed->server_no_context_takeover},
              int{agreed->client_no_context_takeover}, int{agreed->server_max_window_bits},
              int{agreed->client_max_window_bits});
}

ws::ClientOptions echo(net::EventLoop& loop, const bool& offers_compression) {
  ws::ClientOptions options;
  options.limits.max_message = 32 * 1024 * 1024;
  options.limits.max_send_queue = 64 * 1024 * 1024;
  options.on_open = [&offers_compression](ws::Connection&, const ws::Opening& opening) {
    std::printf("open %.*s\n", static_cast<int>(opening.subprotocol.size()),
                opening.subprotocol.data());
    if (offers_compression) say_agreement(opening.compression);
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
  bool compress = false;
  unsigned server_forgets = 0, client_forgets = 0;
  ws::CompressionOptions compression;
  ws::ClientOptions options = echo(loop, compress);
  if (argc < 2) return std::fputs("ws_client URL [flags]\n", stderr), 2;
  options.url = argv[1];
  const std::vector<tools::Flag> flags = {
      tools::list("--subprotocol", "a name; repeatable", options.subprotocols),
      tools::text("--unix", "path", options.unix_path),
      tools::text("--proxy", "URL", options.proxy),
      tools::number("--redirects", "followed", options.max_redirects),
      tools::number("--max-message", "bytes", options.limits.max_message),
      {"--compress", "offers it; messages of that many bytes and more are compressed",
       [&](std::string_view value) {
         compress = true;
         return tools::read_number(value, compression.threshold);
       }},
      tools::number("--server-forgets", "1: no context takeover", server_forgets),
      tools::number("--client-forgets", "1: no context takeover", client_forgets),
      tools::number("--server-bits", "8 to 15", compression.wanted.server_max_window_bits),
      tools::number("--client-bits", "8 to 15", compression.wanted.client_max_window_bits),
      {"--header", "'A: b'",
       [&options](std::string_view line) {
         const std::size_t colon = line.find(": ");
         if (colon == line.npos) return false;
         options.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
         return true;
       }},
  };
  if (!tools::read_flags(argc - 1, argv + 1, flags)) return 2;
  compression.wanted.server_no_context_takeover = server_forgets != 0;
  compression.wanted.client_no_context_takeover = client_forgets != 0;
  if (compress) options.compression = compression;
  const ws::Client client(loop, std::move(options));
  return loop.run() ? 3 : 0;
}
