// tests/fuzz/http_target_fuzz.cpp - any text as target, host, query, list, date and Base64: views
// stay inside it, and what is decoded encodes to what it was. rfc9112-3.2
#include <cstdlib>

#include "http/base64.h"
#include "http/date.h"
#include "http/message.h"
#include "http/mime.h"
#include "http/target.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

bool inside(std::string_view part, std::string_view whole) {
  return part.empty() || part == "/" ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_target(std::string_view text) {
  for (const char* const method : {"GET", "CONNECT", "OPTIONS"}) {
    const auto target = parse_target(method, text);
    if (!target) continue;
    demand(inside(target->path, text) && inside(target->query, text) &&
           inside(target->authority, text));
    const bool has_path =
        target->form == TargetForm::origin || target->form == TargetForm::absolute;
    demand(has_path == (target->path.substr(0, 1) == "/" || target->path.substr(0, 1) == "?"));
    if (!target->authority.empty()) demand(is_host(target->authority));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::ExactBytes exact(net::as_text({data, size}));
  const std::string_view text = net::as_text(exact.view());
  check_target(text);
  (void)is_host(text);
  (void)media_type(text);

  demand(percent_decode(percent_encode(text)) == std::string(text));
  if (const auto decoded = percent_decode(text)) {
    demand(decoded->size() <= text.size());
    demand(percent_decode(percent_encode(*decoded)) == *decoded);
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : parse_query(text)) bytes += name.size() + value.size();
  demand(bytes <= text.size());

  demand(decode_base64(encode_base64(net::as_bytes(text))) == std::string(text));
  if (const auto octets = decode_base64(text))
    demand(encode_base64(net::as_bytes(*octets)) == text);

  if (const auto when = parse_date(text, 1'700'000'000)) {
    char written[date_bytes];
    write_date(*when, written);
    demand(parse_date({written, sizeof written}, 0) == when);
  }
  if (const auto number = parse_size(text))
    demand(text.size() <= 19 && *number < 10'000'000'000'000'000'000u);
  if (has_token(text, "chunked")) demand(text.size() >= 7);
  return 0;
}
