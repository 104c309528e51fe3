// http/response_parser.h - the head of a response, rfc9112-4 to -6: bytes in, views out. (codec)
#pragma once
#include "http/framing.h"
#include "http/head_parser.h"

namespace strata::http {

// As strict as RequestParser, and with its field lines.
//   Errors: nobody is answered, so the status sorts them: 400 malformed, 431 over a limit, 501 a
//           transfer coding that is not read here, 505 another version.
class ResponseParser final : public HeadParser<ResponseParser, ResponseHead> {
 public:
  using HeadParser::HeadParser;
  // What the next heads answer; it decides where they end. For 1xx heads and the final one alike.
  void expect(Asked asked) { asked_ = asked; }

 private:
  friend class HeadParser<ResponseParser, ResponseHead>;

  Step read_first_line(std::string_view head);
  std::optional<Refusal> complete(std::string_view head, ResponseHead& value);
  bool take_whole_status_line(std::string_view head);
  Step read_version(std::string_view head);
  Step read_status(std::string_view head);
  Step read_reason(std::string_view head);
  Step read_line_end(std::string_view head);

  Asked asked_ = Asked::other;
  std::uint8_t minor_version_ = 1;
  int status_ = 0;
  std::size_t reason_at_ = 0;  // of the head, by offset: it holds when the bytes move
  std::size_t reason_bytes_ = 0;
};

}  // namespace strata::http
