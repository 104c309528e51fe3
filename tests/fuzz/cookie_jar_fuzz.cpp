// tests/fuzz/cookie_jar_fuzz.cpp - any lines as Set-Cookie fields from several places: the jar
// keeps its bounds, and no cookie goes where it may not. rfc6265-5.3
//
// Each line of the input is a cookie; its first byte says from where it comes and how late.
#include <cstdlib>
#include <string>

#include "http/client/cookie_jar.h"
#include "http/message.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

Url url_of(std::string_view text) {
  auto url = parse_url(text);
  demand(url.has_value());
  return *url;
}

void check_jar(const CookieJar& jar, const CookieRules& rules, std::int64_t now) {
  demand(jar.size() <= rules.max_cookies);
  std::size_t same = 0;
  std::string domain;
  for (const Cookie& cookie : jar.cookies(now)) {
    same = cookie.domain == domain ? same + 1 : 1;
    domain = cookie.domain;
    demand(same <= rules.max_per_domain);
    demand(!cookie.name.empty() && !cookie.path.empty() && cookie.path[0] == '/');
    demand(cookie.name.size() + cookie.value.size() <= rules.max_cookie_bytes);
    demand(!cookie.persistent || (cookie.expires > now));
    demand(cookie.host_only || cookie.domain.find('.') != std::string::npos);
    demand(cookie.name.find(';') == std::string::npos);
    demand(cookie.value.find(';') == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Url places[] = {url_of("https://a.example/"),   url_of("http://a.example/x/y"),
                               url_of("http://b.a.example/x"), url_of("https://c.b.a.example"),
                               url_of("http://127.0.0.1/"),    url_of("http://localhost/a/"),
                               url_of("https://other.test/"),  url_of("unix:/s:/z")};
  CookieRules rules;
  rules.max_cookies = 8;
  rules.max_per_domain = 4;
  rules.max_cookie_bytes = 32;
  rules.max_attribute_bytes = 24;
  rules.max_header_bytes = 64;
  CookieJar jar(rules);
  std::string_view text = net::as_text({data, size});
  std::int64_t now = 1'700'000'000;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    test::ExactBytes line(text.substr(0, end));
    text.remove_prefix(end == text.size() ? end : end + 1);
    const std::string_view all = net::as_text(line.view());
    if (all.empty()) continue;
    const auto first = static_cast<unsigned char>(all[0]);
    now += first >> 5;
    const Url& from = places[first % 8];
    (void)jar.store(all.substr(1), from, now);
    check_jar(jar, rules, now);
    for (const Url& to : places) {
      const std::string header = jar.header_for(to, now);
      demand(header.size() <= rules.max_header_bytes && is_field_value(header));
    }
    (void)parse_cookie_date(all.substr(1));
  }
  CookieJar lone(rules);  // what one place sets, an unrelated one never sees
  (void)lone.store(net::as_text({data, size}), places[0], now);
  demand(lone.header_for(places[6], now).empty() && lone.header_for(places[4], now).empty());
  if (!lone.cookies(now).empty() && lone.cookies(now)[0].secure)
    demand(lone.header_for(places[1], now).empty());
  return 0;
}
