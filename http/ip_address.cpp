// http/ip_address.cpp - addresses, read strictly and written in one form. (codec)
#include "http/ip_address.h"

#include <algorithm>
#include <charconv>

#include "http/message.h"
#include "http/scan.h"

namespace strata::http {

namespace {

constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// Four octets at `to`; true if `text` is all of a dotted decimal address.
bool read_v4(std::string_view text, std::uint8_t* to) {
  for (int i = 0; i < 4; ++i) {
    const std::size_t end = i == 3 ? text.size() : text.find('.');
    if (end == std::string_view::npos || end == 0 || end > 3) return false;
    if (text[0] == '0' && end > 1) return false;  // octal to some, decimal to others
    unsigned value = 0;
    for (const char c : text.substr(0, end)) {
      if (!is_digit(c)) return false;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value > 255) return false;
    to[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

// One to four hex digits off the front.
std::optional<unsigned> take_group(std::string_view& text) {
  unsigned value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && is_char(text[digits], hex_char)) {
    if (digits == 4) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(hex_value(text[digits++]));
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

// rfc4291-2.2: eight groups; one run of zeros may be "::"; the last two may be an IPv4 address.
std::optional<IpAddress> read_v6(std::string_view text) {
  IpAddress result;
  std::size_t used = 0;  // octets
  std::size_t gap = 17;  // where "::" stands
  if (text.substr(0, 2) == "::") {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (used + 4 <= 16 && text.find(':') == std::string_view::npos &&
        text.find('.') != std::string_view::npos) {
      if (!read_v4(text, result.octets.data() + used)) return std::nullopt;
      used += 4;
      break;
    }
    const auto group = take_group(text);
    if (!group || used == 16) return std::nullopt;
    result.octets[used++] = static_cast<std::uint8_t>(*group >> 8);
    result.octets[used++] = static_cast<std::uint8_t>(*group);
    if (text.empty()) break;
    if (text.front() != ':' || text.size() == 1) return std::nullopt;
    text.remove_prefix(1);
    if (text.front() == ':') {
      if (gap != 17) return std::nullopt;
      gap = used;
      text.remove_prefix(1);
    }
  }
  if (gap == 17) return used == 16 ? std::optional(result) : std::nullopt;
  if (used == 16) return std::nullopt;  // "::" stands for one group at least
  const auto at = [&](std::size_t i) {
    return result.octets.begin() + static_cast<std::ptrdiff_t>(i);
  };
  std::move_backward(at(gap), at(used), result.octets.end());
  std::fill(at(gap), at(gap + 16 - used), std::uint8_t{0});
  return result;
}

void append_hex(std::string& to, unsigned value) {
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, 16);
  to.append(digits, end.ptr);
}

}  // namespace

bool IpAddress::is_v4() const { return std::equal(mapped.begin(), mapped.end(), octets.begin()); }

std::string IpAddress::to_text() const {
  std::string text;
  if (is_v4()) {
    for (std::size_t i = 12; i < 16; ++i) {
      if (i != 12) text += '.';
      text += std::to_string(octets[i]);
    }
    return text;
  }
  const auto group = [&](std::size_t i) { return octets[2 * i] * 256u + octets[2 * i + 1]; };
  std::size_t gap = 8,
              gap_groups = 1;  // rfc5952-4.2: the longest run, the first of equals, not one
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t end = i;
    while (end < 8 && group(end) == 0) ++end;
    if (end - i > gap_groups) {
      gap = i;
      gap_groups = end - i;
    }
    i = std::max(i, end);
  }
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      text += "::";
      i += gap_groups - 1;
    } else {
      if (i != 0 && text.back() != ':') text += ':';
      append_hex(text, group(i));
    }
  }
  return text;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return read_v6(text);
  IpAddress result;
  std::copy(mapped.begin(), mapped.end(), result.octets.begin());
  if (!read_v4(text, result.octets.data() + 12)) return std::nullopt;
  return result;
}

bool IpRange::holds(const IpAddress& address) const {
  const std::size_t whole = bits / 8;
  if (!std::equal(base.octets.begin(), base.octets.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.octets.begin())) {
    return false;
  }
  const unsigned left = bits % 8;
  return left == 0 || ((base.octets[whole] ^ address.octets[whole]) >> (8 - left)) == 0;
}

std::optional<IpRange> parse_ip_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = parse_ip(text.substr(0, slash));
  if (!base) return std::nullopt;
  IpRange range{*base, 128};
  if (slash == std::string_view::npos) return range;
  const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const auto bits = parse_size(text.substr(slash + 1));
  if (!bits || *bits > (v4 ? 32u : 128u)) return std::nullopt;
  range.bits = static_cast<unsigned>(*bits) + (v4 ? 96 : 0);
  for (unsigned i = range.bits; i < 128; ++i) {
    if ((base->octets[i / 8] >> (7 - i % 8) & 1) != 0) return std::nullopt;
  }
  return range;
}

}  // namespace strata::http
