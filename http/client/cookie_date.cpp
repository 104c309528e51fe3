// http/client/cookie_date.cpp - the dates of cookies, rfc6265-5.1.1: the first token of each kind
// counts.
// (codec)
//
//   Wed, 09 Jun 2021 10:18:14 GMT      Wednesday, 09-Jun-21 10:18:14      10:18:14 2021 9 june
#include <chrono>
#include <optional>

#include "http/client/cookie_jar.h"
#include "http/scan.h"

namespace strata::http {
namespace {

struct Parts {
  int hour = -1, minute = -1, second = -1, day = -1, month = -1, year = -1;
};

bool is_delimiter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2F) || (byte >= 0x3B && byte <= 0x40) ||
         (byte >= 0x5B && byte <= 0x60) || (byte >= 0x7B && byte <= 0x7E);
}

// Takes a number of `least` to `most` digits from the front; -1: there is none, or it is longer.
int take_number(std::string_view& text, std::size_t least, std::size_t most) {
  int value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) {
    if (digits == most) return -1;
    value = value * 10 + (text[digits++] - '0');
  }
  if (digits < least) return -1;
  text.remove_prefix(digits);
  return value;
}

// time = 1*2DIGIT ":" 1*2DIGIT ":" 1*2DIGIT, and then no digit.
bool take_time(std::string_view text, Parts& parts) {
  int values[3];
  for (int i = 0; i < 3; ++i) {
    if (i != 0) {
      if (text.empty() || text[0] != ':') return false;
      text.remove_prefix(1);
    }
    values[i] = take_number(text, 1, 2);
    if (values[i] < 0) return false;
  }
  parts.hour = values[0];
  parts.minute = values[1];
  parts.second = values[2];
  return true;
}

int month_of(std::string_view token) {
  constexpr std::string_view names = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (token.size() < 3) return -1;
  const char start[3] = {to_lower(token[0]), to_lower(token[1]), to_lower(token[2])};
  const std::size_t at = names.find({start, 3});
  return at == names.npos || at % 3 != 0 ? -1 : static_cast<int>(at / 3) + 1;
}

void take_token(std::string_view token, Parts& parts) {
  if (parts.hour < 0 && take_time(token, parts)) return;
  if (parts.day < 0) {
    std::string_view text = token;
    parts.day = take_number(text, 1, 2);
    if (parts.day >= 0) return;
  }
  if (parts.month < 0) {
    parts.month = month_of(token);
    if (parts.month >= 0) return;
  }
  if (parts.year < 0) parts.year = take_number(token, 2, 4);
}

}  // namespace

std::optional<std::int64_t> parse_cookie_date(std::string_view text) {
  Parts parts;
  while (!text.empty()) {
    std::size_t end = 0;
    while (end < text.size() && !is_delimiter(text[end])) ++end;
    if (end != 0) take_token(text.substr(0, end), parts);
    text.remove_prefix(end == text.size() ? end : end + 1);
  }
  if (parts.year >= 70 && parts.year <= 99) parts.year += 1900;
  if (parts.year >= 0 && parts.year <= 69) parts.year += 2000;
  if (parts.hour < 0 || parts.day < 0 || parts.month < 0 || parts.year < 1601) return std::nullopt;
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(parts.year),
                                         std::chrono::month(static_cast<unsigned>(parts.month)),
                                         std::chrono::day(static_cast<unsigned>(parts.day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86'400 + parts.hour * 3600 + parts.minute * 60 + parts.second;
}

}  // namespace strata::http
