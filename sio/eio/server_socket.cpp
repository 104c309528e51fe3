// sio/eio/server_socket.cpp - one session: what is sent, what its rules demand, its end.
#include "sio/eio/server_socket.h"

#include <algorithm>
#include <utility>

namespace strata::sio::eio {

ServerSocket::ServerSocket(ServerCore& core, const Sid& key, Transport first, Handshake handshake,
                           bool base64, std::string_view id)
    : core_(&core),
      session_(core.timing(), first, core.loop().now()),
      sid_(key),
      handshake_(std::move(handshake)),
      wake_(this),
      base64_(base64) {
  if (first == Transport::polling) extras();  // what fails for want of memory fails here
  if (!id.empty()) extras().id = id;
  rearm();
}

ServerSocket::~ServerSocket() { core_->loop().disarm(wake_); }

ServerSocket::Extras& ServerSocket::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

// The session is on its WebSocket, and what its polls were is over.
void ServerSocket::drop_extras() {
  if (websocket_ && extras_ && !session_.poll_held() && !extras_->needed()) extras_.reset();
}

std::string_view ServerSocket::id() const {
  return extras_ && !extras_->id.empty() ? std::string_view(extras_->id) : as_text(sid_);
}

ReadyState ServerSocket::ready_state() const {
  switch (session_.state()) {
    case Session::State::open:
      return ReadyState::open;
    case Session::State::closing:
      return ReadyState::closing;
    case Session::State::closed:
      break;
  }
  return ReadyState::closed;
}

std::string_view ServerSocket::transport() const {
  return session_.transport() == Transport::websocket ? "websocket" : "polling";
}

bool ServerSocket::writable() const {
  if (!open()) return false;
  if (websocket_) return websocket_->buffered_bytes() == 0 && session_.outbox().empty();
  return session_.poll_held() && session_.outbox().empty();
}

std::size_t ServerSocket::buffered_bytes() const {
  return (websocket_ ? websocket_->buffered_bytes() : 0) + session_.outbox().bytes();
}

// --- sending ------------------------------------------------------------------------------------

bool ServerSocket::send_text(std::string_view text, SendOptions how) {
  if (!open()) return false;
  if (!note({PacketType::message, false, text})) return false;
  return goes_now(text) ? send_packet(framed(text), how) : queue_text(text, how);
}

bool ServerSocket::send_text_in_place(std::string& bytes, SendOptions how) {
  const std::string_view text = std::string_view(bytes).substr(room_in_front);
  if (!open()) return false;
  if (!note({PacketType::message, false, text})) return false;
  if (!goes_now(text)) return queue_text(text, how);
  bytes[room_in_front - 1] = digit(PacketType::message);
  if (goes_plain(how)) return send_packet(std::string_view(bytes).substr(room_in_front - 1), how);
  return sent(websocket_->send_text_in_place(bytes, room_in_front - 1));
}

bool ServerSocket::queue_text(std::string_view text, SendOptions how) {
  if (!room_for(text.size())) return false;
  session_.outbox().append(PacketType::message, text);
  plain_body_ |= !how.compress;
  queued();
  return true;
}

bool ServerSocket::send_binary(net::Bytes bytes, SendOptions how) {
  if (!open()) return false;
  if (!note({PacketType::message, true, net::as_text(bytes)})) return false;
  const bool now = goes_now(net::as_text(bytes), true);
  if (now && !base64_) {
    return sent(goes_plain(how) ? send_plain(ws::Opcode::binary, bytes)
                                : websocket_->send_binary(bytes));
  }
  if (now) {
    std::string& packet = core_->scratch();
    packet.clear();
    append_binary_packet(bytes, packet);
    return send_packet(packet, how);
  }
  if (!room_for(bytes.size() / 3 * 4 + 5)) return false;
  session_.outbox().append_binary(bytes);
  plain_body_ |= !how.compress;
  queued();
  return true;
}

bool ServerSocket::send(SharedMessage& message, SendOptions how) {
  if (!open()) return false;
  if (websocket_ && message.is_binary() && base64_) return send_binary(message.content(), how);
  if (!note({PacketType::message, message.is_binary(), net::as_text(message.content())})) {
    return false;
  }
  if (goes_now(net::as_text(message.content()), message.is_binary())) {
    return sent(how.compress ? websocket_->send_shared(message.framed())
                             : websocket_->send_shared(message.frame()));
  }
  const std::string_view packet = message.packet();
  if (!room_for(packet.size())) return false;
  session_.outbox().append_encoded(packet);
  plain_body_ |= !how.compress;
  queued();
  return true;
}

// A message is taken while less than the high mark waits, whatever its size: the limit is for a
// client that does not fetch what is pushed, not for a large message.
bool ServerSocket::room_for(std::size_t bytes) {
  if (!open()) return false;
  const std::size_t waiting = session_.outbox().bytes();
  if (waiting < core_->options().high_water) return true;
  above_mark_ = true;
  if (waiting + bytes <= core_->options().max_send_queue) return true;
  perform(session_.fail("slow consumer", "the polls do not come"));
  return false;
}

// Not into one piece with a message that goes apart. The pause ends early for what the outbox
// should not hold: much, and text that it could not tell from two packets.
bool ServerSocket::goes_now(std::string_view message, bool binary) {
  if (!pausing_ || !websocket_) return websocket_ != nullptr;
  const Outbox& waiting = session_.outbox();
  const bool alone = waiting.empty() && websocket_->buffered_bytes() == 0;  // it has left
  const bool much = waiting.bytes() + message.size() > core_->options().high_water;
  if (alone || much || core_->loop().now() >= pause_ends_ ||
      (!binary && message.find(record_separator) != message.npos)) {
    end_pause();
  }
  return websocket_ && !pausing_;
}

void ServerSocket::end_pause() {
  pausing_ = false;
  send_waiting();
}

void ServerSocket::queued() {
  if (pausing_) return rearm();
  if (session_.flush_due()) core_->flush_later(*this);  // many messages of a turn: one answer
}

void ServerSocket::flush() {
  flush_planned = false;
  if (session_.state() == Session::State::closed) return;
  guarded([this] {
    if (websocket_) return tell_left();
    if (session_.flush_due()) return answer_poll();
    if (session_.outbox().empty()) run_when_sent();
  });
}

// --- for who wants to know when something has left ----------------------------------------------

// False: the watcher has closed the session.
bool ServerSocket::note(const Packet& packet) {
  if (!core_->options().on_packet_create) return true;
  guarded([&] { core_->options().on_packet_create(*this, packet); });
  return open();
}

void ServerSocket::when_sent(net::Task task) {
  if (!open()) return;
  extras().when_sent.push_back(std::move(task));
  if (websocket_ || session_.outbox().empty()) core_->flush_later(*this);
}

void ServerSocket::run_when_sent() {
  if (!extras_) return;
  for (net::Task& task : std::exchange(extras_->when_sent, {})) guarded(task);
}

// A turn that wrote to the WebSocket is over, and what the kernel took has left the queue. Nobody
// below tells when the rest has, unless it was more than the high mark: so we look again.
void ServerSocket::tell_left() {
  constexpr net::Duration look_again = 10ms;
  const Options& options = core_->options();
  if (std::exchange(wrote_, false) && options.on_flush) guarded([&] { options.on_flush(*this); });
  if (!websocket_) return;
  if (buffered_bytes() != 0) {
    std::unique_ptr<net::Timer>& look = extras().look;
    if (!look) {
      look = std::make_unique<net::Timer>(core_->loop(), [this] {
        const ServerCore::Entered entered(*core_);
        flush();
      });
    }
    return look->start(look_again);
  }
  if (options.on_drain) guarded([&] { options.on_drain(*this); });
  run_when_sent();
}

void ServerSocket::tell_drained() {
  if (!std::exchange(above_mark_, false) || !open() || core_->top() == nullptr) return;
  core_->top()->on_drain(*this);
}

// --- what the rules demand ----------------------------------------------------------------------

void ServerSocket::perform(const Actions& actions, const Packet* packet) {
  if (actions.deliver) deliver(*packet);
  if (actions.answer_probe) candidate()->send_text("3probe");
  if (actions.drop_candidate && candidate() != nullptr) {
    candidate()->close(ws::CloseCode::none);
    core_->leave(std::move(extras_->candidate));
  }
  if (actions.switch_over) switch_over();
  if (actions.ping) sent(websocket_->send_text("2"));
  if (actions.answer_poll && session_.poll_held()) answer_poll();
  if (actions.end) finish();
}

std::uint32_t ServerSocket::count_handshake() {
  return fresh_bytes = static_cast<std::uint32_t>(sizeof *this + handshake_.bytes());
}

void ServerSocket::give_up_handshake() {
  perform(session_.fail("transport error", "too many handshakes wait"));
}

void ServerSocket::received(const Packet& packet) {
  if (core_->options().on_packet) guarded([&] { core_->options().on_packet(*this, packet); });
  perform(session_.on_packet(packet, core_->loop().now()), &packet);
}

void ServerSocket::deliver(const Packet& packet) {
  eio::Handler* const top = core_->top();
  if (top == nullptr) return;
  guarded([&] {
    if (packet.binary) {
      top->on_binary(*this, net::as_bytes(packet.data));
    } else {
      top->on_text(*this, packet.data);
    }
  });
}

void ServerSocket::on_deadline() {
  const ServerCore::Entered entered(*core_);
  if (pausing_ && core_->loop().now() >= pause_ends_) end_pause();
  // Above its high mark a WebSocket is not read, and its pong may lie unread in the kernel.
  const bool reading_stopped =
      websocket_ && websocket_->buffered_bytes() > websocket_->below().options().high_water;
  const std::size_t waiting = session_.outbox().bytes();
  const Actions due = session_.on_deadline(core_->loop().now(), reading_stopped);
  const bool pings = due.ping || session_.outbox().bytes() > waiting;
  if (pings && !note({PacketType::ping, false, {}})) return;
  perform(due);
  rearm();
}

void ServerSocket::rearm() {
  if (session_.state() == Session::State::closed) {
    core_->loop().disarm(wake_);
  } else {
    const bool waits = pausing_ && !session_.outbox().empty();
    core_->loop().arm(wake_,
                      waits ? std::min(pause_ends_, session_.deadline()) : session_.deadline());
  }
}

// --- the end ------------------------------------------------------------------------------------

void ServerSocket::close(std::string_view reason, bool discard) {
  perform(session_.close(reason, discard, core_->loop().now()));
  rearm();
}

void ServerSocket::finish() {
  core_->loop().disarm(wake_);
  if (extras_) extras_->when_sent.clear();
  if (session_.poll_held()) answer_last();
  // eio4-close: nobody would hear what a POST under way still brings.
  if (extras_ && extras_->post != nullptr) std::exchange(extras_->post, nullptr)->abort();
  if (websocket_) {
    if (session_.reason() == "slow consumer") {
      websocket_->terminate();  // what it does not read, it will not read as a farewell
    } else {
      if (pausing_) end_pause();
      const bool leaving = session_.reason() == "server shutting down";
      websocket_->close(leaving ? ws::CloseCode::going_away : ws::CloseCode::none);
    }
    core_->leave(std::move(websocket_));
  }
  core_->ended(*this);
}

}  // namespace strata::sio::eio
