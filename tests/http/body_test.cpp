// tests/http/body_test.cpp - content by length, chunked and until close, however it is cut.
#include "http/body.h"

#include "tests/catch.h"
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

struct Row {
  const char* what;
  std::string wire;
  int status;  // a refusal is proved by the last byte of `wire`; 0: `wire` is whole
  std::string content;
  const char* section;
};

std::string repeat(std::size_t times, const std::string& text) {
  std::string all;
  while (times-- != 0) all += text;
  return all;
}

std::vector<Row> chunked_rows() {
  const std::string end = "0\r\n\r\n";
  const std::string ten = "A\r\n0123456789\r\n";
  return {
      {"no chunks", end, 0, "", "rfc9112-7.1"},
      {"one chunk", "5\r\nhello\r\n" + end, 0, "hello", "rfc9112-7.1"},
      {"three chunks", "3\r\nfoo\r\n1\r\n \r\n3\r\nbar\r\n" + end, 0, "foo bar", "rfc9112-7.1"},
      {"a size in capital letters", ten + end, 0, "0123456789", "rfc9112-7.1"},
      {"a size in small letters", "a\r\n0123456789\r\n" + end, 0, "0123456789", "rfc9112-7.1"},
      {"a size of two digits", "10\r\n0123456789abcdef\r\n" + end, 0, "0123456789abcdef",
       "rfc9112-7.1"},
      {"zeros before a size", "0000000000000005\r\nhello\r\n" + end, 0, "hello", "rfc9112-7.1"},
      {"zeros as the last size", "000\r\n\r\n", 0, "", "rfc9112-7.1"},
      {"CRLF as data", "2\r\n\r\n\r\n" + end, 0, "\r\n", "rfc9112-7.1"},
      {"a chunk that looks like the end", "5\r\n0\r\n\r\n\r\n" + end, 0, "0\r\n\r\n",
       "rfc9112-7.1"},
      {"an extension", "1;a\r\nx\r\n" + end, 0, "x", "rfc9112-7.1.1"},
      {"a quoted value", "1;a=b;c=\"d;\\\"\\\\ \t\xFF\";e\r\nx\r\n" + end, 0, "x", "rfc9112-7.1.1"},
      {"bad white space", "1 \t; a \t= b ;c = \"d\" ;e\r\nx\r\n" + end, 0, "x", "rfc9112-7.1.1"},
      {"an extension of the last chunk", "0;a=b\r\n\r\n", 0, "", "rfc9112-7.1.1"},
      {"a trailer", "0\r\nChecksum: 1f\r\n\r\n", 0, "", "rfc9112-7.1.2"},
      {"trailers that look like framing",
       "1\r\nx\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nA:\r\n\r\n", 0, "x",
       "rfc9112-7.1.2"},

      {"no size", "\r", 400, "", "rfc9112-7.1"},
      {"a size that is no number", "g", 400, "", "rfc9112-7.1"},
      {"a size with 0x", "0x", 400, "", "rfc9112-7.1"},
      {"a size with a plus", "+", 400, "", "rfc9112-7.1"},
      {"a negative size", "-", 400, "", "rfc9112-7.1"},
      {"white space before a size", " ", 400, "", "rfc9112-7.1"},
      {"white space behind a size", "5 \r", 400, "", "rfc9112-7.1.1"},
      {"an underscore in a size", "1_", 400, "", "rfc9112-7.1"},
      {"a size of seventeen digits", "00000000000000001", 400, "", "rfc9112-7.1"},
      {"a size line that ends in a bare LF", "5\n", 400, "", "rfc9112-7.1"},
      {"a size line with a bare CR", "5\rh", 400, "", "rfc9112-7.1"},
      {"a bare LF in an extension", "5;a\n", 400, "", "rfc9112-7.1.1"},
      {"a bare LF in a value", "5;a=b\n", 400, "", "rfc9112-7.1.1"},
      {"a bare LF in a quoted value", "5;a=\"\n", 400, "", "rfc9112-7.1.1"},
      {"a CR in a quoted value", "5;a=\"\r", 400, "", "rfc9110-5.6.4"},
      {"an escaped LF", "5;a=\"\\\n", 400, "", "rfc9110-5.6.4"},
      {"NUL in a quoted value", std::string("5;a=\"\0", 6), 400, "", "rfc9110-5.6.4"},
      {"something behind a quoted value", "5;a=\"b\"c", 400, "", "rfc9112-7.1.1"},
      {"an extension without a name", "5;\r", 400, "", "rfc9112-7.1.1"},
      {"an extension that is only a value", "5;=", 400, "", "rfc9112-7.1.1"},
      {"an extension without its value", "5;a=\r", 400, "", "rfc9112-7.1.1"},
      {"two extensions without a semicolon", "5;a b", 400, "", "rfc9112-7.1.1"},
      {"data longer than its size", "5\r\nhello!", 400, "hello", "rfc9112-7.1"},
      {"a bare LF behind data", "5\r\nhello\n", 400, "hello", "rfc9112-7.1"},
      {"CVE-2025-55315: two bytes behind data", "5\r\nhello\rX", 400, "hello", "rfc9112-7.1"},
      {"data shorter than its size", "6\r\nhello\r\n", 400, "hello\r", "rfc9112-7.1"},
      {"a bare LF as the end", "0\r\n\n", 400, "", "rfc9112-7.1"},
      {"a bare CR as the end", "0\r\n\rG", 400, "", "rfc9112-7.1"},
      {"a trailer without a colon", "0\r\nA\r", 400, "", "rfc9112-7.1.2"},
      {"a trailer with a space before its colon", "0\r\nA ", 400, "", "rfc9112-5.1"},
      {"a trailer without a name", "0\r\n:", 400, "", "rfc9112-7.1.2"},
      {"a folded trailer", "0\r\nA: b\r\n ", 400, "", "rfc9112-5.2"},
      {"a trailer with a bare LF", "0\r\nA: b\n", 400, "", "rfc9112-7.1.2"},
      {"a trailer with a bare CR", "0\r\nA: b\rc", 400, "", "rfc9112-7.1.2"},
      {"NUL in a trailer", std::string("0\r\nA: \0", 7), 400, "", "rfc9112-7.1.2"},
      {"100 trailers", "0\r\n" + repeat(100, "A: b\r\n") + "\r\n", 0, "", "rfc6585-5"},
      {"101 trailers", "0\r\n" + repeat(100, "A: b\r\n") + "A", 431, "", "rfc6585-5"},
      {"trailers of 16 KiB", "0\r\nA:" + std::string(16384 - 6, 'v') + "\r\n\r\n", 0, "",
       "rfc6585-5"},
      {"trailers of one byte more", "0\r\nA:" + std::string(16384 - 6, 'v') + "v\r\n\r\n", 431, "",
       "rfc6585-5"},

      {"content over the limit, in one chunk", "F4241", 413, "", "rfc9110-15.5.14"},
      {"1 MiB, where 1 MB is the limit", "100000", 413, "", "rfc9110-15.5.14"},
      {"content over the limit, in the second chunk", ten + "F4237", 413, "0123456789",
       "rfc9110-15.5.14"},
      {"an extension that never ends", "1;" + std::string(16 * 1024 - 1, 'a'), 400, "",
       "rfc9112-7.1.1"},
      {"chunks of one byte",  // 5 bytes of framing each, of which a quarter byte is earned
       repeat(3449, "1\r\nx\r\n") + "1\r", 400, std::string(3449, 'x'), "rfc9112-7.1.1"},
  };
}

}  // namespace

TEST_CASE("chunked content is read or refused the same at every split",
          "[http][codec][rfc9112-7.1]") {
  for (const Row& row : chunked_rows()) {
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
