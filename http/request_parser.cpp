// http/request_parser.cpp - one pass over the head of a request, rfc9112-2.1. (codec)
//
//   POST /dogs?size=2 HTTP/1.1 CRLF     method SP request-target SP HTTP-version   rfc9112-3
//   Host: example.org CRLF              field-name ":" OWS field-value OWS         rfc9112-5
//   Content-Length: 14 CRLF
//   CRLF                                the end of the head
//
// Every element ends at the first byte that it cannot hold, and what that byte is decides; so the
// verdict depends on the bytes alone, and a refusal comes with the byte that proves it.
#include "http/request_parser.h"

#include <algorithm>
#include <cstring>

#include "http/framing.h"
#include "http/scan.h"
#include "http/target.h"

namespace strata::http {
namespace {

constexpr std::size_t method_bytes_max = 32;  // the longest registered one has 17

}  // namespace

std::optional<Refusal> RequestParser::complete(std::string_view head, RequestHead& value) {
  value.method = head.substr(method_.at, method_.bytes);
  value.target = head.substr(target_.at, target_.bytes);
  value.minor_version = minor_version_;
  return decide_framing(value);
}

// Takes a request line that is whole, right and usual: a path, in HTTP/1.1. Any other is left to
// the stages, which tell what is wrong or missing.
bool RequestParser::take_whole_request_line(std::string_view head) {
  constexpr std::string_view version = " HTTP/1.1\r\n";
  const char* const begin = head.data();
  const char* const end = begin + head.size();
  const bool is_get = head.starts_with("GET ");
  const char* const method_end = is_get ? begin + 3 : scan_class(begin, end, token_char);
  const auto method_bytes = static_cast<std::size_t>(method_end - begin);
  if (method_end == end || *method_end != ' ' || method_bytes > method_bytes_max) return false;
  const char* const target = method_end + 1;
  const char* const target_end = scan_target(target, end);
  const auto target_bytes = static_cast<std::size_t>(target_end - target);
  if (target_bytes == 0 || *target != '/' || target_bytes > limits_->max_target) return false;
  if (static_cast<std::size_t>(end - target_end) < version.size()) return false;
  if (std::memcmp(target_end, version.data(), version.size()) != 0) return false;
  if (method_bytes == 0 || head.substr(0, method_bytes) == "CONNECT") return false;
  method_ = {0, method_bytes};
  target_ = {method_bytes + 1, target_bytes};
  minor_version_ = 1;
  at_ = target_.at + target_bytes + version.size();
  stage_ = Stage::fields;
  return true;
}

RequestParser::Step RequestParser::read_first_line(std::string_view head) {
  if (at_ == 0 && stage_ == Stage::start && take_whole_request_line(head)) return Step::done;
  Step step = Step::done;
  if (stage_ == Stage::start) step = read_start(head);
  if (step == Step::done && stage_ == Stage::method) step = read_method(head);
  if (step == Step::done && stage_ == Stage::target) step = read_target(head);
  if (step == Step::done && stage_ == Stage::version) step = read_version(head);
  return step;
}

// rfc9112-2.2: at least one empty line before a request is to be ignored; here, exactly one.
RequestParser::Step RequestParser::read_start(std::string_view head) {
  if (at_ == 0 && head.size() >= 2 && head[0] == '\r') {
    if (head[1] != '\n') return refuse(400, bare_cr);
    at_ = 2;
  }
  if (at_ == head.size()) return Step::need_more;
  if (head[at_] == '\r') {
    return at_ == 0 ? Step::need_more : refuse(400, "more than one empty line before the request");
  }
  element_ = at_;
  stage_ = Stage::method;
  return Step::done;
}

RequestParser::Step RequestParser::read_method(std::string_view head) {
  const std::size_t end = std::min(head.size(), element_ + method_bytes_max + 1);
  at_ = static_cast<std::size_t>(scan_class(head.data() + at_, head.data() + end, token_char) -
                                 head.data());
  // rfc9112-3: a method longer than any that is implemented.
  if (at_ - element_ > method_bytes_max) return refuse(501, "a method over 32 bytes");
  if (at_ == head.size()) return Step::need_more;
  if (head[at_] != ' ' || at_ == element_) return refuse(400, "a method that is no token");
  method_ = {element_, at_ - element_};
  element_ = ++at_;
  stage_ = Stage::target;
  return Step::done;
}

RequestParser::Step RequestParser::read_target(std::string_view head) {
  const std::size_t end = element_ + std::min(head.size() - element_, limits_->max_target);
  at_ = static_cast<std::size_t>(scan_target(head.data() + at_, head.data() + end) - head.data());
  if (at_ == head.size()) return Step::need_more;
  const char stop = head[at_];
  if (stop != ' ') {
    if (is_char(stop, target_char)) return refuse(414, "a request target over its limit");
    if (stop == '\r') return refuse(400, "a request line without a version");  // HTTP/0.9
    if (stop == '\n') return refuse(400, bare_lf);
    return refuse(400, "a byte that no request target holds");  // rfc9112-3.2
  }
  target_ = {element_, at_ - element_};
  const std::string_view method = head.substr(method_.at, method_.bytes);
  const std::string_view target = head.substr(target_.at, target_.bytes);
  const bool plain = !target.empty() && target[0] == '/' && method != "CONNECT";
  if (!plain && !parse_target(method, target))
    return refuse(400, "a request target in no form that the method allows");  // rfc9112-3.2
  element_ = ++at_;
  stage_ = Stage::version;
  return Step::done;
}

RequestParser::Step RequestParser::read_version(std::string_view head) {
  for (; at_ - element_ < 8; ++at_) {
    if (at_ == head.size()) return Step::need_more;
    if (!fits_version(at_ - element_, head[at_])) return refuse(400, "a malformed version");
  }
  const std::string_view version = head.substr(element_, 8);
  // stricter than rfc9112-2.3: 1.2 and above are unknown to us, so we do not guess.
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return refuse(505, "a version other than HTTP/1.0 and HTTP/1.1");
  minor_version_ = version[7] == '1' ? 1 : 0;
  if (at_ == head.size()) return Step::need_more;
  if (head[at_] != '\r')
    return refuse(400, head[at_] == '\n' ? bare_lf : "bytes between the version and its CRLF");
  if (at_ + 1 == head.size()) return Step::need_more;
  if (head[at_ + 1] != '\n') return refuse(400, bare_cr);
  at_ += 2;
  stage_ = Stage::fields;
  return Step::done;
}

}  // namespace strata::http
