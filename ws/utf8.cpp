// ws/utf8.cpp - rfc3629-4, the table of well-formed sequences. (codec)
//   first byte   bytes that follow              second byte
//   00..7F       none
//   C2..DF       1                              80..BF
//   E0           2                              A0..BF   (below: an overlong form)
//   E1..EC EE EF 2                              80..BF
//   ED           2                              80..9F   (above: surrogates)
//   F0           3                              90..BF   (below: an overlong form)
//   F1..F3       3                              80..BF
//   F4           3                              80..8F   (above: beyond U+10FFFF)
// Only the second byte's bounds vary, so two bounds and a count are the whole state.
#include "ws/utf8.h"

#include <cstring>

#include "ws/wide.h"

namespace strata::ws {
namespace {

constexpr std::ptrdiff_t wide_min = 64;
constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;

// The end of the ASCII that begins at `at`.
const std::uint8_t* skip_ascii(const std::uint8_t* at, const std::uint8_t* end) {
  if (end - at >= wide_min) at += wide::skip_ascii(at, static_cast<std::size_t>(end - at));
  while (end - at >= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    if ((word & high_bits) != 0) break;
    at += 8;
  }
  while (at != end && *at < 0x80) ++at;
  return at;
}

bool continues(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

// The end of the whole characters that begin at `at`, for the leads that allow any continuation:
// most of the world's text, with its blanks.
const std::uint8_t* skip_common(const std::uint8_t* at, const std::uint8_t* end) {
  while (end - at >= 4) {
    const std::uint8_t lead = at[0];
    if (lead < 0x80) {
      ++at;
      if (at[0] < 0x80) break;  // more of it: skip_ascii is faster
    } else if (lead >= 0xC2 && lead <= 0xDF && continues(at[1])) {
      at += 2;
    } else if (lead >= 0xE1 && lead <= 0xEF && lead != 0xED && continues(at[1]) &&
               continues(at[2])) {
      at += 3;
    } else if (lead == 0xF0 && at[1] >= 0x90 && at[1] <= 0xBF && continues(at[2]) &&
               continues(at[3])) {
      at += 4;
    } else {
      break;
    }
  }
  return at;
}

// The end of whole characters that begin at `at` and are known to be right. What is rare, or cut,
// or wrong, is left to the rules by the byte.
const std::uint8_t* skip_right(const std::uint8_t* at, const std::uint8_t* end) {
  if (*at < 0x80) return skip_ascii(at, end);
  if (end - at >= wide_min) {
    const std::size_t right = wide::skip_utf8(at, static_cast<std::size_t>(end - at));
    if (right != 0) return at + right;
  }
  return skip_common(at, end);
}

}  // namespace

bool Utf8Validator::start(std::uint8_t lead) {
  low_ = 0x80, high_ = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    following_ = 1;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    following_ = 2;
    if (lead == 0xE0) low_ = 0xA0;
    if (lead == 0xED) high_ = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    following_ = 3;
    if (lead == 0xF0) low_ = 0x90;
    if (lead == 0xF4) high_ = 0x8F;
  } else {
    return false;  // a continuation byte, C0, C1 (overlong) or F5 up
  }
  return true;
}

std::size_t Utf8Validator::accept(net::Bytes bytes) {
  const std::uint8_t* at = bytes.data();
  const std::uint8_t* const end = at + bytes.size();
  while (at != end) {
    if (following_ == 0) {
      if (const std::uint8_t* const skipped = skip_right(at, end); skipped != at) {
        at = skipped;
        continue;
      }
      if (!start(*at)) break;
    } else {
      if (*at < low_ || *at > high_) break;
      --following_;
      low_ = 0x80, high_ = 0xBF;
    }
    ++at;
  }
  return static_cast<std::size_t>(at - bytes.data());
}

bool is_utf8(net::Bytes bytes) {
  Utf8Validator validator;
  return validator.accept(bytes) == bytes.size() && validator.complete();
}

}  // namespace strata::ws
