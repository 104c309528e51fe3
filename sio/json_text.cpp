// sio/json_text.cpp - the checker: rfc8259 without a tree and without recursion. What a document
// nests is a bit per level; what it holds is looked at once. (codec)
#include "sio/json_text.h"

#include <array>
#include <cstring>

namespace strata::sio {

// unicode-3.9, table 3-7: shortest forms only, no surrogates, nothing above U+10FFFF.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  if (text.empty()) return 0;
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!tail(i)) return 0;
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;
  if (lead == 0xED && byte(1) > 0x9F) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// How many of the next bytes are plain in a string: printable ASCII but '"' and '\'. Eight bytes
// a step; a borrow into the next byte can only stop it early, never let it pass.
std::size_t plain_run(const char* at, const char* end) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t tops = 0x8080808080808080;
  const char* p = at;
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    const std::uint64_t quote = word ^ (ones * '"');
    const std::uint64_t slash = word ^ (ones * '\\');
    const std::uint64_t control = word - ones * 0x20;  // borrows where a byte is below 0x20
    if (((control | (quote - ones) | (slash - ones) | word) & tops) != 0) break;
    p += 8;
  }
  while (p != end && static_cast<std::uint8_t>(*p) >= 0x20 &&
         static_cast<std::uint8_t>(*p) < 0x80 && *p != '"' && *p != '\\') {
    ++p;
  }
  return static_cast<std::size_t>(p - at);
}

class Checker {
 public:
  Checker(std::string_view text, std::size_t max_depth, std::vector<std::string_view>* elements)
      : begin_(text.data()),
        p_(text.data()),
        end_(text.data() + text.size()),
        max_depth_(max_depth < json_depth_max ? max_depth : json_depth_max),
        elements_(elements) {}

  std::optional<JsonError> run() {
    if (!document()) return JsonError{why_, static_cast<std::size_t>(p_ - begin_)};
    return std::nullopt;
  }

 private:
  enum class Next { value, value_or_end, key, key_or_end, comma_or_end };

  bool wrong(const char* why) {
    why_ = why;
    return false;
  }
  void skip_space() {
    while (p_ != end_ && is_space(*p_)) ++p_;
  }

  bool document() {
    Next next = Next::value;
    do {
      skip_space();
      if (p_ == end_) return wrong("the text ends early");
      if (!step(next)) return false;
    } while (depth_ != 0);
    skip_space();
    return p_ == end_ || wrong("something follows the value");
  }

  bool step(Next& next) {
    const char c = *p_;
    switch (next) {
      case Next::comma_or_end:
        if (c == ',') {
          if (depth_ == 1 && splitting_) element_begin_ = nullptr;
          ++p_;
          next = in_object() ? Next::key : Next::value;
          return true;
        }
        return c == (in_object() ? '}' : ']') ? leave(next) : wrong("a comma or an end is missing");
      case Next::key_or_end:
        if (c == '}') return leave(next);
        [[fallthrough]];
      case Next::key:
        if (c != '"') return wrong("a key is no string");
        if (!string()) return false;
        skip_space();
        if (p_ == end_) return wrong("the text ends early");
        if (*p_ != ':') return wrong("a colon is missing");
        ++p_;
        next = Next::value;
        return true;
      case Next::value_or_end:
        if (c == ']') return leave(next);
        [[fallthrough]];
      case Next::value:
        return value(next);
    }
    return false;
  }

  bool value(Next& next) {
    const char* const from = p_;
    if (*p_ == '[' || *p_ == '{') {
      if (depth_ == 1 && splitting_) element_begin_ = from;
      return enter(next);
    }
    if (!scalar()) return false;
    if (depth_ == 1 && splitting_) add_element(from);
    next = Next::comma_or_end;
    return true;
  }

  bool scalar() {
    switch (*p_) {
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool enter(Next& next) {
    if (depth_ == max_depth_) return wrong("nested too deeply");  // promises: Limits, JSON depth
    const bool object = *p_ == '{';
    if (depth_ == 0 && !object && elements_ != nullptr) splitting_ = true;
    std::uint64_t& bits = objects_[depth_ / 64];
    const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
    bits = object ? bits | bit : bits & ~bit;
    ++depth_;
    ++p_;
    next = object ? Next::key_or_end : Next::value_or_end;
    return true;
  }

  bool leave(Next& next) {
    ++p_;
    --depth_;
    if (depth_ == 1 && splitting_) add_element(element_begin_);
    next = Next::comma_or_end;
    return true;
  }

  bool in_object() const { return (objects_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1) != 0; }
  void add_element(const char* from) {
    elements_->emplace_back(from, static_cast<std::size_t>(p_ - from));
  }

  bool word(std::string_view expected) {
    if (!std::string_view(p_, static_cast<std::size_t>(end_ - p_)).starts_with(expected))
      return wrong("no JSON value");
    p_ += expected.size();
    return true;
  }

  bool digits() {
    if (p_ == end_ || !is_digit(*p_)) return wrong("a digit is missing");
    while (p_ != end_ && is_digit(*p_)) ++p_;
    return true;
  }

  bool number() {  // rfc8259-6
    if (*p_ != '-' && !is_digit(*p_)) return wrong("no JSON value");
    if (*p_ == '-') ++p_;
    if (p_ != end_ && *p_ == '0') {
      ++p_;
      if (p_ != end_ && is_digit(*p_)) return wrong("a number begins with 0");
    } else if (!digits()) {
      return false;
    }
    if (p_ != end_ && *p_ == '.') {
      ++p_;
      if (!digits()) return false;
    }
    if (p_ != end_ && (*p_ == 'e' || *p_ == 'E')) {
      ++p_;
      if (p_ != end_ && (*p_ == '+' || *p_ == '-')) ++p_;
      if (!digits()) return false;
    }
    return true;
  }

  bool string() {  // rfc8259-7
    ++p_;
    for (;;) {
      p_ += plain_run(p_, end_);
      if (p_ == end_) return wrong("a string has no end");
      if (*p_ == '"') {
        ++p_;
        return true;
      }
      if (*p_ == '\\') {
        if (!escape()) return false;
        continue;
      }
      if (static_cast<std::uint8_t>(*p_) < 0x20) return wrong("a control byte in a string");
      const std::size_t length =
          utf8_sequence(std::string_view(p_, static_cast<std::size_t>(end_ - p_)));
      if (length == 0) return wrong("the text is no UTF-8");
      p_ += length;
    }
  }

  bool escape() {
    if (end_ - p_ < 2) return wrong("a string has no end");
    const char c = p_[1];
    if (c != 'u') {
      if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos)
        return wrong("an unknown escape");
      p_ += 2;
      return true;
    }
    if (end_ - p_ < 6 || !is_hex(p_[2]) || !is_hex(p_[3]) || !is_hex(p_[4]) || !is_hex(p_[5]))
      return wrong("an unknown escape");
    p_ += 6;
    return true;
  }

  const char* begin_;
  const char* p_;
  const char* end_;
  std::size_t max_depth_;
  std::vector<std::string_view>* elements_;
  const char* element_begin_ = nullptr;
  const char* why_ = "";
  std::size_t depth_ = 0;
  bool splitting_ = false;  // the outermost value is an array and its elements are wanted
  std::array<std::uint64_t, json_depth_max / 64> objects_;  // bit d: level d is an object
};

}  // namespace

std::optional<JsonError> check_json(std::string_view text, std::size_t max_depth,
                                    std::vector<std::string_view>* elements) {
  if (elements != nullptr) elements->clear();
  return Checker(text, max_depth, elements).run();
}

}  // namespace strata::sio
