// tests/sio/eio_client_opening_test.cpp - the open packet of a server that nobody has checked yet.
#include <random>

#include "sio/eio/client_opening.h"
#include "tests/catch.h"
#include "tests/support/cuts.h"

using namespace strata;
using namespace strata::sio::eio;

namespace {

const std::string good =
    R"({"sid":"_U0fi9","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,)"
    R"("maxPayload":1000000})";

// "sid upgrade interval timeout payload", times in ms; or why not.
std::string read(std::string_view json, net::Duration most = std::chrono::hours(24)) {
  test::ExactBytes exact(json);
  const auto view = exact.view();
  const auto made = read_opening(net::as_text(view), most);
  if (!made) return made.error();
  const auto ms = [](net::Duration time) { return std::to_string(time / 1ms); };
  return made->sid + (made->may_upgrade ? " ws " : " - ") + ms(made->ping_interval) + " " +
         ms(made->ping_timeout) + " " + std::to_string(made->max_payload);
}

// The good one with one member replaced.
std::string with(std::string_view from, std::string_view to) {
  std::string json = good;
  const std::size_t at = json.find(from);
  REQUIRE(at != json.npos);
  return json.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("C10: what an open packet says is read", "[sio][codec][eio-client][eio4-handshake]") {
  CHECK(read(good) == "_U0fi9 ws 25000 20000 1000000");
  CHECK(read(R"({"pingTimeout":1,"pingInterval":2,"sid":"a"})") == "a - 2 1 0");
  CHECK(read(" {\n\"sid\" : \"a\", \"pingTimeout\":1.9 , \"pingInterval\":2e3 } ") ==
        "a - 2000 1 0");
  CHECK(read(with("[\"websocket\"]", "[]")) == "_U0fi9 - 25000 20000 1000000");
  CHECK(read(with("[\"websocket\"]", R"(["webtransport","websocket"])")) ==
        "_U0fi9 ws 25000 20000 1000000");
  CHECK(read(with("{", R"({"more":{"sid":[1,{"upgrades":["websocket"]}]},"b":null,"c":true,)")) ==
        "_U0fi9 ws 25000 20000 1000000");
  // of a key that is there twice, the last one counts
  CHECK(read(with("}", R"(,"sid":"b","upgrades":[]})")) == "b - 25000 20000 1000000");
  CHECK(read(with("\"_U0fi9\"", R"("\u0061\u002fb")")) == "a/b ws 25000 20000 1000000");
}

TEST_CASE("C10: an open packet that is none is refused with a sentence",
          "[sio][codec][eio-client][eio4-handshake]") {
  const std::string deep = std::string(9, '[') + std::string(9, ']');
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "the open packet is no JSON"},
      {"abc", "the open packet is no JSON"},
      {good + "x", "the open packet is no JSON"},
      {good + good, "the open packet is no JSON"},
      {"{\"sid\":\"\xff\"}", "the open packet is no JSON"},
      {"null", "the open packet is no object"},
      {"\"sid\"", "the open packet is no object"},
      {"7", "the open packet is no object"},
      {"[]", "the open packet is no object"},
      {"[" + good + "]", "the open packet is no object"},
      {"{}", "no sid"},
      {with("\"sid\"", "\"Sid\""), "no sid"},
      {with("\"_U0fi9\"", "7"), "a value of the wrong type"},
      {with("\"_U0fi9\"", "null"), "a value of the wrong type"},
      {with("\"_U0fi9\"", "{\"a\":1}"), "a value of the wrong type"},
      {with("\"_U0fi9\"", "[\"a\"]"), "a value of the wrong type"},
      {with("_U0fi9", ""), "a sid that is none"},
      {with("_U0fi9", "a b"), "a sid that is none"},
      {with("_U0fi9", "a\\r\\nX-A: b"), "a sid that is none"},
      {with("_U0fi9", "a\\u0000"), "a sid that is none"},
      {with("_U0fi9", "K\xc3\xa4se"), "a sid that is none"},
      {with("_U0fi9", std::string(max_sid_bytes + 1, 'a')), "a sid that is none"},
      {with("[\"websocket\"]", "\"websocket\""), "a value of the wrong type"},
      {with("[\"websocket\"]", "{\"websocket\":1}"), "a value of the wrong type"},
      {with("[\"websocket\"]", "[7]"), "an upgrade that is no name"},
      {with("[\"websocket\"]", "[[\"websocket\"]]"), "an upgrade that is no name"},
      {with("\"pingInterval\"", "\"a\""), "no pingInterval"},
      {with("\"pingTimeout\"", "\"a\""), "no pingTimeout"},
      {with("25000", "\"25000\""), "a value of the wrong type"},
      {with("25000", "true"), "a value of the wrong type"},
      {with("25000", "[25000]"), "a value of the wrong type"},
      {with("25000", "0"), "an interval out of range"},
      {with("25000", "-1"), "an interval out of range"},
      {with("25000", "0.5"), "an interval out of range"},
      {with("25000", "86400001"), "an interval out of range"},
      {with("25000", "1e300"), "an interval out of range"},
      {with("25000", "1e999"), "the open packet is no JSON"},
      {with("25000", "18446744073709551615"), "an interval out of range"},
      {with("25000", "99999999999999999999999"), "an interval out of range"},
      {with("20000", "-9223372036854775808"), "an interval out of range"},
      {with("1000000", "-1"), "a maxPayload out of range"},
      {with("1000000", "1e19"), "a maxPayload out of range"},
      {with("1000000", "\"a\""), "a value of the wrong type"},
      {with("{", "{\"a\":" + deep + ","), "the open packet is nested too deep"},
      {with("{", "{\"a\":\"" + std::string(max_opening_bytes, 'a') + "\","),
       "the open packet is too long"},
      {std::string(max_opening_bytes, '['), "the open packet is no object"},
      {"{\"a\":" + std::string(max_opening_bytes - 5, '['), "the open packet is nested too deep"},
  };
  for (const auto& [json, why] : rows) {
    INFO(json.substr(0, 200));
    CHECK(read(json) == why);
  }
}

TEST_CASE("C10: the longest interval is the caller's", "[sio][codec][eio-client][eio4-handshake]") {
  CHECK(read(good, 25s) == "_U0fi9 ws 25000 20000 1000000");
  CHECK(read(good, 24999ms) == "an interval out of range");
  CHECK(read(with("20000", "25001"), 25s) == "an interval out of range");
}

TEST_CASE("C10: an open packet that was cut anywhere is refused",
          "[sio][codec][eio-client][eio4-handshake]") {
  for (std::size_t at = 0; at < good.size(); ++at) {
    INFO(at);
    CHECK(read(good.substr(0, at)) == "the open packet is no JSON");
  }
}

TEST_CASE("C10: an open packet with changed bytes is refused or sound",
          "[sio][codec][eio-client][eio4-handshake]") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20000; ++round) {
    std::string json = good;
    for (int change = 0; change < 3; ++change) {
      json[random() % json.size()] = static_cast<char>(random() % 256);
    }
    const auto made = read_opening(json, std::chrono::hours(24));
    if (!made) {
      CHECK(std::string(made.error()) != "");
      continue;
    }
    CHECK(made->ping_interval >= 1ms);
    CHECK(made->ping_timeout <= std::chrono::hours(24));
    CHECK((!made->sid.empty() && made->sid.size() <= max_sid_bytes));
  }
}
