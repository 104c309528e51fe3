// tests/http/negotiation_test.cpp - the lists of rfc9110-12.5, and media types.
#include "http/negotiation.h"

#include <random>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

struct Row {
  const char* list;
  const char* offer;
  int quality;
};

void check(Offer what, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO("\"" << row.list << "\" on " << row.offer);
    test::ExactBytes list(row.list);
    CHECK(quality(what, net::as_text(list.view()), row.offer) == row.quality);
  }
}

struct Choice {
  const char* list;
  std::vector<std::string_view> offers;
  int chosen;  // -1: none
};

void check(Offer what, const std::vector<Choice>& rows) {
  for (const Choice& row : rows) {
    INFO(row.list);
    const auto found = choose(what, row.list, row.offers);
    CHECK((found ? int(*found) : -1) == row.chosen);
  }
}

}  // namespace

TEST_CASE("a media type is type, subtype and parameters", "[http][codec][rfc9110-8.3.1]") {
  const auto html = parse_media_type(" Text/HTML ; Charset=\"utf-8\"; x=\"a;b\\\"c\" ;y=z; bad");
  REQUIRE(html);
  CHECK(html->is("text", "html"));
  CHECK(html->parameter("charset") == "utf-8");
  CHECK(html->parameter("X") == "a;b\"c");
  CHECK(html->parameter("y") == "z");
  CHECK_FALSE(html->parameter("bad"));
  CHECK_FALSE(html->parameter("q"));
  CHECK(parse_media_type("a/b;c=\"\"")->parameter("c") == "");
  CHECK(parse_media_type("a/b;c=\"\\\"")->parameter("c") == "\\");  // nothing behind the backslash
  CHECK(parse_media_type("application/vnd.api+json"));
  CHECK(parse_media_type("*/*"));
  for (const char* bad : {"", "/", "text", "text/", "/html", "te xt/html", "text/html/x", "a/b,c/d",
                          "\"a\"/b", ";a/b"}) {
    INFO(bad);
    CHECK_FALSE(parse_media_type(bad));
  }
}

TEST_CASE("the most exact media range says the quality",
          "[http][codec][rfc9110-12.5.1][rfc9110-5.6.6]") {
  const char* const rfc =
      "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, "
      "*/*;q=0.5";
  check(Offer::media_type,
        std::vector<Row>{
            {rfc, "text/plain;format=flowed", 1000},  // the table of the section
            {rfc, "text/plain", 700},
            {rfc, "text/html", 300},
            {rfc, "image/jpeg", 500},
            {rfc, "text/plain;format=fixed", 400},
            {rfc, "text/html;level=3", 300},
            {"", "text/html", 1000},
            {" , ,", "text/html", 1000},
            {"text/html", "TEXT/Html", 1000},
            {"text/html", "text/css", 0},
            {"*/html", "text/html", 0},
            {"text/html;q=0, */*", "text/html", 0},
            {"text/html;q=0, */*", "text/css", 1000},
            {"text/html;q=0.5;level=1", "text/html", 500},  // what is behind q is no parameter
            {"text/html;level=\"1\"", "text/html;level=1", 1000},
            {"a/b;t=\"x,y\\\",c/d;q=1\", e/f", "c/d", 0},  // one member, for it is quoted
            {"a/b;t=\"x,y\", e/f", "e/f", 1000},
            {"a/b;t=\"open, e/f", "e/f", 0},
            {"junk, text/html", "text/html", 1000},
            {"text/html;q=0.4,text/html;q=0.6", "text/html", 600},
        });
}

TEST_CASE("a quality has three decimals and lies from 0 to 1", "[http][codec][rfc9110-12.4.2]") {
  check(Offer::charset, std::vector<Row>{
                            {"a;q=1", "a", 1000},
                            {"a;q=1.", "a", 1000},
                            {"a;q=1.000", "a", 1000},
                            {"a;q=0", "a", 0},
                            {"a;q=0.", "a", 0},
                            {"a;q=0.001", "a", 1},
                            {"a;q=0.12", "a", 120},
                            {"a ; Q=0.5", "a", 500},
                            {"a;q=1.001", "a", 0},
                            {"a;q=0.1234", "a", 0},
                            {"a;q=2", "a", 0},
                            {"a;q=-1", "a", 0},
                            {"a;q=.5", "a", 0},
                            {"a;q=", "a", 0},
                            {"a;q=0x", "a", 0},
                            {"a;q", "a", 0},
                            {"a;q=1e0", "a", 0},
                            {"a;q=01", "a", 0},
                        });
}

TEST_CASE("charsets: by name or by the star", "[http][codec][rfc9110-12.5.2]") {
  check(Offer::charset, std::vector<Row>{{"", "utf-8", 1000},
                                         {"UTF-8", "utf-8", 1000},
                                         {"iso-8859-5, unicode-1-1;q=0.8", "unicode-1-1", 800},
                                         {"iso-8859-5", "utf-8", 0},
                                         {"utf-8;q=0.2, *;q=0.5", "latin1", 500},
                                         {"utf-8;q=0.2, *;q=0.5", "utf-8", 200}});
}

