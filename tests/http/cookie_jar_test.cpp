// tests/http/cookie_jar_test.cpp - whose cookies are taken, where they go, and when they end.
#include "http/client/cookie_jar.h"

#include "tests/catch.h"

using namespace strata;
using namespace strata::http;

namespace {

constexpr std::int64_t now = 1'700'000'000;

Url url_of(std::string_view text) {
  INFO(text);
  const auto url = parse_url(text);
  REQUIRE(url.has_value());
  return *url;
}

// What goes to `to` after one cookie from `from`.
std::string sent(std::string_view cookie, std::string_view from, std::string_view to) {
  CookieJar jar;
  (void)jar.store(cookie, url_of(from), now);
  return jar.header_for(url_of(to), now);
}

bool taken(std::string_view cookie, std::string_view from) {
  CookieJar jar;
  const std::string_view why = jar.store(cookie, url_of(from), now);
  CHECK(why.empty() == (jar.size() == 1));
  return why.empty();
}

}  // namespace

TEST_CASE("a Set-Cookie is read with all its attributes", "[http][codec][rfc6265-5.2]") {
  CookieJar jar;
  CHECK(jar.store(" id = a b=c ; PATH = /x ;domain=.Example.ORG; max-age=60; Secure ;HttpOnly;"
                  " SameSite=Lax; Unknown=1; ; =",
                  url_of("https://www.example.org/"), now)
            .empty());
  const auto cookies = jar.cookies(now);
  REQUIRE(cookies.size() == 1);
  const Cookie& cookie = cookies[0];
  CHECK(cookie.name == "id");
  CHECK(cookie.value == "a b=c");
  CHECK(cookie.path == "/x");
  CHECK(cookie.domain == "example.org");
  CHECK(cookie.expires == now + 60);
  CHECK(cookie.persistent);
  CHECK_FALSE(cookie.host_only);
  CHECK(cookie.secure);
  CHECK(cookie.http_only);
  CHECK(cookie.same_site == "Lax");
}

TEST_CASE("what is no cookie is refused, with a sentence", "[http][codec][rfc6265-5.2]") {
  for (const std::string& text :
       {std::string(""), std::string("a"), std::string(";"), std::string("=b"), std::string(" = b"),
        std::string("; a=b"), std::string("a=b\r\nSet-Cookie: c=d"), std::string("a=\0b", 4),
        std::string("a=b; Path=/\n"), std::string("a=\x7F"), "a=" + std::string(4096, 'b')}) {
    INFO(text);
    CHECK_FALSE(taken(text, "https://a.example/"));
  }
  for (const std::string& text :
       {std::string("a="), std::string("a=b"), std::string("a=\"b\""), std::string("a==b="),
        "a=" + std::string(4095, 'b'), std::string("a=\xC3\xA4")}) {
    INFO(text);
    CHECK(taken(text, "https://a.example/"));
  }
}

TEST_CASE("a cookie goes to its host, or to its domain", "[http][codec][rfc6265-5.1.3]") {
  struct Row {
    const char* domain;  // nullptr: no attribute
    const char* from;
    const char* to;
    bool goes;
  };
  const Row rows[] = {
      {nullptr, "a.example", "a.example", true},
      {nullptr, "a.example", "b.a.example", false},
      {nullptr, "b.a.example", "a.example", false},
      {"a.example", "a.example", "a.example", true},
      {"a.example", "a.example", "b.a.example", true},
      {"a.example", "b.a.example", "a.example", true},
      {"a.example", "b.a.example", "c.a.example", true},
      {".A.Example", "b.a.example", "c.d.a.example", true},
      {"a.example", "a.example", "ba.example", false},
      {"a.example", "a.example", "a.example.com", false},
      {"", "a.example", "a.example", true},
      {"", "a.example", "b.a.example", false},
      {"example", "a.example", "a.example", false},  // a suffix of one label
      {".example", "a.example", "b.example", false},
      {"localhost", "localhost", "localhost", true},  // its own host: no domain, but a cookie
      {"localhost", "localhost", "a.localhost", false},
      {"b.example", "a.example", "b.example", false},      // another's
      {"b.a.example", "a.example", "b.a.example", false},  // below its own
      {"le.example", "simple.example", "le.example", false},
      {"127.0.0.1", "127.0.0.1", "127.0.0.1", true},
      {"0.0.1", "127.0.0.1", "127.0.0.1", false},  // an address has no domain
      {nullptr, "[::1]", "[::1]", true},
      {"a.example.", "a.example", "a.example", false},
      {"..a.example", "a.example", "a.example", false},
  };
  for (const Row& row : rows) {
    INFO((row.domain ? row.domain : "none") << " from " << row.from << " to " << row.to);
    const std::string cookie =
        row.domain == nullptr ? "n=v" : "n=v; Domain=" + std::string(row.domain);
    const std::string from = "http://" + std::string(row.from) + "/";
    CHECK(sent(cookie, from, "http://" + std::string(row.to) + "/") == (row.goes ? "n=v" : ""));
  }
}

