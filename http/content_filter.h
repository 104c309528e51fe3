// http/content_filter.h - what may change content on its way to the wire. (codec)
#pragma once
#include <string>
#include <string_view>

namespace strata::http {

// Everything that a handler answers with goes through it, in order. Given to a response by
// Response::set_filter, from a before_head hook.
class ContentFilter {
 public:
  virtual ~ContentFilter() = default;
  // Appends to `out` what `piece` becomes, or keeps it for later; `last` comes once, and then all
  // must be out. An empty piece that is not the last asks for what is kept: nothing follows soon.
  virtual void filter(std::string_view piece, bool last, std::string& out) = 0;
};

}  // namespace strata::http
