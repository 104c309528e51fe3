// sio/sent_event.cpp - a packet of our own as arguments. (codec)
#include "sio/sent_event.h"

namespace strata::sio {

SentEvent::SentEvent(std::string_view nsp, std::string_view packet,
                     std::span<const Bytes> attachments)
    : content_{{}, &elements_, nullptr, nullptr} {
  // Behind the namespace, which may hold a bracket of its own but no comma.
  const std::size_t head = nsp == "/" ? 0 : packet.find(',');
  content_.text = packet.substr(packet.find('[', head));
  check_json(content_.text, json_depth_max, &elements_);
  if (elements_.empty()) return;
  for (const Bytes bytes : attachments) attachments_.emplace_back(net::as_text(bytes));
  if (!attachments_.empty() &&
      find_placeholders(content_.text, attachments_.size(), placeholders_)) {
    content_.placeholders = &placeholders_;
    content_.attachments = &attachments_;
  }
  name_ = event_name(elements_[0], unescaped_);
}

}  // namespace strata::sio
