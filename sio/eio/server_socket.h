// sio/eio/server_socket.h - one session on a server: joins eio::Session to HTTP and to ws.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/response.h"
#include "net/timer.h"
#include "net/timer_queue.h"
#include "sio/eio/server_core.h"
#include "sio/eio/session.h"

namespace strata::sio::eio {

//   Owns:    its rules, the poll it holds, its WebSocket and its candidate.
//   Lives:   in the core's table; after its end until on_close returned and the turn ended.
class ServerSocket final : public Socket {
 public:
  // `id`: what generate_id gave, or empty.
  ServerSocket(ServerCore& core, const Sid& key, Transport first, Handshake handshake, bool base64,
               std::string_view id);
  ~ServerSocket() override;

  // --- Socket
  std::string_view id() const override;
  std::string_view transport() const override;
  bool upgraded() const override { return upgraded_; }
  const Handshake& handshake() const override { return handshake_; }
  bool open() const override { return session_.state() == Session::State::open; }
  ReadyState ready_state() const override;
  bool writable() const override;
  std::size_t buffered_bytes() const override;
  bool send_text(std::string_view text, SendOptions how) override;
  bool send_text_in_place(std::string& bytes, SendOptions how) override;
  bool send_binary(net::Bytes bytes, SendOptions how) override;
  bool send(SharedMessage& message, SendOptions how) override;
  void when_sent(net::Task task) override;
  void close(std::string_view reason, bool discard) override;

  const Sid& key() const { return sid_; }  // by which our table knows it, and nobody else
  const Session& session() const { return session_; }
  void flush();  // the end of a turn in which something was put into the outbox

  // --- polling_transport.cpp
  void answer_handshake(http::Response& response, std::string_view open_data);
  void on_get(http::Request& request, http::Response& response);
  void on_post_head(http::Request& request, http::Response& response);
  void on_post_whole(const http::Response& response);
  void on_post(http::Request& request, http::Response& response);

  // --- websocket_transport.cpp
  void start_on(std::unique_ptr<ws::Connection> connection);
  void on_candidate(std::unique_ptr<ws::Connection> connection);
  void on_message(ws::Connection& from, const ws::Message& message);
  void on_drain();
  void on_websocket_closed(ws::Connection& closed);

  std::uint32_t count_handshake();  // its bytes, which are `fresh_bytes` until it comes back
  void give_up_handshake();

  std::uint32_t fresh_bytes = 0;
  bool announced = false;      // on_open was called, so on_close will be
  bool flush_planned = false;  // it stands in the core's list

 private:
  friend class ServerCore;
  struct Wake : net::TimerEntry {
    explicit Wake(ServerSocket* s) : TimerEntry(&Wake::on_fire), socket(s) {}
    static void on_fire(TimerEntry& self) { static_cast<Wake&>(self).socket->on_deadline(); }
    ServerSocket* socket;
  };
  // What a session needs while it polls, and few others ever: ten thousand idle WebSockets do
  // without.
  struct Extras {
    std::string id;  // of generate_id
    http::Reply poll;
    http::Response* post = nullptr;  // the POST under way, until its content is here
    std::unique_ptr<ws::Connection> candidate;
    std::vector<net::Task> when_sent;  // in the order of asking
    std::unique_ptr<net::Timer> look;  // again, whether the WebSocket's queue is empty
    bool needed() const {
      return !id.empty() || post != nullptr || candidate || !when_sent.empty() || look;
    }
  };
  Extras& extras();
  void drop_extras();
  ws::Connection* candidate() const { return extras_ ? extras_->candidate.get() : nullptr; }
  void on_deadline();
  void rearm();
  void perform(const Actions& actions, const Packet* packet = nullptr);
  void deliver(const Packet& packet);
  void finish();
  bool room_for(std::size_t bytes);
  bool queue_text(std::string_view text, SendOptions how);  // for a poll
  void queued();
  bool goes_now(std::string_view message, bool binary = false);
  void end_pause();
  void tell_drained();
  void received(const Packet& packet);
  // Nothing that a handler throws leaves through the layers below; its session cannot be trusted
  // from there on.
  template <class Call>
  void guarded(Call&& call) {
    try {
      call();
    } catch (...) {
      perform(session_.fail("forced close", "a handler threw"));
    }
  }
  bool note(const Packet& packet);  // for on_packet_create
  void tell_left();
  void run_when_sent();
  // websocket_transport.cpp
  bool sent(ws::SendResult result);
  bool send_packet(std::string_view packet, SendOptions how);
  bool goes_plain(SendOptions how) const;  // by a WebSocket that compresses all else
  ws::SendResult send_plain(ws::Opcode opcode, net::Bytes payload);
  std::string_view framed(std::string_view text);
  void switch_over();
  void send_waiting();
  void on_candidate_message(const ws::Message& message);
  // polling_transport.cpp
  void send_body(http::Response& response, std::string&& body);
  void carry(http::Response& response);
  void answer_poll();
  void answer_last();

  ServerCore* core_;
  Session session_;
  Sid sid_;
  Handshake handshake_;
  std::unique_ptr<ws::Connection> websocket_;
  std::unique_ptr<Extras> extras_;
  Wake wake_;
  net::TimePoint pause_ends_{};  // of the pause behind a message that went apart
  bool base64_;                  // b64=1: octets go as text, on a WebSocket too
  bool above_mark_ = false;      // a send answered "queued"; on_drain is owed
  bool upgraded_ = false;
  bool plain_body_ = false;  // what waits for a poll holds a message that must not be compressed
  bool wrote_ = false;       // to the WebSocket, since on_flush
  bool pausing_ = false;     // what is sent waits in the outbox, as for a poll
};

}  // namespace strata::sio::eio
