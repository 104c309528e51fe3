// tests/http/client_hostile_test.cpp - servers that are slow, silent, torn, too large or wrong;
// each costs bounded memory and time, and the next request is served.
#include <random>

#include "http/client.h"
#include "tests/http/client_fixture.h"

using namespace strata;
using namespace strata::test;
using http::ClientError;

namespace {

// The client is well: a request gets its answer, on a connection that nothing is left over on.
bool still_works(ClientFixture& f) {
  const std::size_t before = f.server.peers.size();
  f.client->close_idle();
  Outcome outcome;
  f.ask(outcome);
  if (f.server.peers.size() != before + 1) return false;
  f.peer(before).send(ok_hello);
  f.loop.settle();
  f.client->close_idle();
  f.loop.settle();
  return outcome.ok && outcome.response.body == "hello" && f.client->connection_count() == 0;
}

const char head[] = "HTTP/1.1 200 OK\r\n";

}  // namespace

TEST_CASE("bytes that are no response, or one that could be read in two ways",
          "[http][client][rfc9112-6.3]") {
  struct Row {
    const char* what;
    std::string answer;
    ClientError error;
  };
  const auto malformed = ClientError::malformed;
  const Row rows[] = {
      {"garbage", "\x16\x03\x01\x02", malformed},
      {"HTTP/0.9", "<html>", malformed},
      {"a request", "GET / HTTP/1.1\r\n\r\n", malformed},
      {"LF alone", "HTTP/1.1 200 OK\nA: b\n\n", malformed},
      {"four digits", "HTTP/1.1 2000 OK\r\n\r\n", malformed},
      {"no digits", "HTTP/1.1 OK\r\n\r\n", malformed},
      {"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", ClientError::unsupported_version},
      {"obs-fold", std::string(head) + "A: b\r\n c\r\n\r\n", malformed},
      {"a blank before the colon", std::string(head) + "A : b\r\n\r\n", malformed},
      {"NUL in a value", std::string(head) + "A: b" + std::string(1, '\0') + "\r\n\r\n", malformed},
      {"two lengths", std::string(head) + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
       malformed},
      {"a signed length", std::string(head) + "Content-Length: +1\r\n\r\na", malformed},
      {"a length of 2^64", std::string(head) + "Content-Length: 18446744073709551616\r\n\r\n",
       malformed},
      {"both framings",
       std::string(head) + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       malformed},
      {"another coding", std::string(head) + "Transfer-Encoding: gzip, chunked\r\n\r\n",
       ClientError::unsupported_coding},
      {"a chunk of no size", std::string(head) + "Transfer-Encoding: chunked\r\n\r\n\r\n",
       malformed},
      {"a chunk of 2^64",
       std::string(head) + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
       ClientError::content_too_large},
      {"a chunk that ends late",
       std::string(head) + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", malformed},
      {"a switch that nobody asked for",
       "HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
       ClientError::unexpected_upgrade},
      {"a length over the limit", std::string(head) + "Content-Length: 1001\r\n\r\n",
       ClientError::content_too_large},
      {"a length of 2^63", std::string(head) + "Content-Length: 9223372036854775808\r\n\r\n",
       ClientError::content_too_large},
      {"chunks over the limit",
       std::string(head) + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x'),
       ClientError::content_too_large},
      {"until close, over the limit", std::string(head) + "\r\n" + std::string(1001, 'x'),
       ClientError::content_too_large},
      {"a head over the limit", std::string(head) + "A: " + std::string(17000, 'a') + "\r\n\r\n",
       ClientError::head_too_large},
      {"101 fields",
       [] {
         std::string text = head;
         for (int i = 0; i < 101; ++i) text += "A: b\r\n";
         return text + "\r\n";
       }(),
       ClientError::head_too_large},
      {"trailers over the limit",
       std::string(head) + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: " + std::string(17000, 'a') +
           "\r\n\r\n",
       ClientError::head_too_large},
      {"interim responses without end",
       [] {
         std::string text;
         for (int i = 0; i < 100; ++i) text += "HTTP/1.1 103 E\r\nA: b\r\n\r\n";
         return text;
       }(),
       ClientError::too_many_interim},
  };
  for (const Row& row : rows) {
    for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}}) {
      INFO(row.what << " in pieces of " << chunk);
      ClientFixture f([] {
        auto options = plain_options();
        options.max_body = 1000;
        return options;
      }());
      f.loop.chunk = chunk;
      Outcome outcome;
      f.ask(outcome);
      f.peer().send(row.answer);
      f.loop.settle();
      REQUIRE(outcome.calls == 1);
      CHECK_FALSE(outcome.ok);
      CHECK(outcome.failure.error == row.error);
      CHECK_FALSE(outcome.failure.why.empty());
      CHECK((f.peer().fin || f.peer().gone));
      CHECK(f.client->connection_count() == 0);
      CHECK(still_works(f));
    }
  }
}

