// ws/wide_avx2.cpp - 32 bytes a step, for processors that have AVX2. Only these functions are
// compiled for it, so the library runs on every x86-64. (codec)
#if defined(__x86_64__)
#include <immintrin.h>

#include "ws/wide.h"

#define STRATA_AVX2 __attribute__((target("avx2")))
#define STRATA_AVX2_PART __attribute__((target("avx2"), always_inline)) inline

namespace strata::ws::wide {
namespace {

STRATA_AVX2_PART __m256i load(const std::uint8_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

STRATA_AVX2_PART void store(std::uint8_t* at, __m256i value) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), value);
}

STRATA_AVX2_PART __m256i all(std::uint8_t byte) {
  return _mm256_set1_epi8(static_cast<char>(byte));
}

STRATA_AVX2_PART bool is_ascii(__m256i bytes) { return _mm256_movemask_epi8(bytes) == 0; }

}  // namespace

// --- masks --------------------------------------------------------------------------------------

STRATA_AVX2 Masked mask_avx2(const std::uint8_t* from, std::uint8_t* to, std::size_t bytes,
                             std::uint64_t mask) {
  const __m256i key = _mm256_set1_epi64x(static_cast<long long>(mask));
  __m256i seen = _mm256_setzero_si256();
  Masked done;
  for (; bytes - done.bytes >= 128; done.bytes += 128) {
    const std::uint8_t* const in = from + done.bytes;
    std::uint8_t* const out = to + done.bytes;
    const __m256i a = _mm256_xor_si256(load(in), key);
    const __m256i b = _mm256_xor_si256(load(in + 32), key);
    const __m256i c = _mm256_xor_si256(load(in + 64), key);
    const __m256i d = _mm256_xor_si256(load(in + 96), key);
    store(out, a);
    store(out + 32, b);
    store(out + 64, c);
    store(out + 96, d);
    seen = _mm256_or_si256(seen, _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d)));
  }
  for (; bytes - done.bytes >= 32; done.bytes += 32) {
    const __m256i a = _mm256_xor_si256(load(from + done.bytes), key);
    store(to + done.bytes, a);
    seen = _mm256_or_si256(seen, a);
  }
  done.ascii = is_ascii(seen);
  return done;
}

// --- text ---------------------------------------------------------------------------------------

STRATA_AVX2 std::size_t skip_ascii_avx2(const std::uint8_t* at, std::size_t bytes) {
  std::size_t done = 0;
  for (; bytes - done >= 128; done += 128) {
    const std::uint8_t* const in = at + done;
    const __m256i front = _mm256_or_si256(load(in), load(in + 32));
    const __m256i back = _mm256_or_si256(load(in + 64), load(in + 96));
    if (!is_ascii(_mm256_or_si256(front, back))) break;
  }
  while (bytes - done >= 32 && is_ascii(load(at + done))) done += 32;
  return done;
}

