// http/cookie.cpp - cookies written as Express writes them, and read as it reads them. (codec)
#include "http/cookie.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "http/date.h"
#include "http/message.h"
#include "http/scan.h"
#include "http/target.h"

namespace strata::http {

namespace {

void add_date(std::string& to, std::int64_t seconds) {
  constexpr std::int64_t last = 253'402'300'799;  // the year 9999 ends
  char text[date_bytes];
  write_date(std::clamp<std::int64_t>(seconds, 0, last), text);
  to.append("; Expires=").append(text, date_bytes);
}

// rfc6265-4.1.1 path-value: a ';' would begin another attribute. No '<' and '>', as in Express.
bool is_path(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7F && c != ';' && c != '<' && c != '>';
  });
}

// rfc1123-2.1: labels of letters, digits and hyphens inside; a leading dot is let through.
bool is_domain(std::string_view text) {
  if (!text.empty() && text.front() == '.') text.remove_prefix(1);
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    const auto plain = [](char c) {
      return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
    };
    if (label.empty() || label.size() > 63 || !plain(label.front()) || !plain(label.back()))
      return false;
    if (!std::all_of(label.begin(), label.end(), [&](char c) { return plain(c) || c == '-'; }))
      return false;
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
}

// rfc6265-4.1.1 cookie-octet; the value may stand in quotes.
bool is_cookie_value(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
  });
}

// The word of `words` that `text` is but for its case, as it is to be written.
template <std::size_t N>
std::string_view spelled(std::string_view text, const std::array<std::string_view, N>& words) {
  for (const std::string_view word : words)
    if (equals_ignore_case(word, text)) return word;
  return {};
}

constexpr std::array<std::string_view, 3> sites = {"Strict", "Lax", "None"};
constexpr std::array<std::string_view, 3> priorities = {"Low", "Medium", "High"};

bool add_word(std::string& to, std::string_view attribute, std::string_view text,
              const std::array<std::string_view, 3>& words) {
  if (text.empty()) return true;
  const std::string_view word = spelled(text, words);
  to.append(attribute).append(word);
  return !word.empty();
}

// One pair of a Cookie field, taken from its front; an empty name where it is none.
std::pair<std::string_view, std::string_view> take_pair(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(';'), rest.size());
  const std::string_view pair = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return {};
  return {trim_ows(pair.substr(0, equals)), trim_ows(pair.substr(equals + 1))};
}

std::string read_value(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  if (value.find('%') == std::string_view::npos) return std::string(value);
  auto decoded = percent_decode(value);
  return decoded && is_utf8(*decoded) ? std::move(*decoded) : std::string(value);
}

}  // namespace

std::optional<std::string> write_set_cookie(std::string_view name, std::string_view value,
                                            const CookieOptions& options, std::int64_t now) {
  if (!is_token(name) || !is_path(options.path)) return std::nullopt;
  if (!options.domain.empty() && !is_domain(options.domain)) return std::nullopt;
  std::string text(name);
  text += '=';
  if (options.raw && !is_cookie_value(value)) return std::nullopt;
  text += options.raw ? std::string(value) : percent_encode(value);
  std::optional<std::int64_t> expires = options.expires;
  if (options.max_age) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*options.max_age).count();
    text += "; Max-Age=" + std::to_string(seconds);
    expires = now + seconds;
  }
  if (!options.domain.empty()) text += "; Domain=" + options.domain;
  if (!options.path.empty()) text += "; Path=" + options.path;
  if (expires) add_date(text, *expires);
  if (options.http_only) text += "; HttpOnly";
  if (options.secure) text += "; Secure";
  if (options.partitioned) text += "; Partitioned";
  if (!add_word(text, "; Priority=", options.priority, priorities)) return std::nullopt;
  if (!add_word(text, "; SameSite=", options.same_site, sites)) return std::nullopt;
  return text;
}

std::optional<std::string> write_clear_cookie(std::string_view name, CookieOptions options) {
  options.max_age.reset();
  options.expires = 0;
  if (options.path.empty()) options.path = "/";
  return write_set_cookie(name, "", options, 0);
}

std::optional<std::string> find_cookie(std::string_view field, std::string_view name) {
  for (std::size_t i = 0; i < max_cookies && !field.empty(); ++i) {
    const auto [key, value] = take_pair(field);
    if (!key.empty() && key == name) return read_value(value);
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> parse_cookies(std::string_view field) {
  std::vector<std::pair<std::string, std::string>> found;
  for (std::size_t i = 0; i < max_cookies && !field.empty(); ++i) {
    const auto [key, value] = take_pair(field);
    const auto is_key = [&name = key](const auto& each) { return each.first == name; };
    if (key.empty() || std::any_of(found.begin(), found.end(), is_key)) continue;
    found.emplace_back(key, read_value(value));
  }
  return found;
}

}  // namespace strata::http
