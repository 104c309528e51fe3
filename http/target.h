// http/target.h - the request target, rfc9112-3.2: its four forms, path, query, %xx. (codec)
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata::http {

enum class TargetForm { origin, absolute, authority, asterisk };

// Views into the target.
struct Target {
  TargetForm form = TargetForm::origin;
  std::string_view authority;  // of the absolute and the authority form
  std::string_view path;       // raw, begins with '/' (origin and absolute form)
  std::string_view query;      // raw, behind '?', without it
};

// Nothing where the target has no form that `method` allows.
std::optional<Target> parse_target(std::string_view method, std::string_view target);
bool is_host(std::string_view host);  // uri-host [":" port], rfc9112-3.2

// %xx decoded; nothing where a '%' is not followed by two hex digits. `plus_is_space` as in forms.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
bool is_utf8(std::string_view text);                // rfc3629-4
std::string percent_encode(std::string_view text);  // as encodeURIComponent

// name=value pairs, decoded, in order; what does not decode is kept as it was sent.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace strata::http