// Everything that a session can hold: 1xx, chunks with extensions, trailers.
static const std::string scripted =
    "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    "Set-Cookie: a=b\r\n\r\n5;x=y\r\nhello\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n";

TEST_CASE("a connection that ends at any byte of a response", "[http][client][rfc9112-8]") {
  for (const bool rst : {false, true}) {
    for (std::size_t cut = 0; cut < scripted.size(); ++cut) {
      INFO((rst ? "RST" : "FIN") << " behind byte " << cut);
      ClientFixture f;
      Stream stream;
      f.client->stream(asked("GET", "http://127.0.0.1/"), stream.handlers());
      f.loop.settle();
      f.peer().send(scripted.substr(0, cut));
      f.loop.settle();
      rst ? f.peer().reset() : f.peer().finish();
      f.loop.settle();
      CHECK(stream.ends == 1);
      CHECK(stream.failure.error ==
            (cut == 0 ? ClientError::closed_before_response : ClientError::truncated));
      CHECK(stream.failure.may_retry);
      CHECK(std::string("helloabc").starts_with(stream.body));
      CHECK(f.client->connection_count() == 0);
    }
  }
}

TEST_CASE("a length that is not kept", "[http][client][rfc9112-8]") {
  for (const bool rst : {false, true}) {
    for (const char* answer : {"Content-Length: 5\r\n\r\nhell", "\r\nhell"}) {
      ClientFixture f;
      Outcome outcome;
      f.ask(outcome);
      f.peer().send(std::string(head) + answer);
      f.loop.settle();
      rst ? f.peer().reset() : f.peer().finish();
      f.loop.settle();
      REQUIRE(outcome.calls == 1);
      // Without a length a FIN is the end, and a RST is none.
      const bool whole = answer[0] == '\r' && !rst;
      CHECK(outcome.ok == whole);
      if (!whole) CHECK(outcome.failure.error == ClientError::truncated);
      CHECK(still_works(f));
    }
  }
}

TEST_CASE("each kind of silence has its deadline", "[http][client]") {
  struct Row {
    const char* what;
    std::string answer;
    net::Duration after;
    ClientError error;
    bool may_retry;
  };
  const Row rows[] = {
      {"nothing at all", "", 30s, ClientError::first_byte_timeout, true},
      {"only interim ones", "HTTP/1.1 103 E\r\n\r\n", 30s, ClientError::first_byte_timeout, true},
      {"half a head", "HTTP/1.1 200 OK\r\nCont", 10s, ClientError::read_timeout, true},
      {"no content", std::string(head) + "Content-Length: 5\r\n\r\n", 30s,
       ClientError::read_timeout, true},
      {"half the content", std::string(head) + "Content-Length: 5\r\n\r\nhe", 30s,
       ClientError::read_timeout, true},
      {"no last chunk", std::string(head) + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n", 30s,
       ClientError::read_timeout, true},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    ClientFixture f;
    Outcome outcome;
    f.ask(outcome);
    f.peer().send(row.answer);
    f.loop.settle();
    f.loop.advance(row.after - 1ms);
    CHECK(outcome.calls == 0);
    f.loop.advance(1ms);
    REQUIRE(outcome.calls == 1);
    CHECK(outcome.failure.error == row.error);
    CHECK(outcome.failure.may_retry == row.may_retry);
    CHECK(f.client->connection_count() == 0);
    CHECK(still_works(f));
  }
}

TEST_CASE("a request's own deadlines come first", "[http][client]") {
  ClientFixture f;
  Outcome total, first;
  auto request = asked("GET", "http://127.0.0.1/");
  request.timeout = 2s;
  f.client->request(request, total.callback());
  request.timeout.reset();
  request.first_byte_timeout = 1s;
  f.client->request(request, first.callback());
  f.loop.settle();
  f.loop.advance(1s);
  CHECK(first.failure.error == ClientError::first_byte_timeout);
  // A byte a second is no silence, but the whole has its time.
  const std::string answer = ok_hello.data();
  for (int i = 0; i < 10 && total.calls == 0; ++i) {
    f.peer().send(answer.substr(static_cast<std::size_t>(i), 1));
    f.loop.advance(200ms);
  }
  CHECK(total.failure.error == ClientError::total_timeout);
  CHECK_FALSE(total.failure.may_retry);
  // A kept connection has the client's own again.
  Outcome kept;
  f.client->request(request, kept.callback());
  f.loop.settle();
  f.peer(2).send(ok_hello);
  f.loop.settle();
  REQUIRE(kept.ok);
  Outcome patient;
  f.ask(patient);
  f.loop.advance(29s);
  CHECK(patient.calls == 0);
  f.peer(2).send(ok_hello);
  f.loop.settle();
  CHECK(patient.ok);
}

