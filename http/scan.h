// http/scan.h - what each byte may be, and how far a run of allowed bytes reaches. (codec)
//   rfc9110-5.6.2 token, rfc9110-5.5 field value, rfc9112-3.2 request target.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

#if defined(__SSE2__)
// Sixteen bytes a step; a byte loop takes 0.6 ns a byte here, and a 4 KiB cookie is 4096 of them.
inline __m128i load16(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
inline __m128i at_most(__m128i bytes, char limit) {  // unsigned
  return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(limit)), bytes);
}
inline __m128i equal_to(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }
inline unsigned mask_of(__m128i bytes) { return static_cast<unsigned>(_mm_movemask_epi8(bytes)); }
#endif

#if defined(__SSE2__)
// Letters, digits and '-' are all of nearly every name; the table takes what is rarer.
inline unsigned name_mask(__m128i bytes) {
  const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
  const __m128i alpha = at_most(_mm_sub_epi8(lower, _mm_set1_epi8('a')), 25);
  const __m128i digit = at_most(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), 9);
  return mask_of(_mm_or_si128(_mm_or_si128(alpha, digit), equal_to(bytes, '-')));
}
#endif

inline const char* scan_value(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const __m128i bytes = load16(at);
    const unsigned bad = mask_of(_mm_or_si128(at_most(bytes, 0x1F), equal_to(bytes, 0x7F)));
    if (bad == 0) {
      at += 16;
      continue;
    }
    at += std::countr_zero(bad);
    if (*at != '\t') return at;
    ++at;
  }
#endif
  return scan_class(at, end, value_char);
}

inline const char* scan_token(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const unsigned good = name_mask(load16(at));
    at += std::countr_one(good);
    if (good != 0xFFFFu) {
      if (!is_char(*at, token_char)) return at;
      ++at;
    }
  }
#endif
  return scan_class(at, end, token_char);
}

inline const char* scan_target(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const __m128i bytes = load16(at);
    const __m128i quotes = _mm_or_si128(equal_to(bytes, '"'), equal_to(bytes, '#'));
    const __m128i angles = _mm_or_si128(equal_to(bytes, '<'), equal_to(bytes, '>'));
    const __m128i printable = at_most(_mm_sub_epi8(bytes, _mm_set1_epi8(0x21)), 0x7E - 0x21);
    const unsigned good = mask_of(printable) & ~mask_of(_mm_or_si128(quotes, angles)) & 0xFFFFu;
    at += std::countr_one(good);
    if (good != 0xFFFFu) return at;
  }
#endif
  return scan_class(at, end, target_char);
}

// True if all of [at, stop) is a token; the bytes up to `end` may be read.
inline bool is_token_run(const char* at, const char* stop, const char* end) {
#if defined(__SSE2__)
  if (end - at >= 16 && stop - at <= 16) {
    const unsigned wanted = (1u << (stop - at)) - 1;
    if ((name_mask(load16(at)) & wanted) == wanted) return true;
  }
#endif
  (void)end;
  return scan_class(at, stop, token_char) == stop;
}

// The bytes of a text that can end a field name or value, in order: every ':', control byte (HTAB
// too) and DEL. They are found 64 bytes at once and then taken bit by bit, so that finding one does
// not wait for the one before: a browser's head took 275 ns with a scan for each, 190 ns so.
class Marks {
 public:
  Marks(const char* at, const char* end) : block_(at), next_(at), end_(end) {}
  // The next of them; `end` when there is none.
  const char* next() {
    while (bits_ == 0) {
      if (next_ == end_) return end_;
      fill();
    }
    const char* const found = block_ + std::countr_zero(bits_);
    bits_ &= bits_ - 1;
    return found;
  }

 private:
  void fill() {
    block_ = next_;
    unsigned at = 0;
#if defined(__SSE2__)
    for (; at < 64 && end_ - next_ >= 16; at += 16, next_ += 16) {
      const __m128i bytes = load16(next_);
      const __m128i ends = _mm_or_si128(equal_to(bytes, ':'), equal_to(bytes, 0x7F));
      bits_ |= std::uint64_t{mask_of(_mm_or_si128(at_most(bytes, 0x1F), ends))} << at;
    }
#endif
    for (; at < 64 && next_ != end_; ++at, ++next_) {
      const bool marked = *next_ == ':' || *next_ == '\t' || !is_char(*next_, value_char);
      bits_ |= std::uint64_t{marked} << at;
    }
  }

  const char* block_;  // of bit 0
  const char* next_;   // what comes behind the block
  const char* end_;
  std::uint64_t bits_ = 0;
};

}  // namespace strata::http
