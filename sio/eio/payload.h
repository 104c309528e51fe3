// sio/eio/payload.h - several packets in one polling body, eio4-payload: joined by 0x1e. (codec)
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sio/eio/packet.h"

namespace strata::sio::eio {

constexpr char record_separator = '\x1e';

// Reads a body packet by packet. It stops at the first bad one; those before it were good and
// have been given. A body always holds at least one packet: an empty body is one empty packet.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view body) : rest_(body) {}
  // The next packet or what is wrong with it; nothing behind the last one or behind an error.
  // A binary packet's data live until the next call.
  std::optional<net::Result<Packet, PacketError>> next();

 private:
  std::string_view rest_;
  std::string octets_;
  bool done_ = false;
};

// Packets that wait for a poll, already in the form of a body.
class Outbox {
 public:
  void append(PacketType type, std::string_view data = {});
  void append_binary(net::Bytes bytes);
  void append_encoded(std::string_view packet);  // "4hello", "bAQID"
  bool empty() const { return body_.empty(); }
  std::size_t bytes() const { return body_.size(); }
  std::string take_body();  // empties it
  void clear() { body_ = {}; }

 private:
  void separate();
  std::string body_;
};

}  // namespace strata::sio::eio
