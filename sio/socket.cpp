// sio/socket.cpp - events in and out, acknowledgements, the end.
#include "sio/socket.h"

#include <algorithm>

#include "sio/carrier.h"
#include "sio/hub.h"
#include "sio/namespace.h"

namespace strata::sio {

// --- life -------------------------------------------------------------------------------------
Socket::Socket(Hub& hub, Carrier& carrier, Namespace& nsp, SocketRef self, Json auth)
    : hub_(&hub),
      carrier_(&carrier),
      nsp_(&nsp),
      self_(std::move(self)),
      handshake_(carrier.session().handshake(), std::move(auth)) {
  hub.make_id(id_);
}

Socket::~Socket() = default;

eio::Socket& Socket::conn() const { return carrier_->session(); }

// sio5-connect: its room, the CONNECT packet, then the handlers, so that what they emit follows.
void Socket::accept() {
  nsp_->adapter().add(*this);  // first: what is not there cannot be removed
  state_ = State::connected;
  carrier_->joined();
  if (recovered()) catch_up();
  std::string text;
  append_connect(text, nsp_->name(), id(),
                 recovery_ ? std::string_view(recovery_->pid.data(), recovery_->pid.size())
                           : std::string_view());
  carrier_->send(text, {}, {.apart = true});
  nsp_->connected(*this);
}

void Socket::drop() {
  state_ = State::closed;
  nsp_->adapter().leave_all(*this);
  carrier_->remove(*this);
  hub_->retire(*this);
}

void Socket::closed(std::string_view reason, std::string_view detail) {
  if (state_ != State::connected) return;
  state_ = State::closing;
  notify_end("disconnecting", reason, detail);  // the rooms are still there
  if (recovery_) persist(reason);
  nsp_->adapter().remove(*this);
  carrier_->remove(*this);
  state_ = State::closed;
  const std::vector<PendingAck> pending = std::exchange(pending_, {});
  notify_end("disconnect", reason, detail);
  // sio5-ack: no answer will come. Who set a time for it hears so, at once and not by then, when
  // what its callback holds of this socket is gone.
  for (const PendingAck& owed : pending)
    if (owed.timer) guarded("ack", [&] { owed.handler->failed(*this, socket_disconnected()); });
  hub_->retire(*this);
}

void Socket::disconnect(bool close) {
  if (state_ != State::connected) return;
  if (close) return carrier_->disconnect_all();
  std::string text;
  append_disconnect(text, nsp_->name());
  carrier_->send(text, {});
  closed("server namespace disconnect", {});
}

// --- recovery ---------------------------------------------------------------------------------
void Socket::begin_recovery(std::optional<Restored> restored) {
  recovery_ = std::make_unique<Recovery>();
  if (!restored) return hub_->make_id(recovery_->pid);
  SavedSession& session = restored->session;
  std::copy_n(session.sid.begin(), id_.size(), id_.begin());
  std::copy_n(session.pid.begin(), recovery_->pid.size(), recovery_->pid.begin());
  data_ = std::move(session.data);
  recovery_->recovered = true;
  recovery_->restored = std::make_unique<Restored>(std::move(*restored));
}

// What it missed comes before CONNECT: a client keeps it until then.
void Socket::catch_up() {
  const std::unique_ptr<Restored> restored = std::move(recovery_->restored);
  for (const std::string& room : restored->session.rooms) nsp_->adapter().join(*this, room);
  for (const OwnedPacket& packet : restored->missed) carrier_->send(packet.text, packet.views());
}

// Whoever said goodbye, or was told to go, does not come back to what it left.
void Socket::persist(std::string_view reason) {
  static constexpr std::string_view may_return[] = {"transport error",      "transport close",
                                                    "forced close",         "ping timeout",
                                                    "server shutting down", "forced server close"};
  if (std::find(std::begin(may_return), std::end(may_return), reason) == std::end(may_return))
    return;
  nsp_->adapter().persist_session({std::string(id()),
                                   std::string(recovery_->pid.data(), recovery_->pid.size()),
                                   rooms(), data_});
}

// --- rooms ------------------------------------------------------------------------------------
bool Socket::join(const RoomNames& rooms) {
  if (state_ != State::connected && state_ != State::waiting) return false;
  bool joined = false;
  for (const std::string& room : rooms.list()) {
    if (seats_.taken.size() >= hub_->options().max_rooms &&
        !nsp_->adapter().contains(*this, room)) {
      raise(Error{"too many rooms", {}, {}, {}, {}});
      return false;
    }
    joined = nsp_->adapter().join(*this, room) || joined;
  }
  return joined;
}

bool Socket::leave(std::string_view room) { return nsp_->adapter().leave(*this, room); }

std::vector<std::string> Socket::rooms() const { return nsp_->adapter().rooms_of(*this); }

Broadcast Socket::broadcast() const { return Broadcast(*nsp_, self_); }

// --- out --------------------------------------------------------------------------------------
bool Socket::emit_values(std::string_view event, const Values& values, OnAnswer on_answer,
                         const SendFlags& flags) {
  if (state_ != State::connected && state_ != State::closing) return false;
  Scratch scratch(hub_->scratch());
  PacketWriter writer(scratch.text(), eio::room_in_front);
  write_event(writer, nsp_->name(), event, values);
  std::optional<std::uint64_t> id;
  if (on_answer) {
    id = expect_answer(std::move(on_answer), flags);
    if (!id) return false;
  }
  writer.finish(id);
  if (recovery_ && !id && !flags.drop_if_busy)
    return remember({writer.text(), writer.head_bytes(), writer.attachments()}, flags);
  if (hears_outgoing()) heard_outgoing(writer.text(), writer.attachments());
  if (flags.drop_if_busy && !carrier_->writable()) return false;
  return carrier_->send(writer, {.compress = flags.compress});
}

// An event that may have to be sent again goes by the adapter, which keeps it.
bool Socket::remember(const EventPacket& packet, const SendFlags& flags) {
  const Selection self{{std::string(id())}, {}};
  nsp_->adapter().broadcast(packet, {self, nullptr}, flags);
  return true;
}

bool Socket::send_owned(OwnedPacket packet, std::optional<std::uint64_t> id, OnAnswer on_answer) {
  if (state_ != State::connected && state_ != State::closing) return false;
  if (on_answer) {
    id = expect_answer(std::move(on_answer), {});
    if (!id) return false;
  }
  const std::size_t id_at = packet.insert_head(nsp_->name(), id);
  const std::vector<Bytes> attachments = packet.views();
  if (recovery_ && !id) return remember({packet.text, id_at, attachments}, {});
  if (hears_outgoing()) heard_outgoing(packet.text, attachments);
  return carrier_->send(packet.text, attachments);
}

bool Socket::send_answer(std::uint64_t id, const Values& values) {
  if (state_ != State::connected && state_ != State::closing) return false;
  Scratch scratch(hub_->scratch());
  PacketWriter writer(scratch.text(), eio::room_in_front);
  writer.begin(PacketType::ack, nsp_->name());
  values.write_to(writer);
  writer.finish(id);
  return carrier_->send(writer);
}

// --- acknowledgements, sio5-ack ---------------------------------------------------------------
std::optional<std::uint64_t> Socket::expect_answer(OnAnswer handler, const SendFlags& flags) {
  if (pending_.size() >= hub_->options().max_acks) {
    raise(Error{"too many answers are awaited", {}, {}, {}, {}});
    return std::nullopt;
  }
  const std::uint64_t id = nsp_->next_ack_id();
  PendingAck pending{id, std::move(handler), nullptr};
  if (flags.timeout) {
    pending.timer = std::make_unique<net::Timer>(hub_->loop(), [this, id] { ack_timed_out(id); });
    pending.timer->start(*flags.timeout);
  }
  pending_.push_back(std::move(pending));
  return id;
}

Socket::PendingAck Socket::take_pending(std::uint64_t id) {
  const auto found = std::lower_bound(
      pending_.begin(), pending_.end(), id,
      [](const PendingAck& pending, std::uint64_t wanted) { return pending.id < wanted; });
  if (found == pending_.end() || found->id != id) return {};
  PendingAck taken = std::move(*found);
  pending_.erase(found);
  return taken;
}

// The one place where an answer finds who asked.
void Socket::on_ack(std::uint64_t id, const Args& args) {
  if (state_ != State::connected) return;
  const PendingAck pending = take_pending(id);
  if (!pending.handler)
    return nsp_->adapter().on_ack(id, *this, args);  // a broadcast's, or nobody's
  tell(*pending.handler, args);
}

void Socket::ack_timed_out(std::uint64_t id) {
  PendingAck pending = take_pending(id);
  if (!pending.handler) return;
  tell(*pending.handler, timed_out());
  hub_->loop().defer([timer = std::move(pending.timer)] {});  // it is the one that runs now
}

}  // namespace strata::sio
