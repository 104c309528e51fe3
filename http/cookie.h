// http/cookie.h - the cookies of a server, rfc6265-4: set by it, sent by clients. (codec)
//
//   Set-Cookie: a=b%20c; Max-Age=60; Domain=x.org; Path=/; Expires=...; HttpOnly; Secure;
//               Partitioned; Priority=High; SameSite=Lax            in the order of Express
//   Cookie: a=b%20c; d=e
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/time.h"

namespace strata::http {

struct CookieOptions {
  std::optional<net::Duration> max_age{};  // whole seconds, rounded down; gives Expires too
  std::string domain{};
  std::string path = "/";
  bool http_only = false;
  bool secure = false;
  std::string same_site{};                // "Lax", "Strict", "None", in any case; empty: not said
  bool partitioned = false;               // one jar for each top-level site
  std::string priority{};                 // "Low", "Medium", "High", likewise
  std::optional<std::int64_t> expires{};  // seconds since 1970; `max_age` goes before it
  bool raw = false;                       // the value is written as it is, not percent-encoded
};

// The value of a Set-Cookie field; `now` in seconds since 1970. Nothing where a part has a byte
// that it may not have, or a word is none of those above.
std::optional<std::string> write_set_cookie(std::string_view name, std::string_view value,
                                            const CookieOptions& options, std::int64_t now);
// The one that removes it: of the same name, domain and path.
std::optional<std::string> write_clear_cookie(std::string_view name, CookieOptions options);

inline constexpr std::size_t max_cookies = 200;  // pairs of one Cookie field that are read

// The first of that name in a Cookie field: without quotes, and percent-decoded where that works.
std::optional<std::string> find_cookie(std::string_view field, std::string_view name);
// All of them in order, the first of each name.
std::vector<std::pair<std::string, std::string>> parse_cookies(std::string_view field);

}  // namespace strata::http
