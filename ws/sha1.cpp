// ws/sha1.cpp - SHA-1, fips180-4-6.1: 64-byte blocks, eighty rounds each. (codec)
//   message | 0x80 | zeros to 56 modulo 64 | length in bits, 8 bytes big endian
#include "ws/sha1.h"

#include <bit>
#include <cstring>

namespace strata::ws {
namespace {

using Sums = std::array<std::uint32_t, 5>;

std::uint32_t load_big_endian(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
         std::uint32_t{at[3]};
}

void add_block(Sums& sums, const std::uint8_t* block) {
  std::array<std::uint32_t, 80> word;
  for (std::size_t i = 0; i < 16; ++i) word[i] = load_big_endian(block + 4 * i);
  for (std::size_t i = 16; i < 80; ++i) {
    word[i] = std::rotl(word[i - 3] ^ word[i - 8] ^ word[i - 14] ^ word[i - 16], 1);
  }
  auto [a, b, c, d, e] = sums;
  for (std::size_t i = 0; i < 80; ++i) {
    std::uint32_t mix, constant;
    if (i < 20) {
      mix = (b & c) | (~b & d), constant = 0x5A827999;
    } else if (i < 40) {
      mix = b ^ c ^ d, constant = 0x6ED9EBA1;
    } else if (i < 60) {
      mix = (b & c) | (b & d) | (c & d), constant = 0x8F1BBCDC;
    } else {
      mix = b ^ c ^ d, constant = 0xCA62C1D6;
    }
    const std::uint32_t next = std::rotl(a, 5) + mix + e + constant + word[i];
    e = d, d = c, c = std::rotl(b, 30), b = a, a = next;
  }
  sums[0] += a, sums[1] += b, sums[2] += c, sums[3] += d, sums[4] += e;
}

}  // namespace

std::array<std::uint8_t, 20> sha1(net::Bytes bytes) {
  Sums sums{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  while (bytes.size() >= 64) {
    add_block(sums, bytes.data());
    bytes = bytes.subspan(64);
  }
  std::array<std::uint8_t, 128> tail{};  // the rest, the mark and the length: one block or two
  if (!bytes.empty()) std::memcpy(tail.data(), bytes.data(), bytes.size());
  tail[bytes.size()] = 0x80;
  const std::size_t tail_bytes = bytes.size() < 56 ? 64 : 128;
  for (std::size_t i = 0; i < 8; ++i) {
    tail[tail_bytes - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  for (std::size_t at = 0; at < tail_bytes; at += 64) add_block(sums, tail.data() + at);

  std::array<std::uint8_t, 20> digest;
  for (std::size_t i = 0; i < 20; ++i) {
    digest[i] = static_cast<std::uint8_t>(sums[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace strata::ws
