// sio/socket.h - one client in one namespace: its handlers, its rooms, its acknowledgements.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/timer.h"
#include "sio/broadcast.h"
#include "sio/declared_handler.h"
#include "sio/emit.h"
#include "sio/error.h"
#include "sio/handshake.h"
#include "sio/listeners.h"
#include "sio/recovery.h"
#include "sio/rooms.h"
#include "sio/socket_ref.h"

namespace strata::sio {

class Carrier;
class Hub;
class Namespace;

// A next emit with conditions: socket.timeout(5s).emit(...), socket.volatile_().emit(...).
// An immutable value; lives no longer than its socket.
class Sending : public EmitForms<Sending> {
 public:
  explicit Sending(Socket& socket, SendFlags flags = {}) : socket_(&socket), flags_(flags) {}
  Sending timeout(net::Duration limit) const;
  Sending volatile_() const;
  Sending compress(bool on) const;

  using OnAnswer = std::unique_ptr<AnswerHandler>;
  template <class F>
  static OnAnswer on_answer(F&& f) {
    return make_answer(std::forward<F>(f));
  }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer) const;

 private:
  Socket* socket_;
  SendFlags flags_;
};

using AnyHandler = std::function<void(std::string_view event, const Args& args)>;

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

//   Lives:   until its `disconnect` handlers have returned and the turn has ended. Its own handlers
//            may capture it; everything else holds a ref().
//   Errors:  a throwing handler and an argument that does not fit become its `error` event, or,
//            with nobody listening there, a line in the log hook. Nothing remote ever throws.
//   Threads: the loop's; a ref() is good on any.
class Socket : public EmitForms<Socket> {
 public:
  Socket(Hub& hub, Carrier& carrier, Namespace& nsp, SocketRef self, Json auth);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  std::string_view id() const { return {id_.data(), id_.size()}; }  // 20 characters
  Namespace& nsp() const { return *nsp_; }
  bool connected() const { return state_ == State::connected; }
  bool recovered() const { return recovery_ != nullptr && recovery_->recovered; }
  const Handshake& handshake() const { return handshake_; }
  Json& data() { return data_; }  // yours
  const Json& data() const { return data_; }
  SocketRef ref() const { return self_; }
  eio::Socket& conn() const;  // the session below

  // --- hearing: parameters say what to decode, see handler.h. "disconnecting" and "disconnect"
  // get (reason, detail), "error" gets an sio::Error.
  template <class F>
  ListenerId on(std::string_view event, F&& handler) {
    return listeners_.add(event, make_handler(std::forward<F>(handler)), false, false);
  }
  template <class F>
  ListenerId once(std::string_view event, F&& handler) {
    return listeners_.add(event, make_handler(std::forward<F>(handler)), true, false);
  }
  template <class F>
  ListenerId prepend(std::string_view event, F&& handler) {
    return listeners_.add(event, make_handler(std::forward<F>(handler)), false, true);
  }
  // Of a declared event, see event.h.
  template <DeclaredEvent E, class F>
  ListenerId on(F&& handler) {
    return listeners_.add(E::name, make_declared_handler<E>(std::forward<F>(handler)), false,
                          false);
  }
  template <DeclaredEvent E, class F>
  ListenerId once(F&& handler) {
    return listeners_.add(E::name, make_declared_handler<E>(std::forward<F>(handler)), true, false);
  }
  bool off(ListenerId id) { return listeners_.remove(id); }
  std::size_t off(std::string_view event) { return listeners_.remove_all(event); }
  void remove_all_listeners() { listeners_.clear(); }
  std::size_t listener_count(std::string_view event) const { return listeners_.count(event); }
  template <class F>
  ListenerId on_disconnect(F&& handler) {
    return on("disconnect", std::forward<F>(handler));
  }
  template <class F>
  ListenerId on_disconnecting(F&& handler) {
    return on("disconnecting", std::forward<F>(handler));
  }
  template <class F>
  ListenerId on_error(F&& handler) {
    return on("error", std::forward<F>(handler));
  }

  ListenerId on_any(AnyHandler handler);  // every event from the client, before handlers
  ListenerId prepend_any(AnyHandler handler);
  bool off_any(ListenerId id = 0);                 // 0: all
  ListenerId on_any_outgoing(AnyHandler handler);  // every event to the client, broadcasts too
  ListenerId prepend_any_outgoing(AnyHandler handler);
  bool off_any_outgoing(ListenerId id = 0);
  // Before the handlers of each event, in order. It may answer later, when it keeps `next`; events
  // that come meanwhile do not wait.
  using Middleware = std::function<void(std::string_view event, const Args&, const SocketNext&)>;
  void use(Middleware middleware);

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
    return make_answer(std::forward<F>(f));
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
  void raise(const Error& error);
  void heard_outgoing(std::string_view packet, std::span<const Bytes> attachments);
  bool hears_outgoing() const { return extras_ != nullptr && !extras_->any_outgoing.empty(); }
  bool waiting() const { return state_ == State::waiting; }
  Carrier& carrier() const { return *carrier_; }
  Seats& seats() { return seats_; }
  const Seats& seats() const { return seats_; }
  std::size_t middlewares_passed = 0;  // of its namespace

 private:
  enum class State : std::uint8_t { waiting, connected, closing, closed };
  struct Any {
    ListenerId id;
    AnyHandler handler;
  };
  struct Extras {  // what few sockets have
    std::vector<Any> any;
    std::vector<Any> any_outgoing;
    std::vector<Middleware> middlewares;
  };
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

  Extras& extras();
  void catch_up();
  void persist(std::string_view reason);
  bool remember(const EventPacket& packet, const SendFlags& flags);
  static ListenerId add_any(std::vector<Any>& list, AnyHandler handler, bool front);
  static bool remove_any(std::vector<Any>& list, ListenerId id);
  void call_any(const std::vector<Any>& list, std::string_view event, const Args& args);
  void pass(const std::shared_ptr<SocketNext::Event>& event, const Args& args);
  void dispatch(std::string_view event, Call& call);
  template <class... V>
  void local_event(std::string_view event, const V&... values);
  void notify_end(std::string_view event, std::string_view reason, std::string_view detail);
  void mismatched(std::string_view event, const Mismatch& wrong);
  std::optional<std::uint64_t> expect_answer(OnAnswer handler, const SendFlags& flags);
  PendingAck take_pending(std::uint64_t id);
  void ack_timed_out(std::uint64_t id);
  // Runs what is the user's; what it throws becomes an `error` event.
  template <class Work>
  void guarded(std::string_view event, const Work& work) {
    try {
      work();
    } catch (const std::exception& error) {
      raise(Error{error.what(), std::string(event), {}, {}, {}});
    } catch (...) {
      raise(Error{"a handler threw no std::exception", std::string(event), {}, {}, {}});
    }
  }

  Hub* hub_;
  Carrier* carrier_;
  Namespace* nsp_;
  SocketRef self_;
  std::array<char, 20> id_;
  State state_ = State::waiting;
  bool raising_ = false;
  Handshake handshake_;
  Json data_;
  Listeners listeners_;
  Seats seats_;
  std::vector<PendingAck> pending_;  // sorted: ids only grow
  std::unique_ptr<Extras> extras_;
  std::unique_ptr<Recovery> recovery_;
};

}  // namespace strata::sio