TEST_CASE("content may come byte by byte, slowly; a head has its time", "[http][client]") {
  const std::string answer(ok_hello);
  const std::size_t head_bytes = answer.find("\r\n\r\n") + 4;
  ClientFixture f;
  Outcome patient, late;
  f.ask(patient);
  f.peer().send(answer.substr(0, head_bytes));
  for (const char c : answer.substr(head_bytes)) {
    f.loop.advance(25s);
    f.peer().send(std::string(1, c));
    f.loop.settle();
  }
  CHECK(patient.ok);
  f.ask(late);
  for (std::size_t i = 0; i < head_bytes - 1 && late.calls == 0; ++i) {
    f.peer().send(answer.substr(i, 1));
    f.loop.advance(1s);
    CHECK(late.calls == (i < 9 ? 0 : 1));
  }
  CHECK(late.failure.error == ClientError::read_timeout);
}

TEST_CASE("a long request to a server that answers nothing", "[http][client]") {
  for (const std::size_t bytes : {65536u, 131072u, 1'000'000u}) {
    ClientFixture f;
    Outcome outcome;
    f.client->request(asked("POST", "http://127.0.0.1/", std::string(bytes, 'x')),
                      outcome.callback());
    f.loop.settle();
    const std::string sent = f.peer().take();
    CHECK(sent.substr(sent.find("\r\n\r\n") + 4) == std::string(bytes, 'x'));
    f.loop.advance(30s);
    CHECK(outcome.failure.error == ClientError::first_byte_timeout);
    CHECK_FALSE(outcome.failure.may_retry);  // POST: it may be at work
    CHECK(still_works(f));
  }
}

TEST_CASE("a client reads while it sends: two that both wait would wait for ever",
          "[http][client]") {
  // The peer echoes and takes nothing more while it cannot send.
  ClientFixture f;
  Stream stream;
  auto request = asked("POST", "http://127.0.0.1/");
  int given = 0;
  request.source.pull = [&](std::string& piece) {
    piece.assign(16 * 1024, 'x');
    return ++given == 200 ? http::ContentSource::Pull::end : http::ContentSource::Pull::more;
  };
  request.source.bytes = 200 * 16 * 1024;
  f.client->stream(std::move(request), stream.handlers());
  f.loop.turn();
  for (int i = 0; i < 50; ++i) f.loop.turn();
  f.peer().send(std::string(head) + "Content-Length: 3276800\r\n\r\n");
  for (int i = 0; i < 200; ++i) f.peer().send(std::string(16 * 1024, 'y'));
  f.loop.settle();
  CHECK(stream.ends == 1);
  CHECK(stream.body.size() == 200 * 16 * 1024);
}

TEST_CASE("whatever bytes a server sends, a request ends once and the next one is served",
          "[http][client][random]") {
  const std::string answers[] = {scripted, std::string(ok_hello), std::string(head) + "\r\nhello",
                                 "HTTP/1.1 302 R\r\nLocation: /x\r\nContent-Length: 2\r\n\r\nhi"};
  const auto seed = static_cast<unsigned>(Catch::rngSeed());
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return random() % n; };
  for (int round = 0; round < 1500; ++round) {
    INFO("round " << round);
    std::string answer = answers[below(std::size(answers))];
    for (std::size_t changes = below(4); changes > 0 && !answer.empty(); --changes) {
      const std::size_t at = below(answer.size());
      const std::size_t how = below(3);
      if (how == 0) answer[at] = static_cast<char>(below(256));
      if (how == 1) answer.erase(at, 1 + below(8));
      if (how == 2) answer.insert(at, answer.substr(below(answer.size()), below(20)));
    }
    ClientFixture f;
    f.loop.chunk = 1 + below(20);
    Stream stream;
    f.client->stream(asked(below(2) == 0 ? "GET" : "HEAD", "http://127.0.0.1/"), stream.handlers());
    f.loop.settle();
    f.peer().send(answer);
    if (below(2) == 0) f.loop.settle();
    if (const std::size_t how = below(3); how < 2) how == 0 ? f.peer().finish() : f.peer().reset();
    f.loop.advance(1h);
    CHECK(stream.ends == 1);
    CHECK(f.client->connection_count() == 0);
    CHECK(still_works(f));
  }
}
