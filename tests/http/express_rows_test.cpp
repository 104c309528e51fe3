// tests/http/express_rows_test.cpp - Express 5.3 as observed, a test a row. The same is asked of
// Express itself by tests/interop/express_test.js.
#include <string>

#include "http/json.h"
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

std::string text(std::optional<std::string_view> value) {
  return value ? std::string(*value) : "(absent)";
}

auto says(std::string what) {
  return [what = std::move(what)](Request&, Response& res) { res.send(what); };
}

auto tells(const char* name) {
  return [name](Request& req, Response& res) { res.send(text(req.param(name))); };
}

}  // namespace

TEST_CASE("Express: /u/:id matches /U/42 and /u/42/, unless told otherwise", "[http][express]") {
  Fixture server;
  server.app.get("/u/:id", tells("id"));
  CHECK(server.get("/U/42").body == "42");
  CHECK(server.get("/u/42/").body == "42");
  http::Router exact({.case_sensitive = true, .strict = true});
  exact.get("/E", says("exact"));
  server.app.use(exact);
  CHECK(server.get("/E").body == "exact");
  CHECK(server.get("/e").status == 404);
  CHECK(server.get("/E/").status == 404);
}

TEST_CASE("Express: params are decoded; what does not decode is 400", "[http][express]") {
  Fixture server;
  server.app.get("/u/:id", tells("id"));
  CHECK(server.get("/u/a%20b").body == "a b");
  CHECK(server.get("/u/%zz").status == 400);
}

TEST_CASE("Express: a wildcard has segments", "[http][express]") {
  Fixture server;
  server.app.get("/file/*path", [](Request& req, Response& res) {
    res.json(http::Json{{"joined", text(req.param("path"))}, {"list", req.param_list("path")}});
  });
  CHECK(server.get("/file/a/b/c.txt").body ==
        "{\"joined\":\"a/b/c.txt\",\"list\":[\"a\",\"b\",\"c.txt\"]}");
}

TEST_CASE("Express: an optional param is absent where it is unmatched", "[http][express]") {
  Fixture server;
  server.app.get("/opt{/:a}", tells("a"));
  CHECK(server.get("/opt").body == "(absent)");
  CHECK(server.get("/opt/1").body == "1");
}

TEST_CASE("Express: a segment may hold several params", "[http][express]") {
  Fixture server;
  server.app.get("/t/:from-:to", tells("to"));
  CHECK(server.get("/t/LAX-SFO").body == "SFO");
}

TEST_CASE("Express: a query is flat, and a name may come again", "[http][express]") {
  Fixture server;
  server.app.get("/q", [](Request& req, Response& res) {
    res.send(req.query("y").value_or("") + std::to_string(req.query_all("y").size()) +
             req.query("z[a]").value_or(""));
  });
  CHECK(server.get("/q?y=2&y=3&z[a]=1").body == "221");
}

TEST_CASE("Express: a sub-router has a base, and its parent's params by merge_params only",
          "[http][express]") {
  Fixture server;
  http::Router hidden, merged({.merge_params = true});
  const auto where = [](Request& req, Response& res) {
    res.send(std::string(req.base_url()) + " " + req.url() + " " + text(req.param("org")));
  };
  hidden.get("/", where);
  merged.get("/", where);
  server.app.use("/api/:org", hidden);
  server.app.use("/merged/:org", merged);
  CHECK(server.get("/api/acme").body == "/api/acme / (absent)");
  CHECK(server.get("/merged/acme").body == "/merged/acme / acme");
}

TEST_CASE("Express: next('route') and next('router')", "[http][express]") {
  Fixture server;
  http::Router inner;
  inner.get(
      "/", [](Request&, Response&, const Next& next) { next.route(); }, says("skipped"));
  inner.get("/", [](Request&, Response&, const Next& next) { next.router(); });
  inner.get("/", says("left out"));
  server.app.use("/in", inner);
  server.app.get("/in", says("behind"));
  CHECK(server.get("/in").body == "behind");
}

TEST_CASE("Express: a throw and next(error) reach the error handlers; no stack is told",
          "[http][express]") {
  Fixture server;
  server.app.get("/throw", [](Request&, Response&) { throw std::runtime_error("secret"); });
  server.app.get("/418", [](Request&, Response&) { throw HttpError(418, "teapot"); });
  server.app.get("/next", [](Request&, Response&, const Next& next) {
    next(std::runtime_error("handed on"));
  });
  CHECK(server.get("/throw").status == 500);
  CHECK(server.get("/throw").body == "Internal Server Error");
  CHECK(server.get("/418").status == 418);
  server.app.use_error([](const std::exception& e, Request&, Response& res, const Next&) {
    res.status(502).send(e.what());
  });
  CHECK(server.get("/throw").body == "secret");
  CHECK(server.get("/next").body == "handed on");
}

TEST_CASE("Express: HEAD is served by the GET handler, with its length", "[http][express]") {
  Fixture server;
  server.app.get("/", says("four"));
  const Seen seen = server.get("/", "", "HEAD");
  CHECK(seen.field("Content-Length") == "4");
  CHECK(seen.body == "");
}

TEST_CASE("Express: OPTIONS is automatic", "[http][express]") {
  Fixture server;
  server.app.post("/", says("post"));
  server.app.get("/", says("get"));
  const Seen seen = server.get("/", "", "OPTIONS");
  CHECK(seen.field("Allow") == "GET, HEAD, POST");
  CHECK(seen.body == "GET, HEAD, POST");
}

