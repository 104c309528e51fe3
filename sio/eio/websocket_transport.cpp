// sio/eio/websocket_transport.cpp - a session on a WebSocket, and the way to it, eio4-upgrade.
#include <algorithm>
#include <optional>
#include <utility>

#include "http/base64.h"
#include "sio/eio/server_socket.h"

namespace strata::sio::eio {

// One copy into a buffer that every message of the server reuses.
std::string_view ServerSocket::framed(std::string_view text) {
  std::string& packet = core_->scratch();
  packet.assign(1, digit(PacketType::message));
  packet.append(text);
  return packet;
}

// Between the peer's Close and the end of its TCP connection nothing can be sent, and nobody is
// to blame: on_close is on its way.
bool ServerSocket::sent(ws::SendResult result) {
  const Options& options = core_->options();
  if (options.on_flush || options.on_drain) {
    wrote_ = true;
    core_->flush_later(*this);
  }
  if (result == ws::SendResult::sent) return true;
  above_mark_ = true;
  if (result == ws::SendResult::queued) return true;
  if (websocket_->buffered_bytes() < core_->options().high_water) return false;
  perform(session_.fail("slow consumer", "the send queue is full"));
  return false;
}

// A turn's frames leave in one piece and are read as one: a client then has no time between them to
// listen anew, as it has with the reference, whose frames are written one by one.
bool ServerSocket::send_packet(std::string_view packet, SendOptions how) {
  const net::Duration pause = core_->options().apart_pause;
  if (how.apart && pause != net::Duration::zero()) {
    pausing_ = true;
    pause_ends_ = core_->loop().now() + pause;
  }
  return sent(goes_plain(how) ? send_plain(ws::Opcode::text, net::as_bytes(packet))
                              : websocket_->send_text(packet));
}

bool ServerSocket::goes_plain(SendOptions how) const {
  return !how.compress && core_->options().per_message_deflate;
}

// A frame that was encoded for many stays as it is.
ws::SendResult ServerSocket::send_plain(ws::Opcode opcode, net::Bytes payload) {
  return websocket_->send_shared(ws::encode_shared(opcode, payload));
}

void ServerSocket::start_on(std::unique_ptr<ws::Connection> connection) {
  connection->user = this;
  websocket_ = std::move(connection);
  std::string packet(1, digit(PacketType::open));
  packet += open_data(id(), false, core_->timing(), core_->options().max_payload);
  if (!note({PacketType::open, false, std::string_view(packet).substr(1)})) return;
  websocket_->send_text(packet);
  if (std::optional<SharedMessage> first = core_->options().initial_packet) send(*first, {});
}

void ServerSocket::on_candidate(std::unique_ptr<ws::Connection> connection) {
  if (!session_.on_candidate(core_->loop().now())) {
    connection->close(ws::CloseCode::none);
    core_->leave(std::move(connection));
    return;
  }
  connection->user = this;
  extras().candidate = std::move(connection);
  rearm();
}

void ServerSocket::on_message(ws::Connection& from, const ws::Message& message) {
  if (&from == candidate()) {
    on_candidate_message(message);
    return;
  }
  if (!message.text) {
    return received({PacketType::message, true, message.view()});
  }
  std::string octets;
  const auto packet = decode_packet(message.view(), octets, true);
  if (!packet) {
    perform(session_.on_bad_packet(packet.error().why));
    return;
  }
  received(*packet);
  if (packet->type == PacketType::pong) rearm();
}

void ServerSocket::on_candidate_message(const ws::Message& message) {
  std::string octets;
  Packet packet;  // junk is like any other packet that is no probe
  if (message.text) {
    const auto decoded = decode_packet(message.view(), octets, true);
    if (decoded) packet = *decoded;
  }
  perform(session_.on_candidate_packet(packet));
  rearm();
  drop_extras();
}

void ServerSocket::switch_over() {
  websocket_ = std::move(extras_->candidate);
  upgraded_ = true;
  send_waiting();
  if (extras_ && !extras_->when_sent.empty()) core_->flush_later(*this);
  guarded([this] {
    const auto& watch = core_->options().on_upgrade;
    if (core_->top() != nullptr) core_->top()->on_upgrade(*this);
    if (core_->top() != nullptr && watch) watch(*this);
  });
}

// What is in the outbox, as frames.
void ServerSocket::send_waiting() {
  const bool plain = std::exchange(plain_body_, false);  // one of them said so
  const std::string body = session_.outbox().take_body();
  std::string_view waiting = body;
  while (!waiting.empty() && websocket_) {
    const std::string_view packet = waiting.substr(0, waiting.find(record_separator));
    waiting.remove_prefix(std::min(packet.size() + 1, waiting.size()));
    std::optional<std::string> octets;
    if (packet.starts_with('b') && !base64_) octets = http::decode_base64(packet.substr(1));
    const bool binary = octets.has_value();
    const net::Bytes payload = net::as_bytes(binary ? std::string_view(*octets) : packet);
    if (plain) {
      sent(send_plain(binary ? ws::Opcode::binary : ws::Opcode::text, payload));
    } else {
      sent(binary ? websocket_->send_binary(payload) : websocket_->send_text(packet));
    }
  }
}

void ServerSocket::on_drain() { tell_drained(); }

void ServerSocket::on_websocket_closed(ws::Connection& closed) {
  const bool broken = closed.failed();
  if (&closed == candidate()) {
    session_.on_candidate_gone();
    core_->bury(std::move(extras_->candidate));
    rearm();
    return;
  }
  core_->bury(std::move(websocket_));
  // A frame that broke the rules is an error of the transport; all else is its end.
  perform(session_.fail(broken ? "transport error" : "transport close",
                        broken ? "websocket error" : "websocket closed"));
}

}  // namespace strata::sio::eio
