// sio/client/destination.h - the URL that io() is given, as the reference reads it:
//
//   http://user:pw@example.org:8080/chat?token=x
//   |      |                       |    |
//   |      where, and who          |    query of every request
//   scheme                         namespace, "/" where none is named
//
// (codec)
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/parse.h"

namespace strata::sio {

struct Destination {
  std::string server;  // what to dial: "http://user:pw@example.org:8080"
  std::string nsp;     // "/chat"
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::string identity;  // the same for the same server: "http://example.org:8080", port always
};

// http, https, ws and wss; "//host" and "host" are `otherwise`; "http://unix:/run/app.sock:/chat"
// is a Unix socket. What stands behind '#' counts for nothing.
//   Errors: a sentence, static text.
net::Result<Destination, std::string_view> parse_destination(std::string_view url,
                                                             std::string_view otherwise = "https");

// A namespace as programs name it: "chat" is "/chat", "" is "/".
std::string namespace_named(std::string_view name);
// Why `nsp` cannot be a namespace; empty: it can.
std::string_view refuse_namespace(std::string_view nsp);

}  // namespace strata::sio
