// tests/sio/eio_hostile_test.cpp - refusals with their bodies, garbage, and clients that vanish at
// any byte. Whatever one client does, another one goes on, and nothing of the first stays.
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"

using namespace strata;
using namespace strata::test;

namespace {

struct Row {
  const char* what;
  const char* method;
  std::string query;  // SID stands for a live polling session, WSID for one on a WebSocket
  std::string fields;
  std::string body;
  std::string answer;
};

const std::string upgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
const std::string foreign = "Origin: http://evil.example\r\n";

const std::vector<Row> rows = {
    {"no query", "GET", "", "", "", unknown_transport},
    {"no transport", "GET", "EIO=4", "", "", unknown_transport},
    {"unknown transport", "GET", "EIO=4&transport=abc", "", "", unknown_transport},
    {"a prototype's name", "GET", "EIO=4&transport=__proto__", "", "", unknown_transport},
    {"a constructor", "GET", "EIO=4&transport=constructor", "", "", unknown_transport},
    {"an array", "GET", "EIO=4&transport[]=polling", "", "", unknown_transport},
    {"a NUL in it", "GET", "EIO=4&transport=polling%00", "", "", unknown_transport},
    {"half an escape", "GET", "EIO=4&transport=polling%", "", "", unknown_transport},
    {"unknown by upgrade", "GET", "EIO=4&transport=abc", upgrade, "", unknown_transport},
    {"unknown session", "GET", "EIO=4&transport=polling&sid=abc", "", "", unknown_sid},
    {"a prototype's sid", "GET", "EIO=4&transport=polling&sid=__proto__", "", "", unknown_sid},
    {"posted", "POST", "EIO=4&transport=polling&sid=abc", "", "4x", unknown_sid},
    {"by upgrade", "GET", "EIO=4&transport=websocket&sid=abc", upgrade, "", unknown_sid},
    {"a long sid", "GET", "EIO=4&transport=polling&sid=" + std::string(65, 'a'), "", "",
     unknown_sid},
    {"a very long sid", "GET", "EIO=4&transport=polling&sid=" + std::string(4000, 'a'), "", "",
     unknown_sid},
    {"one character more", "GET", "EIO=4&transport=polling&sid=SIDx", "", "", unknown_sid},
    {"the first of two sids", "GET", "transport=polling&sid=SID&sid=abc", "", "", unknown_sid},
    {"handshake by POST", "POST", "EIO=4&transport=polling", "", "", bad_method},
    {"by PUT", "PUT", "EIO=4&transport=polling", "", "", bad_method},
    {"by OPTIONS", "OPTIONS", "EIO=4&transport=polling", "", "", bad_method},
    {"by DELETE", "DELETE", "EIO=4&transport=polling", "", "", bad_method},
    {"no upgrade", "GET", "EIO=4&transport=websocket", "", "", bad_request},
    {"another upgrade", "GET", "EIO=4&transport=websocket",
     "Upgrade: h2c\r\nConnection: Upgrade\r\n", "", bad_request},
    {"an upgrade for polling", "GET", "EIO=4&transport=polling", upgrade, "", bad_request},
    {"likewise with a session", "GET", "transport=polling&sid=SID", upgrade, "", bad_request},
    {"another transport", "GET", "transport=websocket&sid=SID", "", "", bad_request},
    {"a poll of a WebSocket", "GET", "transport=polling&sid=WSID", "", "", bad_request},
    {"a POST to a WebSocket", "POST", "transport=polling&sid=WSID", "", "4x", bad_request},
    {"version 3", "GET", "EIO=3&transport=polling", "", "", bad_version},
    {"no version", "GET", "transport=polling", "", "", bad_version},
    {"version 3 by upgrade", "GET", "EIO=3&transport=websocket", upgrade, "", bad_version},
    {"version abc", "GET", "EIO=abc&transport=polling", "", "", bad_version},
    {"a method for no one", "PUT", "transport=polling&sid=SID", "", "4x", "500 "},
    {"OPTIONS for no one", "OPTIONS", "transport=polling&sid=SID", "", "", "500 "},
    {"a foreign page posts", "POST", "transport=polling&sid=SID", foreign, "4x", forbidden},
    {"a foreign page upgrades", "GET", "EIO=4&transport=websocket", upgrade + foreign, "",
     forbidden},
    {"a foreign candidate", "GET", "transport=websocket&sid=SID", upgrade + foreign, "", forbidden},
    {"a page of no origin", "GET", "EIO=4&transport=websocket", upgrade + "Origin: null\r\n", "",
     forbidden},
};

std::string with_sids(std::string query, const std::string& polling, const std::string& socket) {
  if (const std::size_t at = query.find("WSID"); at != std::string::npos) {
    return query.replace(at, 4, socket);
  }
  if (const std::size_t at = query.find("SID"); at != std::string::npos) {
    query.replace(at, 3, polling);
  }
  return query;
}

}  // namespace

