// http/parameters.cpp - rfc9110-5.6.6. (codec)
//
//   parameter = token "=" ( token / quoted-string )      no blanks around '='
#include "http/parameters.h"

#include "http/scan.h"

namespace strata::http {

namespace {

std::size_t token_bytes(std::string_view text) {
  return static_cast<std::size_t>(scan_token(text.data(), text.data() + text.size()) - text.data());
}

// What stands in the quotes that `rest` begins with; `rest` then begins behind them.
std::optional<std::string> take_quoted(std::string_view& rest, Backslash rule) {
  std::string value;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    char c = rest[at];
    if (c == '"') {
      rest.remove_prefix(at + 1);
      return value;
    }
    if (c == '\\' && at + 1 < rest.size()) {
      const char next = rest[at + 1];
      if (rule == Backslash::any || next == '"' || next == '\\') {
        c = next;
        ++at;
      }
    }
    if (!is_char(c, value_char)) return std::nullopt;
    value += c;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Parameter> take_parameter(std::string_view& rest, Backslash rule) {
  std::string_view at = rest;
  const std::size_t bytes = token_bytes(at);
  if (bytes == 0 || bytes + 1 >= at.size() || at[bytes] != '=') return std::nullopt;
  Parameter found{at.substr(0, bytes), {}};
  at.remove_prefix(bytes + 1);
  if (at.front() == '"') {
    auto value = take_quoted(at, rule);
    if (!value) return std::nullopt;
    found.value = std::move(*value);
  } else {
    const std::size_t value_bytes = token_bytes(at);
    if (value_bytes == 0) return std::nullopt;
    found.value = at.substr(0, value_bytes);
    at.remove_prefix(value_bytes);
  }
  rest = at;
  return found;
}

bool take_mark(std::string_view& rest, char mark) {
  std::string_view at = rest;
  while (!at.empty() && is_ows(at.front())) at.remove_prefix(1);
  if (at.empty() || at.front() != mark) return false;
  at.remove_prefix(1);
  while (!at.empty() && is_ows(at.front())) at.remove_prefix(1);
  rest = at;
  return true;
}

}  // namespace strata::http
