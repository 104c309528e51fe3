// sio/broadcast.h - to whom, as an immutable value: io.to("news").except("muted").emit(...).
#pragma once
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "sio/adapter.h"
#include "sio/socket_ref.h"

namespace strata::sio {

class Namespace;
class RemoteSocket;

// One room or several: "a", {"a", "b"}, a vector.
class RoomNames {
 public:
  RoomNames(std::string_view room) : names_{std::string(room)} {}
  RoomNames(const char* room) : names_{std::string(room)} {}
  RoomNames(const std::string& room) : names_{room} {}
  RoomNames(std::initializer_list<const char*> rooms) : names_(rooms.begin(), rooms.end()) {}
  RoomNames(std::vector<std::string> rooms) : names_(std::move(rooms)) {}
  const std::vector<std::string>& list() const { return names_; }

 private:
  std::vector<std::string> names_;
};

// What the callback of a broadcast hears: no error, or timed_out, and an array with the first
// argument of every answer that came.
using BroadcastAnswer = std::function<void(std::error_code, const Json& responses)>;

// Everybody in any of its rooms, each once; without a room, everybody of the namespace. The packet
// is encoded once for all. volatile_(): not to those who would have to wait for it. timeout(): for
// the answers; 20 s if not said.
//   Lives:   as its namespace; copies are free to make.
//   Threads: emit: any. The rest: the loop's.
class Broadcast : public EmitForms<Broadcast>, public FlagForms<Broadcast> {
 public:
  explicit Broadcast(Namespace& nsp) : nsp_(&nsp) {}
  Broadcast(Namespace& nsp, const SendFlags& flags) : FlagForms(flags), nsp_(&nsp) {}
  Broadcast(Namespace& nsp, SocketRef sender) : nsp_(&nsp), sender_(std::move(sender)) {}

  Broadcast to(const RoomNames& rooms) const;
  Broadcast in(const RoomNames& rooms) const { return to(rooms); }
  Broadcast except(const RoomNames& rooms) const;
  Broadcast local() const;  // to sockets of this server only

  std::vector<Socket*> sockets() const;  // of this server
  // Of all servers; `done` hears them in a later turn. With an error: those that answered in time.
  using OnSockets = std::function<void(std::error_code, const std::vector<RemoteSocket>&)>;
  void fetch_sockets(OnSockets done) const;
  void sockets_join(const RoomNames& rooms) const;
  void sockets_leave(const RoomNames& rooms) const;
  void disconnect_sockets(bool close = false) const;

  // --- for emit ---
  using OnAnswer = BroadcastAnswer;
  static OnAnswer on_answer(BroadcastAnswer f) { return f; }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer) const;
  void send_owned(OwnedPacket packet, OnAnswer on_answer) const;

 private:
  void send(std::string_view text, std::size_t head_bytes, std::span<const Bytes> attachments,
            OnAnswer on_answer) const;
  Target target() const { return {selection_, sender_.get()}; }
  Namespace* nsp_;
  SocketRef sender_;  // not to this one
  Selection selection_;
};

}  // namespace strata::sio
