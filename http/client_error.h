// http/client_error.h - why a request got no answer, or not all of it. (codec)
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
  // --- the connection's
  closed_before_response,  // retry where retry.h allows it
  truncated,               // it ended inside a head or before the content's end
  first_byte_timeout,
  read_timeout,
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
};

std::string_view sentence(ClientError error);

}  // namespace strata::http
