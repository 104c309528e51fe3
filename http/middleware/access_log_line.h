// http/middleware/access_log_line.h - one line of an access log. (codec)
//
//   127.0.0.1 - ann [10/Oct/2000:13:55:36 +0000] "GET /a HTTP/1.1" 200 2326 "-" "curl/7.88"
//   {"time":"2000-10-10T13:55:36.000Z","ip":"127.0.0.1","method":"GET", ...}
//
// A client chooses most of what stands there. So nothing of it can end a line, a quote or a field:
// other bytes than visible ASCII, '"' and '\' are written as \xHH, in JSON as \u00HH.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace strata::http {

// Views, empty where there is nothing to say.
struct AccessRecord {
  std::int64_t unix_us = 0;      // when the request was taken up
  std::int64_t duration_us = 0;  // until its answer was handed over
  std::string_view ip;
  std::string_view user;
  std::string_view method;
  std::string_view target;
  int minor_version = 1;
  int status = 0;
  std::uint64_t bytes = 0;  // of content
  std::string_view host;
  std::string_view referrer;
  std::string_view user_agent;
  std::string_view request_id;
  bool aborted = false;  // the client went away before it was whole
};

// Without a newline.
void append_common(const AccessRecord& record, std::string& to);    // Apache's "common"
void append_combined(const AccessRecord& record, std::string& to);  // and referrer, user agent
void append_json(const AccessRecord& record, std::string& to);

}  // namespace strata::http
