// sio/packet.cpp - the packet codec, sio5-grammar. (codec)
#include "sio/packet.h"

#include <algorithm>
#include <array>

namespace strata::sio {
namespace {

constexpr std::uint64_t id_max = (std::uint64_t{1} << 53) - 1;  // what JavaScript counts exactly

constexpr std::array<std::string_view, 6> reserved_names = {
    "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_binary(PacketType type) {
  return type == PacketType::binary_event || type == PacketType::binary_ack;
}
bool is_event(PacketType type) {
  return type == PacketType::event || type == PacketType::binary_event;
}
bool is_ack(PacketType type) { return type == PacketType::ack || type == PacketType::binary_ack; }

// Takes the digits at the front of `text`; nothing if there are none or they exceed `most`.
std::optional<std::uint64_t> take_number(std::string_view& text, std::uint64_t most) {
  if (text.empty() || !is_digit(text[0])) return std::nullopt;
  std::uint64_t value = 0;
  while (!text.empty() && is_digit(text[0])) {
    const auto digit = static_cast<std::uint64_t>(text[0] - '0');
    if (value > (most - digit) / 10) return std::nullopt;  // before the multiply can wrap
    value = value * 10 + digit;
    text.remove_prefix(1);
  }
  return value;
}

std::optional<PacketError> take_attachment_count(std::string_view& text, Packet& packet,
                                                 const PacketLimits& limits) {
  const auto count = take_number(text, std::max<std::uint64_t>(limits.max_attachments, 9));
  // stricter than sio5-binary: 0 is refused, it would wait for ever for what never comes
  if (!count || *count == 0 || *count > limits.max_attachments)
    return PacketError::attachment_count;
  if (text.empty() || text[0] != '-') return PacketError::attachment_count;
  text.remove_prefix(1);
  packet.attachments = static_cast<std::size_t>(*count);
  return std::nullopt;
}

std::optional<PacketError> take_namespace(std::string_view& text, Packet& packet,
                                          const PacketLimits& limits) {
  if (text.empty() || text[0] != '/') return std::nullopt;
  const std::size_t comma = std::min(text.find(','), text.size());  // sio5-connect: may end there
  packet.nsp = text.substr(0, comma);
  if (packet.nsp.size() > limits.max_name || !is_utf8(packet.nsp))
    return PacketError::namespace_name;
  text.remove_prefix(std::min(comma + 1, text.size()));
  return std::nullopt;
}

std::optional<PacketError> check_event_name(std::string_view element, const PacketLimits& limits) {
  const JsonKind kind = kind_of(element);
  if (kind == JsonKind::number) {
    return element.size() > limits.max_name ? std::optional(PacketError::event_name) : std::nullopt;
  }
  if (kind != JsonKind::string) return PacketError::event_name;
  if (const auto plain = plain_string(element)) {
    if (plain->size() > limits.max_name) return PacketError::event_name;
    return is_reserved(*plain) ? std::optional(PacketError::reserved_name) : std::nullopt;
  }
  // An escape takes at most 6 bytes for one: what is longer than that is too long in any case.
  if (element.size() > 2 + limits.max_name * 6) return PacketError::event_name;
  std::string name;
  append_unescaped(name, element);
  if (name.size() > limits.max_name) return PacketError::event_name;
  return is_reserved(name) ? std::optional(PacketError::reserved_name) : std::nullopt;
}

// sio5-grammar: which payload each type can have.
std::optional<PacketError> check_payload(const Packet& packet, const PacketLimits& limits,
                                         const std::vector<std::string_view>& elements) {
  const std::string_view data = packet.data;
  const char first = data.empty() ? '\0' : data[0];
  switch (packet.type) {
    case PacketType::connect:
      if (!data.empty() && first != '{') return PacketError::payload;
      return std::nullopt;
    case PacketType::disconnect:
      if (!data.empty()) return PacketError::payload;
      return std::nullopt;
    case PacketType::connect_error:
      if (first != '{' && first != '"') return PacketError::payload;
      return std::nullopt;
    case PacketType::event:
    case PacketType::binary_event:
      // stricter than the reference: an event without a payload is refused
      if (first != '[' || elements.empty()) return PacketError::payload;
      return check_event_name(elements[0], limits);
    case PacketType::ack:
    case PacketType::binary_ack:
      if (first != '[') return PacketError::payload;
      return std::nullopt;
  }
  return PacketError::unknown_type;
}

void append_head(std::string& out, char type, std::string_view nsp) {
  out.push_back(type);
  if (nsp != "/") out.append(nsp).push_back(',');
}

}  // namespace

std::string_view describe(PacketError error) {
  switch (error) {
    case PacketError::empty:
      return "empty packet";
    case PacketError::unknown_type:
      return "unknown packet type";
    case PacketError::attachment_count:
      return "illegal attachments";
    case PacketError::namespace_name:
      return "illegal namespace";
    case PacketError::ack_id:
      return "illegal ack id";
    case PacketError::json:
      return "invalid JSON";
    case PacketError::payload:
      return "invalid payload";
    case PacketError::reserved_name:
      return "reserved event name";
    case PacketError::event_name:
      return "illegal event name";
    case PacketError::placeholder:
      return "illegal placeholder";
    case PacketError::unexpected_text:
      return "got plaintext data when reconstructing a packet";
    case PacketError::unexpected_binary:
      return "got binary data when not reconstructing a packet";
    case PacketError::too_large:
      return "packet too large";
  }
  return "";
}

net::Result<Packet, PacketError> decode_packet(std::string_view text, const PacketLimits& limits,
                                               std::vector<std::string_view>& elements) {
  elements.clear();
  if (text.empty()) return PacketError::empty;
  if (text.size() > limits.max_payload) return PacketError::too_large;
  if (text[0] < '0' || text[0] > '6') return PacketError::unknown_type;
  Packet packet;
  packet.type = static_cast<PacketType>(text[0] - '0');
  text.remove_prefix(1);

  if (is_binary(packet.type)) {
    if (const auto error = take_attachment_count(text, packet, limits)) return *error;
  }
  if (const auto error = take_namespace(text, packet, limits)) return *error;
  if (!text.empty() && is_digit(text[0])) {
    packet.id = take_number(text, id_max);
    if (!packet.id) return PacketError::ack_id;
  }
  packet.data = text;
  if (!text.empty() &&
      check_json(text, limits.max_depth,
                 is_event(packet.type) || is_ack(packet.type) ? &elements : nullptr)) {
    return PacketError::json;
  }
  if (const auto error = check_payload(packet, limits, elements)) return *error;
  return packet;
}

std::string_view event_name(std::string_view element, std::string& scratch) {
  if (kind_of(element) == JsonKind::string) {
    if (const auto plain = plain_string(element)) return *plain;
    scratch.clear();
    append_unescaped(scratch, element);
    return scratch;
  }
  scratch.clear();
  append_number(scratch, to_double(element).value_or(0));  // 1.0 is the event "1"
  return scratch;
}

bool is_reserved(std::string_view event) {
  return std::find(reserved_names.begin(), reserved_names.end(), event) != reserved_names.end();
}

void append_connect(std::string& out, std::string_view nsp, std::string_view sid,
                    std::string_view pid) {
  append_head(out, '0', nsp);
  out.append("{\"sid\":");
  append_quoted(out, sid);
  if (!pid.empty()) {
    out.append(",\"pid\":");
    append_quoted(out, pid);
  }
  out.push_back('}');
}

void append_connect_error(std::string& out, std::string_view nsp, std::string_view message,
                          const Json* data) {
  append_head(out, '4', nsp);
  out.append("{\"message\":");
  append_quoted(out, message);
  if (data != nullptr) {
    out.append(",\"data\":");
    append_json(out, *data, nullptr);  // sio5-binary: only events and acks carry attachments
  }
  out.push_back('}');
}

void append_disconnect(std::string& out, std::string_view nsp) { append_head(out, '1', nsp); }

void PacketWriter::begin(PacketType type, std::string_view nsp) {
  out_.resize(room_);
  attachments_.clear();
  kept_.clear();
  first_ = true;
  append_head(out_, static_cast<char>('0' + static_cast<int>(type)), nsp);
  id_at_ = out_.size();
  out_.push_back('[');
}

std::string& PacketWriter::next() {
  if (!first_) out_.push_back(',');
  first_ = false;
  return out_;
}

std::size_t PacketWriter::attach(Bytes bytes) {
  attachments_.push_back(bytes);
  return attachments_.size() - 1;
}

const Json& PacketWriter::keep(Json&& value) {
  kept_.push_back(std::move(value));  // moving a Json does not move its bytes
  return kept_.back();
}

void PacketWriter::finish(std::optional<std::uint64_t> id) {
  out_.push_back(']');
  if (!attachments_.empty()) {
    std::string head(1, static_cast<char>(out_[room_] + 3));  // event 2 -> 5, ack 3 -> 6
    append_number(head, static_cast<std::uint64_t>(attachments_.size()));
    head.push_back('-');
    out_.replace(room_, 1, head);
    id_at_ += head.size() - 1;
  }
  if (!id) return;
  std::string digits;
  append_number(digits, *id);
  out_.insert(id_at_, digits);
}

}  // namespace strata::sio
