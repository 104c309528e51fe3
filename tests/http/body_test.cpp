// tests/http/body_test.cpp - content by length, chunked and until close, however it is cut.
#include "http/body.h"

#include "tests/catch.h"
#include "tests/http/body_rows.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;
using namespace strata::test;

namespace {

using Kind = BodyLength::Kind;

struct Outcome {
  int status = -1;  // -1: not yet, 0: complete
  std::string content;
  std::size_t consumed = 0;

  bool operator==(const Outcome& other) const {
    return status == other.status && content == other.content &&
           (status > 0 || consumed == other.consumed);
  }
};

// Offers what is not consumed again, with more behind it, at another address.
Outcome read(const std::string& wire, const Cuts& cuts, BodyLength length,
             const Limits& limits = {}) {
  BodyReader reader(length, limits);
  Outcome outcome;
  for (const std::size_t have : cuts) {
    ExactBytes bytes(std::string_view(wire).substr(outcome.consumed, have - outcome.consumed));
    net::MutableBytes in = bytes.view();
    for (;;) {
      const auto piece = reader.next(in);
      outcome.consumed = have - in.size();
      if (piece.failed()) {
        CHECK_FALSE(piece.error().why.empty());
        outcome.status = piece.error().status;
        return outcome;
      }
      if (piece.need_more()) break;
      outcome.content += net::as_text(piece->bytes);
      CHECK(reader.received() == outcome.content.size());
      if (!piece->last) continue;
      CHECK(reader.done());
      outcome.status = 0;
      return outcome;
    }
    CHECK_FALSE(reader.done());
    CHECK(in.empty());  // framing is consumed as it comes
  }
  return outcome;
}

}  // namespace

TEST_CASE("chunked content is read or refused the same at every split",
          "[http][codec][rfc9112-7.1]") {
  for (const BodyRow& row : chunked_rows()) {
    INFO(row.what << " (" << row.section << ")");
    const std::string wire = row.wire + (row.status == 0 ? "GET /next" : "");
    const Outcome whole = read(wire, {wire.size()}, {Kind::chunked, 0});
    CHECK(whole.status == row.status);
    CHECK(whole.content == row.content);
    if (row.status == 0) CHECK(whole.consumed == row.wire.size());
    each_way_to_cut(row.wire.size(), 5, [&](const Cuts& cuts) {
      const Outcome cut = read(row.wire, cuts, {Kind::chunked, 0});
      if (!(cut == whole)) {
        INFO("cut at " << cuts.front() << ", " << cuts.size() << " pieces");
        CHECK(cut.status == whole.status);
        CHECK(cut.content == whole.content);
        CHECK(cut.consumed == whole.consumed);
      }
    });
    const std::size_t step = row.wire.size() > 2048 ? 61 : 1;
    for (std::size_t have = 0; have < row.wire.size(); have += step)
      if (read(row.wire, {have}, {Kind::chunked, 0}).status != -1)
        FAIL("a verdict on " << have << " bytes");
    CHECK(read(row.wire, {row.wire.size() - 1}, {Kind::chunked, 0}).status == -1);
  }
}

TEST_CASE("content by length ends where it said", "[http][codec][rfc9112-6.2]") {
  const std::string wire =
      "hello, world"
      "GET /next";
  each_way_to_cut(wire.size(), 9, [&](const Cuts& cuts) {
    const Outcome outcome = read(wire, cuts, {Kind::length, 12});
    CHECK(outcome.status == 0);
    CHECK(outcome.content == "hello, world");
    CHECK(outcome.consumed == 12);
  });
  for (std::size_t have = 0; have < 12; ++have)
    CHECK(read(wire, {have}, {Kind::length, 12}).status == -1);
  CHECK(read(wire, {wire.size()}, {Kind::length, 0}).consumed == 0);
  CHECK(read("", {0}, {Kind::length, 0}).status == 0);
  CHECK(read("", {0}, {Kind::none, 0}).status == 0);
}

