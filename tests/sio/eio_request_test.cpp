// tests/sio/eio_request_test.cpp - the order of the checks, the bodies of errors, and origins.
#include "sio/eio/cors.h"
#include "sio/eio/request_check.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::sio::eio;
using Code = RequestError::Code;

namespace {

struct Check {
  const char* what;
  const char* query;
  RequestFacts facts;
  int code;  // -1: passes
  const char* name = "";
};

RequestFacts get() {
  RequestFacts facts;
  facts.method = "GET";
  return facts;
}
RequestFacts post() {
  RequestFacts facts;
  facts.method = "POST";
  return facts;
}
RequestFacts upgrade() {
  RequestFacts facts = get();
  facts.upgrade = true;
  return facts;
}
RequestFacts known(RequestFacts facts, Transport transport) {
  facts.session_known = true;
  facts.session_transport = transport;
  return facts;
}
RequestFacts from(RequestFacts facts, const char* origin) {
  facts.origin = origin;
  return facts;
}
RequestFacts without(RequestFacts facts, Transport transport) {
  (transport == Transport::polling ? facts.polling_enabled : facts.websocket_enabled) = false;
  return facts;
}

constexpr Transport polling = Transport::polling;
constexpr Transport websocket = Transport::websocket;

}  // namespace

TEST_CASE("the first check that a request breaks names its error",
          "[sio][eio][codec][eio4-handshake][rfc9110-5.5]") {
  const char* const handshake_error = "TRANSPORT_HANDSHAKE_ERROR";
  const char* const mismatch = "TRANSPORT_MISMATCH";
  const std::vector<Check> rows = {
      {"a handshake", "EIO=4&transport=polling", get(), -1},
      {"a handshake on a WebSocket", "EIO=4&transport=websocket", upgrade(), -1},
      {"no transport", "EIO=4", get(), 0},
      {"an empty transport", "EIO=4&transport=", get(), 0},
      {"unknown transport", "EIO=4&transport=webtransport", get(), 0},
      {"a name from a prototype", "EIO=4&transport=constructor", get(), 0},
      {"another one", "EIO=4&transport=__proto__", get(), 0},
      {"case counts", "EIO=4&transport=Polling", get(), 0},
      {"the last one counts", "transport=polling&EIO=4&transport=abc", get(), 0},
      {"the last one counts, well", "transport=abc&EIO=4&transport=polling", get(), -1},
      {"percent-decoded", "EIO=4&tr%61nsport=p%6Flling", get(), -1},
      {"polling is off", "EIO=4&transport=polling", without(get(), polling), 0},
      {"websocket is off", "EIO=4&transport=websocket", without(upgrade(), websocket), 0},
      {"transport before the session", "EIO=4&transport=abc&sid=none", get(), 0},
      {"origin", "EIO=4&transport=polling",
       from(get(),
            "a\x01"
            "b"),
       3, "INVALID_ORIGIN"},
      {"origin before the session", "transport=polling&sid=none", from(get(), "\x7F"), 3,
       "INVALID_ORIGIN"},
      {"unknown session", "EIO=4&transport=polling&sid=none", get(), 1},
      {"unknown session, POST", "EIO=4&transport=polling&sid=none", post(), 1},
      {"unknown session, upgrade", "EIO=4&transport=websocket&sid=none", upgrade(), 1},
      {"a poll", "EIO=4&transport=polling&sid=s", known(get(), polling), -1},
      {"a POST", "transport=polling&sid=s", known(post(), polling), -1},
      {"a candidate", "EIO=4&transport=websocket&sid=s", known(upgrade(), polling), -1},
      {"a second WebSocket", "EIO=4&transport=websocket&sid=s", known(upgrade(), websocket), -1},
      {"a poll after the upgrade", "transport=polling&sid=s", known(get(), websocket), 3, mismatch},
      {"no upgrade", "transport=websocket&sid=s", known(get(), polling), 3, mismatch},
      {"likewise, later", "transport=websocket&sid=s", known(get(), websocket), 3, mismatch},
      {"an upgrade for polling", "transport=polling&sid=s", known(upgrade(), polling), 3, mismatch},
      {"a handshake by POST", "EIO=4&transport=polling", post(), 2},
      {"method before version", "EIO=3&transport=polling", post(), 2},
      {"an empty sid is none", "EIO=4&transport=polling&sid=", post(), 2},
      {"no upgrade at first", "EIO=4&transport=websocket", get(), 3, handshake_error},
      {"an upgrade to polling", "EIO=4&transport=polling", upgrade(), 3, handshake_error},
  };
  for (const Check& row : rows) {
    INFO(row.what);
    const auto error = check_request(parse_query(row.query), row.facts);
    REQUIRE((error ? static_cast<int>(error->code) : -1) == row.code);
    if (error) CHECK(error->name == row.name);
  }
}

TEST_CASE("the version is checked last, and is 4", "[sio][eio][codec][eio4-handshake]") {
  CHECK_FALSE(check_version(parse_query("EIO=4")).has_value());
  CHECK_FALSE(check_version(parse_query("EIO=3&EIO=4")).has_value());
  for (const char* query :
       {"", "EIO=", "EIO=3", "EIO=5", "EIO=04", "EIO=4.0", "eio=4", "EIO=4&EIO=x"}) {
    INFO(query);
    REQUIRE(check_version(parse_query(query)).has_value());
    CHECK(check_version(parse_query(query))->code == Code::unsupported_version);
  }
}

