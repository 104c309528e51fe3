// tests/http/readme_test.cpp - the service of README.md stands here, letter by letter but for
// blanks, its loop and its folder; so it compiles, and does what it says.
#include <unistd.h>

#include <any>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>

#include "http/event_stream.h"
#include "http/json.h"
#include "http/middleware/access_log.h"
#include "http/middleware/basic_auth.h"
#include "http/middleware/compression_filter.h"
#include "http/middleware/cors.h"
#include "http/middleware/multipart_form.h"
#include "http/middleware/request_id.h"
#include "http/middleware/static_files.h"
#include "tests/http/tcp_fixture.h"

using namespace strata;
using namespace strata::test;

namespace {

std::string read_whole(const char* path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);  // tests run at the top of the tree
  return {std::istreambuf_iterator<char>(file), {}};
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
}

std::string without_blanks(const std::string& text) {
  std::string rest;
  for (const char c : text)
    if (c != ' ' && c != '\n') rest += c;
  return rest;
}

struct Folder {
  Folder() {
    REQUIRE(::mkdtemp(path) != nullptr);
    std::ofstream(std::string(path) + "/a.txt") << "a file";
  }
  ~Folder() {
    ::unlink((std::string(path) + "/a.txt").c_str());
    ::rmdir(path);
  }
  char path[32] = "/tmp/strata-readme-XXXXXX";
};

struct Quiet {
  ~Quiet() { std::cout.rdbuf(before); }
  std::stringbuf said;
  std::streambuf* before = std::cout.rdbuf(&said);
};

Seen ask(net::EventLoop& loop, const http::Server& app, const std::string& line,
         const std::string& fields, const std::string& content = "") {
  Client client(app.address());
  client.send(line + " HTTP/1.1\r\nHost: x\r\n" + fields +
              "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content);
  std::string wire;
  Seen seen;
  CHECK(test::turn_until(loop, [&] {
    wire += client.take();
    seen = take_response(wire);
    return seen.status != 0;
  }));
  return seen;
}

}  // namespace

TEST_CASE("the service in the README is here, and serves", "[http][readme]") {
  std::string block = read_whole("http/README.md");
  block.erase(0, block.find("```cpp\n") + 7);
  block.erase(block.find("```"));
  replace(block, "app(options)", "app(loop, options)");
  replace(block, "\"public\"", "folder.path");
  CHECK(without_blanks(read_whole("tests/http/readme_test.cpp")).find(without_blanks(block)) !=
        std::string::npos);

  const Quiet quiet;
  const Folder folder;
  net::EventLoop loop;
  http::ServerOptions options;
  options.trust_proxy = http::TrustProxy::list({"loopback"});  // whose X-Forwarded-* count
  http::Server app(loop, options);
  app.use(http::access_log([](std::string_view line) { std::cout << line << '\n'; }));
  app.use(http::request_id(), http::compression());
  app.use("/api", http::cors({.origin = {"https://app.example"}, .credentials = true}));
  app.use("/api", http::json_body({.limit = 10'000}));  // 400 and 413 before any handler
  app.use("/admin", http::basic_auth({.users = {{"ann", "s3cret"}}}));
  http::Router dogs({.merge_params = true});
  dogs.post("/", [](http::Request& req, http::Response& res) {
    const auto body = req.json();
    if (!body) throw http::HttpError(body.error().status, std::string(body.error().why));
    res.status(201).json(http::Json{{"owner", *req.param("owner")}, {"name", body->at("name")}});
  });
  app.use("/api/:owner/dogs", dogs);
  app.get("/admin", [](http::Request& req, http::Response& res) {
    res.send("hello " + std::any_cast<std::string>(req.locals["user"]));
  });
  app.post("/upload", http::stream_body.up_to(1 << 30),
           http::multipart_form({.on_file =
                                     [](http::Request& req, const http::Part&) {
                                       req.locals["bytes"] = std::size_t{
                                           0};  // or a file of your own naming, to write to
                                       return [&req](net::Bytes piece, bool) {
                                         std::any_cast<std::size_t&>(req.locals["bytes"]) +=
                                             piece.size();
                                       };
                                     }}),
           [](http::Request& req, http::Response& res) {
             const auto* form = http::form_of(req);
             res.send(form ? form->field("title").value_or("untitled") : "no form");
           });
  app.get("/events", [](http::Request&, http::Response& res) {
    http::EventStream events(res);  // weak and copyable: keep it, and send from any thread
    events.send("hello", "greeting");
  });
  app.use(http::static_files(folder.path, {.max_age = 1h}));
  app.use_error([](const std::exception& e, http::Request&, http::Response& res,
                   const http::Next&) {
    const auto* told = dynamic_cast<const http::HttpError*>(&e);
    res.status(told ? told->status : 500).json(http::Json{{"error", told ? e.what() : "sorry"}});
  });

  REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
  const std::string json = "Content-Type: application/json\r\nOrigin: https://app.example\r\n";
  const Seen made = ask(loop, app, "POST /api/ann/dogs", json, "{\"name\":\"rex\"}");
  CHECK(made.status == 201);
  CHECK(made.body == "{\"name\":\"rex\",\"owner\":\"ann\"}");
  CHECK(made.field("Access-Control-Allow-Origin") == "https://app.example");
  CHECK(made.field("X-Request-Id").size() == 32);
  CHECK(ask(loop, app, "POST /api/ann/dogs", json, "{").status == 400);
  const Seen nameless = ask(loop, app, "POST /api/ann/dogs", json, "{}");
  CHECK(nameless.status == 500);
  CHECK(nameless.body == "{\"error\":\"sorry\"}");
  CHECK(ask(loop, app, "POST /api/ann/dogs", "", "{}").body ==
        "{\"error\":\"the content is not said to be JSON\"}");
  CHECK(ask(loop, app, "GET /admin", "").status == 401);
  CHECK(ask(loop, app, "GET /admin", "Authorization: Basic YW5uOnMzY3JldA==\r\n").body ==
        "hello ann");
  const std::string part =
      "--X\r\nContent-Disposition: form-data; name=title\r\n\r\nmine\r\n"
      "--X\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\nbytes\r\n--X--\r\n";
  CHECK(ask(loop, app, "POST /upload", "Content-Type: multipart/form-data; boundary=X\r\n", part)
            .body == "mine");
  CHECK(ask(loop, app, "POST /upload", "", "x").body == "no form");
  CHECK(ask(loop, app, "GET /a.txt", "").body == "a file");
  CHECK(ask(loop, app, "GET /a.txt", "").field("Cache-Control") == "public, max-age=3600");
  CHECK(ask(loop, app, "GET /b.txt", "").status == 404);
  CHECK(quiet.said.str().find("\"GET /b.txt HTTP/1.1\" 404 ") != std::string::npos);

  Client listener(app.address());
  listener.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string wire;
  CHECK(test::turn_until(loop, [&] {
    wire += listener.take();
    return wire.find("event: greeting\ndata: hello\n\n") != std::string::npos;
  }));
}
