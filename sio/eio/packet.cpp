// sio/eio/packet.cpp - eio4-packet. (codec)
//
//   34 68 65 6c 6c 6f          "4hello"    a text message
//   62 41 51 49 44 42 41 3d 3d "bAQIDBA==" the octets 01 02 03 04, also a message
//   32 70 72 6f 62 65          "2probe"    a ping with data
#include "sio/eio/packet.h"

#include <optional>
#include <utility>

#include "http/base64.h"
#include "ws/utf8.h"

namespace strata::sio::eio {

net::Result<Packet, PacketError> decode_packet(std::string_view text, std::string& scratch,
                                               bool utf8_checked) {
  if (text.empty()) return PacketError{"an empty packet"};
  const char first = text.front();
  const std::string_view data = text.substr(1);
  if (first == 'b') {
    // stricter than eio4-packet: padding and alphabet must be exact, as every client writes them
    std::optional<std::string> octets = http::decode_base64(data);
    if (!octets) return PacketError{"not Base64"};
    scratch = std::move(*octets);
    return Packet{PacketType::message, true, scratch};
  }
  if (first < '0' || first > '6') return PacketError{"no packet type"};
  if (!utf8_checked && !ws::is_utf8(net::as_bytes(data))) return PacketError{"not UTF-8"};
  return Packet{static_cast<PacketType>(first - '0'), false, data};
}

void append_packet(PacketType type, std::string_view data, std::string& out) {
  out.push_back(digit(type));
  out.append(data);
}

void append_binary_packet(net::Bytes bytes, std::string& out) {
  out.push_back('b');
  http::append_base64(bytes, out);
}

}  // namespace strata::sio::eio
