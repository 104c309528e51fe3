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
#include <span>
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
  explicit Pattern(std::string_view text, PatternOptions options = {}) : options_(options) {
    add(text);
  }
  // Several that mean the same; the first that fits counts.
  Pattern(std::span<const std::string> texts, PatternOptions options);
  bool match(std::string_view path, Captures& found) const;
  // The path where there is only one that fits, but for its case and a slash at its end.
  std::optional<std::string_view> literal() const;

 private:
  struct Token {
    enum class Kind { text, param, wildcard } kind = Kind::text;
    std::string text;  // of a text; else the name
    // What path-to-regexp does not let a variable hold, so that it has one way to match: the text
    // before or behind it, where another variable stands in the same segment.
    std::string not_in;
    std::string or_exactly;   // but it may be this, whole
    bool or_segment = false;  // but it may be any that holds no slash
  };
  using Tokens = std::vector<Token>;
  struct Reader;
  struct Choice {
    std::size_t token, begin, end;
    bool second;  // not_in did not fit: or_exactly, or_segment
  };
  void add(std::string_view text);
  void check(Tokens& tokens) const;
  bool match_tokens(const Tokens& tokens, std::string_view path, Captures& found) const;
  bool same(std::string_view a, std::string_view b) const;
  bool may_end(std::string_view path, std::size_t at) const;
  std::size_t longest(const Token& token, std::string_view path, std::size_t from) const;
  bool second_choice(const Token& token, std::string_view path, Choice& choice) const;
  bool give_back(const Token& token, std::string_view path, Choice& choice) const;

  PatternOptions options_;
  std::vector<Tokens> alternatives_;  // with and without each optional part
};

}  // namespace strata::http
