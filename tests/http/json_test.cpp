// tests/http/json_test.cpp - JSON contents, read and sent.
#include "http/json.h"

#include "http/server.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("JSON content is read where the request says it is some", "[http][json]") {
  Fixture server;
  server.app.post("/", [](http::Request& req, http::Response& res) {
    const auto value = http::read_json(req);
    http::send_json(res, {{"got", value ? *value : http::Json("nothing")}});
  });
  const auto post = [&](std::string_view type, const std::string& body) {
    return server.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + std::string(type) +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  const Seen seen = post("Application/JSON; charset=utf-8", "{\"a\":[1,\"\xc3\xa9\"]}");
  CHECK(seen.status == 200);
  CHECK(seen.field("Content-Type") == "application/json; charset=utf-8");
  CHECK(seen.body == "{\"got\":{\"a\":[1,\"\xc3\xa9\"]}}");
  CHECK(post("text/plain", "{").body == "{\"got\":\"nothing\"}");
  for (const std::string& bad :
       {std::string("{"), std::string(), std::string("[1,]"), std::string("\"\xff\""),
        std::string(200, '[') + std::string(200, ']'), std::string(900'000, '[')}) {
    CHECK(post("application/json", bad).status == 400);
  }
  CHECK(post("application/json", std::string(100, '[') + std::string(100, ']')).status == 200);
}
