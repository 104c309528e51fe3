// tests/http/route_test.cpp - route(), param(), several paths, and the index behind them.
#include <string>

#include "http/router.h"
#include "http/server.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;
using http::HttpError;
using http::Next;
using http::Request;
using http::Response;

namespace {

auto says(std::string text) {
  return [text = std::move(text)](Request&, Response& res) { res.send(text); };
}

}  // namespace

TEST_CASE("a route takes several methods as one layer", "[http][router][rfc9110-9.3.2]") {
  Fixture server;
  std::string order;
  server.app.route("/r")
      .all([&](Request& req, Response&, const Next& next) {
        order += std::string(req.method()) + " ";
        next();
      })
      .get(says("got"))
      .post(says("posted"))
      .on("PURGE", says("purged"))
      .head([](Request&, Response& res) { res.set("X-Own", "head").end(); });
  CHECK(server.get("/r").body == "got");
  CHECK(server.get("/r", "Content-Length: 0\r\n", "POST").body == "posted");
  CHECK(server.get("/r", "", "PURGE").body == "purged");
  CHECK(server.get("/r", "", "HEAD").field("X-Own") == "head");
  CHECK(server.get("/r", "", "PATCH").status == 404);  // only `all` is for it, and it goes on
  CHECK(order == "GET POST PURGE HEAD PATCH ");

  server.app.route("/some").get(says("x")).post(says("y"));
  const Seen seen = server.get("/some", "", "OPTIONS");
  CHECK(seen.field("Allow") == "GET, HEAD, POST");
  CHECK(seen.body == "GET, HEAD, POST");
  CHECK(seen.field("X-Content-Type-Options") == "nosniff");
}

TEST_CASE("several paths may have the same handlers", "[http][router]") {
  Fixture server;
  server.app.use({"/a", "/b/:x"}, [](Request& req, Response& res, const Next& next) {
    res.set("X-Base", req.base_path());
    next();
  });
  server.app.get({"/a/one", "/b/:id/two"}, [](Request& req, Response& res) {
    res.send(std::string(req.param("id").value_or("none")));
  });
  CHECK(server.get("/a/one").body == "none");
  CHECK(server.get("/a/one").field("X-Base") == "/a");
  CHECK(server.get("/B/7/two/").body == "7");
  CHECK(server.get("/B/7/two/").field("X-Base") == "/B/7");
  CHECK(server.get("/a/two").status == 404);
}

TEST_CASE("errors are handled inside a route, and below a prefix", "[http][router]") {
  Fixture server;
  const auto tells = [](const char* who) {
    return [who](const std::exception& e, Request&, Response& res, const Next&) {
      res.send(std::string(who) + ": " + e.what());
    };
  };
  server.app.get(
      "/inside", [](Request&, Response&) { throw std::runtime_error("broken"); }, says("never"),
      tells("route"));
  server.app.get("/p/x", [](Request&, Response&) { throw std::runtime_error("broken"); });
  server.app.use_error("/q", tells("q"));
  server.app.use("/p", tells("p"));
  server.app.use_error(tells("all"));
  CHECK(server.get("/inside").body == "route: broken");
  CHECK(server.get("/p/x").body == "p: broken");
  server.app.get("/late", [](Request&, Response&) { throw std::runtime_error("broken"); });
  CHECK(server.get("/late").status == 500);  // the handlers before it are not asked
}

TEST_CASE("the status that was set stays with an error that has none", "[http][router]") {
  Fixture server;
  server.app.get("/", [](Request&, Response& res) {
    res.status(503).set("Content-Encoding", "gzip").set("X-Kept", "1");
    throw std::runtime_error("busy");
  });
  const Seen seen = server.get("/");
  CHECK(seen.status == 503);
  CHECK(seen.field("Content-Encoding") == "(none)");
  CHECK(seen.field("X-Content-Type-Options") == "nosniff");
  CHECK(seen.field("X-Kept") == "1");
}

TEST_CASE("a param's handler runs once a request and value", "[http][router]") {
  Fixture server;
  http::Router inner;
  std::string order;
  const auto note = [&](const char* who) {
    return [&order, who](Request&, Response&, const Next& next, std::string_view value) {
      order += who + std::string(value) + " ";
      next();
    };
  };
  server.app.param("id", note("a"));
  server.app.param("other", note("never"));
  server.app.param("id", note("b"));
  inner.param("id", note("inner"));
  server.app.use("/u/:id", [](Request&, Response&, const Next& next) { next(); });
  server.app.get("/u/:id", [](Request&, Response&, const Next& next) { next(); });
  server.app.mount("/u", inner);
  inner.get("/:id", [](Request&, Response&, const Next& next) { next(); });
  server.app.get("/:x/:id",
                 [](Request& req, Response& res) { res.send(std::string(*req.param("id"))); });
  CHECK(server.get("/u/a%20b").body == "a b");
  CHECK(order == "aa b ba b innera b ");
  order.clear();
  CHECK(server.get("/none").status == 404);
  CHECK(order == "");
}

