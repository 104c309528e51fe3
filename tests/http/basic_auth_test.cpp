// tests/http/basic_auth_test.cpp - who may pass, and ids of requests.
#include "http/middleware/basic_auth.h"

#include <stdexcept>

#include "http/base64.h"
#include "http/basic_credentials.h"
#include "http/middleware/request_id.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::http;
using namespace strata::test;

namespace {

std::string basic(std::string_view text) { return "Basic " + encode_base64(net::as_bytes(text)); }

}  // namespace

TEST_CASE("credentials are read, or are none", "[http][codec][basic_auth][rfc7617-2]") {
  const auto aladdin = parse_basic("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  REQUIRE(aladdin);
  CHECK(aladdin->user == "Aladdin");
  CHECK(aladdin->password == "open sesame");
  CHECK(parse_basic("basic   QWxhZGRpbjpvcGVuIHNlc2FtZQ==")->user == "Aladdin");
  CHECK(parse_basic(basic(":"))->user == "");
  CHECK(parse_basic(basic("a:b:c"))->password == "b:c");
  CHECK(parse_basic(basic("test:123\xC2\xA3"))->password == "123\xC2\xA3");  // rfc7617-2.1
  const std::string most = "a:" + std::string(3070, 'x');
  CHECK(parse_basic(basic(most)));
  CHECK_FALSE(parse_basic(basic(most + "x")));  // basic_credentials_max
  for (const std::string& bad :
       {std::string(), std::string("Basic"), std::string("Basic "), std::string("Bearer YTpi"),
        std::string("BasicYTpi"), std::string("Basic YTpi,"), std::string("Basic YTpi YTpi"),
        std::string("Basic YTp"), std::string("Basic YTpi="), std::string("Basic Y*pi"),
        std::string(" Basic YTpi"), std::string("Basic\tYTpi"), basic("ab"), basic("a:b\n"),
        basic(std::string("a:\0", 3)), basic("a\x7f:b")}) {
    INFO(bad);
    CHECK_FALSE(parse_basic(bad));
  }
}

TEST_CASE("credentials become a field's value, or none", "[http][codec][rfc7617-2]") {
  CHECK(basic_credentials("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK(basic_credentials("", "") == "Basic Og==");
  CHECK(basic_credentials("a", "b:c") == "Basic YTpiOmM=");
  CHECK(basic_credentials("a:b", "c").empty());
  CHECK(basic_credentials("a\n", "c").empty());
  CHECK(basic_credentials("a", "c\x7F").empty());
}

TEST_CASE("a realm is quoted", "[http][codec][basic_auth][rfc7617-2.1]") {
  CHECK(*basic_challenge("Office") == "Basic realm=\"Office\", charset=\"UTF-8\"");
  CHECK(*basic_challenge("a\", b=\"\\") == "Basic realm=\"a\\\", b=\\\"\\\\\", charset=\"UTF-8\"");
  CHECK_FALSE(basic_challenge("a\r\nSet-Cookie: x"));
  CHECK_FALSE(basic_challenge("a\tb"));
}

TEST_CASE("a comparison is true for the same text only", "[http][codec][basic_auth]") {
  for (const char* const given : {"", "a", "ab", "abc", "abcabc", "abd", "Abc", "bca"}) {
    for (const char* const expected : {"", "a", "abc", "abd"}) {
      INFO(given << " and " << expected);
      CHECK(same_in_constant_time(given, expected) == (std::string(given) == expected));
    }
  }
  CHECK_FALSE(same_in_constant_time(std::string_view("a\0", 2), "a"));
}

TEST_CASE("who is not known gets 401 and a challenge", "[http][basic_auth][rfc9110-15.5.2]") {
  Fixture server;
  server.app.use("/a", basic_auth({.realm = "A", .users = {{"ann", "pw"}, {"bob", ""}}}));
  server.app.get("/a", [](Request& req, Response& res) {
    res.send(std::any_cast<std::string>(req.locals["user"]));
  });
  BasicAuthOptions by_rule;
  by_rule.verify = [](std::string_view user, std::string_view password) {
    return user == password;
  };
  server.app.use("/b", basic_auth(by_rule));
  server.app.get("/b", [](Request&, Response& res) { res.send("in"); });
  struct Row {
    const char* target;
    std::string fields;
    int status;
  };
  const auto field = [](std::string_view text) { return "Authorization: " + basic(text) + "\r\n"; };
  const Row rows[] = {
      {"/a", "", 401},
      {"/a", field("ann:pw"), 200},
      {"/a", field("bob:"), 200},
      {"/a", field("ann:"), 401},
      {"/a", field("ann:pwpw"), 401},
      {"/a", field("ann:p"), 401},
      {"/a", field("bob:pw"), 401},  // the password of another
      {"/a", field("Ann:pw"), 401},
      {"/a", field(":"), 401},
      {"/a", field("ann:pw") + field("ann:pw"), 401},
      {"/a", "Authorization: Bearer x\r\n", 401},
      {"/b", field("x:x"), 200},
      {"/b", field("x:y"), 401},
  };
  for (const Row& row : rows) {
    INFO(row.target << " " << row.fields);
    const Seen seen = server.get(row.target, row.fields);
    CHECK(seen.status == row.status);
    const bool challenged = seen.field("WWW-Authenticate") != "(none)";
    CHECK(challenged == (row.status == 401));
  }
  CHECK(server.get("/a").field("WWW-Authenticate") == "Basic realm=\"A\", charset=\"UTF-8\"");
  CHECK(server.get("/a", field("ann:pw")).body == "ann");
  CHECK_THROWS_AS(basic_auth({.realm = "a\nb"}), std::invalid_argument);
  CHECK_THROWS_AS(basic_auth({.users = {{"a:b", "c"}}}), std::invalid_argument);
}

TEST_CASE("a request has an id: its own if that is safe, else ours", "[http][request_id]") {
  Fixture server;
  std::uint8_t calls = 0;
  RequestIdOptions options;
  options.random = [&calls](std::span<std::uint8_t> bytes) {
    ++calls;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::uint8_t>(calls * 16 + i / 16);
  };
  server.app.use("/a", request_id(options));
  options.accept = false;
  options.header = "X-Trace";
  server.app.use("/b", request_id(options));
  server.app.use("/real", request_id());
  const auto echo = [](Request& req, Response& res) {
    res.send(std::any_cast<std::string>(req.locals["request_id"]));
  };
  server.app.get("/a", echo).get("/b", echo).get("/real", echo);

  const std::string first = "10101010101010101010101010101010";
  const std::string longest(request_id_max, 'x');
  CHECK(server.get("/a").body == first);
  CHECK(server.get("/a", "X-Request-Id: abc-1.2_3\r\n").body == "abc-1.2_3");
  CHECK(server.get("/a", "X-Request-Id: abc\r\n").field("X-Request-Id") == "abc");
  CHECK(server.get("/a", "X-Request-Id: " + longest + "\r\n").body == longest);
  unsigned next = 0x11;
  for (const std::string& bad :
       {longest + "x", std::string(), std::string("a b"), std::string("a\"b"), std::string("a,b"),
        std::string("a;b"), std::string("<b>"), std::string("\xC3\xA9")}) {
    INFO(bad);
    const Seen seen = server.get("/a", "X-Request-Id: " + bad + "\r\n");
    CHECK(seen.body.size() == 32);
    CHECK(std::stoul(seen.body.substr(0, 2), nullptr, 16) == next++);
    CHECK(seen.field("X-Request-Id") == seen.body);
  }
  CHECK(server.get("/a", "X-Request-Id: a\r\nX-Request-Id: b\r\n").body.size() == 32);
  CHECK(calls == 1);  // sixteen ids of one call
  CHECK(server.get("/b", "X-Trace: mine\r\n").field("X-Trace").size() == 32);
  const std::string one = server.get("/real").body;
  CHECK(one.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(one != server.get("/real").body);
  CHECK_THROWS_AS(request_id({.header = "X Y"}), std::invalid_argument);
}
