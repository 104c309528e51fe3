// tools/lesson/tcp_echo.cpp - a TCP server: whatever comes goes back.
//
//   tcp_echo [port]          7007 by default, 0 for any; then, elsewhere: nc localhost 7007
//
// Watch: TCP carries bytes, not messages. Type a line and it comes back whole, but send a large
// file and the pieces printed here have nothing to do with the pieces that were written. Finding
// messages in the stream is what http/, ws/ and sio/ are for.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>

#include "net/event_loop.h"
#include "tools/stop_signals.h"

using namespace strata;

namespace {

class Echo;
using Echoes = std::unordered_map<Echo*, std::unique_ptr<Echo>>;

// One connection, and what is on top of it.
class Echo : public net::Receiver {
 public:
  Echo(std::unique_ptr<net::Connection> connection, Echoes& all)
      : connection_(std::move(connection)), all_(all), peer_(connection_->peer().to_string()) {
    std::printf("%s connected\n", peer_.c_str());
    connection_->set_receiver(*this);
  }

 private:
  // Appending is enough: the loop sends it when we return. Should the peer never read, the queue
  // fills up to a mark and the loop stops asking us.
  std::size_t receive(net::MutableBytes in) override {
    std::printf("%s sent %zu bytes\n", peer_.c_str(), in.size());
    connection_->out().append(net::Bytes(in));
    return in.size();
  }
  // The peer has said all it will say (FIN). We say our FIN behind the last byte.
  void ended() override { connection_->out().finish(); }
  void closed(std::error_code why) override {
    std::printf("%s is gone%s%s\n", peer_.c_str(), why ? ": " : "",
                why ? why.message().c_str() : "");
    // Not here: we are still being called. At the end of the turn.
    connection_->loop().defer([this, &all = all_] { all.erase(this); });
  }

  std::unique_ptr<net::Connection> connection_;
  Echoes& all_;
  std::string peer_;
};

}  // namespace

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto port = static_cast<std::uint16_t>(count > 1 ? std::atoi(arguments[1]) : 7007);
  net::EventLoop loop;
  Echoes echoes;
  auto listener = loop.listen(net::Address::any(port), {}, [&](auto connection) {
    auto echo = std::make_unique<Echo>(std::move(connection), echoes);
    echoes.emplace(echo.get(), std::move(echo));
  });
  if (!listener) {
    std::fprintf(stderr, "tcp_echo: port %u: %s\n", port, listener.error().message().c_str());
    return 1;
  }
  const tools::StopSignals signals(loop, [&] { loop.stop(); });
  std::printf("tcp_echo listens on %s\n", (*listener)->address().to_string().c_str());
  loop.run();
  std::puts("tcp_echo stops");
}
