// http/request_parser.h - the head of a request, rfc9112-2 to -6: bytes in, views out. (codec)
#pragma once
#include "http/head_parser.h"

namespace strata::http {

//   Errors: with the status that the client is answered.
class RequestParser final : public HeadParser<RequestParser, RequestHead> {
 public:
  using HeadParser::HeadParser;

 private:
  friend class HeadParser<RequestParser, RequestHead>;
  struct Slice {  // of the head, by offset: it holds when the bytes move
    std::size_t at = 0;
    std::size_t bytes = 0;
  };

  Step read_first_line(std::string_view head);
  std::optional<Refusal> complete(std::string_view head, RequestHead& value);
  bool take_whole_request_line(std::string_view head);
  Step read_start(std::string_view head);
  Step read_method(std::string_view head);
  Step read_target(std::string_view head);
  Step read_version(std::string_view head);

  std::uint8_t minor_version_ = 1;
  std::size_t element_ = 0;  // where the element being read begins
  Slice method_, target_;
};

}  // namespace strata::http
