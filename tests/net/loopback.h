// tests/net/loopback.h - a listener, its connections and raw clients, all stepped in one thread.
#pragma once
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "net/socket.h"
#include "net/tcp_connection.h"
#include "tests/catch.h"

namespace strata::test {

// Turns until `done`, each waiting for an event; no sleeping. False after 60 s.
template <class Done>
bool step_until(net::EventLoop& loop, Done done) {
  const auto limit = std::chrono::steady_clock::now() + 60s;
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    loop.poll_once(10ms);
  }
  return true;
}

inline int open_descriptors() {
  int count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

// Writes down what it is told, in order: "r5" received, "e" ended, "d" drained, "c" closed.
struct Recorder : net::Receiver {
  std::unique_ptr<net::Connection> connection;
  std::string got;
  std::string calls;
  std::error_code why;
  bool echoes = false;
  bool consumes = true;
  std::function<std::size_t(net::MutableBytes)> on_receive;
  std::function<void()> on_ended, on_drained, on_closed;

  void take(std::unique_ptr<net::Connection> taken) {
    connection = std::move(taken);
    connection->set_receiver(*this);
  }
  bool closed_called() const { return calls.find('c') != calls.npos; }

  std::size_t receive(net::MutableBytes in) override {
    calls += 'r' + std::to_string(in.size()) + ' ';
    if (on_receive) return on_receive(in);
    if (!consumes) return 0;
    got += net::as_text(in);
    if (echoes) connection->out().append(net::Bytes(in));
    return in.size();
  }
  void drained() override {
    calls += "d ";
    if (on_drained) on_drained();
  }
  void ended() override {
    calls += "e ";
    if (on_ended) return on_ended();
    if (echoes) connection->out().finish();
  }
  void closed(std::error_code error) override {
    calls += "c ";
    why = error;
    if (on_closed) on_closed();
  }
};

// A client without any of our code: a non-blocking descriptor.
class Raw {
 public:
  explicit Raw(const net::Address& to, int receive_buffer = 0) {
    fd_ = net::Fd(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0)
      setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    REQUIRE(::connect(fd_.get(), to.raw(), to.raw_bytes()) == 0);
    ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
  }
  int fd() const { return fd_.get(); }
  std::size_t send(std::string_view text) {
    const ssize_t sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  // Appends what has come to `got`; true at the end, whether FIN or RST.
  bool read() {
    char room[65536];
    for (;;) {
      const ssize_t bytes = ::recv(fd_.get(), room, sizeof room, 0);
      if (bytes > 0) {
        got.append(room, static_cast<std::size_t>(bytes));
        continue;
      }
      if (bytes < 0 && errno == EAGAIN) return false;
      reset_seen = bytes < 0;
      return true;
    }
  }
  void fin() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  void reset() {
    net::reset_on_close(fd_.get());
    fd_.reset();
  }
  std::string got;
  bool reset_seen = false;

 private:
  net::Fd fd_;
};

// A loop with one listener; what it accepts becomes a Recorder.
struct Loopback {
  explicit Loopback(net::ListenOptions options = {}, net::Address at = net::Address::loopback(0)) {
    loop.set_log([this](std::string_view sentence) { log += std::string(sentence) + '\n'; });
    auto made = loop.listen(at, options, [this](std::unique_ptr<net::Connection> connection) {
      if (on_accept) return on_accept(std::move(connection));
      peers.push_back(std::make_unique<Recorder>());
      if (prepare) prepare(*peers.back());
      peers.back()->take(std::move(connection));
    });
    REQUIRE(made.has_value());
    listener = std::move(*made);
  }
  net::Address address() const { return listener->address(); }
  // A raw client and the Recorder that faces it.
  std::pair<Raw, Recorder*> pair(int receive_buffer = 0) {
    const std::size_t before = peers.size();
    Raw client(address(), receive_buffer);
    REQUIRE(step_until(loop, [&] { return peers.size() > before; }));
    return {std::move(client), peers.back().get()};
  }
  template <class Done>
  bool until(Done done) {
    return step_until(loop, done);
  }

  std::string log;
  net::EventLoop loop;
  net::OnAccept on_accept;
  std::function<void(Recorder&)> prepare;
  std::unique_ptr<net::Listener> listener;
  std::vector<std::unique_ptr<Recorder>> peers;
};

}  // namespace strata::test
