// tests/http/proxy_test.cpp - which requests go through a proxy, and in what form.
#include "http/client/proxy.h"

#include "tests/catch.h"

using namespace strata;
using namespace strata::http;

static ProxyRules rules(std::string_view url, std::vector<std::string> except = {},
                        bool tunnel_all = false) {
  auto made = ProxyRules::make(url, except, tunnel_all);
  REQUIRE(made.has_value());
  return *made;
}

static ProxyWay way(const ProxyRules& rules, std::string_view url) {
  const auto to = parse_url(url);
  REQUIRE(to.has_value());
  return rules.way(*to);
}

TEST_CASE("http goes in absolute form, https by a tunnel, a Unix socket never",
          "[http][codec][rfc9110-7.3.2]") {
  CHECK(way(ProxyRules(), "http://a.example/") == ProxyWay::direct);
  CHECK(way(rules(""), "https://a.example/") == ProxyWay::direct);
  const ProxyRules proxy = rules("http://proxy.example:3128");
  CHECK(way(proxy, "http://a.example/") == ProxyWay::absolute);
  CHECK(way(proxy, "https://a.example/") == ProxyWay::tunnel);
  CHECK(way(proxy, "unix:/run/a.sock:/") == ProxyWay::direct);
  CHECK(way(rules("proxy.example:3128", {}, true), "http://a.example/") == ProxyWay::tunnel);
  CHECK(proxy.proxy().host == "proxy.example");
  CHECK(proxy.proxy().port == 3128);
  CHECK(rules("proxy.example").proxy().port == 80);
}

TEST_CASE("credentials of the proxy's URL are for the proxy", "[http][codec][rfc9110-11.7.2]") {
  CHECK(rules("http://proxy.example").credentials().empty());
  CHECK(rules("http://Aladdin:open%20sesame@proxy.example").credentials() ==
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST_CASE("exceptions: names, all below them, ports, addresses and ranges", "[http][codec]") {
  struct Row {
    const char* exception;
    const char* url;
    bool direct;
  };
  const Row rows[] = {
      {"*", "http://any.example/", true},
      {"a.example", "http://a.example/", true},
      {"a.example", "http://b.a.example/", true},
      {"A.Example", "http://a.EXAMPLE/", true},
      {" a.example ", "http://a.example/", true},
      {"a.example", "http://ba.example/", false},
      {"a.example", "http://example/", false},
      {"a.example", "http://a.example.org/", false},
      {".a.example", "http://b.a.example/", true},
      {".a.example", "http://a.example/", false},
      {"a.example:81", "http://a.example:81/", true},
      {"a.example:81", "http://a.example/", false},
      {"a.example:443", "https://a.example/", true},
      {"*:81", "http://b.example:81/", true},
      {"10.0.0.0/8", "http://10.1.2.3/", true},
      {"10.0.0.0/8", "http://11.1.2.3/", false},
      {"10.0.0.0/8", "http://a.example/", false},
      {"10.1.2.3", "http://10.1.2.3/", true},
      {"10.1.2.3:81", "http://10.1.2.3:81/", true},
      {"10.1.2.3:81", "http://10.1.2.3/", false},
      {"::1", "http://[::1]/", true},
      {"[::1]", "http://[::1]:81/", true},
      {"[::1]:81", "http://[::1]:81/", true},
      {"[::1]:81", "http://[::1]/", false},
      {"2001:db8::/32", "http://[2001:db8::5]/", true},
      {"2001:db8::/32", "http://[2001:db9::5]/", false},
      {"", "http://a.example/", false},
  };
  for (const Row& row : rows) {
    INFO(row.exception << " and " << row.url);
    const ProxyWay got = way(rules("http://proxy.example", {row.exception}, true), row.url);
    CHECK(got == (row.direct ? ProxyWay::direct : ProxyWay::tunnel));
  }
}

TEST_CASE("what is no proxy or no exception is refused with a sentence", "[http][codec]") {
  const std::pair<const char*, const char*> rows[] = {
      {"https://proxy.example", ""},
      {"ftp://proxy.example", ""},
      {"http://", ""},
      {"unix:/run/a.sock:/", ""},
      {"proxy.example:99999", ""},
      {"http://u%3a:p@proxy.example", ""},
      {"http://proxy.example", ":"},
      {"http://proxy.example", "a:0"},
      {"http://proxy.example", "a:x"},
      {"http://proxy.example", "a:65536"},
      {"http://proxy.example", "[::1"},
      {"http://proxy.example", "."},
      {"http://proxy.example", "[]"},
  };
  for (const auto& [url, exception] : rows) {
    INFO(url << " " << exception);
    const std::vector<std::string> except{exception};
    const auto made = ProxyRules::make(url, except);
    REQUIRE_FALSE(made.has_value());
    CHECK_FALSE(made.error().empty());
  }
}
