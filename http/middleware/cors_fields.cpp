// http/middleware/cors_fields.cpp - eio4-cors; the reference is npm's `cors`. (codec)
#include "http/middleware/cors_fields.h"

#include <algorithm>

namespace strata::http {

CorsOrigin::CorsOrigin(std::vector<std::string> list) : kind_(Kind::list), list_(std::move(list)) {
  if (std::find(list_.begin(), list_.end(), "*") != list_.end()) *this = CorsOrigin("*");
}

std::optional<std::string_view> CorsOrigin::answer_to(std::string_view origin) const {
  switch (kind_) {
    case Kind::none:
      return std::nullopt;
    case Kind::any:
    case Kind::one:
      return list_.front();
    case Kind::reflect:
      break;
    case Kind::list:
      const bool listed = std::find(list_.begin(), list_.end(), origin) != list_.end();
      if (!listed && !(judge_ && judge_(origin))) return std::nullopt;
      break;
  }
  return origin.empty() ? std::nullopt : std::optional(origin);
}

namespace {

// The answer differs by what is asked, so a cache has to be told (fetch: "CORS protocol and HTTP
// caches"). One Vary line, before the fields that the preflight adds.
void append_origin(const CorsOptions& options, std::string_view origin, bool preflight,
                   CorsFields& to) {
  if (const auto allowed = options.origin.answer_to(origin)) {
    to.emplace_back("Access-Control-Allow-Origin", *allowed);
  }
  std::string vary = options.origin.any() ? "" : "Origin";
  if (preflight && options.allowed_headers.empty()) {
    vary += vary.empty() ? "" : ", ";
    vary += "Access-Control-Request-Headers";
  }
  if (!vary.empty()) to.emplace_back("Vary", std::move(vary));
  if (options.credentials) to.emplace_back("Access-Control-Allow-Credentials", "true");
}

void append_exposed(const CorsOptions& options, CorsFields& to) {
  if (options.exposed_headers.empty()) return;
  to.emplace_back("Access-Control-Expose-Headers", options.exposed_headers);
}

}  // namespace

void append_cors(const CorsOptions& options, std::string_view origin, CorsFields& to) {
  if (options.origin.off()) return;
  append_origin(options, origin, false, to);
  append_exposed(options, to);
}

void append_cors_preflight(const CorsOptions& options, std::string_view origin,
                           std::string_view asked, CorsFields& to) {
  if (options.origin.off()) return;
  append_origin(options, origin, true, to);
  to.emplace_back("Access-Control-Allow-Methods", options.methods);
  const std::string_view headers =
      options.allowed_headers.empty() ? asked : std::string_view(options.allowed_headers);
  if (!headers.empty()) to.emplace_back("Access-Control-Allow-Headers", headers);
  if (options.max_age) to.emplace_back("Access-Control-Max-Age", std::to_string(*options.max_age));
  append_exposed(options, to);
}

}  // namespace strata::http
