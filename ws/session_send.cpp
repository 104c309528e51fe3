// ws/session_send.cpp - what a session sends: messages whole, moved or in fragments, rfc6455-5.4
// and -5.6, and Close. (codec)
//   text FIN=0 | continuation FIN=0 | ping | ... | continuation FIN=1 | what waited behind it
#include <algorithm>
#include <cassert>
#include <cstring>

#include "ws/session.h"
#include "ws/shared_message.h"

namespace strata::ws {

// Tested before the append: below the high mark a message is taken whatever its size.
bool Session::takes() const {
  if (close_sent_) return false;  // rfc6455-5.5.1: no data behind a Close
  return out_.size() + waiting_bytes() <= std::max(limits_->max_send_queue, limits_->high_water);
}

SendResult Session::result() const {
  const std::size_t bytes = std::max(out_.size(), waiting_bytes());
  return bytes > limits_->high_water ? SendResult::queued : SendResult::sent;
}

Session::Rare& Session::rare() {
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
  return *rare_;
}

void Session::set_compressing(bool on) {
  if (!on || rare_ != nullptr) rare().plain = !on;
}

void Session::watch(FrameWatcher* watcher) {
  if (watcher != nullptr || rare_ != nullptr) rare().watcher = watcher;
}

void Session::tell_watcher(const net::Parse<Piece, ProtocolError>& piece, net::Bytes in) {
  if (piece.failed()) {
    return watcher()->on_refused(in.first(std::min<std::size_t>(in.size(), header_max)),
                                 piece.error());
  }
  watcher()->on_frame({Direction::in, parser_.header(), piece->payload, piece->first, piece->last});
}

// The header of a frame that is about to be queued, with a key where we mask.
FrameHeader Session::header_for(FrameHeader header, net::Bytes payload) {
  header.masked = self_ == Role::client;  // rfc6455-5.1
  if (header.masked) header.key = rare_->keys();
  header.payload_bytes = payload.size();
  if (FrameWatcher* const who = watcher()) {
    who->on_frame({Direction::out, header, payload, true, true});
  }
  return header;
}

void Session::append_control(Opcode opcode, net::Bytes payload) {
  append_frame(header_for({.opcode = opcode}, payload), payload, out_);
}

// The message compressed; nothing where it is sent as it is.
std::optional<net::Bytes> Session::pack(net::Bytes payload) {
  if (!compression_ || streams() || (rare_ != nullptr && rare_->plain)) return std::nullopt;
  const auto packed = compression_.pack(payload);
  if (!packed) compression_.done();
  return packed;
}

// One frame: rfc7692-6.1 wants RSV1 on the first of a message only, and here that is all of it.
void Session::append_packed(Opcode opcode, net::Bytes packed) {
  const FrameHeader header{.rsv1 = true, .opcode = opcode};
  if (packed.size() > DeflatePool::scratch_max) return append_owned(header, compression_.take());
  append_frame(header_for(header, packed), packed, out_);
  compression_.done();
}

void Session::append_message(Opcode opcode, net::Bytes payload) {
  if (const auto packed = pack(payload)) return append_packed(opcode, *packed);
  append_frame(header_for({.opcode = opcode}, payload), payload, message_queue());
}

// The payload is a segment of its own behind its header, masked where it lies.
template <class Owned>
void Session::append_owned(const FrameHeader& what, Owned&& bytes) {
  const net::MutableBytes payload(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  const FrameHeader header = header_for(what, payload);
  if (header.masked) apply_mask(payload, header.key);
  std::array<std::uint8_t, header_max> start;
  net::SendQueue& queue = message_queue();
  queue.append(net::Bytes(start).first(encode_header(header, start)));
  queue.append(std::forward<Owned>(bytes));
}

SendResult Session::send_text(std::string_view text) {
  if (!takes()) return SendResult::dropped;
  append_message(Opcode::text, net::as_bytes(text));
  return result();
}

SendResult Session::send_binary(net::Bytes bytes) {
  if (!takes()) return SendResult::dropped;
  append_message(Opcode::binary, bytes);
  return result();
}

template <class Owned>
SendResult Session::send_moved(Opcode opcode, Owned&& bytes) {
  constexpr std::size_t moved_from = 4096;  // below it a copy costs less
  if (!takes()) return SendResult::dropped;
  const net::Bytes payload(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (const auto packed = pack(payload)) {
    append_packed(opcode, *packed);
  } else if (payload.size() < moved_from) {
    append_frame(header_for({.opcode = opcode}, payload), payload, message_queue());
  } else {
    append_owned({.opcode = opcode}, std::move(bytes));
  }
  return result();
}

template SendResult Session::send_moved(Opcode, std::string&&);
template SendResult Session::send_moved(Opcode, std::vector<std::uint8_t>&&);
template SendResult Session::send_moved(Opcode, net::OwnedBytes&&);

SendResult Session::send_in_place(Opcode opcode, std::string& bytes, std::size_t at) {
  if (!takes()) return SendResult::dropped;
  const auto whole = net::MutableBytes(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  const net::MutableBytes payload = whole.subspan(at);
  if (const auto packed = pack(payload)) {
    append_packed(opcode, *packed);
    return result();
  }
  const FrameHeader header = header_for({.opcode = opcode}, payload);
  if (header.masked) apply_mask(payload, header.key);
  std::array<std::uint8_t, header_max> start;
  const std::size_t start_bytes = encode_header(header, start);
  std::memcpy(payload.data() - start_bytes, start.data(), start_bytes);
  message_queue().append(net::Bytes(whole).subspan(at - start_bytes));
  return result();
}

SendResult Session::send(Message&& message) {
  if (!takes()) return SendResult::dropped;
  const Opcode opcode = message.text ? Opcode::text : Opcode::binary;
  if (message.gathered != nullptr) {
    if (!message.gathered->in_pool()) return send_moved(opcode, message.take());
    return send_moved(opcode, std::move(*message.gathered));
  }
  return message.text ? send_text(message.view()) : send_binary(message.payload);
}

SendResult Session::send_shared(const net::SharedBytes& frame) {
  assert(self_ == Role::server);  // a client has to mask each frame anew
  if (!takes() || self_ == Role::client) return SendResult::dropped;
  if (FrameWatcher* const who = watcher()) {
    std::string start = frame->substr(0, header_max);
    net::MutableBytes in(reinterpret_cast<std::uint8_t*>(start.data()), start.size());
    const auto header = parse_header(in, Role::client, true);
    const std::size_t header_bytes = start.size() - in.size();
    if (header.ready()) {
      const net::Bytes payload = net::as_bytes(*frame).subspan(header_bytes);
      who->on_frame({Direction::out, *header, payload, true, true});
    }
  }
  message_queue().append(frame);
  return result();
}

SendResult Session::send_shared(const SharedMessage& message) {
  const bool compresses = compression_ && !streams() && self_ == Role::server && takes();
  return send_shared(compresses ? compression_.frame_of(message) : message.plain());
}

// --- one message in fragments: rfc6455-5.4 ------------------------------------------------------

SendResult Session::begin(Opcode opcode) {
  if (!takes() || streams()) return SendResult::dropped;
  rare().outgoing.emplace(opcode, out_.pool());
  return result();
}

SendResult Session::write(net::Bytes piece) {
  if (!streams() || !takes()) return SendResult::dropped;
  append_fragment(piece, false);
  return result();
}

SendResult Session::finish(net::Bytes last) {
  if (!streams() || !takes()) return SendResult::dropped;
  append_fragment(last, true);
  out_.append(std::move(rare_->outgoing->behind));
  rare_->outgoing.reset();
  return result();
}

// rfc7692-6.1: compressed as one, then cut; RSV1 is on the first frame.
void Session::append_fragment(net::Bytes piece, bool last) {
  Outgoing& message = *rare_->outgoing;
  if (compression_) piece = compression_.pack_part(message.deflater, piece, last);
  if (!piece.empty() || last) {
    const bool first = message.opcode != Opcode::continuation;
    const FrameHeader header{.fin = last, .rsv1 = first && compression_, .opcode = message.opcode};
    append_frame(header_for(header, piece), piece, out_);
    message.opcode = Opcode::continuation;
  }
  if (compression_) compression_.done();
}

// Until a message in fragments is whole no other may begin: they wait behind it.
net::SendQueue& Session::message_queue() { return streams() ? rare_->outgoing->behind : out_; }

std::size_t Session::waiting_bytes() const {
  return streams() ? rare_->outgoing->behind.size() : 0;
}

// --- control ------------------------------------------------------------------------------------

SendResult Session::send_control(Opcode opcode, net::Bytes payload) {
  if (!takes() || payload.size() > control_payload_max) return SendResult::dropped;
  append_control(opcode, payload);
  return result();
}

SendResult Session::ping(net::Bytes payload) { return send_control(Opcode::ping, payload); }
SendResult Session::pong(net::Bytes payload) { return send_control(Opcode::pong, payload); }

void Session::close(CloseCode code, std::string_view reason, net::TimePoint now) {
  append_close(code, reason, now);
}

void Session::append_close(CloseCode code, std::string_view reason, net::TimePoint now) {
  if (close_sent_) return;
  std::array<std::uint8_t, control_payload_max> payload;
  std::size_t bytes = 0;
  const auto value = static_cast<std::uint16_t>(code);
  if (is_wire_code(value)) {
    payload[0] = static_cast<std::uint8_t>(value >> 8);
    payload[1] = static_cast<std::uint8_t>(value);
    std::size_t cut = std::min(reason.size(), control_payload_max - 2);
    while (cut < reason.size() && cut > 0 && (reason[cut] & 0xC0) == 0x80) --cut;  // whole letters
    if (cut != 0) std::memcpy(payload.data() + 2, reason.data(), cut);
    bytes = 2 + cut;
  }
  append_control(Opcode::close, net::Bytes(payload).first(bytes));
  close_sent_ = true;
  if (streams()) rare_->outgoing.reset();  // broken off; what waited behind it may not follow
  deadline_ = now + limits_->close_timeout;
}

}  // namespace strata::ws
