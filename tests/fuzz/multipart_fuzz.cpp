// tests/fuzz/multipart_fuzz.cpp - any bytes as a form: the same story at every split, data never
// more than what came in, and nothing behind a refusal. rfc7578-4.2, rfc2046-5.1.1
//
// The first line is the Content-Type, the rest the content.
#include <cstdlib>
#include <string>

#include "http/middleware/multipart.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

std::string story_of(std::string_view boundary, std::string_view content, std::size_t step) {
  using Event = MultipartParser::Event;
  MultipartParser parser(boundary, {.max_parts = 20,
                                    .max_part_head = 500,
                                    .max_part_fields = 5,
                                    .max_name = 50,
                                    .max_preamble = 100});
  std::string story;
  std::size_t handed_on = 0;
  for (std::size_t at = 0; at < content.size(); at += step) {
    test::ExactBytes piece(content.substr(at, step));
    net::Bytes in = piece.view();
    for (Event event; (event = parser.next(in)) != Event::none;) {
      if (event == Event::refused) {
        demand(!parser.refusal().why.empty() && parser.next(in) == Event::refused);
        return story + "!" + std::string(parser.refusal().why);
      }
      if (event == Event::part) story += "<" + parser.part().name + "|";
      if (event == Event::part) demand(parser.part().filename.value_or("").find('/') > 500);
      if (event == Event::data) story += net::as_text(parser.data());
      if (event == Event::part_end) story += ">";
      if (event == Event::end) story += ".";
      handed_on += parser.data().size();
    }
    demand(in.empty());
  }
  demand(handed_on <= content.size());
  return story + (parser.finish() ? "ok" : "cut");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = net::as_text({data, size});
  const std::size_t end = std::min(text.find('\n'), text.size());
  test::ExactBytes type(text.substr(0, end));
  const auto boundary = multipart_boundary(net::as_text(type.view()));
  if (boundary) demand(!boundary->empty() && boundary->size() <= 70);
  const std::string_view content = text.substr(std::min(end + 1, text.size()));
  const std::string with = boundary.value_or("X-1");
  const std::string whole = story_of(with, content, content.size() + 1);
  for (const std::size_t step : {1u, 2u, 3u, 7u, 64u})
    demand(story_of(with, content, step) == whole);
  return 0;
}
