// sio/packet.h - Socket.IO packets as text, sio5-grammar:
//
//   2   /admin,   13   ["foo",1]         5 1-  ["baz",{"_placeholder":true,"num":0}]
//   |   |         |    |                 | |   what follows as a binary message stands here
//   |   |         |    payload           | how many attachments follow
//   |   |         ack id, if wanted      binary event
//   |   namespace, "/" if left out
//   type
//
// Everything is checked before anything is allocated. (codec)
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/parse.h"
#include "sio/json.h"

namespace strata::sio {

enum class PacketType : std::uint8_t {
  connect,
  disconnect,
  event,
  ack,
  connect_error,
  binary_event,
  binary_ack
};

struct PacketLimits {
  std::size_t max_payload = 1'000'000;  // bytes of a packet with all its attachments
  std::size_t max_attachments = 10;
  std::size_t max_depth = 128;  // of its JSON, the outermost array included
  std::size_t max_name = 255;   // bytes of a namespace's or an event's name
};

enum class PacketError : std::uint8_t {
  empty,              // no type
  unknown_type,       // not 0 to 6
  attachment_count,   // no count, none of 1 to `max_attachments`, or no '-' behind it
  namespace_name,     // longer than `max_name` or no UTF-8
  ack_id,             // above 2^53 - 1
  json,               // no JSON, no UTF-8, or too deep
  payload,            // JSON of a shape that this type cannot have, or none where it must
  reserved_name,      // an event that only the library emits
  event_name,         // neither text nor number, or longer than `max_name`
  placeholder,        // its number is no integer, out of range, or used twice
  unexpected_text,    // while attachments are awaited
  unexpected_binary,  // while none is
  too_large,          // above `max_payload` with its attachments
};
std::string_view describe(PacketError error);  // a sentence without an end: "reserved event name"

// One packet as views into its text.
struct Packet {
  PacketType type = PacketType::event;  // `event` and `ack` once the attachments are there
  std::size_t attachments = 0;          // how many follow
  std::string_view nsp = "/";
  std::optional<std::uint64_t> id;
  std::string_view data;  // raw JSON; empty where there is none
};

// `elements` get those of an event's or ack's array.
net::Result<Packet, PacketError> decode_packet(std::string_view text, const PacketLimits& limits,
                                               std::vector<std::string_view>& elements);

// The name that element 0 of an event spells; `scratch` holds it if it has escapes.
std::string_view event_name(std::string_view element, std::string& scratch);
bool is_reserved(std::string_view event);  // connect, disconnecting, newListener ...

// The last namespace-wide word on the wire, and the first.
// `pid`: of a socket whose state may be recovered; empty: left out.
void append_connect(std::string& out, std::string_view nsp, std::string_view sid,
                    std::string_view pid = {});
void append_connect_error(std::string& out, std::string_view nsp, std::string_view message,
                          const Json* data);
void append_disconnect(std::string& out, std::string_view nsp);

// Writes one event or ack into a string that is used again and again, behind `room` bytes that are
// left to whoever sends it.
//   Lives:  while what attach() was given lives; keep() is for what does not.
class PacketWriter final : public AttachmentSink {
 public:
  explicit PacketWriter(std::string& out, std::size_t room = 0) : out_(out), room_(room) {}
  void begin(PacketType type, std::string_view nsp);  // `event` or `ack`
  std::string& next();                                // where the next value's JSON is appended
  std::size_t attach(Bytes bytes) override;
  const Json& keep(Json&& value);                // holds a value that has attachments
  void finish(std::optional<std::uint64_t> id);  // now the type and the count are known

  std::string_view text() const { return std::string_view(out_).substr(room_); }
  std::string& with_room() { return out_; }
  std::size_t head_bytes() const { return id_at_ - room_; }  // the id stands behind these
  std::span<const Bytes> attachments() const { return attachments_; }

 private:
  std::string& out_;
  std::vector<Bytes> attachments_;
  std::vector<Json> kept_;
  std::size_t room_;
  std::size_t id_at_ = 0;
  bool first_ = true;
};

}  // namespace strata::sio
