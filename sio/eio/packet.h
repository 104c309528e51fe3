// sio/eio/packet.h - one Engine.IO packet, eio4-packet: a type digit and its data. (codec)
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "net/bytes.h"
#include "net/parse.h"

namespace strata::sio::eio {

enum class PacketType : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

// What was read. `data` views the text it was decoded from, or the scratch string.
struct Packet {
  PacketType type = PacketType::noop;
  bool binary = false;    // a message whose data are octets
  std::string_view data;  // text is valid UTF-8
};

// Why a packet is none; its session ends with "parse error".
struct PacketError {
  const char* why;  // static text: never a copy of the input
};

constexpr char digit(PacketType type) { return static_cast<char>('0' + static_cast<int>(type)); }

// Decodes the text form: "4hello", "2probe", or "bAQID" for octets in Base64, which go to
// `scratch`. The same on both transports: a WebSocket's text message is a packet too.
// `utf8_checked`: somebody below has already validated the text (a WebSocket does).
net::Result<Packet, PacketError> decode_packet(std::string_view text, std::string& scratch,
                                               bool utf8_checked = false);

void append_packet(PacketType type, std::string_view data, std::string& out);
void append_binary_packet(net::Bytes bytes, std::string& out);  // "b" and Base64

}  // namespace strata::sio::eio
