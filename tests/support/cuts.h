// tests/support/cuts.h - the ways to cut bytes into pieces, for tests of incremental parsers.
#pragma once
#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "net/bytes.h"

namespace strata::test {

// A copy on the heap of exactly this size: a read past its end is seen by ASan, and every new copy
// is at another address, as the bytes of a connection may be at each offer.
class ExactBytes {
 public:
  explicit ExactBytes(std::string_view text)
      : bytes_(std::make_unique<std::uint8_t[]>(text.size())), size_(text.size()) {
    if (size_ != 0) std::memcpy(bytes_.get(), text.data(), size_);
  }
  net::MutableBytes view() { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_;
};

using Cuts = std::vector<std::size_t>;  // the sizes that are offered one after the other, growing

inline Cuts every(std::size_t step, std::size_t total) {
  Cuts cuts;
  for (std::size_t have = step; have < total; have += step) cuts.push_back(have);
  cuts.push_back(total);
  return cuts;
}

template <class Random>
Cuts random_cuts(std::size_t total, Random& random) {
  Cuts cuts;
  std::size_t have = 0;
  while (have < total) {
    const std::size_t most = random() % 4 == 0 ? total : 16;
    have = std::min<std::size_t>(total, have + 1 + random() % most);
    cuts.push_back(have);
  }
  if (cuts.empty()) cuts.push_back(0);
  return cuts;
}

// Calls `see` with: all at once; byte by byte; in two pieces at every place; by 2, 3 and 7; and at
// random. Of inputs over 2 KiB, where that would take long, the places are 97 bytes apart.
template <class F>
void each_way_to_cut(std::size_t total, unsigned seed, F see) {
  const bool large = total > 2048;
  see(Cuts{total});
  if (total == 0) return;
  for (const std::size_t step : {1u, 2u, 3u, 7u}) see(every(large ? step * 97 : step, total));
  for (std::size_t at = 1; at < total; at += large ? 97 : 1) see(Cuts{at, total});
  std::mt19937 random(seed);
  for (int i = 0; i < 8; ++i) see(random_cuts(total, random));
}

}  // namespace strata::test
