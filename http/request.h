// http/request.h - a request as handlers see it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "net/address.h"

namespace strata::http {

// Its head is copied once, into a string that the connection reuses.
//   Lives:   until its response has ended; views with it.
//   Threads: the loop's.
class Request {
 public:
  std::string_view method() const;
  std::string_view target() const;    // as sent
  std::string_view path() const;      // raw; inside a mounted router: behind its prefix
  std::string_view base_path() const; // the prefix of the mounted router
  std::string_view query_string() const;
  std::string_view header(std::string_view name) const;  // the first of that name, or empty
  std::span<const Field> headers() const;
  std::size_t header_count(std::string_view name) const;
  int minor_version() const;
  bool upgrade() const;               // asks for another protocol (rfc9110-7.8)

  std::optional<std::string_view> param(std::string_view name) const;  // of the matched pattern
  std::optional<std::string> query(std::string_view name) const;       // first of that name
  std::string_view body() const;      // whole when a route's handler runs
  net::Address peer() const;
  std::string ip() const;
};

}  // namespace strata::http
