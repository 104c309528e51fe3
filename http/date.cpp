// http/date.cpp - dates written in one form and read in three, rfc9110-5.6.7. (codec)
//
//   Sun, 06 Nov 1994 08:49:37 GMT     IMF-fixdate, the one that is written
//   Sunday, 06-Nov-94 08:49:37 GMT    rfc850, obsolete
//   Sun Nov  6 08:49:37 1994          asctime, obsolete
#include "http/date.h"

#include <cstring>

#include "http/scan.h"

namespace strata::http {
namespace {

constexpr std::string_view day_names = "SunMonTueWedThuFriSat";
constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view long_day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::int64_t day_seconds = 86400;

struct Civil {
  std::int64_t year = 1970;
  unsigned month = 1;  // 1 to 12
  unsigned day = 1;
};

// The Gregorian calendar repeats every 400 years, which are 146,097 days. Counted from March, the
// leap day is the last of its year, and (153 m + 2) / 5 days lie before month m.
Civil civil_of(std::int64_t days) {
  days += 719468;  // from 0000-03-01
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned march_month = (5 * day_of_year + 2) / 153;
  Civil civil;
  civil.day = day_of_year - (153 * march_month + 2) / 5 + 1;
  civil.month = march_month < 10 ? march_month + 3 : march_month - 9;
  civil.year = std::int64_t{year_of_era} + era * 400 + (civil.month <= 2 ? 1 : 0);
  return civil;
}

std::int64_t days_of(const Civil& civil) {
  const std::int64_t year = civil.year - (civil.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned march_month = civil.month > 2 ? civil.month - 3 : civil.month + 9;
  const unsigned day_of_year = (153 * march_month + 2) / 5 + civil.day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + std::int64_t{day_of_era} - 719468;
}

bool is_leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

unsigned days_in(std::int64_t year, unsigned month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

void put_two(char* to, std::uint64_t value) {
  to[0] = static_cast<char>('0' + value / 10 % 10);
  to[1] = static_cast<char>('0' + value % 10);
}

// Takes the parts of a date off the front of a text; the first that does not fit fails the whole.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : text_(text) {}
  void literal(std::string_view expected) {
    ok_ = ok_ && text_.substr(0, expected.size()) == expected;
    skip(expected.size());
  }
  unsigned digits(std::size_t count) {
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      ok_ = ok_ && i < text_.size() && is_digit(text_[i]);
      if (ok_) value = value * 10 + static_cast<unsigned>(text_[i] - '0');
    }
    skip(count);
    return value;
  }
  unsigned name(std::string_view names) {  // of three letters each; 1 for the first
    unsigned found = 0;
    for (unsigned i = 0; i * 3 < names.size(); ++i)
      if (text_.substr(0, 3) == names.substr(i * 3, 3)) found = i + 1;
    ok_ = ok_ && found != 0;
    skip(3);
    return found;
  }
  bool at(char c) const { return !text_.empty() && text_[0] == c; }
  void skip(std::size_t count) { text_.remove_prefix(count < text_.size() ? count : text_.size()); }
  bool done() const { return ok_ && text_.empty(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

unsigned read_time(DateReader& reader) {
  const unsigned hour = reader.digits(2);
  reader.literal(":");
  const unsigned minute = reader.digits(2);
  reader.literal(":");
  const unsigned second = reader.digits(2);
  // rfc9110-5.6.7 allows a leap second; it counts as the first of the next minute.
  if (hour > 23 || minute > 59 || second > 60) reader.literal("!");
  return hour * 3600 + minute * 60 + second;
}

std::int64_t year_of_two_digits(unsigned two, std::int64_t now) {
  const std::int64_t this_year = civil_of(now / day_seconds).year;
  const std::int64_t year = this_year - this_year % 100 + two;
  if (year > this_year + 50) return year - 100;
  return year;
}

}  // namespace

void write_date(std::int64_t unix_seconds, char (&to)[date_bytes]) {
  std::int64_t days = unix_seconds / day_seconds;
  std::int64_t rest = unix_seconds % day_seconds;
  if (rest < 0) {
    rest += day_seconds;
    --days;
  }
  const auto second = static_cast<std::uint64_t>(rest);
  const auto weekday =
      static_cast<std::size_t>(((days + 4) % 7 + 7) % 7);  // 1970 began on Thursday
  const Civil civil = civil_of(days);
  std::memcpy(to, "Sun, 00 Jan 0000 00:00:00 GMT", date_bytes);
  std::memcpy(to, day_names.data() + weekday * 3, 3);
  put_two(to + 5, civil.day);
  std::memcpy(to + 8, month_names.data() + (civil.month - 1) * 3, 3);
  put_two(to + 12, static_cast<std::uint64_t>(civil.year) / 100);
  put_two(to + 14, static_cast<std::uint64_t>(civil.year) % 100);
  put_two(to + 17, second / 3600);
  put_two(to + 20, second / 60 % 60);
  put_two(to + 23, second % 60);
}

std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now) {
  DateReader reader(text);
  Civil civil;
  unsigned seconds = 0;
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) {
    reader.name(day_names);
    reader.literal(" ");
    civil.month = reader.name(month_names);
    reader.literal(" ");
    if (reader.at(' ')) {  // asctime pads the day with a space
      reader.skip(1);
      civil.day = reader.digits(1);
    } else {
      civil.day = reader.digits(2);
    }
    reader.literal(" ");
    seconds = read_time(reader);
    reader.literal(" ");
    civil.year = reader.digits(4);
  } else {
    const bool obsolete = comma != 3;
    if (obsolete) {
      bool known = false;
      for (const std::string_view name : long_day_names) known |= text.substr(0, comma) == name;
      if (!known) return std::nullopt;
      reader.skip(comma);
    } else {
      reader.name(day_names);
    }
    const std::string_view dash = obsolete ? "-" : " ";
    reader.literal(", ");
    civil.day = reader.digits(2);
    reader.literal(dash);
    civil.month = reader.name(month_names);
    reader.literal(dash);
    civil.year = obsolete ? year_of_two_digits(reader.digits(2), now) : reader.digits(4);
    reader.literal(" ");
    seconds = read_time(reader);
    reader.literal(" GMT");
  }
  if (!reader.done() || civil.day == 0 || civil.day > days_in(civil.year, civil.month))
    return std::nullopt;
  return days_of(civil) * day_seconds + seconds;
}

std::string_view DateLine::at(std::int64_t unix_seconds) {
  if (unix_seconds != second_ || line_[0] == 0) {
    char date[date_bytes];
    write_date(unix_seconds, date);
    std::memcpy(line_, "Date: ", 6);
    std::memcpy(line_ + 6, date, date_bytes);
    std::memcpy(line_ + 6 + date_bytes, "\r\n", 2);
    second_ = unix_seconds;
  }
  return {line_, sizeof line_};
}

}  // namespace strata::http
