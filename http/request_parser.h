// http/request_parser.h - the head of a request, rfc9112-2 to -6: bytes in, views out. (codec)
#pragma once
#include <cstdint>
#include <vector>

#include "http/field_reader.h"
#include "http/message.h"
#include "net/parse.h"

namespace strata::http {

// Finds and checks one head at a time. "Not yet" consumes nothing and remembers how far it looked,
// so a head that comes in N pieces costs O(bytes). A value has consumed the head; its views live
// until the bytes move or the next call. After an error it only repeats that error.
//   Errors: the first byte that no valid head can hold, wherever the pieces were cut.
class RequestParser {
 public:
  // `table` may be shared by the parsers of a thread, so that idle connections hold no field table:
  // a head's `fields` then live until the next call of any of them.
  explicit RequestParser(const Limits& limits, std::vector<Field>* table = nullptr)
      : limits_(&limits), lines_(limits, table) {}
  net::Parse<RequestHead, Refusal> next(net::MutableBytes& in);
  // A byte of a head has come (the head's deadline runs); false between messages, where an empty
  // line counts for nothing (rfc9112-2.2).
  bool started() const { return stage_ != Stage::start; }

 private:
  enum class Stage : std::uint8_t { start, method, target, version, fields, refused };
  using Step = FieldReader::Step;
  struct Slice {  // of the head, by offset: it holds when the bytes move
    std::size_t at = 0;
    std::size_t bytes = 0;
  };

  Step read(std::string_view head);
  bool take_whole_request_line(std::string_view head);
  Step read_request_line(std::string_view head);
  Step read_start(std::string_view head);
  Step read_method(std::string_view head);
  Step read_target(std::string_view head);
  Step read_version(std::string_view head);
  Step refuse(int status, std::string_view why);
  void restart();

  const Limits* limits_;
  FieldReader lines_;
  std::size_t at_ = 0;       // read so far
  std::size_t element_ = 0;  // where the element being read begins
  Slice method_, target_;
  Refusal refusal_;
  Stage stage_ = Stage::start;
  std::uint8_t minor_version_ = 1;
};

}  // namespace strata::http
