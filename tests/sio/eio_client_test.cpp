// tests/sio/eio_client_test.cpp - eio::Client and our own server on one virtual loop.
#include "tests/catch.h"
#include "tests/sio/eio_client_rig.h"

using namespace strata;
using namespace strata::test;
using Transport = eio::Transport;

namespace {

eio::ClientOptions only(Transport transport) {
  eio::ClientOptions options;
  options.transports = {transport};
  return options;
}

const net::Bytes octets = net::as_bytes(std::string_view("\1\2\3\0\xff", 5));

}  // namespace

TEST_CASE("C2: messages go and come back over polling alone", "[sio][eio-client][eio4-client]") {
  EchoRig rig(only(Transport::polling));
  REQUIRE(rig.client().open());
  CHECK_FALSE(rig.client().open());
  CHECK(rig.take() == "open|");
  CHECK(rig.client().transport() == Transport::polling);
  CHECK(rig.client().send("hello"));
  CHECK(rig.client().send("K\xc3\xa4se"));
  CHECK(rig.client().send(octets));
  CHECK(rig.take() == "text:hello|text:K\xc3\xa4se|binary:" + std::string("\1\2\3\0\xff", 5) + "|");
  rig.client().close();
  CHECK(rig.client().state() == eio::Client::State::closing);
  CHECK(rig.take() == "close:forced close|");
  CHECK(rig.echo.reasons == std::vector<std::string>{"transport close"});
  CHECK(rig.client().state() == eio::Client::State::closed);
  CHECK_FALSE(rig.client().send("late"));
}

TEST_CASE("C2: messages go and come back over a WebSocket alone",
          "[sio][eio-client][eio4-client]") {
  EchoRig rig(only(Transport::websocket));
  REQUIRE(rig.client().open());
  CHECK(rig.take() == "open|");
  CHECK(rig.client().transport() == Transport::websocket);
  CHECK(rig.client().send("hello"));
  CHECK(rig.client().send(octets));
  CHECK(rig.take() == "text:hello|binary:" + std::string("\1\2\3\0\xff", 5) + "|");
  rig.client().close();
  CHECK(rig.take() == "close:forced close|");
  CHECK(rig.echo.reasons == std::vector<std::string>{"transport close"});
}

TEST_CASE("C2: a session goes from polling to a WebSocket", "[sio][eio-client][eio4-upgrade]") {
  EchoRig rig;
  rig.client().open();
  CHECK(rig.take() == "open|upgrading|upgrade|");
  CHECK(rig.client().transport() == Transport::websocket);
  CHECK(rig.echo.upgrades == 1);
  CHECK(rig.client().send("hello"));
  CHECK(rig.take() == "text:hello|");
  rig.client().close();
  CHECK(rig.take() == "close:forced close|");
}

TEST_CASE("C8: https and wss go through what makes a connection secure",
          "[sio][eio-client][eio4-client]") {
  std::string hosts;
  eio::ClientOptions options;
  options.url = "https://127.0.0.1:80";
  options.secure = [&hosts](std::unique_ptr<net::Connection> plain, std::string_view host) {
    hosts += std::string(host) + " ";
    return plain;
  };
  EchoRig rig(std::move(options));
  rig.client().open();
  CHECK(rig.take() == "open|upgrading|upgrade|");
  CHECK(hosts == "127.0.0.1 127.0.0.1 ");  // of the polls' connection, and of the WebSocket's
  rig.client().send("hello");
  CHECK(rig.take() == "text:hello|");
}

TEST_CASE("C8: a proxy is asked for tunnels, for polls and for the WebSocket",
          "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options;
  options.url = "http://example.test";
  options.proxy = "http://user:secret@127.0.0.1";
  options.timestamp_requests = false;
  ScriptRig rig(std::move(options));
  const auto tunnelled = [&rig](std::size_t index) {
    REQUIRE(rig.server.peers.size() == index + 1);
    const std::string asked = rig.peer(index).take();
    CHECK(asked.starts_with("CONNECT example.test:80 HTTP/1.1\r\n"));
    CHECK(asked.find("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n") != asked.npos);
    rig.say("HTTP/1.1 200 OK\r\n\r\n", index);
    CHECK(rig.peer(index).got.find("Proxy-Authorization") == asked.npos);
    return rig.peer(index).got.substr(0, rig.peer(index).got.find("\r\n"));
  };
  CHECK(tunnelled(0) == "GET /engine.io/?EIO=4&transport=polling HTTP/1.1");
  rig.opened("[\"websocket\"]");
  CHECK(tunnelled(1) == "GET /engine.io/?EIO=4&transport=websocket&sid=abc HTTP/1.1");
}

TEST_CASE("C8: hosts that need no proxy are asked themselves", "[sio][eio-client][eio4-client]") {
  eio::ClientOptions options;
  options.proxy = "http://127.0.0.1:81";  // nobody is there
  options.no_proxy = {"127.0.0.0/8"};
  EchoRig rig(std::move(options));
  rig.client().open();
  CHECK(rig.take() == "open|upgrading|upgrade|");
}

TEST_CASE("C2: every option of our server suits the client", "[sio][eio-client][eio4-client]") {
  eio::Options server;
  eio::ClientOptions client;
  std::string opened = "open|upgrading|upgrade|";
  SECTION("no upgrades") {
    server.allow_upgrades = false;
    opened = "open|";
  }
  SECTION("polling alone") {
    server.websocket = false;
    opened = "open|";
  }
  SECTION("WebSockets alone") {
    server.polling = false;
    client.transports = {Transport::polling, Transport::websocket};
    client.try_all_transports = true;
    opened = "open|";
  }
  SECTION("another path") {
    server.path = client.path = "/a/b";
    server.add_trailing_slash = client.add_trailing_slash = false;
  }
  SECTION("an id of its own") {
    server.generate_id = [](const http::Request&) { return std::optional<std::string>("my-id"); };
  }
  SECTION("a first packet") {
    server.initial_packet = eio::SharedMessage::text("first");
    opened = "open|text:first|upgrading|upgrade|";
  }
  SECTION("compression of both kinds, of all messages") {
    server.http_compression->threshold = 0;
    server.per_message_deflate.emplace();
    server.per_message_deflate->threshold = 0;
    client.per_message_deflate->threshold = 0;
  }
  SECTION("a cookie") {
    server.cookie.emplace();
    client.with_credentials = true;
  }
  SECTION("Base64") { client.force_base64 = true; }
  EchoRig rig(std::move(client), std::move(server));
  rig.client().open();
  CHECK(rig.take() == opened);
  rig.client().send("hello");
  rig.client().send(octets);
  CHECK(rig.take() == "text:hello|binary:" + std::string("\1\2\3\0\xff", 5) + "|");
  rig.loop.advance(26s);
  CHECK(rig.take() == "ping|");
  rig.client().close();
  rig.loop.advance(1s);
  CHECK(rig.take() == "close:forced close|");
  CHECK(rig.engine->clients_count() == 0);
}
