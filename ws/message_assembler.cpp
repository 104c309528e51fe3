// ws/message_assembler.cpp - fragments, limits and text, rfc6455-5.4 to -5.6. (codec)
//   text, FIN=0 | continuation, FIN=0 | ... | continuation, FIN=1      control frames in between
#include "ws/message_assembler.h"

#include <algorithm>
#include <utility>

namespace strata::ws {
namespace {

constexpr std::size_t overhead_max = 64 * 1024;
constexpr std::size_t landing_min = 16 * 1024;  // a smaller message is not worth it
constexpr std::size_t landing_max = 512 * 1024;

// Deflate makes at most 258 bytes of 2 bits; a code may have begun in earlier bytes.
constexpr std::size_t inflated_max = 1032;
constexpr std::size_t begun_max = 8 * 1024;
constexpr std::size_t piece_bytes = 64 * 1024;  // no longer is waited for more
constexpr std::size_t piece_room = 256 * 1024;
static_assert((piece_room - piece_bytes - begun_max) / inflated_max >
                  header_max + control_payload_max,
              "a control frame has to fit in the smallest bite");

}  // namespace

net::OwnedBytes Message::take() {
  const net::Bytes all = std::exchange(payload, {});
  if (gathered == nullptr || gathered->in_pool()) return net::OwnedBytes(all);
  net::OwnedBytes taken = std::move(*std::exchange(gathered, nullptr));
  taken.set_capacity(taken.size());  // what it grew by in advance goes back
  return taken;
}

MessageAssembler::MessageAssembler(std::size_t max_message, bool in_pieces, net::BlockPool* pool)
    : block_(pool), max_message_(std::min(max_message, SIZE_MAX - overhead_max)) {
  if (in_pieces) pieces_ = std::make_unique<Pieces>();
}

// What is wrong with a data frame at this place, or null.
const char* MessageAssembler::begin(const FrameHeader& header) {
  const bool continues = header.opcode == Opcode::continuation;
  if (continues && !open_) return "continuation without a message";       // rfc6455-5.4
  if (!continues && open_) return "new message inside a fragmented one";  // rfc6455-5.4
  if (!continues) {
    text_ = header.opcode == Opcode::text;
    compressed_ = header.rsv1;  // rfc7692-6: of the message, told by its first frame
    open_ = true;
    utf8_.reset();
  }
  return nullptr;
}

bool MessageAssembler::check_text(const Piece& piece, bool ends) {
  if (!piece.ascii || !utf8_.complete()) {
    if (utf8_.accept(piece.payload) != piece.payload.size()) return false;
  }
  return !ends || utf8_.complete();
}

net::Parse<Message, ProtocolError> MessageAssembler::add(const FrameHeader& header,
                                                         const Piece& piece, std::uint64_t left,
                                                         Compression* compression) {
  if (piece.first) {
    if (const char* why = begin(header)) return ProtocolError{CloseCode::protocol_error, why};
    const std::size_t so_far = pieces_ != nullptr ? pieces_->passed : block_.size();
    const std::size_t most = compressed_ ? max_message_ + overhead_max : max_message_ - so_far;
    if (header.payload_bytes > most) {  // at the header, before the payload
      return ProtocolError{CloseCode::too_big, "message over the limit"};
    }
  }
  const bool ends = header.fin && piece.last;
  if (compressed_) {
    return pieces_ != nullptr ? inflate_piece(piece.payload, ends, *compression)
                              : inflate(piece.payload, ends, *compression);
  }
  if (text_ && !check_text(piece, ends)) {  // rfc6455-8.1
    return ProtocolError{CloseCode::invalid_payload, "text is not UTF-8"};
  }
  if (pieces_ != nullptr) {
    if (piece.payload.empty() && !ends) return {};
    return hand_up(piece.payload, ends);
  }
  if (ends && block_.empty()) {  // whole in one piece: no copy
    open_ = false;
    return Message{text_, piece.payload};
  }
  const std::size_t now = block_.size() + piece.payload.size();
  keep(piece.payload, header.fin ? now + static_cast<std::size_t>(left) : max_message_);
  if (!ends) return {};
  return deliver();
}

net::Parse<Message, ProtocolError> MessageAssembler::deliver() {
  open_ = false;
  delivered_ = true;
  return Message{text_, block_, &block_};
}

// Into the block, which doubles as it fills, up to the limit. There one more byte is one too many:
// a kilobyte that holds a megabyte has cost no more than the limit when that is known.
net::Parse<Message, ProtocolError> MessageAssembler::inflate(net::Bytes in, bool ends,
                                                             Compression& compression) {
  constexpr std::size_t first_block = 1024;
  Inflater& inflater = compression.inflater();
  Inflater::Step step;
  do {
    const std::size_t left = max_message_ - block_.size();  // the block may hold more than asked
    const bool full = left == 0;
    if (!full && block_.room().empty()) {
      const std::size_t more = std::max({first_block, 2 * in.size(), 2 * block_.size()});
      block_.set_capacity(std::min(max_message_, more));
    }
    std::uint8_t beyond = 0;
    const net::MutableBytes free = block_.room();
    const net::MutableBytes room =
        full ? net::MutableBytes(&beyond, 1) : free.first(std::min(free.size(), left));
    step = inflater.read(in, ends, room);
    if (full && step.bytes != 0) {
      return ProtocolError{CloseCode::too_big, "message inflates over the limit"};
    }
    if (const auto wrong = check_inflated(step, room.first(step.bytes))) return *wrong;
    block_.grow(step.bytes);
  } while (step.more);
  if (!ends) return {};
  compression.message_inflated();
  if (text_ && !utf8_.complete()) {
    return ProtocolError{CloseCode::invalid_payload, "text is not UTF-8"};
  }
  return deliver();
}

// rfc6455-8.1: as they come; a wrong byte counts before what may be wrong behind it.
std::optional<ProtocolError> MessageAssembler::check_inflated(const Inflater::Step& step,
                                                              net::Bytes fresh) {
  if (text_ && utf8_.accept(fresh) != fresh.size()) {
    return ProtocolError{CloseCode::invalid_payload, "text is not UTF-8"};
  }
  if (step.corrupt) {  // rfc7692-7.2.2
    return ProtocolError{CloseCode::invalid_payload, "compressed message is damaged"};
  }
  return std::nullopt;
}

// `expected`: no more than this is known to follow.
void MessageAssembler::keep(net::Bytes bytes, std::size_t expected) {
  const std::size_t needed = block_.size() + bytes.size();
  const net::MutableBytes next = block_.room();
  const bool in_place = bytes.data() == next.data() && bytes.size() <= next.size();
  if (needed > block_.capacity()) {  // doubling keeps a payload of N pieces linear
    const std::size_t room = std::min(2 * needed, max_message_ + overhead_max);
    block_.set_capacity(std::max(needed, std::min(room, expected)));
  }
  in_place ? block_.grow(bytes.size()) : block_.append(bytes);
}

void MessageAssembler::release() {
  if (!delivered_) return;
  delivered_ = false;
  block_.clear();
}

// --- pieces --------------------------------------------------------------------------------------

Message MessageAssembler::hand_up(net::Bytes piece, bool ends) {
  Message message{text_, piece};
  message.first = pieces_->passed == 0;
  message.last = ends;
  pieces_->passed += piece.size();
  pieces_->held = 0;
  if (!ends) return message;
  pieces_->passed = 0;
  open_ = false;
  delivered_ = compressed_;  // the block has served
  return message;
}

std::size_t MessageAssembler::bite(bool compression) const {
  if (pieces_ == nullptr || !compression) return SIZE_MAX;
  return (piece_room - pieces_->held - begun_max) / inflated_max;
}

net::Parse<Message, ProtocolError> MessageAssembler::inflate_piece(net::Bytes in, bool ends,
                                                                   Compression& compression) {
  if (block_.capacity() == 0) block_.set_capacity(piece_room);
  Inflater& inflater = compression.inflater();
  Inflater::Step step;
  do {
    if (pieces_->held == block_.capacity()) block_.set_capacity(2 * block_.capacity());
    const net::MutableBytes room = block_.room().subspan(pieces_->held);
    step = inflater.read(in, ends, room);
    if (step.bytes > max_message_ - pieces_->passed - pieces_->held) {
      return ProtocolError{CloseCode::too_big, "message inflates over the limit"};
    }
    if (const auto wrong = check_inflated(step, room.first(step.bytes))) return *wrong;
    pieces_->held += step.bytes;
  } while (step.more);
  if (ends) {
    compression.message_inflated();
    if (text_ && !utf8_.complete()) {
      return ProtocolError{CloseCode::invalid_payload, "text is not UTF-8"};
    }
  } else if (pieces_->held < piece_bytes) {
    return {};
  }
  return hand_up(block_.room().first(pieces_->held), ends);
}

std::optional<Message> MessageAssembler::rest() {
  if (pieces_ == nullptr || pieces_->held == 0) return std::nullopt;
  return hand_up(block_.room().first(pieces_->held), false);
}

net::MutableBytes MessageAssembler::landing(std::uint64_t left) {
  if (block_.empty() || block_.size() + left < landing_min || compressed_) return {};
  const std::size_t more = std::max(block_.size(), landing_min);  // doubling, as in keep()
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, more));
  if (block_.room().size() < std::min(wanted, landing_max)) {
    block_.set_capacity(block_.size() + wanted);
  }
  return block_.room().first(std::min(wanted, landing_max));
}

}  // namespace strata::ws
