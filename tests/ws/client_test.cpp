// tests/ws/client_test.cpp - what a client sends, what it does with an open connection, how it
// ends.
#include "tests/ws/client_fixture.h"

using namespace strata;
using namespace strata::test;
using ws::CloseCode;
using ws::ConnectError;
using ws::SendResult;

TEST_CASE("a client asks as it was told", "[ws][client][rfc6455-4.1]") {
  WsClientFixture f({.url = "ws://127.0.0.1:81/chat?room=a%20b",
                     .subprotocols = {"chat", "superchat"},
                     .headers = {{"Origin", "http://example.com"}, {"X-A", "b"}}},
                    81);
  CHECK(f.peer().got ==
        "GET /chat?room=a%20b HTTP/1.1\r\nHost: 127.0.0.1:81\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: N/ohPTf6IT03+iE9N/ohPQ==\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, superchat\r\n"
        "Origin: http://example.com\r\nX-A: b\r\n\r\n");
  CHECK(f.client->connecting());
  CHECK(f.client->connection() == nullptr);
  CHECK(f.client->send_text("early") == SendResult::dropped);
  CHECK(f.client->send_binary({}) == SendResult::dropped);
  CHECK(f.client->ping() == SendResult::dropped);
  f.say(f.good(0, "Sec-WebSocket-Protocol: superchat\r\nSet-Cookie: a=b\r\n"));
  CHECK(f.log == "open:superchat|");
  CHECK(f.head.starts_with("HTTP/1.1 101 Switching Protocols\r\nUpgrade:"));
  CHECK(f.head.ends_with("Set-Cookie: a=b\r\n"));
  CHECK(f.url == "ws://127.0.0.1:81/chat?room=a%20b");
  CHECK_FALSE(f.client->connecting());
  CHECK_FALSE(f.client->connect());
}

TEST_CASE("Host and credentials: from the URL, or as the caller says", "[ws][client]") {
  WsClientFixture a({.url = "ws://Aladdin:open%20sesame@127.0.0.1/"});
  CHECK(a.peer().got.find("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n") !=
        std::string::npos);
  WsClientFixture b({.url = "ws://u:p@127.0.0.1/",
                     .headers = {{"host", "example.com"}, {"authorization", "Bearer x"}}});
  CHECK(b.peer().got.find("\r\nHost: example.com\r\n") != std::string::npos);
  CHECK(b.peer().got.find("127.0.0.1") == std::string::npos);
  CHECK(b.peer().got.find("Basic") == std::string::npos);
  CHECK(b.peer().got.find("authorization: Bearer x\r\n") != std::string::npos);
}

TEST_CASE("without keys of the caller's, two clients have two nonces",
          "[ws][client][rfc6455-4.1]") {
  VirtualLoop loop;
  Scripted server(loop, net::Address::loopback(80));
  ws::Client one(loop, {.url = "ws://127.0.0.1/"}), two(loop, {.url = "ws://127.0.0.1/"});
  loop.settle();
  CHECK(server.at(0).got != server.at(1).got);  // wrong once in 2^128 runs
}

TEST_CASE("a conversation, whichever way its bytes are cut", "[ws][client][rfc6455-4.1]") {
  const std::string frames = from_server(0x81, "one") + from_server(0x89, "p") +
                             from_server(0x01, "t") + from_server(0x80, "wo") +
                             from_server(0x8A, "q") + from_server(0x88, close_payload(1001, "bye"));
  const char expected[] = "open:|message:one|ping:p|message:two|pong:q|";
  const char end[] = "close:1001:bye|";
  std::size_t total = 1;
  for (std::size_t cut = 0; cut < total; ++cut) {
    CAPTURE(cut);
    WsClientFixture f;
    const std::string wire = f.good() + frames;  // glued behind the 101, wherever it is cut
    total = wire.size();
    f.peer().take();
    f.say(wire.substr(0, cut));
    f.say(wire.substr(cut));
    REQUIRE(f.log == expected);
    REQUIRE(f.peer().got == from_client(0x8A, "p") + from_client(0x88, close_payload(1001)));
    REQUIRE_FALSE(f.peer().fin);  // rfc6455-7.1.1: the server ends TCP first
    f.peer().finish();
    f.loop.settle();
    REQUIRE(f.log == std::string(expected) + end);
    REQUIRE(f.peer().gone);
    REQUIRE(f.client->connection() == nullptr);
  }
}

TEST_CASE("one byte at a time", "[ws][client]") {
  WsClientFixture f;
  const std::string wire = f.good() + from_server(0x82, std::string(300, 'x'));
  for (const char byte : wire) f.say({&byte, 1});
  CHECK(f.log == "open:|message:" + std::string(300, 'x') + "|");
}

