// tests/fuzz/json_text_fuzz.cpp - any bytes: the checker never reads past them, agrees with itself
// whether or not it cuts, and what it lets through survives tree, text and check again.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "sio/json.h"

using namespace strata::sio;

namespace {

void must(bool fact) {
  if (!fact) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<char> exact(data, data + size);  // a read behind its end faults
  const std::string_view text(exact.data(), exact.size());
  std::vector<std::string_view> elements;
  const auto error = check_json(text, 128);
  const auto again = check_json(text, 128, &elements);
  must(error.has_value() == again.has_value());
  if (error) {
    must(error->at == again->at && error->at <= text.size());
    return 0;
  }
  for (const std::string_view element : elements) {
    must(element.data() >= text.data() && element.data() + element.size() <= text.data() + size);
    must(!check_json(element, 127));
    must(kind_of(element) != JsonKind::missing);
  }
  const std::string once = dump(build_json(text));
  must(!check_json(once, 128));
  must(dump(build_json(once)) == once);
  return 0;
}
