// tests/fuzz/static_path_fuzz.cpp - any text as the path of a file: what is not refused names
// something below the folder.
#include <cstdlib>

#include "http/middleware/static_path.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

static void demand(bool holds) {
  if (!holds) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::ExactBytes exact(net::as_text({data, size}));
  const StaticPath path = read_static_path(net::as_text(exact.view()));
  demand(path.name.size() <= size);
  if (path.refusal != 0) return 0;
  demand(path.name.find('\0') == std::string::npos);
  std::string_view rest = path.name;
  bool empty = false, hidden = false;
  while (!path.name.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    demand(segment != "..");
    empty = empty || segment.empty();
    hidden = hidden || segment.substr(0, 1) == ".";
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  demand(path.absent || (!empty && hidden == path.hidden));
  return 0;
}