TEST_CASE("what a client sends is masked; its Close waits for the server's",
          "[ws][client][rfc6455-5.3][rfc6455-7.1.1]") {
  WsClientFixture f;
  f.opened();
  CHECK(f.client->send_text("Hello") == SendResult::sent);
  CHECK(f.client->send_binary(net::as_bytes("\x01\x02")) == SendResult::sent);
  CHECK(f.client->ping(net::as_bytes("p")) == SendResult::sent);
  f.client->close(CloseCode::normal, "done");
  CHECK(f.client->send_text("late") == SendResult::dropped);
  f.loop.settle();
  CHECK(f.peer().take() == hex("81 85 37 fa 21 3d 7f 9f 4d 51 58") + from_client(0x82, "\x01\x02") +
                               from_client(0x89, "p") +
                               from_client(0x88, close_payload(1000, "done")));
  f.say(from_server(0x81, "crossed") + from_server(0x88, close_payload(1000)));
  CHECK(f.log == "open:|");
  CHECK_FALSE(f.peer().fin);
  f.peer().finish();
  f.loop.settle();
  CHECK(f.log == "open:|close:1000:|");
}

TEST_CASE("a server that does not end TCP is left at close_timeout",
          "[ws][client][rfc6455-7.1.1]") {
  WsClientFixture f({.limits = {.close_timeout = 3s}});
  f.opened();
  f.client->close();
  f.say(from_server(0x88, close_payload(1000)));
  f.loop.advance(2900ms);
  CHECK(f.log == "open:|");
  f.loop.advance(200ms);
  CHECK(f.log == "open:|close:1000:no answer to our Close|");
  CHECK(f.peer().gone);
}

TEST_CASE("a server that breaks a rule is told why", "[ws][client][rfc6455-5.1]") {
  WsClientFixture f({.limits = {.max_message = 10}});
  SECTION("a mask") {
    f.opened();
    f.say(from_client(0x81, "x"));
    CHECK(f.peer().got.substr(6, 2) == from_client(0x88, close_payload(1002)).substr(6, 2));
  }
  SECTION("a message over the limit, glued behind the 101") {
    const std::string answer = f.good();
    f.peer().take();
    f.say(answer + from_server(0x81, "eleven byte"));
    CHECK(f.log.substr(0, 6) == "open:|");
    CHECK(f.peer().got.substr(6, 2) == from_client(0x88, close_payload(1009)).substr(6, 2));
  }
  f.peer().finish();
  f.loop.advance(3s);
  CHECK(f.log.starts_with("open:|close:1006:"));
}

