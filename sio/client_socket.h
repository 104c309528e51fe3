// sio/client_socket.h - a client in one namespace of a server:
//   socket.on("connect", [&] { socket.emit("hello", "spot"); });
//   socket.on("news", [](const std::string& text, sio::Ack ack) { ack("thanks"); });
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/client/pending_acks.h"
#include "sio/client/retry_queue.h"
#include "sio/client_options.h"
#include "sio/hearing.h"
#include "sio/sending.h"

namespace strata::sio {

class ClientSocket;
class ManagerCore;

using ClientSending = SendingFrom<ClientSocket>;

// Its own events, with what their handlers get; any other is the server's:
//   connect ()        each time that the server let it in, see recovered()
//   connect_error (const sio::Failure&)
//   disconnect (std::string_view reason, const std::optional<sio::Failure>& details)
//   error (const sio::Error&)      a handler threw, an argument did not fit, a limit was met
//   overflow (std::string_view event, std::size_t events, std::size_t bytes)
//                                  an event was dropped, and what waits now
//   Lives:   as its Manager, which owns it.
//   Errors:  what is thrown by handlers, and arguments that do not fit, become `error` or, with
//            nobody listening there, a line in the Manager's log.
//   Threads: the loop's. An Ack: any.
class ClientSocket : public Hearing<ClientSocket, AnyLists>, public EmitForms<ClientSocket> {
 public:
  ClientSocket(ManagerCore& manager, std::string nsp, SocketOptions options);
  ~ClientSocket();
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  Auth auth;  // of the next CONNECT

  const std::string& id() const { return id_; }  // the server's for it; empty: not connected
  const std::string& nsp() const { return nsp_; }
  bool connected() const { return standing_ == Standing::connected; }
  bool disconnected() const { return !connected(); }
  bool active() const { return active_; }        // it is or will be connected by itself
  bool recovered() const { return recovered_; }  // the last connect: nothing was missed
  Manager& io() const;

  // Opens the Manager if need be. Nothing, if it is connected.
  ClientSocket& connect();
  ClientSocket& open() { return connect(); }
  // Leaves the namespace at once; with its last socket the Manager closes.
  ClientSocket& disconnect();
  ClientSocket& close() { return disconnect(); }

  // --- hearing: as in hearing.h.
  template <class F>
  ListenerId on_connect(F&& handler) {
    return on("connect", std::forward<F>(handler));
  }
  template <class F>
  ListenerId on_connect_error(F&& handler) {
    return on("connect_error", std::forward<F>(handler));
  }

  // --- speaking: emit and send as in emit.h. What is emitted while it is not connected waits, in
  // order, for the next connect; volatile events do not. False: it was dropped.
  // A callback with a std::error_code hears timed_out(), and socket_disconnected() where the
  // connection ended first; without one it is not called then.
  ClientSending timeout(net::Duration limit) { return ClientSending(*this).timeout(limit); }
  ClientSending volatile_() { return ClientSending(*this).volatile_(); }
  ClientSending compress(bool on) { return ClientSending(*this).compress(on); }
  std::size_t waiting() const { return outbox_.size() + queue_.size(); }  // events
  std::size_t waiting_bytes() const { return outbox_.bytes() + queue_.bytes(); }
  std::size_t awaited() const { return pending_.size(); }  // answers

  // --- for the layers around it ---------------------------------------------------------------
  using OnAnswer = std::unique_ptr<AnswerHandler>;
  template <class F>
  static OnAnswer on_answer(F&& f) {
    return make_answer<ClientSocket>(std::forward<F>(f));
  }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer,
                   const SendFlags& flags = {});
  // An event that was written as of namespace "/", on another thread perhaps.
  bool send_owned(OwnedPacket packet, OnAnswer on_answer, const SendFlags& flags = {});
  void retry_answered(std::uint64_t number, const Args& args);
  void retry_failed(std::uint64_t number, std::error_code why);
  // To an event of session `session`: false if that one is over.
  bool send_answer(std::uint64_t session, std::uint64_t id, const Values& values);
  bool send_answer(std::uint64_t session, std::uint64_t id, OwnedPacket packet);

  // --- for its Manager
  void opened();  // the session below: CONNECT goes out
  void on_packet(const Packet& packet, const Content& content);
  void failed(const Failure& why);  // there is no session
  void closed(std::string_view reason, const std::optional<Failure>& details);
  void session_over();  // whether it is active or not, before it is told
  void drained();       // there is room below

 private:
  friend class Hearing<ClientSocket, AnyLists>;
  enum class Standing : std::uint8_t {
    out,
    asking,  // `auth` what to say
    asked,   // CONNECT went out, its answer is awaited
    connected,
    lost  // it is over, and `disconnect` was not told yet
  };
  struct Received {  // before CONNECT was answered
    Received(std::string_view e, const Args& a, std::optional<std::uint64_t> i)
        : event(e), args(a), id(i) {}
    std::string event;
    KeptArgs args;
    std::optional<std::uint64_t> id;
  };

  static Ack make_ack(Hearer& self, std::uint64_t id);
  bool silenced() const;
  void log_error(std::string_view why);
  // --- in
  void send_connect(const Json& auth);
  void on_connect_packet(const Packet& packet);
  void on_connected(const std::string& sid, const std::string& pid);
  void on_connect_error_packet(const Packet& packet);
  void on_event(const Args& args, std::string_view event, std::optional<std::uint64_t> id);
  void keep_received(const Args& args, std::string_view event, std::optional<std::uint64_t> id);
  void deliver(const Args& args, std::string_view event, std::optional<std::uint64_t> id);
  bool replay();
  void forget_received();
  void withdraw();
  void leave(std::string_view reason);
  // --- out
  bool way_is_open() const;
  template <class Own, class Send>
  bool put(OnAnswer on_answer, const SendFlags& flags, const Own& own, const Send& send);
  bool send_now(std::string_view text, std::span<const Bytes> attachments, bool compress);
  bool discard(OnAnswer on_answer, const SendFlags& flags);
  bool wait(WaitingEvent event);
  bool enqueue(RetriedEvent event);
  template <class Pushed, class Tell>
  bool settle(Pushed& pushed, const Tell& tell_dropped);
  void flush();
  void drain_queue();
  // --- answers
  std::optional<std::uint64_t> expect_answer(OnAnswer handler, const SendFlags& flags);
  void on_ack(std::uint64_t id, const Args& args);
  void ack_failed(std::uint64_t id, std::error_code why);
  void clear_acks();
  bool send_answer(std::string_view text, std::span<const Bytes> attachments);

  Standing standing_ = Standing::out;  // small ones first: they fit behind the last of Hearing
  bool active_ = false;
  bool recovered_ = false;
  ManagerCore* manager_;
  SocketOptions options_;
  std::string nsp_;
  std::string id_;
  std::string pid_;            // of a session that may be recovered; empty: none
  std::string offset_;         // of the last event
  std::uint64_t session_ = 0;  // connections so far: what belongs to an earlier one is void
  std::uint64_t asked_ = 0;    // how often `auth` was asked: a late answer finds another
  std::uint64_t next_id_ = 0;
  PendingAcks pending_;
  Outbox<> outbox_;
  RetryQueue queue_;
  std::deque<Received> received_;
  std::size_t received_bytes_ = 0;
};

}  // namespace strata::sio
