// tools/lesson/socketio_client.cpp - the other end of socketio_server. In JavaScript it is
//
//   const socket = io('http://localhost:7890');
//   socket.on('connect', () => {
//     console.log('connected');
//     socket.emit('myEvent', {name: 'rex'});
//   });
//   socket.on('myEvent', (data) => console.log('myEvent', data.name));
//   socket.on('disconnect', (reason) => console.log('disconnected:', reason));
//
//   socketio_client [url]   until it is killed
//
// Watch: stop the server and start it again. `disconnect` comes, then `connect`, by itself; what
// was emitted in between arrives.
#include <cstdio>

#include "sio/client.h"

using namespace strata;

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  sio::Client socket(count > 1 ? arguments[1] : "http://localhost:7890");
  socket.on("connect", [&] {
    std::puts("connected");
    socket.emit("myEvent", {{"name", "rex"}});
  });
  socket.on("myEvent", [](const sio::Json& data) {
    std::printf("myEvent %s\n", data.value("name", "").c_str());
  });
  socket.on("disconnect",
            [](const std::string& reason) { std::printf("disconnected: %s\n", reason.c_str()); });
  socket.run();
}
