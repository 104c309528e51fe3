// sio/eio/server_socket.h - one session on a server: joins eio::Session to HTTP and to ws.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "http/response.h"
#include "net/timer_queue.h"
#include "sio/eio/server_core.h"
#include "sio/eio/session.h"

namespace strata::sio::eio {

//   Owns:    its rules, the poll it holds, its WebSocket and its candidate.
//   Lives:   in the core's table; after its end until on_close returned and the turn ended.
class ServerSocket final : public Socket {
 public:
  ServerSocket(ServerCore& core, const Sid& sid, Transport first, Handshake handshake, bool base64);
  ~ServerSocket() override;

  // --- Socket
  std::string_view id() const override { return as_text(sid_); }
  std::string_view transport() const override;
  const Handshake& handshake() const override { return *handshake_; }
  bool open() const override { return session_.state() == Session::State::open; }
  bool writable() const override;
  std::size_t buffered_bytes() const override;
  bool send_text(std::string_view text, SendOptions how) override;
  bool send_binary(net::Bytes bytes, SendOptions how) override;
  bool send(SharedMessage& message, SendOptions how) override;
  void close(std::string_view reason, bool discard) override;

  const Session& session() const { return session_; }
  void flush();  // the end of a turn in which something was put into the outbox

  // --- polling_transport.cpp
  void on_get(http::Request& request, http::Response& response);
  void on_post_head(http::Request& request, http::Response& response);
  void on_post(http::Request& request, http::Response& response);

  // --- websocket_transport.cpp
  void start_on(std::unique_ptr<ws::Connection> connection);
  void on_candidate(std::unique_ptr<ws::Connection> connection);
  void on_message(ws::Connection& from, const ws::Message& message);
  void on_drain();
  void on_websocket_closed(ws::Connection& closed);

  bool flush_planned = false;  // it stands in the core's list

 private:
  friend class ServerCore;
  struct Wake : net::TimerEntry {
    explicit Wake(ServerSocket* s) : TimerEntry(&Wake::on_fire), socket(s) {}
    static void on_fire(TimerEntry& self) { static_cast<Wake&>(self).socket->on_deadline(); }
    ServerSocket* socket;
  };
  void on_deadline();
  void rearm();
  void perform(const Actions& actions, const Packet* packet = nullptr);
  void deliver(const Packet& packet);
  void finish();
  bool room_for(std::size_t bytes);
  void queued();
  void tell_drained();
  // websocket_transport.cpp
  bool sent(ws::SendResult result);
  std::string_view framed(std::string_view text);
  void switch_over();
  void on_candidate_message(const ws::Message& message);
  // polling_transport.cpp
  void answer_poll();
  void answer_last();

  ServerCore* core_;
  Session session_;
  Sid sid_;
  std::unique_ptr<Handshake> handshake_;
  http::Reply poll_;
  std::unique_ptr<ws::Connection> websocket_;
  std::unique_ptr<ws::Connection> candidate_;
  Wake wake_;
  bool base64_;              // b64=1: octets go as text, on a WebSocket too
  bool above_mark_ = false;  // a send answered "queued"; on_drain is owed
};

}  // namespace strata::sio::eio
