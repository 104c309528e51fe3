// sio/adapter.h - what a namespace asks about its rooms, and how its packets reach many: the seam
// between one server and several. In memory here (memory_adapter.h); an adapter that speaks to
// other servers derives from that one, and does there what it adds.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "events/event_emitter.h"
#include "sio/args.h"
#include "sio/emit.h"
#include "sio/recovery.h"
#include "sio/rooms.h"

namespace strata::sio {

class Namespace;
class RemoteSocket;

// An event as it leaves: encoded once, without an acknowledgement's id. Views, for the call.
struct EventPacket {
  std::string_view text;
  std::size_t head_bytes = 0;  // the id would stand behind these
  std::span<const Bytes> attachments;
};

// To whom: everybody in any of `rooms` (none: everybody), but those in any of `except`, and but
// `sender`. Views, for the call.
struct Target {
  const Selection& who;
  const Socket* sender = nullptr;
};

//   Owns:    who is in which room; not the sockets.
//   Lives:   in its namespace.
//   Errors:  what cannot be done is answered to the callback, or goes to the log.
//   Threads: the loop's; callbacks come there, some before the call has returned.
class Adapter {
 public:
  explicit Adapter(Namespace& nsp) : nsp_(&nsp) {}
  virtual ~Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  virtual void close() {}  // the server ends, or an empty dynamic namespace
  virtual void server_count(std::function<void(std::size_t)> done) { done(1); }

  // --- sockets of this server ---
  virtual void add(Socket& socket) = 0;     // accepted: it is in the room of its id
  virtual void remove(Socket& socket) = 0;  // gone: from all rooms too
  virtual bool join(Socket& socket, std::string_view room) = 0;  // false if it was in there
  virtual bool leave(Socket& socket, std::string_view room) = 0;
  virtual void leave_all(Socket& socket) = 0;
  virtual bool contains(const Socket& socket, std::string_view room) const = 0;
  virtual std::vector<std::string> rooms_of(const Socket& socket) const = 0;
  virtual std::size_t size_of(std::string_view room) const = 0;
  virtual Socket* find(std::string_view id) const = 0;
  virtual const std::vector<Socket*>& sockets() const = 0;
  virtual void select(const Target& target, std::vector<Socket*>& out) = 0;

  // --- of all servers, unless `flags.local` ---
  virtual void broadcast(const EventPacket& packet, const Target& target,
                         const SendFlags& flags) = 0;
  // `on_clients` once for each server, with how many were asked there; `on_answer` for each answer.
  // The id it returns is for stop_waiting(), behind which nothing is called any more.
  virtual std::uint64_t broadcast_with_ack(const EventPacket& packet, const Target& target,
                                           const SendFlags& flags,
                                           std::function<void(std::size_t)> on_clients,
                                           std::function<void(Json)> on_answer) = 0;
  virtual void stop_waiting(std::uint64_t id) = 0;
  virtual void on_ack(std::uint64_t id, const Socket& from, const Args& args) = 0;
  using OnSockets = std::function<void(std::error_code, std::vector<RemoteSocket>)>;
  virtual void fetch_sockets(const Target& target, const SendFlags& flags, OnSockets done) = 0;
  virtual void add_sockets(const Target& target, const SendFlags& flags,
                           const std::vector<std::string>& rooms) = 0;
  virtual void del_sockets(const Target& target, const SendFlags& flags,
                           const std::vector<std::string>& rooms) = 0;
  virtual void disconnect_sockets(const Target& target, const SendFlags& flags, bool close) = 0;
  // To the namespace's other servers. With `done` their answers are gathered.
  using OnServers = std::function<void(std::error_code, const Json& responses)>;
  virtual void server_side_emit(const EventPacket& packet, const SendFlags& flags,
                                OnServers done) = 0;

  // --- connection state recovery; where recovers() is false nothing of it is called ---
  virtual bool recovers() const { return false; }
  virtual void persist_session(SavedSession session) = 0;
  // The session that `pid` names and what it missed behind `offset`, or nothing.
  using OnRestored = std::function<void(std::optional<Restored>)>;
  virtual void restore_session(std::string_view pid, std::string_view offset, OnRestored done) = 0;

  // "create-room" and "delete-room" (room), "join-room" and "leave-room" (room, id).
  template <class F>
  events::Listener on(std::string_view event, F&& handler) {
    watched_ = true;
    return events_.on(event, std::forward<F>(handler));
  }
  bool off(events::Listener listener) { return events_.off(listener); }

 protected:
  Namespace& nsp() const { return *nsp_; }
  bool watched() const { return watched_; }  // somebody asked for events once
  events::EventEmitter& events() { return events_; }

 private:
  Namespace* nsp_;
  events::EventEmitter events_;
  bool watched_ = false;
};

}  // namespace strata::sio
