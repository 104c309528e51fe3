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
Target split_origin(std::string_view target);  // one in origin form, which was checked before
// uri-host [":" port], rfc9112-3.2. `behind`: how many bytes behind it may be read.
bool is_host(std::string_view host, std::size_t behind = 0);

// %xx decoded; nothing where a '%' is not followed by two hex digits. `plus_is_space` as in forms.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
bool is_utf8(std::string_view text);                // rfc3629-4
std::string percent_encode(std::string_view text);  // as encodeURIComponent

// Walks the name=value pairs of a query or a form; empty ones are passed by. Views, not decoded.
class PairReader {
 public:
  struct Pair {
    std::string_view name, value;
  };
  explicit PairReader(std::string_view text) : rest_(text) {}
  std::optional<Pair> next();

 private:
  std::string_view rest_;
};
// A name or value of one: '+' is a blank, and an escape that is none is kept as it was sent.
std::string form_decode(std::string_view text);
// The pairs, decoded, in order. Bounded by its caller: a target is at most max_target long.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);
// The first of that name; decodes no other.
std::optional<std::string> find_query(std::string_view query, std::string_view name);

}  // namespace strata::http
