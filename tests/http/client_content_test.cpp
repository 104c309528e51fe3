// tests/http/client_content_test.cpp - content that is made while it is sent, and responses that
// are read in pieces, against a server that the test plays by hand.
#include "http/client.h"
#include "tests/http/client_fixture.h"

using namespace strata;
using namespace strata::test;
using http::ClientError;

// --- content that is sent -----------------------------------------------------------------

namespace {
// Gives `pieces` one by one, and counts how often it was asked.
struct Pieces {
  std::vector<std::string> pieces;
  std::size_t at = 0;
  int asked = 0;
  http::ContentSource source(bool rewinds = false) {
    http::ContentSource made;
    made.pull = [this](std::string& piece) {
      ++asked;
      if (at == pieces.size()) return http::ContentSource::Pull::end;
      if (pieces[at] == "(wait)") {
        ++at;
        return http::ContentSource::Pull::wait;
      }
      if (pieces[at] == "(fail)") return http::ContentSource::Pull::fail;
      piece = pieces[at++];
      return http::ContentSource::Pull::more;
    };
    if (rewinds)
      made.rewind = [this] {
        at = 0;
        return true;
      };
    return made;
  }
};
}  // namespace

TEST_CASE("a source is sent in chunks, or by the length that it names",
          "[http][client][rfc9112-7.1]") {
  for (const bool known : {false, true}) {
    ClientFixture f;
    Pieces pieces{{"ab", "cde"}};
    Outcome outcome;
    auto request = asked("PUT", "http://127.0.0.1/");
    request.source = pieces.source();
    if (known) request.source.bytes = 5;
    f.client->request(std::move(request), outcome.callback());
    CHECK(pieces.asked == 0);  // never from inside
    f.loop.settle();
    const std::string wire = f.peer().take();
    CHECK(wire.substr(wire.find("\r\n\r\n") + 4) ==
          (known ? "abcde" : "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"));
    CHECK((wire.find("Content-Length: 5\r\n") != wire.npos) == known);
    CHECK((wire.find("Transfer-Encoding: chunked\r\n") != wire.npos) == !known);
    f.peer().send(ok_hello);
    f.loop.settle();
    CHECK(outcome.ok);
    CHECK(f.client->idle_count() == 1);
  }
}

TEST_CASE("a source is asked only as fast as the server takes", "[http][client]") {
  ClientFixture f;
  Outcome first;
  f.ask(first);  // a connection, so that its line can be narrowed
  f.peer().send(ok_hello);
  f.loop.settle();
  Pieces pieces{std::vector<std::string>(1000, std::string(16 * 1024, 'x'))};
  auto request = asked("POST", "http://127.0.0.1/");
  request.source = pieces.source();
  f.peer().connection->pause();  // 64 KiB are kept below, and the rest waits
  f.client->request(std::move(request), first.callback());
  f.loop.settle();
  const int before = pieces.asked;
  CHECK(before > 0);
  f.loop.advance(1s);
  CHECK(pieces.asked == before + 0);
  f.peer().connection->resume();
  f.loop.settle();
  CHECK(pieces.asked == 1001);
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(first.calls == 2);
  CHECK(first.ok);
}

TEST_CASE("a source may wait, and says when it has more", "[http][client]") {
  ClientFixture f;
  Pieces pieces{{"ab", "(wait)", "cd"}};
  Outcome outcome;
  auto request = asked("POST", "http://127.0.0.1/");
  request.source = pieces.source();
  auto call = f.client->request(std::move(request), outcome.callback());
  f.loop.settle();
  CHECK(pieces.asked == 2);
  f.loop.advance(25s);  // no deadline of the server's runs while it waits for us
  CHECK(outcome.calls == 0);
  call.content_ready();
  CHECK(pieces.asked == 2);  // never from inside
  f.loop.settle();
  const std::string wire = f.peer().take();
  CHECK(wire.substr(wire.find("\r\n\r\n") + 4) == "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n");
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(outcome.ok);
}

TEST_CASE("a source that fails or breaks its word ends the connection, never the content",
          "[http][client][rfc9112-6.3]") {
  struct Row {
    std::vector<std::string> pieces;
    std::optional<std::uint64_t> bytes;
  };
  const Row rows[] = {
      {{"ab", "(fail)"}, std::nullopt},
      {{"ab"}, 3},
      {{"ab", "cd"}, 3},
      {{"(fail)"}, 3},
  };
  for (const Row& row : rows) {
    ClientFixture f;
    Pieces pieces{row.pieces};
    Outcome outcome;
    auto request = asked("POST", "http://127.0.0.1/");
    request.source = pieces.source();
    request.source.bytes = row.bytes;
    f.client->request(std::move(request), outcome.callback());
    f.loop.settle();
    CHECK(outcome.calls == 1);
    CHECK(outcome.failure.error == ClientError::content_source);
    CHECK(f.peer().take().find("0\r\n\r\n") == std::string::npos);
    CHECK(f.client->connection_count() == 0);
  }
}

