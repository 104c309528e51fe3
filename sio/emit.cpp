// sio/emit.cpp - packets that wait, and names that nobody may emit. (codec)
#include "sio/emit.h"

namespace strata::sio {

OwnedPacket::OwnedPacket(std::string_view t, std::size_t head, std::span<const Bytes> views)
    : text(t), head_bytes(head) {
  for (const Bytes bytes : views) attachments.emplace_back(net::as_text(bytes));
}

std::vector<Bytes> OwnedPacket::views() const {
  std::vector<Bytes> views;
  for (const std::string& bytes : attachments) views.push_back(net::as_bytes(bytes));
  return views;
}

std::size_t OwnedPacket::bytes() const {
  std::size_t sum = text.size();
  for (const std::string& bytes : attachments) sum += bytes.size();
  return sum;
}

std::size_t OwnedPacket::insert_head(std::string_view nsp, std::optional<std::uint64_t> id) {
  std::string head;
  if (nsp != "/") head.append(nsp).push_back(',');
  const std::size_t id_at = head_bytes + head.size();
  if (id) append_number(head, *id);
  text.insert(head_bytes, head);
  return id_at;
}

void refuse_reserved(std::string_view event) {
  if (!is_reserved(event)) return;
  throw std::invalid_argument('"' + std::string(event) + "\" is a reserved event name");
}

void write_event(PacketWriter& writer, std::string_view nsp, std::string_view event,
                 const Values& values) {
  writer.begin(PacketType::event, nsp);
  append_quoted(writer.next(), event);
  values.write_to(writer);
}

}  // namespace strata::sio
