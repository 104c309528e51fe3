// tests/ws/client_open_test.cpp - servers that answer wrongly, late or never; redirects, proxies,
// and the seam where TLS goes.
#include "tests/ws/client_fixture.h"

using namespace strata;
using namespace strata::test;
using ws::ConnectError;

namespace {

std::string error(ConnectError which) {
  return "error:" + std::to_string(static_cast<int>(which)) + "|";
}

// A part of the right answer, replaced; or the whole of it.
struct Row {
  const char* what;
  const char* from;
  const char* to;
  ConnectError error;
  int status;
  const char* why;
};

const Row rows[] = {
    {"200", "101 Switching Protocols", "200 OK", ConnectError::refused, 200,
     "the server did not switch protocols"},
    {"401", "101 Switching Protocols", "401 Who", ConnectError::refused, 401,
     "the server did not switch protocols"},
    {"302", "101 Switching Protocols\r\n", "302 There\r\nLocation: /b\r\n", ConnectError::refused,
     302, "the server did not switch protocols"},
    {"426", "101 Switching Protocols", "426 Upgrade Required", ConnectError::refused, 426,
     "the server did not switch protocols"},
    {"HTTP/1.0", "HTTP/1.1", "HTTP/1.0", ConnectError::wrong_answer, 0, "no HTTP/1.1 answer"},
    {"no HTTP", "HTTP/1.1", "SSH-2.0", ConnectError::wrong_answer, 0, "no HTTP/1.1 answer"},
    {"no Upgrade", "Upgrade: websocket\r\n", "", ConnectError::wrong_answer, 101,
     "Upgrade is not websocket"},
    {"another Upgrade", "Upgrade: websocket", "Upgrade: h2c", ConnectError::wrong_answer, 101,
     "Upgrade is not websocket"},
    {"no Connection", "Connection: Upgrade\r\n", "", ConnectError::wrong_answer, 101,
     "Connection does not name Upgrade"},
    {"no Accept", "Sec-WebSocket-Accept", "X-Accept", ConnectError::wrong_answer, 101,
     "Sec-WebSocket-Accept does not fit the key"},
    {"a wrong Accept", "Accept: ", "Accept: x", ConnectError::wrong_answer, 101,
     "Sec-WebSocket-Accept does not fit the key"},
    {"two Accepts", "Connection:", "Sec-WebSocket-Accept: x\r\nConnection:",
     ConnectError::wrong_answer, 101, "Sec-WebSocket-Accept does not fit the key"},
    {"an extension nobody offered", "Connection:",
     "Sec-WebSocket-Extensions: x-unheard\r\nConnection:", ConnectError::wrong_answer, 101,
     nullptr},
    {"a subprotocol nobody offered", "Connection:", "Sec-WebSocket-Protocol: x\r\nConnection:",
     ConnectError::wrong_answer, 101, "a subprotocol that was not offered"},
    {"a folded line", "Connection: ", "Connection:\r\n ", ConnectError::wrong_answer, 101,
     "malformed field line"},
};

bool has(std::string_view wire, std::string_view what) { return wire.find(what) != wire.npos; }

}  // namespace

TEST_CASE("a wrong answer opens nothing, and the reason is told", "[ws][client][rfc6455-4.1]") {
  for (const Row& row : rows) {
    for (const bool in_pieces : {false, true}) {
      CAPTURE(row.what, in_pieces);
      WsClientFixture f;
      std::string answer = f.good();
      answer.replace(answer.find(row.from), std::string(row.from).size(), row.to);
      f.peer().take();
      const std::string wire = answer + from_server(0x81, "not looked at");
      for (std::size_t at = 0; at < wire.size(); at += in_pieces ? 1 : wire.size())
        f.say(wire.substr(at, in_pieces ? 1 : wire.npos));
      REQUIRE(f.log == error(row.error));
      CHECK(f.failure.status == row.status);
      if (row.why != nullptr) CHECK(f.why == row.why);
      if (row.status != 0) CHECK(f.head == answer.substr(0, answer.size() - 2));
      CHECK(f.peer().take().empty());
      CHECK((f.peer().gone || f.peer().fin));
      CHECK(f.server.peers.size() == 1);
      CHECK_FALSE(f.client->connecting());
    }
  }
}

