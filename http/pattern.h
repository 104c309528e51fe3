// http/pattern.h - the path patterns of routes, as Express 5 spells them. (codec)
//
//   /users/:id            one segment, or a part of one: /t/:from-:to
//   /files/*rest          one byte or more, slashes included
//   /items{/:id}          the braces' content may be absent
//   /a\:b                 a backslash takes the next character as it is
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata::http {

struct PatternOptions {
  bool case_sensitive = false;
  bool strict = false;  // a slash at the end counts
  bool prefix = false;  // the path may go on behind the pattern, with a slash
};

// What a match found. Views into the path and the pattern; values raw, still percent-encoded.
struct Captures {
  static constexpr std::size_t max = 16;
  struct Capture {
    std::string_view name;
    std::string_view value;
    bool wildcard = false;
  };
  std::array<Capture, max> all;
  std::size_t count = 0;
  std::size_t matched = 0;  // bytes of the path that the pattern covers
};

// Compiled once; matching allocates nothing, and its work is bounded whatever the path is.
class Pattern {
 public:
  // Throws std::invalid_argument where `text` is no pattern: an error of the program.
  explicit Pattern(std::string_view text, PatternOptions options = {});
  bool match(std::string_view path, Captures& found) const;

 private:
  struct Token {
    enum class Kind { text, param, wildcard } kind = Kind::text;
    std::string text;    // of a text; else the name
    std::string not_in;  // a param behind another in its segment: may not hold what is between
  };
  using Tokens = std::vector<Token>;
  struct Reader;
  void check(Tokens& tokens) const;
  bool match_tokens(const Tokens& tokens, std::string_view path, Captures& found) const;
  bool same(std::string_view a, std::string_view b) const;
  bool may_end(std::string_view path, std::size_t at) const;
  std::size_t longest(const Token& token, std::string_view path, std::size_t from) const;

  PatternOptions options_;
  std::vector<Tokens> alternatives_;  // with and without each optional part
};

}  // namespace strata::http
