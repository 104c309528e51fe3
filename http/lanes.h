// http/lanes.h - sixteen bytes at once: which of them are of a kind, a bit each, the lowest for the
// first byte. (codec)
//
//   bytes   H o s t :   x . e x a m p l e CR     names() of them: 0b0111111101001111
//
// Twice: with the vectors that every x86-64 has, and with plain words for other machines. Where a
// byte is its own test (a browser's head has 600 of them), a table takes 0.6 ns a byte.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace strata::http {

// Eight bytes a word. A lane's answer is its highest bit; no sum carries into the next lane.
struct WordLanes {
  static unsigned controls(const char* at) { return mask(at, control); }
  static unsigned names(const char* at) { return mask(at, name); }
  static unsigned targets(const char* at) { return mask(at, target); }
  static unsigned hosts(const char* at) { return mask(at, host); }

 private:
  static constexpr std::uint64_t each = 0x0101010101010101u;
  static constexpr std::uint64_t high = 0x80 * each;

  static std::uint64_t from(std::uint64_t bytes, unsigned char least) {  // least: 1 to 0x80
    return ((bytes & ~high) + (0x80u - least) * each) | bytes;
  }
  static std::uint64_t among(std::uint64_t bytes, unsigned char least, unsigned char most) {
    return from(bytes, least) & ~from(bytes, static_cast<unsigned char>(most + 1));
  }
  static std::uint64_t control(std::uint64_t bytes) {
    return ~from(bytes, 0x20) | among(bytes, 0x7F, 0x7F);
  }
  static std::uint64_t name(std::uint64_t bytes) {
    return among(bytes | 0x20 * each, 'a', 'z') | among(bytes, '0', '9') | among(bytes, '-', '-');
  }
  static std::uint64_t target(std::uint64_t bytes) {
    return among(bytes, 0x21, 0x7E) & ~among(bytes, '"', '#') & ~among(bytes, '<', '<') &
           ~among(bytes, '>', '>');
  }
  static std::uint64_t host(std::uint64_t bytes) { return name(bytes) | among(bytes, '.', '.'); }
  template <class Kind>
  static unsigned mask(const char* at, Kind kind) {
    unsigned bits = 0;
    for (unsigned half = 0; half < 16; half += 8) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, at + half, 8);
      if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
      const std::uint64_t lanes = (kind(bytes) & high) >> 7;
      bits |= static_cast<unsigned>((lanes * 0x0102040810204080u) >> 56) << half;
    }
    return bits;
  }
};

#if defined(__SSE2__)
struct VectorLanes {
  static unsigned controls(const char* at) {
    const __m128i bytes = load(at);
    return mask(_mm_or_si128(among(bytes, 0, 0x1F), is(bytes, 0x7F)));
  }
  static unsigned names(const char* at) { return mask(name(load(at))); }
  static unsigned targets(const char* at) {
    const __m128i bytes = load(at);
    const __m128i angle = is(_mm_or_si128(bytes, all(2)), '>');  // '<' too, and nothing else
    const __m128i not_one = _mm_or_si128(among(bytes, '"', '#'), angle);
    return mask(_mm_andnot_si128(not_one, among(bytes, 0x21, 0x7E)));
  }
  static unsigned hosts(const char* at) {
    const __m128i bytes = load(at);
    return mask(_mm_or_si128(name(bytes), is(bytes, '.')));
  }

 private:
  static __m128i load(const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  }
  static __m128i all(int c) { return _mm_set1_epi8(static_cast<char>(c)); }
  static __m128i is(__m128i bytes, int c) { return _mm_cmpeq_epi8(bytes, all(c)); }
  // Comparisons are of signed bytes: `most` is moved to 127, so that one is enough.
  static __m128i among(__m128i bytes, int least, int most) {
    const __m128i moved = _mm_add_epi8(bytes, all(127 - most));
    return _mm_cmpgt_epi8(moved, all(126 - (most - least)));
  }
  static __m128i name(__m128i bytes) {
    const __m128i letter = among(_mm_or_si128(bytes, all(0x20)), 'a', 'z');
    return _mm_or_si128(_mm_or_si128(letter, among(bytes, '0', '9')), is(bytes, '-'));
  }
  static unsigned mask(__m128i lanes) { return static_cast<unsigned>(_mm_movemask_epi8(lanes)); }
};
using Lanes = VectorLanes;
#else
using Lanes = WordLanes;
#endif

}  // namespace strata::http
