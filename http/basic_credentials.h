// http/basic_credentials.h - the Basic scheme, rfc7617: fields to names and passwords. (codec)
//
//   WWW-Authenticate: Basic realm="Office", charset="UTF-8"
//   Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==          base64("Aladdin:open sesame")
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace strata::http {

inline constexpr std::size_t basic_credentials_max = 4096;  // bytes of Base64

struct BasicCredentials {
  std::string user;
  std::string password;
};

// Nothing where the field is of another scheme, no Base64, without ':', or has a control byte
// (rfc7617-2).
std::optional<BasicCredentials> parse_basic(std::string_view authorization);

// The value of Authorization or Proxy-Authorization, rfc7617-2. Empty where the user holds a ':',
// or either a control byte.
std::string basic_credentials(std::string_view user, std::string_view password);

// The value of WWW-Authenticate; nothing where `realm` has a control byte.
std::optional<std::string> basic_challenge(std::string_view realm);

// The time that this takes says nothing about `expected` but its length, and of that only whether
// it is zero.
bool same_in_constant_time(std::string_view given, std::string_view expected);

}  // namespace strata::http
