// http/client/client_error.h - why a request got no answer, or not all of it. (codec)
#pragma once
#include <cstdint>
#include <string_view>

namespace strata::http {

enum class ClientError : std::uint8_t {
  none,
  // --- ours: nothing was sent
  invalid_method,   // no token, or one that the session does not send
  invalid_target,   // in no form that the method allows
  invalid_field,    // a name that is no token, a control byte in a value, or one the session writes
  invalid_content,  // content that cannot be framed: until close, or with CONNECT
  invalid_url,      // the sentence says why
  invalid_proxy,    // likewise
  insecure,         // https without a way to make a connection secure, or that way failed
  content_source,   // the source of the content failed, or gave another length than it announced
  queue_full,       // `max_queued` requests wait for a connection
  queue_timeout,    // no connection came free
  cancelled,        // by the program
  // --- on the way to the server: nothing was sent, and each may be tried again
  unresolved,  // no address for the name
  connect_failed,
  connect_timeout,
  proxy_refused,  // CONNECT was not answered by a 2xx
  proxy_denied,   // 407: credentials are missing or wrong
  // --- the connection's
  closed_before_response,  // retry where retry.h allows it
  truncated,               // it ended inside a head or before the content's end
  first_byte_timeout,
  read_timeout,
  write_timeout,  // the server took nothing of the request
  total_timeout,
  idle_timeout,  // nobody used the connection: close it in silence
  // --- the server's
  malformed,             // bytes that are no response: the sentence says which rule they break
  unsupported_version,   // neither HTTP/1.0 nor HTTP/1.1
  unsupported_coding,    // a transfer coding other than chunked
  head_too_large,        // head or trailers over `max_head`, `max_fields`
  content_too_large,     // over `max_body`
  too_many_interim,      // more 1xx heads than `max_informational`
  unexpected_upgrade,    // a 101 that nobody asked for
  unsolicited_response,  // bytes that answer no request
  bad_encoding,          // compressed content that is torn or damaged
  too_many_redirects,    // over `max_redirects`
  bad_redirect,          // one that leads nowhere, or to http from https: the sentence says
};

std::string_view sentence(ClientError error);

}  // namespace strata::http
