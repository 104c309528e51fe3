// sio/eio/cors.h - which pages may talk to us, and the fields that tell a browser so. (codec)
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/middleware/cors_fields.h"

namespace strata::sio::eio {

using Fields = http::CorsFields;  // names and values

// One rule for CORS, POSTs and WebSocket upgrades. Without a list no page of another origin gets
// CORS fields, and its POSTs and upgrades are refused: a browser sends those without asking first.
//   list empty:   same host and port as `Host` only
//   list given:   these origins too; "*" is every origin
// A request without Origin does not come from a page; it passes.
class OriginRule {
 public:
  OriginRule() = default;
  explicit OriginRule(http::CorsOptions fields) : fields_(std::move(fields)) {}
  OriginRule(std::vector<std::string> origins, bool credentials);
  bool enabled() const { return !fields_.origin.off(); }
  const http::CorsOptions& fields() const { return fields_; }
  bool allows(std::string_view origin, std::string_view host) const;
  // The fields of every response, errors and the 101 included.
  void append_fields(std::string_view origin, Fields& to) const;
  // Those of the answer to a preflight, 204: all of the above and what was asked for.
  void append_preflight(std::string_view origin, std::string_view asked_headers, Fields& to) const;

 private:
  http::CorsOptions fields_{.origin = false};
};

}  // namespace strata::sio::eio