TEST_CASE("Express: a wrong method is 404, and 405 where it is asked for", "[http][express]") {
  Fixture server;
  server.app.get("/", says("get"));
  CHECK(server.get("/", "", "DELETE").status == 404);
  http::ServerOptions options = quick_options();
  options.router.method_not_allowed = true;
  Fixture exact(options);
  exact.app.get("/", says("get"));
  CHECK(exact.get("/", "", "DELETE").status == 405);
  CHECK(exact.get("/", "", "DELETE").field("Allow") == "GET, HEAD");
}

TEST_CASE("Express: send(text) is HTML with a weak ETag", "[http][express]") {
  Fixture server;
  server.app.get("/", says("x"));
  CHECK(server.get("/").field("Content-Type") == "text/html; charset=utf-8");
  CHECK(server.get("/").field("ETag").substr(0, 3) == "W/\"");
}

TEST_CASE("Express: send(bytes) is an octet stream, a value is JSON", "[http][express]") {
  Fixture server;
  server.app.get("/bytes", [](Request&, Response& res) {
    res.send(std::make_shared<const std::string>("x"));
  });
  server.app.get("/value", [](Request&, Response& res) { res.json(http::Json{{"a", 1}}); });
  CHECK(server.get("/bytes").field("Content-Type") == "application/octet-stream");
  CHECK(server.get("/value").field("Content-Type") == "application/json; charset=utf-8");
  CHECK(server.get("/value").body == "{\"a\":1}");
}

TEST_CASE("Express: sendStatus(404) is its phrase as plain text", "[http][express]") {
  Fixture server;
  server.app.get("/", [](Request&, Response& res) { res.send_status(404); });
  CHECK(server.get("/").field("Content-Type") == "text/plain; charset=utf-8");
  CHECK(server.get("/").body == "Not Found");
}

TEST_CASE("Express: 204 has no body and no length", "[http][express]") {
  Fixture server;
  server.app.get("/", [](Request&, Response& res) { res.status(204).send("x"); });
  CHECK(server.get("/").field("Content-Length") == "(none)");
  CHECK(server.get("/").body == "");
}

TEST_CASE("Express: redirect('/x') is 302, says where, and varies by Accept", "[http][express]") {
  Fixture server;
  server.app.get("/", [](Request&, Response& res) { res.redirect("/x"); });
  server.app.get("/301", [](Request&, Response& res) { res.redirect(301, "/x"); });
  const Seen seen = server.get("/");
  CHECK(seen.status == 302);
  CHECK(seen.field("Location") == "/x");
  CHECK(seen.body == "Found. Redirecting to /x");
  CHECK(seen.field("Vary") == "Accept");
  CHECK(server.get("/301").status == 301);
}

TEST_CASE("Express: cookie and clearCookie, in the order of Express", "[http][express]") {
  Fixture server;
  server.app.get("/", [](Request&, Response& res) {
    http::CookieOptions options;
    options.max_age = 1s;
    options.http_only = true;
    options.same_site = "Lax";
    res.cookie("a", "b c", options).end();
  });
  server.app.get("/old", [](Request&, Response& res) { res.clear_cookie("old").end(); });
  const std::string line = server.get("/").field("Set-Cookie");
  CHECK(line.rfind("a=b%20c; Max-Age=1; Path=/; Expires=", 0) == 0);
  CHECK(line.substr(line.size() - 28) == " GMT; HttpOnly; SameSite=Lax");
  CHECK(server.get("/old").field("Set-Cookie") ==
        "old=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("Express: format picks by Accept, sets Vary, or is 406", "[http][express]") {
  Fixture server;
  server.app.get("/", [](Request&, Response& res) {
    res.format({{"json", [&] { res.json("{}"); }}, {"text", [&] { res.send("t"); }}});
  });
  CHECK(server.get("/", "Accept: text/plain\r\n").body == "t");
  CHECK(server.get("/", "Accept: text/plain\r\n").field("Vary") == "Accept");
  CHECK(server.get("/", "Accept: image/png\r\n").status == 406);
}

TEST_CASE("Express: a JSON body parses, is 400 or 413, or is none and the handler runs",
          "[http][express]") {
  Fixture server;
  server.app.post("/", http::json_body({.limit = 10}), [](Request& req, Response& res) {
    const auto body = req.json();
    res.send(body ? body->dump() : std::string("none"));
  });
  const auto post = [&](const char* type, const std::string& body) {
    return server.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + std::string(type) +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  CHECK(post("application/json", "{\"a\":1}").body == "{\"a\":1}");
  CHECK(post("application/json", "{").status == 400);
  CHECK(post("application/json", "[1,2,3,4,5,6]").status == 413);
  CHECK(post("text/plain", "{").body == "none");
}

TEST_CASE("Express: app.param, route() and all()", "[http][express]") {
  Fixture server;
  server.app.param("id", [](Request&, Response& res, const Next& next, std::string_view value) {
    res.set("X-Param", value);
    next();
  });
  server.app.route("/r/:id")
      .all([](Request&, Response& res, const Next& next) {
        res.set("X-All", "yes");
        next();
      })
      .get(tells("id"));
  const Seen seen = server.get("/r/7");
  CHECK(seen.body == "7");
  CHECK(seen.field("X-Param") == "7");
  CHECK(seen.field("X-All") == "yes");
}

TEST_CASE("Express: a handler may answer later", "[http][express]") {
  Fixture server;
  server.app.get("/", [&](Request&, Response& res) {
    server.loop.post([reply = res.defer()]() mutable { reply.send("later"); });
  });
  CHECK(server.get("/").body == "later");
}
