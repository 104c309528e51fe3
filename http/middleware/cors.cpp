// http/middleware/cors.cpp - the fields of http/middleware/cors_fields.h, set on responses.
#include "http/middleware/cors.h"

#include <algorithm>
#include <utility>

#include "http/request.h"
#include "http/response.h"

namespace strata::http {

namespace {

void set_fields(const CorsFields& fields, Response& res) {
  for (const auto& [name, value] : fields) {
    if (name != "Vary") {
      res.set(name, value);
      continue;
    }
    std::string_view rest = value;  // what others made the answer vary by stays
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      res.vary(trim_ows(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
}

void answer(const CorsOptions& options, const Request& req, Response& res, const Next& next) {
  if (options.origin.off()) return next();
  CorsFields fields;
  const std::string_view origin = req.header("Origin");
  if (req.method() != "OPTIONS") {
    append_cors(options, origin, fields);
    set_fields(fields, res);
    return next();
  }
  append_cors_preflight(options, origin, req.header("Access-Control-Request-Headers"), fields);
  set_fields(fields, res);
  if (options.preflight_continue) return next();
  res.status(options.options_success_status).end();
}

}  // namespace

Middleware cors(CorsOptions options) {
  return [options = std::move(options)](Request& req, Response& res, const Next& next) {
    answer(options, req, res, next);
  };
}

Middleware cors_by(std::function<CorsOptions(const Request&)> choose) {
  return [choose = std::move(choose)](Request& req, Response& res, const Next& next) {
    answer(choose(req), req, res, next);
  };
}

}  // namespace strata::http
