// tests/http/client_test.cpp - whole and streamed exchanges and keep-alive,
// against a server that the test plays by hand, on a virtual clock.
#include "http/client.h"

#include "tests/http/client_fixture.h"

using namespace strata;
using http::ClientError;
using strata::test::asked;
using strata::test::ClientFixture;
using strata::test::ok_hello;
using strata::test::Outcome;
using strata::test::Stream;

TEST_CASE("a GET is sent, and its answer comes once, whole", "[http][client]") {
  ClientFixture f;
  Outcome outcome;
  f.ask(outcome, "/a?b=c");
  CHECK(outcome.calls == 0);
  CHECK(f.peer().take() == "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n");
  f.peer().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\n\r\nhello");
  f.loop.settle();
  REQUIRE(outcome.calls == 1);
  REQUIRE(outcome.ok);
  CHECK(outcome.response.status == 200);
  CHECK(outcome.response.reason == "OK");
  CHECK(outcome.response.header("x-a") == "1");
  CHECK(outcome.response.body == "hello");
  CHECK(outcome.response.url == "http://127.0.0.1/a?b=c");
  CHECK_FALSE(outcome.response.reused);
}

TEST_CASE("the next request goes over the same connection", "[http][client][rfc9112-9.3]") {
  ClientFixture f;
  for (int i = 0; i < 3; ++i) {
    Outcome outcome;
    f.ask(outcome);
    f.peer().send(ok_hello);
    f.loop.settle();
    REQUIRE(outcome.ok);
    CHECK(outcome.response.reused == (i > 0));
  }
  CHECK(f.server.peers.size() == 1);
  CHECK(f.client->idle_count() == 1);
}

TEST_CASE("what a request looks like", "[http][client][rfc9112-3][rfc9110-8.6]") {
  struct Row {
    const char* what;
    http::ClientRequest request;
    std::string wire;
  };
  std::vector<Row> rows;
  const auto add = [&](const char* what, http::ClientRequest request, std::string wire) {
    rows.push_back({what, std::move(request), std::move(wire)});
  };
  const std::string host = "Host: 127.0.0.1\r\n";
  const std::string accept = "Accept: */*\r\n";
  add("HEAD", asked("HEAD", "http://127.0.0.1"), "HEAD / HTTP/1.1\r\n" + host + accept + "\r\n");
  add("POST without content says so", asked("POST", "http://127.0.0.1/"),
      "POST / HTTP/1.1\r\n" + host + accept + "Content-Length: 0\r\n\r\n");
  add("POST", asked("POST", "http://127.0.0.1/", "abc"),
      "POST / HTTP/1.1\r\n" + host + accept + "Content-Length: 3\r\n\r\nabc");
  add("DELETE without content", asked("DELETE", "http://127.0.0.1/"),
      "DELETE / HTTP/1.1\r\n" + host + accept + "\r\n");
  auto fields = asked("GET", "http://127.0.0.1/");
  fields.headers = {{"X-A", "1"}, {"accept", "text/html"}, {"X-A", "2"}};
  add("fields in their order", fields,
      "GET / HTTP/1.1\r\n" + host + "X-A: 1\r\naccept: text/html\r\nX-A: 2\r\n\r\n");
  fields.headers = {{"Host", "example.org:81"}};
  add("another Host", fields, "GET / HTTP/1.1\r\nHost: example.org:81\r\n" + accept + "\r\n");
  fields.headers = {{"Connection", "close"}};
  add("Connection: close", fields,
      "GET / HTTP/1.1\r\n" + host + accept + "Connection: close\r\n\r\n");
  add("credentials of the URL", asked("GET", "http://Aladdin:open%20sesame@127.0.0.1/"),
      "GET / HTTP/1.1\r\n" + host + accept +
          "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
  for (Row& row : rows) {
    INFO(row.what);
    ClientFixture f;
    Outcome outcome;
    f.client->request(std::move(row.request), outcome.callback());
    f.loop.settle();
    const std::string got = f.peer().take();
    // The order of our own fields is the session's business.
    std::string_view a = got, b = row.wire;
    const auto sorted = [](std::string_view text) {
      std::vector<std::string> lines;
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find("\r\n", at), text.size());
        lines.emplace_back(text.substr(at, end - at));
        at = end + 2;
      }
      if (lines.size() > 1) std::stable_sort(lines.begin() + 1, lines.end());
      return lines;
    };
    CHECK(sorted(a) == sorted(b));
    CHECK(a.substr(a.find("\r\n\r\n")) == b.substr(b.find("\r\n\r\n")));
  }
}

