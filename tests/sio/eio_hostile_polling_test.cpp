// tests/sio/eio_hostile_polling_test.cpp - what hostile clients do with a session over polling.
// What is refused before there is a session is in eio_hostile_test.cpp.
#include "tests/catch.h"
#include "tests/sio/eio_villain.h"

using namespace strata;
using namespace strata::test;

void strata::test::play(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.what);
    sio::eio::Options options;
    options.max_payload = villain_limit;
    Rig rig(options);
    const std::string good = rig.open_polling();
    RawClient live = rig.client();
    live.upgrade("EIO=4&transport=websocket");
    live.frames();
    {
      Villain villain(rig);
      CHECK(row.act(villain) == row.seen);
      if (row.reason.empty()) CHECK(rig.echo.reasons.empty());
    }
    rig.loop.settle();
    if (!row.reason.empty()) CHECK(rig.echo.reasons == Texts{row.reason});
    live.message("3");
    live.message("4on");
    CHECK(live.frames().back() == "t:4on");
    RawClient client = rig.client();
    CHECK(client.post(rig.poll(good),
                      "3\x1e"
                      "4on") == "200 ok");
    CHECK(client.get(rig.poll(good)).body.ends_with("4on"));
    // Nothing of anybody stays: what is left open ends with its heartbeat.
    live.peer().fin();
    rig.loop.advance(55s);
    CHECK(rig.engine->clients_count() == 0);
    CHECK(rig.engine->leaving_count() == 0);
    CHECK(rig.app.connection_count() == 0);
    CHECK(rig.loop.connection_count() == 0);
    CHECK(rig.echo.sockets.empty());
  }
}

