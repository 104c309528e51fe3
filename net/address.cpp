// net/address.cpp - socket addresses as values, and the names that stand for them.
#include "net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace strata::net {

static constexpr std::size_t path_at = offsetof(sockaddr_un, sun_path);

Address Address::from(const sockaddr* raw, socklen_t bytes) {
  Address address;
  if (raw == nullptr || bytes < sizeof(sa_family_t) || bytes > sizeof(sockaddr_storage))
    return address;
  std::memcpy(&address.raw_.storage, raw, bytes);
  address.bytes_ = bytes;
  return address;
}

static Address from_ipv4(in_addr host, std::uint16_t port) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  raw.sin_addr = host;
  raw.sin_port = htons(port);
  return Address::from(reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

static Address from_ipv6(const in6_addr& host, std::uint16_t port, std::uint32_t scope = 0) {
  sockaddr_in6 raw{};
  raw.sin6_family = AF_INET6;
  raw.sin6_addr = host;
  raw.sin6_port = htons(port);
  raw.sin6_scope_id = scope;
  return Address::from(reinterpret_cast<const sockaddr*>(&raw), sizeof raw);
}

Address Address::any(std::uint16_t port) { return from_ipv6(in6addr_any, port); }
Address Address::any_ipv4(std::uint16_t port) { return from_ipv4({htonl(INADDR_ANY)}, port); }
Address Address::loopback(std::uint16_t port) { return from_ipv4({htonl(INADDR_LOOPBACK)}, port); }
Address Address::loopback_ipv6(std::uint16_t port) { return from_ipv6(in6addr_loopback, port); }

std::optional<Address> Address::parse(std::string_view host, std::uint16_t port) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == host.npos) return std::nullopt;  // brackets are for IPv6 alone
  }
  if (host.find('\0') != host.npos) return std::nullopt;
  std::string text(host);
  if (in_addr four{}; inet_pton(AF_INET, text.c_str(), &four) == 1) return from_ipv4(four, port);
  std::uint32_t scope = 0;  // "fe80::1%eth0", rfc4007-11
  if (const std::size_t percent = text.find('%'); percent != text.npos) {
    const std::string zone = text.substr(percent + 1);
    text.resize(percent);
    scope = if_nametoindex(zone.c_str());
    if (scope == 0) {
      const auto [end, bad] = std::from_chars(zone.data(), zone.data() + zone.size(), scope);
      if (bad != std::errc() || end != zone.data() + zone.size() || scope == 0) return std::nullopt;
    }
  }
  if (in6_addr six{}; inet_pton(AF_INET6, text.c_str(), &six) == 1)
    return from_ipv6(six, port, scope);
  return std::nullopt;
}

std::optional<Address> Address::unix_path(std::string_view path) {
  sockaddr_un raw{};
  raw.sun_family = AF_UNIX;
  // A path needs room for its NUL; an abstract name (unix(7)) starts with one and has no other end.
  const bool is_abstract = !path.empty() && path.front() == '@';
  const std::size_t room = sizeof raw.sun_path - (is_abstract ? 0 : 1);
  if (path.empty() || path.size() > room) return std::nullopt;
  if (!is_abstract && path.find('\0') != path.npos) return std::nullopt;
  std::memcpy(raw.sun_path, path.data(), path.size());
  if (is_abstract) raw.sun_path[0] = '\0';
  const std::size_t bytes = path_at + path.size() + (is_abstract ? 0 : 1);
  return from(reinterpret_cast<const sockaddr*>(&raw), static_cast<socklen_t>(bytes));
}

std::uint16_t Address::port() const {
  if (empty()) return 0;
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(raw())->sin_port);
  if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(raw())->sin6_port);
  return 0;
}

Address Address::with_port(std::uint16_t port) const {
  Address other = *this;
  sockaddr* const raw = &other.raw_.any;
  if (empty()) return other;
  if (family() == AF_INET) reinterpret_cast<sockaddr_in*>(raw)->sin_port = htons(port);
  if (family() == AF_INET6) reinterpret_cast<sockaddr_in6*>(raw)->sin6_port = htons(port);
  return other;
}

static std::string ipv6_host(const sockaddr_in6& raw) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IN6_IS_ADDR_V4MAPPED(&raw.sin6_addr)) {  // an IPv4 peer of a dual-stack socket, rfc4291-2.5.5
    inet_ntop(AF_INET, raw.sin6_addr.s6_addr + 12, text.data(), text.size());
    return text.data();
  }
  inet_ntop(AF_INET6, &raw.sin6_addr, text.data(), text.size());
  std::string host = text.data();
  if (raw.sin6_scope_id != 0) host += '%' + std::to_string(raw.sin6_scope_id);
  return host;
}

std::string Address::host() const {
  if (empty()) return {};
  if (family() == AF_INET6) return ipv6_host(*reinterpret_cast<const sockaddr_in6*>(raw()));
  if (family() == AF_INET) {
    std::array<char, INET_ADDRSTRLEN> text{};
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(raw())->sin_addr, text.data(),
              text.size());
    return text.data();
  }
  if (family() != AF_UNIX || bytes_ <= path_at) return {};  // an unnamed Unix peer
  std::string path(raw_.local.sun_path, bytes_ - path_at);
  if (path[0] == '\0')
    path[0] = '@';
  else
    path.resize(std::strlen(path.c_str()));
  return path;
}

std::string Address::to_string() const {
  if (empty()) return "(none)";
  const std::string name = host();
  if (family() == AF_UNIX) return "unix:" + name;
  const bool brackets = name.find(':') != name.npos;
  return (brackets ? '[' + name + ']' : name) + ':' + std::to_string(port());
}

bool Address::operator==(const Address& other) const {
  return bytes_ == other.bytes_ && std::memcmp(&raw_.storage, &other.raw_.storage, bytes_) == 0;
}

namespace {
struct ResolveCategory final : std::error_category {
  const char* name() const noexcept override { return "resolve"; }
  std::string message(int code) const override { return gai_strerror(code); }
};
}  // namespace

Result<std::vector<Address>, std::error_code> resolve(std::string_view host, std::uint16_t port) {
  if (const auto numeric = Address::parse(host, port)) return std::vector<Address>{*numeric};
  static const ResolveCategory category;
  if (host.empty() || host.find('\0') != host.npos) return std::error_code(EAI_NONAME, category);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;  // or every address would come once per protocol
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(std::string(host).c_str(), nullptr, &wanted, &found);
  if (failed == EAI_SYSTEM) return std::error_code(errno, std::system_category());
  if (failed != 0) return std::error_code(failed, category);
  std::vector<Address> all;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
    all.push_back(Address::from(one->ai_addr, one->ai_addrlen).with_port(port));
  freeaddrinfo(found);
  if (all.empty()) return std::error_code(EAI_NONAME, category);
  return all;
}

}  // namespace strata::net
