// tests/sio/eio_rows_handshake_test.cpp - the rows E1 to E11, E15, E26 to E30, E33 to E35 and E40
// of what the reference does: from a request to a session, or to a refusal.
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"

using namespace strata;
using namespace strata::test;

namespace {

Answer request(Rig& rig, const std::string& line, const std::string& fields = "") {
  RawClient client = rig.client();
  client.send(line + " HTTP/1.1\r\nHost: x.example\r\n" + fields + "\r\n");
  return client.answer();
}

// A rig whose refusals are written down: "3 name=TRANSPORT_MISMATCH".
struct Watched {
  explicit Watched(sio::eio::Options options = {}) : rig(with_log(std::move(options))) {}
  sio::eio::Options with_log(sio::eio::Options options) {
    options.on_connection_error = [this](const sio::eio::ConnectionError& error) {
      errors.push_back(std::to_string(error.code) + " " + std::string(error.context.first) + "=" +
                       std::string(error.context.second));
    };
    return options;
  }
  Texts errors;
  Rig rig;
};

}  // namespace

TEST_CASE("E1 path: one slash is stripped and one added, unless told not to", "[sio][eio]") {
  struct Row {
    const char* option;
    bool slash;
    const char* target;
    int status;
  };
  const Row rows[] = {
      {"/engine.io", true, "/engine.io/", 200},  {"/engine.io/", true, "/engine.io/", 200},
      {"/engine.io", true, "/engine.io", 404},   {"/engine.io", true, "/engine.io/default/", 200},
      {"/engine.io", true, "/Engine.IO/", 404},  {"/engine.io", false, "/engine.io", 200},
      {"/engine.io/", false, "/engine.io", 200}, {"/custom", true, "/custom/", 200},
      {"/custom", true, "/engine.io/", 404}};
  for (const Row& row : rows) {
    INFO(row.option << " " << row.slash << " " << row.target);
    sio::eio::Options options;
    options.path = row.option;
    options.add_trailing_slash = row.slash;
    Rig rig(options);
    CHECK(request(rig, std::string("GET ") + row.target + "?" + hello).status == row.status);
  }
}

TEST_CASE("E2 E3 handshake: five keys on either transport, and no upgrades on a WebSocket",
          "[sio][eio][eio4-handshake]") {
  sio::eio::Options options;
  options.ping_interval = 300ms;
  options.ping_timeout = 200ms;
  Rig rig(options);
  RawClient client = rig.client();
  const Answer answer = client.get(hello);
  const std::string rest = "],\"pingInterval\":300,\"pingTimeout\":200,\"maxPayload\":1000000}";
  CHECK(answer ==
        "200 0{\"sid\":\"" + rig.echo.opened[0] + "\",\"upgrades\":[\"websocket\"" + rest);
  RawClient socket = rig.client();
  CHECK(socket.upgrade(direct).status == 101);
  CHECK(socket.frames() ==
        Texts{"t:0{\"sid\":\"" + rig.echo.opened[1] + "\",\"upgrades\":[" + rest});
}

TEST_CASE("E4 E5 E6 E7 E8 checks: each refusal has its code, its body and its context",
          "[sio][eio][eio4-errors]") {
  struct Row {
    const char* method;
    const char* query;
    const char* answer;
    const char* error;
  };
  const Row rows[] = {
      {"GET", "EIO=3&transport=polling",
       "400 {\"code\":5,\"message\":\"Unsupported protocol version\"}", "5 protocol=3"},
      {"GET", "EIO=4&transport=__proto__", "400 {\"code\":0,\"message\":\"Transport unknown\"}",
       "0 transport=__proto__"},
      {"PUT", "EIO=4&transport=polling", "400 {\"code\":2,\"message\":\"Bad handshake method\"}",
       "2 method=PUT"},
      {"GET", "EIO=4&transport=polling&sid=none",
       "400 {\"code\":1,\"message\":\"Session ID unknown\"}", "1 sid=none"},
      {"GET", "EIO=4&transport=websocket", "400 {\"code\":3,\"message\":\"Bad request\"}",
       "3 name=TRANSPORT_HANDSHAKE_ERROR"}};
  Watched watched;
  for (const Row& row : rows) {
    INFO(row.query);
    const Answer answer =
        request(watched.rig, std::string(row.method) + " /engine.io/?" + row.query);
    CHECK(answer == row.answer);
    CHECK(answer.field("Content-Type") == "application/json");
    CHECK(watched.errors.back() == row.error);
  }
  const std::string sid = watched.rig.open_polling();
  CHECK(request(watched.rig, "GET /engine.io/?transport=websocket&sid=" + sid) == bad_request);
  CHECK(watched.errors.back() == "3 name=TRANSPORT_MISMATCH");
  // A control character in Origin is refused where the head is read.
  CHECK(request(watched.rig, "GET /engine.io/?" + hello, "Origin: a\x01\r\n").status == 400);
  CHECK(watched.rig.engine->clients_count() == 1);
}

