// tests/net/random_test.cpp - what nobody can guess is at least filled, whole, and not the same.
#include "net/random.h"

#include <algorithm>
#include <vector>

#include "tests/catch.h"

using namespace strata;

TEST_CASE("every byte of the room is filled, however large", "[net]") {
  for (const std::size_t bytes : {1u, 16u, 256u, 257u, 100'000u}) {
    INFO(bytes);
    std::vector<std::uint8_t> changed(bytes, 0), room(bytes);
    for (int i = 0; i < 20; ++i) {
      net::fill_random(room);
      std::transform(room.begin(), room.end(), changed.begin(), changed.begin(),
                     [](std::uint8_t a, std::uint8_t b) { return std::uint8_t(a | b); });
    }
    // That one byte is 0 twenty times in a row has a chance of 2^-160.
    CHECK(std::count(changed.begin(), changed.end(), 0) == 0);
  }
  net::fill_random({});
}

TEST_CASE("two fillings are two", "[net]") {
  std::vector<std::uint8_t> one(16), other(16);
  net::fill_random(one);
  net::fill_random(other);
  CHECK(one != other);
}
