// tests/http/date_test.cpp - dates written and read, against the system's calendar.
#include "http/date.h"

#include <ctime>
#include <random>
#include <string>

#include "tests/catch.h"

using namespace strata;
using namespace strata::http;

namespace {

std::string written(std::int64_t unix_seconds) {
  char text[date_bytes];
  write_date(unix_seconds, text);
  return {text, sizeof text};
}

constexpr std::int64_t example = 784111777;  // of rfc9110-5.6.7
constexpr std::int64_t now = 1'700'000'000;  // November 2023

}  // namespace

TEST_CASE("a date is written in one form", "[http][codec][rfc9110-5.6.7]") {
  CHECK(written(example) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(written(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(written(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
  CHECK(written(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(written(4107542400) == "Mon, 01 Mar 2100 00:00:00 GMT");  // 2100 is no leap year
  CHECK(written(253402300799) == "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST_CASE("a date is read in three forms", "[http][codec][rfc9110-5.6.7]") {
  CHECK(parse_date("Sun, 06 Nov 1994 08:49:37 GMT", now) == example);
  CHECK(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", now) == example);
  CHECK(parse_date("Sun Nov  6 08:49:37 1994", now) == example);
  CHECK(parse_date("Sun Nov 16 08:49:37 1994", now) == example + 10 * 86400);
  CHECK(parse_date("Sat, 31 Dec 2016 23:59:60 GMT", now) == 1483228800);  // a leap second
  CHECK(parse_date("Friday, 06-Nov-73 08:49:37 GMT", now) ==
        parse_date("Sun, 06 Nov 2073 08:49:37 GMT", now));
  CHECK(parse_date("Friday, 06-Nov-74 08:49:37 GMT", now) ==
        parse_date("Sun, 06 Nov 1974 08:49:37 GMT", now));
  for (const char* const bad : {"",
                                " ",
                                "Sun",
                                "Sun,",
                                "Sun, 06 Nov 1994 08:49:37",
                                "Sun, 06 Nov 1994 08:49:37 UTC",
                                "Sun, 06 Nov 1994 08:49:37 GMT ",
                                " Sun, 06 Nov 1994 08:49:37 GMT",
                                "sun, 06 Nov 1994 08:49:37 GMT",
                                "Sun, 6 Nov 1994 08:49:37 GMT",
                                "Sun, 06 nov 1994 08:49:37 GMT",
                                "Sun, 00 Nov 1994 08:49:37 GMT",
                                "Sun, 31 Nov 1994 08:49:37 GMT",
                                "Sun, 29 Feb 1994 08:49:37 GMT",
                                "Sun, 29 Feb 2100 08:49:37 GMT",
                                "Sun, 06 Nov 1994 24:49:37 GMT",
                                "Sun, 06 Nov 1994 08:60:37 GMT",
                                "Sun, 06 Nov 1994 08:49:61 GMT",
                                "Sun, 06 Nov 1994 8:49:37 GMT",
                                "Sun, 06 Nov 94 08:49:37 GMT",
                                "Sun, 06-Nov-94 08:49:37 GMT",
                                "Sun, +6 Nov 1994 08:49:37 GMT",
                                "Someday, 06-Nov-94 08:49:37 GMT",
                                "Sunday, 06-Nov-1994 08:49:37 GMT",
                                "Sunday, 06 Nov 94 08:49:37 GMT",
                                "Sun Nov 6 08:49:37 1994",
                                "Sun Nov  6 08:49:37 94",
                                "Sun Nov  6 08:49:37 1994 GMT",
                                "Sun Nov -6 08:49:37 1994",
                                "784111777"}) {
    INFO(bad);
    CHECK_FALSE(parse_date(bad, now));
  }
}

TEST_CASE("written dates agree with the system's calendar and are read back",
          "[http][codec][rfc9110-5.6.7]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 2000; ++i) {
    const auto when = static_cast<std::int64_t>(random() % 253402300800u);
    const std::time_t time = when;
    std::tm utc{};
    gmtime_r(&time, &utc);
    char expected[64];
    std::strftime(expected, sizeof expected, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    if (written(when) != expected) CHECK(written(when) == expected);
    if (parse_date(written(when), now) != when) CHECK(parse_date(written(when), now) == when);
    std::strftime(expected, sizeof expected, "%a %b %e %H:%M:%S %Y", &utc);
    if (parse_date(expected, now) != when) CHECK(parse_date(expected, now) == when);
  }
}

TEST_CASE("no truncated date is a date", "[http][codec][rfc9110-5.6.7]") {
  for (const std::string text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                 "Sun Nov  6 08:49:37 1994"})
    for (std::size_t have = 0; have < text.size(); ++have)
      CHECK_FALSE(parse_date(text.substr(0, have), now));
}

TEST_CASE("the Date line is rendered once a second", "[http][codec][rfc9110-6.6.1]") {
  DateLine line;
  CHECK(line.at(-1) == "Date: Wed, 31 Dec 1969 23:59:59 GMT\r\n");
  CHECK(line.at(example) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  CHECK(line.at(example) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  CHECK(line.at(example + 1) == "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
}
