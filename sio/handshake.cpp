// sio/handshake.cpp - the handshake of a socket.
#include "sio/handshake.h"

#include <algorithm>
#include <ctime>

namespace strata::sio {
namespace {

std::string_view find(const std::vector<std::pair<std::string, std::string>>& fields,
                      std::string_view name) {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return {};
}

}  // namespace

Handshake::Handshake(const eio::Handshake& first, Json auth)
    : first_(&first), auth_(auth.empty() ? Json() : std::move(auth)) {}

std::string_view Handshake::header(std::string_view name) const {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return find(first_->headers, lower);
}

std::string_view Handshake::query(std::string_view name) const { return find(first_->query, name); }

std::string Handshake::time() const {
  const auto seconds = static_cast<std::time_t>(first_->issued / 1000);
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
