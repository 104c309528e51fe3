// http/middleware/cors.h - cross-origin resource sharing, as middleware.
#pragma once
#include <functional>
#include <type_traits>
#include <utility>

#include "http/middleware/cors_fields.h"
#include "http/router.h"

namespace strata::http {

//   app.use(http::cors());                                           every page, no cookies
//   app.use(http::cors({.origin = "https://a.example", .credentials = true}));
//   app.use("/api", http::cors({.origin = {"https://a.example", "https://b.example"}}));
//
// Sets the fields and goes on; answers an OPTIONS itself, unless `preflight_continue`. With
// `origin` false it does nothing. A field of these that a later handler sets replaces ours.
Middleware cors(CorsOptions options = {});

// Likewise, with options for each request: CorsOptions(const Request&).
Middleware cors_by(std::function<CorsOptions(const Request&)> choose);
template <class F>
requires std::is_invocable_r_v<CorsOptions, F&, const Request&> Middleware cors(F choose) {
  return cors_by(std::move(choose));
}

}  // namespace strata::http
