// sio/json_scalar.cpp - numbers and strings, read and written as JavaScript does. (codec)
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "sio/json_text.h"

namespace strata::sio {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_number_start(char c) { return c == '-' || (c >= '0' && c <= '9'); }

// The whole number in the double that `raw` spells, if it is one that Integer holds. `end` is the
// first power of two that it does not hold: exact as a double, while Integer's maximum is not.
template <class Integer>
std::optional<Integer> whole(std::string_view raw, double least, double end) {
  const auto value = to_double(raw);
  if (!value || !(*value >= least && *value < end) || std::trunc(*value) != *value)
    return std::nullopt;
  return static_cast<Integer>(*value);
}

template <class Integer>
std::optional<Integer> to_integer(std::string_view raw, double least, double end) {
  if (raw.empty() || !is_number_start(raw[0])) return std::nullopt;
  Integer value{};
  const auto [stop, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (error == std::errc{} && stop == raw.data() + raw.size()) return value;
  // All digits, yet out of range: rounding to a double must not bring it back in.
  if (raw.find_first_of(".eE") == std::string_view::npos && raw != "-0") return std::nullopt;
  return whole<Integer>(raw, least, end);
}

// Of a number that no double holds: is it too large, or too small? (from_chars does not say.)
bool is_large(std::string_view raw) {
  if (raw[0] == '-') raw.remove_prefix(1);
  const std::size_t e = raw.find_first_of("eE");
  const std::string_view mantissa = raw.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  std::int64_t scale = 0;  // the value is 0.ddd times ten to this
  if (first < point) scale = static_cast<std::int64_t>(point - first);
  if (first > point) scale = -static_cast<std::int64_t>(first - point - 1);
  if (e == std::string_view::npos) return scale > 0;
  std::string_view digits = raw.substr(e + 1);
  if (digits[0] == '+') digits.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (error != std::errc{}) return digits[0] != '-';
  return exponent > -scale;
}

std::uint32_t hex4(std::string_view four) {
  std::uint32_t value = 0;
  std::from_chars(four.data(), four.data() + 4, value, 16);
  return value;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

// `escaped` begins with "\u"; appends what it means and returns how many bytes it took.
std::size_t append_unicode_escape(std::string& out, std::string_view escaped) {
  const std::uint32_t unit = hex4(escaped.substr(2));
  if (unit < 0xD800 || unit > 0xDFFF) {
    append_utf8(out, unit);
    return 6;
  }
  if (unit < 0xDC00 && escaped.size() >= 12 && escaped[6] == '\\' && escaped[7] == 'u') {
    const std::uint32_t low = hex4(escaped.substr(8));
    if (low >= 0xDC00 && low <= 0xDFFF) {
      append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
      return 12;
    }
  }
  out.append(replacement);  // a lone surrogate has no UTF-8
  return 6;
}

void append_escape(std::string& out, std::uint8_t byte) {
  static constexpr char hex[] = "0123456789abcdef";
  switch (byte) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      break;
  }
  out.append("\\u00");
  out.push_back(hex[byte >> 4]);
  out.push_back(hex[byte & 15]);
}

// How much of an ill-formed sequence one U+FFFD stands for: its longest beginning that could have
// become well-formed, at least a byte (unicode-3.9, "maximal subpart").
std::size_t ill_formed_bytes(std::string_view text) {
  static constexpr std::string_view tails[] = {"\x80",     "\x80\x80", "\xA0",
                                               "\xA0\x80", "\x90",     "\x90\x80"};
  std::string attempt;
  for (std::size_t have = std::min<std::size_t>(text.size(), 3); have > 1; --have) {
    for (const std::string_view tail : tails) {
      attempt.assign(text.substr(0, have)).append(tail);
      if (utf8_sequence(attempt) == attempt.size()) return have;
    }
  }
  return 1;
}

}  // namespace

std::string_view name_of(JsonKind kind) {
  switch (kind) {
    case JsonKind::missing:
      return "nothing";
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "boolean";
    case JsonKind::number:
      return "number";
    case JsonKind::string:
      return "string";
    case JsonKind::array:
      return "array";
    case JsonKind::object:
      return "object";
  }
  return "nothing";
}

JsonKind kind_of(std::string_view raw) {
  if (raw.empty()) return JsonKind::missing;
  switch (raw[0]) {
    case 'n':
      return JsonKind::null;
    case 't':
    case 'f':
      return JsonKind::boolean;
    case '"':
      return JsonKind::string;
    case '[':
      return JsonKind::array;
    case '{':
      return JsonKind::object;
    default:
      return JsonKind::number;
  }
}

std::optional<std::int64_t> to_int64(std::string_view raw) {
  return to_integer<std::int64_t>(raw, -0x1p63, 0x1p63);
}

std::optional<std::uint64_t> to_uint64(std::string_view raw) {
  return to_integer<std::uint64_t>(raw, 0, 0x1p64);
}

std::optional<double> to_double(std::string_view raw) {
  if (raw.empty() || !is_number_start(raw[0])) return std::nullopt;
  double value = 0;
  const auto [stop, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (error == std::errc{}) return value;
  const double magnitude = is_large(raw) ? std::numeric_limits<double>::infinity() : 0.0;
  return raw[0] == '-' ? -magnitude : magnitude;
}

std::optional<std::string_view> plain_string(std::string_view raw) {
  const std::string_view inside = raw.substr(1, raw.size() - 2);
  if (inside.find('\\') != std::string_view::npos) return std::nullopt;
  return inside;
}

void append_unescaped(std::string& out, std::string_view raw) {
  std::string_view left = raw.substr(1, raw.size() - 2);
  for (;;) {
    const std::size_t slash = left.find('\\');
    out.append(left.substr(0, slash));
    if (slash == std::string_view::npos) return;
    left.remove_prefix(slash);
    if (left[1] == 'u') {
      left.remove_prefix(append_unicode_escape(out, left));
      continue;
    }
    static constexpr std::string_view letters = "bfnrt";
    const std::size_t letter = letters.find(left[1]);
    out.push_back(letter == std::string_view::npos ? left[1] : "\b\f\n\r\t"[letter]);
    left.remove_prefix(2);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t done = 0;  // what is plain is appended in runs
  std::size_t i = 0;
  while (i < text.size()) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\') {
      ++i;
      continue;
    }
    const std::size_t length = byte < 0x80 ? 0 : utf8_sequence(text.substr(i));
    if (length != 0) {
      i += length;
      continue;
    }
    out.append(text.substr(done, i - done));
    if (byte < 0x80) {
      append_escape(out, byte);
      ++i;
    } else {
      out.append(replacement);
      i += ill_formed_bytes(text.substr(i));
    }
    done = i;
  }
  out.append(text.substr(done));
  out.push_back('"');
}

// ecma262, Number::toString: the shortest digits that read back as the same double, laid out
// without an exponent from 1e-6 to below 1e21.
void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out.append("null");  // as JSON.stringify
    return;
  }
  if (value == 0) {
    out.push_back('0');  // -0 too
    return;
  }
  char text[32];
  const auto done =
      std::to_chars(text, text + sizeof text, std::fabs(value), std::chars_format::scientific);
  const std::string_view shortest(text, static_cast<std::size_t>(done.ptr - text));
  const std::size_t e = shortest.find('e');
  int exponent = 0;
  const std::size_t sign = shortest[e + 1] == '+' ? e + 2 : e + 1;  // from_chars takes no '+'
  std::from_chars(text + sign, done.ptr, exponent);
  std::string digits(1, shortest[0]);  // at most 17: inside the string itself
  if (e > 2) digits.append(shortest.substr(2, e - 2));

  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // the decimal point stands behind that many digits
  if (value < 0) out.push_back('-');
  if (point > 21 || point < -5) {
    out.push_back(digits[0]);
    if (count > 1) out.append(1, '.').append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+");
    append_number(out, static_cast<std::int64_t>(std::abs(exponent)));
  } else if (point >= count) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else if (point > 0) {
    const auto whole_digits = static_cast<std::size_t>(point);
    out.append(digits, 0, whole_digits).append(1, '.').append(digits, whole_digits);
  } else {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  }
}

void append_number(std::string& out, std::int64_t value) {
  char text[24];
  out.append(text, static_cast<std::size_t>(std::to_chars(text, text + 24, value).ptr - text));
}

void append_number(std::string& out, std::uint64_t value) {
  char text[24];
  out.append(text, static_cast<std::size_t>(std::to_chars(text, text + 24, value).ptr - text));
}

}  // namespace strata::sio
