// net/address.h - where a socket listens or connects: IPv4, IPv6 or a Unix path.
#pragma once
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "net/parse.h"

namespace strata::net {

// A value; cheap to copy.
class Address {
 public:
  Address() = default;                               // no address
  static Address any(std::uint16_t port);            // [::]:port, IPv4 too (dual-stack)
  static Address any_ipv4(std::uint16_t port);       // 0.0.0.0:port
  static Address loopback(std::uint16_t port);       // 127.0.0.1:port
  static Address loopback_ipv6(std::uint16_t port);  // [::1]:port
  // Numeric only ("127.0.0.1", "::1", "[::1]"); nothing where the text is no address.
  static std::optional<Address> parse(std::string_view host, std::uint16_t port);
  static std::optional<Address> unix_path(std::string_view path);  // '@name': abstract
  static Address from(const sockaddr* raw, socklen_t bytes);

  bool empty() const { return bytes_ == 0; }
  int family() const { return raw_.any.sa_family; }
  std::uint16_t port() const;  // 0 for a Unix path
  Address with_port(std::uint16_t port) const;
  std::string host() const;       // "127.0.0.1", "::1" (a mapped IPv4 as IPv4), or the path
  std::string to_string() const;  // "127.0.0.1:80", "[::1]:80", "unix:/path"
  const sockaddr* raw() const { return &raw_.any; }
  socklen_t raw_bytes() const { return bytes_; }
  bool operator==(const Address& other) const;

 private:
  union Raw {
    sockaddr any;
    sockaddr_storage storage;
    sockaddr_un local;
    Raw() : storage{} {}
  };
  Raw raw_;
  socklen_t bytes_ = 0;
};

// Every address of a name, in the order to try. Blocks while the resolver asks (never for numeric
// addresses): call it at start, or from a thread of your own.
Result<std::vector<Address>, std::error_code> resolve(std::string_view host, std::uint16_t port);

}  // namespace strata::net
