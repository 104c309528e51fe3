// tests/http/scan_test.cpp - sixteen bytes at once find what the table finds, with words as with
// vectors, wherever the byte stands.
#include "http/scan.h"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include "tests/catch.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;
using namespace strata::test;

namespace {

template <class Is>
unsigned mask_by(Is is, const std::string& sixteen) {
  unsigned bits = 0;
  for (unsigned i = 0; i < 16; ++i) bits |= unsigned{is(sixteen[i])} << i;
  return bits;
}

bool is_control(char c) { return c == '\t' || !is_char(c, value_char); }
bool is_letter_or_digit(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}
bool is_usual_in_names(char c) { return is_letter_or_digit(c) || c == '-'; }
bool is_usual_in_hosts(char c) { return is_usual_in_names(c) || c == '.'; }

template <class Some>
void check_masks(const std::string& bytes) {
  CHECK(Some::controls(bytes.data()) == mask_by(is_control, bytes));
  CHECK(Some::names(bytes.data()) == mask_by(is_usual_in_names, bytes));
  CHECK(Some::hosts(bytes.data()) == mask_by(is_usual_in_hosts, bytes));
  CHECK(Some::targets(bytes.data()) ==
        mask_by([](char c) { return is_char(c, target_char); }, bytes));
}

void check_all_masks(const std::string& bytes) {
  check_masks<WordLanes>(bytes);
  check_masks<Lanes>(bytes);  // the vectors, where there are some
}

std::string random_bytes(std::mt19937& random, std::size_t count, std::string_view from) {
  std::string bytes;
  while (bytes.size() < count)
    bytes += from.empty() ? static_cast<char>(random()) : from[random() % from.size()];
  return bytes;
}

}  // namespace

TEST_CASE("words and vectors tell the same kinds of bytes as the table",
          "[http][codec][rfc9110-5.5][rfc9110-5.6.2]") {
  for (int c = 0; c < 256; ++c) {
    INFO("byte " << c);
    for (std::size_t at = 0; at < 16; ++at) {
      for (const char around : {'a', '\0', '\x7F', '\xFF'}) {
        std::string bytes(16, around);
        bytes[at] = static_cast<char>(c);
        check_all_masks(bytes);
      }
    }
  }
  std::mt19937 random(4);
  for (int i = 0; i < 2000; ++i) check_all_masks(random_bytes(random, 16, {}));
}

TEST_CASE("a scan stops where the table stops, at every length", "[http][codec][rfc9112-3.2]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (const std::string_view from :
       {"abcXYZ019-", "ab_|!~-09:", "aZ. \t9-\x80", "/a?b=%#\"<>\\^"}) {
    for (std::size_t size = 0; size < 70; ++size) {
      ExactBytes memory(random_bytes(random, size, from));
      const std::string_view text = net::as_text(memory.view());
      const char* const at = text.data();
      const char* const end = at + size;
      CHECK(scan_value(at, end) == scan_class(at, end, value_char));
      CHECK(scan_token(at, end) == scan_class(at, end, token_char));
      CHECK(scan_target(at, end) == scan_class(at, end, target_char));
      for (std::size_t begin = 0; begin < size; ++begin) {
        const char* const from_here = at + begin;
        CHECK(scan_name(at, from_here, end) == scan_class(from_here, end, token_char));
        const char* const host = scan_host(from_here, end, end);
        CHECK(std::all_of(from_here, host, [](char c) { return is_char(c, host_char); }));
        CHECK((host == end || !is_usual_in_hosts(*host)));
      }
    }
  }
}

TEST_CASE("what lies behind a host is read and decides nothing", "[http][codec][rfc3986-3.2.2]") {
  const std::string text = "example.org.and.more.than.sixteen:80";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const char* const end = text.data() + std::min<std::size_t>(size, text.find(':'));
    CHECK(scan_host(text.data(), text.data() + size, text.data() + text.size()) == end);
  }
}

TEST_CASE("the control bytes of a text are found in blocks", "[http][codec][rfc9110-5.5]") {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 200; ++size) {
    ExactBytes memory(random_bytes(random, size, "abcdefgh\t\r\n\x7F\x80\xFF"));
    const std::string_view text = net::as_text(memory.view());
    for (std::size_t at = 0; at <= size; ++at) {
      std::uint64_t expected = 0;
      for (std::size_t i = 0; i < 64 && at + i < size; ++i)
        expected |= std::uint64_t{is_control(text[at + i])} << i;
      const std::uint64_t bits =
          control_bits(text.data(), text.data() + at, text.data() + text.size());
      if (bits != expected) FAIL("at " << at << " of " << size);
    }
  }
}
