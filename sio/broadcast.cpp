// sio/broadcast.cpp - one encoding for many.
#include "sio/broadcast.h"

#include "sio/client.h"
#include "sio/hub.h"
#include "sio/namespace.h"
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

Broadcast Broadcast::volatile_() const {
  Broadcast next = *this;
  next.flags_.drop_if_busy = true;
  return next;
}

Broadcast Broadcast::compress(bool on) const {
  Broadcast next = *this;
  next.flags_.compress = on;
  return next;
}

Broadcast Broadcast::timeout(net::Duration limit) const {
  Broadcast next = *this;
  next.flags_.timeout = limit;
  return next;
}

std::vector<Socket*> Broadcast::targets() const {
  std::vector<Socket*> sockets;
  nsp_->rooms().select(selection_, sender_.get(), sockets);
  return sockets;
}

std::vector<Socket*> Broadcast::fetch_sockets() const { return targets(); }

void Broadcast::sockets_join(const RoomNames& rooms) const {
  for (Socket* const socket : targets()) socket->join(rooms);
}

void Broadcast::sockets_leave(const RoomNames& rooms) const {
  for (Socket* const socket : targets())
    for (const std::string& room : rooms.list()) socket->leave(room);
}

void Broadcast::disconnect_sockets(bool close) const {
  // One's disconnect handler may disconnect another: it then stays, but is no longer connected.
  for (Socket* const socket : targets()) socket->disconnect(close);
}

bool Broadcast::emit_values(std::string_view event, const Values& values,
                            OnAnswer on_answer) const {
  Hub& hub = nsp_->hub();
  if (hub.loop().in_loop_thread()) {
    Hub::Scratch scratch(hub);
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
  std::vector<Bytes> attachments;
  for (const std::string& bytes : packet.attachments) attachments.push_back(net::as_bytes(bytes));
  send(packet.text, packet.head_bytes, attachments, std::move(on_answer));
}

void Broadcast::send(std::string_view text, std::size_t head_bytes,
                     std::span<const Bytes> attachments, OnAnswer on_answer) const {
  Hub& hub = nsp_->hub();
  // The list is taken, not shared: a send may close a session, and its handlers may broadcast.
  std::vector<Socket*> sockets = std::exchange(hub.targets(), {});
  sockets.clear();
  nsp_->rooms().select(selection_, sender_.get(), sockets);
  std::string with_id;
  if (on_answer) {
    constexpr net::Duration usual = 20s;
    std::string digits;
    append_number(digits,
                  nsp_->gather(sockets, flags_.timeout.value_or(usual), std::move(on_answer)));
    with_id.append(text).insert(head_bytes, digits);
    text = with_id;
  }
  if (!sockets.empty()) {
    std::vector<eio::SharedMessage> messages;
    messages.reserve(1 + attachments.size());
    messages.push_back(eio::SharedMessage::text(text));
    for (const Bytes bytes : attachments) messages.push_back(eio::SharedMessage::binary(bytes));
    for (Socket* const socket : sockets) {
      if (!socket->connected()) continue;  // an earlier send closed it
      if (socket->hears_outgoing()) socket->heard_outgoing(text, attachments);
      if (flags_.drop_if_busy && !socket->client().writable()) continue;
      socket->client().send(messages);
    }
  }
  hub.targets() = std::move(sockets);
}

}  // namespace strata::sio
