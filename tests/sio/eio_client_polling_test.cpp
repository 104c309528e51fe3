// tests/sio/eio_client_polling_test.cpp - a client over polling, byte for byte, with a server that
// the test plays.
#include <regex>

#include "tests/catch.h"
#include "tests/sio/eio_client_rig.h"

using namespace strata;
using namespace strata::test;
using eio::Transport;

namespace {

const std::string get_abc =
    "GET /engine.io/?EIO=4&transport=polling&sid=abc HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    "Accept-Encoding: gzip\r\nAccept: */*\r\nUser-Agent: strata\r\n\r\n";

// The request line of what came.
std::string line(const std::string& request) { return request.substr(0, request.find("\r\n")); }

}  // namespace

TEST_CASE("C2 C5: the requests of a session over polling", "[sio][eio-client][eio4-client]") {
  ScriptRig rig(polling_only());
  CHECK(rig.peer().got ==
        "GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Accept-Encoding: gzip\r\nAccept: */*\r\nUser-Agent: strata\r\n\r\n");
  rig.opened();
  CHECK(rig.take() == "open|");
  CHECK(rig.client().opening().sid == "abc");
  CHECK(rig.peer().take() == get_abc);

  CHECK(rig.client().send("hello"));
  CHECK(rig.client().send(net::as_bytes(std::string_view("\1\2\3\4"))));
  CHECK_FALSE(rig.client().writable());
  rig.loop.settle();
  const std::string payload =
      "4hello\x1e"
      "bAQIDBA==";
  CHECK(rig.peer(1).take() ==
        "POST /engine.io/?EIO=4&transport=polling&sid=abc HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-type: text/plain;charset=UTF-8\r\nAccept-Encoding: gzip\r\nAccept: */*\r\n"
        "User-Agent: strata\r\nContent-Length: " +
            std::to_string(payload.size()) + "\r\n\r\n" + payload);
  // at most one POST at a time: what is sent meanwhile goes with the next one
  CHECK(rig.client().send("a"));
  CHECK(rig.client().send("b"));
  rig.loop.settle();
  CHECK(rig.peer(1).got.empty());
  CHECK(rig.server.peers.size() == 2);
  rig.answer("ok", 1);
  CHECK(rig.body(1) ==
        "4a\x1e"
        "4b");
  rig.answer("ok", 1);
  CHECK(rig.client().writable());

  // one GET at a time, and the next as soon as it is answered
  rig.answer(
      "4x\x1e"
      "2\x1e"
      "6\x1e"
      "bAQI=");
  CHECK(rig.take() == "text:x|ping|binary:\1\2|");
  CHECK(rig.peer().take() == get_abc);
  CHECK(rig.body(1) == "3");
}

TEST_CASE("C5: a timestamp that never repeats", "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = polling_only();
  options.timestamp_requests.reset();
  ScriptRig rig(std::move(options));
  const std::regex stamped(
      "GET /engine.io/\\?EIO=4&transport=polling&t=([0-9a-z.]+)(&sid=abc)? .*");
  std::smatch first, second;
  const std::string one = line(rig.peer().got);
  REQUIRE(std::regex_match(one, first, stamped));
  rig.opened();
  const std::string two = line(rig.peer().take());
  REQUIRE(std::regex_match(two, second, stamped));
  CHECK(first[1] != second[1]);
}

TEST_CASE("C5: force_base64 is said with the handshake", "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = polling_only();
  options.force_base64 = true;
  options.timestamp_param = "when";
  options.query = {{"token", "x y"}};
  ScriptRig rig(std::move(options));
  CHECK(line(rig.peer().got) ==
        "GET /engine.io/?token=x%20y&EIO=4&transport=polling&b64=1 HTTP/1.1");
  rig.opened();
  CHECK(line(rig.peer().take()) ==
        "GET /engine.io/?token=x%20y&EIO=4&transport=polling&sid=abc HTTP/1.1");
}

TEST_CASE("C8: further fields and credentials go with every request",
          "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = polling_only();
  options.url = "http://user:secret@127.0.0.1/chat";
  options.extra_headers = {{"X-A", "b"}, {"User-Agent", "mine"}};
  ScriptRig rig(std::move(options));
  const std::string fields =
      "X-A: b\r\nUser-Agent: mine\r\nAuthorization: Basic dXNlcjpzZWNyZXQ=\r\n";
  CHECK(rig.peer().got == "GET /chat/?EIO=4&transport=polling HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
                              fields + "Accept-Encoding: gzip\r\nAccept: */*\r\n\r\n");
  rig.opened();
  rig.client().send("x");
  rig.loop.settle();
  CHECK(rig.peer(1).got.find(fields) != std::string::npos);
}

