// tests/http/url_test.cpp - URLs taken apart, resolved against a base, and refused.
#include "http/client/url.h"

#include "tests/catch.h"

using namespace strata;
using namespace strata::http;

namespace {

Url url_of(std::string_view text) {
  INFO(text);
  const auto url = parse_url(text);
  REQUIRE(url.has_value());
  return *url;
}

std::string resolved(std::string_view base, std::string_view reference) {
  const auto url = resolve_url(url_of(base), reference);
  if (!url) return "refused: " + std::string(url.error());
  return url->text() + (url->fragment.empty() ? "" : "#" + url->fragment);
}

}  // namespace

TEST_CASE("a URL has the parts that one dials and asks with", "[http][codec][rfc3986-3]") {
  const Url url = url_of("https://User:p%40ss%3A@Example.ORG:8443/a/b%7ec?d=%e4&e#f%2fg");
  CHECK(url.secure);
  CHECK(url.host == "example.org");
  CHECK(url.port == 8443);
  CHECK(url.user == "User");
  CHECK(url.password == "p@ss:");
  CHECK(url.path == "/a/b~c");
  CHECK(url.query == "d=%E4&e");
  CHECK(url.fragment == "f%2Fg");
  CHECK(url.authority() == "example.org:8443");
  CHECK(url.target() == "/a/b~c?d=%E4&e");
  CHECK(url.text() == "https://example.org:8443/a/b~c?d=%E4&e");  // no credentials, no fragment
  CHECK(url.origin() == "https://example.org:8443");
}

