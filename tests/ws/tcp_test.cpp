// tests/ws/tcp_test.cpp - the same over TCP: an exchange, a death at each byte, and what an echo
// allocates.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "http/server.h"
#include "net/event_loop.h"
#include "tests/catch.h"
#include "tests/support/allocations.h"
#include "tests/support/turn_until.h"
#include "tests/ws/frames.h"
#include "ws/route.h"

using namespace strata;
using namespace strata::test;

namespace {

struct Served {
  Served() : app(loop) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
    endpoint =
        &ws::route(app, "/", {.on_message = [](ws::Connection& from, const ws::Message& message) {
                     from.send_text(message.view());
                   }});
  }
  // Turns until `done`; the sockets of both ends are in this thread.
  template <class Done>
  void until(const Done& done) {
    REQUIRE(turn_until(loop, done));
  }
  net::EventLoop loop;
  http::Server app;
  ws::Endpoint* endpoint = nullptr;
};

// A client of plain system calls, that never blocks.
struct Client {
  explicit Client(const net::Address& to) : fd(::socket(to.family(), SOCK_STREAM, 0)) {
    REQUIRE(::connect(fd, to.raw(), to.raw_bytes()) == 0);
  }
  ~Client() { close(); }
  Client(const Client&) = delete;
  void close() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void send(std::string_view text) {
    const auto size = static_cast<ssize_t>(text.size());
    REQUIRE(::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == size);
  }
  // Into `got`, until that holds `bytes`.
  bool take(std::string& got, std::size_t bytes) {
    char room[4096];
    const ssize_t count = ::recv(fd, room, sizeof room, MSG_DONTWAIT);
    if (count > 0) got.append(room, static_cast<std::size_t>(count));
    return got.size() >= bytes;
  }
  int fd;
};

const std::string request =
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const std::size_t answer_bytes = 129;

}  // namespace

TEST_CASE("an exchange over TCP is that over pipes", "[ws]") {
  Served served;
  Client client(served.app.address());
  std::string got;
  client.send(request + from_client(0x81, "Hello"));
  served.until([&] { return client.take(got, answer_bytes + 7); });
  CHECK(got.starts_with("HTTP/1.1 101 "));
  CHECK(got.ends_with(from_server(0x81, "Hello")));
  got.clear();
  client.send(from_client(0x88, close_payload(1000)));
  served.until([&] { return client.take(got, 4); });
  CHECK(got == from_server(0x88, close_payload(1000)));
  client.close();
  served.until([&] { return served.endpoint->connection_count() == 0; });
}

TEST_CASE("an echoed small message allocates nothing after warm-up", "[ws]") {
  Served served;
  Client client(served.app.address());
  std::string got;
  client.send(request);
  served.until([&] { return client.take(got, answer_bytes); });
  const std::string one = from_client(0x81, "twenty bytes of text");
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += one;
  got.reserve(64 * 1024);
  const auto echo = [&](const std::string& wire, std::size_t bytes) {
    got.clear();
    client.send(wire);
    served.until([&] { return client.take(got, bytes); });
  };
  const auto count = [&](const std::string& wire, std::size_t bytes) {
    for (int i = 0; i < 50; ++i) echo(wire, bytes);
    const auto before = allocations();
    for (int i = 0; i < 200; ++i) echo(wire, bytes);
    return allocations() - before;
  };
  CHECK(count(one, 22) == 0);
  CHECK(count(sixteen, 16 * 22) == 0);
}

TEST_CASE("over TCP too, a client that dies at any byte leaves nothing behind", "[ws]") {
  Served served;
  const std::string script = request + from_client(0x81, "Hello") + from_client(0x01, "frag") +
                             from_client(0x80, "ment") + from_client(0x88, close_payload(1000));
  for (std::size_t have = 0; have <= script.size(); ++have) {
    for (const bool by_reset : {false, true}) {
      CAPTURE(have, by_reset);
      Client client(served.app.address());
      client.send(script.substr(0, have));
      REQUIRE_FALSE(served.loop.poll_once());
      by_reset ? client.reset() : client.close();
      served.until([&] {
        return served.endpoint->connection_count() == 0 && served.app.connection_count() == 0;
      });
    }
  }
}
