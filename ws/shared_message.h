// ws/shared_message.h - one message for many connections: framed once, and compressed once for
// each size of window that is met among them (rfc7692-7.1.2). (codec)
//   const auto news = ws::SharedMessage::text("...");
//   for (ws::Connection* reader : readers) reader->send_shared(news);
#pragma once
#include <array>
#include <string_view>

#include "net/bytes.h"
#include "ws/frame.h"

namespace strata::ws {

//   Owns:    the frames; it may be kept, and sent again.
//   Threads: that of the connections.
class SharedMessage {
 public:
  SharedMessage(Opcode opcode, net::Bytes payload)
      : plain_(encode_shared(opcode, payload)), payload_bytes_(payload.size()), opcode_(opcode) {}
  static SharedMessage text(std::string_view text) {  // has to be UTF-8
    return {Opcode::text, net::as_bytes(text)};
  }
  static SharedMessage binary(net::Bytes bytes) { return {Opcode::binary, bytes}; }

  Opcode opcode() const { return opcode_; }
  net::Bytes payload() const { return net::as_bytes(*plain_).last(payload_bytes_); }
  const net::SharedBytes& plain() const { return plain_; }
  // The frame compressed for that window, null until Compression::frame_of has made it; `plain`
  // where compressing did not make it shorter.
  net::SharedBytes& packed(std::uint8_t window_bits) const { return packed_[window_bits - 8]; }

 private:
  net::SharedBytes plain_;
  mutable std::array<net::SharedBytes, 8> packed_;  // by window bits, 8 to 15
  std::size_t payload_bytes_;
  Opcode opcode_;
};

}  // namespace strata::ws
