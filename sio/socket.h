// sio/socket.h - one client in one namespace: its handlers, its rooms, its acknowledgements.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/timer.h"
#include "sio/broadcast.h"
#include "sio/emit.h"
#include "sio/error.h"
#include "sio/handshake.h"
#include "sio/hearing.h"
#include "sio/recovery.h"
#include "sio/rooms.h"
#include "sio/sending.h"
#include "sio/socket_ref.h"

namespace strata::sio {

class Carrier;
class Hub;
class Namespace;

using Sending = SendingFrom<Socket>;

// Lets an event go on, next(), or ends it with an `error`, next("no").
//   Lives:   as long as you like; only the first call counts, and none once the socket is gone.
//            One that is dropped ends the event.
//   Threads: any.
class SocketNext {
 public:
  struct Event;
  explicit SocketNext(std::shared_ptr<Event> event);
  void operator()() const { done(std::nullopt); }
  void operator()(Refusal why) const { done(std::move(why)); }

 private:
  void done(std::optional<Refusal> why) const;
  std::shared_ptr<Event> event_;
  std::size_t stage_;
};

// Before the handlers of each event, in order. It may answer later, when it keeps `next`; events
// that come meanwhile do not wait.
using SocketMiddleware =
    std::function<void(std::string_view event, const Args&, const SocketNext&)>;

struct SocketExtras : AnyLists {  // what few sockets have
  // Of events in the hands of middlewares; those may be dropped on any thread.
  std::shared_ptr<std::atomic<std::size_t>> kept_bytes;
  std::vector<SocketMiddleware> middlewares;
};

//   Lives:   until its `disconnect` handlers have returned and the turn has ended. Its own handlers
//            may capture it; everything else holds a ref().
//   Errors:  a throwing handler and an argument that does not fit become its `error` event, or,
//            with nobody listening there, a line in the log hook. Nothing remote ever throws.
//   Threads: the loop's; a ref() is good on any.
class Socket : public Hearing<Socket, SocketExtras>, public EmitForms<Socket> {
 public:
  Socket(Hub& hub, Carrier& carrier, Namespace& nsp, SocketRef self, Json auth);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  std::string_view id() const { return {id_.data(), id_.size()}; }  // 20 characters
  Namespace& nsp() const { return *nsp_; }
  // From the first connection handler until `disconnecting` has been told.
  bool connected() const { return state_ == State::connected || state_ == State::closing; }
  bool recovered() const { return recovery_ != nullptr && recovery_->recovered; }
  const Handshake& handshake() const { return handshake_; }
  Json& data() { return data_; }  // yours
  const Json& data() const { return data_; }
  SocketRef ref() const { return self_; }
  eio::Socket& conn() const;  // the session below

  // --- hearing: as in hearing.h. "disconnecting" and "disconnect" get (reason, detail), "error"
  // gets an sio::Error.
  template <class F>
  ListenerId on_disconnecting(F&& handler) {
    return on("disconnecting", std::forward<F>(handler));
  }
  using Middleware = SocketMiddleware;
  void use(Middleware middleware) { rare().middlewares.push_back(std::move(middleware)); }

  // --- speaking: emit and send as in emit.h.
  Sending timeout(net::Duration limit) { return Sending(*this).timeout(limit); }
  Sending volatile_() { return Sending(*this).volatile_(); }
  Sending compress(bool on) { return Sending(*this).compress(on); }
  Broadcast broadcast() const;  // to all others of the namespace
  Broadcast to(const RoomNames& rooms) const { return broadcast().to(rooms); }
  Broadcast in(const RoomNames& rooms) const { return broadcast().to(rooms); }
  Broadcast except(const RoomNames& rooms) const { return broadcast().except(rooms); }
  Broadcast local() const { return broadcast().local(); }

  // At once. False: it was in there, is disconnected, or is in `max_rooms` already (`error`).
  bool join(const RoomNames& rooms);
  bool leave(std::string_view room);
  std::vector<std::string> rooms() const;  // its own id among them; none after disconnect
  // `close` ends the whole connection, with all its namespaces.
  void disconnect(bool close = false);

  // --- for the layers around it ---------------------------------------------------------------
  using OnAnswer = std::unique_ptr<AnswerHandler>;
  template <class F>
  static OnAnswer on_answer(F&& f) {
    return make_answer<Socket>(std::forward<F>(f));
  }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer,
                   const SendFlags& flags = {});
  bool send_owned(OwnedPacket packet, std::optional<std::uint64_t> id, OnAnswer on_answer);
  bool send_answer(std::uint64_t id, const Values& values);
  void on_event(const Args& args, std::string_view event, std::optional<std::uint64_t> id);
  void on_ack(std::uint64_t id, const Args& args);
  void begin_recovery(std::optional<Restored> restored);  // before accept(); nothing: a new session
  void passed(const std::shared_ptr<SocketNext::Event>& event, std::optional<Refusal> why);
  void accept();  // the middlewares let it in
  void drop();    // they did not, or nobody waits any more
  void closed(std::string_view reason, std::string_view detail);
  void heard_outgoing(std::string_view packet, std::span<const Bytes> attachments);
  bool waiting() const { return state_ == State::waiting; }
  Carrier& carrier() const { return *carrier_; }
  Seats& seats() { return seats_; }
  const Seats& seats() const { return seats_; }
  std::uint32_t middlewares_passed = 0;  // of its namespace
  std::uint32_t auth_bytes = 0;          // of its CONNECT, as text

 private:
  friend class Hearing<Socket, SocketExtras>;
  enum class State : std::uint8_t { waiting, connected, closing, closed };
  struct PendingAck {
    std::uint64_t id = 0;
    OnAnswer handler;
    std::unique_ptr<net::Timer> timer;
  };

  struct Recovery {  // where its namespace recovers
    std::array<char, 20> pid;
    bool recovered = false;
    std::unique_ptr<Restored> restored;  // until it is accepted
  };

  static Ack make_ack(Hearer& self, std::uint64_t id);
  static bool silenced() { return false; }
  void log_error(std::string_view why);
  void catch_up();
  void persist(std::string_view reason);
  bool remember(const EventPacket& packet, const SendFlags& flags);
  void pass(const std::shared_ptr<SocketNext::Event>& event, const Args& args);
  void keep(SocketNext::Event& event, const Args& args);
  void notify_end(std::string_view event, std::string_view reason, std::string_view detail);
  std::optional<std::uint64_t> expect_answer(OnAnswer handler, const SendFlags& flags);
  PendingAck take_pending(std::uint64_t id);
  void ack_timed_out(std::uint64_t id);

  std::array<char, 20> id_;  // small ones first: they fit behind the last of Hearing
  State state_ = State::waiting;
  Hub* hub_;
  Carrier* carrier_;
  Namespace* nsp_;
  SocketRef self_;
  Handshake handshake_;
  Json data_;
  Seats seats_;
  std::vector<PendingAck> pending_;  // sorted: ids only grow
  std::unique_ptr<Recovery> recovery_;
};

}  // namespace strata::sio
