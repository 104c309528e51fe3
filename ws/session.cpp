// ws/session.cpp - what a frame means and what answers it, rfc6455-5.5 to -7. (codec)
//   ping -> pong with its payload            close -> close with its code, then nothing
//   a wrong frame -> close with 1002, 1007 or 1009, then nothing
#include "ws/session.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "ws/shared_message.h"

namespace strata::ws {

Session::Session(Role self, const Limits& limits, net::SendQueue& out, MaskSource keys)
    : out_(out),
      limits_(limits),
      parser_(self),
      assembler_(limits.max_message),
      keys_(std::move(keys)),
      self_(self) {
  assert(self == Role::server || keys_ != nullptr);
}

Session::~Session() = default;

void Session::use(Compression compression) {
  compression_ = std::move(compression);
  if (compression_) parser_.allow_rsv1();
}

// --- in ----------------------------------------------------------------------------------------

net::Parse<Event, ProtocolError> Session::next(net::MutableBytes& in, net::TimePoint now) {
  assembler_.release();
  const auto event = read(in, now);
  // rfc6455-5.5.1, -7.1.7: what follows a Close or an error is not looked at.
  if (failure_ || close_received_) in = in.last(0);
  return event;
}

net::Parse<Event, ProtocolError> Session::read(net::MutableBytes& in, net::TimePoint now) {
  if (failure_) return *failure_;
  if (close_received_) return {};
  for (;;) {
    net::Parse<Piece, ProtocolError> piece;
    if (landed_ != 0) {
      piece = parser_.landed(assembler_.landed(std::exchange(landed_, 0)));
    } else {
      piece = parser_.next(in);
    }
    if (piece.need_more()) return {};
    if (rare_ != nullptr && rare_->watcher != nullptr) tell_watcher(piece, in);
    if (piece.failed()) return fail(piece.error(), now);
    const FrameHeader& header = parser_.header();
    if (is_control(header.opcode)) return on_control(header.opcode, piece->payload, now);

    const auto message = assembler_.add(header, *piece, parser_.payload_left(),
                                        compression_ ? &compression_ : nullptr);
    if (message.failed()) return fail(message.error(), now);
    if (message.ready() && !close_sent_) return Event(*message);
    if (message.ready()) assembler_.release();  // nobody waits for it: rfc6455-1.4
  }
}

net::MutableBytes Session::landing() {
  if (failure_ || close_received_ || parser_.payload_left() == 0) return {};
  return assembler_.landing(parser_.payload_left());
}

net::Parse<Event, ProtocolError> Session::on_control(Opcode opcode, net::Bytes payload,
                                                     net::TimePoint now) {
  if (opcode == Opcode::close) return on_close_frame(payload, now);
  if (opcode == Opcode::ping) {
    answer_ping(payload);
    return Event(Ping{payload});
  }
  if (awaiting_pong_) {
    awaiting_pong_ = false;
    if (!close_sent_) deadline_ = now + limits_.ping_interval;
  }
  return Event(Pong{payload});
}

// rfc6455-5.5.3: at once, with the same payload. Where the queue is full only the latest ping is
// answered, once there is room: a peer that pings and does not read costs 125 bytes. Laxer than
// rfc6455-5.5.2: behind our Close nothing is sent, a pong neither; nobody needs to know any more.
void Session::answer_ping(net::Bytes payload) {
  if (close_sent_) return;
  if (out_.size() <= limits_.high_water) {
    append(Opcode::pong, payload);
    return;
  }
  rare().pong_bytes = static_cast<std::uint8_t>(payload.size());
  std::ranges::copy(payload, rare_->pong.begin());
}

void Session::drained() {
  if (rare_ == nullptr || !rare_->pong_bytes || out_.size() > limits_.high_water) return;
  const std::size_t bytes = *std::exchange(rare_->pong_bytes, std::nullopt);
  if (!close_sent_) append(Opcode::pong, net::Bytes(rare_->pong).first(bytes));
}

net::Parse<Event, ProtocolError> Session::on_close_frame(net::Bytes payload, net::TimePoint now) {
  std::uint16_t code = static_cast<std::uint16_t>(CloseCode::none);  // rfc6455-7.1.5: none came
  if (payload.size() >= 2) {
    code = static_cast<std::uint16_t>(payload[0] << 8 | payload[1]);
    if (!is_wire_code(code)) {  // never echoed
      return fail({CloseCode::protocol_error, "close code not allowed on the wire"}, now);
    }
    payload = payload.subspan(2);
    if (!is_utf8(payload)) {  // rfc6455-5.5.1, -8.1
      return fail({CloseCode::invalid_payload, "close reason is not UTF-8"}, now);
    }
  }
  const CloseCode named = static_cast<CloseCode>(code);
  append_close(named, {}, now);  // rfc6455-5.5.1: the answer, unless ours came first
  close_received_ = true;
  return Event(Closed{named, net::as_text(payload)});
}

ProtocolError Session::fail(ProtocolError error, net::TimePoint now) {
  if (failure_) return *failure_;
  append_close(error.code, error.why, now);  // rfc6455-7.1.7: say why, then stop
  failure_ = error;
  return error;
}

// --- out ---------------------------------------------------------------------------------------

// Tested before the append: below the high mark a message is taken whatever its size.
bool Session::takes() const {
  if (close_sent_) return false;  // rfc6455-5.5.1: no data behind a Close
  return out_.size() <= std::max(limits_.max_send_queue, limits_.high_water);
}

SendResult Session::result() const {
  return out_.size() > limits_.high_water ? SendResult::queued : SendResult::sent;
}

Session::Rare& Session::rare() {
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
  return *rare_;
}

void Session::watch(FrameWatcher* watcher) {
  if (watcher != nullptr || rare_ != nullptr) rare().watcher = watcher;
}

void Session::tell_watcher(const net::Parse<Piece, ProtocolError>& piece, net::Bytes in) {
  if (piece.failed()) {
    return watcher()->on_refused(in.first(std::min<std::size_t>(in.size(), 14)), piece.error());
  }
  watcher()->on_frame({Direction::in, parser_.header(), piece->payload, piece->first, piece->last});
}

FrameHeader Session::header_for(Opcode opcode, net::Bytes payload, bool rsv1) {
  FrameHeader header;
  header.rsv1 = rsv1;
  header.opcode = opcode;
  header.masked = self_ == Role::client;  // rfc6455-5.1
  if (header.masked) header.key = keys_();
  header.payload_bytes = payload.size();
  if (FrameWatcher* const who = watcher()) {
    who->on_frame({Direction::out, header, payload, true, true});
  }
  return header;
}

void Session::append(Opcode opcode, net::Bytes payload, bool rsv1) {
  append_frame(header_for(opcode, payload, rsv1), payload, out_);
}

// One frame: rfc7692-6.1 wants RSV1 on the first of a message only, and here that is all of it.
void Session::append_message(Opcode opcode, net::Bytes payload) {
  const auto packed = compression_ ? compression_.pack(payload) : std::nullopt;
  append(opcode, packed.value_or(payload), packed.has_value());
  if (compression_) compression_.done();
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
  const net::MutableBytes payload(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  if (compression_ || payload.size() < moved_from) {
    append_message(opcode, payload);
    return result();
  }
  const FrameHeader header = header_for(opcode, payload);
  if (header.masked) apply_mask(payload, header.key);
  std::array<std::uint8_t, 14> start;
  out_.append(net::Bytes(start).first(encode_header(header, start)));
  out_.append(std::move(bytes));
  return result();
}

template SendResult Session::send_moved(Opcode, std::string&&);
template SendResult Session::send_moved(Opcode, std::vector<std::uint8_t>&&);
template SendResult Session::send_moved(Opcode, net::OwnedBytes&&);

SendResult Session::send(Message&& message) {
  if (!takes()) return SendResult::dropped;
  const Opcode opcode = message.text ? Opcode::text : Opcode::binary;
  if (message.gathered != nullptr) return send_moved(opcode, message.take());
  return message.text ? send_text(message.view()) : send_binary(message.payload);
}

SendResult Session::send_shared(const net::SharedBytes& frame) {
  assert(self_ == Role::server);  // a client has to mask each frame anew
  if (!takes() || self_ == Role::client) return SendResult::dropped;
  if (FrameWatcher* const who = watcher()) {
    std::string start = frame->substr(0, 14);
    net::MutableBytes in(reinterpret_cast<std::uint8_t*>(start.data()), start.size());
    const auto header = parse_header(in, Role::client, true);
    const std::size_t header_bytes = start.size() - in.size();
    if (header.ready()) {
      const net::Bytes payload = net::as_bytes(*frame).subspan(header_bytes);
      who->on_frame({Direction::out, *header, payload, true, true});
    }
  }
  out_.append(frame);
  return result();
}

SendResult Session::send_shared(const SharedMessage& message) {
  const bool compresses = compression_ && self_ == Role::server && takes();
  return send_shared(compresses ? compression_.frame_of(message) : message.plain());
}

SendResult Session::ping(net::Bytes payload) {
  if (!takes() || payload.size() > control_payload_max) return SendResult::dropped;
  append(Opcode::ping, payload);
  return result();
}

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
  append(Opcode::close, net::Bytes(payload).first(bytes));
  close_sent_ = true;
  deadline_ = now + limits_.close_timeout;
}

// --- time --------------------------------------------------------------------------------------

void Session::start(net::TimePoint now) {
  if (limits_.ping_interval > net::Duration::zero() && !close_sent_) {
    deadline_ = now + limits_.ping_interval;
  }
}

std::optional<net::TimePoint> Session::deadline() const {
  if (deadline_ == net::TimePoint::max()) return std::nullopt;
  return deadline_;
}

bool Session::on_deadline(net::TimePoint now, bool reading) {
  if (now < deadline_) return false;
  if (close_sent_) return true;
  if (!reading || out_.size() > limits_.high_water) {  // the write deadline runs all the same
    deadline_ = now + limits_.ping_timeout;
    return false;
  }
  if (awaiting_pong_) return true;
  append(Opcode::ping, {});
  awaiting_pong_ = true;
  deadline_ = now + limits_.ping_timeout;
  return false;
}

}  // namespace strata::ws
