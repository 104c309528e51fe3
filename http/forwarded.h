// http/forwarded.h - who a request comes from when proxies stand between. (codec)
//
//   client 203.0.113.9 --> proxy 10.0.0.2 --> proxy 10.0.0.1 --> us
//   X-Forwarded-For: evil, 203.0.113.9, 10.0.0.2         peer of the socket: 10.0.0.1
//                    ^ the client wrote this
//   Forwarded: for=203.0.113.9;proto=https, for="[2001:db8::1]"                     rfc7239-4
//
// Each proxy adds, at the right, whom it was talking to. So the list is read from the right, and
// only as far as the one who wrote a member is trusted.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/ip_address.h"
#include "http/message.h"

namespace strata::http {

// Members of a list that are looked at, from the right.
inline constexpr std::size_t forwarded_hops_max = 32;

// Whose word counts. By default nobody's: a client can write these fields itself.
class TrustProxy {
 public:
  TrustProxy() = default;
  // The socket's peer and those next to it, `count` in all: all that can reach us must have come
  // through so many.
  static TrustProxy hops(std::size_t count);
  // By address: "10.0.0.0/8", "::1", and the names "loopback", "linklocal", "uniquelocal" (the
  // private ranges of rfc1918 too) and "unix" (a peer on a Unix socket).
  //   Errors: throws std::invalid_argument on what is none of these.
  static TrustProxy list(std::vector<std::string> ranges);
  static TrustProxy all();  // the leftmost is the client: only where nobody else can reach us

  // Which field our proxies write; the other kind is never read. A proxy overwrites or appends to
  // one kind, and lets the client's own word pass in the other.
  enum class Fields : std::uint8_t { x_forwarded, forwarded };
  TrustProxy&& by(Fields fields) && {
    fields_ = fields;
    return std::move(*this);
  }
  Fields fields() const { return fields_; }
  bool enabled() const { return hops_ != 0 || unix_ || !ranges_.empty(); }
  // `place` counts from the socket's peer, 0. `address` is null for a peer on a Unix socket.
  bool trusts(const IpAddress* address, std::size_t place) const;

 private:
  std::size_t hops_ = 0;
  std::vector<IpRange> ranges_;
  bool unix_ = false;
  Fields fields_ = Fields::x_forwarded;
};

// What the trusted proxies say; empty text where they say nothing, or nothing well formed.
struct Forwarding {
  std::string ip;                // the furthest address that a trusted one vouches for
  std::vector<std::string> ips;  // the client first, then the proxies between; not the peer
  std::string protocol;          // "http" or "https", in lower case
  std::string host;              // host [":" port]
};

// `peer` is the text of the socket's peer: an address, or a path. A member that is no address
// ("unknown", "_hidden" of rfc7239-6.3, garbage) ends the walk: who stands before it is the client.
Forwarding read_forwarding(const TrustProxy& trust, std::string_view peer,
                           std::span<const Field> fields);

}  // namespace strata::http
