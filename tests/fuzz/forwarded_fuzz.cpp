// tests/fuzz/forwarded_fuzz.cpp - any text as address, range and forwarding field: what comes out
// is an address in its one form, and what a stranger says changes nothing. rfc7239-4
#include <cstdlib>

#include "http/forwarded.h"
#include "http/parameters.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

static void demand(bool holds) {
  if (!holds) std::abort();
}

static void check_forwarding(std::string_view text) {
  using Fields = TrustProxy::Fields;
  const std::vector<Field> fields = {{"X-Forwarded-For", text},
                                     {"X-Forwarded-Proto", text},
                                     {"X-Forwarded-Host", text},
                                     {"Forwarded", text}};
  for (const auto kind : {Fields::x_forwarded, Fields::forwarded}) {
    const Forwarding stranger =
        read_forwarding(TrustProxy::list({"10.0.0.0/8"}).by(kind), "9.9.9.9", fields);
    demand(stranger.ip == "9.9.9.9" && stranger.ips.empty() && stranger.protocol.empty() &&
           stranger.host.empty());
    const Forwarding got = read_forwarding(TrustProxy::all().by(kind), "9.9.9.9", fields);
    demand(got.ips.size() <= forwarded_hops_max);
    for (const std::string& ip : got.ips) {
      const auto address = parse_ip(ip);
      demand(address && address->to_text() == ip);
    }
    demand(got.ip == (got.ips.empty() ? "9.9.9.9" : got.ips.front()));
    demand(got.protocol.empty() || got.protocol == "http" || got.protocol == "https");
    demand(is_field_value(got.host));
  }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::ExactBytes exact(net::as_text({data, size}));
  const std::string_view text = net::as_text(exact.view());
  if (const auto address = parse_ip(text)) demand(parse_ip(address->to_text()) == address);
  if (const auto range = parse_ip_range(text)) demand(range->holds(range->base));
  std::string_view rest = text;
  while (const auto parameter = take_parameter(rest)) {
    demand(is_token(parameter->name) && is_field_value(parameter->value));
    if (!take_mark(rest, ';')) break;
  }
  check_forwarding(text);
  return 0;
}
