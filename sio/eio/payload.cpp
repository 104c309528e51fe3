// sio/eio/payload.cpp - eio4-payload. (codec)
//
//   "4hello\x1e2\x1ebAQIDBA=="   ->   message "hello", ping, message 01 02 03 04
//
// Text that holds 0x1e itself cannot be escaped: the protocol has a hole there. Socket.IO is not
// affected, since JSON writes that character as \u001e.
#include "sio/eio/payload.h"

#include <utility>

namespace strata::sio::eio {

std::optional<net::Result<Packet, PacketError>> PayloadReader::next() {
  if (done_) return std::nullopt;
  const std::size_t end = rest_.find(record_separator);
  const std::string_view text = rest_.substr(0, end);
  if (end == std::string_view::npos) {
    done_ = true;
  } else {
    rest_.remove_prefix(end + 1);
  }
  net::Result<Packet, PacketError> packet = decode_packet(text, octets_);
  if (!packet) done_ = true;
  return packet;
}

void Outbox::separate() {
  if (!body_.empty()) body_.push_back(record_separator);
}

void Outbox::append(PacketType type, std::string_view data) {
  separate();
  append_packet(type, data, body_);
}

void Outbox::append_binary(net::Bytes bytes) {
  separate();
  append_binary_packet(bytes, body_);
}

void Outbox::append_encoded(std::string_view packet) {
  separate();
  body_.append(packet);
}

std::string Outbox::take_body() { return std::exchange(body_, {}); }

}  // namespace strata::sio::eio