TEST_CASE("E10 ids: the application chooses, fails, repeats, and takes its time", "[sio][eio]") {
  sio::eio::Options options;
  std::optional<std::string> next = "custom-1";
  std::function<void(std::optional<std::string>)> later;
  const std::string origin = "Origin: http://x.example\r\n";
  SECTION("at once") {
    options.generate_id = [&](const http::Request& asked) {
      CHECK(asked.header("Origin") == "http://x.example");
      return next;
    };
    Watched watched(options);
    Rig& rig = watched.rig;
    RawClient client = rig.client();
    CHECK(client.get(hello, origin).body.starts_with("0{\"sid\":\"custom-1\",\"upgrades\""));
    CHECK(client.post(rig.poll("custom-1"), "4hi") == "200 ok");
    CHECK(client.get(rig.poll("custom-1")) == "200 4hi");
    RawClient socket = rig.client();
    CHECK(socket.upgrade(direct, origin) == bad_request);  // it is in use
    next = std::string(64, 'x');
    RawClient long_one = rig.client();
    CHECK(long_one.upgrade(direct, origin).status == 101);
    CHECK(rig.echo.sockets[1]->id() == *next);
    const std::optional<std::string> bad[] = {std::nullopt, "",    "a b",
                                              "a\"b",       "a\\", std::string(65, 'x')};
    for (const auto& id : bad) {
      next = id;
      RawClient refused = rig.client();
      CHECK(refused.get(hello, origin) == bad_request);
      CHECK(watched.errors.back() == "3 name=ID_GENERATION_ERROR");
    }
    rig.echo.sockets[0]->close("forced close", true);
    rig.loop.settle();
    next = "custom-1";  // free again
    CHECK(client.get(hello, origin).status == 200);
    CHECK(rig.engine->clients_count() == 2);
  }
  SECTION("by an exception") {
    options.generate_id = [](const http::Request&) -> std::optional<std::string> { throw 1; };
    Rig rig(options);
    RawClient client = rig.client();
    CHECK(client.get(hello) == bad_request);
  }
  SECTION("later") {
    options.generate_id_later = [&](const http::Request&, auto answer) {
      later = std::move(answer);
    };
    Rig rig(options);
    RawClient client = rig.client();
    CHECK(client.get(hello).status == 0);
    later("late");
    CHECK(client.answer().body.starts_with("0{\"sid\":\"late\""));
    RawClient gone = rig.client();
    gone.send_get(hello);
    gone.peer().reset();
    rig.loop.settle();
    later("later");
    CHECK(rig.engine->clients_count() == 1);
  }
}

TEST_CASE("E15 transports: only what can be upgraded to is suggested, only what is on is taken",
          "[sio][eio]") {
  sio::eio::Options options;
  options.allow_upgrades = GENERATE(true, false);
  options.websocket = GENERATE(true, false);
  Rig rig(options);
  RawClient client = rig.client();
  const bool suggested = options.allow_upgrades && options.websocket;
  CHECK(client.get(hello).body.find(suggested ? "[\"websocket\"]" : "[]") != std::string::npos);
  RawClient socket = rig.client();
  CHECK(socket.upgrade(direct).status == (options.websocket ? 101 : 400));
}

