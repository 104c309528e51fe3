// http/middleware/access_log.cpp - what a request and its response say, given to
// http/access_log_line.
#include "http/middleware/access_log.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "http/request.h"
#include "http/response.h"

namespace strata::http {

namespace {

std::int64_t system_now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

std::string_view local_text(const Request& req, std::string_view name) {
  const auto at = req.locals.find(name);
  if (at == req.locals.end()) return {};
  const auto* const text = std::any_cast<std::string>(&at->second);
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

struct Log {
  std::function<void(std::string_view)> sink;
  AccessLogOptions options;

  void write(const Request& req, const Response& res, std::uint64_t bytes,
             std::int64_t begun) const {
    if (options.skip && options.skip(req, res)) return;
    const std::string ip = req.ip();
    AccessRecord record;
    record.unix_us = begun;
    record.duration_us = std::max<std::int64_t>(options.now() - begun, 0);  // clocks are set back
    record.ip = ip;
    record.user = local_text(req, "user");
    record.method = req.method();
    record.target = req.target();
    record.minor_version = req.minor_version();
    record.status = res.aborted() && !res.head_sent() ? 499 : res.status();
    record.bytes = bytes;
    record.host = req.header("Host");
    record.referrer = req.header("Referer");
    record.user_agent = req.header("User-Agent");
    record.request_id = local_text(req, "request_id");
    record.aborted = res.aborted();
    std::string line;
    switch (options.format) {
      case AccessLogFormat::common:
        append_common(record, line);
        break;
      case AccessLogFormat::combined:
        append_combined(record, line);
        break;
      case AccessLogFormat::json:
        append_json(record, line);
        break;
    }
    sink(line);
  }
};

}  // namespace

Middleware access_log(std::function<void(std::string_view)> sink, AccessLogOptions options) {
  if (!options.now) options.now = system_now;
  auto log = std::make_shared<const Log>(Log{std::move(sink), std::move(options)});
  return [log](Request& req, Response& res, const Next& next) {
    const std::int64_t begun = log->options.now();
    req.peer();  // is remembered: a client that resets has no address any more
    res.on_finish([log, begun](const Request& asked, const Response& done, std::uint64_t bytes) {
      log->write(asked, done, bytes, begun);
    });
    next();
  };
}

}  // namespace strata::http
