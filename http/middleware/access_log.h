// http/middleware/access_log.h - a line for each request, as middleware.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

#include "http/middleware/access_log_line.h"
#include "http/router.h"

namespace strata::http {

enum class AccessLogFormat { common, combined, json };

struct AccessLogOptions {
  AccessLogFormat format = AccessLogFormat::combined;
  std::function<std::int64_t()> now{};  // microseconds since 1970; empty: the system's clock
  std::function<bool(const Request&, const Response&)> skip{};  // true: no line for this one
};

//   app.use(http::access_log([](std::string_view line) { std::cout << line << '\n'; }));
//
// First of all middleware: what ends before it is reached has no line, nor has what is refused
// before it is a request (400 ...). The line is written when the answer was handed over or the
// client has gone: 499 then, as nginx has it, if no head had been sent. User and request id are
// those of basic_auth and request_id.
//   Lives:  `sink` gets a view for the call.
//   Errors: what `sink` throws goes to the server's on_log.
Middleware access_log(std::function<void(std::string_view line)> sink,
                      AccessLogOptions options = {});

}  // namespace strata::http