TEST_CASE("a URL is normalised, so that equal ones compare equal",
          "[http][codec][rfc3986-2.3][rfc3986-6.2.2][rfc9110-4.2.3]") {
  struct Row {
    const char* text;
    const char* normal;
  };
  const Row rows[] = {
      {"http://a", "http://a/"},
      {"HTTP://A/", "http://a/"},
      {"http://a:80/", "http://a/"},
      {"http://a:/", "http://a/"},
      {"http://a:0080/", "http://a/"},
      {"https://a:443/", "https://a/"},
      {"https://a:80/", "https://a:80/"},
      {"http://a?b", "http://a/?b"},
      {"http://a/?", "http://a/?"},
      {"http://a#b", "http://a/"},
      {"http://a/%7euser/%41%2d%5f", "http://a/~user/A-_"},
      {"http://a/%2f%3f%25", "http://a/%2F%3F%25"},
      {"http://a/b/../c/./d", "http://a/c/d"},
      {"http://a/../../b", "http://a/b"},
      {"http://a/b/%2e%2E/c", "http://a/c"},  // decoded first: an escaped ".." is one, too
      {"http://a/b/..", "http://a/"},
      {"http://a/.../..b", "http://a/.../..b"},
      {"http://a//b///c", "http://a//b///c"},
      {"http://a/b c?d e", "http://a/b%20c?d%20e"},
      {"http://a/\xC3\xA4?\xC3\xA4", "http://a/%C3%A4?%C3%A4"},
      {"http://a/\"<>", "http://a/%22%3C%3E"},
      {"http://a/?b[]={}|\\^`", "http://a/?b[]={}|\\^`"},
      {"http://a/?b=/../c", "http://a/?b=/../c"},
      {"http://127.0.0.1:8080/", "http://127.0.0.1:8080/"},
      {"http://[::1]/", "http://[::1]/"},
      {"http://[2001:DB8:0::1]:81/", "http://[2001:db8::1]:81/"},
      {"http://under_score.a-b.c1/", "http://under_score.a-b.c1/"},
      {"http://example.org./", "http://example.org./"},
      {"http://1.2.3.4.example/", "http://1.2.3.4.example/"},
      {"http://unix:/run/app.sock:/a/../b?c", "http://unix:/run/app.sock:/b?c"},
      {"unix:/run/app.sock:/b", "http://unix:/run/app.sock:/b"},
      {"unix:/run/app.sock", "http://unix:/run/app.sock:/"},
      {"unix:@name:/", "http://unix:@name:/"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const std::string text = url_of(row.text).text();
    CHECK(text == row.normal);
    CHECK(url_of(text).text() == text);
  }
  CHECK(url_of("http://[::1]:81/").host == "::1");
  CHECK(url_of("https://[::1]/").host_and_port() == "[::1]:443");
  CHECK(url_of("unix:/a/b:/").socket_path == "/a/b");
  CHECK(url_of("unix:/a/b:/").authority() == "localhost");
}

TEST_CASE("what is no URL that can be dialled is refused, with a sentence",
          "[http][codec][rfc3986-3.2][rfc9110-4.2.1]") {
  const std::string label(64, 'a');
  std::string name;
  while (name.size() < 254) name += "abcdefghi.";
  const std::string rows[] = {
      "",
      "a",
      "/a",
      "//a/",
      "http:",
      "http:/",
      "http:a",
      "http:/a",
      "http://",
      "http:///a",
      "http://?a",
      "http://#",
      "http://:80/",
      "http://@/",
      "ftp://a/",
      "file:///etc/passwd",
      "javascript:1",
      "1http://a/",
      ":",
      "://a",
      "ht tp://a/",
      " http://a/",
      "http://a/ ",
      "http://a b/",
      "http://a\\b/",
      "http://a/b\\c",
      "http://a\\@b/",
      "http://a/\n",
      "http://a\r/",
      std::string("http://a/\0", 10),
      "http://a/\x7F",
      "http://a/\t",
      "http://a:0/",
      "http://a:65536/",
      "http://a:-1/",
      "http://a:+1/",
      "http://a:8 0/",
      "http://a:80:80/",
      "http://a:x/",
      "http://a:99999999999999999999/",
      "http://a/%",
      "http://a/%4",
      "http://a/%zz",
      "http://a/?%g0",
      "http://a/#%0",
      "http://%61/",
      "http://a%00b/",
      "http://\xC3\xA4/",
      "http://a,b/",
      "http://a!/",
      "http://~a/",
      "http://.a/",
      "http://a..b/",
      "http://./",
      "http://" + label + "/",
      "http://" + name + "/",
      "http://[::1/",
      "http://::1/",
      "http://[]/",
      "http://[::g]/",
      "http://[::1]x/",
      "http://[::1%25eth0]/",
      "http://[v1.a]/",
      "http://[127.0.0.1]/",
      "http://[1::2::3]/",
      "http://1/",
      "http://127.1/",
      "http://0x7f.0.0.1/",
      "http://0x7f000001/",
      "http://2130706433/",
      "http://127.0.0.01/",
      "http://256.1.1.1/",
      "http://1.2.3.4.5/",
      "http://1.2.3.4./",
      "http://a.0x1/",
      "http://a@b@c/",
      "http://a%00:b@c/",
      "http://a%zz@c/",
      "http://a:%0a@c/",
      "unix:",
      "unix:a",
      "unix:/",
      "unix:/a?b",
      "unix:/a:b",
      "http://unix:/:/",
      "https:/a",
      "http://a/" + std::string(url_bytes_max, 'a'),
  };
  for (const std::string& row : rows) {
    INFO(row);
    const auto url = parse_url(row);
    CHECK_FALSE(url.has_value());
    if (!url) CHECK_FALSE(url.error().empty());
  }
}

TEST_CASE("a reference is resolved as the RFC's own table says", "[http][codec][rfc3986-5.2]") {
  struct Row {
    const char* reference;
    const char* target;
  };
  const Row rows[] = {
      // rfc3986-5.4
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
      {"https://h/i", "https://h/i"},
      {"?", "http://a/b/c/d;p?"},
      {"g?a:b", "http://a/b/c/g?a:b"},
      {"./g:h", "http://a/b/c/g:h"},
      {"/g:h", "http://a/g:h"},
  };
  for (const Row& row : rows) {
    INFO(row.reference);
    CHECK(resolved("http://a/b/c/d;p?q", row.reference) == row.target);
  }
  CHECK(resolved("https://a:8443/b", "//c/d") == "https://c/d");
  CHECK(resolved("unix:/run/s:/a/b?c", "d") == "http://unix:/run/s:/a/d");
}

TEST_CASE("a reference cannot reach a Unix socket, nor another scheme",
          "[http][codec][rfc3986-5.2]") {
  for (const char* const reference :
       {"unix:/run/docker.sock:/x", "http://unix:/run/docker.sock:/x", "//unix:/run/docker.sock:/x",
        "UNIX:@a:/", "g:h", "http:g", "file:///etc/passwd", "mailto:a@b", "\\\\evil/", "/\\evil",
        "/a\r\nX: y", "%"}) {
    INFO(reference);
    CHECK(resolved("http://a/b", reference).substr(0, 8) == "refused:");
    CHECK(resolved("unix:/run/s:/b", reference).substr(0, 8) == "refused:");
  }
}

TEST_CASE("two URLs are of one origin where scheme, host and port are",
          "[http][codec][rfc6454-5][rfc6454-6.2]") {
  const Url url = url_of("http://a/b");
  CHECK(url.same_origin(url_of("HTTP://A:80/c?d")));
  for (const char* const other : {"https://a/b", "http://a:81/b", "http://b/b", "http://www.a/",
                                  "https://a:80/", "unix:/a:/b"})
    CHECK_FALSE(url.same_origin(url_of(other)));
  CHECK_FALSE(url_of("unix:/a:/").same_origin(url_of("unix:/b:/")));
  CHECK_FALSE(url_of("http://localhost/").same_origin(url_of("unix:/b:/")));
}
