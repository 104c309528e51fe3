// http/client/client_options.h - every limit and deadline of a client, with its default.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/client/client_session.h"
#include "net/loop.h"
#include "net/resolver.h"

namespace strata::http {

class CookieJar;

// What went over a connection, for -v and for tests. `bytes` live for the call.
struct WireEvent {
  std::uint64_t connection = 0;  // counted from 1
  bool sent = false;             // else received
  net::Bytes bytes;
};

struct ClientOptions {
  // --- limits of one response -------------------------------------------------------------------
  std::size_t max_body = 16 * 1024 * 1024;  // whole form: bytes, decoded; a response holds so many
  std::size_t max_head = 16 * 1024;         // bytes of a head, of the trailers likewise
  std::size_t max_fields = 100;             // field lines of a head
  std::size_t max_informational = 16;       // 1xx heads before the final one

  // --- deadlines, each its own error ------------------------------------------------------------
  net::Duration connect_timeout = 10s;     // name, connect, proxy's tunnel, and what `secure` does
  net::Duration queue_timeout = 30s;       // for a connection, while all that may be are in use
  net::Duration first_byte_timeout = 30s;  // from the request's last byte to the response's first
  net::Duration head_timeout = 10s;        // from a head's first byte until it is whole
  net::Duration read_timeout = 30s;        // between two bytes of the response; not while paused
  net::Duration write_timeout = 20s;       // the server takes nothing of the request
  net::Duration continue_timeout = 1s;     // for a 100 (Continue); then the content goes unasked
  net::Duration timeout{};                 // for all of it, redirects and retries included; 0: none
  net::Duration idle_timeout = 4s;         // of a kept connection: many servers close after 5 s

  // --- connections ------------------------------------------------------------------------------
  std::size_t max_per_origin = 6;     // connections to one scheme, host and port
  std::size_t max_connections = 256;  // in all
  std::size_t max_idle = 32;          // kept without a request, in all; the oldest is closed
  std::size_t max_queued = 1024;      // requests that wait for a connection; above: queue_full
  bool keep_alive = true;             // false: Connection: close with every request

  // --- behaviour --------------------------------------------------------------------------------
  unsigned max_redirects = 10;        // 0: a 3xx is an answer like others
  unsigned max_retries = 1;           // where rfc9110-9.2.2 allows one: never for POST or PATCH
  bool allow_downgrade = false;       // redirects from https to http
  bool decompress = true;             // ask for gzip and deflate, and undo them
  std::string user_agent = "strata";  // empty: none is sent
  std::string proxy;                  // "http://user:password@host:port"; empty: none
  std::vector<std::string> no_proxy;  // reached without it: see http/client/proxy.h
  bool proxy_tunnel = false;          // CONNECT for http, too
  CookieJar* cookies = nullptr;       // kept and sent where given; outlives the client

  // --- seams ------------------------------------------------------------------------------------
  net::Resolver* resolver = nullptr;  // outlives the client; a ThreadResolver of its own where null
  // Makes a connection secure: takes one over TCP, gives one that is a Connection around it. Its
  // handshake may come later and fail by Receiver::closed. Null: refused. Without it, https is.
  std::function<std::unique_ptr<net::Connection>(std::unique_ptr<net::Connection>,
                                                 std::string_view host)>
      secure;
  std::function<void(const WireEvent&)> on_wire;  // watches every byte
};

}  // namespace strata::http