TEST_CASE("E26 io cookie: eight ways to set it, and none", "[sio][eio]") {
  using sio::eio::Cookie;
  const auto cookie_of = [](std::optional<Cookie> cookie) {
    sio::eio::Options options;
    options.cookie = std::move(cookie);
    Rig rig(options);
    RawClient client = rig.client();
    std::string text = client.get(hello).field("Set-Cookie");
    if (const std::size_t at = text.find(rig.echo.opened[0]); at != std::string::npos) {
      text.replace(at, 24, "SID");
    }
    RawClient socket = rig.client();
    CHECK(socket.upgrade(direct).field("Set-Cookie").empty());
    return text;
  };
  CHECK(cookie_of(std::nullopt).empty());
  CHECK(cookie_of(Cookie{}) == "io=SID; Path=/; HttpOnly; SameSite=Lax");
  CHECK(cookie_of(Cookie{.name = "woot"}) == "woot=SID; Path=/; HttpOnly; SameSite=Lax");
  CHECK(cookie_of(Cookie{.path = "/custom"}) == "io=SID; Path=/custom; HttpOnly; SameSite=Lax");
  CHECK(cookie_of(Cookie{.path = ""}) == "io=SID; HttpOnly; SameSite=Lax");
  CHECK(cookie_of(Cookie{.http_only = false}) == "io=SID; Path=/; SameSite=Lax");
  CHECK(cookie_of(Cookie{.same_site = "strict"}) == "io=SID; Path=/; HttpOnly; SameSite=Strict");
  CHECK(cookie_of(Cookie{.same_site = "", .secure = true}) == "io=SID; Path=/; HttpOnly; Secure");
  CHECK(cookie_of(Cookie{.name = "a;b"}).empty());
}

TEST_CASE("E27 cors: the express form, a preflight of 204, and fields on every answer",
          "[sio][eio][eio4-cors]") {
  sio::eio::Options options;
  options.max_payload = 10;
  options.cors.emplace();
  options.cors->origin = [](std::string_view origin) { return origin.ends_with(".example"); };
  options.cors->methods = "GET,POST";
  options.cors->allowed_headers = "x-foo";
  options.cors->exposed_headers = "x-bar";
  options.cors->credentials = true;
  options.cors->max_age = 123;
  const std::string from_a = "Origin: http://a.example\r\n";
  const std::string ask = "OPTIONS /engine.io/?" + hello;
  SECTION("all its fields") {
    Rig rig(options);
    const Answer answer = request(rig, ask, from_a + "Access-Control-Request-Headers: x-y\r\n");
    CHECK(answer == "204 ");
    CHECK(answer.field("Access-Control-Allow-Origin") == "http://a.example");
    CHECK(answer.field("Vary") == "Origin");
    CHECK(answer.field("Access-Control-Allow-Credentials") == "true");
    CHECK(answer.field("Access-Control-Allow-Methods") == "GET,POST");
    CHECK(answer.field("Access-Control-Allow-Headers") == "x-foo");
    CHECK(answer.field("Access-Control-Expose-Headers") == "x-bar");
    CHECK(answer.field("Access-Control-Max-Age") == "123");
    CHECK(
        request(rig, ask, "Origin: http://evil\r\n").field("Access-Control-Allow-Origin").empty());
    RawClient client = rig.client();
    const std::string sid = rig.sid_of(client.get(hello, from_a));
    const Answer large = client.post(rig.poll(sid), "4 more than ten", from_a);
    CHECK(large == "413 ");
    CHECK(large.field("Access-Control-Allow-Origin") == "http://a.example");
    RawClient other = rig.client();
    const Answer ok = other.post(rig.poll(sid), "4hi", from_a);
    CHECK(ok == "200 ok");
    CHECK(ok.field("Access-Control-Allow-Origin") == "http://a.example");
    CHECK(ok.field("Access-Control-Expose-Headers") == "x-bar");
    RawClient evil = rig.client();
    CHECK(evil.post(rig.poll(sid), "4hi", "Origin: http://evil\r\n").status == 403);
  }
  SECTION("another status") {
    options.cors->options_success_status = 200;
    Rig rig(options);
    CHECK(request(rig, ask, from_a) == "200 ");
  }
  SECTION("a preflight for the next") {
    options.cors->preflight_continue = true;
    Rig rig(options);
    CHECK(request(rig, ask, from_a) == bad_method);
  }
  SECTION("one origin, whoever asks; but only it may write") {
    options.cors->origin = "http://a.example";
    Rig rig(options);
    RawClient client = rig.client();
    const Answer answer = client.get(hello, "Origin: http://b.example\r\n");
    CHECK(answer.field("Access-Control-Allow-Origin") == "http://a.example");
    RawClient b = rig.client();
    CHECK(b.upgrade(direct, "Origin: http://b.example\r\n").status == 403);
    RawClient a = rig.client();
    CHECK(a.upgrade(direct, from_a).status == 101);
  }
  SECTION("off: OPTIONS is no handshake") {
    options.cors->origin = false;
    Rig rig(options);
    CHECK(request(rig, ask, from_a) == bad_method);
  }
}

