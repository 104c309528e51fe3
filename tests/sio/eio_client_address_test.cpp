// tests/sio/eio_client_address_test.cpp - where a client's requests go.
#include "sio/eio/client_address.h"
#include "tests/catch.h"

using namespace strata;
using namespace strata::sio::eio;

namespace {

using Parts = ClientAddress::Parts;

std::string polling(const Parts& parts, const ClientAddress::Call& call = {}) {
  const auto made = ClientAddress::make(parts);
  return made ? made->url(call) : std::string(made.error());
}

std::string websocket(const Parts& parts, ClientAddress::Call call = {}) {
  call.transport = Transport::websocket;
  return polling(parts, call);
}

const std::string polls = "EIO=4&transport=polling";
const std::string ws = "EIO=4&transport=websocket";

}  // namespace

TEST_CASE("C1: a URL gives those of both transports", "[sio][codec][eio-client][eio4-client]") {
  CHECK(polling({.url = "http://localhost"}) == "http://localhost/engine.io/?" + polls);
  CHECK(websocket({.url = "http://localhost"}) == "ws://localhost/engine.io/?" + ws);
  CHECK(polling({.url = "https://localhost"}) == "https://localhost/engine.io/?" + polls);
  CHECK(websocket({.url = "https://localhost"}) == "wss://localhost/engine.io/?" + ws);
  CHECK(polling({.url = "ws://localhost"}) == "http://localhost/engine.io/?" + polls);
  CHECK(websocket({.url = "WSS://localhost"}) == "wss://localhost/engine.io/?" + ws);
  CHECK(polling({.url = "localhost:7890"}) == "http://localhost:7890/engine.io/?" + polls);
}

TEST_CASE("C1: ports are left out where they are the scheme's own",
          "[sio][codec][eio-client][eio4-client]") {
  CHECK(polling({.url = "http://h:80"}) == "http://h/engine.io/?" + polls);
  CHECK(polling({.url = "http://h:443"}) == "http://h:443/engine.io/?" + polls);
  CHECK(polling({.url = "https://h:443"}) == "https://h/engine.io/?" + polls);
  CHECK(polling({.url = "https://h:80"}) == "https://h:80/engine.io/?" + polls);
  CHECK(websocket({.url = "ws://h:80"}) == "ws://h/engine.io/?" + ws);
  CHECK(websocket({.url = "wss://h:443"}) == "wss://h/engine.io/?" + ws);
  CHECK(websocket({.url = "wss://h:80"}) == "wss://h:80/engine.io/?" + ws);
}

TEST_CASE("C1: IPv6 addresses", "[sio][codec][eio-client][eio4-client]") {
  CHECK(polling({.url = "http://[::1]"}) == "http://[::1]/engine.io/?" + polls);
  CHECK(polling({.url = "http://[::1]:8080"}) == "http://[::1]:8080/engine.io/?" + polls);
  CHECK(websocket({.url = "http://[2001:db8::7]:80"}) == "ws://[2001:db8::7]/engine.io/?" + ws);
}

TEST_CASE("C1: the path is the option's, or the URL's where it has one",
          "[sio][codec][eio-client][eio4-client]") {
  CHECK(polling({.url = "http://h/"}) == "http://h/engine.io/?" + polls);
  CHECK(polling({.url = "http://h/chat"}) == "http://h/chat/?" + polls);
  CHECK(polling({.url = "http://h/chat/"}) == "http://h/chat/?" + polls);
  CHECK(polling({.url = "http://h/chat/", .add_trailing_slash = false}) ==
        "http://h/chat?" + polls);
  CHECK(polling({.url = "http://h", .path = "/a/b/"}) == "http://h/a/b/?" + polls);
  CHECK(polling({.url = "http://h", .path = "/a", .add_trailing_slash = false}) ==
        "http://h/a?" + polls);
  CHECK(polling({.url = "http://h", .path = "a"}) == "http://h/a/?" + polls);
  CHECK(polling({.url = "http://h", .path = "/", .add_trailing_slash = false}) ==
        "http://h/?" + polls);
}

TEST_CASE("C5: the query is the option's and the URL's, and ours behind them",
          "[sio][codec][eio-client][eio4-client]") {
  CHECK(polling({.url = "http://h?a=b&c=d%20e"}) == "http://h/engine.io/?a=b&c=d%20e&" + polls);
  CHECK(polling({.url = "http://h", .query = {{"a", "b c"}, {"d&", "=\xc3\xa4"}}}) ==
        "http://h/engine.io/?a=b%20c&d%26=%3D%C3%A4&" + polls);
  CHECK(polling({.url = "http://h?a=2", .query = {{"a", "1"}, {"b", "3"}}}) ==
        "http://h/engine.io/?a=2&b=3&" + polls);
  CHECK(polling({.url = "http://h?a&b=", .query = {}}) == "http://h/engine.io/?a=&b=&" + polls);
  CHECK(polling({.url = "http://h?EIO=3&transport=x&sid=y&a=1", .query = {{"sid", "z"}}}) ==
        "http://h/engine.io/?a=1&" + polls);
  CHECK(polling({.url = "http://h?&&=x&"}) == "http://h/engine.io/?" + polls);
}

TEST_CASE("C5: a request's own parts stand at the end", "[sio][codec][eio-client][eio4-client]") {
  CHECK(polling({.url = "http://h"}, {.sid = "a b+/", .timestamp_param = "t", .timestamp = "x1"}) ==
        "http://h/engine.io/?" + polls + "&t=x1&sid=a%20b%2B%2F");
  CHECK(polling({.url = "http://h"}, {.timestamp_param = "x y", .timestamp = "1"}) ==
        "http://h/engine.io/?" + polls + "&x%20y=1");
  CHECK(websocket({.url = "http://h"}, {.base64 = true}) == "ws://h/engine.io/?" + ws + "&b64=1");
}

TEST_CASE("C8: credentials and Unix sockets are taken out of the URL",
          "[sio][codec][eio-client][eio4-client]") {
  const auto made = ClientAddress::make({.url = "http://user:se%20cret@h/", .path = "/engine.io"});
  REQUIRE(made);
  std::vector<std::pair<std::string, std::string>> headers = {{"X-A", "b"}};
  made->authorize(headers);
  REQUIRE(headers.size() == 2);
  CHECK(headers[1].first + ": " + headers[1].second == "Authorization: Basic dXNlcjpzZSBjcmV0");
  made->authorize(headers);  // the program's own word counts
  CHECK(headers.size() == 2);
  CHECK(made->url({}) == "http://h/engine.io/?" + polls);
  for (const char* const url : {"http://unix:/run/app.sock:/chat", "unix:/run/app.sock:/chat"}) {
    const auto local = ClientAddress::make({.url = url, .path = "/engine.io"});
    REQUIRE(local);
    CHECK(local->socket_path() == "/run/app.sock");
    CHECK(local->url({}) == "http://localhost/chat/?" + polls);
  }
}

TEST_CASE("C1: a URL that is none has a sentence", "[sio][codec][eio-client][eio4-client]") {
  for (const char* const url : {"", "http://", "ftp://h", "http://h:99999", "http://a b/", "//h",
                                "http://[::1", "http://h/%zz", "http://h:80:80"}) {
    INFO(url);
    CHECK_FALSE(ClientAddress::make({.url = url, .path = "/engine.io"}));
  }
  CHECK(polling({.url = "http://h", .path = "/a?b"}) == "a path with a query in it");
}
