// tests/http/target_test.cpp - targets, hosts, escapes and queries, by tables.
#include "http/target.h"

#include "tests/catch.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

TEST_CASE("a target is one of four forms", "[http][codec][rfc9112-3.2]") {
  struct Row {
    const char* method;
    const char* text;
    TargetForm form;
    const char* authority;
    const char* path;
    const char* query;
  };
  using enum TargetForm;
  const Row rows[] = {
      {"GET", "/", origin, "", "/", ""},
      {"GET", "/a/b?c=d", origin, "", "/a/b", "c=d"},
      {"GET", "/a?", origin, "", "/a", ""},
      {"GET", "/a?b?c", origin, "", "/a", "b?c"},
      {"GET", "//a/b", origin, "", "//a/b", ""},
      {"OPTIONS", "/a", origin, "", "/a", ""},
      {"GET", "http://a", absolute, "a", "/", ""},  // rfc9110-4.2.3
      {"GET", "http://a/", absolute, "a", "/", ""},
      {"POST", "HttpS://a:1/b/c?d", absolute, "a:1", "/b/c", "d"},
      {"GET", "http://a?b", absolute, "a", "/", "b"},
      {"GET", "http://[::1]:80/b", absolute, "[::1]:80", "/b", ""},
      {"CONNECT", "a:443", authority, "a:443", "", ""},
      {"CONNECT", "[::1]:443", authority, "[::1]:443", "", ""},
      {"OPTIONS", "*", asterisk, "", "", ""},
  };
  for (const Row& row : rows) {
    INFO(row.method << ' ' << row.text);
    test::ExactBytes exact(row.text);  // without a NUL behind it
    const auto target = parse_target(row.method, net::as_text(exact.view()));
    REQUIRE(target);
    CHECK(target->form == row.form);
    CHECK(target->authority == row.authority);
    CHECK(target->path == row.path);
    CHECK(target->query == row.query);
  }
  const char* const refused[][2] = {
      {"GET", ""},
      {"GET", "a"},
      {"GET", "*"},
      {"GET", "?a"},
      {"GET", "/#a"},
      {"GET", "/a b"},
      {"GET", "/\xC3"},
      {"GET", "a:80"},
      {"GET", "http:a"},
      {"GET", "http:/a"},
      {"GET", "http://"},
      {"GET", "http:///a"},
      {"GET", "http://?a"},
      {"GET", "http://:80"},
      {"GET", "ftp://a/"},
      {"GET", "://a"},
      {"GET", "http://u@a"},
      {"GET", "http://a:b/"},
      {"CONNECT", "a"},
      {"CONNECT", "a:"},
      {"CONNECT", "/"},
      {"CONNECT", "[::1]"},
      {"CONNECT", "[::1]:"},
      {"CONNECT", "*"},
      {"CONNECT", "http://a:80/"},
      {"options", "*"},
      {"OPTIONS", "*/"},
  };
  for (const auto& row : refused) {
    INFO(row[0] << ' ' << row[1]);
    CHECK_FALSE(parse_target(row[0], row[1]));
  }
}

