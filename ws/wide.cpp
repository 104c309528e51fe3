// ws/wide.cpp - the choice, once a call; and 16 bytes a step, on any machine. (codec)
#include "ws/wide.h"

#include <cstring>

namespace strata::ws::wide {
namespace {

constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
typedef std::uint64_t Words __attribute__((vector_size(16)));  // SSE2, NEON, or two words

}  // namespace

#if defined(__x86_64__)

bool has_avx2() { return __builtin_cpu_supports("avx2") != 0; }

Masked mask(const std::uint8_t* from, std::uint8_t* to, std::size_t bytes, std::uint64_t mask) {
  return has_avx2() ? mask_avx2(from, to, bytes, mask) : mask_16(from, to, bytes, mask);
}

std::size_t skip_ascii(const std::uint8_t* at, std::size_t bytes) {
  return has_avx2() ? skip_ascii_avx2(at, bytes) : skip_ascii_16(at, bytes);
}

std::size_t skip_utf8(const std::uint8_t* at, std::size_t bytes) {
  return has_avx2() ? skip_utf8_avx2(at, bytes) : 0;
}

#else

bool has_avx2() { return false; }

Masked mask(const std::uint8_t* from, std::uint8_t* to, std::size_t bytes, std::uint64_t mask) {
  return mask_16(from, to, bytes, mask);
}

std::size_t skip_ascii(const std::uint8_t* at, std::size_t bytes) {
  return skip_ascii_16(at, bytes);
}

std::size_t skip_utf8(const std::uint8_t*, std::size_t) { return 0; }

#endif

Masked mask_16(const std::uint8_t* from, std::uint8_t* to, std::size_t bytes, std::uint64_t mask) {
  const Words key = {mask, mask};
  Words seen = {0, 0};
  Masked done;
  for (; bytes - done.bytes >= 64; done.bytes += 64) {
    Words words[4];
    std::memcpy(words, from + done.bytes, 64);
    for (Words& each : words) {
      each ^= key;
      seen |= each;
    }
    std::memcpy(to + done.bytes, words, 64);
  }
  done.ascii = ((seen[0] | seen[1]) & high_bits) == 0;
  return done;
}

std::size_t skip_ascii_16(const std::uint8_t* at, std::size_t bytes) {
  std::size_t done = 0;
  for (; bytes - done >= 64; done += 64) {
    Words words[4];
    std::memcpy(words, at + done, 64);
    const Words all = (words[0] | words[1]) | (words[2] | words[3]);
    if (((all[0] | all[1]) & high_bits) != 0) break;
  }
  return done;
}

}  // namespace strata::ws::wide
