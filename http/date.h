// http/date.h - dates of HTTP, rfc9110-5.6.7. The clock is the caller's. (codec)
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace strata::http {

constexpr std::size_t date_bytes = 29;  // "Sun, 06 Nov 1994 08:49:37 GMT"

// Writes the IMF-fixdate of a time in seconds since 1970 (UTC), of the years 0 to 9999.
void write_date(std::int64_t unix_seconds, char (&to)[date_bytes]);

// Any of the three forms that a recipient has to read, as seconds since 1970. The weekday of a date
// is checked for its form, not against the date. A two-digit year is the one that lies less than
// 50 years ahead of `now`.
std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now);

// The line "Date: ...", rendered once a second however often it is asked for. One a server.
class DateLine {
 public:
  // With its CRLF; lives until the next call.
  std::string_view at(std::int64_t unix_seconds);

 private:
  std::int64_t second_ = -1;
  char line_[6 + date_bytes + 2] = {};
};

}  // namespace strata::http
