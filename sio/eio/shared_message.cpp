// sio/eio/shared_message.cpp - a message encoded once for any number of sessions.
#include <utility>

#include "sio/eio/packet.h"
#include "sio/eio/server.h"
#include "ws/frame.h"

namespace strata::sio::eio {

SharedMessage SharedMessage::text(std::string_view text) {
  std::string packet;
  packet.reserve(text.size() + 1);
  append_packet(PacketType::message, text, packet);
  SharedMessage message;
  message.frame_ = ws::encode_shared(ws::Opcode::text, net::as_bytes(packet));
  message.content_at_ = message.frame_->size() - text.size();
  return message;
}

SharedMessage SharedMessage::binary(net::Bytes bytes) {
  SharedMessage message;
  message.binary_ = true;
  message.frame_ = ws::encode_shared(ws::Opcode::binary, bytes);
  message.content_at_ = message.frame_->size() - bytes.size();
  return message;
}

net::Bytes SharedMessage::content() const {
  if (!frame_) return {};
  return net::as_bytes(std::string_view(*frame_).substr(content_at_));
}

std::string_view SharedMessage::packet() {
  if (!binary_) return std::string_view(*frame_).substr(content_at_ - 1);  // the digit included
  if (!base64_) {
    std::string packet;
    append_binary_packet(content(), packet);
    base64_ = std::make_shared<const std::string>(std::move(packet));
  }
  return *base64_;
}

}  // namespace strata::sio::eio