TEST_CASE("a query of any shape is read", "[sio][eio][codec][eio4-handshake]") {
  const Query odd = parse_query("&&=&sid&sid=a%2Db&b64=1&x[y]=z&transport=polling=x&EIO=%zz&");
  CHECK(odd.sid == "a-b");
  CHECK(odd.has_sid);
  CHECK(odd.base64);
  CHECK(odd.transport == "polling=x");
  CHECK(odd.version == "%zz");
  CHECK_FALSE(parse_query("b64=").base64);
  CHECK_FALSE(parse_query("sid").has_sid);
}

TEST_CASE("the bodies of errors are exact", "[sio][eio][codec][eio4-errors]") {
  const auto body = [](Code code, std::string message = {}) {
    return body_of(RequestError{code, {}, std::move(message)});
  };
  CHECK(body(Code::unknown_transport) == R"({"code":0,"message":"Transport unknown"})");
  CHECK(body(Code::unknown_sid) == R"({"code":1,"message":"Session ID unknown"})");
  CHECK(body(Code::bad_handshake_method) == R"({"code":2,"message":"Bad handshake method"})");
  CHECK(body(Code::bad_request) == R"({"code":3,"message":"Bad request"})");
  CHECK(body(Code::forbidden) == R"({"code":4,"message":"Forbidden"})");
  CHECK(body(Code::unsupported_version) ==
        R"({"code":5,"message":"Unsupported protocol version"})");
  CHECK(body(Code::forbidden, "say \"no\"\n\\") == R"({"code":4,"message":"say \"no\"\u000a\\"})");
  CHECK(status_of({Code::forbidden, {}, {}}) == 403);
  CHECK(status_of({Code::bad_request, {}, {}}) == 400);
}

TEST_CASE("the open packet has five keys in their order", "[sio][eio][codec][eio4-handshake]") {
  const Timing timing;
  CHECK(open_data("_U0fi9EtTrJn71v4AAAA", true, timing, 1'000'000) ==
        R"({"sid":"_U0fi9EtTrJn71v4AAAA","upgrades":["websocket"],"pingInterval":25000,)"
        R"("pingTimeout":20000,"maxPayload":1000000})");
  CHECK(open_data("x", false, timing, 100) ==
        R"({"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100})");
}

TEST_CASE("an origin passes where it is ours, listed, or not sent",
          "[sio][eio][codec][eio4-cors]") {
  struct Row {
    const char* origin;
    const char* host;
    bool without_list;
    bool with_list;  // http://a.example, https://b.example:8443
  };
  const std::vector<Row> rows = {
      {"", "x.example", true, true},
      {"http://x.example", "x.example", true, true},
      {"http://X.example", "x.EXAMPLE", true, true},
      {"http://x.example:80", "x.example", true, true},
      {"http://x.example", "x.example:80", true, true},
      {"https://x.example", "x.example:443", true, true},
      {"https://x.example", "x.example", true, true},
      {"http://x.example:8080", "x.example:8080", true, true},
      {"http://x.example:8080", "x.example", false, false},
      {"http://x.example", "x.example:8080", false, false},
      {"http://x.example", "x.example:443", false, false},
      {"http://a.example", "x.example", false, true},
      {"https://a.example", "x.example", false, false},
      {"https://b.example:8443", "x.example", false, true},
      {"https://b.example", "x.example", false, false},
      {"null", "x.example", false, false},
      {"x.example", "x.example", false, false},
      {"http://x.example.evil", "x.example", false, false},
      {"http://evil-x.example", "x.example", false, false},
      {"ftp://x.example", "x.example", false, false},
  };
  const OriginRule none;
  const OriginRule list({"http://a.example", "https://b.example:8443"}, false);
  const OriginRule any({"*"}, false);
  for (const Row& row : rows) {
    INFO(row.origin << " at " << row.host);
    CHECK(none.allows(row.origin, row.host) == row.without_list);
    CHECK(list.allows(row.origin, row.host) == row.with_list);
    CHECK(any.allows(row.origin, row.host));
  }
}

TEST_CASE("the fields of CORS are the reference's", "[sio][eio][codec][eio4-cors]") {
  const auto fields = [](std::vector<std::string> list, const char* origin,
                         bool credentials = false) {
    Fields to;
    OriginRule(std::move(list), credentials).append_fields(origin, to);
    return to;
  };
  const std::string allow = "Access-Control-Allow-Origin";
  CHECK(fields({}, "http://a.example").empty());
  CHECK(fields({"*"}, "http://a.example") == Fields{{allow, "*"}});
  CHECK(fields({"http://a.example"}, "http://other") ==
        Fields{{allow, "http://a.example"}, {"Vary", "Origin"}});
  CHECK(fields({"http://a.example", "http://b"}, "http://b") ==
        Fields{{allow, "http://b"}, {"Vary", "Origin"}});
  CHECK(fields({"http://a.example", "http://b"}, "http://c") == Fields{{"Vary", "Origin"}});
  CHECK(fields({"*"}, "http://c", true) == Fields{{allow, "http://c"},
                                                  {"Vary", "Origin"},
                                                  {"Access-Control-Allow-Credentials", "true"}});
  Fields preflight;
  OriginRule({"http://a.example"}, true).append_preflight("http://a.example", "x-foo", preflight);
  CHECK(preflight == Fields{{allow, "http://a.example"},
                            {"Vary", "Origin, Access-Control-Request-Headers"},
                            {"Access-Control-Allow-Credentials", "true"},
                            {"Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE"},
                            {"Access-Control-Allow-Headers", "x-foo"}});
  Fields open;
  OriginRule({"*"}, false).append_preflight("http://a.example", "", open);
  CHECK(open == Fields{{allow, "*"},
                       {"Vary", "Access-Control-Request-Headers"},
                       {"Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE"}});
}