TEST_CASE("a param's handler may answer, fail, skip the route, or go on later", "[http][router]") {
  Fixture server;
  Next later;
  int calls = 0;
  server.app.param("id", [&](Request&, Response& res, const Next& next, std::string_view value) {
    ++calls;
    if (value == "1") return res.send("from the handler");
    if (value == "2") return next(HttpError(404, "no such user"));
    if (value == "3") throw HttpError(418, "thrown");
    if (value == "4") return next.route();
    if (value == "5") return next.router();
    later = next;
  });
  server.app.get("/u/:id", says("first"));
  server.app.get("/:any/:id", says("second"));
  server.app.get("/u/*rest", says("third"));
  const auto get = [&](const char* target) {
    calls = 0;
    return server.get(target);
  };
  CHECK(get("/u/1").body == "from the handler");
  CHECK(get("/u/2").status == 404);
  CHECK(get("/u/2").body == "no such user");
  CHECK(get("/u/3").status == 418);
  CHECK(get("/u/4").body == "third");  // both routes of that param are skipped
  CHECK(calls == 1);
  CHECK(get("/u/5").status == 404);
  CHECK(calls == 1);

  Peer peer = server.dial();
  peer.send("GET /u/6 HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.settle();
  CHECK(peer.take() == "");
  later();
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "first");
}

TEST_CASE("routes of fixed paths keep their place among the others", "[http][router]") {
  Fixture server;
  std::string order;
  const auto pass = [&](const char* who) {
    return [&order, who](Request&, Response&, const Next& next) {
      order += who;
      next();
    };
  };
  for (int i = 0; i < 300; ++i) server.app.get("/fixed/" + std::to_string(i), says("fixed"));
  server.app.get("/a", pass("1"));
  server.app.use(pass("2"));
  server.app.get("/:x", pass("3"));
  server.app.get("/A/", pass("4"));
  server.app.post("/a", pass("no"));
  server.app.all("/a", pass("5"));
  server.app.get("/a\\:b", says("escaped"));
  CHECK(server.get("/a").status == 404);
  CHECK(order == "12345");
  CHECK(server.get("/fixed/299").body == "fixed");
  CHECK(server.get("/FIXED/7/").body == "fixed");
  CHECK(server.get("/fixed/300").status == 404);
  CHECK(server.get("/a:b").body == "escaped");
  CHECK(server.get("/a//").status == 404);
  CHECK(server.get("//").status == 404);
}

TEST_CASE("a route may be added while one of that path runs", "[http][router]") {
  Fixture server;
  server.app.get("/x", [&](Request&, Response&, const Next& next) {
    server.app.get("/x", says("added"));
    next();
  });
  CHECK(server.get("/x").body == "added");
  http::Route route = server.app.route("/y");
  route.get([&](Request&, Response&, const Next& next) {
    for (int i = 0; i < 20; ++i) route.get([](Request&, Response&, const Next& more) { more(); });
    route.get(says("more"));
    next();
  });
  CHECK(server.get("/y").body == "more");
}

TEST_CASE("a mounted router answers OPTIONS for itself", "[http][router]") {
  Fixture server;
  http::Router inner;
  inner.get("/x", says("x"));
  server.app.use("/in", inner);
  server.app.post("/in/x", says("y"));
  CHECK(server.get("/in/x", "", "OPTIONS").body == "GET, HEAD");
  CHECK(server.get("/in/y", "", "OPTIONS").status == 404);
}

TEST_CASE("routers cannot be mounted in a circle", "[http][router]") {
  http::Router a, b, c;
  a.use("/", b);
  b.use("/", c);
  CHECK_THROWS_AS(c.use("/", a), std::invalid_argument);
  CHECK_THROWS_AS(c.use(c), std::invalid_argument);
  a.use("/again", c);  // several ways to one are none
}

TEST_CASE("a param that is no UTF-8 is refused", "[http][router][rfc3629-4]") {
  Fixture server;
  server.app.get("/:x",
                 [](Request& req, Response& res) { res.send(std::string(*req.param("x"))); });
  CHECK(server.get("/%C3%A4").body == "\xC3\xA4");
  CHECK(server.get("/%F0%9F%90%95").status == 200);
  for (const char* bad : {"/%ff", "/%C3", "/%C0%AF", "/%ED%A0%80", "/%F4%90%80%80", "/%80"}) {
    INFO(bad);
    CHECK(server.get(bad).status == 400);
  }
}

TEST_CASE("a copy of next outlives the server", "[http][router]") {
  Next kept;
  {
    Fixture server;
    server.app.get("/", [&](Request&, Response&, const Next& next) { kept = next; });
    Peer peer = server.dial();
    peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    server.loop.settle();
  }
  kept();
  const Next moved = std::move(kept);
  moved(HttpError(500, "too late"));
  Next empty;
  kept = empty;
  kept();
}
