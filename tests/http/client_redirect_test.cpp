// tests/http/client_redirect_test.cpp - redirects that are followed, with what goes along; cookies.
#include "http/client.h"
#include "http/client/cookie_jar.h"
#include "tests/http/client_fixture.h"

using namespace strata;
using namespace strata::test;
using http::ClientError;

namespace {

std::string redirect(int status, std::string_view location, std::string_view content = "") {
  return "HTTP/1.1 " + std::to_string(status) + " R\r\nLocation: " + std::string(location) +
         "\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
         std::string(content);
}

bool has(std::string_view wire, std::string_view what) { return wire.find(what) != wire.npos; }

}  // namespace

TEST_CASE("a redirect is followed by the method's rules", "[http][client][rfc9110-15.4]") {
  struct Row {
    int status;
    const char* method;
    const char* again;  // empty: it is not followed
    bool content;
  };
  const Row rows[] = {
      {301, "GET", "GET", false},   {302, "GET", "GET", false},   {303, "GET", "GET", false},
      {307, "GET", "GET", false},   {308, "GET", "GET", false},   {301, "POST", "GET", false},
      {302, "POST", "GET", false},  {303, "POST", "GET", false},  {303, "PUT", "GET", false},
      {307, "POST", "POST", true},  {308, "POST", "POST", true},  {301, "PUT", "PUT", true},
      {302, "HEAD", "HEAD", false}, {303, "HEAD", "HEAD", false}, {300, "GET", "", false},
      {304, "GET", "", false},      {305, "GET", "", false},
  };
  for (const Row& row : rows) {
    INFO(row.status << " " << row.method);
    ClientFixture f;
    Outcome outcome;
    const bool has_content = row.method[0] == 'P';
    auto request = asked(row.method, "http://127.0.0.1/a/b?c", has_content ? "content" : "");
    if (has_content) request.headers = {{"Content-Type", "text/plain"}};
    f.client->request(std::move(request), outcome.callback());
    f.loop.settle();
    f.peer().take();
    f.peer().send(redirect(row.status, "../d?e#f"));
    f.loop.settle();
    if (*row.again == '\0') {
      CHECK(outcome.response.status == row.status);
      continue;
    }
    const std::string wire = f.peer().take();  // the connection is used again
    CHECK(wire.starts_with(std::string(row.again) + " /d?e HTTP/1.1\r\n"));
    CHECK(has(wire, "\r\n\r\ncontent") == row.content);
    CHECK(has(wire, "Content-Type") == row.content);
    const bool is_head = std::string_view(row.again) == "HEAD";
    f.peer().send(is_head ? std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                          : ok_hello);
    f.loop.settle();
    REQUIRE(outcome.ok);
    CHECK(outcome.response.redirects == 1);
    CHECK(outcome.response.url == "http://127.0.0.1/d?e");
  }
}

TEST_CASE("no credentials go to another origin", "[http][client][rfc9110-15.4]") {
  for (const bool same : {false, true}) {
    ClientFixture f;
    Scripted other(f.loop, net::Address::loopback(81));
    Outcome outcome;
    auto request = asked("GET", "http://user:secret@127.0.0.1/");
    request.headers = {{"Cookie", "a=secret"},
                       {"Proxy-Authorization", "secret"},
                       {"Host", "secret.example"},
                       {"X-Plain", "stays"}};
    f.client->request(std::move(request), outcome.callback());
    f.loop.settle();
    CHECK(has(f.peer().take(), "Authorization: Basic"));
    f.peer().send(redirect(302, same ? "/x" : "http://127.0.0.1:81/x"));
    f.loop.settle();
    const std::string wire = same ? f.peer().take() : other.at(0).take();
    CHECK(wire.starts_with("GET /x HTTP/1.1\r\n"));
    CHECK(has(wire, "secret") == same);
    CHECK(has(wire, "Authorization: Basic") == same);
    CHECK(has(wire, "X-Plain: stays"));
  }
}

TEST_CASE("redirects are counted, and may lead nowhere", "[http][client][rfc9110-15.4]") {
  struct Row {
    const char* what;
    const char* location;
    unsigned most;
    ClientError error;
    int followed;
  };
  const Row rows[] = {
      {"a circle", "/", 10, ClientError::too_many_redirects, 10},
      {"one is allowed", "/", 1, ClientError::too_many_redirects, 1},
      {"another scheme", "ftp://127.0.0.1/", 10, ClientError::bad_redirect, 0},
      {"a script", "javascript:alert(1)", 10, ClientError::bad_redirect, 0},
      {"a file", "file:///etc/passwd", 10, ClientError::bad_redirect, 0},
      {"a Unix socket", "unix:/run/docker.sock:/", 10, ClientError::bad_redirect, 0},
      {"a host that is none", "http://a b/", 10, ClientError::bad_redirect, 0},
      {"https without TLS", "https://127.0.0.1/", 10, ClientError::insecure, 0},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    ClientFixture f;
    Outcome outcome;
    auto request = asked("GET", "http://127.0.0.1/");
    request.max_redirects = row.most;
    f.client->request(std::move(request), outcome.callback());
    f.loop.settle();
    int answered = 0;
    while (outcome.calls == 0 && !f.peer().take().empty() && answered < 100) {
      f.peer().send(redirect(302, row.location));
      ++answered;
      f.loop.settle();
    }
    CHECK(answered == row.followed + 1);
    CHECK(outcome.failure.error == row.error);
  }
}

