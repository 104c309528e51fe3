// http/pattern.cpp - patterns compiled into tokens, and matched with bounded work. (codec)
#include "http/pattern.h"

#include <algorithm>
#include <stdexcept>

#include "http/message.h"

namespace strata::http {

namespace {

constexpr std::size_t max_alternatives = 256;
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
        for (Tokens& tokens : result) tokens.push_back({kind, called, {}, {}, false});
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

Pattern::Pattern(std::span<const std::string> texts, PatternOptions options) : options_(options) {
  for (const std::string& text : texts) add(text);
}

void Pattern::add(std::string_view text) {
  if (text.empty() || (text.front() != '/' && text.front() != '{' && text.front() != '*')) {
    refuse(text, "begins with '/'");
  }
  // A slash at the end means nothing, but where it is all there is.
  const bool root = text == "/";
  while (!options_.strict && !root && !text.empty() && text.back() == '/') text.remove_suffix(1);
  if (options_.prefix && text == "/") text = {};
  for (Tokens& tokens : Reader{text}.read(false)) {
    check(tokens);
    alternatives_.push_back(std::move(tokens));
  }
}

// Names what each variable may not hold, as path-to-regexp 8 does.
void Pattern::check(Tokens& tokens) const {
  const auto is_text = [&](std::size_t i) { return tokens[i].kind == Token::Kind::text; };
  const auto has_slash = [](const std::string& text) { return text.find('/') != text.npos; };
  const auto wildcard_follows = [&](std::size_t i) {
    for (; i < tokens.size() && !(is_text(i) && has_slash(tokens[i].text)); ++i)
      if (tokens[i].kind == Token::Kind::wildcard) return true;
    return false;
  };
  std::size_t variables = 0;
  bool param_before = false;     // in the same segment
  bool wildcard_before = false;  // likewise
  std::string behind_wildcard;   // the text that stands behind the last wildcard of the path
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    Token& token = tokens[i];
    if (is_text(i)) {
      if (has_slash(token.text)) param_before = wildcard_before = false;
      if (i > 0 && tokens[i - 1].kind == Token::Kind::wildcard) behind_wildcard = token.text;
      continue;
    }
    if (i > 0 && !is_text(i - 1)) refuse(token.text, "two names need text between them");
    if (++variables > Captures::max) refuse(token.text, "too many names");
    const std::string before = i > 0 ? tokens[i - 1].text : std::string();
    if (wildcard_before) {
      token.not_in = before;
    } else if (token.kind == Token::Kind::wildcard) {
      token.not_in = behind_wildcard;
      token.or_segment = !behind_wildcard.empty();
    } else if (wildcard_follows(i + 1)) {
      token.not_in = i + 1 < tokens.size() && is_text(i + 1) ? tokens[i + 1].text : std::string();
    } else if (param_before) {
      token.not_in = token.or_exactly = before;
    }
    (token.kind == Token::Kind::param ? param_before : wildcard_before) = true;
    if (token.kind == Token::Kind::wildcard) behind_wildcard.clear();
  }
}

std::optional<std::string_view> Pattern::literal() const {
  if (alternatives_.size() != 1 || alternatives_[0].size() != 1) return std::nullopt;
  const Token& only = alternatives_[0][0];
  if (only.kind != Token::Kind::text) return std::nullopt;
  return only.text;
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
  std::size_t end = path.size();
  if (token.kind == Token::Kind::param) end = std::min(path.find('/', from), end);
  const std::string& stop = token.not_in;
  if (stop.empty()) return end;
  for (std::size_t at = from; at < end && at + stop.size() <= path.size(); ++at)
    if (same(path.substr(at, stop.size()), stop)) return at;
  return end;
}

bool Pattern::second_choice(const Token& token, std::string_view path, Choice& choice) const {
  if (choice.second) return false;
  choice.second = true;
  const std::string& whole = token.or_exactly;
  if (!whole.empty()) {
    choice.end = choice.begin + whole.size();
    return same(path.substr(choice.begin, whole.size()), whole);
  }
  if (!token.or_segment) return false;
  choice.end = std::min(path.find('/', choice.begin), path.size());
  return choice.end > choice.begin;
}

// The next shorter way for the variable of `choice`; false where there is none.
bool Pattern::give_back(const Token& token, std::string_view path, Choice& choice) const {
  const bool fixed = choice.second && !token.or_exactly.empty();
  if (!fixed && choice.end - choice.begin > 1) {
    --choice.end;
    return true;
  }
  return second_choice(token, path, choice);
}

// As a regular expression would: each variable takes what it can and gives back byte by byte.
bool Pattern::match_tokens(const Tokens& tokens, std::string_view path, Captures& found) const {
  std::array<Choice, Captures::max> choices;
  std::size_t depth = 0;
  std::size_t at = 0;
  std::size_t pos = 0;
  for (std::size_t steps = 0; steps < max_steps; ++steps) {
    bool fits = false;
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
    } else if (tokens[at].kind == Token::Kind::text) {
      const std::string& text = tokens[at].text;
      fits = same(path.substr(pos, text.size()), text);
      pos += text.size();
      ++at;
    } else {
      Choice& choice = choices[depth];
      choice = {at, pos, longest(tokens[at], path, pos), false};
      fits = choice.end > pos || second_choice(tokens[at], path, choice);
      if (fits) {
        ++depth;
        ++at;
        pos = choice.end;
      }
    }
    if (fits) continue;
    while (depth > 0 && !give_back(tokens[choices[depth - 1].token], path, choices[depth - 1]))
      --depth;
    if (depth == 0) return false;
    pos = choices[depth - 1].end;
    at = choices[depth - 1].token + 1;
  }
  return false;
}

bool Pattern::match(std::string_view path, Captures& found) const {
  return std::any_of(alternatives_.begin(), alternatives_.end(),
                     [&](const Tokens& tokens) { return match_tokens(tokens, path, found); });
}

}  // namespace strata::http
