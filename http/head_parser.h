// http/head_parser.h - what the parsers of request heads and of response heads share: a first line
// of their own, field lines (field_reader.h), an empty line. (codec)
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "http/field_reader.h"
#include "http/message.h"
#include "http/scan.h"
#include "net/parse.h"

namespace strata::http {

// rfc9112-2.3: HTTP-version = "HTTP/" DIGIT "." DIGIT.
constexpr bool fits_version(std::size_t position, char c) {
  constexpr std::string_view form = "HTTP/0.0";
  return form[position] == '0' ? is_digit(c) : c == form[position];
}

// Finds and checks one head at a time. "Not yet" consumes nothing and remembers how far it looked,
// so a head that comes in N pieces costs O(bytes). A value has consumed the head; its views live
// until the bytes move or the next call. After an error it only repeats that error.
//   Errors: the first byte that no valid head can hold, wherever the pieces were cut.
// `Parser` has  Step read_first_line(std::string_view head)
//          and  std::optional<Refusal> complete(std::string_view head, Head& value): its elements
//               into the value, whose fields are there, and whether the two make a message.
template <class Parser, class Head>
class HeadParser {
 public:
  // `table` may be shared by the parsers of a thread, so that idle connections hold no field table:
  // a head's `fields` then live until the next call of any of them.
  explicit HeadParser(const Limits& limits, std::vector<Field>* table = nullptr)
      : limits_(&limits), lines_(limits, table) {}

  net::Parse<Head, Refusal> next(net::MutableBytes& in) {
    // What lies behind the limit is never looked at, or it could change the verdict.
    const std::string_view head = net::as_text(in).substr(0, limits_->max_head);
    const bool resumed = at_ != 0;
    Step step = read(head);
    // The views of a head that came in pieces point to where its bytes were then: it is read once
    // more, now that it is whole. That is cheaper than offsets for the many that come in one piece.
    if (step == Step::done && resumed) {
      restart();
      step = read(head);
    }
    if (step == Step::need_more) {  // rfc6585-5
      if (head.size() == limits_->max_head) return Refusal{431, "a head over its limit"};
      return {};
    }
    if (step == Step::refused) return refusal_;
    Head value;
    value.fields = lines_.fields();
    if (const auto refusal = static_cast<Parser&>(*this).complete(head, value)) {
      refuse(refusal->status, refusal->why);
      return refusal_;
    }
    in = in.subspan(at_);
    restart();
    return value;
  }
  // A byte of a head has come (the head's deadline runs). Between requests an empty line counts for
  // nothing (rfc9112-2.2).
  bool started() const { return stage_ != Stage::start; }

 protected:
  // The elements of either first line, in their order.
  enum class Stage : std::uint8_t {
    start,
    method,
    target,
    version,
    status,
    reason,
    line_end,
    fields,
    refused
  };
  using Step = FieldReader::Step;

  Step refuse(int status, std::string_view why) {
    refusal_ = {status, why};
    stage_ = Stage::refused;
    return Step::refused;
  }

  const Limits* limits_;
  std::size_t at_ = 0;  // read so far
  Stage stage_ = Stage::start;

 private:
  Step read(std::string_view head) {
    if (stage_ == Stage::refused) return Step::refused;  // for good
    if (stage_ < Stage::fields) {
      const Step step = static_cast<Parser&>(*this).read_first_line(head);
      if (step != Step::done) return step;
    }
    const Step step = lines_.read(head, at_);
    return step == Step::refused ? refuse(lines_.refusal().status, lines_.refusal().why) : step;
  }
  void restart() {
    at_ = 0;
    lines_.restart();
    stage_ = Stage::start;
  }

  FieldReader lines_;
  Refusal refusal_;
};

}  // namespace strata::http
