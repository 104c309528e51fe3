// ws/connection.h - a WebSocket connection: joins ws::Session to net.
#pragma once
#include <memory>

#include "net/connection.h"
#include "net/loop.h"
#include "ws/session.h"

namespace strata::http {
class Request;
class Response;
}  // namespace strata::http

namespace strata::ws {

class Connection;

// What stands on top; one may serve many connections.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_message(Connection& from, const Message& message) = 0;
  virtual void on_ping(Connection&, net::Bytes) {}
  virtual void on_pong(Connection&, net::Bytes) {}
  virtual void on_drain(Connection&) {}  // the send queue fell below the low mark
  // Once, and last: the owner hands the connection to Loop::defer. 1006 where no Close came.
  virtual void on_close(Connection& closed, CloseCode code, std::string_view reason) = 0;
};

// Owns its net::Connection. Lives until its owner, told by on_close, destroys it.
// An exception that leaves a handler closes with 1011.
class Connection final : public net::Receiver {
 public:
  Connection(std::unique_ptr<net::Connection> below, Role self, const Limits& limits,
             Handler& top);
  ~Connection() override;

  SendResult send_text(std::string_view text);
  SendResult send_binary(net::Bytes bytes);
  SendResult send_shared(const net::SharedBytes& frame);
  SendResult ping(net::Bytes payload = {});
  void close(CloseCode code = CloseCode::normal, std::string_view reason = {});
  void terminate();                    // RST
  std::size_t buffered_bytes() const;
  bool open() const;                   // no Close sent or received
  net::Connection& below();

  void* user = nullptr;                // the handler's own

 private:
  std::size_t receive(net::MutableBytes in) override;
  void drained() override;
  void ended() override;
  void closed(std::error_code why) override;
};

// Checks the request and takes its connection with the 101 written; nothing where it was refused
// (the response is then sent: 400, 426 or 405). `fields`: further field lines for the 101.
std::unique_ptr<net::Connection> accept(http::Request& request, http::Response& response,
                                        std::string_view subprotocol = {},
                                        std::string_view fields = {});

}  // namespace strata::ws