TEST_CASE("a full queue is told, and its end", "[ws][client]") {
  WsClientFixture f;
  f.opened();
  f.peer().connection->pause();
  CHECK(f.client->send_binary(net::Bytes(std::vector<std::uint8_t>(200'000))) ==
        SendResult::queued);
  f.loop.settle();
  f.peer().connection->resume();
  f.loop.settle();
  CHECK(f.log == "open:|drain:|");
}

TEST_CASE("an exception of a handler closes with 1011", "[ws][client]") {
  for (const char* where : {"open", "message", "ping"}) {
    CAPTURE(where);
    WsClientFixture f;
    f.then = [&](const std::string& callback) {
      if (callback == where) throw std::runtime_error("as told");
    };
    const std::string answer = f.good();
    f.peer().take();
    f.say(answer + from_server(0x89, "") + from_server(0x81, "x"));
    const std::string wire = f.peer().got;
    CHECK(wire.find(from_client(0x88, close_payload(1011, "internal error"))) != wire.npos);
    f.peer().finish();
    f.loop.advance(3s);
    CHECK(f.log.find("close:") != f.log.npos);
  }
  WsClientFixture f;
  f.then = [](const std::string&) { throw 7; };
  f.say("HTTP/1.1 403 No\r\n\r\n");  // of on_error: nobody is left to tell
  CHECK(f.failure.status == 403);
}

TEST_CASE("a client can be destroyed in each of its callbacks; nothing follows", "[ws][client]") {
  const std::string frames = from_server(0x81, "x") + from_server(0x89, "y") +
                             from_server(0x8A, "z") + from_server(0x81, "x2") +
                             from_server(0x88, close_payload(1000));
  const std::pair<const char*, const char*> rows[] = {
      {"open", "open:|"},
      {"message", "open:|message:x|"},
      {"ping", "open:|message:x|ping:y|"},
      {"pong", "open:|message:x|ping:y|pong:z|"},
      {"close", "open:|message:x|ping:y|pong:z|message:x2|close:1000:|"},
  };
  for (const auto& row : rows) {
    const std::string where = row.first, log = row.second;
    for (const bool in_pieces : {false, true}) {
      CAPTURE(where, in_pieces);
      WsClientFixture f;
      f.then = [&](const std::string& callback) {
        if (callback == where) f.client.reset();
      };
      const std::string wire = f.good() + frames;
      for (std::size_t at = 0; at < wire.size(); at += in_pieces ? 1 : wire.size())
        f.say(wire.substr(at, in_pieces ? 1 : wire.npos));
      f.peer().finish();
      f.loop.settle();
      CHECK(f.log == log);
      CHECK(f.client == nullptr);
      const bool answered = f.peer().got.find(from_client(0x8A, "y")) != std::string::npos;
      CHECK(answered == (where != "open" && where != "message"));  // nor is anything handled
      f.loop.advance(60s);
      CHECK(f.log == log);
      CHECK(f.peer().gone);
    }
  }
  WsClientFixture f;
  f.then = [&](const std::string& callback) {
    if (callback == "drain") f.client.reset();
  };
  f.opened();
  f.peer().connection->pause();
  f.client->send_binary(net::Bytes(std::vector<std::uint8_t>(200'000)));
  f.loop.settle();
  f.peer().connection->resume();
  f.loop.settle();
  CHECK(f.log == "open:|drain:|");
  CHECK(f.client == nullptr);
}

TEST_CASE("destroyed in a callback, a client is not told that its queue is empty", "[ws][client]") {
  WsClientFixture f;
  f.opened();
  f.then = [&](const std::string&) {
    f.client->send_binary(net::Bytes(std::vector<std::uint8_t>(200'000)));
    f.client.reset();
  };
  f.say(from_server(0x81, "x"));
  CHECK(f.log == "open:|message:x|");
}

TEST_CASE("destroyed from outside it is silent, at every moment", "[ws][client]") {
  for (int moment = 0; moment < 5; ++moment) {
    CAPTURE(moment);
    VirtualLoop loop;
    Scripted server(loop, net::Address::loopback(80));
    int calls = 0;
    ws::ClientOptions options{.url = "ws://127.0.0.1/"};
    options.on_close = [&](ws::Connection&, CloseCode, std::string_view) { ++calls; };
    options.on_error = [&](const ws::ConnectFailure&) { ++calls; };
    auto client = std::make_unique<ws::Client>(loop, options);
    for (int turns = 0; turns < moment; ++turns) loop.turn();
    if (moment == 4) {
      loop.settle();
      server.at(0).send("HTTP/1.1 101 ");
      loop.settle();
    }
    client.reset();
    loop.advance(60s);
    CHECK(calls == 0);
    for (const auto& peer : server.peers) CHECK((peer->fin || peer->gone));
  }
}

TEST_CASE("a client connects again, also inside its last callback", "[ws][client]") {
  WsClientFixture f;
  f.then = [&](const std::string& callback) {
    if (callback == "error" || callback == "close") CHECK(f.client->connect());
  };
  f.say("HTTP/1.1 503 Busy\r\n\r\n");
  CHECK(f.log == "error:" + std::to_string(refused) + "|");
  f.say(f.good(1), 1);
  f.say(from_server(0x88, close_payload(1012)), 1);
  f.peer(1).finish();
  f.loop.settle();
  f.say(f.good(2) + from_server(0x81, "again"), 2);
  CHECK(f.log == "error:6|open:|close:1012:|open:|message:again|");
  f.then = nullptr;
  f.peer(2).reset();
  f.loop.settle();
  CHECK(f.log.find("message:again|close:1006:") != f.log.npos);
  CHECK(f.client->connect());
  CHECK_FALSE(f.client->connect());
}

TEST_CASE("close() before it is open is told as cancelled, once, later", "[ws][client]") {
  for (int turns = 0; turns < 4; ++turns) {
    CAPTURE(turns);
    VirtualLoop loop;
    Scripted server(loop, net::Address::loopback(80));
    std::vector<ConnectError> errors;
    ws::ClientOptions options{.url = "ws://127.0.0.1/"};
    options.on_error = [&](const ws::ConnectFailure& f) { errors.push_back(f.error); };
    ws::Client client(loop, options);
    for (int i = 0; i < turns; ++i) loop.turn();
    client.close();
    client.close();
    CHECK(errors.empty());
    loop.settle();
    CHECK(errors == std::vector{ConnectError::cancelled});
    loop.advance(60s);
    CHECK(errors.size() == 1);
    CHECK_FALSE(client.connecting());
    client.close();
  }
}
