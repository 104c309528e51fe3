// tests/http/response_test.cpp - what the ways to answer put on the wire.
#include "http/response.h"

#include "http/server.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

TEST_CASE("send chooses the type by what is sent", "[http][response][rfc9110-6.4.1]") {
  struct Row {
    const char* what;
    std::function<void(Request&, Response&)> handler;
    int status;
    const char* type;
    const char* body;
  };
  const Row rows[] = {
      {"text", [](Request&, Response& r) { r.send("<p>"); }, 200, "text/html; charset=utf-8",
       "<p>"},
      {"moved", [](Request&, Response& r) { r.send(std::string("m")); }, 200,
       "text/html; charset=utf-8", "m"},
      {"bytes", [](Request&, Response& r) { r.send(std::make_shared<const std::string>("b")); },
       200, "application/octet-stream", "b"},
      {"json", [](Request&, Response& r) { r.json("{\"a\":1}"); }, 200,
       "application/json; charset=utf-8", "{\"a\":1}"},
      {"typed", [](Request&, Response& r) { r.type(".css").send("a{}"); }, 200,
       "text/css; charset=utf-8", "a{}"},
      {"own type", [](Request&, Response& r) { r.type("a/b").json("1"); }, 200, "a/b", "1"},
      {"status", [](Request&, Response& r) { r.send_status(404); }, 404,
       "text/plain; charset=utf-8", "Not Found"},
      {"end", [](Request&, Response& r) { r.status(201).end(); }, 201, "(none)", ""},
      {"no content", [](Request&, Response& r) { r.status(204).send("x"); }, 204, "(none)", ""},
      {"redirect", [](Request&, Response& r) { r.redirect("/x"); }, 302,
       "text/plain; charset=utf-8", "Found. Redirecting to /x"},
      {"moved for good", [](Request&, Response& r) { r.redirect(301, "/x\r\ny"); }, 301,
       "text/plain; charset=utf-8", "Moved Permanently. Redirecting to /x%0D%0Ay"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Seen seen = answer_of(row.handler);
    CHECK(seen.status == row.status);
    CHECK(seen.field("Content-Type") == row.type);
    CHECK(seen.body == row.body);
    const Seen to_head = answer_of(row.handler, "", "HEAD");
    CHECK(to_head.body == "");
    CHECK(to_head.field("Content-Length") == seen.field("Content-Length"));
  }
  const Seen moved = answer_of([](Request&, Response& r) { r.vary("Origin").redirect("/x"); });
  CHECK(moved.field("Location") == "/x");
  CHECK(moved.field("Vary") == "Origin, Accept");
}

TEST_CASE("a status that is none becomes 500, and is logged", "[http][response][rfc9110-15]") {
  for (const int code : {-1, 0, 100, 199, 600, 1000}) {
    INFO(code);
    Fixture server;
    server.app.get("/set", [&](Request&, Response& res) { res.status(code).send("body"); });
    server.app.get("/thrown", [&](Request&, Response&) { throw http::HttpError(code, "no"); });
    server.app.get("/sent", [&](Request&, Response& res) { res.send_status(code); });
    const Seen set = server.ask("GET /set HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(set.status == 500);
    CHECK(set.body == "body");
    CHECK(server.log == std::vector<std::string>{"a status that is none becomes 500"});
    CHECK(server.ask("GET /thrown HTTP/1.1\r\nHost: x\r\n\r\n").status == 500);
    CHECK(server.ask("GET /sent HTTP/1.1\r\nHost: x\r\n\r\n").status == 500);
  }
}

TEST_CASE("a field that could split the response is left out", "[http][response][rfc9110-5.5]") {
  const Seen seen = answer_of([](Request&, Response& res) {
    res.set("X-A", "1\r\nX-Evil: 1").set("X B", "1").set("X-C", std::string_view("a\0b", 3));
    res.set("X-D", "first").set("x-d", "second").append("X-D", "third");
    res.set("Content-Length", "999").set("Transfer-Encoding", "chunked");
    CHECK(*res.get("x-D") == "second");
    res.send("x");
  });
  CHECK(seen.head.find("Evil") == std::string::npos);
  CHECK(seen.field("X-A") == "(none)");
  CHECK(seen.field("X-C") == "(none)");
  CHECK(seen.field("x-d") == "second");
  CHECK(seen.field("X-D") == "third");
  CHECK(seen.field("Content-Length") == "1");
  CHECK(seen.field("Transfer-Encoding") == "(none)");
}

TEST_CASE("cookies are spelled as Express spells them",
          "[http][response][rfc6265-4.1][rfc6265-5.4]") {
  const Seen seen = answer_of(
      [](Request& req, Response& res) {
        http::CookieOptions options;
        options.http_only = true;
        options.same_site = "Lax";
        res.cookie("a", "b c", options);
        http::CookieOptions sly;
        sly.path = "/; Secure";
        res.cookie("bad name", "x").cookie("c", "d", sly);
        res.clear_cookie("old");
        res.send(std::string(req.cookie("two").value_or("none")));
      },
      "Cookie: one=1; two=2; twofold=3\r\n");
  CHECK(seen.head.find("Set-Cookie: a=b%20c; Path=/; HttpOnly; SameSite=Lax\r\n") !=
        std::string::npos);
  CHECK(seen.head.find("Set-Cookie: old=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n") !=
        std::string::npos);
  CHECK(seen.head.find("bad name") == std::string::npos);
  CHECK(seen.head.find("Secure") == std::string::npos);
  CHECK(seen.body == "2");
  const Seen aged = answer_of([](Request&, Response& res) {
    http::CookieOptions options;
    options.max_age = 1s;
    res.cookie("a", "b", options).end();
  });
  CHECK(aged.head.find("Set-Cookie: a=b; Max-Age=1; Path=/; Expires=") != std::string::npos);
}

TEST_CASE("a copy that the client has is not sent again",
          "[http][response][rfc9110-13.1.2][rfc9110-8.8.3.2]") {
  Fixture server;
  server.app.get("/", [](Request&, Response& res) { res.send("the same"); });
  server.app.post("/", [](Request&, Response& res) { res.send("the same"); });
  const std::string tag = server.get("/").field("ETag");
  CHECK(tag.substr(0, 5) == "W/\"8-");
  CHECK(server.get("/").field("ETag") == tag);
  CHECK(server.get("/", "If-None-Match: \"a\", " + tag + "\r\n").status == 304);
  CHECK(server.get("/", "If-None-Match: \"a\"\r\nIf-None-Match: " + tag + "\r\n").status == 304);
  CHECK(server.get("/", "If-None-Match: *\r\n").status == 304);
  CHECK(server.get("/", "If-None-Match: " + tag.substr(2) + "\r\n").status == 304);
  CHECK(server.get("/", "If-None-Match: \"a\"\r\n").status == 200);
  CHECK(server.get("/", "If-None-Match: \r\n").status == 200);
  const Seen posted = server.get("/", "Content-Length: 0\r\nIf-None-Match: *\r\n", "POST");
  CHECK(posted.status == 200);
  CHECK(posted.field("ETag") == "(none)");
}

TEST_CASE("a large body is not cut for its length", "[http][response]") {
  Fixture server;
  const auto big = std::make_shared<const std::string>(8 * 1024 * 1024, 'x');
  server.app.get("/shared", [&](Request&, Response& res) { res.send(big); });
  server.app.get("/moved", [&](Request&, Response& res) { res.send(std::string(*big)); });
  Peer other = server.dial();
  for (const char* target : {"/shared", "/moved"}) {
    Peer peer = server.dial();
    peer.line().to_client.capacity = 100'000;  // a reader that is slower than we are
    peer.send(std::string("GET ") + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    peer.send("GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string wire;
    for (int i = 0; i < 1000; ++i) {
      server.loop.settle();
      if (i == 10) CHECK(server.still_serves(other));
      if (peer.waiting().empty()) break;
      wire += peer.take();
    }
    CHECK(take_response(wire).body == *big);
    CHECK(take_response(wire).status == 404);
  }
}
