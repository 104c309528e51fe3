// tools/lesson/socketio_server.cpp - a Socket.IO server: events by name, to one or to all others.
//
//   socketio_server [port]   7890 by default, 0 for any; a client of it, in Node:
//   const socket = require('socket.io-client')('http://localhost:7890');
//   socket.on('myEvent', console.log).emit('myEvent', {name: 'rex'});
//
// Watch: emit and on are those of an EventEmitter, but the listener is in another process. The
// client may come by long polling or by WebSocket, or change from one to the other in between
// (its `transports` option): nothing here can tell.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "net/event_loop.h"
#include "sio/server.h"
#include "tools/stop_signals.h"

using namespace strata;

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto port = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7890);
  net::EventLoop loop;
  sio::Server io(loop);

  io.on_connection([](sio::Socket& socket) {
    std::printf("%s connected\n", std::string(socket.id()).c_str());
    socket.on("myEvent", [&socket](const sio::Json& data) {
      std::printf("%s myEvent\n", std::string(socket.id()).c_str());
      socket.broadcast().emit("myEvent", data);  // to everybody but the one it came from
    });
    socket.on_disconnect([&socket](const std::string& reason) {
      std::printf("%s is gone: %s\n", std::string(socket.id()).c_str(), reason.c_str());
    });
    socket.emit("myEvent", {{"name", "spot"}});
  });

  if (const std::error_code error = io.listen(port)) {
    std::fprintf(stderr, "socketio_server: port %u: %s\n", port, error.message().c_str());
    return 1;
  }
  const tools::StopSignals signals(loop, [&] {
    io.close();
    loop.defer([&] { loop.stop(); });
  });
  std::printf("socketio_server listens on %s\n", io.address().to_string().c_str());
  loop.run();
  std::puts("socketio_server stops");
}
