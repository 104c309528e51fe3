// http/field_reader.cpp - one pass over the field lines of a head, rfc9112-5. (codec)
//
//   Host: example.org CRLF              field-name ":" OWS field-value OWS
//   Content-Length: 14 CRLF
//   CRLF                                the end of the head
#include "http/field_reader.h"

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
  const char* const end = head.data() + head.size();
  const char* line = head.data() + at;
  std::vector<Field>& fields = table();
  std::size_t count = count_;
  Marks marks(line, end);
  while (count < limits_->max_fields) {
    const char* const colon = marks.next();
    if (colon == line || colon == end || *colon != ':') break;
    if (!is_token_run(line, colon, end)) break;
    const char* value = colon + 1;
    while (value != end && is_ows(*value)) ++value;
    const char* stop = marks.next();
    while (stop != end && (*stop == ':' || *stop == '\t')) stop = marks.next();
    if (end - stop < 2 || stop[0] != '\r' || stop[1] != '\n') break;
    (void)marks.next();  // the LF
    const char* value_end = stop;
    while (value_end != value && is_ows(value_end[-1])) --value_end;
    if (count >= fields.size()) make_room(count);
    fields[count++] = {{line, static_cast<std::size_t>(colon - line)},
                       {value, static_cast<std::size_t>(value_end - value)}};
    line = stop + 2;
  }
  count_ = count;
  at = static_cast<std::size_t>(line - head.data());
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