TEST_CASE("a list of public suffixes can be given", "[http][codec][rfc6265-5.3]") {
  CookieRules rules;
  rules.is_public_suffix = [](std::string_view domain) { return domain == "co.uk"; };
  CookieJar jar(rules);
  CHECK_FALSE(jar.store("a=b; Domain=co.uk", url_of("http://x.co.uk/"), now).empty());
  CHECK(jar.store("a=b; Domain=x.co.uk", url_of("http://x.co.uk/"), now).empty());
  CHECK(jar.store("c=d; Domain=co.uk", url_of("http://co.uk/"), now).empty());
  CHECK(jar.header_for(url_of("http://y.co.uk/"), now).empty());
  CHECK(jar.header_for(url_of("http://co.uk/"), now) == "c=d");
}

TEST_CASE("a cookie goes to its path and below", "[http][codec][rfc6265-5.1.4]") {
  struct Row {
    const char* path;  // nullptr: no attribute
    const char* from;
    const char* to;
    bool goes;
  };
  const Row rows[] = {
      {nullptr, "/", "/", true},      {nullptr, "/", "/a/b", true},
      {nullptr, "/a", "/b", true},    {nullptr, "/a/b", "/a", true},
      {nullptr, "/a/b", "/a/", true}, {nullptr, "/a/b", "/a/c", true},
      {nullptr, "/a/b", "/", false},  {nullptr, "/a/b", "/ab", false},
      {nullptr, "/a/", "/a", true},   {"/a", "/", "/a", true},
      {"/a", "/", "/a/", true},       {"/a", "/", "/a/b", true},
      {"/a", "/", "/ab", false},      {"/a", "/", "/", false},
      {"/a/", "/", "/a/b", true},     {"/a/", "/", "/a", false},
      {"/x", "/y/z", "/x", true},     {"", "/a/b", "/a/c", true},
      {"x", "/a/b", "/a/c", true},    {"x", "/a/b", "/x", false},
      {"/a", "/", "/A", false},
  };
  for (const Row& row : rows) {
    INFO((row.path ? row.path : "none") << " from " << row.from << " to " << row.to);
    const std::string cookie = row.path == nullptr ? "n=v" : "n=v; Path=" + std::string(row.path);
    const std::string from = "http://a.example" + std::string(row.from);
    CHECK(sent(cookie, from, "http://a.example" + std::string(row.to)) == (row.goes ? "n=v" : ""));
  }
}

TEST_CASE("a secure cookie is for secure connections, and is not overwritten from others",
          "[http][codec][rfc6265-5.3][rfc6265-5.4]") {
  CHECK(sent("n=v; Secure", "https://a.example/", "https://a.example/") == "n=v");
  CHECK(sent("n=v; Secure", "https://a.example/", "http://a.example/").empty());
  CHECK(sent("n=v", "https://a.example/", "http://a.example/") == "n=v");
  CHECK_FALSE(taken("n=v; Secure", "http://a.example/"));

  CookieJar jar;
  const Url secure = url_of("https://a.example/"), plain = url_of("http://a.example/"),
            below = url_of("http://b.a.example/");
  CHECK(jar.store("n=v; Secure; Domain=a.example", secure, now).empty());
  CHECK_FALSE(jar.store("n=x", plain, now).empty());
  CHECK_FALSE(jar.store("n=x", below, now).empty());
  CHECK_FALSE(jar.store("n=x; Path=/deep", plain, now).empty());
  CHECK_FALSE(jar.store("n=; Max-Age=0", plain, now).empty());
  CHECK(jar.store("m=x", plain, now).empty());
  CHECK(jar.header_for(secure, now) == "n=v; m=x");
}