TEST_CASE("C8: a field of the program's stands for one of ours", "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = polling_only();
  options.url = "http://user:secret@127.0.0.1/chat";
  options.extra_headers = {{"authorization", "Bearer x"}, {"accept", "text/plain"}};
  ScriptRig rig(std::move(options));
  CHECK(rig.peer().got ==
        "GET /chat/?EIO=4&transport=polling HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "authorization: Bearer x\r\naccept: text/plain\r\nAccept-Encoding: gzip\r\n"
        "User-Agent: strata\r\n\r\n");
}

TEST_CASE("C6: a POST has at most the server's maxPayload", "[sio][eio-client][eio4-client]") {
  ScriptRig rig(polling_only());
  rig.opened();  // 100 bytes
  for (const std::size_t size : {33u, 33u, 30u, 500u, 1u}) {
    rig.client().send(std::string(size, 'x'));
  }
  rig.loop.settle();
  const std::string x33 = "4" + std::string(33, 'x');
  CHECK(rig.body(1) == x33 + "\x1e" + x33);
  rig.answer("ok", 1);
  CHECK(rig.body(1) == "4" + std::string(30, 'x'));
  rig.answer("ok", 1);
  CHECK(rig.body(1) == "4" + std::string(500, 'x'));
  rig.answer("ok", 1);
  CHECK(rig.body(1) == "4x");
}

TEST_CASE("C7: cookies are kept and sent where credentials are wanted",
          "[sio][eio-client][eio4-client]") {
  const bool wanted = GENERATE(true, false);
  eio::ClientOptions options = polling_only();
  options.transports = {Transport::polling, Transport::websocket};
  options.with_credentials = wanted;
  ScriptRig rig(std::move(options));
  rig.peer().take();
  const std::string open =
      R"(0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000})";
  rig.say(
      "HTTP/1.1 200 OK\r\nSet-Cookie: 1=1; Path=/\r\nSet-Cookie: 2=2; Max-Age=3600\r\n"
      "Set-Cookie: 3=3; Max-Age=0\r\nContent-Length: " +
      std::to_string(open.size()) + "\r\n\r\n" + open);
  rig.client().send("x");
  rig.loop.settle();
  REQUIRE(rig.server.peers.size() == 3);  // the poll; the candidate, the POST
  for (std::size_t i = 0; i < 3; ++i) {
    INFO(rig.peer(i).got);
    CHECK((rig.peer(i).got.find("Cookie: 2=2; 1=1\r\n") != std::string::npos) == wanted);
    CHECK((rig.peer(i).got.find("Cookie") != std::string::npos) == wanted);
  }
}

TEST_CASE("C7: a jar can be shared", "[sio][eio-client][eio4-client]") {
  http::CookieJar jar;
  jar.store("a=b", *http::parse_url("http://127.0.0.1/"), 0);
  eio::ClientOptions options = polling_only();
  options.with_credentials = true;
  options.cookies = &jar;
  ScriptRig rig(std::move(options));
  CHECK(rig.peer().got.find("Cookie: a=b\r\n") != std::string::npos);
}

TEST_CASE("C10: an answer other than 200 is an error with its status and body",
          "[sio][eio-client][eio4-errors]") {
  ScriptRig rig(polling_only());
  const std::string why = R"({"code":1,"message":"Session ID unknown"})";
  SECTION("of the handshake") {
    rig.answer(why, 0, "400 Bad Request");
    CHECK(rig.take() == "error:xhr poll error|");
  }
  SECTION("of a poll") {
    rig.opened();
    rig.answer(why, 0, "400 Bad Request");
    CHECK(rig.take() == "open|error:xhr poll error|close:transport error|");
  }
  SECTION("of a POST") {
    rig.opened();
    rig.client().send("x");
    rig.loop.settle();
    rig.answer(why, 1, "400 Bad Request");
    CHECK(rig.take() == "open|error:xhr post error|close:transport error|");
  }
  CHECK(rig.side.last.status == 400);
  CHECK(rig.side.last.context == why);
  CHECK(rig.client().state() == eio::Client::State::closed);
  for (const auto& each : rig.server.peers) CHECK((each->fin || each->gone));
}

