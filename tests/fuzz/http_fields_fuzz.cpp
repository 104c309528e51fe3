// tests/fuzz/http_fields_fuzz.cpp - any text as a list to negotiate, a form, cookies, tags, a
// range, a URL to redirect to and a file's name: nothing is read past its end, and what is written
// can split no field and is read back as it was.
#include <cstdlib>

#include "http/cookie.h"
#include "http/form.h"
#include "http/message.h"
#include "http/negotiation.h"
#include "http/target.h"
#include "http/url_text.h"
#include "http/validators.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

void check_lists(std::string_view text) {
  for (const Offer what : {Offer::media_type, Offer::charset, Offer::coding, Offer::language}) {
    for (const char* const offer : {"text/html", "gzip", "identity", "en-GB"}) {
      const int liked = quality(what, text, offer);
      demand(liked >= 0 && liked <= 1000);
      demand((liked > 0) == choose(what, text, {offer}).has_value());
    }
  }
  if (const auto type = parse_media_type(text)) {
    demand(is_token(type->type) && is_token(type->subtype));
    (void)type->parameter("charset");
  }
}

void check_pairs(std::string_view text) {
  const auto form = parse_form(text, text.size());
  demand(form.has_value());
  const std::vector<Form::Pair> pairs(form->begin(), form->end());
  const auto again = parse_form(write_form(pairs), text.size());
  demand(again && std::vector<Form::Pair>(again->begin(), again->end()) == pairs);
  for (const auto& [name, value] : pairs) demand(find_query(text, name) == form->get(name));
  for (const auto& [name, value] : parse_cookies(text)) demand(find_cookie(text, name) == value);
}

void check_written(std::string_view text) {
  const std::string url = encode_url(text);
  demand(is_field_value(url) && url.find(' ') == std::string::npos);
  demand(encode_url(url) == url);  // what is encoded stays
  demand(is_field_value(content_disposition(text)));
  demand(escape_html(text).find_first_of("<>\"'") == std::string::npos);
  CookieOptions options;
  if (const auto line = write_set_cookie("a", text, options, 0)) {
    demand(is_field_value(*line) && line->find(';') == line->size() - 8);
    demand(percent_decode(line->substr(2, line->size() - 10)) == std::string(text));
  }
  options.path = options.domain = options.same_site = std::string(text);
  if (const auto line = write_set_cookie(text, text, options, 0)) demand(is_field_value(*line));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::ExactBytes exact(net::as_text({data, size}));
  const std::string_view text = net::as_text(exact.view());
  check_lists(text);
  check_pairs(text);
  check_written(text);
  for (const bool strong : {false, true}) (void)lists_tag(text, "\"a\"", strong);
  const Conditions theirs{text, text, text, text, text};
  for (const bool reads : {false, true}) (void)check_conditions(theirs, reads, "\"a\"", text);
  if (const auto range = parse_range(text, 1000)) demand(range->offset + range->bytes <= 1000);
  return 0;
}
