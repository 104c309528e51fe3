// ws/message_assembler.cpp - fragments, limits and text, rfc6455-5.4 to -5.6. (codec)
//   text, FIN=0 | continuation, FIN=0 | ... | continuation, FIN=1      control frames in between
#include "ws/message_assembler.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "ws/deflate.h"

namespace strata::ws {
namespace {

constexpr std::size_t overhead_max = 64 * 1024;
constexpr std::size_t landing_min = 16 * 1024;  // below that one more recv is not worth it
constexpr std::size_t landing_max = 512 * 1024;

}  // namespace

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
    const std::size_t most = compressed_ ? max_message_ + overhead_max : max_message_ - held_;
    if (header.payload_bytes > most) {  // at the header, before the payload
      return ProtocolError{CloseCode::too_big, "message over the limit"};
    }
  }
  const bool ends = header.fin && piece.last;
  if (compressed_) return inflate(piece.payload, ends, *compression);
  if (text_ && !check_text(piece, ends)) {  // rfc6455-8.1
    return ProtocolError{CloseCode::invalid_payload, "text is not UTF-8"};
  }
  if (ends && held_ == 0) {  // whole in one piece: no copy
    open_ = false;
    return Message{text_, piece.payload};
  }
  const std::size_t now = held_ + piece.payload.size();
  keep(piece.payload, header.fin ? now + static_cast<std::size_t>(left) : max_message_);
  if (!ends) return {};
  return deliver();
}

net::Parse<Message, ProtocolError> MessageAssembler::deliver() {
  open_ = false;
  delivered_ = true;
  return Message{text_, net::Bytes(block_.get(), held_)};
}

// Into the block, which doubles as it fills, up to the limit. There one more byte is one too many:
// a kilobyte that holds a megabyte has cost no more than the limit when that is known.
net::Parse<Message, ProtocolError> MessageAssembler::inflate(net::Bytes in, bool ends,
                                                             Compression& compression) {
  constexpr std::size_t first_block = 1024;
  Inflater& inflater = compression.inflater();
  Inflater::Step step;
  do {
    const bool full = held_ == max_message_;
    if (!full && held_ == capacity_) {
      grow(std::min(max_message_, std::max({first_block, 2 * in.size(), 2 * held_})));
    }
    std::uint8_t beyond = 0;
    std::uint8_t* const at = full ? &beyond : block_.get() + held_;
    step = inflater.read(in, ends, {at, full ? 1 : capacity_ - held_});
    if (full && step.bytes != 0) {
      return ProtocolError{CloseCode::too_big, "message inflates over the limit"};
    }
    // rfc6455-8.1: as they come; a wrong byte counts before what may be wrong behind it.
    if (text_ && utf8_.accept(net::Bytes(at, step.bytes)) != step.bytes) {
      return ProtocolError{CloseCode::invalid_payload, "text is not UTF-8"};
    }
    if (step.corrupt) {  // rfc7692-7.2.2
      return ProtocolError{CloseCode::invalid_payload, "compressed message is damaged"};
    }
    held_ += step.bytes;
  } while (step.more);
  if (!ends) return {};
  compression.message_inflated();
  if (text_ && !utf8_.complete()) {
    return ProtocolError{CloseCode::invalid_payload, "text is not UTF-8"};
  }
  return deliver();
}

// `expected`: no more than this is known to follow.
void MessageAssembler::keep(net::Bytes bytes, std::size_t expected) {
  const std::size_t needed = held_ + bytes.size();
  const bool in_place = block_ != nullptr && bytes.data() == block_.get() + held_;
  if (needed > capacity_) {  // doubling keeps a payload of N pieces linear
    const std::size_t room = std::min(2 * needed, max_message_ + overhead_max);
    grow(std::max(needed, std::min(room, expected)));
  }
  if (!in_place && !bytes.empty()) std::memcpy(block_.get() + held_, bytes.data(), bytes.size());
  held_ = needed;
}

void MessageAssembler::grow(std::size_t capacity) {
  void* const larger = std::realloc(block_.get(), capacity);
  if (larger == nullptr) throw std::bad_alloc();  // the driver ends this connection alone
  block_.release();
  block_.reset(static_cast<std::uint8_t*>(larger));
  capacity_ = capacity;
}

void MessageAssembler::release() {
  if (!delivered_) return;
  delivered_ = false;
  block_.reset();
  held_ = capacity_ = 0;
}

net::MutableBytes MessageAssembler::landing(std::uint64_t left) {
  if (held_ == 0 || left < landing_min || compressed_) return {};
  const std::size_t most = std::min(std::max(held_, landing_min), landing_max);
  const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(left, most));
  if (held_ + room > capacity_) grow(held_ + room);
  return {block_.get() + held_, room};
}

}  // namespace strata::ws
