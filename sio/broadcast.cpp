// sio/broadcast.cpp - one encoding for many.
#include "sio/broadcast.h"

#include "sio/hub.h"
#include "sio/namespace.h"
#include "sio/remote_socket.h"
#include "sio/socket.h"

namespace strata::sio {

Broadcast Broadcast::to(const RoomNames& rooms) const {
  Broadcast next = *this;
  auto& list = next.selection_.rooms;
  list.insert(list.end(), rooms.list().begin(), rooms.list().end());
  return next;
}

Broadcast Broadcast::except(const RoomNames& rooms) const {
  Broadcast next = *this;
  auto& list = next.selection_.except;
  list.insert(list.end(), rooms.list().begin(), rooms.list().end());
  return next;
}

Broadcast Broadcast::local() const {
  return with([](SendFlags& flags) { flags.local = true; });
}

std::vector<Socket*> Broadcast::sockets() const {
  std::vector<Socket*> sockets;
  nsp_->adapter().select(target(), sockets);
  return sockets;
}

void Broadcast::fetch_sockets(OnSockets done) const {
  Hub& hub = nsp_->hub();
  nsp_->adapter().fetch_sockets(
      target(), flags_,
      [&hub, done = std::move(done)](std::error_code error, std::vector<RemoteSocket> found) {
        // Later in any case: an adapter in memory knows at once, others do not.
        hub.loop().post([&hub, done, error,
                         found = std::make_unique<std::vector<RemoteSocket>>(std::move(found))] {
          hub.guarded("the callback of fetch_sockets threw: ", [&] { done(error, *found); });
        });
      });
}

void Broadcast::sockets_join(const RoomNames& rooms) const {
  nsp_->adapter().add_sockets(target(), flags_, rooms.list());
}

void Broadcast::sockets_leave(const RoomNames& rooms) const {
  nsp_->adapter().del_sockets(target(), flags_, rooms.list());
}

void Broadcast::disconnect_sockets(bool close) const {
  nsp_->adapter().disconnect_sockets(target(), flags_, close);
}

bool Broadcast::emit_values(std::string_view event, const Values& values,
                            OnAnswer on_answer) const {
  Hub& hub = nsp_->hub();
  if (hub.loop().in_loop_thread()) {
    Scratch scratch(hub.scratch());
    PacketWriter writer(scratch.text());
    write_event(writer, nsp_->name(), event, values);
    writer.finish(std::nullopt);
    send(scratch.text(), writer.head_bytes(), writer.attachments(), std::move(on_answer));
    return true;
  }
  std::string text;
  PacketWriter writer(text);
  write_event(writer, nsp_->name(), event, values);
  writer.finish(std::nullopt);
  return hub.link()->post([link = hub.link(), self = std::make_unique<Broadcast>(*this),
                           packet = std::make_unique<OwnedPacket>(writer),
                           done = std::make_unique<OnAnswer>(std::move(on_answer))] {
    if (link->hub() != nullptr) self->send_owned(std::move(*packet), std::move(*done));
  });
}

void Broadcast::send_owned(OwnedPacket packet, OnAnswer on_answer) const {
  send(packet.text, packet.head_bytes, packet.views(), std::move(on_answer));
}

void Broadcast::send(std::string_view text, std::size_t head_bytes,
                     std::span<const Bytes> attachments, OnAnswer on_answer) const {
  const EventPacket packet{text, head_bytes, attachments};
  if (on_answer) return nsp_->gather(packet, target(), flags_, std::move(on_answer));
  nsp_->adapter().broadcast(packet, target(), flags_);
}

}  // namespace strata::sio