TEST_CASE("a request that cannot be sent fails, later, and harms nobody", "[http][client]") {
  struct Row {
    const char* what;
    const char* method;
    const char* url;
    http::HeaderList headers;
    ClientError error;
  };
  const Row rows[] = {
      {"no URL", "GET", "", {}, ClientError::invalid_url},
      {"another scheme", "GET", "ftp://127.0.0.1/", {}, ClientError::invalid_url},
      {"https without TLS", "GET", "https://127.0.0.1/", {}, ClientError::insecure},
      {"a method with a blank", "GE T", "http://127.0.0.1/", {}, ClientError::invalid_method},
      {"a value that splits",
       "GET",
       "http://127.0.0.1/",
       {{"A", "b\r\nC: d"}},
       ClientError::invalid_field},
      {"a name that splits",
       "GET",
       "http://127.0.0.1/",
       {{"A:b\r\nC", "d"}},
       ClientError::invalid_field},
      {"framing by hand",
       "GET",
       "http://127.0.0.1/",
       {{"Content-Length", "3"}},
       ClientError::invalid_field},
      {"and the other one",
       "GET",
       "http://127.0.0.1/",
       {{"Transfer-Encoding", "chunked"}},
       ClientError::invalid_field},
      {"a Host that splits",
       "GET",
       "http://127.0.0.1/",
       {{"Host", "a\r\nb: c"}},
       ClientError::invalid_target},
  };
  ClientFixture f;
  for (const Row& row : rows) {
    INFO(row.what);
    Outcome outcome;
    auto request = asked(row.method, row.url);
    request.headers = row.headers;
    f.client->request(std::move(request), outcome.callback());
    CHECK(outcome.calls == 0);
    f.loop.settle();
    CHECK(outcome.calls == 1);
    CHECK(outcome.failure.error == row.error);
    CHECK_FALSE(outcome.failure.to_string().empty());
    CHECK_FALSE(outcome.failure.may_retry);
  }
  for (const auto& peer : f.server.peers) CHECK(peer->take().empty());
  Outcome well;
  f.ask(well);
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(well.ok);
}

TEST_CASE("content of every framing arrives, whole and in pieces", "[http][client][rfc9112-6.3]") {
  struct Row {
    const char* what;
    const char* method;
    std::string answer;
    bool fin;
    std::string body;
    bool kept;
  };
  const Row rows[] = {
      {"a length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false, "abc", true},
      {"no content", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, "", true},
      {"chunks", "GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\nT: "
       "u\r\n\r\n",
       false, "abc", true},
      {"until close", "GET", "HTTP/1.1 200 OK\r\n\r\nabc", true, "abc", false},
      {"HTTP/1.0", "GET", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", false, "abc", false},
      {"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", false, "", true},
      {"204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", false, "", true},
      {"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", false, "", true},
      {"close", "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
       false, "abc", false},
      {"1xx before it", "GET",
       "HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1"
       "\r\n\r\na",
       false, "a", true},
  };
  for (const Row& row : rows) {
    for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
      INFO(row.what << " in pieces of " << chunk);
      ClientFixture f;
      f.loop.chunk = chunk;
      Outcome outcome;
      Stream stream;
      f.client->request(asked(row.method, "http://127.0.0.1/"), outcome.callback());
      f.client->stream(asked(row.method, "http://127.0.0.1/"), stream.handlers());
      f.loop.settle();
      REQUIRE(f.server.peers.size() == 2);
      for (const auto& peer : f.server.peers) {
        peer->send(row.answer);
        if (row.fin) peer->finish();
      }
      f.loop.settle();
      REQUIRE(outcome.calls == 1);
      REQUIRE(outcome.ok);
      CHECK(outcome.response.body == row.body);
      CHECK(stream.ends == 1);
      CHECK(stream.body == row.body);
      CHECK(stream.calls.back() == 'e');
      CHECK(f.client->idle_count() == (row.kept ? 2 : 0));
      CHECK(f.client->connection_count() == (row.kept ? 2 : 0));
    }
  }
}

TEST_CASE("trailers come with the end, and are no fields", "[http][client][rfc9110-6.5.1]") {
  ClientFixture f;
  Stream stream;
  f.client->stream(asked("GET", "http://127.0.0.1/"), stream.handlers());
  f.loop.settle();
  f.peer().send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nETag: \"x\"\r\nA: "
      "b\r\n\r\n");
  f.loop.settle();
  CHECK(stream.calls == "h200 d1 e");
  CHECK(stream.trailers == http::HeaderList{{"ETag", "\"x\""}, {"A", "b"}});
  CHECK(stream.info.header("ETag").empty());
}

TEST_CASE("an informational answer is told, and the final one follows",
          "[http][client][rfc9110-15.2]") {
  ClientFixture f;
  Stream stream;
  f.client->stream(asked("GET", "http://127.0.0.1/"), stream.handlers());
  f.loop.settle();
  f.peer().send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
  f.loop.settle();
  CHECK(stream.calls == "i103 ");
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(stream.calls == "i103 h200 d5 e");
}

TEST_CASE("requests are written down as values", "[http][client]") {
  ClientFixture f;
  Outcome outcome;
  f.client->request({.method = "PUT",
                     .url = "http://127.0.0.1/a",
                     .headers = {{"Content-Type", "text/plain"}},
                     .body = "abc",
                     .timeout = 5s},
                    outcome.callback());
  f.loop.settle();
  CHECK(f.peer().take().ends_with("Content-Length: 3\r\n\r\nabc"));
  f.loop.advance(5s);
  CHECK(outcome.failure.error == ClientError::total_timeout);
}
