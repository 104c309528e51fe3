// ws/message_assembler.cpp - fragments, limits and text, rfc6455-5.4 to -5.6. (codec)
//   text, FIN=0 | continuation, FIN=0 | ... | continuation, FIN=1      control frames in between
#include "ws/message_assembler.h"

#include <algorithm>
#include <cstring>
#include <new>

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
                                                         const Piece& piece, std::uint64_t left) {
  if (piece.first) {
    if (const char* why = begin(header)) return ProtocolError{CloseCode::protocol_error, why};
    if (header.payload_bytes > max_message_ - held_) {  // at the header, before the payload
      return ProtocolError{CloseCode::too_big, "message over the limit"};
    }
  }
  const bool ends = header.fin && piece.last;
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
  open_ = false;
  delivered_ = true;
  return Message{text_, net::Bytes(block_.get(), held_)};
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
  if (held_ == 0 || left < landing_min) return {};
  const std::size_t most = std::min(std::max(held_, landing_min), landing_max);
  const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(left, most));
  if (held_ + room > capacity_) grow(held_ + room);
  return {block_.get() + held_, room};
}

}  // namespace strata::ws