TEST_CASE("FIN or RST at each byte: one last callback", "[ws][client]") {
  std::size_t head = 1, total = 1;
  for (const bool reset : {false, true}) {
    for (std::size_t cut = 0; cut <= total; ++cut) {
      CAPTURE(reset, cut);
      WsClientFixture f;
      const std::string answer = f.good();
      head = answer.size();
      const std::string wire =
          answer + from_server(0x81, "x") + from_server(0x88, close_payload(1000, "bye"));
      total = wire.size();
      f.say(wire.substr(0, cut));
      reset ? f.peer().reset() : f.peer().finish();
      f.loop.settle();
      std::string expected;
      if (cut < head) expected = error(ConnectError::closed);
      if (cut >= head) expected = "open:|";
      if (cut >= head + 3) expected += "message:x|";
      if (cut == total) expected += "close:1000:bye|";
      if (cut < head || cut == total) {
        REQUIRE(f.log == expected);
      } else {
        REQUIRE(f.log.starts_with(expected + "close:1006:"));
        REQUIRE(f.log.find('|', expected.size()) == f.log.size() - 1);
      }
      f.loop.advance(60s);
      REQUIRE(f.peer().gone);
      REQUIRE(f.loop.connection_count() <= 1);  // the server's own, which the fixture keeps
    }
  }
}

TEST_CASE("the time to open is over", "[ws][client]") {
  WsClientFixture f({.connect_timeout = 4s});
  f.say("HTTP/1.1 101 Sw");
  for (int i = 0; i < 39; ++i) f.loop.advance(100ms);
  CHECK(f.log.empty());
  f.loop.advance(200ms);
  CHECK(f.log == error(ConnectError::timeout));
  CHECK(f.why == "no answer to the handshake in time");
  CHECK((f.peer().gone || f.peer().fin));
}

TEST_CASE("nobody there", "[ws][client]") {
  WsClientFixture f({.url = "ws://127.0.0.1:9/"});
  CHECK(f.log == error(ConnectError::unreachable));
  CHECK(f.failure.system);
  CHECK_FALSE(f.failure.to_string().empty());
}

TEST_CASE("options that cannot be sent", "[ws][client][rfc6455-3][rfc6455-4.1]") {
  struct Wrong {
    ws::ClientOptions options;
    const char* why;
  };
  const Wrong wrong[] = {
      {{.url = "http://127.0.0.1/"}, "a scheme other than ws and wss"},
      {{.url = "127.0.0.1"}, "a scheme other than ws and wss"},
      {{.url = "ws://127.0.0.1/#a"}, "a fragment in a WebSocket URL"},
      {{.url = "ws://127.0.0.1/#"}, "a fragment in a WebSocket URL"},
      {{.url = "ws:///"}, "a URL without a host"},
      {{.url = "ws://127.0.0.1:0/"}, "a port that is none"},
      {{.url = "ws://a%3Ab:c@127.0.0.1/"}, "credentials that cannot be sent"},
      {{.url = "ws://127.0.0.1/", .subprotocols = {"a b"}}, "a subprotocol that is no token"},
      {{.url = "ws://127.0.0.1/", .subprotocols = {"a", "a"}}, "a subprotocol that is named twice"},
      {{.url = "ws://127.0.0.1/", .headers = {{"A", "b\r\nC: d"}}}, "a field that cannot be sent"},
      {{.url = "ws://127.0.0.1/", .headers = {{"A:", "b"}}}, "a field that cannot be sent"},
      {{.url = "ws://127.0.0.1/", .headers = {{"sec-websocket-key", "b"}}},
       "a field that the handshake writes itself"},
      {{.url = "ws://127.0.0.1/", .headers = {{"upgrade", "b"}}},
       "a field that the handshake writes itself"},
      {{.url = "ws://127.0.0.1/", .headers = {{"Content-Length", "1"}}},
       "a field that the handshake writes itself"},
  };
  for (const Wrong& row : wrong) {
    CAPTURE(row.why);
    WsClientFixture f(row.options);
    CHECK(f.log == error(ConnectError::invalid));
    CHECK(f.why == row.why);
    CHECK(f.server.peers.empty());
  }
  WsClientFixture proxy({.proxy = "ftp://127.0.0.1"});
  CHECK(proxy.log == error(ConnectError::invalid));
}

