// http/cookie.cpp - Set-Cookie lines, rfc6265-4.1, in the order that Express writes them.
#include <ctime>
#include <string>

#include "http/date.h"
#include "http/exchange.h"
#include "http/target.h"

namespace strata::http {

namespace {

void add_date(std::string& to, std::int64_t seconds) {
  char text[date_bytes];
  write_date(seconds, text);
  to.append("; Expires=").append(text, date_bytes);
}

void add_rest(std::string& to, const CookieOptions& options) {
  if (options.http_only) to += "; HttpOnly";
  if (options.secure) to += "; Secure";
  if (!options.same_site.empty()) to += "; SameSite=" + options.same_site;
}

// A ';' inside an attribute would begin another.
bool is_attribute(std::string_view text) { return text.find(';') == std::string_view::npos; }

}  // namespace

Response& Response::cookie(std::string_view name, std::string_view value,
                           const CookieOptions& options) {
  if (!is_token(name) || !is_attribute(options.path) || !is_attribute(options.domain)) {
    exchange_->carrier().log("a cookie with a byte that it may not have is left out");
    return *this;
  }
  std::string text = std::string(name) + "=" + percent_encode(value);
  std::int64_t seconds = 0;
  if (options.max_age) {
    seconds = std::chrono::duration_cast<std::chrono::seconds>(*options.max_age).count();
    text += "; Max-Age=" + std::to_string(seconds);
  }
  if (!options.domain.empty()) text += "; Domain=" + options.domain;
  if (!options.path.empty()) text += "; Path=" + options.path;
  if (options.max_age) add_date(text, static_cast<std::int64_t>(std::time(nullptr)) + seconds);
  add_rest(text, options);
  return append("Set-Cookie", text);
}

Response& Response::clear_cookie(std::string_view name, const CookieOptions& options) {
  if (!is_token(name) || !is_attribute(options.path)) return *this;
  std::string text = std::string(name) + "=";
  if (!options.domain.empty()) text += "; Domain=" + options.domain;
  text += "; Path=" + (options.path.empty() ? std::string("/") : options.path);
  add_date(text, 0);
  add_rest(text, options);
  return append("Set-Cookie", text);
}

}  // namespace strata::http
