// sio/eio/client_run_io.cpp - what a client's session sends over its transports, and what came.
#include <atomic>
#include <chrono>
#include <utility>

#include "sio/eio/client_run.h"
#include "sio/eio/payload.h"

namespace strata::sio::eio {
namespace {

// That wait for a WebSocket to take them. An honest server sends a ping when the last was answered.
constexpr int pongs_waiting_max = 1000;

constexpr std::size_t octets_bytes_max = 64 * 1024;  // kept for the next packet in Base64

// Never twice the same in this process, and hardly ever in two: for caches, nothing else.
std::string timestamp() {
  static std::atomic<std::uint64_t> count{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const auto base36 = [](std::uint64_t value) {
    std::string digits;
    do digits.insert(0, 1, "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36]);
    while ((value /= 36) != 0);
    return digits;
  };
  return base36(static_cast<std::uint64_t>(ms)) + "." + base36(count++);
}

}  // namespace

std::string ClientRun::url(Transport transport) const {
  const bool polls = transport == Transport::polling;
  const std::string& sid = session_.opening().sid;
  ClientAddress::Call call{.transport = transport, .sid = sid};
  std::string stamp;
  if (options_->timestamp_requests.value_or(polls)) stamp = timestamp();
  call.timestamp_param = options_->timestamp_param;
  call.timestamp = stamp;
  call.base64 = options_->force_base64 && (!polls || sid.empty());
  return address_.url(call);
}

std::unique_ptr<ClientWebSocket> ClientRun::connect() {
  ClientWebSocket::Sink& sink = *this;
  return std::make_unique<ClientWebSocket>(loop_, *options_, address_, url(Transport::websocket),
                                           cookies_, sink);
}

// --- packets ------------------------------------------------------------------------------------

void ClientRun::received(const Packet& packet) {
  using State = ClientSession::State;
  call(options_->on_packet, packet);
  if (abandoned_) return;
  const bool pings = packet.type == PacketType::ping && session_.state() != State::opening;
  const bool deliver = session_.on_packet(packet, loop_.now());
  if (pings && session_.state() != State::closed) {
    note_wall_clock();
    if (!websocket_ || websocket_->buffered_bytes() == 0) pongs_waiting_ = 0;
    if (++pongs_waiting_ > pongs_waiting_max) return session_.on_bad_packet("pings without end");
    call(options_->on_packet_create, Packet{PacketType::pong, false, {}});
    if (!abandoned_) call(options_->on_ping);
  }
  if (!deliver || abandoned_) return;
  if (!packet.binary) return call(options_->on_text, packet.data);
  call(options_->on_binary, net::as_bytes(packet.data));
}

// --- polling ------------------------------------------------------------------------------------

void ClientRun::on_poll_answer(std::string_view body) {
  const auto self = shared_from_this();
  PayloadReader reader(body);
  inside_ = Inside::poll_answer;
  std::size_t count = 0;
  while (session_.state() != ClientSession::State::closed) {
    const auto packet = reader.next();
    if (!packet) break;
    if (++count > options_->max_packets_a_poll) {
      session_.on_bad_packet("too many packets in one answer");
    } else if (!packet->has_value()) {
      session_.on_bad_packet(packet->error().why);
    } else {
      received(**packet);
    }
    if (abandoned_) return;
    step();
    if (abandoned_) return;
  }
  inside_ = Inside::nothing;
  session_.on_polled();
  step();
}

void ClientRun::on_post_answer() {
  const auto self = shared_from_this();
  const bool over = session_.state() == ClientSession::State::closed;
  if (over) return polling_.reset();  // the server has heard of the end
  session_.on_posted();
  if (session_.writable()) call(options_->on_drain);
  step();
}

void ClientRun::on_poll_error(TransportError error) {
  const auto self = shared_from_this();
  session_.on_polled();
  session_.on_transport_error(std::move(error));
  step();
}

void ClientRun::on_post_error(TransportError error) {
  const auto self = shared_from_this();
  if (session_.state() == ClientSession::State::closed) return polling_.reset();
  session_.on_transport_error(std::move(error));
  step();
}

// --- WebSocket ----------------------------------------------------------------------------------

void ClientRun::on_open(ClientWebSocket& from) {
  const auto self = shared_from_this();
  if (&from != candidate_.get()) return;  // the open packet opens the other
  session_.on_candidate_open();
  step();
}

void ClientRun::on_message(ClientWebSocket& from, const ws::Message& message) {
  const auto self = shared_from_this();
  if (session_.state() == ClientSession::State::closed) return;
  Packet packet{PacketType::message, true, message.view()};
  const char* why = nullptr;
  if (message.text) {
    const auto decoded = decode_packet(message.view(), octets_, true);
    if (decoded)
      packet = *decoded;
    else
      why = decoded.error().why;
  }
  if (&from == candidate_.get()) {
    session_.on_candidate_packet(packet);
  } else if (why != nullptr) {
    session_.on_bad_packet(why);
  } else {
    received(packet);
  }
  if (octets_.capacity() > octets_bytes_max) octets_ = {};
  step();
}

void ClientRun::on_gone(ClientWebSocket& from, bool broken, TransportError error) {
  const auto self = shared_from_this();
  if (&from == candidate_.get()) {
    candidate_.reset();
    session_.on_candidate_failed(error.context.empty() ? "transport closed" : error.context);
  } else {
    websocket_.reset();
    if (broken)
      session_.on_transport_error(std::move(error));
    else
      session_.on_transport_closed(std::move(error));
  }
  step();
}

void ClientRun::switch_over() {
  websocket_ = std::move(candidate_);
  websocket_->send({.type = PacketType::upgrade, .data = {}});
  sent_ = Sent::flushed;
  polling_.reset();
  step_later();  // a close() that waited for the upgrade goes on
  call(options_->on_upgrade, Transport::websocket);
}

void ClientRun::flush() {
  ClientOutbox& waiting = session_.outbox();
  while (!waiting.empty()) {
    if (!websocket_ || !websocket_->send(waiting.front())) {
      session_.on_transport_error(
          {.message = "websocket error", .context = "the send queue is full"});
      return;
    }
    waiting.pop();
    sent_ = Sent::given;
  }
  session_.on_flushed();
  const bool closing = session_.state() == ClientSession::State::closing;
  if (options_->on_flush || options_->on_drain || closing) step_later();
}

}  // namespace strata::sio::eio
