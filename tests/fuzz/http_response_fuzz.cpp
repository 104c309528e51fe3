// tests/fuzz/http_response_fuzz.cpp - any bytes as what a server sends: the same events and the
// same verdict however they are cut, within every limit, and a head that is taken and printed is
// taken again. rfc9112-6.3
//
// The first byte of the input chooses the cuts, the second the request and the limits; the rest is
// the wire.
#include <cstdlib>
#include <string>

#include "http/client/client_session.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

using Event = ClientSession::Event;

void demand(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  std::string log;  // events, heads and trailers; content apart, for its pieces depend on the cuts
  std::string content;
  std::string_view why;
  std::size_t consumed = 0;
  bool operator==(const Outcome&) const = default;
};

std::string print(const ResponseHead& head) {
  std::string text = head.minor_version == 1 ? "HTTP/1.1 " : "HTTP/1.0 ";
  text += std::to_string(head.status) + " " + std::string(head.reason) + "\r\n";
  for (const Field& field : head.fields)
    text.append(field.name).append(": ").append(field.value).append("\r\n");
  return text + "\r\n";
}

void check_head(const ResponseHead& head, const Limits& limits, Asked asked) {
  demand(head.status >= 100 && head.status <= 999);
  demand(head.fields.size() <= limits.max_fields && is_field_value(head.reason));
  for (const Field& field : head.fields)
    demand(is_token(field.name) && is_field_value(field.value));
  std::string printed = print(head);
  const Limits wide{0, SIZE_MAX, SIZE_MAX, SIZE_MAX};
  ResponseParser parser(wide);
  parser.expect(asked);
  net::MutableBytes in(reinterpret_cast<std::uint8_t*>(printed.data()), printed.size());
  const auto again = parser.next(in);
  demand(again.ready() && in.empty() && print(*again) == printed);
  demand(again->body.kind == head.body.kind && again->body.bytes == head.body.bytes);
  demand(again->keep_alive == head.keep_alive && again->upgrade == head.upgrade);
}

// Stops behind the first whole response: the next one would need a request.
Outcome receive(std::string_view wire, const test::Cuts& cuts, const OutgoingRequest& request,
                const ClientLimits& limits) {
  const ClientTimeouts timeouts;
  ClientSession session(limits, timeouts, {});
  net::SendQueue out;
  demand(session.send(request, out, {}) == ClientError::none);
  Outcome outcome;
  bool whole = false;
  std::size_t interim = 0;
  const auto take = [&](Event event) {
    if (event == Event::content) outcome.content += net::as_text(session.content());
    if (event == Event::informational) demand(++interim <= limits.max_informational);
    if (event == Event::informational || event == Event::head || event == Event::upgraded) {
      check_head(session.head(), limits, asked_by(request.method));
      outcome.log += print(session.head());
    }
    if (event == Event::end) {
      whole = true;
      outcome.log += "end ";
      std::size_t bytes = 0;
      for (const Field& field : session.trailers()) {
        outcome.log.append(field.name).append("=").append(field.value).append(" ");
        bytes += field.name.size() + field.value.size();
      }
      demand(bytes <= limits.max_head);
    }
    if (event == Event::failed) outcome.why = session.why();
    demand(outcome.content.size() <= limits.max_body);
    demand((event == Event::failed) == (session.fault() != ClientError::none));
    return event != Event::none && !whole && !session.over();
  };
  for (const std::size_t have : cuts) {
    test::ExactBytes bytes(wire.substr(outcome.consumed, have - outcome.consumed));
    net::MutableBytes in = bytes.view();
    while (take(session.next(in, {}))) {
    }
    outcome.consumed = have - in.size();
    if (whole || session.over()) break;
  }
  if (!whole && !session.over()) take(session.ended({}));
  demand(whole || session.over());
  if (session.fault() != ClientError::none) outcome.consumed = 0;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view wire = net::as_text({data + 2, size - 2});
  ClientLimits limits;
  if (data[1] & 4) limits.max_head = 64;
  if (data[1] & 8) limits.max_fields = 2;
  if (data[1] & 16) limits.max_body = 20;
  if (data[1] & 32) limits.max_informational = 1;
  OutgoingRequest request;
  if (data[1] % 4 == 1) request.method = "HEAD";
  if (data[1] % 4 == 2) request.method = "CONNECT", request.target = "a:443";
  if (data[1] % 4 == 3) request.upgrade = "x";
  const Outcome whole = receive(wire, {wire.size()}, request, limits);
  std::mt19937 random(data[0]);
  demand(receive(wire, test::random_cuts(wire.size(), random), request, limits) == whole);
  if (!wire.empty()) demand(receive(wire, test::every(1, wire.size()), request, limits) == whole);
  return 0;
}
