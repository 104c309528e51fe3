// tests/sio/eio_rig.h - an Engine.IO server over a virtual loop, and raw clients that speak to it
// in bytes: what comes back is compared as bytes too.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "sio/eio/server.h"
#include "tests/support/virtual_loop.h"

namespace strata::test {

using Texts = std::vector<std::string>;

// Queries that begin a session.
inline const std::string hello = "EIO=4&transport=polling";
inline const std::string direct = "EIO=4&transport=websocket";
// Refusals, as Answer::text() tells them. eio4-errors
inline const std::string unknown_transport = "400 {\"code\":0,\"message\":\"Transport unknown\"}";
inline const std::string unknown_sid = "400 {\"code\":1,\"message\":\"Session ID unknown\"}";
inline const std::string bad_method = "400 {\"code\":2,\"message\":\"Bad handshake method\"}";
inline const std::string bad_request = "400 {\"code\":3,\"message\":\"Bad request\"}";
inline const std::string forbidden = "403 {\"code\":4,\"message\":\"Forbidden\"}";
inline const std::string bad_version =
    "400 {\"code\":5,\"message\":\"Unsupported protocol version\"}";

// Sends every message back, and keeps a log.
class EchoHandler : public sio::eio::Handler {
 public:
  void on_open(sio::eio::Socket& socket) override {
    sockets.push_back(&socket);
    opened.push_back(std::string(socket.id()));
    if (when_open) when_open(socket);
  }
  void on_text(sio::eio::Socket& socket, std::string_view text) override {
    if (when_text && when_text(socket, text)) return;
    socket.send_text(text);
  }
  void on_binary(sio::eio::Socket& socket, net::Bytes bytes) override { socket.send_binary(bytes); }
  void on_drain(sio::eio::Socket&) override { ++drained; }
  void on_upgrade(sio::eio::Socket&) override { ++upgrades; }
  void on_close(sio::eio::Socket& socket, std::string_view reason, std::string_view why) override {
    std::erase(sockets, &socket);
    reasons.push_back(std::string(reason));
    details.push_back(std::string(why));
  }
  std::vector<sio::eio::Socket*> sockets;
  std::vector<std::string> opened;
  std::vector<std::string> reasons;
  std::vector<std::string> details;
  int drained = 0;
  int upgrades = 0;
  std::function<void(sio::eio::Socket&)> when_open;
  std::function<bool(sio::eio::Socket&, std::string_view)> when_text;  // true: no echo
};

struct Answer {
  int status = 0;  // 0: none has come
  std::string head;
  std::string body;
  bool operator==(std::string_view text) const {
    return std::to_string(status) + " " + body == text;
  }
  std::string text() const { return std::to_string(status) + " " + body; }
  // The value of a field, or "" - all of them, joined by "|", where there are several.
  std::string field(std::string_view name) const;
};

// Takes one whole answer off the front of `bytes`.
Answer take_answer(std::string& bytes);
// A frame as a client sends it (masked with zeros), and the unmasked ones of a server as text:
// "t:4hi", "b:\1\2", "c:" with the code in decimal (none: "c:-").
std::string client_frame(std::string_view payload, int opcode = 1);
std::vector<std::string> take_frames(std::string& bytes);

// One TCP connection of a client.
class RawClient {
 public:
  RawClient(VirtualLoop& loop, std::uint16_t port) : loop_(&loop), peer_(loop.dial(port)) {}
  void send(std::string_view bytes) {
    peer_.send(bytes);
    loop_->settle();
  }
  Answer answer();  // that has come by now
  Answer get(const std::string& query, std::string_view fields = "");
  Answer post(const std::string& query, std::string_view body, std::string_view fields = "");
  void send_get(const std::string& query, std::string_view fields = "");
  void send_post(const std::string& query, std::string_view body, std::string_view fields = "");
  Answer upgrade(const std::string& query, std::string_view fields = "");
  void message(std::string_view payload, int opcode = 1) { send(client_frame(payload, opcode)); }
  std::vector<std::string> frames();  // since the last call
  bool finished() {
    loop_->settle();
    return peer_.finished();
  }
  Peer& peer() { return peer_; }

 private:
  void collect() { bytes_ += peer_.take(); }
  VirtualLoop* loop_;
  Peer peer_;
  std::string bytes_;
};

struct Rig {
  explicit Rig(sio::eio::Options options = {}, http::ServerOptions server = {});
  ~Rig();
  RawClient client() { return RawClient(loop, 80); }
  std::string open_polling(std::string_view more = "");  // the sid of a new session
  std::string sid_of(const Answer& answer) const;
  std::string poll(const std::string& sid) const { return "EIO=4&transport=polling&sid=" + sid; }
  std::string ws(const std::string& sid) const { return "EIO=4&transport=websocket&sid=" + sid; }

  VirtualLoop loop;
  http::Server app;
  EchoHandler echo;
  std::unique_ptr<sio::eio::Server> engine;
};

}  // namespace strata::test