TEST_CASE("with no redirects allowed, one is an answer", "[http][client]") {
  ClientFixture f;
  Outcome outcome;
  auto request = asked("GET", "http://127.0.0.1/");
  request.max_redirects = 0;
  f.client->request(std::move(request), outcome.callback());
  f.loop.settle();
  f.peer().send(redirect(302, "/x", "moved"));
  f.loop.settle();
  CHECK(outcome.response.status == 302);
  CHECK(outcome.response.body == "moved");
}

TEST_CASE("a redirect's content is read if it is short, and left if it is long", "[http][client]") {
  struct Row {
    std::string content;
    bool fin;  // and torn
    bool same_connection;
  };
  const Row rows[] = {
      {std::string(60'000, 'x'), false, true},
      {std::string(70'000, 'x'), false, false},
      {"x", true, false},
  };
  for (const Row& row : rows) {
    ClientFixture f;
    Outcome outcome;
    f.ask(outcome);
    std::string answer = redirect(302, "/x", row.content);
    if (row.fin) answer.pop_back();
    f.peer().send(answer);
    if (row.fin) f.peer().finish();
    f.loop.settle();
    CHECK(f.server.peers.size() == (row.same_connection ? 1 : 2));
    f.server.peers.back()->send(ok_hello);
    f.loop.settle();
    CHECK(outcome.response.body == "hello");
  }
}

TEST_CASE("a source is sent again only where it can be", "[http][client]") {
  for (const bool rewinds : {false, true}) {
    ClientFixture f;
    Outcome outcome;
    auto request = asked("PUT", "http://127.0.0.1/");
    bool given = false;
    request.source.pull = [&](std::string& piece) {
      if (!given) piece = "content";
      return std::exchange(given, true) ? http::ContentSource::Pull::end
                                        : http::ContentSource::Pull::more;
    };
    if (rewinds)
      request.source.rewind = [&] {
        given = false;
        return true;
      };
    f.client->request(std::move(request), outcome.callback());
    f.loop.settle();
    f.peer().take();
    f.peer().send(redirect(307, "/x"));
    f.loop.settle();
    if (!rewinds) {
      CHECK(outcome.failure.error == ClientError::bad_redirect);
      continue;
    }
    CHECK(has(f.peer().take(), "\r\n\r\n7\r\ncontent\r\n0\r\n\r\n"));
    f.peer().send(ok_hello);
    f.loop.settle();
    CHECK(outcome.ok);
  }
}

TEST_CASE("a streamed request tells nothing of redirects but the last head", "[http][client]") {
  ClientFixture f;
  test::Stream stream;
  f.client->stream(asked("GET", "http://127.0.0.1/"), stream.handlers());
  f.loop.settle();
  f.peer().send(redirect(302, "/x", "moved"));
  f.loop.settle();
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(stream.calls == "h200 d5 e");
}

TEST_CASE("cookies are kept and given back, on redirects, too", "[http][client][rfc6265-5.4]") {
  http::CookieJar jar;
  http::ClientOptions options = plain_options();
  options.cookies = &jar;
  ClientFixture f(options);
  Outcome first, second, own;
  f.ask(first);
  CHECK_FALSE(has(f.peer().take(), "Cookie"));
  f.peer().send(
      "HTTP/1.1 302 R\r\nLocation: /x\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; "
      "Path=/elsewhere\r\nContent-Length: 0\r\n\r\n");
  f.loop.settle();
  CHECK(has(f.peer().take(), "\r\nCookie: a=1\r\n"));
  f.peer().send("HTTP/1.1 200 OK\r\nSet-Cookie: a=; Max-Age=0\r\nContent-Length: 0\r\n\r\n");
  f.loop.settle();
  CHECK(jar.size() == 1);  // /x is below the path of `a`, and /elsewhere is not
  f.ask(second, "/elsewhere/y");
  CHECK(has(f.peer().take(), "b=2"));
  f.peer().send(ok_hello);
  f.loop.settle();
  auto request = asked("GET", "http://127.0.0.1/");
  request.headers = {{"Cookie", "mine=1"}};
  f.client->request(std::move(request), own.callback());
  f.loop.settle();
  CHECK(has(f.peer().take(), "\r\nCookie: mine=1\r\n"));
}