TEST_CASE("what is refused is refused by its row, and disturbs nobody", "[sio][eio][eio4-errors]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient live = rig.client();
  live.upgrade("EIO=4&transport=websocket");
  live.frames();
  const std::string socket_sid = rig.echo.opened[1];
  for (const Row& row : rows) {
    INFO(row.what);
    RawClient client = rig.client();
    client.send(std::string(row.method) + " /engine.io/?" + with_sids(row.query, sid, socket_sid) +
                " HTTP/1.1\r\nHost: x.example\r\n" + row.fields +
                "Content-Length: " + std::to_string(row.body.size()) + "\r\n\r\n" + row.body);
    const Answer answer = client.answer();
    CHECK(answer.text() == row.answer);
    if (!answer.body.empty()) CHECK(answer.field("Content-Type") == "application/json");
    CHECK(client.answer().status == 0);
    live.message("4good");
    CHECK(live.frames() == Texts{"t:4good"});
  }
  RawClient good = rig.client();
  CHECK(good.post(rig.poll(sid), "4good") == "200 ok");
  CHECK(good.get(rig.poll(sid)) == "200 4good");
  CHECK(rig.engine->clients_count() == 2);
  CHECK(rig.echo.reasons.empty());
}

TEST_CASE("a WebSocket handshake with a flaw is refused before its 101", "[sio][eio]") {
  Rig rig;
  RawClient client = rig.client();
  const Answer answer = client.get("EIO=4&transport=websocket",
                                   "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                   "Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n");
  CHECK(answer.status == 400);
  CHECK(rig.engine->clients_count() == 0);
  CHECK(rig.echo.opened.empty());
}

TEST_CASE("an upgrade by POST is refused, and does not count as a POST", "[sio][eio]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  RawClient client = rig.client();
  CHECK(client.post(rig.ws(sid), "", upgrade).status == 405);
  RawClient good = rig.client();
  CHECK(good.post(rig.poll(sid), "4good") == "200 ok");
  CHECK(rig.echo.reasons.empty());
}

TEST_CASE("requests elsewhere are the router's", "[sio][eio][eio4-handshake]") {
  Rig rig;
  RawClient client = rig.client();
  client.send("GET /other HTTP/1.1\r\nHost: x.example\r\n\r\n");
  CHECK(client.answer() == "200 other");
  client.send("GET /engine.io?EIO=4&transport=polling HTTP/1.1\r\nHost: x.example\r\n\r\n");
  CHECK(client.answer().status == 404);
  client.send("GET /engine.io/default/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.answer().status == 200);
}

TEST_CASE("the application may refuse, now or later", "[sio][eio][eio4-handshake]") {
  sio::eio::Options options;
  std::function<void(std::optional<std::string>)> later;
  std::vector<std::string> errors;
  options.on_connection_error = [&](const sio::eio::ConnectionError& error) {
    errors.push_back(std::to_string(error.code) + " " + std::string(error.message) + ": " +
                     std::string(error.context.first) + " " + std::string(error.context.second));
  };
  SECTION("now") {
    options.allow_request = [](const http::Request&) { return std::optional<std::string>("why"); };
    Rig rig(options);
    RawClient client = rig.client();
    CHECK(client.get("EIO=4&transport=polling") == "403 {\"code\":4,\"message\":\"why\"}");
    RawClient socket = rig.client();
    CHECK(socket.upgrade("EIO=4&transport=websocket") == "403 {\"code\":4,\"message\":\"why\"}");
    CHECK(errors == Texts{"4 Forbidden: message why", "4 Forbidden: message why"});
    CHECK(rig.engine->clients_count() == 0);
  }
  SECTION("later") {
    options.allow_request_later = [&](const http::Request&,
                                      std::function<void(std::optional<std::string>)> answer) {
      later = std::move(answer);
    };
    Rig rig(options);
    RawClient client = rig.client();
    CHECK(client.get("EIO=4&transport=polling").status == 0);
    later(std::nullopt);
    CHECK(client.answer().status == 200);
    later("again");  // once is enough
    CHECK(rig.engine->clients_count() == 1);
    CHECK(client.get("EIO=4&transport=polling").status == 0);
    later("no");
    CHECK(client.answer() == "403 {\"code\":4,\"message\":\"no\"}");
    RawClient socket = rig.client();
    CHECK(socket.upgrade("EIO=4&transport=websocket").status == 0);
    later(std::nullopt);
    CHECK(socket.answer().status == 101);
    CHECK(rig.engine->clients_count() == 2);
    RawClient gone = rig.client();
    gone.send_get("EIO=4&transport=polling");
    gone.peer().reset();
    rig.loop.settle();
    later(std::nullopt);
    CHECK(rig.engine->clients_count() == 2);
  }
}

TEST_CASE("other origins get what the list says", "[sio][eio][eio4-cors]") {
  sio::eio::Options options;
  options.origins = {"http://a.example", "http://b.example"};
  options.credentials = true;
  options.cookie.emplace();
  options.headers = [](sio::eio::Fields& fields, const http::Request&) {
    fields.emplace_back("X-Every", "1");
  };
  options.initial_headers = [](sio::eio::Fields& fields, const http::Request&) {
    fields.emplace_back("X-First", "1");
  };
  Rig rig(options);
  RawClient client = rig.client();
  const std::string from_a = "Origin: http://a.example\r\n";
  const Answer first = client.get("EIO=4&transport=polling", from_a);
  const std::string sid = rig.sid_of(first);
  CHECK(first.field("Access-Control-Allow-Origin") == "http://a.example");
  CHECK(first.field("Access-Control-Allow-Credentials") == "true");
  CHECK(first.field("Vary") == "Origin");
  CHECK(first.field("Set-Cookie") == "io=" + sid + "; Path=/; HttpOnly; SameSite=Lax");
  CHECK(first.field("X-First") == "1");
  CHECK(first.field("X-Every") == "1");
  const Answer posted = client.post(rig.poll(sid), "4hi", from_a);
  CHECK(posted == "200 ok");
  CHECK(posted.field("Access-Control-Allow-Origin") == "http://a.example");
  CHECK(posted.field("X-First").empty());
  CHECK(posted.field("X-Every") == "1");
  CHECK(posted.field("Set-Cookie").empty());
  RawClient foreign_client = rig.client();
  CHECK(foreign_client.post(rig.poll(sid), "4hi", foreign) == forbidden);
  RawClient error = rig.client();
  CHECK(error.get("transport=abc", from_a).field("Access-Control-Allow-Origin") ==
        "http://a.example");
  RawClient socket = rig.client();
  const Answer switching = socket.upgrade("EIO=4&transport=websocket", from_a);
  CHECK(switching.status == 101);
  CHECK(switching.field("Access-Control-Allow-Origin") == "http://a.example");
  CHECK(switching.field("X-Every") == "1");
  RawClient preflight = rig.client();
  preflight.send("OPTIONS /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x.example\r\n" +
                 from_a + "Access-Control-Request-Headers: x-foo\r\n\r\n");
  const Answer allowed = preflight.answer();
  CHECK(allowed.status == 204);
  CHECK(allowed.field("Access-Control-Allow-Origin") == "http://a.example");
  CHECK(allowed.field("Vary") == "Origin, Access-Control-Request-Headers");
  CHECK(allowed.field("Access-Control-Allow-Methods") == "GET,HEAD,PUT,PATCH,POST,DELETE");
  CHECK(allowed.field("Access-Control-Allow-Headers") == "x-foo");
}

TEST_CASE("transports and upgrades can be off", "[sio][eio][eio4-handshake]") {
  sio::eio::Options options;
  SECTION("no upgrades") {
    options.allow_upgrades = false;
    Rig rig(options);
    RawClient client = rig.client();
    CHECK(client.get("EIO=4&transport=polling").body.find("\"upgrades\":[]") != std::string::npos);
  }
  SECTION("no polling") {
    options.polling = false;
    Rig rig(options);
    RawClient client = rig.client();
    CHECK(client.get("EIO=4&transport=polling") == unknown_transport);
    RawClient socket = rig.client();
    CHECK(socket.upgrade("EIO=4&transport=websocket").status == 101);
  }
  SECTION("no WebSocket") {
    options.websocket = false;
    Rig rig(options);
    RawClient client = rig.client();
    CHECK(client.get("EIO=4&transport=polling").body.find("\"upgrades\":[]") != std::string::npos);
    RawClient socket = rig.client();
    CHECK(socket.upgrade("EIO=4&transport=websocket") == unknown_transport);
  }
}

// Plays a script on connections of its own and stops after `bytes` sent in all. True: it was over
// before that. The sid is known only while it runs, and always as long.
static bool play(Rig& rig, bool with_upgrade, std::size_t bytes, bool by_reset) {
  std::vector<std::unique_ptr<RawClient>> clients;
  std::size_t left = bytes;
  const auto send = [&](RawClient& client, const std::string& text) {
    const std::size_t part = std::min(left, text.size());
    client.send(text.substr(0, part));
    left -= part;
    return part == text.size();
  };
  for (int i = 0; i < 2; ++i) clients.push_back(std::make_unique<RawClient>(rig.loop, 80));
  RawClient& one = *clients[0];
  RawClient& two = *clients[1];
  const std::string host = " HTTP/1.1\r\nHost: x.example\r\n";
  const auto script = [&] {
    if (!send(one, "GET /engine.io/?EIO=4&transport=polling" + host + "\r\n")) return false;
    const std::string sid = rig.sid_of(one.answer());
    const std::string target = " /engine.io/?transport=polling&sid=" + sid + host;
    if (!send(one, "GET" + target + "\r\n")) return false;
    if (!with_upgrade) {
      if (!send(two, "POST" + target +
                         "Content-Length: 12\r\n\r\n4a\x1e"
                         "bAQIDBA=="))
        return false;
      return send(two, "POST" + target + "Content-Length: 2\r\n\r\n4b");
    }
    if (!send(two, "GET /engine.io/?transport=websocket&sid=" + sid + host + upgrade + "\r\n")) {
      return false;
    }
    return send(two, client_frame("2probe")) && send(two, client_frame("5")) &&
           send(two, client_frame("4hi")) && send(two, client_frame("\x01", 2));
  };
  const bool whole = script();
  for (const auto& client : clients) {
    if (by_reset) {
      client->peer().reset();
    } else {
      client->peer().fin();
    }
  }
  rig.loop.settle();
  return whole;
}

TEST_CASE("a client that vanishes at any byte leaves nothing behind", "[sio][eio][eio4-close]") {
  const bool with_upgrade = GENERATE(false, true);
  const bool by_reset = GENERATE(false, true);
  Rig rig;
  bool whole = false;
  std::size_t bytes = 0;
  for (; !whole && bytes < 5000; ++bytes) whole = play(rig, with_upgrade, bytes, by_reset);
  REQUIRE(whole);
  CHECK(bytes > 300);
  rig.loop.advance(46s);  // those that were abandoned between two requests
  CHECK(rig.engine->clients_count() == 0);
  CHECK(rig.echo.sockets.empty());
  CHECK(rig.echo.reasons.size() == rig.echo.opened.size());
  CHECK(rig.app.connection_count() == 0);
  CHECK(rig.loop.connection_count() == 0);
}