TEST_CASE("a host is a name or an address, with a port at most", "[http][codec][rfc3986-3.2.2]") {
  for (const char* const good : {"a",
                                 "example.org",
                                 "EXAMPLE.org:80",
                                 "a:",
                                 "a:0",
                                 "a:65535",
                                 "127.0.0.1:7890",
                                 "a_b",
                                 "a%41",
                                 "!$&'()*+,;=-._~",
                                 "[::]",
                                 "[::1]:80",
                                 "[1::]",
                                 "[1:2:3:4:5:6:7:8]",
                                 "[1:2:3:4:5:6:7::]",
                                 "[::2:3:4:5:6:7:8]",
                                 "[::ffff:1.2.3.4]",
                                 "[1:2:3:4:5:6:1.2.3.4]",
                                 "[v1.a:b]",
                                 "[VF.x]:1"}) {
    INFO(good);
    test::ExactBytes exact(good);
    CHECK(is_host(net::as_text(exact.view())));
  }
  for (const char* const bad : {"",
                                ":",
                                ":80",
                                "a:65536",
                                "a:x",
                                "a:80:90",
                                "a:-1",
                                "a:99999999999999999999",
                                "a b",
                                "a/b",
                                "a@b",
                                "a%",
                                "a%4",
                                "a%4g",
                                "\xC3\xA4",
                                "a\\b",
                                "a,b c",
                                "[",
                                "[]",
                                "[]:80",
                                "[:]",
                                "[:::]",
                                "[1:2:3:4:5:6:7]",
                                "[1:2:3:4:5:6:7:8:9]",
                                "[1:2:3:4:5:6:7:8::]",
                                "[1::2::3]",
                                "[1:]",
                                "[:1]",
                                "[12345::]",
                                "[g::]",
                                "[::1.2.3]",
                                "[::1.2.3.4.5]",
                                "[::256.1.1.1]",
                                "[::01.1.1.1]",
                                "[1.2.3.4::]",
                                "[1:2:3:4:5:6:7:1.2.3.4]",
                                "[::1]a",
                                "[::1]80",
                                "[::1]:x",
                                "[::1",
                                "::1",
                                "[v.a]",
                                "[v1]",
                                "[v1.]",
                                "[v1.[]",
                                "[::1%25eth0]"}) {
    INFO(bad);
    test::ExactBytes exact(bad);
    CHECK_FALSE(is_host(net::as_text(exact.view())));
  }
}

TEST_CASE("escapes are decoded whole or not at all", "[http][codec][rfc3986-2.1]") {
  struct Row {
    const char* text;
    bool plus;
    std::optional<std::string> decoded;
  };
  const Row rows[] = {
      {"", false, ""},
      {"abc", false, "abc"},
      {"a%20b", false, "a b"},
      {"%41%7a%7A", false, "Azz"},
      {"%00", false, std::string(1, '\0')},
      {"%ff%FF", false, "\xFF\xFF"},
      {"a+b", false, "a+b"},
      {"a+b", true, "a b"},
      {"a%2Bb", true, "a+b"},
      {"%25%34%31", false, "%41"},  // decoded once
      {"%", false, std::nullopt},
      {"%4", false, std::nullopt},
      {"a%4", false, std::nullopt},
      {"%g0", false, std::nullopt},
      {"%0g", false, std::nullopt},
      {"%%41", false, std::nullopt},
      {"%+1", false, std::nullopt},
      {"%u0041", false, std::nullopt},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    test::ExactBytes exact(row.text);
    CHECK(percent_decode(net::as_text(exact.view()), row.plus) == row.decoded);
  }
}

TEST_CASE("what encodeURIComponent writes is written, and read back",
          "[http][codec][rfc3986-2.1]") {
  CHECK(percent_encode("AZaz09-_.!~*'()") == "AZaz09-_.!~*'()");
  CHECK(percent_encode("a b&c=d/e?f+g%\xC3\xA4") == "a%20b%26c%3Dd%2Fe%3Ff%2Bg%25%C3%A4");
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  CHECK(percent_decode(percent_encode(all)) == all);
}

TEST_CASE("a query is a list of pairs", "[http][codec]") {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(parse_query("") == Pairs{});
  CHECK(parse_query("a=b") == Pairs{{"a", "b"}});
  CHECK(parse_query("y=2&y=3&z[a]=1") == Pairs{{"y", "2"}, {"y", "3"}, {"z[a]", "1"}});
  CHECK(parse_query("a&b=&=c&=") == Pairs{{"a", ""}, {"b", ""}, {"", "c"}, {"", ""}});
  CHECK(parse_query("&&a=b&") == Pairs{{"a", "b"}});
  CHECK(parse_query("a=b=c") == Pairs{{"a", "b=c"}});
  CHECK(parse_query("a+b=c%20d%26") == Pairs{{"a b", "c d&"}});
  CHECK(parse_query("a=%zz&b=%41") == Pairs{{"a", "%zz"}, {"b", "A"}});  // kept as it was sent
}
