// tests/http/request_parser_test.cpp - every head gets the same verdict however it is cut.
#include "http/request_parser.h"

#include "tests/catch.h"
#include "tests/http/request_rows.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;
using namespace strata::test;

namespace {

struct Verdict {
  int status = -1;   // -1: not yet, 0: a value
  std::string text;  // everything that the head says, or the sentence of the refusal
  std::size_t offered = 0;
  std::size_t consumed = 0;
};

std::string describe(const RequestHead& head) {
  std::string text(head.method);
  text.append(" ").append(head.target).append(" 1.").append(std::to_string(head.minor_version));
  for (const Field& field : head.fields)
    text.append("|").append(field.name).append("=").append(field.value);
  text += "|kind " + std::to_string(int(head.body.kind)) + " " + std::to_string(head.body.bytes);
  if (head.keep_alive) text += " keep-alive";
  if (head.expects_continue) text += " expects";
  if (head.upgrade) text += " upgrade";
  return text;
}

// Offers growing prefixes, each at another address.
Verdict parse(const std::string& wire, const Cuts& cuts, const Limits& limits = {}) {
  RequestParser parser(limits);
  Verdict verdict;
  for (const std::size_t have : cuts) {
    ExactBytes bytes(std::string_view(wire).substr(0, have));
    net::MutableBytes in = bytes.view();
    const auto answer = parser.next(in);
    verdict.offered = have;
    verdict.consumed = have - in.size();
    if (!answer.ready()) CHECK(in.size() == have);  // consumes nothing
    if (answer.failed()) {
      verdict.status = answer.error().status;
      verdict.text = std::string(answer.error().why);
      CHECK_FALSE(verdict.text.empty());
      const auto again = parser.next(in);
      CHECK(again.failed());
      return verdict;
    }
    if (answer.ready()) {
      verdict.status = 0;
      verdict.text = describe(*answer);
      CHECK_FALSE(parser.started());
      return verdict;
    }
  }
  return verdict;
}

void check_rows(const std::vector<HeadRow>& rows) {
  for (const HeadRow& row : rows) {
    INFO(row.what << " (" << row.section << ")");
    const std::string followed = row.wire + "GET /next";
    const Verdict whole = parse(followed, {followed.size()});
    REQUIRE(whole.status == row.status);
    if (row.status == 0) CHECK(whole.consumed == row.wire.size());
    each_way_to_cut(row.wire.size(), 7, [&](const Cuts& cuts) {
      const Verdict verdict = parse(row.wire, cuts);
      if (verdict.status != whole.status || verdict.text != whole.text) {
        INFO("cut at " << cuts.front() << ", " << cuts.size() << " pieces");
        CHECK(verdict.status == whole.status);
        CHECK(verdict.text == whole.text);
      }
    });
    const std::size_t step = row.wire.size() > 2048 ? 61 : 1;
    for (std::size_t have = 0; have < row.wire.size(); have += step)
      if (parse(row.wire, {have}).status != -1) FAIL("a verdict on " << have << " bytes");
    CHECK(parse(row.wire, {row.wire.size() - 1}).status == -1);
  }
}

RequestHead parse_in_place(RequestParser& parser, std::string& wire) {
  net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire.data()), wire.size());
  const auto answer = parser.next(in);
  REQUIRE(answer.ready());
  return *answer;
}

}  // namespace

TEST_CASE("a request line is accepted or refused by its bytes alone", "[http][codec][rfc9112-3]") {
  check_rows(request_line_rows());
}
TEST_CASE("field lines are accepted or refused by their bytes alone", "[http][codec][rfc9112-5]") {
  check_rows(field_rows());
}
TEST_CASE("framing fields are accepted or refused in any order", "[http][codec][rfc9112-6.3]") {
  check_rows(framing_rows());
  CHECK(request_line_rows().size() + field_rows().size() + framing_rows().size() >= 120);
}

TEST_CASE("a head says what its bytes say", "[http][codec][rfc9112-2.1][rfc9110-7.6.1]") {
  struct Row {
    const char* wire;
    const char* says;
  };
  const Row rows[] = {
      {"GET /a?b=c HTTP/1.1\r\nHost: x:1\r\nAccept:\t*/* \t\r\n\r\n",
       "GET /a?b=c 1.1|Host=x:1|Accept=*/*|kind 0 0 keep-alive"},
      {"GET / HTTP/1.0\r\n\r\n", "GET / 1.0|kind 0 0"},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
       "GET / 1.0|Connection=Keep-Alive|kind 0 0 keep-alive"},
      {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
       "GET / 1.0|Connection=keep-alive, close|kind 0 0"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: x\r\nConnection: a , CLOSE\r\n\r\n",
       "GET / 1.1|Host=x|Connection=x|Connection=a , CLOSE|kind 0 0"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n\r\n",
       "GET / 1.1|Host=x|Connection=closed|kind 0 0 keep-alive"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n",
       "POST / 1.1|Host=x|Content-Length=12|Expect=100-continue|kind 1 12 keep-alive expects"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
       "POST / 1.1|Host=x|Content-Length=0|Expect=100-continue|kind 1 0 keep-alive"},
      {"POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n",
       "POST / 1.0|Content-Length=1|Expect=100-continue|kind 1 1"},
      {"PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\nhost: x\r\nexpect: 100-continue\r\n\r\n",
       "PUT / 1.1|transfer-encoding=chunked|host=x|expect=100-continue|kind 2 0 keep-alive "
       "expects"},
      {"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n",
       "GET / 1.1|Host=x|Upgrade=websocket|Connection=keep-alive, Upgrade|kind 0 0 keep-alive "
       "upgrade"},
      {"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
       "GET / 1.1|Host=x|Upgrade=websocket|kind 0 0 keep-alive"},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\n\r\n",
       "GET / 1.1|Host=x|Connection=upgrade|kind 0 0 keep-alive"},
      {"GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
       "GET / 1.0|Upgrade=websocket|Connection=Upgrade|kind 0 0"},
      {"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / 1.1|Host=x|kind 0 0 keep-alive"},
  };
  for (const Row& row : rows) {
    const std::string wire = row.wire;
    each_way_to_cut(wire.size(), 11, [&](const Cuts& cuts) {
      const Verdict verdict = parse(wire, cuts);
      if (verdict.text != row.says) CHECK(verdict.text == row.says);
    });
  }
}

