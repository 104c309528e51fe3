// http/field_reader.h - the field lines of a head and the empty line behind them, rfc9112-5: the
// machine that the heads of requests and of responses share. (codec)
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace strata::http {

inline constexpr std::string_view bare_cr = "a CR without its LF";
inline constexpr std::string_view bare_lf = "an LF without its CR";

// Reads on from where it was, over growing prefixes of one head: no byte is looked at more than
// twice, whatever the pieces.
//   Errors: the first byte that no valid line can hold; after one, restart() or nothing.
class FieldReader {
 public:
  enum class Step : std::uint8_t { need_more, done, refused };

  // `table` may be shared by the readers of a thread: fields() then live until any of them reads.
  FieldReader(const Limits& limits, std::vector<Field>* table) : limits_(&limits), shared_(table) {}

  // Reads from `at`, which it moves; the first call of a head begins at a line. The views of
  // fields() point into the `head` that was offered when their lines were complete.
  Step read(std::string_view head, std::size_t& at) {
    if (stage_ == Stage::line) {
      take_whole_lines(head, at);
      if (head.size() - at >= 2 && head[at] == '\r' && head[at + 1] == '\n') {
        at += 2;
        return Step::done;
      }
    }
    return read_on(head, at);
  }
  std::span<const Field> fields() { return {table().data(), count_}; }
  const Refusal& refusal() const { return refusal_; }
  void restart() {
    count_ = 0;
    stage_ = Stage::line;
  }

 private:
  enum class Stage : std::uint8_t { line, name, ows, value };

  Step read_on(std::string_view head, std::size_t& at);
  void take_whole_lines(std::string_view head, std::size_t& at);
  Step read_line(std::string_view head, std::size_t& at);
  Step read_name(std::string_view head, std::size_t& at);
  Step read_value(std::string_view head, std::size_t& at);
  Step refuse(int status, std::string_view why) {
    refusal_ = {status, why};
    return Step::refused;
  }
  std::vector<Field>& table() { return shared_ != nullptr ? *shared_ : own_; }
  void make_room(std::size_t count) {
    if (count >= table().size()) table().resize(std::max<std::size_t>(16, 2 * count));
  }

  const Limits* limits_;
  std::vector<Field>* shared_;
  std::vector<Field> own_;
  std::size_t element_ = 0;  // where the name or value being read begins
  std::size_t name_at_ = 0;
  std::size_t name_bytes_ = 0;
  std::size_t count_ = 0;  // complete field lines
  Refusal refusal_;
  Stage stage_ = Stage::line;
};

}  // namespace strata::http
