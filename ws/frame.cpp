// ws/frame.cpp - frames, rfc6455-5.2. (codec)
//      byte 0            byte 1           0, 2 or 8 bytes   0 or 4 bytes
//   +-+-----+--------+-+----------------+-----------------+-------------+--------
//   |F| RSV | opcode |M| length, 7 bits | longer length,  | masking key | payload
//   |I|     |        |A| 126: 2 follow  | big endian      | if MASK     | ...
//   |N|1 2 3| 4 bits |S| 127: 8 follow  |                 |             |
//   +-+-----+--------+-+----------------+-----------------+-------------+--------
#include "ws/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "ws/wide.h"

namespace strata::ws {
namespace {

ProtocolError refuse(const char* why) { return {CloseCode::protocol_error, why}; }

bool is_known(Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation:
    case Opcode::text:
    case Opcode::binary:
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      return true;
  }
  return false;
}

std::uint64_t load_big_endian(net::Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

bool is_wire_code(std::uint16_t code) {
  // rfc6455-7.4.1 and -7.4.2; 1012 to 1014 by IANA. 1004 to 1006 and 1015 never travel.
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

// Keeps no state: a header not yet whole stays in `in`, and net offers it again, longer.
net::Parse<FrameHeader, ProtocolError> parse_header(net::MutableBytes& in, Role self,
                                                    bool rsv1_allowed) {
  // What one or two bytes prove wrong is refused now, not after waiting for twelve more.
  if (in.empty()) return {};
  FrameHeader header;
  header.fin = (in[0] & 0x80) != 0;
  header.rsv1 = (in[0] & 0x40) != 0;
  header.opcode = static_cast<Opcode>(in[0] & 0x0F);
  if (!is_known(header.opcode)) return refuse("reserved opcode");  // rfc6455-5.2
  // rfc7692-6: RSV1 marks the first frame of a message, never a control frame or a continuation.
  const bool may_compress =
      rsv1_allowed && !is_control(header.opcode) && header.opcode != Opcode::continuation;
  if ((in[0] & 0x30) != 0 || (header.rsv1 && !may_compress)) {
    return refuse("reserved bit set, no extension agreed");  // rfc6455-5.2
  }
  if (is_control(header.opcode) && !header.fin) {
    return refuse("control frame in fragments");  // rfc6455-5.5
  }

  if (in.size() < 2) return {};
  header.masked = (in[1] & 0x80) != 0;
  const std::uint8_t length7 = in[1] & 0x7F;
  if (header.masked != (self == Role::server)) {  // rfc6455-5.1
    return refuse(header.masked ? "masked frame from a server" : "unmasked frame from a client");
  }
  if (is_control(header.opcode) && length7 > control_payload_max) {
    return refuse("control frame over 125 bytes");  // rfc6455-5.5
  }

  const std::size_t length_bytes = length7 == 127 ? 8 : length7 == 126 ? 2 : 0;
  const std::size_t key_at = 2 + length_bytes;
  const std::size_t header_bytes = key_at + (header.masked ? 4 : 0);
  if (in.size() < key_at) return {};
  header.payload_bytes = length7;
  if (length_bytes != 0) header.payload_bytes = load_big_endian(in.subspan(2, length_bytes));
  const std::uint64_t least = length_bytes == 8 ? 0x1'0000 : length_bytes == 2 ? 126 : 0;
  if (header.payload_bytes < least || header.payload_bytes >> 63 != 0) {
    return refuse("length not in its shortest form");  // rfc6455-5.2
  }
  if (in.size() < header_bytes) return {};
  if (header.masked) std::memcpy(header.key.data(), in.data() + key_at, 4);
  in = in.subspan(header_bytes);
  return header;
}

std::size_t encode_header(const FrameHeader& header, std::span<std::uint8_t, header_max> to) {
  const std::uint64_t length = header.payload_bytes;
  to[0] = static_cast<std::uint8_t>((header.fin ? 0x80 : 0) | (header.rsv1 ? 0x40 : 0) |
                                    static_cast<int>(header.opcode));
  const std::uint8_t mask_bit = header.masked ? 0x80 : 0;
  std::size_t at = 2;
  if (length <= 125) {
    to[1] = static_cast<std::uint8_t>(mask_bit | length);
  } else {
    const std::size_t length_bytes = length <= 0xFFFF ? 2 : 8;  // rfc6455-5.2: the shortest form
    to[1] = static_cast<std::uint8_t>(mask_bit | (length_bytes == 2 ? 126 : 127));
    for (std::size_t i = length_bytes; i-- > 0;) {
      to[at++] = static_cast<std::uint8_t>(length >> (8 * i));
    }
  }
  if (header.masked) {
    std::memcpy(to.data() + at, header.key.data(), 4);
    at += 4;
  }
  return at;
}

// The rule is one line, the last loop: byte i is XORed with byte i % 4 of the key. Words and
// vectors do the same to 8 and more at once: each step is a multiple of 4, so the key keeps its
// phase.
bool copy_masked(net::Bytes from, std::uint8_t* to, const MaskingKey& key, std::size_t offset) {
  constexpr std::size_t wide_min = 64;
  std::uint32_t turned;
  std::memcpy(&turned, key.data(), 4);
  const int bits = static_cast<int>(offset % 4 * 8);
  turned = std::endian::native == std::endian::little ? std::rotr(turned, bits)
                                                      : std::rotl(turned, bits);
  const std::uint64_t mask = std::uint64_t{turned} << 32 | turned;

  wide::Masked done;
  if (from.size() >= wide_min) done = wide::mask(from.data(), to, from.size(), mask);
  std::uint64_t seen = 0;
  std::size_t at = done.bytes;
  for (; from.size() - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, from.data() + at, 8);
    word ^= mask;
    seen |= word;
    std::memcpy(to + at, &word, 8);
  }
  if (from.size() - at >= 4) {
    std::uint32_t word;
    std::memcpy(&word, from.data() + at, 4);
    word ^= turned;
    seen |= word;
    std::memcpy(to + at, &word, 4);
    at += 4;
  }
  for (; at < from.size(); ++at) {
    to[at] = static_cast<std::uint8_t>(from[at] ^ key[(offset + at) % 4]);
    seen |= to[at];
  }
  return done.ascii && (seen & 0x8080'8080'8080'8080) == 0;
}

bool apply_mask(net::MutableBytes bytes, const MaskingKey& key, std::size_t offset) {
  return copy_masked(bytes, bytes.data(), key, offset);
}

Piece FrameParser::take(net::MutableBytes payload, bool first) {
  Piece piece{payload, first, false, false};
  const std::uint64_t offset = header_.payload_bytes - left_;
  if (header_.masked) {
    piece.ascii = apply_mask(payload, header_.key, static_cast<std::size_t>(offset % 4));
  }
  left_ -= payload.size();
  inside_ = left_ != 0;
  piece.last = !inside_;
  return piece;
}

net::Parse<Piece, ProtocolError> FrameParser::next(net::MutableBytes& in) {
  net::MutableBytes rest = in;
  const bool first = !inside_;
  if (first) {
    const auto header = parse_header(rest, self_, rsv1_allowed_);
    if (header.need_more()) return {};
    if (header.failed()) return header.error();
    if (header->opcode == Opcode::close && header->payload_bytes == 1) {
      return refuse("close code of one byte");  // rfc6455-5.5.1
    }
    if (is_control(header->opcode) && rest.size() < header->payload_bytes) return {};
    header_ = *header;
    left_ = header_.payload_bytes;
  } else if (rest.empty()) {
    return {};
  }
  const std::size_t here = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
  in = rest.subspan(here);
  return take(rest.first(here), first);
}

Piece FrameParser::landed(net::MutableBytes payload) { return take(payload, false); }

void append_frame(FrameHeader header, net::Bytes payload, net::SendQueue& out) {
  constexpr std::size_t step = 4096;  // a step in one go, and masked in place
  header.payload_bytes = payload.size();
  net::MutableBytes room = out.reserve(header_max + std::min(payload.size(), step));
  std::size_t at = encode_header(header, room.first<header_max>());
  if (!header.masked && payload.size() > step) {
    out.commit(at);
    out.append(payload);
    return;
  }
  std::size_t offset = 0;
  for (;;) {
    const std::size_t here = std::min(payload.size() - offset, step);
    const net::MutableBytes copy = room.subspan(at, here);
    if (here != 0) std::memcpy(copy.data(), payload.data() + offset, here);
    if (header.masked) apply_mask(copy, header.key, offset);
    out.commit(at + here);
    offset += here;
    if (offset == payload.size()) return;
    room = out.reserve(std::min(payload.size() - offset, step));
    at = 0;
  }
}

net::SharedBytes encode_shared(Opcode opcode, net::Bytes payload, bool rsv1) {
  FrameHeader header;
  header.rsv1 = rsv1;
  header.opcode = opcode;
  header.payload_bytes = payload.size();
  std::array<std::uint8_t, header_max> start;
  const std::size_t start_bytes = encode_header(header, start);
  std::string frame;
  frame.reserve(start_bytes + payload.size());
  frame.append(net::as_text(net::Bytes(start).first(start_bytes)));
  frame.append(net::as_text(payload));
  return std::make_shared<const std::string>(std::move(frame));
}

}  // namespace strata::ws
