// http/pattern.cpp - patterns compiled into tokens, and matched with bounded work. (codec)
#include "http/pattern.h"

#include <algorithm>
#include <stdexcept>

#include "http/message.h"

namespace strata::http {

namespace {

constexpr std::size_t max_alternatives = 64;
constexpr std::size_t max_steps = 64 * 1024;  // of one match; more is no match

bool is_name_byte(char c, bool first) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  return letter || (!first && c >= '0' && c <= '9');
}

[[noreturn]] void refuse(std::string_view pattern, const char* why) {
  throw std::invalid_argument("pattern \"" + std::string(pattern) + "\": " + why);
}

}  // namespace

// Recursive by braces only, which the program wrote, not a peer.
struct Pattern::Reader {
  std::string_view all;
  std::size_t at = 0;

  std::string name() {
    std::string result;
    if (at < all.size() && all[at] == '"') {
      for (++at; at < all.size() && all[at] != '"'; ++at) result += all[at];
      if (at == all.size()) refuse(all, "a quote is not closed");
      ++at;
    } else {
      while (at < all.size() && is_name_byte(all[at], result.empty())) result += all[at++];
    }
    if (result.empty()) refuse(all, "a ':' or '*' needs a name behind it");
    return result;
  }

  static void add_text(std::vector<Tokens>& to, char c) {
    for (Tokens& tokens : to) {
      if (tokens.empty() || tokens.back().kind != Token::Kind::text) tokens.emplace_back();
      tokens.back().text += c;
    }
  }

  void add_group(std::vector<Tokens>& to) {
    const std::vector<Tokens> inner = read(true);
    std::vector<Tokens> both;
    for (const Tokens& before : to) {
      for (const Tokens& part : inner) {
        Tokens joined = before;
        for (const Token& token : part) {
          const bool text = token.kind == Token::Kind::text;
          if (text && !joined.empty() && joined.back().kind == Token::Kind::text) {
            joined.back().text += token.text;
          } else {
            joined.push_back(token);
          }
        }
        both.push_back(std::move(joined));
      }
      both.push_back(before);
    }
    if (both.size() > max_alternatives) refuse(all, "too many optional parts");
    to = std::move(both);
  }

  std::vector<Tokens> read(bool inside) {
    std::vector<Tokens> result(1);
    while (at < all.size()) {
      const char c = all[at++];
      if (c == ':' || c == '*') {
        const auto kind = c == ':' ? Token::Kind::param : Token::Kind::wildcard;
        const std::string called = name();
        for (Tokens& tokens : result) tokens.push_back({kind, called, {}});
      } else if (c == '{') {
        add_group(result);
      } else if (c == '}') {
        if (!inside) refuse(all, "a '}' without '{'");
        return result;
      } else if (c == '\\') {
        if (at == all.size()) refuse(all, "ends in a backslash");
        add_text(result, all[at++]);
      } else if (std::string_view("()[]+?!").find(c) != std::string_view::npos) {
        refuse(all, "()[]+?! are reserved: put a backslash before them");
      } else {
        add_text(result, c);
      }
    }
    if (inside) refuse(all, "a '{' is not closed");
    return result;
  }
};

Pattern::Pattern(std::string_view text, PatternOptions options) : options_(options) {
  if (text.empty() || (text.front() != '/' && text.front() != '{' && text.front() != '*')) {
    refuse(text, "begins with '/'");
  }
  // A slash at the end means nothing, but where it is all there is.
  while (!options_.strict && text.size() > 1 && text.back() == '/') text.remove_suffix(1);
  if (options_.prefix && text == "/") text = {};
  alternatives_ = Reader{text}.read(false);
  for (Tokens& tokens : alternatives_) check(tokens);
}

void Pattern::check(Tokens& tokens) const {
  std::size_t variables = 0;
  bool in_segment = false;  // a variable stands before, in the same segment
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    Token& token = tokens[i];
    if (token.kind == Token::Kind::text) {
      if (token.text.find('/') != std::string::npos) in_segment = false;
      continue;
    }
    if (i > 0 && tokens[i - 1].kind != Token::Kind::text) {
      refuse(token.text, "two names need text between them");
    }
    if (in_segment && token.kind == Token::Kind::param) token.not_in = tokens[i - 1].text;
    in_segment = true;
    if (++variables > Captures::max) refuse(token.text, "too many names");
  }
}

bool Pattern::same(std::string_view a, std::string_view b) const {
  return options_.case_sensitive ? a == b : equals_ignore_case(a, b);
}

bool Pattern::may_end(std::string_view path, std::size_t at) const {
  if (at == path.size()) return true;
  // The asterisk form (rfc9112-3.2.4) has no path: middleware of "/" is for the whole server.
  if (options_.prefix && at == 0 && path == "*") return true;
  if (path[at] != '/') return false;
  return options_.prefix || (!options_.strict && at + 1 == path.size());
}

// Where a variable that begins at `from` ends at the latest.
std::size_t Pattern::longest(const Token& token, std::string_view path, std::size_t from) const {
  if (token.kind == Token::Kind::wildcard) return path.size();
  std::size_t end = std::min(path.find('/', from), path.size());
  if (!token.not_in.empty()) end = std::min(end, path.find(token.not_in, from));
  return end;
}

// As a regular expression would: each variable takes what it can and gives back byte by byte.
bool Pattern::match_tokens(const Tokens& tokens, std::string_view path, Captures& found) const {
  struct Choice {
    std::size_t token, begin, end;
  };
  std::array<Choice, Captures::max> choices;
  std::size_t depth = 0;
  std::size_t at = 0;
  std::size_t pos = 0;
  for (std::size_t steps = 0; steps < max_steps; ++steps) {
    bool fits = true;
    if (at == tokens.size()) {
      if (may_end(path, pos)) {
        found.count = depth;
        found.matched = pos;
        for (std::size_t i = 0; i < depth; ++i) {
          const Token& token = tokens[choices[i].token];
          found.all[i] = {token.text,
                          path.substr(choices[i].begin, choices[i].end - choices[i].begin),
                          token.kind == Token::Kind::wildcard};
        }
        return true;
      }
      fits = false;
    } else if (tokens[at].kind == Token::Kind::text) {
      const std::string& text = tokens[at].text;
      fits = same(path.substr(pos, text.size()), text);
      pos += text.size();
      ++at;
    } else {
      const std::size_t end = longest(tokens[at], path, pos);
      fits = end > pos;
      if (fits) {
        choices[depth++] = {at++, pos, end};
        pos = end;
      }
    }
    if (fits) continue;
    while (depth > 0 && choices[depth - 1].end - choices[depth - 1].begin == 1) --depth;
    if (depth == 0) return false;
    Choice& last = choices[depth - 1];
    pos = --last.end;
    at = last.token + 1;
  }
  return false;
}

bool Pattern::match(std::string_view path, Captures& found) const {
  return std::any_of(alternatives_.begin(), alternatives_.end(),
                     [&](const Tokens& tokens) { return match_tokens(tokens, path, found); });
}

}  // namespace strata::http
