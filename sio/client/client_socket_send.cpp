// sio/client/client_socket_send.cpp - a client's events on their way out, and the answers to them.
//
//   emit ---> retries? --yes--> queue_ ---- head ----+
//     |                                              v
//     +--> way_is_open()? --yes----------------> the Manager
//              |                                     ^
//              +--no--> outbox_ -- connect, drain ---+
#include "sio/client/manager_core.h"
#include "sio/client_socket.h"

namespace strata::sio {
namespace {

// Hears the answer to one try of a retried event.
class RetriedAnswer final : public AnswerHandler {
 public:
  RetriedAnswer(ClientSocket& socket, std::uint64_t number) : socket_(socket), number_(number) {}
  std::optional<Mismatch> answered(Hearer&, const Args& args) override {
    socket_.retry_answered(number_, args);
    return std::nullopt;
  }
  void failed(Hearer&, std::error_code why) override { socket_.retry_failed(number_, why); }

 private:
  ClientSocket& socket_;
  std::uint64_t number_;
};

}  // namespace

// --- events out -------------------------------------------------------------------------------
// A connection that is overdue is dead, though nobody noticed yet: what it got would be lost.
bool ClientSocket::way_is_open() const {
  return connected() && manager_->has_room() && !manager_->ping_overdue();
}

// `own` answers the packet without its id, `send` sends it with one.
template <class Own, class Send>
bool ClientSocket::put(OnAnswer on_answer, const SendFlags& flags, const Own& own,
                       const Send& send) {
  if (options_.retries != 0 && !flags.drop_if_busy)
    return enqueue({own(), flags, std::move(on_answer)});
  const bool now = way_is_open() && outbox_.empty();
  if (flags.drop_if_busy && !(now && manager_->writable()))
    return discard(std::move(on_answer), flags);
  std::optional<std::uint64_t> id;
  if (on_answer) {
    id = expect_answer(std::move(on_answer), flags);
    if (!id) return false;
  }
  return now ? send(id) : wait({own(), id, flags.compress});
}

bool ClientSocket::emit_values(std::string_view event, const Values& values, OnAnswer on_answer,
                               const SendFlags& flags) {
  if (silenced()) return false;
  const auto kept = manager_->keep();
  Scratch scratch(manager_->scratch());
  PacketWriter writer(scratch.text());
  write_event(writer, nsp_, event, values);
  return put(
      std::move(on_answer), flags,
      [&] {
        writer.finish(std::nullopt);
        return OwnedPacket(writer);
      },
      [&](std::optional<std::uint64_t> id) {
        writer.finish(id);
        return send_now(writer.text(), writer.attachments(), flags.compress);
      });
}

bool ClientSocket::send_owned(OwnedPacket packet, OnAnswer on_answer, const SendFlags& flags) {
  if (silenced()) return false;
  const auto kept = manager_->keep();
  packet.head_bytes = packet.insert_head(nsp_, std::nullopt);
  return put(
      std::move(on_answer), flags, [&] { return std::move(packet); },
      [&](std::optional<std::uint64_t> id) {
        packet.insert_head("/", id);
        return send_now(packet.text, packet.views(), flags.compress);
      });
}

// A volatile event is gone; who gave its answer a time hears that it did not come.
bool ClientSocket::discard(OnAnswer on_answer, const SendFlags& flags) {
  if (on_answer && (flags.timeout || options_.ack_timeout))
    expect_answer(std::move(on_answer), flags);
  return false;
}

bool ClientSocket::send_now(std::string_view text, std::span<const Bytes> attachments,
                            bool compress) {
  if (hears_outgoing()) {
    const std::uint64_t session = session_;
    heard_outgoing(nsp_, text, attachments);
    if (silenced() || session != session_) return false;  // they ended it
  }
  manager_->send(text, attachments, compress);
  return true;
}

// --- waiting ----------------------------------------------------------------------------------
template <class Pushed, class Tell>
bool ClientSocket::settle(Pushed& pushed, const Tell& tell_dropped) {
  for (auto& gone : pushed.gone) {
    const SentEvent dropped(nsp_, gone.packet.text, {});
    local_event("overflow", dropped.name(), waiting(), waiting_bytes());
    if (silenced()) return false;
    tell_dropped(gone);
    if (silenced()) return false;
  }
  if (!pushed.kept && options_.limits.buffer.overflow == Overflow::disconnect) disconnect();
  return pushed.kept;
}

bool ClientSocket::wait(WaitingEvent event) {
  auto pushed = outbox_.push(std::move(event));
  return settle(pushed, [this](const WaitingEvent& gone) {
    if (gone.id) ack_failed(*gone.id, event_dropped());
  });
}

void ClientSocket::flush() {
  while (!outbox_.empty() && !silenced() && way_is_open()) {
    WaitingEvent next = outbox_.pop();
    next.packet.insert_head("/", next.id);
    send_now(next.packet.text, next.packet.views(), next.compress);
  }
}

void ClientSocket::drained() {
  flush();
  if (!silenced()) drain_queue();
}

// --- at least once ----------------------------------------------------------------------------
bool ClientSocket::enqueue(RetriedEvent event) {
  auto pushed = queue_.push(std::move(event));
  const bool kept = settle(pushed, [this](RetriedEvent& gone) {
    if (gone.on_answer) tell(*gone.on_answer, event_dropped());
  });
  if (!silenced()) drain_queue();
  return kept;
}

void ClientSocket::drain_queue() {
  if (!way_is_open() || !outbox_.empty()) return;
  RetriedEvent* const head = queue_.next();
  if (head == nullptr) return;
  const SendFlags flags = head->flags;
  OwnedPacket packet = head->packet;  // it may have to be sent again
  const auto id = expect_answer(std::make_unique<RetriedAnswer>(*this, head->number), flags);
  if (!id) return queue_.interrupted();
  packet.insert_head("/", id);
  send_now(packet.text, packet.views(), flags.compress);
}

void ClientSocket::retry_answered(std::uint64_t number, const Args& args) {
  const auto done = queue_.acknowledged(number);
  if (!done) return;
  if (done->on_answer) tell(*done->on_answer, args);
  if (!silenced()) drain_queue();
}

void ClientSocket::retry_failed(std::uint64_t number, std::error_code why) {
  const auto given_up = queue_.failed(number);  // none, where the connection ended: it waits
  if (given_up && given_up->on_answer) tell(*given_up->on_answer, why);
  if (!silenced()) drain_queue();
}

// --- acknowledgements, sio5-ack ---------------------------------------------------------------
std::optional<std::uint64_t> ClientSocket::expect_answer(OnAnswer handler, const SendFlags& flags) {
  if (pending_.size() >= options_.limits.max_acks) {
    raise(Error{"too many answers are awaited", {}, {}, {}, {}});
    return std::nullopt;
  }
  const std::uint64_t id = next_id_++;
  PendingAck pending{id, std::move(handler), {}};
  if (const auto limit = flags.timeout ? flags.timeout : options_.ack_timeout) {
    std::weak_ptr<ManagerCore> manager = manager_->weak_from_this();
    pending.timer = manager_->loop().after(*limit, [this, id, manager = std::move(manager)] {
      const auto kept = manager.lock();
      if (kept && !kept->gone()) ack_failed(id, timed_out());
    });
  }
  pending_.add(std::move(pending));
  return id;
}

void ClientSocket::on_ack(std::uint64_t id, const Args& args) {
  const PendingAck pending = pending_.take(id);
  if (pending.handler) tell(*pending.handler, args);  // else nobody asked, or it was too late
}

void ClientSocket::ack_failed(std::uint64_t id, std::error_code why) {
  const PendingAck pending = pending_.take(id);
  if (!pending.handler) return;
  outbox_.erase(id);
  tell(*pending.handler, why);
}

// What was sent will not be answered; what still waits may be.
void ClientSocket::clear_acks() {
  const std::vector<PendingAck> lost = pending_.take_but(outbox_.ids());
  for (const PendingAck& pending : lost) {
    if (silenced()) return;
    tell(*pending.handler, socket_disconnected());
  }
}

bool ClientSocket::send_answer(std::uint64_t session, std::uint64_t id, const Values& values) {
  if (silenced() || !connected() || session != session_) return false;
  Scratch scratch(manager_->scratch());
  PacketWriter writer(scratch.text());
  writer.begin(PacketType::ack, nsp_);
  values.write_to(writer);
  writer.finish(id);
  return send_answer(writer.text(), writer.attachments());
}

bool ClientSocket::send_answer(std::uint64_t session, std::uint64_t id, OwnedPacket packet) {
  if (silenced() || !connected() || session != session_) return false;
  packet.insert_head(nsp_, id);
  return send_answer(packet.text, packet.views());
}

// Answers do not wait: a server that asks and does not read is left.
bool ClientSocket::send_answer(std::string_view text, std::span<const Bytes> attachments) {
  const auto kept = manager_->keep();
  if (!manager_->has_room()) {
    manager_->overwhelmed();
    return false;
  }
  manager_->send(text, attachments);
  return true;
}

}  // namespace strata::sio