namespace {

const std::string error = "transport error";
const std::string sep = "\x1e";
constexpr std::size_t limit = villain_limit;

// A payload that is POSTed while no poll is held.
Row posted(const char* what, std::string body, std::string seen, std::string reason = "") {
  return {what, [body](Villain& v) { return v.post(body); }, std::move(seen), std::move(reason)};
}

const std::vector<Row> payloads = {
    posted("no packet at all", "", "400 ", "parse error"),
    posted("a separator alone", sep, "400 ", "parse error"),
    posted("a separator behind", "4a" + sep, "400 ", "parse error"),
    posted("a separator in front", sep + "4a", "400 ", "parse error"),
    posted("two in a row", "4a" + sep + sep + "4b", "400 ", "parse error"),
    posted("nothing but separators", std::string(limit, '\x1e'), "400 ", "parse error"),
    posted("a type too high", "7", "400 ", "parse error"),
    posted("a letter", "x4a", "400 ", "parse error"),
    posted("version 3's length", "3:4hi", "200 ok"),
    posted("a minus", "-1", "400 ", "parse error"),
    posted("a NUL", std::string(1, '\0'), "400 ", "parse error"),
    posted("a byte order mark",
           "\xEF\xBB\xBF"
           "4a",
           "400 ", "parse error"),
    posted("a space", " 4a", "400 ", "parse error"),
    posted("a digit of another script",
           "\xD9\xA4"
           "a",
           "400 ", "parse error"),
    posted("half a character", "4\xE4\xBD", "400 ", "parse error"),
    posted("an overlong one", "4\xC0\x80", "400 ", "parse error"),
    posted("a surrogate", "4\xED\xA0\x80", "400 ", "parse error"),
    posted("above Unicode", "4\xF4\x90\x80\x80", "400 ", "parse error"),
    posted("Base64 without padding", "bAQIDBA", "400 ", "parse error"),
    posted("Base64 padded too much", "bAQ===", "400 ", "parse error"),
    posted("Base64 with stray bits", "bAR==", "400 ", "parse error"),
    posted("Base64 of URLs", "b-_-_", "400 ", "parse error"),
    posted("Base64 with a line end", "bAQID\r\nBA==", "400 ", "parse error"),
    posted("version 3's octets", "b4AQIDBA==", "400 ", "parse error"),
    posted("no octets", "b", "200 ok"),
    posted("a ping of its own", "2", "200 ok", error),
    posted("a probe over polling", "2probe", "200 ok", error),
    posted("a pong that nobody asked for", "3", "200 ok"),
    posted("an open packet", "0{\"sid\":\"mine\"}", "200 ok"),
    posted("an upgrade over polling", "5", "200 ok"),
    posted("a noop", "6", "200 ok"),
    posted("a close with data", "1now", "200 ok", "transport close"),
    posted("a message behind a close", "1" + sep + "4a", "200 ok", "transport close"),
    posted("junk behind a close", "1" + sep + "x", "200 ok", "transport close"),
    posted(
        "a thousand packets",
        [] {
          std::string body = "6";
          for (int i = 0; i < 499; ++i) body += sep + "6";
          return body;
        }(),
        "200 ok"),
    posted("one byte over the limit", "4" + std::string(limit, 'x'), "413 "),
    {"a limit that is lied about",
     [](Villain& v) { return v.raw_post("Content-Length: 99999999999999999999\r\n", ""); },
     "400 Bad Request", ""},
    {"a negative length", [](Villain& v) { return v.raw_post("Content-Length: -1\r\n", "4a"); },
     "400 Bad Request", ""},
    {"two lengths",
     [](Villain& v) { return v.raw_post("Content-Length: 2\r\nContent-Length: 3\r\n", "4ab"); },
     "400 Bad Request", ""},
    {"chunks over the limit",
     [](Villain& v) { return v.raw_post("Transfer-Encoding: chunked\r\n", "3e9\r\n"); }, "413 ",
     ""},
    {"a bad chunk",
     [](Villain& v) { return v.raw_post("Transfer-Encoding: chunked\r\n", "zz\r\n4a"); }, "400 ",
     error},
    {"octets by type",
     [](Villain& v) {
       return v.raw_post("Content-Type: application/octet-stream\r\nContent-Length: 2\r\n", "4a");
     },
     "400 ", error},
    {"JSON by type",
     [](Villain& v) {
       return v.raw_post("Content-Type: application/json\r\nContent-Length: 2\r\n", "4a");
     },
     "200 ok", ""},
    {"no type", [](Villain& v) { return v.raw_post("Content-Length: 2\r\n", "4a"); }, "200 ok", ""},
};

const std::vector<Row> polls = {
    {"two polls",
     [](Villain& v) {
       v.hold();
       return v.get();
     },
     "400 ", error},
    {"three polls",
     [](Villain& v) {
       v.hold();
       v.get();
       return v.get();
     },
     unknown_sid, error},
    {"two POSTs",
     [](Villain& v) {
       v.half_post();
       return v.post("4a");
     },
     "400 ", error},
    {"a hundred POSTs",
     [](Villain& v) {
       v.half_post();
       v.post("4a");
       for (int i = 0; i < 97; ++i) v.half_post();
       return v.post("4a");
     },
     unknown_sid, error},
    {"an empty POST beside one",
     [](Villain& v) {
       v.half_post();
       return v.post("");
     },
     "400 ", error},
    {"a poll that goes away",
     [](Villain& v) {
       v.hold().peer().reset();
       return v.get();
     },
     unknown_sid, error},
    {"a POST that goes away",
     [](Villain& v) {
       v.half_post().peer().fin();
       return v.get();
     },
     unknown_sid, error},
    {"DELETE of a session",
     [](Villain& v) {
       RawClient& client = v.connect();
       client.send("DELETE /engine.io/?" + v.rig.poll(v.sid) + " HTTP/1.1\r\nHost: x\r\n\r\n");
       return client.answer().text();
     },
     "500 ", ""},
    {"HEAD of a poll",
     [](Villain& v) {
       RawClient& client = v.connect();
       client.send("HEAD /engine.io/?" + v.rig.poll(v.sid) + " HTTP/1.1\r\nHost: x\r\n\r\n");
       return std::to_string(client.answer().status);
     },
     "500", ""},
    {"a poll of a sid in other letters",
     [](Villain& v) {
       std::string other = v.sid;
       for (char& c : other) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
       return v.connect().get(v.rig.poll(other)).text();
     },
     unknown_sid, ""},
    {"a sid that is cut off",
     [](Villain& v) { return v.connect().get(v.rig.poll(v.sid.substr(0, 23))).text(); },
     unknown_sid, ""},
    {"a sid with a NUL behind",
     [](Villain& v) { return v.connect().get(v.rig.poll(v.sid + "%00")).text(); }, unknown_sid, ""},
    {"a session that has closed itself",
     [](Villain& v) {
       v.post("1");
       return v.post("4a");
     },
     unknown_sid, "transport close"},
    {"a poll pipelined behind a poll",
     [](Villain& v) {
       RawClient& client = v.hold();
       client.send_get(v.rig.poll(v.sid));
       return client.answer().text();
     },
     "200 6", ""},
    {"a head that never ends",
     [](Villain& v) {
       RawClient& client = v.connect();
       client.send("GET /engine.io/?" + v.rig.poll(v.sid) +
                   " HTTP/1.1\r\nX: " + std::string(20'000, 'x'));
       return std::to_string(client.answer().status);
     },
     "431", ""},
    {"a query that is too long",
     [](Villain& v) {
       return std::to_string(
           v.connect().get(v.rig.poll(v.sid) + "&x=" + std::string(9000, 'y')).status);
     },
     "414", ""},
};

}  // namespace

TEST_CASE("hostile payloads", "[sio][eio][eio4-payload]") { play(payloads); }
TEST_CASE("hostile polls", "[sio][eio][eio4-polling]") { play(polls); }
