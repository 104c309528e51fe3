// tests/ws/utf8_test.cpp - rfc3629-4 against a slow rule, and Markus Kuhn's cases at every split.
#include "ws/utf8.h"

#include <random>

#include "tests/catch.h"
#include "tests/support/splits.h"

using namespace strata;
using strata::test::hex;

namespace {

// Bytes, and how many of them are right before the first impossible one; `whole`: may end there.
struct Row {
  const char* what;
  const char* bytes;
  std::size_t right;
  bool whole;
};

const Row rows[] = {
    {"empty", "", 0, true},
    {"ASCII", "48 65 6c 6c 6f", 5, true},
    {"kosme", "ce ba e1 bd b9 cf 83 ce bc ce b5", 11, true},
    {"first of 2 bytes", "c2 80", 2, true},
    {"first of 3 bytes", "e0 a0 80", 3, true},
    {"first of 4 bytes", "f0 90 80 80", 4, true},
    {"first of 5 bytes", "f8 88 80 80 80", 0, true},
    {"first of 6 bytes", "fc 84 80 80 80 80", 0, true},
    {"last of 1 byte", "7f", 1, true},
    {"last of 2 bytes", "df bf", 2, true},
    {"last of 3 bytes", "ef bf bf", 3, true},
    {"beyond U+10FFFF", "f7 bf bf bf", 0, true},
    {"last of 5 bytes", "fb bf bf bf bf", 0, true},
    {"last of 6 bytes", "fd bf bf bf bf bf", 0, true},
    {"before the surrogates", "ed 9f bf", 3, true},
    {"behind the surrogates", "ee 80 80", 3, true},
    {"U+FFFD", "ef bf bd", 3, true},
    {"U+10FFFF", "f4 8f bf bf", 4, true},
    {"U+110000", "f4 90 80 80", 1, false},
    {"F5", "f5 80 80 80", 0, true},
    {"first continuation byte alone", "80", 0, true},
    {"last continuation byte alone", "bf", 0, true},
    {"two continuation bytes", "80 bf", 0, true},
    {"continuation behind ASCII", "61 62 80 63", 2, true},
    {"lead of 2, then blank", "c2 20", 1, false},
    {"lead of 3, then blank", "e1 20", 1, false},
    {"lead of 4, then blank", "f1 20", 1, false},
    {"C0 is no lead", "c0 20", 0, true},
    {"2 of 2 missing", "c3", 1, false},
    {"3 of 3 missing", "e0 a0", 2, false},
    {"4 of 4 missing", "f0 90 80", 3, false},
    {"3 of 3 missing, later one", "ef bf", 2, false},
    {"4 of 4 missing, last one", "f4 8f bf", 3, false},
    {"a cut one, then another", "e1 80 e1 80 80", 2, false},
    {"FE", "fe", 0, true},
    {"FF", "ff", 0, true},
    {"FE FE FF FF", "fe fe ff ff", 0, true},
    {"overlong '/' in 2", "c0 af", 0, true},
    {"overlong '/' in 3", "e0 80 af", 1, false},
    {"overlong '/' in 4", "f0 80 80 af", 1, false},
    {"overlong '/' in 5", "f8 80 80 80 af", 0, true},
    {"overlong U+7F", "c1 bf", 0, true},
    {"overlong U+7FF", "e0 9f bf", 1, false},
    {"overlong U+FFFF", "f0 8f bf bf", 1, false},
    {"overlong NUL in 2", "c0 80", 0, true},
    {"overlong NUL in 3", "e0 80 80", 1, false},
    {"overlong NUL in 4", "f0 80 80 80", 1, false},
    {"first surrogate", "ed a0 80", 1, false},
    {"last high surrogate", "ed af bf", 1, false},
    {"first low surrogate", "ed b0 80", 1, false},
    {"last surrogate", "ed bf bf", 1, false},
    {"surrogate pair", "ed a0 80 ed b0 80", 1, false},
    {"noncharacter U+FFFE", "ef bf be", 3, true},
    {"noncharacter U+1FFFF", "f0 9f bf bf", 4, true},
    {"NUL is a letter", "00", 1, true},
};

// One character at a time, by value: what the table of rfc3629-4 is made of.
bool slow_is_utf8(net::Bytes bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::uint8_t lead = bytes[at];
    const int follow = lead < 0x80       ? 0
                       : lead >> 5 == 6  ? 1
                       : lead >> 4 == 14 ? 2
                       : lead >> 3 == 30 ? 3
                                         : -1;
    if (follow < 0) return false;
    std::uint32_t value = follow == 0 ? lead : lead & (0x3Fu >> follow);
    for (int i = 1; i <= follow; ++i) {
      if (at + static_cast<std::size_t>(i) >= bytes.size()) return false;
      const std::uint8_t next = bytes[at + static_cast<std::size_t>(i)];
      if (next >> 6 != 2) return false;
      value = value << 6 | (next & 0x3Fu);
    }
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (value < least[follow] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
      return false;
    at += static_cast<std::size_t>(follow) + 1;
  }
  return true;
}

}  // namespace

TEST_CASE("text is refused at its first impossible byte, wherever it is cut",
          "[ws][codec][rfc3629-4]") {
  for (const Row& row : rows) {
    // Also behind enough ASCII that the word-wise path and its edge are crossed.
    for (const std::size_t before : {0u, 1u, 7u, 8u, 31u, 32u, 33u, 40u}) {
      const std::string text = std::string(before, 'x') + hex(row.bytes);
      for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        CAPTURE(row.what, before, cut);
        ws::Utf8Validator validator;
        const net::Bytes all = net::as_bytes(text);
        std::size_t right = validator.accept(all.first(cut));
        if (right == cut) right += validator.accept(all.subspan(cut));
        REQUIRE(right == before + row.right);
        REQUIRE(validator.complete() == row.whole);
      }
    }
  }
}

TEST_CASE("every sequence of up to three bytes is judged as the slow rule does",
          "[ws][codec][rfc3629-4]") {
  std::vector<std::uint8_t> bytes;
  std::size_t wrong = 0;
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      for (unsigned c :
           {0x00u, 0x41u, 0x7Fu, 0x80u, 0x8Fu, 0x90u, 0x9Fu, 0xA0u, 0xBFu, 0xC2u, 0xFFu}) {
        bytes = {std::uint8_t(a), std::uint8_t(b), std::uint8_t(c)};
        wrong += ws::is_utf8(bytes) != slow_is_utf8(bytes);
        bytes.push_back(0x80);
        wrong += ws::is_utf8(bytes) != slow_is_utf8(bytes);
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("random text is judged the same in any pieces", "[ws][codec][rfc3629-4]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::string letters[] = {"a",
                                 "plain ascii text, somewhat longer than a word or two",
                                 hex("c3 a9"),
                                 hex("e2 82 ac"),
                                 hex("f0 9f 98 80"),
                                 hex("ed 9f bf")};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (auto i = random() % 30; i > 0; --i) text += letters[random() % 6];
    if (random() % 2 == 0 && !text.empty()) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    ws::Utf8Validator validator;
    bool right = true;
    std::size_t at = 0;
    for (const std::size_t piece : test::random_pieces(text.size(), random)) {
      right = right && validator.accept(net::as_bytes(text).subspan(at, piece)) == piece;
      at += piece;
    }
    REQUIRE((right && validator.complete()) == slow_is_utf8(net::as_bytes(text)));
  }
}
