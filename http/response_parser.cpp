// http/response_parser.cpp - one pass over the head of a response, rfc9112-2.1. (codec)
//
//   HTTP/1.1 404 Not Found CRLF         HTTP-version SP status-code SP [ reason-phrase ]  rfc9112-4
//   Content-Length: 14 CRLF             field lines: field_reader.cpp
//   CRLF                                the end of the head
//
// Every element ends at the first byte that it cannot hold, and what that byte is decides; so the
// verdict depends on the bytes alone, and a refusal comes with the byte that proves it.
#include "http/response_parser.h"

#include <cstring>

#include "http/scan.h"

namespace strata::http {
namespace {

constexpr std::size_t version_bytes = 8;                   // "HTTP/1.1"
constexpr std::size_t status_end = version_bytes + 1 + 3;  // " 200"

}  // namespace

std::optional<Refusal> ResponseParser::complete(std::string_view head, ResponseHead& value) {
  value.status = status_;
  value.reason = head.substr(reason_at_, reason_bytes_);
  value.minor_version = minor_version_;
  return decide_framing(value, asked_);
}

// Takes a status line that is whole, right and usual. Any other is left to the stages, which tell
// what is wrong or missing.
bool ResponseParser::take_whole_status_line(std::string_view head) {
  constexpr std::string_view start = "HTTP/1.1 ";
  if (head.size() < status_end + 3 || std::memcmp(head.data(), start.data(), start.size()) != 0)
    return false;
  const char* const digits = head.data() + start.size();
  if (digits[0] < '1' || digits[0] > '9' || !is_digit(digits[1]) || !is_digit(digits[2]) ||
      digits[3] != ' ')
    return false;
  const char* const reason = digits + 4;
  const char* const end = head.data() + head.size();
  const char* const reason_end = scan_value(reason, end);
  if (end - reason_end < 2 || reason_end[0] != '\r' || reason_end[1] != '\n') return false;
  status_ = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
  minor_version_ = 1;
  reason_at_ = status_end + 1;
  reason_bytes_ = static_cast<std::size_t>(reason_end - reason);
  at_ = reason_at_ + reason_bytes_ + 2;
  stage_ = Stage::fields;
  return true;
}

ResponseParser::Step ResponseParser::read_first_line(std::string_view head) {
  if (stage_ == Stage::start) {
    if (head.empty()) return Step::need_more;
    if (take_whole_status_line(head)) return Step::done;
    stage_ = Stage::version;
  }
  Step step = Step::done;
  if (stage_ == Stage::version) step = read_version(head);
  if (step == Step::done && stage_ == Stage::status) step = read_status(head);
  if (step == Step::done && stage_ == Stage::reason) step = read_reason(head);
  if (step == Step::done && stage_ == Stage::line_end) step = read_line_end(head);
  return step;
}

// No empty line is skipped here: rfc9112-2.2 grants one to requests only.
ResponseParser::Step ResponseParser::read_version(std::string_view head) {
  for (; at_ < version_bytes; ++at_) {
    if (at_ == head.size()) return Step::need_more;
    // stricter than rfc9112-9.2 asks: HTTP/0.9 had no status line, and took anything for content.
    if (!fits_version(at_, head[at_])) return refuse(400, "no status line of HTTP");
  }
  const std::string_view version = head.substr(0, version_bytes);
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return refuse(505, "a version other than HTTP/1.0 and HTTP/1.1");
  minor_version_ = version.back() == '1' ? 1 : 0;
  stage_ = Stage::status;
  return Step::done;
}

// rfc9112-4: status-code = 3DIGIT. rfc9110-15: from 600 on it is as a 5xx, below 100 it is nothing.
ResponseParser::Step ResponseParser::read_status(std::string_view head) {
  for (; at_ < status_end; ++at_) {
    if (at_ == head.size()) return Step::need_more;
    const char c = head[at_];
    const bool first = at_ == version_bytes + 1;
    const bool fits = at_ == version_bytes ? c == ' ' : is_digit(c) && !(first && c == '0');
    if (!fits) return refuse(400, "a status that is no number of three digits");
    if (at_ != version_bytes) status_ = (first ? 0 : status_ * 10) + (c - '0');
  }
  if (at_ == head.size()) return Step::need_more;
  reason_at_ = at_;
  reason_bytes_ = 0;
  stage_ = Stage::line_end;
  if (head[at_] == '\r') return Step::done;  // wider than rfc9112-4: many leave the space out, too
  if (head[at_] != ' ')
    return refuse(400, head[at_] == '\n' ? bare_lf : "a status that is no number of three digits");
  reason_at_ = ++at_;
  stage_ = Stage::reason;
  return Step::done;
}

ResponseParser::Step ResponseParser::read_reason(std::string_view head) {
  const char* const begin = head.data();
  at_ = static_cast<std::size_t>(scan_value(begin + at_, begin + head.size()) - begin);
  if (at_ == head.size()) return Step::need_more;
  if (head[at_] != '\r')
    return refuse(400, head[at_] == '\n' ? bare_lf : "a control byte in a reason phrase");
  reason_bytes_ = at_ - reason_at_;
  stage_ = Stage::line_end;
  return Step::done;
}

ResponseParser::Step ResponseParser::read_line_end(std::string_view head) {
  if (at_ + 1 >= head.size()) return Step::need_more;
  if (head[at_ + 1] != '\n') return refuse(400, bare_cr);
  at_ += 2;
  stage_ = Stage::fields;
  return Step::done;
}

}  // namespace strata::http
