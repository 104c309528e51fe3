// http/response_parser.h - the head of a response, rfc9112-4 to -6: bytes in, views out. (codec)
#pragma once
#include <cstdint>
#include <vector>

#include "http/field_reader.h"
#include "http/framing.h"
#include "http/message.h"
#include "net/parse.h"

namespace strata::http {

// Finds and checks one head at a time, as strict as RequestParser and with its field lines. "Not
// yet" consumes nothing and remembers how far it looked, so a head that comes in N pieces costs
// O(bytes). A value has consumed the head; its views live until the bytes move or the next call.
// After an error it only repeats that error.
//   Errors: the first byte that no valid head can hold, wherever the pieces were cut. Nobody is
//           answered, so the status sorts them: 400 malformed, 431 over a limit, 501 a transfer
//           coding that is not read here, 505 another version.
class ResponseParser {
 public:
  // `table` may be shared by the parsers of a thread: a head's `fields` then live until the next
  // call of any of them.
  explicit ResponseParser(const Limits& limits, std::vector<Field>* table = nullptr)
      : limits_(&limits), lines_(limits, table) {}
  // What the next heads answer; it decides where they end. For 1xx heads and the final one alike.
  void expect(Asked asked) { asked_ = asked; }
  net::Parse<ResponseHead, Refusal> next(net::MutableBytes& in);
  bool started() const { return stage_ != Stage::start; }  // a byte of a head has come

 private:
  enum class Stage : std::uint8_t { start, version, status, reason, line_end, fields, refused };
  using Step = FieldReader::Step;

  Step read(std::string_view head);
  bool take_whole_status_line(std::string_view head);
  Step read_status_line(std::string_view head);
  Step read_version(std::string_view head);
  Step read_status(std::string_view head);
  Step read_reason(std::string_view head);
  Step read_line_end(std::string_view head);
  Step refuse(int status, std::string_view why);
  void restart();

  const Limits* limits_;
  FieldReader lines_;
  std::size_t at_ = 0;         // read so far
  std::size_t reason_at_ = 0;  // of the head, by offset: it holds when the bytes move
  std::size_t reason_bytes_ = 0;
  Refusal refusal_;
  int status_ = 0;
  Stage stage_ = Stage::start;
  Asked asked_ = Asked::other;
  std::uint8_t minor_version_ = 1;
};

}  // namespace strata::http
