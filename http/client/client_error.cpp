// http/client/client_error.cpp - each error's sentence. (codec)
#include "http/client/client_error.h"

namespace strata::http {

std::string_view sentence(ClientError error) {
  struct Row {
    ClientError error;
    std::string_view sentence;
  };
  static constexpr Row rows[] = {
      {ClientError::none, "no error"},
      {ClientError::invalid_method, "a method that cannot be sent"},
      {ClientError::invalid_target, "a request target in no form that the method allows"},
      {ClientError::invalid_field, "a field that cannot be sent"},
      {ClientError::invalid_content, "content that a request cannot have"},
      {ClientError::invalid_url, "a URL that cannot be used"},
      {ClientError::invalid_proxy, "a proxy that cannot be used"},
      {ClientError::insecure,
       "https is asked for, and there is nothing that makes a connection secure"},
      {ClientError::content_source, "the source of the content failed"},
      {ClientError::queue_full, "too many requests wait for a connection"},
      {ClientError::queue_timeout, "no connection came free in time"},
      {ClientError::cancelled, "cancelled"},
      {ClientError::unresolved, "the name has no address"},
      {ClientError::connect_failed, "no connection to the server"},
      {ClientError::connect_timeout, "no connection to the server in time"},
      {ClientError::proxy_refused, "the proxy does not connect to the server"},
      {ClientError::proxy_denied, "the proxy wants other credentials"},
      {ClientError::write_timeout, "the server took nothing of the request for long"},
      {ClientError::bad_encoding, "compressed content that is torn or damaged"},
      {ClientError::too_many_redirects, "more redirects than the limit"},
      {ClientError::bad_redirect, "a redirect that cannot be followed"},
      {ClientError::closed_before_response, "the connection was closed before a response"},
      {ClientError::truncated, "the response was cut off"},
      {ClientError::first_byte_timeout, "no response in time"},
      {ClientError::read_timeout, "the response came too slowly"},
      {ClientError::total_timeout, "the exchange took too long"},
      {ClientError::idle_timeout, "the connection was not used for long"},
      {ClientError::malformed, "bytes that are no response"},
      {ClientError::unsupported_version, "a version other than HTTP/1.0 and HTTP/1.1"},
      {ClientError::unsupported_coding, "an unknown transfer coding"},
      {ClientError::head_too_large, "a response head over its limit"},
      {ClientError::content_too_large, "content over its limit"},
      {ClientError::too_many_interim, "more interim responses than the limit"},
      {ClientError::unexpected_upgrade, "another protocol that nobody asked for"},
      {ClientError::unsolicited_response, "bytes that answer no request"},
  };
  for (const Row& row : rows)
    if (row.error == error) return row.sentence;
  return rows[0].sentence;
}

}  // namespace strata::http
