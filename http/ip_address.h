// http/ip_address.h - addresses as fields name them, and ranges of them: text to octets. (codec)
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace strata::http {

// IPv4 stands in its mapped place, ::ffff:a.b.c.d: the two spellings of one host are equal.
struct IpAddress {
  std::array<std::uint8_t, 16> octets{};
  bool is_v4() const;
  std::string to_text() const;  // "192.0.2.1"; or as rfc5952-4 wants it, "2001:db8::1"
  auto operator<=>(const IpAddress&) const = default;
};

// Four decimal numbers without leading zeros, or an IPv6 address of rfc4291-2.2. No brackets, no
// zone, no port.
std::optional<IpAddress> parse_ip(std::string_view text);

// The addresses whose first `bits` are those of `base`.
struct IpRange {
  IpAddress base;
  unsigned bits = 128;  // of 128: an IPv4 prefix counts 96 more
  bool holds(const IpAddress& address) const;
};
// "10.0.0.0/8", "2001:db8::/32", or one address. Bits behind the prefix must be zero, rfc4632-3.1:
// "10.1.0.0/8" is more likely an error than a wish.
std::optional<IpRange> parse_ip_range(std::string_view text);

}  // namespace strata::http