namespace {

// What can be wrong with a byte and the one before it, a bit each. Three half-bytes together tell:
// both of the first, and the upper one of the second. A pair is wrong in a way if all three tables
// say that it may be. (J. Keiser, D. Lemire: Validating UTF-8 in less than one instruction per
// byte)
enum Wrong : std::uint8_t {
  too_short = 1 << 0,     // a lead, and no continuation behind it
  too_long = 1 << 1,      // a continuation behind ASCII
  overlong_3 = 1 << 2,    // E0 80..9F
  too_large = 1 << 3,     // F4 90.., F5 90.. and above
  surrogate = 1 << 4,     // ED A0..BF
  overlong_2 = 1 << 5,    // C0, C1
  overlong_4 = 1 << 6,    // F0 80..8F
  too_large_80 = 1 << 6,  // F5 80..8F and above
  two_follow = 1 << 7,    // two continuations: right where a lead of 3 or 4 is near
};
constexpr int any_low = too_short | too_long | two_follow;  // the lower half does not matter
constexpr int large_low = any_low | too_large | too_large_80;
constexpr int at_80 = too_long | two_follow | overlong_2;

constexpr std::uint8_t first_high[16] = {too_long,
                                         too_long,
                                         too_long,
                                         too_long,
                                         too_long,
                                         too_long,
                                         too_long,
                                         too_long,  // 0..7
                                         two_follow,
                                         two_follow,
                                         two_follow,
                                         two_follow,  // 8..B
                                         too_short | overlong_2,
                                         too_short,                           // C, D
                                         too_short | overlong_3 | surrogate,  // E
                                         too_short | too_large | too_large_80 | overlong_4};  // F
constexpr std::uint8_t first_low[16] = {any_low | overlong_2 | overlong_3 | overlong_4,       // 0
                                        any_low | overlong_2,
                                        any_low,
                                        any_low,              // 1..3
                                        any_low | too_large,  // 4
                                        large_low,
                                        large_low,
                                        large_low,
                                        large_low,
                                        large_low,
                                        large_low,
                                        large_low,
                                        large_low,              // 5..C
                                        large_low | surrogate,  // D
                                        large_low,
                                        large_low};  // E, F
constexpr std::uint8_t second_high[16] = {too_short,
                                          too_short,
                                          too_short,
                                          too_short,
                                          too_short,
                                          too_short,
                                          too_short,
                                          too_short,                                       // 0..7
                                          at_80 | overlong_3 | too_large_80 | overlong_4,  // 8
                                          at_80 | overlong_3 | too_large,                  // 9
                                          at_80 | surrogate | too_large,
                                          at_80 | surrogate | too_large,  // A, B
                                          too_short,
                                          too_short,
                                          too_short,
                                          too_short};  // C..F

STRATA_AVX2_PART __m256i look_up(const std::uint8_t (&table)[16], __m256i halves) {
  const __m128i entries = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table));
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), halves);
}

STRATA_AVX2_PART __m256i upper_half(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), all(0x0F));
}

// Each place: the byte so many places before it.
template <int places>
STRATA_AVX2_PART __m256i before(__m256i block, __m256i previous) {
  const __m256i joint = _mm256_permute2x128_si256(previous, block, 0x21);
  return _mm256_alignr_epi8(block, joint, 16 - places);
}

// Zero where all is right.
STRATA_AVX2_PART __m256i wrong_pairs(__m256i block, __m256i previous) {
  const __m256i first = before<1>(block, previous);
  const __m256i by_pair =
      _mm256_and_si256(_mm256_and_si256(look_up(first_high, upper_half(first)),
                                        look_up(first_low, _mm256_and_si256(first, all(0x0F)))),
                       look_up(second_high, upper_half(block)));
  // The top bit: a lead of 3 two places before, or of 4 three before. There, and only there, two
  // continuations have to be.
  const __m256i third = _mm256_subs_epu8(before<2>(block, previous), all(0xE0 - 0x80));
  const __m256i fourth = _mm256_subs_epu8(before<3>(block, previous), all(0xF0 - 0x80));
  const __m256i has_to = _mm256_and_si256(_mm256_or_si256(third, fourth), all(0x80));
  return _mm256_xor_si256(by_pair, has_to);
}

// Where the character that is cut at `end` begins, or `end`. All before it is known to be right.
const std::uint8_t* last_boundary(const std::uint8_t* begin, const std::uint8_t* end) {
  for (int back = 1; back <= 3 && end - back >= begin; ++back) {
    const std::uint8_t byte = end[-back];
    if (byte < 0x80) return end;
    if (byte >= 0xC0) {
      const int whole = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
      return whole > back ? end - back : end;
    }
  }
  return end;
}

}  // namespace

STRATA_AVX2 std::size_t skip_utf8_avx2(const std::uint8_t* at, std::size_t bytes) {
  __m256i previous = _mm256_setzero_si256();
  std::size_t done = 0;
  for (; bytes - done >= 64; done += 64) {
    const __m256i low = load(at + done);
    const __m256i high = load(at + done + 32);
    const __m256i wrong = _mm256_or_si256(wrong_pairs(low, previous), wrong_pairs(high, low));
    if (_mm256_testz_si256(wrong, wrong) == 0) break;
    previous = high;
  }
  return static_cast<std::size_t>(last_boundary(at, at + done) - at);
}

}  // namespace strata::ws::wide
#endif
