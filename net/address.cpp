// net/address.cpp - addresses to and from text; names through the system's resolver.
#include "net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace strata::net {

namespace {

Address from_ipv4(in_addr_t host_order, std::uint16_t port) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_port = htons(port);
  raw.sin_addr.s_addr = htonl(host_order);
  return Address::from(reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

Address from_ipv6(const in6_addr& address, std::uint16_t port) {
  sockaddr_in6 raw{};
  raw.sin6_family = AF_INET6;
  raw.sin6_port = htons(port);
  raw.sin6_addr = address;
  return Address::from(reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

const sockaddr_in& as_ipv4(const sockaddr* raw) {
  return *reinterpret_cast<const sockaddr_in*>(raw);
}
const sockaddr_in6& as_ipv6(const sockaddr* raw) {
  return *reinterpret_cast<const sockaddr_in6*>(raw);
}

// getaddrinfo's errors have a numbering of their own.
class ResolveCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "resolve"; }
  std::string message(int code) const override { return ::gai_strerror(code); }
};
const ResolveCategory resolve_category;

}  // namespace

Address Address::from(const sockaddr* raw, socklen_t bytes) {
  Address address;
  if (bytes > sizeof address.raw_) return address;
  std::memcpy(static_cast<void*>(&address.raw_), raw, bytes);
  address.bytes_ = bytes;
  return address;
}

Address Address::any(std::uint16_t port) { return from_ipv6(in6addr_any, port); }
Address Address::any_ipv4(std::uint16_t port) { return from_ipv4(INADDR_ANY, port); }
Address Address::loopback(std::uint16_t port) { return from_ipv4(INADDR_LOOPBACK, port); }
Address Address::loopback_ipv6(std::uint16_t port) { return from_ipv6(in6addr_loopback, port); }

std::optional<Address> Address::parse(std::string_view host, std::uint16_t port) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  const std::string text(host);
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return from_ipv4(ntohl(v4.s_addr), port);
  in6_addr v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) return from_ipv6(v6, port);
  return std::nullopt;
}

std::optional<Address> Address::unix_path(std::string_view path) {
  sockaddr_un raw{};
  raw.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof raw.sun_path) return std::nullopt;
  std::memcpy(raw.sun_path, path.data(), path.size());
  const bool abstract = path.front() == '@';
  if (abstract) raw.sun_path[0] = '\0';
  // An abstract name has no terminator: its length is the address's (unix(7)).
  const std::size_t bytes = offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1);
  return from(reinterpret_cast<const sockaddr*>(&raw), static_cast<socklen_t>(bytes));
}

std::uint16_t Address::port() const {
  if (bytes_ == 0) return 0;
  if (family() == AF_INET) return ntohs(as_ipv4(raw()).sin_port);
  if (family() == AF_INET6) return ntohs(as_ipv6(raw()).sin6_port);
  return 0;
}

Address Address::with_port(std::uint16_t port) const {
  if (bytes_ == 0) return {};
  if (family() == AF_INET) return from_ipv4(ntohl(as_ipv4(raw()).sin_addr.s_addr), port);
  if (family() == AF_INET6) return from_ipv6(as_ipv6(raw()).sin6_addr, port);
  return *this;
}

std::string Address::host() const {
  if (bytes_ == 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (family() == AF_INET)
    return ::inet_ntop(AF_INET, &as_ipv4(raw()).sin_addr, text.data(), text.size());
  if (family() == AF_INET6) {
    const in6_addr& address = as_ipv6(raw()).sin6_addr;
    // On a dual-stack socket an IPv4 peer shows up as ::ffff:a.b.c.d.
    if (IN6_IS_ADDR_V4MAPPED(&address))
      return ::inet_ntop(AF_INET, &address.s6_addr[12], text.data(), text.size());
    return ::inet_ntop(AF_INET6, &address, text.data(), text.size());
  }
  const std::size_t path_bytes = bytes_ - offsetof(sockaddr_un, sun_path);
  if (path_bytes == 0 || bytes_ < offsetof(sockaddr_un, sun_path)) return {};  // unnamed peer
  if (raw_.local.sun_path[0] == '\0')
    return "@" + std::string(raw_.local.sun_path + 1, path_bytes - 1);
  return std::string(raw_.local.sun_path, ::strnlen(raw_.local.sun_path, path_bytes));
}

std::string Address::to_string() const {
  if (bytes_ == 0) return "(none)";
  if (family() == AF_UNIX) return "unix:" + host();
  const std::string text = host();
  const bool bracketed = text.find(':') != std::string::npos;
  return (bracketed ? "[" + text + "]" : text) + ":" + std::to_string(port());
}

bool Address::operator==(const Address& other) const {
  return bytes_ == other.bytes_ && std::memcmp(&raw_, &other.raw_, bytes_) == 0;
}

Result<std::vector<Address>, std::error_code> resolve(std::string_view host, std::uint16_t port) {
  if (const auto numeric = Address::parse(host, port)) return std::vector<Address>{*numeric};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(std::string(host).c_str(), nullptr, &hints, &list);
  if (failed == EAI_SYSTEM) return std::error_code(errno, std::generic_category());
  if (failed != 0) return std::error_code(failed, resolve_category);
  std::vector<Address> found;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next)
    found.push_back(Address::from(each->ai_addr, each->ai_addrlen).with_port(port));
  ::freeaddrinfo(list);
  return found;
}

}  // namespace strata::net
