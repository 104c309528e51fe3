// ws/wide.h - masks and text, many bytes at a time: what ws/frame and ws/utf8 say by the byte, for
// the front of long input. (codec)
//
// Each function answers how many bytes it has done; its caller does the rest by the plain rule,
// which is also what it is tested against.
#pragma once
#include <cstddef>
#include <cstdint>

namespace strata::ws::wide {

struct Masked {
  std::size_t bytes = 0;
  bool ascii = true;  // what came out of them
};

// `mask`: the key twice, turned to the payload's place. `to` is `from`, or does not overlap it.
// Done is a multiple of 4, so the key keeps its phase.
Masked mask(const std::uint8_t* from, std::uint8_t* to, std::size_t bytes, std::uint64_t mask);
// All ASCII.
std::size_t skip_ascii(const std::uint8_t* at, std::size_t bytes);
// Whole, right characters of UTF-8; nothing where the machine has no such instructions.
std::size_t skip_utf8(const std::uint8_t* at, std::size_t bytes);

// The ways to do it, for tests and benchmarks: 16 bytes in whatever vectors the target has; 32
// where the processor says that it has AVX2.
bool has_avx2();
Masked mask_16(const std::uint8_t* from, std::uint8_t* to, std::size_t bytes, std::uint64_t mask);
std::size_t skip_ascii_16(const std::uint8_t* at, std::size_t bytes);
#if defined(__x86_64__)
Masked mask_avx2(const std::uint8_t* from, std::uint8_t* to, std::size_t bytes, std::uint64_t mask);
std::size_t skip_ascii_avx2(const std::uint8_t* at, std::size_t bytes);
std::size_t skip_utf8_avx2(const std::uint8_t* at, std::size_t bytes);
#endif

}  // namespace strata::ws::wide
