// tests/http/validators_test.cpp - tags, dates and ranges that a client compares: rfc9110-13, -14.
#include "http/validators.h"

#include <cstdio>
#include <random>
#include <string>

#include "tests/catch.h"

using namespace strata::http;

namespace {

constexpr const char* before = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr const char* date = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* after = "Sunday, 06-Nov-94 08:49:38 GMT";

}  // namespace

TEST_CASE("the table of rfc9110-8.8.3.2", "[http][codec][rfc9110-8.8.3.2]") {
  struct Row {
    const char *a, *b;
    bool strong, weak;
  };
  for (const Row& row :
       {Row{"W/\"1\"", "W/\"1\"", false, true}, Row{"W/\"1\"", "W/\"2\"", false, false},
        Row{"W/\"1\"", "\"1\"", false, true}, Row{"\"1\"", "\"1\"", true, true}}) {
    CHECK(tags_match(row.a, row.b, true) == row.strong);
    CHECK(tags_match(row.b, row.a, true) == row.strong);
    CHECK(tags_match(row.a, row.b, false) == row.weak);
  }
}

TEST_CASE("a list of tags is read tag by tag", "[http][codec][rfc9110-13.1.2][rfc9110-8.8.3]") {
  struct Row {
    const char* list;
    const char* tag;
    bool weak, strong;
  };
  const Row rows[] = {
      {"\"a\"", "\"a\"", true, true},
      {"\"a\", \"b\" ,W/\"c\"", "\"b\"", true, true},
      {"\"a\", \"b\" ,W/\"c\"", "\"c\"", true, false},
      {"\"a\"", "W/\"a\"", true, false},
      {"\"a,b\"", "\"b\"", false, false},
      {"\"a\" \"b\"", "\"b\"", true, true},
      {",,\"b\"", "\"b\"", true, true},
      {"w/\"a\"", "\"a\"", false, false},  // the case of W/ matters
      {"a", "\"a\"", false, false},
      {"\"a", "\"a\"", false, false},
      {"*", "\"a\"", true, true},
      {" * ", "W/\"a\"", true, true},
      {"*", "", false, false},
      {"\"*\"", "\"a\"", false, false},
      {"", "\"a\"", false, false},
      {"W/", "\"a\"", false, false},
      {"W", "\"a\"", false, false},
  };
  for (const Row& row : rows) {
    INFO(row.list << " on " << row.tag);
    CHECK(lists_tag(row.list, row.tag, false) == row.weak);
    CHECK(lists_tag(row.list, row.tag, true) == row.strong);
  }
}

TEST_CASE("conditions are asked in their order",
          "[http][codec][rfc9110-13.2.2][rfc9110-13.1.1][rfc9110-13.1.2][rfc9110-13.1.3]"
          "[rfc9110-13.1.4]") {
  using P = Precondition;
  const Conditions none;
  struct Row {
    const char* what;
    Conditions theirs;
    bool reads;
    const char* tag;
    P verdict;
  };
  const auto with = [](auto member, std::string_view value) {
    Conditions conditions;
    conditions.*member = value;
    return conditions;
  };
  Conditions both_match{"\"1\"", {}, "\"1\"", {}, {}};
  Conditions stale_match{"\"1\"", {}, "\"2\"", {}, {}};
  Conditions match_over_date{{}, {}, "\"1\"", before, {}};
  Conditions tag_over_date{"\"2\"", after, {}, {}, {}};
  const Row rows[] = {
      {"no condition", none, true, "\"1\"", P::holds},
      {"If-Match holds", with(&Conditions::if_match, "\"1\""), false, "\"1\"", P::holds},
      {"If-Match of another", with(&Conditions::if_match, "\"2\""), false, "\"1\"", P::failed},
      {"If-Match of another, read", with(&Conditions::if_match, "\"2\""), true, "\"1\"", P::failed},
      {"If-Match is strong", with(&Conditions::if_match, "\"1\""), false, "W/\"1\"", P::failed},
      {"If-Match: *", with(&Conditions::if_match, "*"), false, "W/\"1\"", P::holds},
      {"If-Match: * of nothing", with(&Conditions::if_match, "*"), false, "", P::failed},
      {"unmodified since then", with(&Conditions::if_unmodified_since, date), false, "\"1\"",
       P::holds},
      {"modified since then", with(&Conditions::if_unmodified_since, before), false, "\"1\"",
       P::failed},
      {"a date that is none", with(&Conditions::if_unmodified_since, "yesterday"), false, "\"1\"",
       P::holds},
      {"If-None-Match, read", with(&Conditions::if_none_match, "\"1\""), true, "W/\"1\"",
       P::not_modified},
      {"If-None-Match, written", with(&Conditions::if_none_match, "\"1\""), false, "\"1\"",
       P::failed},
      {"create only", with(&Conditions::if_none_match, "*"), false, "", P::holds},
      {"create only, but it is there", with(&Conditions::if_none_match, "*"), false, "\"1\"",
       P::failed},
      {"not modified since then", with(&Conditions::if_modified_since, date), true, "\"1\"",
       P::not_modified},
      {"modified after then", with(&Conditions::if_modified_since, before), true, "\"1\"",
       P::holds},
      {"of no meaning for PUT", with(&Conditions::if_modified_since, after), false, "\"1\"",
       P::holds},
      {"If-Match first, then If-None-Match", both_match, true, "\"1\"", P::not_modified},
      {"If-Match goes before all", stale_match, true, "\"1\"", P::failed},
      {"If-Match goes before its date", match_over_date, true, "\"1\"", P::holds},
      {"If-None-Match goes before its date", tag_over_date, true, "\"1\"", P::holds},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(check_conditions(row.theirs, row.reads, row.tag, date) == row.verdict);
  }
  CHECK(check_conditions(with(&Conditions::if_modified_since, after), true, "\"1\"", "") ==
        P::holds);
  CHECK(check_conditions(with(&Conditions::if_unmodified_since, before), true, "\"1\"", "") ==
        P::holds);
}

