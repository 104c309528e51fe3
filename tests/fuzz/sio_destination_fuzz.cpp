// tests/fuzz/sio_destination_fuzz.cpp - any text as the URL of io(): what is taken can be dialled,
// is a namespace that a packet can name, and comes back from its own parts.
#include <cstdlib>
#include <string>

#include "http/client/url.h"
#include "sio/client/destination.h"
#include "sio/packet.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::sio;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::ExactBytes exact(net::as_text({data, size}));
  for (const char* const otherwise : {"http", "https"}) {
    const auto found = parse_destination(net::as_text(exact.view()), otherwise);
    if (!found) {
      demand(!found.error().empty());
      continue;
    }
    const auto url = http::parse_url(found->server + "/");
    demand(url.has_value());
    demand(refuse_namespace(found->nsp).empty());
    std::vector<std::string_view> elements;
    const std::string text = "2" + found->nsp + ",[\"x\"]";
    const auto packet = decode_packet(text, {}, elements);
    demand(packet && (packet->nsp == found->nsp));
    const auto again = parse_destination(found->server + found->nsp);
    demand(again && again->identity == found->identity && again->nsp == found->nsp);
  }
  return 0;
}
