// tests/ws/sha1_test.cpp - fips180-4 examples, and every length around a block's edge.
#include "ws/sha1.h"

#include "tests/catch.h"
#include "tests/support/splits.h"

using namespace strata;

namespace {

std::string sha1_hex(std::string_view text) {
  std::string digits;
  for (const std::uint8_t byte : ws::sha1(net::as_bytes(text))) {
    digits += "0123456789abcdef"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  return digits;
}

}  // namespace

TEST_CASE("SHA-1 gives the digests of the standard", "[ws][codec][fips180-4-6.1][rfc6455-10.8]") {
  CHECK(sha1_hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(sha1_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  CHECK(sha1_hex(std::string(1'000'000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

// Against Python's hashlib: the digests of "", "a", "aa" ... up to 130 letters, themselves
// digested.
TEST_CASE("SHA-1 pads right at every length up to two blocks", "[ws][codec][fips180-4-5.1]") {
  std::string all;
  for (std::size_t length = 0; length <= 130; ++length) all += sha1_hex(std::string(length, 'a'));
  CHECK(sha1_hex(all) == "e9a26226834c1decc620e4a7df67e181b336a6b8");
}
