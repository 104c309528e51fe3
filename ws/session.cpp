// ws/session.cpp - what a frame means and what answers it, rfc6455-5.5 to -7. (codec)
//   ping -> pong with its payload            close -> close with its code, then nothing
//   a wrong frame -> close with 1002, 1007 or 1009, then nothing
#include "ws/session.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "ws/shared_message.h"

namespace strata::ws {

Session::Session(Role self, SharedLimits limits, net::SendQueue& out, MaskSource keys)
    : out_(out),
      limits_(std::move(limits)),
      parser_(self),
      self_(self),
      assembler_(limits_->max_message, limits_->in_pieces, out.pool()) {
  if (self == Role::server) return;
  assert(keys != nullptr);
  rare().keys = std::move(keys);
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
  if (failed() || close_received_) in = in.last(0);
  return event;
}

net::Parse<Event, ProtocolError> Session::read(net::MutableBytes& in, net::TimePoint now) {
  if (const ProtocolError* const why = failure()) return *why;
  if (close_received_) return {};
  for (;;) {
    const net::Parse<Piece, ProtocolError> piece = next_piece(in);
    if (piece.need_more()) return rest_of_pieces();
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

net::Parse<Piece, ProtocolError> Session::next_piece(net::MutableBytes& in) {
  if (landed_ != 0) return parser_.landed(assembler_.landed(std::exchange(landed_, 0)));
  if (!limits_->in_pieces || !compression_) return parser_.next(in);
  net::MutableBytes bite = in.first(std::min(in.size(), assembler_.bite(true)));
  const std::size_t offered = bite.size();
  const auto piece = parser_.next(bite);
  in = in.subspan(offered - bite.size());
  return piece;
}

net::Parse<Event, ProtocolError> Session::rest_of_pieces() {
  auto rest = assembler_.rest();
  if (!rest || close_sent_) return {};
  return Event(*rest);
}

net::MutableBytes Session::landing() {
  if (failed() || close_received_ || parser_.payload_left() == 0) return {};
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
    if (!close_sent_) deadline_ = now + limits_->ping_interval;
  }
  return Event(Pong{payload});
}

// rfc6455-5.5.3: at once, with the same payload. Where the queue is full only the latest ping is
// answered, once there is room: a peer that pings and does not read costs 125 bytes. Laxer than
// rfc6455-5.5.2: behind our Close nothing is sent, a pong neither; nobody needs to know any more.
void Session::answer_ping(net::Bytes payload) {
  if (close_sent_) return;
  if (out_.size() <= limits_->high_water) {
    append_control(Opcode::pong, payload);
    return;
  }
  rare().pong_bytes = static_cast<std::uint8_t>(payload.size());
  std::ranges::copy(payload, rare_->pong.begin());
}

void Session::drained(net::TimePoint now) {
  reads_again(now);
  if (rare_ == nullptr || !rare_->pong_bytes || out_.size() > limits_->high_water) return;
  const std::size_t bytes = *std::exchange(rare_->pong_bytes, std::nullopt);
  if (!close_sent_) append_control(Opcode::pong, net::Bytes(rare_->pong).first(bytes));
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
  if (const ProtocolError* const known = failure()) return *known;
  // rfc6455-7.1.7: say why, then stop. 1009 says it all: other servers send it bare, and there are
  // clients that compare.
  const char* const why = error.code == CloseCode::too_big ? "" : error.why;
  append_close(error.code, why, now);
  rare().failure = error;
  return error;
}

// --- time --------------------------------------------------------------------------------------

void Session::start(net::TimePoint now) {
  if (limits_->ping_interval > net::Duration::zero() && !close_sent_) {
    deadline_ = now + limits_->ping_interval;
  }
}

std::optional<net::TimePoint> Session::deadline() const {
  if (deadline_ == net::TimePoint::max()) return std::nullopt;
  return deadline_;
}

// A pong may have come while nobody looked: it gets its whole time again.
void Session::reads_again(net::TimePoint now) {
  if (awaiting_pong_ && !close_sent_) deadline_ = std::max(deadline_, now + limits_->ping_timeout);
}

bool Session::on_deadline(net::TimePoint now, bool reading) {
  if (now < deadline_) return false;
  if (close_sent_) return true;
  if (!reading || out_.size() > limits_->high_water) {  // the write deadline runs all the same
    deadline_ = now + limits_->ping_timeout;
    return false;
  }
  if (awaiting_pong_) return true;
  append_control(Opcode::ping, {});
  awaiting_pong_ = true;
  deadline_ = now + limits_->ping_timeout;
  return false;
}

}  // namespace strata::ws
