// tests/ws/conformance_ends.h - our two ends, each on a real loop with a raw socket as its peer,
// all in one thread: what the peer writes in two pieces arrives in two.
#pragma once
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server.h"
#include "net/event_loop.h"
#include "tests/catch.h"
#include "tests/support/turn_until.h"
#include "tests/ws/conformance_row.h"
#include "ws/client.h"
#include "ws/handshake.h"
#include "ws/route.h"

namespace strata::conformance {

// Not REQUIRE: what counts as an assertion in these tests is a row.
inline void need(bool is_so, const char* what) {
  if (!is_so) FAIL(what);
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  need(folder != nullptr, "no /proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

// The peer's end of one connection: plain system calls that never block.
class Raw {
 public:
  explicit Raw(int fd) : fd_(fd) {
    const int on = 1;  // over TCP a small piece would wait for the one before it
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Raw(Raw&& other) noexcept
      : got(std::move(other.got)), ended(other.ended), fd_(std::exchange(other.fd_, -1)) {}
  ~Raw() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  // How much the kernel took; all of it where nobody is left to read.
  std::size_t send(std::string_view bytes) const {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    return errno == EAGAIN ? 0 : bytes.size();
  }
  void take() {
    if (room_.empty()) room_.resize(std::size_t{1} << 18);
    while (!ended) {
      const ssize_t count = ::recv(fd_, room_.data(), room_.size(), 0);
      if (count < 0 && errno == EAGAIN) return;
      ended = count <= 0;
      was_reset = count < 0;
      if (count > 0) got.append(room_.data(), static_cast<std::size_t>(count));
    }
  }
  std::string got;
  bool ended = false;  // by the other end
  bool was_reset = false;

 private:
  int fd_;
  inline static std::string room_;
};

// One of our ends. It echoes each message, and notes how each of its connections ended.
class Ours {
 public:
  Ours(bool client, net::Duration patience) : is_client(client), patience_(patience) {}
  virtual ~Ours() = default;
  Ours(const Ours&) = delete;
  // A connection with its handshake done.
  virtual Raw open(const Row& row) = 0;
  virtual bool at_rest() const = 0;  // nothing of ours is left of any connection

  void turn() { need(!loop.poll_once({}), "the loop failed"); }
  template <class Done>
  bool turn_until(const Done& done) {
    return test::turn_until(loop, done);
  }
  void send(Raw& raw, std::string_view bytes) {
    while (!bytes.empty() && !raw.ended) {
      bytes.remove_prefix(raw.send(bytes));
      turn();
      raw.take();
    }
  }
  net::EventLoop loop;
  const bool is_client;
  std::vector<int> closes;  // the codes that on_close was told

 protected:
  static void echo(ws::Connection& to, const ws::Message& message) {
    if (message.view() == "please close") return to.close(ws::CloseCode::going_away, "bye");
    if (message.text) {
      to.send_text(message.view());
    } else {
      to.send_binary(message.payload);
    }
  }
  ws::Limits limits(Room room) const {
    ws::Limits limits;
    limits.close_timeout = patience_;
    limits.max_message = room == Room::small ? 1024 : 17u << 20;
    limits.max_send_queue = 32u << 20;
    return limits;
  }
  static ws::CompressionOptions compression() {
    ws::CompressionOptions options;
    options.threshold = 0;
    return options;
  }

 private:
  net::Duration patience_;
};

class OurServer final : public Ours {
 public:
  explicit OurServer(const net::Address& at, net::Duration patience = 5s)
      : Ours(false, patience), app_(loop) {
    REQUIRE_FALSE(app_.listen(at));
    serve("/usual", Room::usual, false);
    serve("/small", Room::small, false);
    serve("/usual/deflate", Room::usual, true);
    serve("/small/deflate", Room::small, true);
  }
  // A connection on which nothing was said.
  Raw dial() const {
    const net::Address& to = app_.address();
    const int fd = ::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(::connect(fd, to.raw(), to.raw_bytes()) == 0, "no connection");
    return Raw(fd);
  }
  Raw open(const Row& row) override {
    Raw raw = dial();
    std::string path = row.room == Room::small ? "/small" : "/usual";
    const std::string name = "Sec-WebSocket-Extensions: ";
    const std::string extension = row.extension.empty() ? "" : name + row.extension + "\r\n";
    const std::string offer = row.offer.empty() ? extension : name + row.offer + "\r\n";
    if (!offer.empty()) path += "/deflate";
    send(raw, "GET " + path + " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" +
                  "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                  "Sec-WebSocket-Version: 13\r\n" + offer + "\r\n");
    need(turn_until([&] { return raw.take(), raw.got.ends_with("\r\n\r\n"); }), "no head came");
    const std::string wanted =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    if (raw.got != wanted + extension + "\r\n") FAIL("the handshake is answered " << raw.got);
    raw.got.clear();
    return raw;
  }
  bool at_rest() const override {
    std::size_t left = app_.connection_count();
    for (const ws::Endpoint* endpoint : endpoints_) left += endpoint->connection_count();
    return left == 0;
  }

 private:
  void serve(const char* path, Room room, bool deflate) {
    ws::RouteOptions options;
    options.on_message = &echo;
    options.on_close = [this](ws::Connection&, ws::CloseCode told, std::string_view) {
      closes.push_back(static_cast<int>(told));
    };
    options.limits = limits(room);
    options.subprotocols = {"echo"};
    if (deflate) options.compression = compression();
    endpoints_.push_back(&ws::route(app_, path, std::move(options)));
  }
  http::Server app_;
  std::vector<ws::Endpoint*> endpoints_;
};

class OurClient final : public Ours {
 public:
  explicit OurClient(const net::Address& at, net::Duration patience = 5s)
      : Ours(true, patience),
        listener_(::socket(at.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)),
        at_(at) {
    REQUIRE(::bind(listener_, at.raw(), at.raw_bytes()) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
  }
  ~OurClient() override { ::close(listener_); }
  // The request of a client that now waits for its answer.
  Raw asked(ws::ClientOptions options, std::string& request) {
    finish(options);
    client_ = std::make_unique<ws::Client>(loop, std::move(options));
    ::fcntl(listener_, F_SETFL, O_NONBLOCK);
    int fd = -1;
    need(turn_until([&] { return (fd = ::accept(listener_, nullptr, nullptr)) >= 0; }),
         "the client does not come");
    Raw raw(fd);
    need(turn_until([&] { return raw.take(), raw.got.ends_with("\r\n\r\n"); }), "no head came");
    request = std::exchange(raw.got, {});
    return raw;
  }
  static std::string accept_line(const std::string& request) {
    const std::string name = "Sec-WebSocket-Key: ";
    const std::size_t at = request.find(name);
    need(at != request.npos, "no key in the request");
    return "Sec-WebSocket-Accept: " + ws::accept_key(request.substr(at + name.size(), 24)) + "\r\n";
  }
  Raw open(const Row& row) override {
    ws::ClientOptions options;
    options.limits = limits(row.room);
    if (!row.extension.empty()) options.compression = compression();
    std::string request;
    Raw raw = asked(std::move(options), request);
    std::string answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        accept_line(request);
    if (!row.extension.empty()) answer += "Sec-WebSocket-Extensions: " + row.extension + "\r\n";
    send(raw, answer + "\r\n");
    need(turn_until([&] { return client_->connection() != nullptr; }), "it does not open");
    return raw;
  }
  bool at_rest() const override { return !client_->connecting() && !client_->connection(); }
  std::string opened;   // the subprotocol, behind ":", where a handshake went well
  std::string refused;  // why not

 private:
  void finish(ws::ClientOptions& options) {
    if (at_.family() == AF_UNIX) options.unix_path = at_.host();
    options.url = "ws://127.0.0.1:" + std::to_string(at_.family() == AF_UNIX ? 80 : bound_port());
    options.url += "/table?x=1";
    opened = refused = "";
    options.on_open = [this](ws::Connection&, const ws::Opening& opening) {
      opened = ":" + std::string(opening.subprotocol);
    };
    options.on_message = &echo;
    options.on_close = [this](ws::Connection&, ws::CloseCode told, std::string_view) {
      closes.push_back(static_cast<int>(told));
    };
    options.on_error = [this](const ws::ConnectFailure& failure) { refused = failure.to_string(); };
  }
  int bound_port() const {
    sockaddr_storage raw{};
    socklen_t bytes = sizeof raw;
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&raw), &bytes) == 0);
    return net::Address::from(reinterpret_cast<const sockaddr*>(&raw), bytes).port();
  }
  int listener_;
  net::Address at_;
  std::unique_ptr<ws::Client> client_;
};

}  // namespace strata::conformance