TEST_CASE("a declared length over the limit is refused before any content",
          "[http][codec][rfc9110-15.5.14]") {
  Limits limits;
  limits.max_body = 10;
  CHECK(read("", {0}, {Kind::length, 11}, limits).status == 413);
  CHECK(read("0123456789", {10}, {Kind::length, 10}, limits).status == 0);
  CHECK(read("", {0}, {Kind::length, UINT64_MAX}, limits).status == 413);
  CHECK(read("A", {1}, {Kind::chunked, 0}, limits).status == -1);
  CHECK(read("B", {1}, {Kind::chunked, 0}, limits).status == 413);
  limits.max_body = SIZE_MAX;
  CHECK(read("FFFFFFFFFFFFFFFF\r\n", {18}, {Kind::chunked, 0}, limits).status == -1);
  CHECK(read("1\r\nx\r\nFFFFFFFFFFFFFFFF", {22}, {Kind::chunked, 0}, limits).status == 413);
}

TEST_CASE("content until close ends with the connection", "[http][codec][rfc9112-6.3]") {
  Limits limits;
  limits.max_body = 5;
  BodyReader reader({Kind::until_close, 0}, limits);
  std::string wire = "hello";
  net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire.data()), wire.size());
  const auto piece = reader.next(in);
  REQUIRE(piece.ready());
  CHECK(net::as_text(piece->bytes) == "hello");
  CHECK_FALSE(piece->last);
  CHECK(reader.next(in).need_more());
  CHECK(reader.ended());
  in = {reinterpret_cast<std::uint8_t*>(wire.data()), 1};
  CHECK(reader.next(in).failed());
}

TEST_CASE("content that is cut off is not whole", "[http][codec][rfc9112-8]") {
  const Limits limits;
  BodyReader by_length({Kind::length, 5}, limits), chunked({Kind::chunked, 0}, limits);
  std::string wire = "1\r\nx";
  net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire.data()), wire.size());
  CHECK(by_length.next(in).ready());
  CHECK_FALSE(by_length.ended());
  in = {reinterpret_cast<std::uint8_t*>(wire.data()), wire.size()};
  CHECK(chunked.next(in).ready());
  CHECK_FALSE(chunked.ended());
}

TEST_CASE("a large body may come in many honest chunks", "[http][codec][rfc9112-7.1]") {
  // uhttpd counted chunks in eight bits: after 255 of them its framing was another one.
  std::string wire;
  for (int i = 0; i < 3000; ++i) wire += "40\r\n" + std::string(64, 'x') + "\r\n";
  wire += "0\r\n\r\n";
  const Outcome outcome = read(wire, every(777, wire.size()), {Kind::chunked, 0});
  CHECK(outcome.status == 0);
  CHECK(outcome.content.size() == 3000 * 64);
}

TEST_CASE("chunks that we write are read back", "[http][codec][rfc9112-7.1]") {
  net::SendQueue out;
  append_chunk("hello", out);
  append_chunk("", out);  // would be the last one
  append_chunk(std::string(26, 'x'), out);
  append_last_chunk(out);
  const std::string wire = out.take_text();
  CHECK(wire == "5\r\nhello\r\n1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n");
  const Outcome outcome = read(wire, every(1, wire.size()), {Kind::chunked, 0});
  CHECK(outcome.status == 0);
  CHECK(outcome.content == "hello" + std::string(26, 'x'));
}

TEST_CASE("randomly damaged chunks are judged the same at every split",
          "[http][codec][rfc9112-7.1]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const std::string good = "5;a=\"b\"\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nA: b\r\n\r\n";
  const std::string bytes("\r\n \t;=\"\\09aF\0\x7F\xFF:x", 17);
  for (int round = 0; round < 5000; ++round) {
    std::string wire = good;
    for (unsigned i = 0; i <= random() % 3; ++i)
      wire[random() % wire.size()] = bytes[random() % bytes.size()];
    const Outcome whole = read(wire, {wire.size()}, {Kind::chunked, 0});
    const Outcome cut = read(wire, random_cuts(wire.size(), random), {Kind::chunked, 0});
    CAPTURE(wire);
    if (!(cut == whole)) CHECK(cut.status == whole.status);
    if (!(cut == whole)) CHECK(cut.content == whole.content);
  }
}
