// http/middleware/multipart.h - multipart/form-data taken apart as it comes, rfc7578, rfc2046-5.1.
// (codec)
//
//   --X CRLF
//   Content-Disposition: form-data; name="f"; filename="a.txt" CRLF
//   Content-Type: text/plain CRLF
//   CRLF
//   data ...  CRLF --X CRLF                  the CRLF belongs to the delimiter, not to the data
//   ...       CRLF --X-- CRLF                the last delimiter; what follows is not looked at
//
// Nothing is collected but the head of a part: data is handed on as views of what came in.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "net/bytes.h"

namespace strata::http {

struct MultipartLimits {
  std::size_t max_parts = 1000;          // 413
  std::size_t max_part_head = 8 * 1024;  // bytes: 431
  std::size_t max_part_fields = 16;      // 431
  std::size_t max_name = 256;            // bytes of a name or a file name: 431
  std::size_t max_preamble = 1024;       // bytes before the first delimiter: 400
};

// What the head of a part says. Text is as it was sent, in no checked encoding.
struct Part {
  std::string name;
  std::optional<std::string> filename;  // behind the last '/' or '\'; perhaps empty
  std::string content_type;             // as sent; text/plain where there is none (rfc7578-4.4)
};

// The boundary of a Content-Type; nothing where it is not multipart/form-data, or has no boundary
// of 1 to 70 of the characters that rfc2046-5.1.1 allows, or has two.
std::optional<std::string> multipart_boundary(std::string_view content_type);

//   for (;;) switch (parser.next(in)) {
//     case none: return;                 // all of `in` is used; there may come more
//     case part: parser.part() ...       // then its data, in pieces, then part_end
//
//   Lives:  data() until the next call of next() and as long as `in`; part() until the next part.
//   Errors: refused, with refusal(), and nothing more comes.
class MultipartParser {
 public:
  enum class Event : std::uint8_t { none, part, data, part_end, end, refused };
  explicit MultipartParser(std::string_view boundary, MultipartLimits limits = {});

  Event next(net::Bytes& in);  // takes what it used off the front of `in`
  const Part& part() const { return part_; }
  net::Bytes data() const { return data_; }
  const Refusal& refusal() const { return refusal_; }
  // No more will come. False, and refusal(), where the last delimiter has not.
  bool finish();

 private:
  enum class State : std::uint8_t { preamble, behind_delimiter, head, content, epilogue, refused };
  Event refuse(int status, std::string_view why);
  Event read_content(net::Bytes& in);
  Event read_behind_delimiter(net::Bytes& in);
  Event read_head(net::Bytes& in);
  Event end_of_head();
  bool match_delimiter(net::Bytes& in);
  bool take_head_line(std::string_view line);
  bool take_disposition(std::string_view value);

  const std::string delimiter_;  // CRLF "--" boundary
  const MultipartLimits limits_;
  Part part_;
  net::Bytes data_;
  Refusal refusal_;
  std::string head_;  // the line of a part's head that is under way
  std::size_t head_used_ = 0;
  std::size_t head_fields_ = 0;
  std::size_t matched_ = 2;  // bytes of the delimiter seen: a first one has no CRLF before it
  std::size_t parts_ = 0;
  std::size_t preamble_ = 0;
  std::size_t padding_ = 0;
  State state_ = State::preamble;
  char last_ = 0;         // of two bytes that belong together, the first, if it came alone
  bool imagined_ = true;  // the CRLF in matched_ is not in the data
  bool has_disposition_ = false;
};

}  // namespace strata::http
