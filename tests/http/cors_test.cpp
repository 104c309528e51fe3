// tests/http/cors_test.cpp - the fields of CORS beside what npm's `cors` 2.8 sends.
#include "http/cors.h"

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
  CHECK(server.get("/off/x", asks, "OPTIONS").field("Access-Control-Allow-Methods") == "(none)");
  CHECK(server.get("/by/x?who=http://q", origin).field("Access-Control-Allow-Origin") ==
        "http://q");
}
