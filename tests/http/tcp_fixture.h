// tests/http/tcp_fixture.h - a server on a real loop and clients over real sockets, in one thread.
#pragma once
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "http/server.h"
#include "net/event_loop.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"
#include "tests/support/turn_until.h"

namespace strata::test {

// A blocking client; its end of the connection is closed with it.
class Client {
 public:
  explicit Client(const net::Address& to) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    REQUIRE(::connect(fd_, to.raw(), to.raw_bytes()) == 0);
  }
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Client() {
    if (fd_ >= 0) ::close(fd_);
  }
  void send(std::string_view text) const {
    CHECK(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  }
  std::size_t send_some(std::string_view text) const {  // what the kernel takes at once
    const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  void fin() const { ::shutdown(fd_, SHUT_WR); }
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(fd_, -1));
  }
  std::string take() {  // without waiting
    char room[65536];
    std::string result;
    while (true) {
      const ssize_t got = ::recv(fd_, room, sizeof room, MSG_DONTWAIT);
      if (got <= 0) {
        ended = ended || got == 0 || errno == ECONNRESET;
        return result;
      }
      result.append(room, static_cast<std::size_t>(got));
    }
  }
  bool ended = false;

 private:
  int fd_;
};

// A server on a loop that the test turns, a client in the same thread.
struct Tcp {
  explicit Tcp(http::ServerOptions options = {}) : app(loop, std::move(options)) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
  }
  template <class Done>
  bool turn_until(const Done& done) {
    return test::turn_until(loop, done);
  }
  Seen ask(Client& client, std::string_view request) {
    client.send(request);
    std::string wire;
    Seen seen;
    turn_until([&] {
      wire += client.take();
      seen = take_response(wire, request.substr(0, 5) == "HEAD ");
      return seen.status != 0 || client.ended;
    });
    CHECK(wire == "");
    return seen;
  }
  net::EventLoop loop;
  http::Server app;
};

}  // namespace strata::test
