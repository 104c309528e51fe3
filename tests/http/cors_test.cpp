// tests/http/cors_test.cpp - the fields of CORS beside what npm's `cors` 2.8 sends.
#include "http/middleware/cors.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::http;
using namespace strata::test;

namespace {

constexpr const char* a = "http://a.example";
constexpr const char* b = "http://b.example";

std::string text_of(const CorsFields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    std::string_view shorter = name;
    if (shorter.substr(0, 15) == "Access-Control-") shorter.remove_prefix(15);
    text.append(shorter).append(": ").append(value).append("; ");
  }
  return text;
}

}  // namespace

TEST_CASE("each kind of origin is answered as the reference does",
          "[http][codec][cors][eio4-cors]") {
  const auto below = [](std::string_view origin) {
    return origin.ends_with(".b.example") || origin == b;
  };
  struct Row {
    const char* what;
    CorsOptions options;
    const char* origin;
    const char* answer;
    const char* preflight;  // to one that asks for x-foo
  };
  const std::string vary = "Vary: Origin; ";
  const std::string methods = "Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE; ";
  const Row rows[] = {
      {"by default every page",
       {},
       a,
       "Allow-Origin: *; ",
       "Allow-Origin: *; Vary: Access-Control-Request-Headers; "
       "Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE; Allow-Headers: x-foo; "},
      {"without Origin",
       {},
       "",
       "Allow-Origin: *; ",
       "Allow-Origin: *; Vary: Access-Control-Request-Headers; "
       "Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE; Allow-Headers: x-foo; "},
      {"one, asked by it",
       {.origin = a},
       a,
       "Allow-Origin: http://a.example; Vary: Origin; ",
       "Allow-Origin: http://a.example; Vary: Origin, Access-Control-Request-Headers; "
       "Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE; Allow-Headers: x-foo; "},
      {"one, asked by another",
       {.origin = a},
       b,
       "Allow-Origin: http://a.example; Vary: Origin; ",
       "Allow-Origin: http://a.example; Vary: Origin, Access-Control-Request-Headers; "
       "Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE; Allow-Headers: x-foo; "},
      {"reflected",
       {.origin = true},
       b,
       "Allow-Origin: http://b.example; Vary: Origin; ",
       "Allow-Origin: http://b.example; Vary: Origin, Access-Control-Request-Headers; "
       "Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE; Allow-Headers: x-foo; "},
      {"reflected, without Origin", {.origin = true}, "", "Vary: Origin; ", nullptr},
      {"a list, in it",
       {.origin = {a, b}},
       b,
       "Allow-Origin: http://b.example; Vary: Origin; ",
       nullptr},
      {"a list, not in it", {.origin = {a, b}}, "http://c.example", "Vary: Origin; ", nullptr},
      {"a list of one, not in it", {.origin = {a}}, b, "Vary: Origin; ", nullptr},
      {"a list, another scheme", {.origin = {a}}, "https://a.example", "Vary: Origin; ", nullptr},
      {"a list, a longer name",
       {.origin = {a}},
       "http://a.example.evil",
       "Vary: Origin; ",
       nullptr},
      {"a list, null", {.origin = {a}}, "null", "Vary: Origin; ", nullptr},
      {"a rule, in it",
       {.origin = below},
       "http://x.b.example",
       "Allow-Origin: http://x.b.example; Vary: Origin; ",
       nullptr},
      {"a rule, not in it", {.origin = below}, "http://xb.example", "Vary: Origin; ", nullptr},
      {"a rule, without Origin", {.origin = below}, "", "Vary: Origin; ", nullptr},
      {"off", {.origin = false, .credentials = true}, a, "", ""},
      {"credentials",
       {.origin = a, .credentials = true},
       a,
       "Allow-Origin: http://a.example; Vary: Origin; Allow-Credentials: true; ",
       "Allow-Origin: http://a.example; Vary: Origin, Access-Control-Request-Headers; "
       "Allow-Credentials: true; Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE; "
       "Allow-Headers: x-foo; "},
      {"all of it",
       {.origin = {a},
        .methods = "GET",
        .allowed_headers = "x-a,x-b",
        .exposed_headers = "x-c",
        .max_age = 600},
       a,
       "Allow-Origin: http://a.example; Vary: Origin; Expose-Headers: x-c; ",
       "Allow-Origin: http://a.example; Vary: Origin; Allow-Methods: GET; "
       "Allow-Headers: x-a,x-b; Max-Age: 600; Expose-Headers: x-c; "},
      {"a preflight remembered for no time",
       {.max_age = 0},
       a,
       "Allow-Origin: *; ",
       "Allow-Origin: *; Vary: Access-Control-Request-Headers; "
       "Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE; Allow-Headers: x-foo; Max-Age: 0; "},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CorsFields answer, preflight;
    append_cors(row.options, row.origin, answer);
    CHECK(text_of(answer) == row.answer);
    append_cors_preflight(row.options, row.origin, "x-foo", preflight);
    if (row.preflight != nullptr) CHECK(text_of(preflight) == row.preflight);
  }
  CorsFields nothing_asked;
  append_cors_preflight({}, a, "", nothing_asked);
  CHECK(text_of(nothing_asked) ==
        "Allow-Origin: *; Vary: Access-Control-Request-Headers; " + methods);
}

