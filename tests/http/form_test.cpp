// tests/http/form_test.cpp - forms and queries, pair by pair.
#include "http/form.h"

#include <string>

#include "http/target.h"
#include "tests/catch.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

TEST_CASE("a form is decoded as URLSearchParams does", "[http][codec][form]") {
  struct Row {
    const char* text;
    std::vector<Form::Pair> pairs;
  };
  const Row rows[] = {
      {"", {}},
      {"a=b", {{"a", "b"}}},
      {"a=b&a=c&A=d", {{"a", "b"}, {"a", "c"}, {"A", "d"}}},
      {"name=Ada+Lovelace&tag=%C3%A4%2B", {{"name", "Ada Lovelace"}, {"tag", "\xC3\xA4+"}}},
      {"&&a&=b&=&&c=d=e&", {{"a", ""}, {"", "b"}, {"", ""}, {"c", "d=e"}}},
      {"a=%zz%41%4&b=%", {{"a", "%zzA%4"}, {"b", "%"}}},
      {"a%3Db=%26", {{"a=b", "&"}}},
      {"a\r\n=\t", {{"a\r\n", "\t"}}},
      {"%00=%00", {{std::string(1, '\0'), std::string(1, '\0')}}},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    test::ExactBytes exact(row.text);
    const auto form = parse_form(net::as_text(exact.view()));
    REQUIRE(form);
    CHECK(std::vector<Form::Pair>(form->begin(), form->end()) == row.pairs);
    const auto again = parse_form(write_form(row.pairs));
    REQUIRE(again);
    CHECK(std::vector<Form::Pair>(again->begin(), again->end()) == row.pairs);
    CHECK(parse_query(row.text) == row.pairs);
    for (const auto& [name, value] : row.pairs)
      CHECK(find_query(row.text, name) == form->get(name));
  }
  CHECK(write_form({{"a b", "\xC3\xA4~*-._"}, {"", "&"}}) == "a+b=%C3%A4%7E*-._&=%26");
}

TEST_CASE("a form's values are found by name", "[http][codec][form]") {
  const auto form = parse_form("a=1&b=2&a=3");
  REQUIRE(form);
  CHECK(form->get("a") == "1");
  CHECK(form->all("a") == std::vector<std::string_view>{"1", "3"});
  CHECK_FALSE(form->has("c"));
  CHECK(form->all("c").empty());
  CHECK(form->size() == 3);
}

TEST_CASE("a form has only so many fields", "[http][codec][form]") {
  std::string text;
  for (std::size_t i = 0; i < max_form_pairs; ++i) text += "a&";
  CHECK(parse_form(text)->size() == max_form_pairs);
  text += "b";
  const auto refused = parse_form(text);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 413);
  CHECK(parse_form("a&b&c", 2).error().status == 413);
}

TEST_CASE("text is UTF-8 or it is not", "[http][codec][rfc3629-4]") {
  for (const char* good : {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    test::ExactBytes exact(good);
    CHECK(is_utf8(net::as_text(exact.view())));
  }
  for (const char* bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE2\x82",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "a\xC3"}) {
    test::ExactBytes exact(bad);
    CHECK_FALSE(is_utf8(net::as_text(exact.view())));
  }
}
