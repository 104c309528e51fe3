// http/middleware/static_path.h - from a request's path to a name below a folder. (codec)
//
//   /css/a%20b.css  ->  css/a b.css          /docs/  ->  docs, a folder
//   /../x, /%2e%2e/x  ->  403                /%00, /%zz  ->  400
#pragma once
#include <string>
#include <string_view>

namespace strata::http {

struct StaticPath {
  std::string name;     // segments between single slashes, none in front: "" is the folder itself
  int refusal = 0;      // 400: no text that could be a name. 403: it leads out by ".."
  bool absent = false;  // an empty segment, or an encoded slash: never the name of a file
  bool hidden = false;  // a segment begins with '.'
  bool folder = false;  // ends in a slash
};

// Decoded segment by segment, so that "%2f" separates nothing: a guard that matched the path as it
// was sent would not have seen it. For the same reason "//" is no slash.
StaticPath read_static_path(std::string_view raw);

}  // namespace strata::http