TEST_CASE("heads of 1xx before the answer are let through, sixteen of them",
          "[ws][client][rfc9110-15.2]") {
  const std::string hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  for (const int count : {1, 16, 17}) {
    for (const bool in_pieces : {false, true}) {
      CAPTURE(count, in_pieces);
      WsClientFixture f;
      std::string wire;
      for (int i = 0; i < count; ++i) wire += hint;
      wire += f.good() + from_server(0x81, "x");
      for (std::size_t at = 0; at < wire.size(); at += in_pieces ? 1 : wire.size())
        f.say(wire.substr(at, in_pieces ? 1 : wire.npos));
      CHECK(f.log == (count <= 16 ? "open:|message:x|" : error(ConnectError::refused)));
      CHECK(f.head.starts_with(count <= 16 ? "HTTP/1.1 101" : "HTTP/1.1 103"));
    }
  }
}

TEST_CASE("a 1xx longer than the answer, and both cut inside it", "[ws][client][rfc9110-15.2]") {
  const std::string hint = "HTTP/1.1 103 Hints\r\nLink: " + std::string(500, 'x') + "\r\n\r\n";
  for (std::size_t cut = 0; cut < hint.size(); ++cut) {
    CAPTURE(cut);
    WsClientFixture f;
    const std::string wire = hint + f.good();
    f.say(wire.substr(0, cut));
    f.say(wire.substr(cut));
    REQUIRE(f.log == "open:|");
    REQUIRE(f.head.starts_with("HTTP/1.1 101"));
  }
}

// --- redirects ----------------------------------------------------------------------------------

TEST_CASE("a redirect is followed where the policy says so", "[ws][client][rfc6455-4.1]") {
  for (const char* to :
       {"ws://127.0.0.1:81/b?c", "http://127.0.0.1:81/b?c", "//127.0.0.1:81/b?c"}) {
    CAPTURE(to);
    WsClientFixture f({.url = "ws://u:p@127.0.0.1/a",
                       .headers = {{"Cookie", "secret"}, {"X-A", "b"}, {"Host", "other"}},
                       .max_redirects = 2});
    Scripted second(f.loop, net::Address::loopback(81));
    f.say("HTTP/1.1 307 There\r\nLocation: " + std::string(to) + "\r\n\r\n");
    CHECK((f.peer().gone || f.peer().fin));
    CHECK(f.log.empty());
    const std::string asked = second.at(0).got;
    CHECK(has(asked, "GET /b?c HTTP/1.1\r\nHost: 127.0.0.1:81\r\n"));
    CHECK(has(asked, "X-A: b\r\n"));
    CHECK_FALSE(has(asked, "secret"));  // credentials stay with their origin
    CHECK_FALSE(has(asked, "Authorization"));
    f.peer().got = asked;  // the key is the same: fixed
    second.at(0).send(f.good() + from_server(0x81, "there"));
    f.loop.settle();
    CHECK(f.log == "open:|message:there|");
    CHECK(f.url == "ws://127.0.0.1:81/b?c");
  }
}

