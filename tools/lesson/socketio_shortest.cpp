// tools/lesson/socketio_shortest.cpp - the whole of socketio_server without its talk: port 7890,
// until it is killed.
#include "sio/server.h"

int main() {
  strata::sio::Server io(7890);
  io.on_connection([](strata::sio::Socket& socket) {
    socket.on("myEvent", [&socket](const strata::sio::Json& data) {
      socket.broadcast().emit("myEvent", data);
    });
    socket.emit("myEvent", {{"name", "spot"}});
  });
  io.run();
}