TEST_CASE("codings: identity is refused only by name or by the star",
          "[http][codec][rfc9110-12.5.3][rfc9110-8.4.1.3]") {
  check(Offer::coding, std::vector<Row>{{"", "gzip", 0},
                                        {"", "identity", 1000},
                                        {"gzip", "gzip", 1000},
                                        {"gzip", "identity", 1000},
                                        {"x-gzip", "gzip", 1000},
                                        {"gzip", "x-gzip", 1000},
                                        {"GZip;q=0.5", "gzip", 500},
                                        {"gzip;q=0.5", "identity", 500},
                                        {"gzip;q=0", "gzip", 0},
                                        {"gzip;q=0", "identity", 1000},
                                        {"*", "gzip", 1000},
                                        {"*", "identity", 1000},
                                        {"*;q=0", "identity", 0},
                                        {"*;q=0, gzip", "gzip", 1000},
                                        {"*;q=0, gzip", "identity", 0},
                                        {"identity;q=0", "identity", 0},
                                        {"identity;q=0.5, *;q=0", "identity", 500},
                                        {"gzip, *;q=0", "br", 0},
                                        {"gzipx, xgzip", "gzip", 0}});
  struct Yes {
    const char* list;
    bool accepts;
  };
  for (const Yes& row : {Yes{"gzip, deflate, br", true}, Yes{"", false}, Yes{"br", false},
                         Yes{"gzip;q=0", false}, Yes{"gzip;q=0.5, identity", false}, Yes{"*", true},
                         Yes{"*;q=0", false}, Yes{"identity;q=0, gzip;q=0.001", true}}) {
    INFO(row.list);
    CHECK(accepts_coding(row.list, "gzip") == row.accepts);
  }
}

TEST_CASE("languages: a range covers what begins with it",
          "[http][codec][rfc9110-12.5.4][rfc4647-3.3.1]") {
  check(Offer::language, std::vector<Row>{{"", "de", 1000},
                                          {"da, en-gb;q=0.8, en;q=0.7", "en-GB", 800},
                                          {"da, en-gb;q=0.8, en;q=0.7", "en-US", 700},
                                          {"da, en-gb;q=0.8, en;q=0.7", "en", 700},
                                          {"da, en-gb;q=0.8", "en", 800},
                                          {"da", "de", 0},
                                          {"en", "eng", 0},
                                          {"eng", "en", 0},
                                          {"zh-Hant-TW", "zh-hant", 1000},
                                          {"*;q=0.1, de;q=0", "de", 0},
                                          {"*;q=0.1, de;q=0", "fr", 100}});
}

TEST_CASE("among offers the most welcome is chosen",
          "[http][codec][rfc9110-12.5.1][rfc9110-12.5.4]") {
  check(Offer::media_type,
        std::vector<Choice>{
            {"application/json, text/html;q=0.9", {"text/html", "application/json"}, 1},
            {"text/html, application/json", {"application/json", "text/html"}, 1},  // named first
            {"*/*", {"application/json", "text/html"}, 0},
            {"text/*, application/json", {"text/html", "application/json"}, 1},  // more exactly
            {"image/png", {"application/json", "text/html"}, -1},
            {"*/*;q=0", {"a/b"}, -1},
            {"", {"a/b", "c/d"}, 0},
            {"a/b", {}, -1},
            {"a/b", {"no type", "a/b"}, 1},
        });
  check(Offer::coding, std::vector<Choice>{{"gzip, br", {"br", "gzip", "identity"}, 1},
                                           {"", {"gzip", "identity"}, 1},
                                           {"*;q=0", {"gzip", "identity"}, -1}});
  check(Offer::language, std::vector<Choice>{{"fr-CH, fr;q=0.9, en;q=0.8", {"en", "fr"}, 1},
                                             {"de", {"en", "fr"}, -1}});
  CHECK(choose(Offer::coding, "gzip", {"identity", "gzip"}) == 1u);
}

TEST_CASE("only so many members of a list are read", "[http][codec][rfc9110-12.5.1]") {
  std::string list;
  for (std::size_t i = 0; i + 1 < max_list_members; ++i) list += "a/b,";
  CHECK(quality(Offer::media_type, list + "c/d", "c/d") == 1000);
  CHECK(quality(Offer::media_type, list + "a/b,c/d", "c/d") == 0);
}

TEST_CASE("no text of a list is read past its end", "[http][codec][rfc9110-12.5.1]") {
  const unsigned seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const std::string_view alphabet = "a/b*,;=\"\\q01. -gzip";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto i = random() % 30; i > 0; --i) text += alphabet[random() % alphabet.size()];
    test::ExactBytes exact(text);
    const std::string_view list = net::as_text(exact.view());
    for (const Offer what : {Offer::media_type, Offer::charset, Offer::coding, Offer::language}) {
      const int got = quality(what, list, "a/b");
      CHECK((got >= 0 && got <= 1000));
      CHECK((got > 0) == choose(what, list, {"a/b"}).has_value());
    }
    if (const auto type = parse_media_type(list)) (void)type->parameter("q");
  }
}