TEST_CASE("a redirect that is not followed", "[ws][client]") {
  WsClientFixture f({.max_redirects = 2});
  SECTION("in a circle") {
    for (std::size_t i = 0; i < 3; ++i) f.say("HTTP/1.1 302 R\r\nLocation: /\r\n\r\n", i);
    CHECK(f.log == error(ConnectError::redirect));
    CHECK(f.why == "more redirects than the limit");
    CHECK(f.failure.status == 302);
    CHECK(f.server.peers.size() == 3);
  }
  SECTION("to another scheme") {
    f.say("HTTP/1.1 302 R\r\nLocation: ftp://127.0.0.1/\r\n\r\n");
    CHECK(f.log == error(ConnectError::redirect));
  }
  SECTION("to a Unix socket") {
    f.say("HTTP/1.1 302 R\r\nLocation: ws://unix:/run/x.sock:/\r\n\r\n");
    CHECK(f.log == error(ConnectError::redirect));
  }
  SECTION("to wss, without TLS") {
    f.say("HTTP/1.1 302 R\r\nLocation: wss://127.0.0.1/\r\n\r\n");
    CHECK(f.log == error(ConnectError::insecure));
  }
  SECTION("to nowhere") {
    f.say("HTTP/1.1 302 R\r\n\r\n");
    CHECK(f.log == error(ConnectError::refused));
  }
}

// --- proxies and TLS ----------------------------------------------------------------------------

TEST_CASE("through a proxy by CONNECT, also without TLS", "[ws][client][rfc6455-4.1]") {
  WsClientFixture f({.url = "ws://a.example/x", .proxy = "Aladdin:open%20sesame@127.0.0.1:80"});
  CHECK(f.peer().take() ==
        "CONNECT a.example:80 HTTP/1.1\r\nHost: a.example:80\r\n"
        "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
  SECTION("a tunnel") {
    f.say("HTTP/1.1 200 Connection established\r\n\r\n");
    CHECK(f.peer().got.starts_with("GET /x HTTP/1.1\r\nHost: a.example\r\n"));
    CHECK_FALSE(has(f.peer().got, "Proxy-"));
    f.say(f.good() + from_server(0x81, "x"));
    CHECK(f.log == "open:|message:x|");
  }
  SECTION("407") {
    f.say("HTTP/1.1 407 P\r\nContent-Length: 0\r\n\r\n");
    CHECK(f.log == error(ConnectError::proxy));
  }
  SECTION("it closes") {
    f.peer().finish();
    f.loop.settle();
    CHECK(f.log == error(ConnectError::proxy));
  }
  SECTION("silence") {
    f.loop.advance(10s);
    CHECK(f.log == error(ConnectError::timeout));
  }
  SECTION("destroyed while the tunnel is dug") {
    f.client.reset();
    f.say("HTTP/1.1 200 OK\r\n\r\n");
    CHECK(f.log.empty());
  }
}

TEST_CASE("wss is refused without a way to make it secure", "[ws][client]") {
  WsClientFixture f({.url = "wss://127.0.0.1:80/"});
  CHECK(f.log == error(ConnectError::insecure));
  CHECK(f.why == "wss is asked for, and there is nothing that makes a connection secure");
  CHECK(f.server.peers.empty());
}

TEST_CASE("wss goes through what makes it secure", "[ws][client]") {
  std::string host;
  bool works = true;
  ws::ClientOptions options{.url = "wss://127.0.0.1:80/"};
  options.secure = [&](std::unique_ptr<net::Connection> below, std::string_view to) {
    host = to;
    if (!works) below.reset();
    return below;
  };
  WsClientFixture f(options);
  CHECK(host == "127.0.0.1");
  CHECK(has(f.peer().got, "Host: 127.0.0.1:80\r\n"));
  f.say(f.good());
  CHECK(f.log == "open:|");
  CHECK(f.url == "wss://127.0.0.1:80/");
  works = false;
  WsClientFixture broken(options);
  CHECK(broken.log == error(ConnectError::insecure));
}

TEST_CASE("destroyed in on_error; asked again in on_error", "[ws][client]") {
  WsClientFixture f;
  f.then = [&](const std::string&) { f.client.reset(); };
  f.say("HTTP/1.1 403 No\r\nX: y\r\n\r\nbody");
  CHECK(f.log == error(ConnectError::refused));
  CHECK(f.head == "HTTP/1.1 403 No\r\nX: y\r\n");
  WsClientFixture invalid({.url = "nonsense"});
  CHECK(invalid.log == error(ConnectError::invalid));
  int again = 0;
  invalid.then = [&](const std::string&) {
    if (++again < 3) invalid.client->connect();
  };
  invalid.client->connect();
  invalid.loop.settle();
  CHECK(again == 3);
}
