// http/field_reader.cpp - one pass over the field lines of a head, rfc9112-5. (codec)
//
//   Host: example.org CRLF              field-name ":" OWS field-value OWS
//   Content-Length: 14 CRLF
//   CRLF                                the end of the head
#include "http/field_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "http/scan.h"

namespace strata::http {
namespace {

std::string_view why_no_name(char c, bool empty) {
  if (c == '\n') return bare_lf;  // rfc9112-2.2
  if (c == '\r') return "a field line without a colon";
  if (c == ':' && empty) return "a field line without a name";
  if (is_ows(c)) return "white space before the colon of a field";  // rfc9112-5.1
  return "a field name that is no token";                           // rfc9110-5.1
}

}  // namespace

// Takes the field lines that are whole and right, which are nearly all, from the beginning of one.
// It stops in front of any other, for read() to tell what is wrong or missing: so no line is looked
// at more than twice.
void FieldReader::take_whole_lines(std::string_view head, std::size_t& at) {
  const char* const begin = head.data();
  const char* const end = begin + head.size();
  const char* line = begin + at;
  const char* block = line;
  std::uint64_t controls = control_bits(begin, block, end);
  std::vector<Field>& fields = table();
  const std::size_t most = limits_->max_fields;
  Field* slot = fields.data() + count_;
  const Field* full = fields.data() + std::min(fields.size(), most);
  for (;;) {
    while (controls == 0 && end - block > 64) {
      block += 64;
      controls = control_bits(begin, block, end);
    }
    if (controls == 0) break;
    const char* const stop = block + static_cast<unsigned>(std::countr_zero(controls));
    controls &= controls - 1;
    if (end - stop < 2 || std::memcmp(stop, "\r\n", 2) != 0) {
      if (*stop == '\t' || stop + 1 == line) continue;  // or the LF that begins a block
      break;
    }
    if (stop == line) break;   // the end of the head
    controls &= controls - 1;  // the LF
    const char* const colon = scan_name(begin, line, end);
    if (*colon != ':' || colon == line) break;
    const char* value = colon[1] == ' ' ? colon + 2 : colon + 1;
    const char* value_end = stop;
    if (*value <= ' ' || value_end[-1] <= ' ') {  // or no ASCII; else there is no more to trim
      while (is_ows(*value)) ++value;             // not beyond the CR
      while (value_end != value && is_ows(value_end[-1])) --value_end;
    }
    if (slot == full) {
      const auto count = static_cast<std::size_t>(slot - fields.data());
      if (count >= most) break;
      make_room(count);
      slot = fields.data() + count;
      full = fields.data() + std::min(fields.size(), most);
    }
    *slot++ = {{line, static_cast<std::size_t>(colon - line)},
               {value, static_cast<std::size_t>(value_end - value)}};
    line = stop + 2;
  }
  count_ = static_cast<std::size_t>(slot - fields.data());
  at = static_cast<std::size_t>(line - begin);
}

// Behind the lines that were whole and right: whatever comes in pieces, and whatever is wrong.
FieldReader::Step FieldReader::read_on(std::string_view head, std::size_t& at) {
  for (;;) {
    if (stage_ == Stage::line) {
      const Step step = read_line(head, at);
      if (stage_ == Stage::line) return step;
    }
    if (stage_ == Stage::name) {
      const Step step = read_name(head, at);
      if (step != Step::done) return step;
    }
    if (stage_ == Stage::ows) {
      while (at != head.size() && is_ows(head[at])) ++at;
      if (at == head.size()) return Step::need_more;
      element_ = at;
      stage_ = Stage::value;
    }
    const Step step = read_value(head, at);
    if (step != Step::done) return step;
    take_whole_lines(head, at);
  }
}

// From the beginning of a line: done at the empty one; else a name has begun, or no line can.
FieldReader::Step FieldReader::read_line(std::string_view head, std::size_t& at) {
  if (at == head.size()) return Step::need_more;
  const char first = head[at];
  if (first == '\r') {
    if (at + 1 == head.size()) return Step::need_more;
    if (head[at + 1] != '\n') return refuse(400, bare_cr);
    at += 2;
    return Step::done;
  }
  // stricter than rfc9112-5.2: a folded line is never joined, it hides fields from others.
  if (is_ows(first)) return refuse(400, "white space at the beginning of a field line");
  if (count_ == limits_->max_fields) return refuse(431, "more fields than the limit");
  element_ = at;
  stage_ = Stage::name;
  return Step::need_more;
}

FieldReader::Step FieldReader::read_name(std::string_view head, std::size_t& at) {
  const char* const begin = head.data();
  at = static_cast<std::size_t>(scan_token(begin + at, begin + head.size()) - begin);
  if (at == head.size()) return Step::need_more;
  if (head[at] != ':' || at == element_) return refuse(400, why_no_name(head[at], at == element_));
  name_at_ = element_;
  name_bytes_ = at - element_;
  ++at;
  stage_ = Stage::ows;
  return Step::done;
}

// The rest of a field line that came in pieces, rfc9110-5.5: up to its CRLF.
FieldReader::Step FieldReader::read_value(std::string_view head, std::size_t& at) {
  at = static_cast<std::size_t>(scan_value(head.data() + at, head.data() + head.size()) -
                                head.data());
  if (at == head.size()) return Step::need_more;
  if (head[at] != '\r')
    return refuse(400, head[at] == '\n' ? bare_lf : "a control byte in a field value");
  if (at + 1 == head.size()) return Step::need_more;
  if (head[at + 1] != '\n') return refuse(400, bare_cr);
  make_room(count_);
  table()[count_++] = {head.substr(name_at_, name_bytes_),
                       trim_ows(head.substr(element_, at - element_))};
  at += 2;
  stage_ = Stage::line;
  return Step::done;
}

}  // namespace strata::http
