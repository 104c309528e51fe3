// tests/http/router_test.cpp - a row for each line of Express 5's behaviour that the router keeps.
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

std::string text(std::optional<std::string_view> value) {
  return value ? std::string(*value) : "(absent)";
}

// Every route answers with its name and what it found, so that a row can tell which one ran.
struct Routes : Fixture {
  Routes() {
    app.get("/u/:id", [](Request& req, Response& res) { res.send("u " + text(req.param("id"))); });
    app.get("/file/*path", [](Request& req, Response& res) {
      std::string all = text(req.param("path"));
      for (const std::string& segment : req.param_list("path")) all += "," + segment;
      res.send(all);
    });
    app.get("/opt{/:a}",
            [](Request& req, Response& res) { res.send("opt " + text(req.param("a"))); });
    app.get("/t/:from-:to", [](Request& req, Response& res) {
      res.send(text(req.param("from")) + " to " + text(req.param("to")));
    });
    app.get("/q", [](Request& req, Response& res) {
      std::string all = req.query("y").value_or("(absent)");
      for (const std::string& value : req.query_all("y")) all += "," + value;
      res.send(all + " " + req.query("z[a]").value_or("(absent)"));
    });
    app.post("/both", [](Request&, Response& res) { res.send("post"); });
    app.get("/both", [](Request&, Response& res) { res.send("get"); });
    app.all("/all", [](Request& req, Response& res) { res.send(std::string(req.method())); });
    app.del("/thing", [](Request&, Response& res) { res.status(204).end(); });
    app.on("PURGE", "/thing", [](Request&, Response& res) { res.send("purged"); });
  }
};

}  // namespace

TEST_CASE("a request finds its route as in Express", "[http][router]") {
  struct Row {
    const char* method;
    const char* target;
    int status;
    const char* body;
  };
  const Row rows[] = {
      {"GET", "/u/42", 200, "u 42"},
      {"GET", "/U/42/", 200, "u 42"},
      {"GET", "/u/a%20b", 200, "u a b"},
      {"GET", "/u/%zz", 400, "the path has a bad percent-encoding"},
      {"GET", "/u/%", 400, "the path has a bad percent-encoding"},
      {"GET", "/file/a/b/c.txt", 200, "a/b/c.txt,a,b,c.txt"},
      {"GET", "/file/a%2Fb/c", 200, "a/b/c,a/b,c"},
      {"GET", "/opt", 200, "opt (absent)"},
      {"GET", "/opt/1", 200, "opt 1"},
      {"GET", "/t/LAX-SFO", 200, "LAX to SFO"},
      {"GET", "/q?y=2&y=3&z[a]=1", 200, "2,2,3 1"},
      {"GET", "/q", 200, "(absent) (absent)"},
      {"GET", "http://other/u/1", 200, "u 1"},
      {"POST", "/both", 200, "post"},
      {"GET", "/both", 200, "get"},
      {"HEAD", "/both", 200, ""},
      {"OPTIONS", "/both", 200, "GET, HEAD, POST"},
      {"OPTIONS", "/all", 200, "OPTIONS"},
      {"OPTIONS", "/none", 404, "Not Found"},
      {"PUT", "/all", 200, "PUT"},
      {"PUT", "/both", 404, "Not Found"},
      {"DELETE", "/thing", 204, ""},
      {"PURGE", "/thing", 200, "purged"},
      {"GET", "/none", 404, "Not Found"},
      {"GET", "/", 404, "Not Found"},
  };
  Routes server;
  for (const Row& row : rows) {
    INFO(row.method << ' ' << row.target);
    const Seen seen = server.get(row.target, "", row.method);
    CHECK(seen.status == row.status);
    CHECK(seen.body == row.body);
  }
  CHECK(server.get("/both", "", "HEAD").field("Content-Length") == "3");
  CHECK(server.get("/both", "", "OPTIONS").field("Allow") == "GET, HEAD, POST");
  CHECK(server.get("/thing", "", "DELETE").field("Content-Length") == "(none)");
  CHECK(server.log.empty());
}

TEST_CASE("a router's options: case, slash, 405", "[http][router]") {
  http::ServerOptions options = quick_options();
  options.router = {true, true, false, true};
  Fixture server(options);
  server.app.get("/a", [](Request&, Response& res) { res.send("a"); });
  CHECK(server.get("/a").status == 200);
  CHECK(server.get("/A").status == 404);
  CHECK(server.get("/a/").status == 404);
  const Seen refused = server.get("/a", "Content-Length: 0\r\n", "POST");
  CHECK(refused.status == 405);
  CHECK(refused.field("Allow") == "GET, HEAD");
}

TEST_CASE("middleware runs in order, and what follows next() after it", "[http][router]") {
  Fixture server;
  std::string order;
  server.app.use([&](Request&, Response&, const Next& next) {
    order += "1";
    next();
    order += "5";
  });
  server.app.use("/a", [&](Request& req, Response&, const Next& next) {
    order += "2(" + std::string(req.base_path()) + " " + std::string(req.path()) + ")";
    next();
    order += "4";
    next();  // once only
  });
  server.app.get("/a/b", [&](Request& req, Response& res) {
    order += "3(" + std::string(req.base_path()) + " " + std::string(req.path()) + ")";
    res.send("b");
  });
  CHECK(server.get("/a/b").body == "b");
  CHECK(order == "12(/a /b)3( /a/b)45");
  order.clear();
  CHECK(server.get("/A").status == 404);
  CHECK(order == "12(/A /)45");
  order.clear();
  CHECK(server.get("/ab").status == 404);
  CHECK(order == "15");
}

