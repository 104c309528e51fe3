// sio/eio/server_socket.cpp - one session: what is sent, what its rules demand, its end.
#include "sio/eio/server_socket.h"

#include <utility>

namespace strata::sio::eio {

ServerSocket::ServerSocket(ServerCore& core, const Sid& sid, Transport first, Handshake handshake,
                           bool base64)
    : core_(&core),
      session_(core.timing(), first, core.loop().now()),
      sid_(sid),
      handshake_(std::make_unique<Handshake>(std::move(handshake))),
      wake_(this),
      base64_(base64) {
  rearm();
}

ServerSocket::~ServerSocket() { core_->loop().disarm(wake_); }

std::string_view ServerSocket::transport() const {
  return session_.transport() == Transport::websocket ? "websocket" : "polling";
}

bool ServerSocket::writable() const {
  if (!open()) return false;
  if (websocket_) return websocket_->buffered_bytes() == 0;
  return session_.poll_held() && session_.outbox().empty();
}

std::size_t ServerSocket::buffered_bytes() const {
  return websocket_ ? websocket_->buffered_bytes() : session_.outbox().bytes();
}

// --- sending ------------------------------------------------------------------------------------

bool ServerSocket::send_text(std::string_view text, SendOptions) {
  if (!open()) return false;
  if (websocket_) return sent(websocket_->send_text(framed(text)));
  if (!room_for(text.size())) return false;
  session_.outbox().append(PacketType::message, text);
  queued();
  return true;
}

bool ServerSocket::send_binary(net::Bytes bytes, SendOptions) {
  if (!open()) return false;
  if (websocket_ && !base64_) return sent(websocket_->send_binary(bytes));
  if (websocket_) {
    std::string& packet = core_->scratch();
    packet.clear();
    append_binary_packet(bytes, packet);
    return sent(websocket_->send_text(packet));
  }
  if (!room_for(bytes.size() / 3 * 4 + 5)) return false;
  session_.outbox().append_binary(bytes);
  queued();
  return true;
}

bool ServerSocket::send(SharedMessage& message, SendOptions how) {
  if (!open()) return false;
  if (websocket_ && message.is_binary() && base64_) return send_binary(message.content(), how);
  if (websocket_) return sent(websocket_->send_shared(message.frame()));
  const std::string_view packet = message.packet();
  if (!room_for(packet.size())) return false;
  session_.outbox().append_encoded(packet);
  queued();
  return true;
}

// A message is taken while less than the high mark waits, whatever its size: the limit is for a
// client that does not fetch what is pushed, not for a large message.
bool ServerSocket::room_for(std::size_t bytes) {
  const std::size_t waiting = session_.outbox().bytes();
  if (waiting < core_->options().high_water) return true;
  above_mark_ = true;
  if (waiting + bytes <= core_->options().max_send_queue) return true;
  perform(session_.fail("slow consumer", "the polls do not come"));
  return false;
}

void ServerSocket::queued() {
  if (session_.flush_due()) core_->flush_later(*this);  // many messages of a turn: one answer
}

void ServerSocket::flush() {
  flush_planned = false;
  if (session_.flush_due() && session_.state() != Session::State::closed) answer_poll();
}

void ServerSocket::tell_drained() {
  if (!std::exchange(above_mark_, false) || !open() || core_->top() == nullptr) return;
  core_->top()->on_drain(*this);
}

// --- what the rules demand ----------------------------------------------------------------------

void ServerSocket::perform(const Actions& actions, const Packet* packet) {
  if (actions.deliver) deliver(*packet);
  if (actions.answer_probe) candidate_->send_text("3probe");
  if (actions.drop_candidate && candidate_) {
    candidate_->close(ws::CloseCode::none);
    core_->leave(std::move(candidate_));
  }
  if (actions.switch_over) switch_over();
  if (actions.ping) sent(websocket_->send_text("2"));
  if (actions.answer_poll && session_.poll_held()) answer_poll();
  if (actions.end) finish();
}

void ServerSocket::deliver(const Packet& packet) {
  eio::Handler* const top = core_->top();
  if (top == nullptr) return;
  try {
    if (packet.binary) {
      top->on_binary(*this, net::as_bytes(packet.data));
    } else {
      top->on_text(*this, packet.data);
    }
  } catch (...) {  // nothing leaves through the layers below; the session cannot be trusted now
    perform(session_.fail("forced close", "a handler threw"));
  }
}

void ServerSocket::on_deadline() {
  const ServerCore::Entered entered(*core_);
  // Above its high mark a WebSocket is not read, and its pong may lie unread in the kernel.
  const bool reading_stopped =
      websocket_ && websocket_->buffered_bytes() > websocket_->below().options().high_water;
  perform(session_.on_deadline(core_->loop().now(), reading_stopped));
  rearm();
}

void ServerSocket::rearm() {
  if (session_.state() == Session::State::closed) {
    core_->loop().disarm(wake_);
  } else {
    core_->loop().arm(wake_, session_.deadline());
  }
}

// --- the end ------------------------------------------------------------------------------------

void ServerSocket::close(std::string_view reason, bool discard) {
  perform(session_.close(reason, discard, core_->loop().now()));
  rearm();
}

void ServerSocket::finish() {
  core_->loop().disarm(wake_);
  if (session_.poll_held()) answer_last();
  if (websocket_) {
    if (session_.reason() == "slow consumer") {
      websocket_->terminate();  // what it does not read, it will not read as a farewell
    } else {
      const bool leaving = session_.reason() == "server shutting down";
      websocket_->close(leaving ? ws::CloseCode::going_away : ws::CloseCode::none);
    }
    core_->leave(std::move(websocket_));
  }
  core_->ended(*this);
}

}  // namespace strata::sio::eio
