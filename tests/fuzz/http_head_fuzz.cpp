// tests/fuzz/http_head_fuzz.cpp - any bytes as a request head: the verdict is the same however they
// are cut, and a head that is taken and printed is taken again. rfc9112-2
//
// The first byte of the input chooses the cuts, the second the limits; the rest is the wire.
#include <cstdlib>
#include <string>

#include "http/request_parser.h"
#include "http/target.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

struct Verdict {
  int status = -1;  // -1: not yet, 0: a value
  std::size_t consumed = 0;
  std::string printed;
  bool operator==(const Verdict&) const = default;
};

std::string print(const RequestHead& head) {
  std::string text(head.method);
  text.append(" ").append(head.target);
  text.append(head.minor_version == 1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  for (const Field& field : head.fields)
    text.append(field.name).append(": ").append(field.value).append("\r\n");
  return text.append("\r\n");
}

void check_head(const RequestHead& head, const Limits& limits) {
  demand(is_token(head.method) && head.target.size() <= limits.max_target);
  demand(head.fields.size() <= limits.max_fields);
  demand(parse_target(head.method, head.target).has_value());
  for (const Field& field : head.fields)
    demand(is_token(field.name) && is_field_value(field.value) &&
           trim_ows(field.value) == field.value);
  demand(head.count("host") == (head.minor_version == 1 ? 1u : head.count("host") != 0 ? 1u : 0u));
  const bool length = head.header("Content-Length").data() != nullptr;
  const bool coded = head.header("Transfer-Encoding").data() != nullptr;
  demand(!(length && coded));
  demand((head.body.kind == BodyLength::Kind::chunked) == coded);
  demand((head.body.kind == BodyLength::Kind::length) == length);
}

Verdict parse(std::string_view wire, const test::Cuts& cuts, const Limits& limits) {
  RequestParser parser(limits);
  Verdict verdict;
  for (const std::size_t have : cuts) {
    test::ExactBytes bytes(wire.substr(0, have));
    net::MutableBytes in = bytes.view();
    const auto answer = parser.next(in);
    verdict.consumed = have - in.size();
    demand(net::as_text(bytes.view()) == wire.substr(0, have));  // not a byte is changed
    if (answer.ready()) {
      demand(verdict.consumed > 0 && verdict.consumed <= limits.max_head);
      check_head(*answer, limits);
      verdict.status = 0;
      verdict.printed = print(*answer);
      return verdict;
    }
    demand(verdict.consumed == 0);
    if (answer.failed()) {
      verdict.status = answer.error().status;
      verdict.printed = std::string(answer.error().why);
      return verdict;
    }
  }
  return verdict;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view wire = net::as_text({data + 2, size - 2});
  Limits limits;
  if (data[1] % 4 == 1) limits = {16, 64, 3, 100};
  if (data[1] % 4 == 2) limits = {40, 200, 5, 100};
  const Verdict whole = parse(wire, {wire.size()}, limits);
  std::mt19937 random(data[0]);
  demand(parse(wire, test::random_cuts(wire.size(), random), limits) == whole);
  if (wire.size() < 512 && !wire.empty())
    demand(parse(wire, test::every(1, wire.size()), limits) == whole);
  if (whole.status == 0 && whole.printed.size() <= limits.max_head) {
    const Verdict again = parse(whole.printed, {whole.printed.size()}, limits);
    demand(again.status == 0 && again.printed == whole.printed);
  }
  return 0;
}
