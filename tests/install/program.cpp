// The lesson's server, built against an installed strata. It listens on a port that the system
// chooses, and stops in its first turn.
#include "sio/server.h"

int main() {
  strata::sio::Server io;
  io.on_connection([](strata::sio::Socket& socket) {
    socket.on("myEvent", [&socket](const strata::sio::Json& data) {
      socket.broadcast().emit("myEvent", data);
    });
    socket.emit("myEvent", {{"name", "spot"}});
  });
  if (const auto error = io.listen(0)) return error.value();
  io.post([&io] { io.stop(); });
  return io.run() ? 1 : 0;
}
