// tests/fuzz/url_fuzz.cpp - any text as a URL and as a reference: what is taken is normal, can be
// written into a request, and comes back from its own text. rfc3986-6.2.2
#include <cstdlib>
#include <string>

#include "http/client/redirect.h"
#include "http/client/url.h"
#include "http/target.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

void check(const Url& url) {
  demand(parse_target("GET", url.target()).has_value() && url.path[0] == '/');
  demand(is_host(url.authority()));
  demand(is_field_value(url.authority()) && is_field_value(url.text()));
  demand((url.port == 0) == !url.socket_path.empty());
  demand((url.path + "/").find("/../") == std::string::npos);
  demand((url.path + "/").find("/./") == std::string::npos);
  if (url.socket_path.empty()) {
    demand(parse_target("GET", url.text()).has_value());
    demand(parse_target("CONNECT", url.host_and_port()).has_value());
  }
  if (url.text().size() > url_bytes_max) return;  // an escape is longer than its byte
  const auto again = parse_url(url.text());
  demand(again && again->text() == url.text() && again->same_origin(url));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::ExactBytes exact(net::as_text({data, size}));
  const std::string_view text = net::as_text(exact.view());
  if (const auto url = parse_url(text)) check(*url);
  for (const char* const base : {"http://a/b/c/d;p?q", "https://u:p@b:81", "unix:/s:/x/"}) {
    const auto from = parse_url(base);
    demand(from.has_value());
    if (const auto url = resolve_url(*from, text)) {
      check(*url);
      demand(url->socket_path == from->socket_path || url->socket_path.empty());
    }
    const Field location{"Location", text};
    ResponseHead head;
    head.status = 302;
    head.fields = {&location, 1};
    const auto redirect = redirect_of(head, {*from, "GET"});
    if (!redirect || !*redirect) continue;
    demand((*redirect)->url.secure || !from->secure);
    demand((*redirect)->same_origin || (*redirect)->url.user.empty());
  }
  // Where the text is a base, every reference keeps what it must.
  const std::size_t half = text.size() / 2;
  if (const auto base = parse_url(text.substr(0, half)))
    if (const auto url = resolve_url(*base, text.substr(half))) check(*url);
  return 0;
}