TEST_CASE("the middleware sets the fields, and answers a preflight", "[http][cors][eio4-cors]") {
  Fixture server;
  server.app.use("/one", cors({.origin = a, .exposed_headers = "X-Total"}));
  server.app.use("/on", cors({.preflight_continue = true}));
  server.app.use("/old", cors({.options_success_status = 200}));
  server.app.use("/off", cors({.origin = false}));
  server.app.use("/plain", cors({}));
  server.app.use("/by", cors([](const Request& req) {
                   return CorsOptions{.origin = req.query("who").value_or("http://none")};
                 }));
  server.app.get("/one/x", [](Request&, Response& res) { res.vary("Accept").send("x"); });
  server.app.options("/on/x", [](Request&, Response& res) { res.send("mine"); });
  server.app.get("/one/fails", [](Request&, Response&) { throw std::runtime_error("x"); });

  const std::string origin = "Origin: http://a.example\r\n";
  const Seen page = server.get("/one/x", origin);
  CHECK(page.body == "x");
  CHECK(page.field("Access-Control-Allow-Origin") == a);
  CHECK(page.field("Access-Control-Expose-Headers") == "X-Total");
  CHECK(page.field("Vary") == "Origin, Accept");
  CHECK(server.get("/one/none", origin).field("Access-Control-Allow-Origin") == a);  // a 404 too
  CHECK(server.get("/one/fails", origin).field("Access-Control-Allow-Origin") == a);

  const std::string asks = origin +
                           "Access-Control-Request-Method: PUT\r\n"
                           "Access-Control-Request-Headers: x-foo, x-bar\r\n";
  const Seen preflight = server.get("/one/x", asks, "OPTIONS");
  CHECK(preflight.status == 204);
  CHECK(preflight.body == "");
  CHECK(preflight.field("Access-Control-Allow-Methods") == "GET,HEAD,PUT,PATCH,POST,DELETE");
  CHECK(preflight.field("Access-Control-Allow-Headers") == "x-foo, x-bar");
  CHECK(preflight.field("Vary") == "Origin, Access-Control-Request-Headers");
  CHECK(server.get("/old/x", asks, "OPTIONS").status == 200);
  CHECK(server.get("/old/x", asks, "OPTIONS").field("Content-Length") == "0");
  const Seen mine = server.get("/on/x", asks, "OPTIONS");
  CHECK(mine.body == "mine");
  CHECK(mine.field("Access-Control-Allow-Origin") == "*");
  CHECK(server.get("/plain", origin).field("Access-Control-Allow-Origin") == "*");
  CHECK(server.get("/off/x", asks, "OPTIONS").field("Access-Control-Allow-Methods") == "(none)");
  CHECK(server.get("/by/x?who=http://q", origin).field("Access-Control-Allow-Origin") ==
        "http://q");
}

TEST_CASE("a list with * in it is *", "[http][cors][codec][eio4-cors]") {
  const CorsOptions lists[] = {{.origin = {"*"}}, {.origin = {a, "*"}}};
  for (const CorsOptions& options : lists) {
    for (const char* const origin : {"", a, "http://b.example"}) {
      CorsFields fields;
      append_cors(options, origin, fields);
      CHECK(fields == CorsFields{{"Access-Control-Allow-Origin", "*"}});
    }
  }
}

