// tools/lesson/websocket_echo.cpp - WebSocket: messages in both directions over one connection.
//
//   websocket_echo [port]    7009 by default, 0 for any; then open http://localhost:7009
//
// Watch: the connection begins as an HTTP request for /echo with `Upgrade: websocket`. After the
// answer 101 the same connection carries frames (the browser's network tab shows them), and here
// they arrive as whole messages, however TCP cut them.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "http/server.h"
#include "net/event_loop.h"
#include "tools/stop_signals.h"
#include "ws/route.h"

using namespace strata;

namespace {

constexpr std::string_view page = R"(<!doctype html><title>echo</title>
<input id=text placeholder="say something" autofocus><pre id=log></pre>
<script>
  const socket = new WebSocket(`ws://${location.host}/echo`);
  const log = (line) => document.getElementById('log').append(line + '\n');
  socket.onopen = () => log('open');
  socket.onmessage = (event) => log('< ' + event.data);
  socket.onclose = (event) => log(`closed: ${event.code} ${event.reason}`);
  document.getElementById('text').onchange = (event) => {
    log('> ' + event.target.value);
    socket.send(event.target.value);
    event.target.value = '';
  };
</script>
)";

}  // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto port = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7009);
  net::EventLoop loop;
  http::Server app(loop);

  app.get("/", [](http::Request&, http::Response& res) { res.send(page); });

  ws::RouteOptions options;
  options.on_open = [](ws::Connection& socket, const http::Request&) {
    std::printf("%s opened\n", socket.below().peer().to_string().c_str());
  };
  options.on_message = [](ws::Connection& socket, const ws::Message& message) {
    std::printf("%s message of %zu bytes\n", message.text ? "text" : "binary",
                message.payload.size());
    if (message.text) {
      socket.send_text(message.view());
    } else {
      socket.send_binary(message.payload);
    }
  };
  bool stopping = false;
  options.on_close = [&](ws::Connection& socket, ws::CloseCode code, std::string_view) {
    std::printf("closed: %u\n", static_cast<unsigned>(code));
    if (stopping && ws::Endpoint::of(socket).connection_count() == 0) loop.stop();
  };
  ws::Endpoint& echo = ws::route(app, "/echo", std::move(options));

  if (const std::error_code error = app.listen(port)) {
    std::fprintf(stderr, "websocket_echo: port %u: %s\n", port, error.message().c_str());
    return 1;
  }
  // 1001, "going away", to everybody; the loop ends when the last one has said goodbye.
  const tools::StopSignals signals(loop, [&] {
    app.drain([&] {
      stopping = true;
      if (echo.connection_count() == 0) loop.stop();
      echo.close();
    });
  });
  std::printf("websocket_echo listens on %s\n", app.address().to_string().c_str());
  loop.run();
  std::puts("websocket_echo stops");
}
