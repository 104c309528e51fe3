// sio/eio/shared_message.cpp - a message encoded once for any number of sessions. (codec)
#include "sio/eio/shared_message.h"

#include <memory>
#include <string>

#include "sio/eio/packet.h"

namespace strata::sio::eio {

SharedMessage SharedMessage::text(std::string_view text) {
  std::string packet;
  packet.reserve(text.size() + 1);
  append_packet(PacketType::message, text, packet);
  return SharedMessage(ws::SharedMessage::text(packet));
}

SharedMessage SharedMessage::binary(net::Bytes bytes) {
  return SharedMessage(ws::SharedMessage::binary(bytes));
}

net::Bytes SharedMessage::content() const {
  const net::Bytes payload = framed_.payload();
  return is_binary() ? payload : payload.subspan(1);
}

std::string_view SharedMessage::packet() {
  if (!is_binary()) return net::as_text(framed_.payload());
  if (!base64_) {
    std::string packet;
    append_binary_packet(content(), packet);
    base64_ = std::make_shared<const std::string>(std::move(packet));
  }
  return *base64_;
}

}  // namespace strata::sio::eio
