// tests/http/client_coding_test.cpp - compressed responses: undone where we asked for them, and
// never larger than allowed.
#include "http/client.h"
#include "http/compression.h"
#include "tests/http/client_fixture.h"

using namespace strata;
using namespace strata::test;
using http::ClientError;

static const char head[] = "HTTP/1.1 200 OK\r\n";

static http::ClientOptions decoding(std::size_t max_body = 1'000'000) {
  http::ClientOptions options = plain_options();
  options.decompress = true;
  options.max_body = max_body;
  return options;
}

static std::string answer_with(std::string_view coding, std::string_view content) {
  return std::string(head) + "Content-Encoding: " + std::string(coding) +
         "\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
         std::string(content);
}

TEST_CASE("gzip is asked for and undone", "[http][client][rfc9110-8.4.1.3]") {
  const std::string text(100000, 'a');
  const std::string packed = http::gzip(net::as_bytes(text));
  for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}, std::size_t{100}}) {
    ClientFixture f(decoding());
    f.loop.chunk = chunk;
    Outcome outcome;
    f.ask(outcome);
    CHECK(f.peer().take().find("\r\nAccept-Encoding: gzip\r\n") != std::string::npos);
    f.peer().send(answer_with("gzip", packed));
    f.loop.settle();
    REQUIRE(outcome.ok);
    CHECK(outcome.response.body == text);
    CHECK(outcome.response.decoded);
    CHECK(outcome.response.header("Content-Encoding").empty());
    CHECK(outcome.response.header("Content-Length").empty());
    CHECK(f.client->idle_count() == 1);
  }
}

TEST_CASE("what nobody asked for is not undone", "[http][client]") {
  struct Row {
    const char* what;
    bool decompress;
    http::HeaderList headers;
    const char* coding;
  };
  const Row rows[] = {
      {"decoding is off", false, {}, "gzip"},
      {"the program asked itself", true, {{"accept-encoding", "gzip"}}, "gzip"},
      {"a range of what is stored", true, {{"Range", "bytes=0-9"}}, "gzip"},
      {"another coding", true, {}, "br"},
      {"two codings", true, {}, "gzip, gzip"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    auto options = decoding();
    options.decompress = row.decompress;
    ClientFixture f(options);
    Outcome outcome;
    auto request = asked("GET", "http://127.0.0.1/");
    request.headers = row.headers;
    f.client->request(request, outcome.callback());
    f.loop.settle();
    f.peer().send(answer_with(row.coding, "as it is"));
    f.loop.settle();
    REQUIRE(outcome.ok);
    CHECK(outcome.response.body == "as it is");
    CHECK(outcome.response.header("Content-Encoding") == row.coding);
    CHECK_FALSE(outcome.response.decoded);
  }
}

TEST_CASE("compressed content that is torn, damaged, or a bomb", "[http][client]") {
  const std::string packed = http::gzip(net::as_bytes(std::string(500, 'a')));
  const std::string bomb = http::gzip(net::as_bytes(std::string(50'000'000, 'a')));
  REQUIRE(bomb.size() < 60000);
  std::string damaged = packed;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  struct Row {
    const char* what;
    std::string content;
    ClientError error;
  };
  const Row rows[] = {
      {"no gzip", "hello", ClientError::bad_encoding},
      {"torn", packed.substr(0, packed.size() - 1), ClientError::bad_encoding},
      {"torn in its head", packed.substr(0, 5), ClientError::bad_encoding},
      {"a wrong check sum", damaged, ClientError::bad_encoding},
      {"something behind it", packed + "x", ClientError::bad_encoding},
      {"a bomb", bomb, ClientError::content_too_large},
  };
  for (const Row& row : rows) {
    for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}}) {
      if (chunk == 1 && row.content.size() > 10000) continue;
      INFO(row.what);
      ClientFixture f(decoding());
      f.loop.chunk = chunk;
      Outcome outcome;
      f.ask(outcome);
      f.peer().send(answer_with("gzip", row.content));
      f.loop.settle();
      CHECK(outcome.calls == 1);
      CHECK_FALSE(outcome.ok);
      CHECK(outcome.failure.error == row.error);
      Outcome next;  // the message was whole: its connection is good, unless it was left early
      f.ask(next);
      f.server.peers.back()->send(ok_hello);
      f.loop.settle();
      CHECK(next.response.body == "hello");
    }
  }
}

TEST_CASE("no content is no torn content", "[http][client]") {
  for (const char* method : {"HEAD", "GET"}) {
    ClientFixture f(decoding());
    Outcome outcome;
    f.client->request(asked(method, "http://127.0.0.1/"), outcome.callback());
    f.loop.settle();
    f.peer().send(std::string(head) + "Content-Encoding: gzip\r\nContent-Length: " +
                  (*method == 'H' ? "20" : "0") + "\r\n\r\n");
    f.loop.settle();
    CHECK(outcome.ok);
    CHECK(outcome.response.body.empty());
    // What HEAD tells of the content stays true.
    CHECK(outcome.response.header("Content-Length").empty() == (*method == 'G'));
  }
}

TEST_CASE("a bomb that is read in pieces and paused costs a piece, not its size",
          "[http][client]") {
  ClientFixture f(decoding());
  Stream stream;
  http::ClientCall call;
  const std::string bomb = http::gzip(net::as_bytes(std::string(5'000'000, 'a')));
  std::size_t largest = 0, pieces = 0;
  auto handlers = stream.handlers();
  std::size_t bytes = 0;
  handlers.on_data = [&](net::Bytes piece) {
    largest = std::max(largest, piece.size());
    bytes += piece.size();
    ++pieces;
    call.pause();
  };
  call = f.client->stream(asked("GET", "http://127.0.0.1/"), std::move(handlers));
  f.loop.settle();
  f.peer().send(answer_with("gzip", bomb));
  f.peer().finish();
  f.loop.settle();
  CHECK(pieces == 1);
  for (int i = 0; i < 1000 && stream.ends == 0; ++i) {
    call.resume();
    f.loop.settle();
  }
  CHECK(stream.calls == "h200 e");
  CHECK(bytes == 5'000'000);
  CHECK(largest <= 16 * 1024);
}
