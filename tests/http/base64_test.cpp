// tests/http/base64_test.cpp - both ways, and everything that is not canonical.
#include "http/base64.h"

#include <random>

#include "tests/catch.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

TEST_CASE("the vectors of the specification, both ways", "[http][codec][rfc4648-10]") {
  const std::pair<std::string, std::string> rows[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xFB\xEF\xBE", "++++"},
      {"\xFF\xFF\xFF", "////"},
      {std::string(3, '\0'), "AAAA"},
      {std::string(1, '\0'), "AA=="},
      {"\x14\xFB\x9C\x03\xD9\x7E", "FPucA9l+"},
  };
  for (const auto& [octets, text] : rows) {
    INFO(text);
    CHECK(encode_base64(net::as_bytes(octets)) == text);
    test::ExactBytes exact(text);
    CHECK(decode_base64(net::as_text(exact.view())) == octets);
  }
  std::string appended = "b";
  append_base64(net::as_bytes("foo"), appended);
  CHECK(appended == "bZm9v");
}

// Not padded (rfc4648-3.2), other characters (rfc4648-3.3), bits that carry nothing (rfc4648-3.5).
TEST_CASE("what is not canonical is no Base64", "[http][codec][rfc4648-3.5]") {
  const std::string texts[] = {
      "Z",
      "Zg",
      "Zg=",
      "Zm9",
      "=",
      "==",
      "===",
      "====",
      "Z===",
      "Zg==Zg==",
      "Zm8=Zm8=",
      "=m9v",
      "Z=9v",
      "Zm=v",
      "Zg=v",
      " Zg==",
      "Zg== ",
      "Zg==\n",
      "Zm9v\r\n",
      "Zm 9",
      "Zm9\n",
      "Zm9-",
      "Zm9_",
      "Zm9\xC3",
      "Zm9.",
      std::string("Zm9\0", 4),
      std::string("Zg=\0", 4),
      std::string("\0g==", 4),
      "Zh==",  // the last four bits of a padded group carry nothing, so they are zero
      "Zv==",
      "Zm9=",
      "Zm//Zm+=",
      "Z/==",
  };
  for (const std::string& text : texts) {
    INFO(text);
    test::ExactBytes exact(text);
    CHECK_FALSE(decode_base64(net::as_text(exact.view())));
  }
}

TEST_CASE("random octets come back, and no truncation is taken for them",
          "[http][codec][rfc4648-4]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (std::size_t size = 0; size < 100; ++size) {
    std::string octets;
    for (std::size_t i = 0; i < size; ++i) octets += static_cast<char>(random());
    const std::string text = encode_base64(net::as_bytes(octets));
    CHECK(text.size() == (size + 2) / 3 * 4);
    CHECK(decode_base64(text) == octets);
    for (std::size_t have = 0; have < text.size(); ++have)
      if (have % 4 != 0) CHECK_FALSE(decode_base64(std::string_view(text).substr(0, have)));
  }
}