TEST_CASE("C10: of a long answer 4 KiB are kept, and a redirect is not followed",
          "[sio][eio-client][eio4-errors]") {
  ScriptRig rig(polling_only());
  rig.answer(std::string(100'000, 'x'), 0, "307 Temporary Redirect\r\nLocation: /there");
  CHECK(rig.take() == "error:xhr poll error|");
  CHECK(rig.side.last.status == 307);
  CHECK(rig.side.last.context.size() == 4096);
  CHECK(rig.server.peers.size() == 1);
}

TEST_CASE("C10: connections that break are errors, and nothing is asked again",
          "[sio][eio-client][eio4-errors]") {
  ScriptRig rig(polling_only());
  SECTION("of the handshake") {
    rig.peer().reset();
    CHECK(rig.take() == "error:xhr poll error|");
  }
  SECTION("of a poll on a kept connection") {
    rig.opened();
    rig.peer().reset();
    CHECK(rig.take() == "open|error:xhr poll error|close:transport error|");
  }
  SECTION("of a POST") {
    rig.opened();
    rig.client().send("x");
    rig.loop.settle();
    rig.peer(1).reset();
    CHECK(rig.take() == "open|error:xhr post error|close:transport error|");
  }
  CHECK(rig.side.last.status == 0);
  CHECK_FALSE(rig.side.last.context.empty());
  rig.loop.advance(60s);
  CHECK(rig.take().empty());
}

TEST_CASE("C10: nobody listens there", "[sio][eio-client][eio4-errors]") {
  eio::ClientOptions options = polling_only();
  options.url = "http://127.0.0.1:81";
  ScriptRig rig(std::move(options));
  CHECK(rig.take() == "error:xhr poll error|");
  CHECK(rig.client().open());  // and again
  CHECK(rig.take() == "error:xhr poll error|");
}

TEST_CASE("C1: options that cannot be are errors, later than open()",
          "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = polling_only();
  std::string why;
  SECTION("a URL that is none") {
    options.url = "ftp://h";
    why = "xhr poll error";
  }
  SECTION("a field that cannot be sent") {
    options.extra_headers = {{"A b", "c\r\nd"}};
    why = "xhr poll error";
  }
  SECTION("https without what makes a connection secure") {
    options.url = "https://127.0.0.1";
    why = "xhr poll error";
  }
  SECTION("wss likewise") {
    options.url = "wss://127.0.0.1";
    options.transports = {Transport::websocket};
    why = "websocket error";
  }
  SECTION("a proxy that is none") {
    options.proxy = "http://";
    why = "xhr poll error";
  }
  SECTION("no transport") {
    options.transports.clear();
    why = "No transports available";
  }
  VirtualLoop loop;
  LoggedClient side(loop, std::move(options));
  CHECK(side.client->open());
  CHECK(side.log.empty());
  loop.settle();
  CHECK(side.take() == "error:" + why + "|");
  CHECK(side.client->state() == eio::Client::State::closed);
}

TEST_CASE("C12: a request that takes longer than request_timeout is an error",
          "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options = polling_only();
  options.request_timeout = 5s;
  ScriptRig rig(std::move(options));
  SECTION("the handshake") {
    rig.loop.advance(5s);
    CHECK(rig.take() == "error:xhr poll error|");
  }
  SECTION("a poll") {
    rig.opened();
    rig.loop.advance(5s);
    CHECK(rig.take() == "open|error:xhr poll error|close:transport error|");
  }
}

TEST_CASE("C11: a poll may take as long as the heartbeat allows",
          "[sio][eio-client][eio4-heartbeat]") {
  ScriptRig rig(polling_only());
  rig.opened();
  rig.take();
  for (int i = 0; i < 10; ++i) {
    rig.loop.advance(44s);
    rig.answer("2");
    CHECK(rig.take() == "ping|");
    rig.answer("ok", 1 + static_cast<std::size_t>(i));  // idle connections are not kept that long
  }
  rig.loop.advance(44s);
  CHECK(rig.take().empty());
  rig.loop.advance(1s);
  CHECK(rig.take() == "close:ping timeout|");
}
