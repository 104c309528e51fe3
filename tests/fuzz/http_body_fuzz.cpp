// tests/fuzz/http_body_fuzz.cpp - any bytes as chunked content: the same pieces and the same
// verdict however they are cut, and what was read, written again, is read again. rfc9112-7.1
//
// The first byte of the input chooses the cuts, the second the limits; the rest is the wire.
#include <cstdlib>
#include <string>

#include "http/body.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  int status = -1;  // -1: not yet, 0: complete
  std::size_t consumed = 0;
  std::string content;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view wire, const test::Cuts& cuts, BodyLength length,
             const Limits& limits) {
  BodyReader reader(length, limits);
  Outcome outcome;
  for (const std::size_t have : cuts) {
    test::ExactBytes bytes(wire.substr(outcome.consumed, have - outcome.consumed));
    net::MutableBytes in = bytes.view();
    for (;;) {
      const auto piece = reader.next(in);
      if (piece.failed()) {
        outcome.status = piece.error().status;
        outcome.consumed = 0;  // of a refused message nothing more is read
        demand(!reader.done());
        return outcome;
      }
      outcome.consumed = have - in.size();
      if (piece.need_more()) break;
      outcome.content += net::as_text(piece->bytes);
      demand(outcome.content.size() <= limits.max_body);
      demand(reader.received() == outcome.content.size());
      demand(piece->last == reader.done());
      if (!piece->last) continue;
      outcome.status = 0;
      return outcome;
    }
    demand(in.empty());
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view wire = net::as_text({data + 2, size - 2});
  Limits limits;
  if (data[1] % 4 == 1) limits = {16, 32, 2, 20};
  if (data[1] % 4 == 2) limits.max_body = SIZE_MAX;
  BodyLength length{BodyLength::Kind::chunked, 0};
  if (data[1] >= 192) length = {BodyLength::Kind::length, data[1] - 192u};
  const Outcome whole = read(wire, {wire.size()}, length, limits);
  std::mt19937 random(data[0]);
  demand(read(wire, test::random_cuts(wire.size(), random), length, limits) == whole);
  if (!wire.empty()) demand(read(wire, test::every(1, wire.size()), length, limits) == whole);
  if (whole.status == 0) {
    net::SendQueue out;
    append_chunk(whole.content, out);
    append_last_chunk(out);
    const std::string printed = out.take_text();
    const Outcome again = read(printed, {printed.size()}, {BodyLength::Kind::chunked, 0}, Limits{});
    demand(again.status == 0 && again.content == whole.content);
  }
  return 0;
}