TEST_CASE("pipelined heads come out one by one", "[http][codec][rfc9112-9.3.2]") {
  const std::string wire =
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n"
      "\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n";
  each_way_to_cut(wire.size(), 3, [&](const Cuts& cuts) {
    const Limits limits;
    RequestParser parser(limits);
    std::string targets;
    std::size_t consumed = 0;
    for (const std::size_t have : cuts) {
      for (;;) {
        ExactBytes bytes(std::string_view(wire).substr(consumed, have - consumed));
        net::MutableBytes in = bytes.view();
        const auto head = parser.next(in);
        REQUIRE_FALSE(head.failed());
        if (head.need_more()) break;
        targets += head->target;
        consumed = have - in.size();
      }
    }
    if (targets != "/1/2/3") CHECK(targets == "/1/2/3");
  });
}

TEST_CASE("an empty line starts no head", "[http][codec][rfc9112-2.2]") {
  const Limits limits;
  RequestParser parser(limits);
  std::string wire = "\r\n";
  net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire.data()), wire.size());
  CHECK(parser.next(in).need_more());
  CHECK_FALSE(parser.started());
  wire += "G";
  in = {reinterpret_cast<std::uint8_t*>(wire.data()), wire.size()};
  CHECK(parser.next(in).need_more());
  CHECK(parser.started());
}

TEST_CASE("the limits of a head are options", "[http][codec][rfc6585-5]") {
  const std::string wire = "GET /abc HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n";
  const auto status = [&](const Limits& limits) {
    const int whole = parse(wire, {wire.size()}, limits).status;
    CHECK(parse(wire, every(1, wire.size()), limits).status == whole);
    return whole;
  };
  Limits limits;
  limits.max_target = 4;
  limits.max_fields = 2;
  limits.max_head = wire.size();
  CHECK(status(limits) == 0);
  limits.max_target = 3;
  CHECK(status(limits) == 414);
  limits.max_target = SIZE_MAX;
  limits.max_fields = 1;
  CHECK(status(limits) == 431);
  limits.max_fields = 2;
  limits.max_head = wire.size() - 1;
  CHECK(status(limits) == 431);
  limits.max_head = SIZE_MAX;
  CHECK(status(limits) == 0);
}

TEST_CASE("parsers that share a field table do not mix their fields", "[http][codec]") {
  const Limits limits;
  std::vector<Field> table;
  RequestParser a(limits, &table), b(limits, &table);
  std::string wire_a = "GET /a HTTP/1.1\r\nHost: a\r\nA: 1\r\n\r\n";
  std::string wire_b = "GET /b HTTP/1.1\r\nHost: b\r\n\r\n";
  for (std::size_t have = 1; have < wire_a.size(); ++have) {
    net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire_a.data()), have);
    REQUIRE(a.next(in).need_more());
    CHECK(describe(parse_in_place(b, wire_b)) == "GET /b 1.1|Host=b|kind 0 0 keep-alive");
    CHECK(table.size() == 16);  // grown once, for both
  }
  CHECK(describe(parse_in_place(a, wire_a)) == "GET /a 1.1|Host=a|A=1|kind 0 0 keep-alive");
}

TEST_CASE("random damage is judged the same at every split", "[http][codec][rfc9112-2]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::vector<HeadRow> rows = framing_rows();
  const std::string bytes("\r\n \t:,;=\"/*%aZ9\0\x7F\xFFHTTP", 22);
  for (int round = 0; round < 3000; ++round) {
    std::string wire = rows[random() % rows.size()].wire;
    for (unsigned i = 0; i <= random() % 3; ++i)
      wire[random() % wire.size()] = bytes[random() % bytes.size()];
    const Verdict whole = parse(wire, {wire.size()});
    const Verdict cut = parse(wire, random_cuts(wire.size(), random));
    if (cut.status != whole.status || cut.text != whole.text) {
      CAPTURE(wire);
      CHECK(cut.status == whole.status);
      CHECK(cut.text == whole.text);
    }
  }
}
