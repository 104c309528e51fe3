// http/client/url.h - http and https URLs, rfc3986 and rfc9110-4.2: text in, checked parts out.
// (codec)
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "net/parse.h"

namespace strata::http {

inline constexpr std::size_t url_bytes_max = 8 * 1024;

// A URL that one can dial: normalised, so that two equal ones compare equal (rfc3986-6.2.2).
//   http://user:pass@Example.org:8080/a/../b%7e?q#f    a host and a port
//   http://[2001:db8::1]/                              an IPv6 address; no zone
//   http://unix:/run/app.sock:/path                    a Unix socket, as nginx writes it
//   unix:/run/app.sock:/path                           the same, shorter
struct Url {
  bool secure = false;          // https
  std::string host;             // small letters; an IPv6 address without its brackets
  std::uint16_t port = 0;       // the scheme's own where none is named; 0 of a Unix socket
  std::string socket_path;      // of a Unix socket; `host` is then "localhost"
  std::string user, password;   // decoded; no part of text() and never logged
  std::string path = "/";       // begins with '/', has no dot segments
  std::string query, fragment;  // without '?' and '#'
  bool has_query = false;       // "/a?" is not "/a"

  std::string authority() const;      // host[:port]: the value of Host, rfc9110-7.2
  std::string host_and_port() const;  // the port always: the target of CONNECT, rfc9112-3.2.3
  std::string origin() const;         // scheme://host[:port], rfc6454-6.2
  std::string target() const;         // path[?query]: the origin form, rfc9112-3.2.1
  std::string text() const;           // without user and fragment: the absolute form
  bool same_origin(const Url& other) const;  // scheme, host and port, rfc6454-5
};

// Errors: a sentence, static text. Refused are: other schemes, no host, a host that is no DNS name
// or address (numbers other than four decimal octets included: resolvers read "0x7f.1"), a port
// that is none, '\' outside the query, control bytes, '%' without two hex digits, more than
// url_bytes_max. Bytes that a URL may not hold raw (blanks inside, over 127) are encoded.
net::Result<Url, std::string_view> parse_url(std::string_view text);

// A reference against its base, rfc3986-5.2, as of a Location field. One from the network names no
// Unix socket: it may stay on the base's, and cannot reach another.
net::Result<Url, std::string_view> resolve_url(const Url& base, std::string_view reference);

}  // namespace strata::http
