// sio/remote_socket.cpp - a socket by its id, and what it looked like.
#include "sio/remote_socket.h"

#include "sio/namespace.h"
#include "sio/socket.h"

namespace strata::sio {

Broadcast RemoteSender::there() const { return Broadcast(*nsp_, flags_).to(id_); }

bool RemoteSender::emit_values(std::string_view event, const Values& values,
                               const OnAnswer& on_answer) const {
  if (!on_answer) return there().emit_values(event, values, {});
  return there().emit_values(event, values,
                             [on_answer](std::error_code error, const Json& responses) {
                               on_answer(error, responses.empty() ? Json() : responses[0]);
                             });
}

RemoteSocket::RemoteSocket(const Socket& socket)
    : RemoteSocket(socket.nsp(), std::string(socket.id()), socket.rooms(), socket.data(),
                   Json(socket.handshake())) {}

RemoteSocket::RemoteSocket(Namespace& nsp, std::string id, std::vector<std::string> rooms,
                           Json data, Json handshake)
    : RemoteSender(nsp, std::move(id)),
      rooms_(std::move(rooms)),
      data_(std::move(data)),
      handshake_(std::move(handshake)) {}

}  // namespace strata::sio
