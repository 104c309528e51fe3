// tools/bench/echo_turn.cpp - one turn of the loop: read, parse, handle, answer, send; with the
// allocations that it costs. Client and server share the thread: send, turn, receive.
#include <string>

#include "net/event_loop.h"
#include "sio/server.h"
#include "tools/bench/bench.h"
#include "tools/bench/settings.h"
#include "tools/bench/wire.h"
#include "ws/route.h"

STRATA_COUNT_ALLOCATIONS();

using namespace strata;

namespace {

// A client that makes the server take its turns while it waits.
class Client {
 public:
  Client(net::EventLoop& loop, int port) : loop_(loop), fd_(bench::connect_to(port)) {}
  ~Client() { ::close(fd_); }
  void send(std::string_view bytes) { bench::send_all(fd_, bytes); }
  // Everything up to and with `end`.
  std::string until(std::string_view end) {
    std::string got;
    while (got.find(end) == std::string::npos) {
      loop_.poll_once(10ms);
      char buffer[4096];
      const ssize_t bytes = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (bytes > 0) got.append(buffer, static_cast<std::size_t>(bytes));
    }
    return got;
  }
  void bytes(std::size_t count) {
    while (count > 0) {
      loop_.poll_once();
      const ssize_t got = ::recv(fd_, buffer_, sizeof buffer_, MSG_DONTWAIT);
      if (got > 0) count -= std::min(count, static_cast<std::size_t>(got));
    }
  }

 private:
  net::EventLoop& loop_;
  int fd_;
  char buffer_[256 * 1024];
};

std::string repeated(const std::string& text, int times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

void measure_case(net::EventLoop& loop, int port, const bench::Case& what) {
  Client client(loop, port);
  std::string answer = what.answer;
  if (what.kind == bench::Kind::http) {
    client.send(what.request);
    answer = client.until("\r\n\r\nHello");  // its length is that of all that follow
  } else {
    const bool socketio = what.kind == bench::Kind::socket_io;
    const std::string path = socketio ? "/socket.io/?EIO=4&transport=websocket" : "/ws";
    client.send(bench::upgrade_request(path));
    client.until(socketio ? "}" : "\r\n\r\n");
    if (socketio) {
      client.send(bench::frame("40", true));
      client.until("}");
    }
  }
  const std::string batch = repeated(what.request, what.pipeline);
  const std::size_t expected = answer.size() * static_cast<std::size_t>(what.pipeline);
  std::string name = what.name;
  name.erase(name.find("64 x "), 5);  // here there is one connection
  bench::measure((name + ", a turn").c_str(), batch.size(), [&] {
    client.send(batch);
    client.bytes(expected);
  });
}

}  // namespace

int main(int argc, char** argv) {
  bench::Settings settings;  // `only` matters here
  if (!bench::read_settings(argc, argv, settings)) return 2;
  net::EventLoop loop;
  http::Server app(loop);
  app.get("/", [](http::Request&, http::Response& res) { res.send("Hello"); });
  ws::route(app, "/ws", {.on_message = [](ws::Connection& from, const ws::Message& message) {
              from.send_text(message.view());
            }});
  sio::Server io(app);
  io.on_connection([](sio::Socket& socket) {
    socket.on("echo", [&socket](const sio::Args& args) { socket.emit("echo", args); });
  });
  if (app.listen(net::Address::loopback(0))) return 1;
  for (const bench::Case& what : bench::cases())
    if (what.request.size() < 4096 && settings.wants(what.name))
      measure_case(loop, app.address().port(), what);
}
