// tests/sio/eio_middleware_test.cpp - row E29 of what the reference does: middlewares before
// Engine.IO's own checks.
#include "http/middleware/basic_auth.h"
#include "http/request.h"
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("E29 middlewares run in order, on every request and upgrade", "[sio][eio]") {
  Rig rig;
  Texts calls;
  for (const char* name : {"one", "two"}) {
    rig.engine->use(
        [&calls, name](http::Request& req, http::Response& res, const http::Next& next) {
          calls.push_back(std::string(name) + " " + std::string(req.method()));
          res.set(name, "1");
          next();
        });
  }
  RawClient client = rig.client();
  const Answer first = client.get(hello);
  CHECK(first.status == 200);
  CHECK(first.field("one") == "1");
  const std::string sid = rig.sid_of(first);
  CHECK(client.post(rig.poll(sid), "4hi") == "200 ok");
  CHECK(client.get(rig.poll(sid)) == "200 4hi");
  RawClient socket = rig.client();
  const Answer upgraded = socket.upgrade(rig.ws(sid));
  CHECK(upgraded.status == 101);
  CHECK(upgraded.field("two") == "1");
  RawClient refused = rig.client();
  CHECK(refused.get("transport=abc") == unknown_transport);
  CHECK(calls == Texts{"one GET", "two GET", "one POST", "two POST", "one GET", "two GET",
                       "one GET", "two GET", "one GET", "two GET"});
}

TEST_CASE("E29 a middleware may answer itself", "[sio][eio]") {
  Rig rig;
  int behind = 0;
  rig.engine->use([](http::Request& req, http::Response& res, const http::Next& next) {
    if (req.header("x-pass") == "1") return next();
    res.status(503).end();
  });
  rig.engine->use([&](http::Request&, http::Response&, const http::Next& next) {
    ++behind;
    next();
  });
  const std::string pass = "X-Pass: 1\r\n";
  RawClient client = rig.client();
  CHECK(client.get(hello) == "503 ");
  RawClient socket = rig.client();
  CHECK(socket.upgrade(direct) == "503 ");
  const std::string sid = rig.sid_of(client.get(hello, pass));
  RawClient poster = rig.client();
  CHECK(poster.post(rig.poll(sid), "4hi") == "503 ");
  CHECK(poster.post(rig.poll(sid), "4hi") == "503 ");  // the one before is not under way any more
  CHECK(poster.post(rig.poll(sid), "4hi", pass) == "200 ok");
  CHECK(client.get(rig.poll(sid), pass) == "200 4hi");
  CHECK(behind == 3);
  CHECK(rig.echo.reasons.empty());
}

TEST_CASE("E29 a middleware may take its time", "[sio][eio]") {
  Rig rig;
  std::vector<http::Next> waiting;
  rig.engine->use(
      [&](http::Request&, http::Response&, const http::Next& next) { waiting.push_back(next); });
  const auto go_on = [&] {
    const http::Next next = waiting.back();
    waiting.pop_back();
    next();
    rig.loop.settle();
  };
  RawClient client = rig.client();
  CHECK(client.get(hello).status == 0);
  go_on();
  const std::string sid = rig.sid_of(client.answer());
  CHECK(client.post(rig.poll(sid), "4hi").status == 0);
  CHECK(rig.engine->clients_count() == 1);
  go_on();
  CHECK(client.answer() == "200 ok");
  client.send_get(rig.poll(sid));
  go_on();
  CHECK(client.answer() == "200 4hi");
  RawClient socket = rig.client();
  CHECK(socket.upgrade(direct).status == 0);
  go_on();
  CHECK(socket.answer().status == 101);
  SECTION("and its client may be gone by then") {
    RawClient gone = rig.client();
    gone.send_get(hello);
    gone.peer().reset();
    rig.loop.settle();
    go_on();
    CHECK(rig.engine->clients_count() == 2);
  }
  SECTION("and the server too") {
    client.send_get(hello);
    rig.engine.reset();
    go_on();
    CHECK(client.answer() == "404 ");
  }
  waiting.clear();
}

TEST_CASE("E29 an error of a middleware is answered 400, code 3", "[sio][eio]") {
  Texts errors;
  sio::eio::Options options;
  options.on_connection_error = [&](const sio::eio::ConnectionError& error) {
    errors.push_back(std::string(error.name));
  };
  Rig rig(options);
  const bool thrown = GENERATE(true, false);
  rig.engine->use([thrown](http::Request&, http::Response&, const http::Next& next) {
    if (thrown) throw std::runtime_error("no");
    next(std::runtime_error("no"));
  });
  RawClient client = rig.client();
  CHECK(client.get(hello) == bad_request);
  RawClient socket = rig.client();
  CHECK(socket.upgrade(direct) == bad_request);
  CHECK(errors == Texts{"MIDDLEWARE_FAILURE", "MIDDLEWARE_FAILURE"});
}

TEST_CASE("E29 the middleware of HTTP does here what it does there", "[sio][eio]") {
  Rig rig;
  rig.engine->use(http::basic_auth({.users = {{"a", "b"}}}));
  RawClient client = rig.client();
  const Answer refused = client.get(hello);
  CHECK(refused.status == 401);
  CHECK_FALSE(refused.field("WWW-Authenticate").empty());
  CHECK(client.get(hello, "Authorization: Basic YTpi\r\n").status == 200);
}