TEST_CASE("next may be called later, once, and not after the end", "[http][router]") {
  Fixture server;
  Next later;
  int passed = 0;
  server.app.use([&](Request&, Response&, const Next& next) { later = next; });
  server.app.get("/", [&](Request&, Response& res) {
    ++passed;
    res.send("done");
  });
  Peer peer = server.dial();
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.settle();
  CHECK(peer.take() == "");
  later();
  later();
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "done");
  CHECK(wire == "");
  later();
  CHECK(passed == 1);

  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.settle();
  peer.reset();
  server.loop.settle();
  later();  // the client has gone
  CHECK(passed == 1);
}

TEST_CASE("several handlers of a route; next.route skips the rest", "[http][router]") {
  Fixture server;
  server.app.get(
      "/r",
      [](Request& req, Response&, const Next& next) { req.query("skip") ? next.route() : next(); },
      [](Request&, Response& res) { res.send("first"); });
  server.app.get("/r", [](Request&, Response& res) { res.send("second"); });
  CHECK(server.get("/r").body == "first");
  CHECK(server.get("/r?skip=1").body == "second");
}

TEST_CASE("a mounted router sees paths without its prefix", "[http][router]") {
  Fixture server;
  http::Router inner, merging({false, false, true, false}), deep;
  inner.get("/", [](Request& req, Response& res) {
    res.send(std::string(req.base_path()) + " " + std::string(req.path()) + " " +
             text(req.param("org")));
  });
  inner.use("/leave", [](Request&, Response&, const Next& next) { next.router(); });
  inner.use("/leave", [](Request&, Response& res) { res.send("not left"); });
  merging.get("/:name", [](Request& req, Response& res) {
    res.send(text(req.param("org")) + "/" + text(req.param("name")));
  });
  deep.get("/x", [](Request& req, Response& res) {
    res.send(std::string(req.base_path()) + " " + std::string(req.path()));
  });
  merging.mount("/deep/er", deep);
  server.app.mount("/api/:org", inner);
  server.app.mount("/merge/:org", merging);
  server.app.get("/api/acme/leave",
                 [](Request& req, Response& res) { res.send("left " + std::string(req.path())); });
  CHECK(server.get("/api/acme").body == "/api/acme / (absent)");
  CHECK(server.get("/api/acme/").body == "/api/acme / (absent)");
  CHECK(server.get("/api/acme/leave").body == "left /api/acme/leave");
  CHECK(server.get("/merge/acme/bob").body == "acme/bob");
  CHECK(server.get("/merge/acme/deep/er/x").body == "/merge/acme/deep/er /x");
  CHECK(server.get("/api/acme/none").status == 404);
  CHECK_THROWS_AS(server.app.mount("/self", server.app), std::invalid_argument);
}

TEST_CASE("errors reach the error handlers behind them", "[http][router]") {
  Fixture server;
  http::Router inner;
  inner.get("/throw", [](Request&, Response&) { throw std::runtime_error("secret"); });
  inner.get("/teapot", [](Request&, Response&) { throw HttpError(418, "short and stout"); });
  inner.get("/next", [](Request&, Response&, const Next& next) { next(HttpError(409, "taken")); });
  inner.get("/int", [](Request&, Response&) { throw 7; });
  inner.get("/after", [](Request&, Response& res) {
    res.send("sent");
    throw std::runtime_error("late");
  });
  http::Router handled;
  handled.mount("/", inner);
  std::vector<std::string> seen;
  handled.use([&](Request&, Response&, const Next& next) {
    seen.emplace_back("middleware");
    next();
  });
  handled.use_error([&](const std::exception& e, Request&, Response&, const Next& next) {
    seen.emplace_back(e.what());
    next(HttpError(503, "from the first"));
  });
  handled.use_error([&](const std::exception& e, Request&, Response& res, const Next&) {
    seen.emplace_back(e.what());
    res.status(502).send("handled");
  });
  server.app.mount("/raw", inner);
  server.app.mount("/handled", handled);

  CHECK(server.get("/raw/throw").status == 500);
  CHECK(server.get("/raw/throw").body == "Internal Server Error");  // and nothing of the sentence
  CHECK(server.log.back() == "a handler threw: secret");
  CHECK(server.get("/raw/teapot").status == 418);
  CHECK(server.get("/raw/teapot").body == "short and stout");
  CHECK(server.get("/raw/teapot").field("Content-Type") == "text/plain; charset=utf-8");
  CHECK(server.get("/raw/next").status == 409);
  CHECK(server.get("/raw/int").status == 500);
  CHECK(server.get("/raw/after").body == "sent");
  CHECK(server.log.back() == "a handler threw after its response had ended");

  CHECK(server.get("/handled/throw").status == 502);
  CHECK(seen == std::vector<std::string>{"secret", "from the first"});
  seen.clear();
  CHECK(server.get("/handled/int").body == "handled");
  CHECK(seen == std::vector<std::string>{"not a std::exception", "from the first"});
}

TEST_CASE("an error handler may hand back to the others", "[http][router]") {
  Fixture server;
  server.app.get("/", [](Request&, Response&) { throw HttpError(400, "no"); });
  server.app.use_error(
      [](const std::exception&, Request&, Response&, const Next& next) { next(); });
  server.app.use([](Request&, Response& res) { res.send("recovered"); });
  CHECK(server.get("/").body == "recovered");
}

TEST_CASE("a handler may register further ones", "[http][router]") {
  Fixture server;
  server.app.get("/", [&](Request&, Response&, const Next& next) {
    for (int i = 0; i < 50; ++i) server.app.get("/new", [](Request&, Response& res) { res.end(); });
    server.app.get("/", [](Request&, Response& res) { res.send("new"); });
    next();
  });
  CHECK(server.get("/").body == "new");
}
