// http/scan.h - what each byte may be, and how far a run of allowed bytes reaches. (codec)
//   rfc9110-5.6.2 token, rfc9110-5.5 field value, rfc9112-3.2 request target.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "http/lanes.h"

namespace strata::http {

enum CharClass : std::uint8_t {
  token_char = 1,   // rfc9110-5.6.2 tchar
  value_char = 2,   // field-vchar, SP, HTAB: rfc9110-5.5; obs-text is let through as opaque
  target_char = 4,  // see char_classes()
  hex_char = 8,
  host_char = 16,  // unreserved and sub-delims of a reg-name, rfc3986-3.2.2; '%' apart
};

constexpr std::array<std::uint8_t, 256> char_classes() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool digit = c >= '0' && c <= '9';
    const bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const auto one_of = [c](const char* set) {
      while (*set != 0 && static_cast<unsigned char>(*set) != c) ++set;
      return *set != 0;
    };
    unsigned bits = 0;
    if (digit || alpha || one_of("!#$%&'*+-.^_`|~")) bits |= token_char;
    if (c == '\t' || (c >= 0x20 && c != 0x7F)) bits |= value_char;
    // Wider than rfc3986-2 by [ ] \ ^ ` { | }: browsers send those raw in a query. What they never
    // send raw (# " < > and bytes over 0x7F) is refused.
    if (c > 0x20 && c < 0x7F && !one_of("#\"<>")) bits |= target_char;
    if (digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= hex_char;
    if (digit || alpha || one_of("-._~!$&'()*+,;=")) bits |= host_char;
    table[c] = static_cast<std::uint8_t>(bits);
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> char_table = char_classes();

inline bool is_char(char c, CharClass which) {
  return (char_table[static_cast<unsigned char>(c)] & which) != 0;
}
inline bool is_ows(char c) { return c == ' ' || c == '\t'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
inline int hex_value(char c) {  // of a hex_char
  return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

// Each scan_ returns the first position in [at, end) whose byte is not of its class, or `end`.
inline const char* scan_class(const char* at, const char* end, CharClass which) {
  while (at != end && is_char(*at, which)) ++at;
  return at;
}

inline const char* scan_value(const char* at, const char* end) {
  while (end - at >= 16) {
    const unsigned bad = Lanes::controls(at);
    if (bad == 0) {
      at += 16;
      continue;
    }
    at += std::countr_zero(bad);
    if (*at != '\t') return at;
    ++at;
  }
  return scan_class(at, end, value_char);
}

[[gnu::noinline]] inline const char* scan_token(const char* at, const char* end) {
  while (end - at >= 16) {
    const unsigned good = Lanes::names(at);
    at += std::countr_one(good);
    if (good != 0xFFFFu) {
      if (!is_char(*at, token_char)) return at;
      ++at;
    }
  }
  return scan_class(at, end, token_char);
}

inline const char* scan_target(const char* at, const char* end) {
  while (end - at >= 16) {
    const unsigned good = Lanes::targets(at);
    at += std::countr_one(good);
    if (good != 0xFFFFu) return at;
  }
  return scan_class(at, end, target_char);
}

// `readable`: the end of what may be read. Stops in front of a sub-delim or '_', too, where sixteen
// bytes may be.
inline const char* scan_host(const char* at, const char* end, const char* readable) {
  while (at < end && readable - at >= 16) {
    const unsigned good = Lanes::hosts(at);
    at += std::countr_one(good);
    if (good != 0xFFFFu) return at < end ? at : end;
  }
  return at < end ? scan_class(at, end, host_char) : end;
}

// As scan_token, for a field name, which is short. [begin, at) may be read, too.
inline const char* scan_name(const char* begin, const char* at, const char* end) {
  const auto left = static_cast<std::size_t>(end - at);
  unsigned good = 0;
  if (left >= 16) {
    good = Lanes::names(at);
  } else if (end - begin >= 16) {
    good = Lanes::names(end - 16) >> (16 - left);
  }
  at += std::countr_one(good);
  return at != end && *at == ':' ? at : scan_token(at, end);
}

inline std::uint64_t control_bits(const char* at) {
  const std::uint64_t low = Lanes::controls(at) | Lanes::controls(at + 16) << 16;
  const std::uint64_t high = Lanes::controls(at + 32) | Lanes::controls(at + 48) << 16;
  return low | high << 32;
}

// Of the first 64 bytes of [at, end), which are control bytes (HTAB is one, DEL too): bit 0 tells
// of the first. [begin, at) may be read, too. So the ends of all lines are known before the first
// is needed, and to find one does not wait for the one before.
inline std::uint64_t control_bits(const char* begin, const char* at, const char* end) {
  const auto left = static_cast<std::size_t>(end - at);
  if (left >= 64) return control_bits(at);
  if (end - begin >= 64 && left != 0) return control_bits(end - 64) >> (64 - left);
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < left; ++i)
    bits |= std::uint64_t{at[i] == '\t' || !is_char(at[i], value_char)} << i;
  return bits;
}

}  // namespace strata::http