TEST_CASE("npm's cors sends the same, asked here and now", "[http][cors][oracle]") {
  const std::string modules = "build/node/interop/node_modules";
  const std::string oracle = "tests/http/cors_oracle.js";
  if (::access((modules + "/cors/package.json").c_str(), R_OK) != 0 ||
      ::access(oracle.c_str(), R_OK) != 0 || std::system("command -v node >/dev/null") != 0) {
    WARN("npm's cors, or Node, is not here: left out");
    return;
  }
  struct Row {
    const char* script;
    CorsOptions options;
  };
  const auto below = [](std::string_view origin) { return origin.ends_with(".example"); };
  const Row rows[] = {
      {"{}", {}},
      {"{origin: '*'}", {.origin = "*"}},
      {"{origin: '*', credentials: true}", {.origin = "*", .credentials = true}},
      {"{origin: true}", {.origin = true}},
      {"{origin: false}", {.origin = false}},
      {"{origin: 'http://a.example'}", {.origin = a}},
      {"{origin: ['http://a.example', 'http://c.example']}", {.origin = {a, "http://c.example"}}},
      {"{origin: ['http://a.example']}", {.origin = {a}}},
      {"{origin: [/\\\\.example$/]}", {.origin = below}},
      {"{origin: true, methods: ['GET', 'PUT']}", {.origin = true, .methods = "GET,PUT"}},
      {"{allowedHeaders: ['x-a', 'x-b']}", {.allowed_headers = "x-a,x-b"}},
      {"{exposedHeaders: 'x-c'}", {.exposed_headers = "x-c"}},
      {"{maxAge: 600, credentials: true}", {.credentials = true, .max_age = 600}},
      {"{maxAge: 0}", {.max_age = 0}},
      {"{preflightContinue: true}", {.preflight_continue = true}},
      {"{optionsSuccessStatus: 200}", {.options_success_status = 200}},
  };
  std::string asked, expected;
  for (const Row& row : rows) {
    for (const char* const origin : {"", "http://a.example", "http://b.example", "null"}) {
      for (const char* const method : {"GET", "OPTIONS"}) {
        const std::string script = row.script;
        asked += (asked.empty() ? "[[\"" : ",[\"") + script + "\",\"" + origin + "\",\"" + method +
                 "\"]";
        CorsFields fields;
        const bool preflight = std::string_view(method) == "OPTIONS";
        preflight ? append_cors_preflight(row.options, origin, "x-foo", fields)
                  : append_cors(row.options, origin, fields);
        std::sort(fields.begin(), fields.end());
        std::string plain = script;
        for (std::size_t at; (at = plain.find("\\\\")) != std::string::npos;) plain.erase(at, 1);
        expected += "# " + plain + " " + origin + " " + method + "\n= ";
        const bool next = !preflight || row.options.preflight_continue || row.options.origin.off();
        expected += next ? "next" : std::to_string(row.options.options_success_status);
        for (const auto& [name, value] : fields) expected += "\n" + name + ": " + value;
        expected += fields.empty() ? "\n\n" : "\n";
      }
    }
  }
  char path[] = "/tmp/strata-cors-XXXXXX";
  const int file = ::mkstemp(path);
  REQUIRE(file >= 0);
  ::close(file);
  std::ofstream(path) << asked << "]";
  std::FILE* const pipe =
      ::popen(("NODE_PATH=" + modules + " node " + oracle + " <" + path + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string said;
  char room[4096];
  for (std::size_t got; (got = std::fread(room, 1, sizeof room, pipe)) != 0;)
    said.append(room, got);
  ::pclose(pipe);
  ::unlink(path);
  const auto differs = std::mismatch(said.begin(), said.end(), expected.begin(), expected.end());
  const auto at = static_cast<std::size_t>(differs.first - said.begin());
  const std::size_t from = said.rfind("# ", at) == std::string::npos ? 0 : said.rfind("# ", at);
  INFO("npm: " << said.substr(from, 400) << "\nours: " << expected.substr(from, 400));
  CHECK((said == expected));
}
