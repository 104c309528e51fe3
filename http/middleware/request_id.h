// http/middleware/request_id.h - a name for each request, as middleware.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "http/router.h"

namespace strata::http {

inline constexpr std::size_t request_id_max = 128;  // bytes

// A token of 1 to `request_id_max` bytes: what may stand in a log and in a field as it is.
bool is_request_id(std::string_view text);

struct RequestIdOptions {
  std::string header = "X-Request-Id";
  bool accept = true;  // the client's (or proxy's) own is kept, if it is one and came once
  // Fills with bytes that nobody can guess; empty: getrandom.
  std::function<void(std::span<std::uint8_t>)> random{};
};

// The id is req.locals["request_id"], a std::string, and a field of the response. One that we make
// is 128 random bits as 32 hex digits.
//   Errors: throws std::invalid_argument where `header` is no token.
Middleware request_id(RequestIdOptions options = {});

}  // namespace strata::http
