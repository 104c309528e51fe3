// tests/http/response_parser_test.cpp - the table of verdicts on responses: each row whole, cut at
// every place, and truncated at every byte; and what a head that is taken says.
#include "http/response_parser.h"

#include "http/client/client_session.h"
#include "tests/catch.h"
#include "tests/http/response_rows.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::http;
using namespace strata::response_test;
using namespace strata::test;

namespace {

using Event = ClientSession::Event;

struct Outcome {
  ClientError fault = ClientError::none;
  std::string why;
  std::string content;
  std::size_t consumed = 0;  // not of a refused one: nothing more is read there
  bool ended = false;        // the response is whole
  bool operator==(const Outcome&) const = default;
};

// What a client sees that asks with `method`, gets these bytes in these cuts, and then, if
// `closes`, the end of the connection. What is not consumed is offered again, at another address.
Outcome receive(std::string_view wire, const Cuts& cuts, const char* method, bool closes) {
  const ClientLimits limits;
  const ClientTimeouts timeouts;
  ClientSession session(limits, timeouts, {});
  net::SendQueue out;
  OutgoingRequest request;
  request.method = method;
  request.target = request.method == "CONNECT" ? "a:443" : "/";
  REQUIRE(session.send(request, out, {}) == ClientError::none);
  Outcome outcome;
  const auto take = [&](Event event) {
    if (event == Event::content) outcome.content += net::as_text(session.content());
    if (event == Event::end) outcome.ended = true;
    if (event == Event::failed) outcome.fault = session.fault(), outcome.why = session.why();
    return event != Event::none && event != Event::end && event != Event::failed;
  };
  for (const std::size_t have : cuts) {
    ExactBytes bytes(wire.substr(outcome.consumed, have - outcome.consumed));
    net::MutableBytes in = bytes.view();
    while (take(session.next(in, {}))) {
    }
    outcome.consumed = have - in.size();
    if (outcome.ended || session.over()) break;
  }
  if (closes && !outcome.ended && !session.over()) take(session.ended({}));
  if (outcome.fault != ClientError::none) outcome.consumed = 0;
  return outcome;
}

void check_row(const ResponseRow& row) {
  INFO(row.what << " (" << row.section << ")");
  const bool closes = row.ends == Ends::with_connection;
  const auto read = [&](const Cuts& cuts) { return receive(row.wire, cuts, row.method, closes); };
  const Outcome all = read({row.wire.size()});
  REQUIRE(sentence(all.fault) == sentence(row.fault));
  CHECK(all.ended == (row.fault == ClientError::none));
  CHECK((row.fault == ClientError::none) == all.why.empty());
  if (all.ended) CHECK(all.content == row.content);
  if (all.ended) CHECK(all.consumed == row.wire.size());
  if (all.ended && !closes) {  // not a byte of what follows
    const std::string more = row.wire + "HTTP/1.1 200 OK\r\n\r\n";
    CHECK(receive(more, {more.size()}, row.method, false) == all);
  }
  each_way_to_cut(row.wire.size(), 7, [&](const Cuts& cuts) {
    const Outcome cut = read(cuts);
    if (cut == all) return;
    INFO("cut at " << cuts.front() << ", " << cuts.size() << " pieces");
    CHECK(sentence(cut.fault) == sentence(all.fault));
    CHECK(cut.why == all.why);
    CHECK(cut.content == all.content);
    CHECK(cut.consumed == all.consumed);
  });
  // Fewer bytes are no verdict yet; and where the connection ends there, that is one: an error,
  // unless the head left the end to the connection.
  const std::size_t step = row.wire.size() > 2048 ? 61 : 1;
  for (std::size_t have = 0; have < row.wire.size(); have += step) {
    const Outcome part = receive(row.wire, {have}, row.method, false);
    if (part.ended || part.fault != ClientError::none) FAIL("a verdict on " << have << " bytes");
    const Outcome ended = receive(row.wire, {have}, row.method, true);
    if (ended.ended && !closes) FAIL("whole with " << have << " bytes");
    const ClientError cut_off =
        have == 0 ? ClientError::closed_before_response : ClientError::truncated;
    if (!ended.ended) CHECK(sentence(ended.fault) == sentence(cut_off));
  }
}

std::string says(std::string wire, Asked asked = Asked::other) {
  const Limits limits;
  ResponseParser parser(limits);
  parser.expect(asked);
  ExactBytes bytes(wire);
  net::MutableBytes in = bytes.view();
  const auto head = parser.next(in);
  REQUIRE(head.ready());
  CHECK_FALSE(parser.started());
  std::string text = std::to_string(head->status) + " '" + std::string(head->reason) + "' 1." +
                     std::to_string(head->minor_version);
  for (const Field& field : head->fields)
    text.append("|").append(field.name).append("=").append(field.value);
  text += "|" + std::to_string(int(head->body.kind)) + " " + std::to_string(head->body.bytes);
  if (head->keep_alive) text += " keep-alive";
  if (head->upgrade) text += " upgrade";
  return text;
}

}  // namespace

TEST_CASE("a status line is accepted or refused by its bytes alone", "[http][codec][rfc9112-4]") {
  for (const ResponseRow& row : status_line_rows()) check_row(row);
}
TEST_CASE("a response's fields are as strict as a request's", "[http][codec][rfc9112-5]") {
  for (const ResponseRow& row : response_field_rows()) check_row(row);
}
TEST_CASE("a response ends where its length says, or is refused", "[http][codec][rfc9112-6.3]") {
  for (const ResponseRow& row : response_length_rows()) check_row(row);
}
TEST_CASE("a transfer coding other than one chunked is refused", "[http][codec][rfc9112-6.1]") {
  for (const ResponseRow& row : response_coding_rows()) check_row(row);
}
TEST_CASE("a server's chunks are as strict as a client's", "[http][codec][rfc9112-7.1]") {
  for (const ResponseRow& row : response_chunk_rows()) check_row(row);
}
TEST_CASE("interim responses come before the one that counts", "[http][codec][rfc9110-15.2]") {
  for (const ResponseRow& row : interim_rows()) check_row(row);
}

