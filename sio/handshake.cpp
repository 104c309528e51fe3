// sio/handshake.cpp - the handshake of a socket.
#include "sio/handshake.h"

#include <ctime>
#include <utility>

namespace strata::sio {

Handshake::Handshake(const eio::Handshake& first, Json auth)
    : first_(&first), auth_(auth.empty() ? Json() : std::move(auth)) {}

std::string Handshake::time() const {
  const auto seconds = static_cast<std::time_t>(first_->issued() / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a %b %d %Y %H:%M:%S GMT+0000", &parts)};
}

const Json& Handshake::auth() const {
  static const Json nothing = Json::object();
  return auth_.is_null() ? nothing : auth_;
}

}  // namespace strata::sio
