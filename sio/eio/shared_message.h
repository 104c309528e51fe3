// sio/eio/shared_message.h - one message, encoded once for any number of sessions. (codec)
#pragma once
#include <string_view>
#include <utility>

#include "net/bytes.h"
#include "ws/shared_message.h"

namespace strata::sio::eio {

// The same bytes for all on a transport; compressed once for each size of window among them.
class SharedMessage {
 public:
  static SharedMessage text(std::string_view text);
  static SharedMessage binary(net::Bytes bytes);
  bool is_binary() const { return framed_.opcode() == ws::Opcode::binary; }
  net::Bytes content() const;  // what was given, without any framing
  const ws::SharedMessage& framed() const { return framed_; }
  const net::SharedBytes& frame() const { return framed_.plain(); }  // a whole WebSocket frame
  std::string_view packet();  // as in a polling payload; Base64 is made when first needed

 private:
  explicit SharedMessage(ws::SharedMessage framed) : framed_(std::move(framed)) {}
  ws::SharedMessage framed_;  // text: with its digit
  net::SharedBytes base64_;
};

}  // namespace strata::sio::eio
