// tests/http/cookie_test.cpp - cookies written byte for byte as Express does, and read.
#include "http/cookie.h"

#include <functional>
#include <string>

#include "tests/catch.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

constexpr std::int64_t now = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT

// The line that `change` asks for, or "refused".
std::string line(std::string_view name, std::string_view value,
                 const std::function<void(CookieOptions&)>& change = {}) {
  CookieOptions options;
  if (change) change(options);
  return write_set_cookie(name, value, options, now).value_or("refused");
}

}  // namespace

TEST_CASE("every attribute of a cookie has its place", "[http][codec][rfc6265-4.1]") {
  using O = CookieOptions;
  CHECK(line("a", "b") == "a=b; Path=/");
  CHECK(line("a", "") == "a=; Path=/");
  CHECK(line("a", "b c;\"=,\\\xC3\xA4") == "a=b%20c%3B%22%3D%2C%5C%C3%A4; Path=/");
  CHECK(line("a", "b",
             [](O& o) {
               o.max_age = 1s;
               o.domain = "x.example.org";
               o.path = "/p";
               o.http_only = o.secure = o.partitioned = true;
               o.priority = "high";
               o.same_site = "LAX";
             }) ==
        "a=b; Max-Age=1; Domain=x.example.org; Path=/p; Expires=Sun, 06 Nov 1994 08:49:38 GMT; "
        "HttpOnly; Secure; Partitioned; Priority=High; SameSite=Lax");
  CHECK(line("a", "b", [](O& o) { o.path.clear(); }) == "a=b");
  CHECK(line("a", "b", [](O& o) { o.max_age = 1999ms; }) ==
        "a=b; Max-Age=1; Path=/; Expires=Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(line("a", "b", [](O& o) { o.max_age = -1500ms; }) ==
        "a=b; Max-Age=-2; Path=/; Expires=Sun, 06 Nov 1994 08:49:35 GMT");
  CHECK(line("a", "b", [](O& o) { o.expires = 0; }) ==
        "a=b; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(line("a", "b=c", [](O& o) { o.raw = true; }) == "a=b=c; Path=/");
  CHECK(line("a", "\"b\"", [](O& o) { o.raw = true; }) == "a=\"b\"; Path=/");
  CHECK(line("a", "b", [](O& o) { o.domain = ".x.org"; }) == "a=b; Domain=.x.org; Path=/");
  CHECK(line("a", "b", [](O& o) {
          o.max_age = net::Duration::max();
        }).find("Max-Age=9223372036;") != std::string::npos);
}

TEST_CASE("a cookie with a byte that could begin another attribute is refused",
          "[http][codec][rfc6265-4.1.1][rfc1123-2.1]") {
  using O = CookieOptions;
  for (const char* name : {"", "a b", "a;b", "a=b", "a\r\nb", "\xC3\xA4"}) {
    INFO(name);
    CHECK(line(name, "v") == "refused");
  }
  CHECK(line(std::string_view("a\0b", 3), "v") == "refused");
  for (const char* path : {"/;Secure", "/\r\n", "/\x7F", "/<", "/\xC3\xA4"}) {
    INFO(path);
    CHECK(line("a", "v", [&](O& o) { o.path = path; }) == "refused");
  }
  for (const char* domain : {"x;y", "-x", "x-", "x..y", ".", "x y", "x\n", "x_y", "x."}) {
    INFO(domain);
    CHECK(line("a", "v", [&](O& o) { o.domain = domain; }) == "refused");
  }
  CHECK(line("a", "v", [](O& o) { o.domain = std::string(64, 'x'); }) == "refused");
  CHECK(line("a", "v", [](O& o) { o.same_site = "some"; }) == "refused");
  CHECK(line("a", "v", [](O& o) { o.priority = "Lax"; }) == "refused");
  for (const char* value : {"a b", "a;b", "a,b", "a\"b", "a\\b", "\xC3\xA4", "a\r\n", "\""}) {
    INFO(value);
    CHECK(line("a", value, [](O& o) { o.raw = true; }) == "refused");
  }
}

TEST_CASE("a cookie is removed by one that ended in 1970", "[http][codec][rfc6265-4.1]") {
  CookieOptions options;
  CHECK(write_clear_cookie("old", options) ==
        "old=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  options.max_age = 60s;
  options.domain = "x.org";
  options.path = "/p";
  options.secure = true;
  CHECK(write_clear_cookie("old", options) ==
        "old=; Domain=x.org; Path=/p; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure");
  CHECK_FALSE(write_clear_cookie("o d", {}));
}

TEST_CASE("cookies are found in what a client sends", "[http][codec][rfc6265-5.4]") {
  struct Row {
    const char* field;
    const char* name;
    std::optional<std::string> value;
  };
  const Row rows[] = {
      {"one=1; two=2; twofold=3", "two", "2"},
      {"one=1;two=2", "two", "2"},
      {"two=1; two=2", "two", "1"},
      {"Two=2", "two", std::nullopt},
      {"a=\"b c\"", "a", "b c"},
      {"a=b%20c", "a", "b c"},
      {"a=%zz%20", "a", "%zz%20"},
      {"a=%ff", "a", "%ff"},
      {"a=b=c", "a", "b=c"},
      {"a=", "a", ""},
      {"a=\"", "a", "\""},
      {" a\t=\t b ", "a", "b"},
      {"a; b=2", "b", "2"},
      {"a; b=2", "a", std::nullopt},
      {"=x; a=1", "a", "1"},
      {"=x", "", std::nullopt},
      {";;;a=1;;", "a", "1"},
      {"", "a", std::nullopt},
  };
  for (const Row& row : rows) {
    INFO(row.field);
    test::ExactBytes exact(row.field);
    CHECK(find_cookie(net::as_text(exact.view()), row.name) == row.value);
  }
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(parse_cookies("a=1; b=%41; a=2; c") == Pairs{{"a", "1"}, {"b", "A"}});
  std::string many;
  for (std::size_t i = 0; i < max_cookies + 10; ++i) many += "c" + std::to_string(i) + "=v;";
  CHECK(parse_cookies(many).size() == max_cookies);
  CHECK(find_cookie(many, "c199") == "v");
  CHECK_FALSE(find_cookie(many, "c200"));
}
