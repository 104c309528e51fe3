// ws/frame.h - the frame header, rfc6455-5.2: bytes to values and back. (codec)
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
  continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xA };

// rfc6455-7.4.1; other values in 3000 to 4999 are legal.
enum class CloseCode : std::uint16_t {
  normal = 1000, going_away = 1001, protocol_error = 1002, unsupported = 1003, none = 1005,
  abnormal = 1006, invalid_payload = 1007, policy = 1008, too_big = 1009,
  extension_missing = 1010, internal_error = 1011, service_restart = 1012, try_later = 1013 };

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

// `self` is who reads: a server demands masks, a client refuses them.
net::Parse<FrameHeader, ProtocolError> parse_header(net::MutableBytes& in, Role self,
                                                    bool rsv1_allowed = false);
// At most 14 bytes; returns how many were written.
std::size_t encode_header(const FrameHeader& header, std::span<std::uint8_t, 14> to);
// rfc6455-5.3; `offset` is the place of bytes[0] in the payload.
void apply_mask(net::MutableBytes bytes, const MaskingKey& key, std::size_t offset = 0);

// A whole unmasked frame, encoded once for many connections.
net::SharedBytes encode_shared(Opcode opcode, net::Bytes payload);

}  // namespace strata::ws
