// tests/support/splits.h - bytes as tests write them, and the ways they can arrive.
#pragma once
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "net/bytes.h"

namespace strata::test {

// "81 05 48" as octets; blanks are ignored.
inline std::string hex(std::string_view digits) {
  std::string bytes;
  int high = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    const int value = c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0';
    if (high < 0) {
      high = value;
    } else {
      bytes += static_cast<char>(high * 16 + value);
      high = -1;
    }
  }
  return bytes;
}

inline net::MutableBytes mutable_bytes(std::string& text) {
  return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()};
}

// Offers a stream piece by piece, as net does: what is not consumed comes again, in front of the
// next piece, at another address, in a block of exactly its size.
template <class Offer>  // std::size_t consumed(net::MutableBytes); stops when it answers SIZE_MAX
void feed(std::string_view stream, const std::vector<std::size_t>& pieces, Offer offer) {
  std::string kept;
  std::size_t at = 0;
  for (const std::size_t piece : pieces) {
    kept += stream.substr(at, piece);
    at += piece;
    std::vector<std::uint8_t> block(kept.begin(), kept.end());
    const std::size_t used = offer(net::MutableBytes(block));
    if (used == SIZE_MAX) return;
    kept.erase(0, used);
  }
}

inline std::vector<std::size_t> pieces_of(std::size_t total, std::size_t size) {
  std::vector<std::size_t> pieces;
  for (std::size_t at = 0; at < total; at += size) pieces.push_back(std::min(size, total - at));
  return pieces;
}

inline std::vector<std::size_t> random_pieces(std::size_t total, std::mt19937& random) {
  std::vector<std::size_t> pieces;
  for (std::size_t at = 0; at < total;) {
    const std::size_t most = random() % 4 == 0 ? 3000 : 12;
    pieces.push_back(std::min<std::size_t>(1 + random() % most, total - at));
    at += pieces.back();
  }
  return pieces;
}

}  // namespace strata::test
