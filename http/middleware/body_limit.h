// http/middleware/body_limit.h - how much content requests may have, by path or by route.
#pragma once
#include <cassert>
#include <cstddef>

#include "http/router.h"

namespace strata::http {

//   app.use("/api", http::body_limit(10'000));
//   app.post("/upload", http::body_limit(1 << 30), on_upload);
//
// In place of `limits.max_body`, for less or for more; where several fit, the largest counts. More
// is answered with 413 as soon as it is known: at the head by Content-Length, so that a client that
// expects 100 (Continue) sends nothing; else when a chunk's size says so. No handler runs.
constexpr BodyOption body_limit(std::size_t bytes) {
  assert(bytes != 0);  // 0 means that nothing is said
  return whole_body.up_to(bytes);
}

}  // namespace strata::http
