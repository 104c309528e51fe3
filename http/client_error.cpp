// http/client_error.cpp - each error's sentence. (codec)
#include "http/client_error.h"

namespace strata::http {

std::string_view sentence(ClientError error) {
  switch (error) {
    case ClientError::none:
      return "no error";
    case ClientError::invalid_method:
      return "a method that cannot be sent";
    case ClientError::invalid_target:
      return "a request target in no form that the method allows";
    case ClientError::invalid_field:
      return "a field that cannot be sent";
    case ClientError::invalid_content:
      return "content that a request cannot have";
    case ClientError::invalid_url:
      return "a URL that cannot be used";
    case ClientError::invalid_proxy:
      return "a proxy that cannot be used";
    case ClientError::insecure:
      return "https is asked for, and there is nothing that makes a connection secure";
    case ClientError::content_source:
      return "the source of the content failed";
    case ClientError::queue_full:
      return "too many requests wait for a connection";
    case ClientError::queue_timeout:
      return "no connection came free in time";
    case ClientError::cancelled:
      return "cancelled";
    case ClientError::unresolved:
      return "the name has no address";
    case ClientError::connect_failed:
      return "no connection to the server";
    case ClientError::connect_timeout:
      return "no connection to the server in time";
    case ClientError::proxy_refused:
      return "the proxy does not connect to the server";
    case ClientError::proxy_denied:
      return "the proxy wants other credentials";
    case ClientError::write_timeout:
      return "the server took nothing of the request for long";
    case ClientError::bad_encoding:
      return "compressed content that is torn or damaged";
    case ClientError::too_many_redirects:
      return "more redirects than the limit";
    case ClientError::closed_before_response:
      return "the connection was closed before a response";
    case ClientError::truncated:
      return "the response was cut off";
    case ClientError::first_byte_timeout:
      return "no response in time";
    case ClientError::read_timeout:
      return "the response came too slowly";
    case ClientError::total_timeout:
      return "the exchange took too long";
    case ClientError::idle_timeout:
      return "the connection was not used for long";
    case ClientError::malformed:
      return "bytes that are no response";
    case ClientError::unsupported_version:
      return "a version other than HTTP/1.0 and HTTP/1.1";
    case ClientError::unsupported_coding:
      return "an unknown transfer coding";
    case ClientError::head_too_large:
      return "a response head over its limit";
    case ClientError::content_too_large:
      return "content over its limit";
    case ClientError::too_many_interim:
      return "more interim responses than the limit";
    case ClientError::unexpected_upgrade:
      return "another protocol that nobody asked for";
    case ClientError::unsolicited_response:
      return "bytes that answer no request";
  }
  return "no error";
}

}  // namespace strata::http