TEST_CASE("a range counts if the copy is still that one", "[http][codec][rfc9110-13.1.5]") {
  CHECK(range_applies("", "\"1\"", date));
  CHECK(range_applies("\"1\"", "\"1\"", date));
  CHECK_FALSE(range_applies("\"1\"", "W/\"1\"", date));
  CHECK_FALSE(range_applies("W/\"1\"", "W/\"1\"", date));
  CHECK_FALSE(range_applies("\"2\"", "\"1\"", date));
  CHECK(range_applies(date, "\"1\"", date));
  CHECK_FALSE(range_applies(after, "\"1\"", date));
  CHECK_FALSE(range_applies(before, "\"1\"", date));
}

TEST_CASE("one range is read, others are for the whole",
          "[http][codec][rfc9110-14.1.2][rfc9110-14.2]") {
  struct Row {
    const char* text;
    std::uint64_t size;
    const char* found;  // "offset+bytes", "whole" or "416"
  };
  const Row rows[] = {
      {"", 10, "whole"},
      {"bytes=0-4", 10, "0+5"},
      {"bytes=5-", 10, "5+5"},
      {"Bytes=5-", 10, "5+5"},  // rfc9110-14.1: a unit's case does not matter
      {"bytes=-3", 10, "7+3"},
      {"bytes=-30", 10, "0+10"},
      {"bytes=0-99", 10, "0+10"},
      {"bytes=9-9", 10, "9+1"},
      {"bytes=10-", 10, "416"},
      {"bytes=-0", 10, "416"},
      {"bytes=0-", 0, "416"},
      {"bytes=-1", 0, "416"},
      {"bytes=5-4", 10, "whole"},
      {"bytes=-", 10, "whole"},
      {"bytes=", 10, "whole"},
      {"bytes=a-b", 10, "whole"},
      {"bytes=0-1,3-4", 10, "whole"},
      {"bytes=0-18446744073709551615", 10, "whole"},  // more digits than a size has
      {"bytes=0-9223372036854775807", 10, "0+10"},
      {"bytes=99999999999999999999-", 10, "whole"},
      {"items=0-4", 10, "whole"},
      {"bytes 0-4", 10, "whole"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto range = parse_range(row.text, row.size);
    std::string found = "416";
    if (range && !range->partial) found = "whole";
    if (range && range->partial)
      found = std::to_string(range->offset) + "+" + std::to_string(range->bytes);
    CHECK(found == row.found);
    if (range) CHECK(range->offset + range->bytes <= row.size);
  }
}

TEST_CASE("a client may want no cached answer", "[http][codec][rfc9111-5.2.1.4]") {
  CHECK(wants_no_cache("no-cache"));
  CHECK(wants_no_cache("max-age=0, No-Cache"));
  CHECK_FALSE(wants_no_cache(""));
  CHECK_FALSE(wants_no_cache("max-age=0, x-no-cache"));
}

TEST_CASE("a tag holds its numbers in hex, whatever they are", "[http][codec][rfc9110-8.8.3]") {
  const auto expected = [](unsigned long long first, unsigned long long second) {
    char text[64];
    std::snprintf(text, sizeof text, "W/\"%llx-%llx\"", first, second);
    return std::string(text);
  };
  std::mt19937_64 random(7);
  for (int bits = 0; bits <= 64; ++bits) {
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t mask = bits == 64 ? ~0ull : (1ull << bits) - 1;
      const std::uint64_t first = random() & mask;
      const std::uint64_t second = i == 0 ? mask : random() & mask;
      CHECK(std::string(weak_tag(first, second)) == expected(first, second));
    }
  }
  CHECK(std::string(weak_tag(0, 0)) == "W/\"0-0\"");
}