TEST_CASE("the table of verdicts on responses has its size", "[http][codec][rfc9112-4]") {
  std::size_t refused = 0, accepted = 0;
  for (const auto& rows : {status_line_rows(), response_field_rows(), response_length_rows(),
                           response_coding_rows(), response_chunk_rows(), interim_rows()})
    for (const ResponseRow& row : rows) ++(row.fault == ClientError::none ? accepted : refused);
  CHECK(refused >= 120);
  CHECK(accepted >= 50);
}

TEST_CASE("a response's head says what its bytes say", "[http][codec][rfc9112-9.3]") {
  struct Row {
    const char* wire;
    const char* says;
    Asked asked = Asked::other;
  };
  const Row rows[] = {
      {"HTTP/1.1 200 OK\r\nA:\t b \r\n\r\n", "200 'OK' 1.1|A=b|3 0"},
      {"HTTP/1.1 200\r\nContent-Length: 7\r\n\r\n", "200 '' 1.1|Content-Length=7|1 7 keep-alive"},
      {"HTTP/1.1 200 \r\nContent-Length: 7\r\nConnection: x, Close\r\n\r\n",
       "200 '' 1.1|Content-Length=7|Connection=x, Close|1 7"},
      {"HTTP/1.0 200 a b\r\nContent-Length: 7\r\n\r\n", "200 'a b' 1.0|Content-Length=7|1 7"},
      {"HTTP/1.0 200 \r\nContent-Length: 7\r\nConnection: Keep-Alive\r\n\r\n",
       "200 '' 1.0|Content-Length=7|Connection=Keep-Alive|1 7 keep-alive"},
      {"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n",
       "200 '' 1.1|Transfer-Encoding=chunked|2 0 keep-alive"},
      {"HTTP/1.1 200 \r\nContent-Length: 7\r\n\r\n", "200 '' 1.1|Content-Length=7|0 0 keep-alive",
       Asked::head},
      {"HTTP/1.1 204 \r\n\r\n", "204 '' 1.1|0 0 keep-alive"},
      {"HTTP/1.1 304 \r\nConnection: close\r\n\r\n", "304 '' 1.1|Connection=close|0 0"},
      {"HTTP/1.1 100 \r\n\r\n", "100 '' 1.1|0 0 keep-alive"},
      {"HTTP/1.1 101 \r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
       "101 '' 1.1|Connection=Upgrade|Upgrade=x|0 0 keep-alive upgrade"},
      {"HTTP/1.1 200 \r\nContent-Length: 7\r\nTransfer-Encoding: x\r\n\r\n",
       "200 '' 1.1|Content-Length=7|Transfer-Encoding=x|0 0 keep-alive upgrade", Asked::connect},
      {"HTTP/1.1 403 \r\nContent-Length: 7\r\n\r\n", "403 '' 1.1|Content-Length=7|1 7 keep-alive",
       Asked::connect},
  };
  for (const Row& row : rows) {
    INFO(row.wire);
    CHECK(says(row.wire, row.asked) == row.says);
  }
}

TEST_CASE("a head that comes byte by byte is not read again with each",
          "[http][codec][rfc9112-4]") {
  // 400 fields of 200 bytes, byte by byte: quadratic work would be 3 200 000 000 steps, not 80 000.
  Limits limits;
  limits.max_head = 1 << 20;
  limits.max_fields = 1000;
  std::string wire = "HTTP/1.1 200 OK\r\n";
  while (wire.size() < 80'000) wire += "Name: " + std::string(192, 'v') + "\r\n";
  wire += "\r\n";
  ResponseParser parser(limits);
  ExactBytes bytes(wire);
  for (std::size_t have = 1; have < wire.size(); ++have) {
    net::MutableBytes in = bytes.view().first(have);
    if (!parser.next(in).need_more()) FAIL("a verdict on " << have << " bytes");
  }
  net::MutableBytes in = bytes.view();
  const auto head = parser.next(in);
  REQUIRE(head.ready());
  CHECK(in.empty());
  CHECK(head->fields.size() == 400);
  CHECK(head->fields.back().value.data() + 192 + 4 ==
        net::as_text(bytes.view()).data() + wire.size());
}

TEST_CASE("a parser that has refused goes on refusing", "[http][codec][rfc9112-4]") {
  const Limits limits;
  ResponseParser parser(limits);
  for (const char* const wire : {"X", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    ExactBytes bytes{std::string_view(wire)};
    net::MutableBytes in = bytes.view();
    const auto head = parser.next(in);
    REQUIRE(head.failed());
    CHECK(head.error().status == 400);
    CHECK(in.size() == std::string_view(wire).size());
  }
}

TEST_CASE("several responses come out one by one", "[http][codec][rfc9112-9.3]") {
  const Limits limits;
  std::vector<Field> table;
  ResponseParser parser(limits, &table);
  ExactBytes bytes("HTTP/1.1 100 \r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nC: d\r\nE: f\r\n\r\nbody");
  net::MutableBytes in = bytes.view();
  const auto first = parser.next(in);
  REQUIRE(first.ready());
  CHECK(first->status == 100);
  CHECK(first->header("a") == "b");
  const auto second = parser.next(in);
  REQUIRE(second.ready());
  CHECK(second->status == 200);
  CHECK(second->count("A") == 0);
  CHECK(second->header("e") == "f");
  CHECK(net::as_text(in) == "body");
}
