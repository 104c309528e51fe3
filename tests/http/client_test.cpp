// tests/http/client_test.cpp - whole and streamed exchanges, keep-alive and content both ways,
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
