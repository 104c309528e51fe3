// ws/frame.h - frames, rfc6455-5.2: bytes to values and back. (codec)
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/bytes.h"
#include "net/parse.h"
#include "net/send_queue.h"

namespace strata::ws {

enum class Role : std::uint8_t { server, client };
enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA
};
constexpr bool is_control(Opcode opcode) { return opcode >= Opcode::close; }  // rfc6455-5.5

// rfc6455-7.4.1 and IANA's registry; other values in 3000 to 4999 are legal.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported = 1003,
  none = 1005,      // never on the wire: a Close without a code
  abnormal = 1006,  // never on the wire: no Close at all
  invalid_payload = 1007,
  policy = 1008,
  too_big = 1009,
  extension_missing = 1010,
  internal_error = 1011,
  service_restart = 1012,
  try_later = 1013,
  bad_gateway = 1014
};
// True if a Close frame may carry it.
bool is_wire_code(std::uint16_t code);

struct ProtocolError {
  CloseCode code;
  const char* why;
};

using MaskingKey = std::array<std::uint8_t, 4>;

struct FrameHeader {
  bool fin = true;
  bool rsv1 = false;
  Opcode opcode = Opcode::text;
  bool masked = false;
  MaskingKey key{};
  std::uint64_t payload_bytes = 0;
};

inline constexpr std::size_t control_payload_max = 125;  // rfc6455-5.5
inline constexpr std::size_t header_max = 14;            // bytes

// `self` is who reads: a server demands masks, a client refuses them.
net::Parse<FrameHeader, ProtocolError> parse_header(net::MutableBytes& in, Role self,
                                                    bool rsv1_allowed = false);
// Returns how many were written.
std::size_t encode_header(const FrameHeader& header, std::span<std::uint8_t, header_max> to);
// rfc6455-5.3; `offset` is the place of bytes[0] in the payload. True if all that comes out is
// ASCII: the check of text has then nothing left to do.
bool apply_mask(net::MutableBytes bytes, const MaskingKey& key, std::size_t offset = 0);
// The same on the way to another place, which does not overlap.
bool copy_masked(net::Bytes from, std::uint8_t* to, const MaskingKey& key, std::size_t offset = 0);

// A part of a frame's payload, unmasked in place.
struct Piece {
  net::MutableBytes payload;
  bool first = false;  // the frame begins here
  bool last = false;   // the frame ends here
  bool ascii = false;  // known to be; false: not looked at, or not
};

// Cuts the stream into pieces of frames: a control frame whole, a data frame as it arrives.
// "Not yet" consumed nothing. After an error nothing more is to be parsed.
class FrameParser {
 public:
  explicit FrameParser(Role self) : self_(self) {}
  void allow_rsv1() { rsv1_allowed_ = true; }  // an extension that uses it was agreed
  net::Parse<Piece, ProtocolError> next(net::MutableBytes& in);
  // Bytes of the payload that were received somewhere else than in `in`.
  Piece landed(net::MutableBytes payload);

  const FrameHeader& header() const { return header_; }  // of the latest piece
  std::uint64_t payload_left() const { return left_; }   // of a frame in the middle

 private:
  Piece take(net::MutableBytes payload, bool first);

  FrameHeader header_;
  std::uint64_t left_ = 0;
  Role self_;
  bool inside_ = false;
  bool rsv1_allowed_ = false;
};

// The whole frame; header.payload_bytes is taken from `payload`.
void append_frame(FrameHeader header, net::Bytes payload, net::SendQueue& out);

// A whole unmasked frame, encoded once for many connections. `rsv1`: the payload is compressed.
net::SharedBytes encode_shared(Opcode opcode, net::Bytes payload, bool rsv1 = false);

}  // namespace strata::ws