TEST_CASE("E28 headers: the hooks see each answer, and several lines are several fields",
          "[sio][eio]") {
  sio::eio::Options options;
  int initial = 0;
  int every = 0;
  options.initial_headers = [&](sio::eio::Fields& fields, const http::Request&) {
    ++initial;
    fields.emplace_back("Set-Cookie", "1=1");
    fields.emplace_back("Set-Cookie", "2=2");
  };
  options.headers = [&](sio::eio::Fields& fields, const http::Request& asked) {
    ++every;
    fields.emplace_back("X-Method", asked.method());
  };
  Rig rig(options);
  RawClient client = rig.client();
  const Answer first = client.get(hello);
  CHECK(first.field("Set-Cookie") == "1=1|2=2");
  const std::string sid = rig.sid_of(first);
  CHECK(client.post(rig.poll(sid), "4a").field("X-Method") == "POST");
  const Answer poll = client.get(rig.poll(sid));
  CHECK(poll.field("X-Method") == "GET");
  CHECK(poll.field("Set-Cookie").empty());
  RawClient socket = rig.client();
  CHECK(socket.upgrade(direct).field("Set-Cookie") == "1=1|2=2");
  CHECK(initial == 2);
  CHECK(every == 4);
}

TEST_CASE("E33 initial packet: a message right behind the open packet", "[sio][eio]") {
  sio::eio::Options options;
  options.initial_packet = sio::eio::SharedMessage::text("faster!");
  Rig rig(options);
  RawClient client = rig.client();
  CHECK(
      client.get(hello).body.ends_with("}\x1e"
                                       "4faster!"));
  RawClient socket = rig.client();
  socket.upgrade(direct);
  const Texts frames = socket.frames();
  REQUIRE(frames.size() == 2);
  CHECK(frames[1] == "t:4faster!");
}

TEST_CASE("E34 foreign upgrades: the router answers them at once", "[sio][eio]") {
  Rig rig;
  const std::string fields = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  CHECK(request(rig, "GET /nowhere", fields).status == 404);
  CHECK(request(rig, "GET /other", fields).status == 200);
}

TEST_CASE("E35 attach: other handlers keep their paths, and listening may begin again",
          "[sio][eio]") {
  Rig rig;
  const std::string sid = rig.open_polling();
  CHECK(request(rig, "GET /other") == "200 other");
  rig.engine->close();
  rig.app.close();
  rig.loop.settle();
  CHECK(rig.echo.reasons == Texts{"server shutting down"});
  CHECK_FALSE(rig.app.listen(80));
  const std::string again = rig.open_polling();
  CHECK(again.size() == 24);
  RawClient client = rig.client();
  CHECK(client.post(rig.poll(again), "4hi") == "200 ok");
  CHECK(client.get(rig.poll(again)) == "200 4hi");
}

TEST_CASE("E40 Internet Explorer is told to leave answers alone", "[sio][eio]") {
  Rig rig;
  for (const char* agent : {"Mozilla/4.0 (compatible;MSIE 8.0)", "Mozilla/5.0 Trident/7.0"}) {
    RawClient client = rig.client();
    const Answer answer = client.get(hello, std::string("User-Agent: ") + agent + "\r\n");
    CHECK(answer.field("X-XSS-Protection") == "0");
  }
  RawClient client = rig.client();
  CHECK(client.get(hello, "User-Agent: curl\r\n").field("X-XSS-Protection").empty());
}
