// http/middleware/static_path.cpp - a path, taken apart before anything of it reaches the kernel.
// (codec)
#include "http/middleware/static_path.h"

#include <algorithm>

#include "http/target.h"

namespace strata::http {

StaticPath read_static_path(std::string_view raw) {
  StaticPath path;
  if (raw.substr(0, 1) == "/") raw.remove_prefix(1);
  path.folder = raw.empty() || raw.back() == '/';
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('/'), raw.size());
    const auto segment = percent_decode(raw.substr(0, end));
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (!segment || segment->find('\0') != std::string::npos) {
      path.refusal = 400;
      return path;
    }
    if (segment->empty() || segment->find('/') != std::string::npos) path.absent = true;
    if (segment->substr(0, 1) == ".") path.hidden = true;
    if (*segment == "..") path.refusal = 403;
    // "..%2fx": nobody asks for it in good faith.
    if (segment->find("../") != std::string::npos || segment->ends_with("/..")) path.refusal = 403;
    if (!path.name.empty()) path.name += '/';
    path.name += *segment;
  }
  return path;
}

}  // namespace strata::http