TEST_CASE("content waits for a 100, for a while", "[http][client][rfc9110-10.1.1]") {
  enum Answer { proceeds, refuses, silent };
  for (const Answer answer : {proceeds, refuses, silent}) {
    INFO(answer);
    ClientFixture f;
    Outcome outcome;
    auto request = asked("POST", "http://127.0.0.1/", "content");
    request.expect_continue = true;
    f.client->request(std::move(request), outcome.callback());
    f.loop.settle();
    const std::string head = f.peer().take();
    CHECK(head.find("Expect: 100-continue\r\n") != head.npos);
    CHECK(head.find("content") == head.npos);
    if (answer == proceeds) f.peer().send("HTTP/1.1 100 Continue\r\n\r\n");
    if (answer == refuses) f.peer().send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    f.loop.settle();
    if (answer == silent) {
      f.loop.advance(999ms);
      CHECK(f.peer().take().empty());
      f.loop.advance(1ms);
    }
    CHECK(f.peer().take() == (answer == refuses ? "" : "content"));
    if (answer != refuses) f.peer().send(ok_hello);
    f.loop.settle();
    CHECK(outcome.ok);
    CHECK(outcome.response.status == (answer == refuses ? 413 : 200));
    // The server may still wait for the content that it refused: nobody else follows there.
    CHECK(f.client->connection_count() == (answer == refuses ? 0 : 1));
  }
}

TEST_CASE("an answer before the content is through", "[http][client][rfc9112-9.5]") {
  for (const bool good : {false, true}) {
    ClientFixture f;
    Pieces pieces{{"ab", "(wait)", "cd"}};
    Stream stream;
    auto request = asked("POST", "http://127.0.0.1/");
    request.source = pieces.source();
    auto call = f.client->stream(std::move(request), stream.handlers());
    f.loop.settle();
    f.peer().send(good ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"
                       : "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
    f.loop.settle();
    CHECK(stream.calls == (good ? "h200 d2 " : "h403 d2 e"));
    call.content_ready();
    f.loop.settle();
    CHECK(pieces.asked == (good ? 4 : 2));  // an echo goes on, a refusal stops us
    if (!good) {
      CHECK(f.client->connection_count() == 0);
      continue;
    }
    f.peer().send("2\r\ncd\r\n0\r\n\r\n");
    f.loop.settle();
    CHECK(stream.calls == "h200 d2 d2 e");
    CHECK(f.client->idle_count() == 1);
  }
}

// --- pauses -----------------------------------------------------------------

TEST_CASE("a paused response stops where it is, and the server with it", "[http][client]") {
  ClientFixture f;
  Stream stream;
  http::ClientCall call;
  stream.on_data = [&] { call.pause(); };
  call = f.client->stream(asked("GET", "http://127.0.0.1/"), stream.handlers());
  f.loop.settle();
  f.peer().send("HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n");
  for (int i = 0; i < 400; ++i) f.peer().send(std::string(1000, 'a'));
  f.loop.settle();
  const std::size_t first = stream.body.size();
  CHECK(first < 70000);
  f.loop.advance(1h);  // no deadline of the server's runs
  CHECK(stream.body.size() == first);
  CHECK(stream.ends == 0);
  int rounds = 0;
  while (stream.ends == 0 && ++rounds < 1000) {
    const std::size_t before = stream.body.size();
    call.resume();
    CHECK(stream.body.size() == before);  // never from inside
    f.loop.settle();
  }
  CHECK(rounds < 20);
  CHECK(stream.body == std::string(400000, 'a'));
  CHECK(stream.calls.back() == 'e');
}

TEST_CASE("pause and resume in one callback change nothing", "[http][client]") {
  ClientFixture f;
  Stream stream;
  http::ClientCall call;
  const auto twice = [&] {
    call.pause();
    call.resume();
  };
  stream.on_head = stream.on_data = twice;
  call = f.client->stream(asked("GET", "http://127.0.0.1/"), stream.handlers());
  call.pause();
  f.loop.settle();
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(stream.calls.empty());  // paused before the head
  call.resume();
  f.loop.settle();
  CHECK(stream.calls == "h200 d5 e");
}

TEST_CASE("a pause in front of the end, and then the server goes", "[http][client]") {
  for (const bool rst : {false, true}) {
    ClientFixture f;
    Stream stream;
    http::ClientCall call;
    stream.on_data = [&] { call.pause(); };
    call = f.client->stream(asked("GET", "http://127.0.0.1/"), stream.handlers());
    f.loop.settle();
    f.peer().send(ok_hello);
    f.loop.settle();
    rst ? f.peer().reset() : f.peer().finish();
    f.loop.settle();
    call.resume();
    f.loop.settle();
    CHECK(stream.calls == "h200 d5 e");
  }
}
