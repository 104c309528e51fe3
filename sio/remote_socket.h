// sio/remote_socket.h - a socket of this server or another, as fetch_sockets() found it.
#pragma once
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "sio/broadcast.h"
#include "sio/emit.h"

namespace strata::sio {

// Speaks to one socket, wherever it is, by the room of its id.
// timeout(): for the answer; 20 s if not said.
//   Lives:   as its namespace; the socket may be gone: nothing happens then.
//   Threads: emit: any. The rest: the loop's.
class RemoteSender : public EmitForms<RemoteSender>, public FlagForms<RemoteSender> {
 public:
  RemoteSender(Namespace& nsp, std::string id) : nsp_(&nsp), id_(std::move(id)) {}
  const std::string& id() const { return id_; }

  void join(const RoomNames& rooms) const { there().sockets_join(rooms); }
  void leave(const RoomNames& rooms) const { there().sockets_leave(rooms); }
  void disconnect(bool close = false) const { there().disconnect_sockets(close); }

  // --- for emit: the callback hears (error, the answer) ---
  using OnAnswer = std::function<void(std::error_code, const Json&)>;
  static OnAnswer on_answer(OnAnswer f) { return f; }
  bool emit_values(std::string_view event, const Values& values, const OnAnswer& on_answer) const;

 private:
  Broadcast there() const;
  Namespace* nsp_;
  std::string id_;
};

// What was true of it when it was asked for.
class RemoteSocket : public RemoteSender {
 public:
  explicit RemoteSocket(const Socket& socket);
  // `handshake`: an object with the members headers, time, address, xdomain, secure, issued, url,
  // query and auth.
  RemoteSocket(Namespace& nsp, std::string id, std::vector<std::string> rooms, Json data,
               Json handshake);
  const std::vector<std::string>& rooms() const { return rooms_; }
  const Json& data() const { return data_; }
  const Json& handshake() const { return handshake_; }

 private:
  std::vector<std::string> rooms_;
  Json data_;
  Json handshake_;
};

}  // namespace strata::sio
