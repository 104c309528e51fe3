// ws/client_attempt.h - one attempt to open, rfc6455-4.1: URL, connection, handshake, redirects.
// For ws::Client; programs see that.
//
//   dial --> GET ... Upgrade --> 101 --> the connection, its head consumed
//    ^                            |
//    '------- Location ---------- 3xx, where max_redirects allows it
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/client/client_core.h"
#include "http/client/dialer.h"
#include "http/client/url.h"
#include "net/timer.h"
#include "ws/client.h"
#include "ws/client_handshake.h"

namespace strata::ws {

//   Lives:  until its owner destroys it, which cancels; not inside `done`: use Loop::defer there.
class ClientAttempt final : public net::Receiver {
 public:
  // The connection waits for a receiver; what came behind the 101 will be offered to it.
  struct Opened {
    std::unique_ptr<net::Connection> below;
    Opening opening;
  };
  using Done = std::function<void(net::Result<Opened, ConnectFailure>)>;

  // `done` is called once, never from inside the constructor.
  ClientAttempt(http::ClientCore& core, const ClientOptions& options, Done done);
  void cancel();  // `done` is told so, later

 private:
  std::size_t receive(net::MutableBytes in) override;
  void ended() override;
  void closed(std::error_code why) override;

  void start();
  void dial();
  void dialed(http::Result<std::unique_ptr<net::Connection>> made);
  std::string fields() const;
  void open(const ServerAnswer& answer, std::string_view head);
  void refuse(const HandshakeError& error, std::string_view head);
  bool follow(std::string_view head);
  void on_timer();
  void fail_later(ConnectError error, std::string_view why);
  void fail(ConnectFailure failure);
  bool deaf() const { return over_ || failure_ || core_.dead; }

  http::ClientCore& core_;
  const ClientOptions& options_;
  Done done_;
  http::Url url_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::unique_ptr<http::Dialer> dialer_;
  std::unique_ptr<net::Connection> connection_;
  std::optional<ClientHandshake> handshake_;
  std::optional<ConnectFailure> failure_;  // to be told by the timer
  std::string url_text_;
  std::string_view redirect_fault_;
  net::Timer timer_;
  unsigned followed_ = 0;
  bool over_ = false;
};

}  // namespace strata::ws
