// http/basic_credentials.cpp - rfc7617-2. (codec)
#include "http/basic_credentials.h"

#include <algorithm>

#include "http/base64.h"
#include "http/message.h"

namespace strata::http {

static bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::optional<BasicCredentials> parse_basic(std::string_view authorization) {
  const std::size_t blank = std::min(authorization.find(' '), authorization.size());
  if (!equals_ignore_case(authorization.substr(0, blank), "Basic")) return std::nullopt;
  std::string_view packed = authorization.substr(blank);
  while (!packed.empty() && packed.front() == ' ') packed.remove_prefix(1);
  if (packed.empty() || packed.size() > basic_credentials_max) return std::nullopt;
  const auto text = decode_base64(packed);
  if (!text || has_control(*text)) return std::nullopt;
  const std::size_t colon = text->find(':');  // a password may have more of them, a name none
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{text->substr(0, colon), text->substr(colon + 1)};
}

std::string basic_credentials(std::string_view user, std::string_view password) {
  if (user.find(':') != user.npos || has_control(user) || has_control(password)) return {};
  std::string pair(user);
  pair.append(":").append(password);
  return "Basic " + encode_base64(net::as_bytes(pair));
}

std::optional<std::string> basic_challenge(std::string_view realm) {
  if (has_control(realm)) return std::nullopt;
  std::string value = "Basic realm=\"";
  for (const char c : realm) {
    if (c == '"' || c == '\\') value += '\\';
    value += c;
  }
  return value + "\", charset=\"UTF-8\"";
}

bool same_in_constant_time(std::string_view given, std::string_view expected) {
  if (expected.empty()) return given.empty();
  volatile std::size_t differences = given.size() ^ expected.size();
  std::size_t at = 0;  // in `expected`, around and around: as many steps as `given` has bytes
  for (const char c : given) {
    differences = differences | static_cast<unsigned char>(c ^ expected[at]);
    at = at + 1 == expected.size() ? 0 : at + 1;
  }
  return differences == 0;
}

}  // namespace strata::http