TEST_CASE("a name's prefix holds the cookie to its word", "[http][codec][rfc6265-5.3]") {
  CHECK(taken("__Secure-a=b; Secure", "https://a.example/"));
  CHECK_FALSE(taken("__Secure-a=b", "https://a.example/"));
  CHECK_FALSE(taken("__secure-a=b", "https://a.example/"));
  CHECK(taken("__Host-a=b; Secure; Path=/", "https://a.example/x/y"));
  CHECK_FALSE(taken("__Host-a=b; Secure", "https://a.example/"));
  CHECK_FALSE(taken("__Host-a=b; Secure; Path=/x", "https://a.example/"));
  CHECK_FALSE(taken("__Host-a=b; Path=/", "https://a.example/"));
  CHECK_FALSE(taken("__HOST-a=b; Secure; Path=/; Domain=a.example", "https://a.example/"));
  CHECK_FALSE(taken("__Host-a=b; Secure; Path=/", "http://a.example/"));
}

TEST_CASE("cookies end when they said, and not much later", "[http][codec][rfc6265-5.2.2]") {
  const Url url = url_of("https://a.example/");
  const auto lives_for = [&](const std::string& attributes) {
    CookieJar jar;
    (void)jar.store("n=v; " + attributes, url, now);
    const auto cookies = jar.cookies(now);
    if (cookies.empty()) return std::int64_t{0};
    if (!cookies[0].persistent) return std::int64_t{-1};
    const std::int64_t end = cookies[0].expires;
    CHECK(jar.header_for(url, end - 1) == "n=v");
    CHECK(jar.header_for(url, end).empty());
    CHECK(jar.cookies(end).empty());
    return end - now;
  };
  CHECK(lives_for("") == -1);
  CHECK(lives_for("Max-Age=60") == 60);
  CHECK(lives_for("Max-Age=0") == 0);
  CHECK(lives_for("Max-Age=-5") == 0);
  CHECK(lives_for("Max-Age=+5") == -1);
  CHECK(lives_for("Max-Age=5s") == -1);
  CHECK(lives_for("Max-Age=") == -1);
  CHECK(lives_for("Max-Age=-") == -1);
  CHECK(lives_for("Max-Age=99999999999999999999999") == 400 * 86'400);
  CHECK(lives_for("Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT") == 60);
  CHECK(lives_for("Expires=Thu, 01 Jan 1970 00:00:00 GMT") == 0);
  CHECK(lives_for("Expires=Tue, 14 Nov 2023 22:14:20 GMT") == 60);
  CHECK(lives_for("Expires=Fri, 31 Dec 9999 23:59:59 GMT") == 400 * 86'400);
  CHECK(lives_for("Expires=soon") == -1);
  CHECK(lives_for("Max-Age=60; Max-Age=30") == 30);
}

TEST_CASE("a cookie is replaced in its place, or removed", "[http][codec][rfc6265-5.3]") {
  CookieJar jar;
  const Url url = url_of("https://a.example/x/");
  CHECK(jar.store("a=1", url, now).empty());
  CHECK(jar.store("b=2", url, now).empty());
  CHECK(jar.store("a=3", url, now).empty());
  CHECK(jar.size() == 2);
  CHECK(jar.header_for(url, now) == "a=3; b=2");      // it keeps the time of its creation
  CHECK(jar.store("a=4; Path=/", url, now).empty());  // another path, another cookie
  CHECK(jar.store("a=5; Domain=a.example", url, now).empty());
  CHECK(jar.header_for(url, now) == "a=3; b=2; a=5; a=4");  // longer paths first: rfc6265-5.4
  CHECK(jar.store("a=; Max-Age=0", url, now).empty());
  CHECK(jar.store("none=; Max-Age=0", url, now).empty());
  CHECK(jar.header_for(url, now) == "b=2; a=5; a=4");
  CHECK(jar.size() == 3);
  jar.clear();
  CHECK(jar.size() == 0);
  CHECK(jar.header_for(url, now).empty());
}

TEST_CASE("a jar has its bounds, and the least used cookies make room",
          "[http][codec][rfc6265-5.3]") {
  CookieRules rules;
  rules.max_per_domain = 3;
  rules.max_cookies = 5;
  rules.max_header_bytes = 20;
  CookieJar jar(rules);
  const auto put = [&jar](const std::string& cookie, const std::string& host) {
    CHECK(jar.store(cookie, url_of("https://" + host + "/"), now).empty());
  };
  const auto get = [&jar](const std::string& host) {
    return jar.header_for(url_of("https://" + host + "/"), now);
  };
  put("a=1; Secure", "x.example");
  put("b=2", "x.example");
  put("c=3", "x.example");
  put("d=4", "x.example");  // b is the oldest that is not secure
  CHECK(get("x.example") == "a=1; c=3; d=4");
  put("e=5", "y.example");
  put("f=6", "y.example");
  CHECK(jar.size() == 5);
  CHECK(get("x.example") == "a=1; c=3; d=4");
  put("g=7", "z.example");  // of all, e is the one longest unused
  CHECK(get("y.example") == "f=6");
  CHECK(jar.size() == 5);
  put("h=8; Max-Age=5", "z.example");
  CHECK(jar.size() == 5);
  CHECK(get("x.example") == "c=3; d=4");

  CookieJar dead(rules);  // the dead go before the living
  CHECK(dead.store("a=1; Max-Age=5", url_of("https://x.example/"), now).empty());
  for (const char* const cookie : {"b=2", "c=3", "d=4"})
    CHECK(dead.store(cookie, url_of("https://x.example/"), now + 5).empty());
  CHECK(dead.header_for(url_of("https://x.example/"), now + 5) == "b=2; c=3; d=4");

  CookieJar full(rules);  // a field that would be too long leaves cookies out
  CHECK(full.store("a=" + std::string(15, 'x'), url_of("https://x.example/"), now).empty());
  CHECK(full.store("b=12345", url_of("https://x.example/"), now).empty());
  CHECK(full.store("c=", url_of("https://x.example/"), now).empty());
  CHECK(full.header_for(url_of("https://x.example/"), now) == "a=" + std::string(15, 'x'));

  CookieJar many;  // the defaults
  for (int i = 0; i < 3000; ++i) {
    const Url url = url_of("https://h" + std::to_string(i % 30) + ".example/");
    CHECK(many.store("n" + std::to_string(i) + "=v", url, now).empty());
  }
  CHECK(many.size() == 1000);
  CHECK(many.cookies(now).size() == 1000);
}

TEST_CASE("dates of cookies come in any order", "[http][codec][rfc6265-5.1.1]") {
  const std::int64_t day = 1'623'233'894;  // 2021-06-09 10:18:14
  for (const char* const text :
       {"Wed, 09 Jun 2021 10:18:14 GMT", "Wednesday, 09-Jun-21 10:18:14 GMT",
        "Wed Jun  9 10:18:14 2021", "10:18:14 2021 9 june", "9/JUNE/2021/10:18:14",
        "09 Jun 2021 10:18:14.5 +0200", "x 10:18:14 y 9 z jun 21", "9th jun 2021 10:18:14"}) {
    INFO(text);
    CHECK(parse_cookie_date(text) == day);
  }
  const char* const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::int64_t before = 0;
  for (const char* const month : months) {
    const auto date = parse_cookie_date("1 " + std::string(month) + " 2021 0:0:0");
    REQUIRE(date);
    CHECK(*date > before);
    before = *date;
  }
  CHECK(parse_cookie_date("1 Jan 1970 0:0:0") == 0);
  CHECK(parse_cookie_date("1 Jan 70 0:0:0") == 0);
  CHECK(parse_cookie_date("1 Jan 69 0:0:0") == 3'124'224'000);
  CHECK(parse_cookie_date("29 Feb 2024 23:59:59") == 1'709'251'199);
  for (const char* const text : {"",
                                 " ",
                                 "Wed",
                                 "09 Jun 2021",
                                 "Jun 2021 10:18:14",
                                 "09 2021 10:18:14",
                                 "09 Jun 10:18:14",
                                 "09 Jun 2021 10:18",
                                 "09 Jun 2021 24:00:00",
                                 "09 Jun 2021 10:60:00",
                                 "09 Jun 2021 10:18:60",
                                 "00 Jun 2021 10:18:14",
                                 "32 Jun 2021 10:18:14",
                                 "29 Feb 2023 10:18:14",
                                 "09 Jun 1600 10:18:14",
                                 "2 Jun 9 10:18:14",
                                 "09 Jun 20211 10:18:14",
                                 "09 Ju 2021 10:18:14",
                                 "09 anf 2021 10:18:14",
                                 "09 Jun 2021 10:18:141"}) {
    INFO(text);
    CHECK_FALSE(parse_cookie_date(text));
  }
}
