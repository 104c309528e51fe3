// tests/sio/eio_tcp_test.cpp - Engine.IO over real TCP: an echo on a WebSocket allocates nothing,
// and clients that die at any byte leave nothing behind.
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "http/server.h"
#include "net/event_loop.h"
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"
#include "tests/support/allocations.h"
#include "tests/support/turn_until.h"

using namespace strata;
using namespace strata::test;

namespace {

// A client of plain system calls, that never blocks.
class TcpClient {
 public:
  explicit TcpClient(const net::Address& to) : fd_(::socket(to.family(), SOCK_STREAM, 0)) {
    REQUIRE(::connect(fd_, to.raw(), to.raw_bytes()) == 0);
  }
  ~TcpClient() { ::close(fd_); }
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;
  void reset_on_close() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  void send(std::string_view text) {
    REQUIRE(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  void receive(std::string& into) {
    char room[4096];
    const ssize_t count = ::recv(fd_, room, sizeof room, MSG_DONTWAIT);
    if (count > 0) into.append(room, static_cast<std::size_t>(count));
  }

 private:
  int fd_;
};

struct TcpServer {
  explicit TcpServer(sio::eio::Options options = {}) : app(loop), engine(app, options, echo) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
  }
  template <class Done>
  void until(const Done& done) {
    REQUIRE(turn_until(loop, done));
  }
  net::EventLoop loop;
  http::Server app;
  EchoHandler echo;
  sio::eio::Server engine;
};

const std::string host = " HTTP/1.1\r\nHost: x.example\r\n";
const std::string upgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

// As the script of eio_hostile_test.cpp, over TCP. True: it was over before `bytes` were sent.
bool play(TcpServer& server, bool with_upgrade, std::size_t bytes, bool by_reset) {
  TcpClient one(server.app.address());
  TcpClient two(server.app.address());
  if (by_reset) one.reset_on_close();
  if (by_reset) two.reset_on_close();
  std::size_t left = bytes;
  const auto send = [&](TcpClient& client, const std::string& text) {
    const std::size_t part = std::min(left, text.size());
    client.send(std::string_view(text).substr(0, part));
    left -= part;
    if (part != text.size()) server.loop.poll_once();
    return part == text.size();
  };
  if (!send(one, "GET /engine.io/?EIO=4&transport=polling" + host + "\r\n")) return false;
  std::string got;
  Answer opened;
  server.until([&] {
    one.receive(got);
    opened = take_answer(got);
    return opened.status != 0;
  });
  const std::string sid = opened.body.substr(opened.body.find("sid") + 6, 24);
  const std::string target = " /engine.io/?transport=polling&sid=" + sid + host;
  if (!send(one, "GET" + target + "\r\n")) return false;
  if (!with_upgrade) {
    return send(two, "POST" + target +
                         "Content-Length: 12\r\n\r\n4a\x1e"
                         "bAQIDBA==");
  }
  return send(two, "GET /engine.io/?transport=websocket&sid=" + sid + host + upgrade) &&
         send(two, client_frame("2probe") + client_frame("5") + client_frame("4hi"));
}

}  // namespace

TEST_CASE("over TCP an echo on a WebSocket allocates nothing after warm-up", "[sio][eio]") {
  TcpServer server;
  TcpClient client(server.app.address());
  std::string got;
  got.reserve(64 * 1024);
  client.send("GET /engine.io/?EIO=4&transport=websocket" + host + upgrade);
  server.until([&] {
    client.receive(got);
    return got.find("maxPayload") != std::string::npos;
  });
  const auto allocations_of = [&](const std::string& wire, std::size_t answer_bytes) {
    std::uint64_t before = 0;
    for (int i = 0; i < 250; ++i) {
      if (i == 50) before = allocations();
      got.clear();
      client.send(wire);
      server.until([&] {
        client.receive(got);
        return got.size() >= answer_bytes;
      });
    }
    return allocations() - before;
  };
  const std::string text = client_frame("4twenty bytes of text.");
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += text;
  CHECK(allocations_of(text, 24) == 0);
  CHECK(allocations_of(sixteen, 16 * 24) == 0);
  CHECK(allocations_of(client_frame("octets", 2), 8) == 0);
}

TEST_CASE("over TCP too, a client that dies at any byte leaves nothing behind",
          "[sio][eio][eio4-close]") {
  sio::eio::Options options;
  options.ping_interval = 200ms;  // those abandoned between two requests are found soon
  options.ping_timeout = 200ms;
  TcpServer server(options);
  for (const bool with_upgrade : {false, true}) {
    for (const bool by_reset : {false, true}) {
      bool whole = false;
      for (std::size_t bytes = 0; !whole && bytes < 5000; ++bytes) {
        CAPTURE(bytes, with_upgrade, by_reset);
        whole = play(server, with_upgrade, bytes, by_reset);
      }
      REQUIRE(whole);
    }
  }
  server.until(
      [&] { return server.engine.clients_count() == 0 && server.app.connection_count() == 0; });
  CHECK(server.echo.sockets.empty());
  CHECK(server.echo.reasons.size() == server.echo.opened.size());
}
