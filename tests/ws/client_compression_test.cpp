// tests/ws/client_compression_test.cpp - a client's offer of permessage-deflate: what it says,
// which answers it believes, and what then goes over the wire.
#include "http/server.h"
#include "tests/ws/client_fixture.h"
#include "tests/ws/deflated.h"
#include "ws/route.h"

using namespace strata;
using namespace strata::test;
using ws::DeflateParameters;

namespace {

const std::string echoes = "Hello, Hello, Hello, Hello";  // shorter also by itself
const std::string field = "Sec-WebSocket-Extensions: ";

ws::ClientOptions compressing(const DeflateParameters& wanted = {}, std::size_t threshold = 1) {
  ws::ClientOptions options;
  options.compression = ws::CompressionOptions{.wanted = wanted, .threshold = threshold};
  return options;
}

// As answered by the server; the frames of both ends follow.
struct Agreed : WsClientFixture {
  Agreed(const DeflateParameters& wanted, const std::string& parameters, std::size_t threshold = 1)
      : WsClientFixture(compressing(wanted, threshold)) {
    say(good(0, field + "permessage-deflate" + parameters + "\r\n"));
    peer().take();
    REQUIRE(log == "open:|");
    log.clear();
  }
  std::string sent(std::string_view text) {
    client->send_text(text);
    loop.settle();
    return peer().take();
  }
  std::string heard(const std::string& wire) {
    say(wire);
    return std::exchange(log, {});
  }
};

}  // namespace

TEST_CASE("a client offers what it wants, or nothing", "[ws][client][rfc7692-7.1]") {
  WsClientFixture without;
  CHECK(without.peer().got.find("Extensions") == std::string::npos);
  const std::pair<DeflateParameters, const char*> rows[] = {
      {{}, "; client_max_window_bits"},
      {{true, false, 15, 15}, "; server_no_context_takeover; client_max_window_bits"},
      {{false, true, 15, 15}, "; client_no_context_takeover; client_max_window_bits"},
      {{false, false, 9, 15}, "; server_max_window_bits=9; client_max_window_bits"},
      {{false, false, 15, 8}, "; client_max_window_bits=8"},
      {{true, true, 10, 11},
       "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; "
       "client_max_window_bits=11"},
  };
  for (const auto& row : rows) {
    const std::string line = "\r\n" + field + "permessage-deflate" + row.second + "\r\n";
    CAPTURE(line);
    WsClientFixture f(compressing(row.first));
    CHECK(f.peer().got.find(line) != std::string::npos);
  }
  for (const std::uint8_t bits : {std::uint8_t{7}, std::uint8_t{16}, std::uint8_t{0}}) {
    for (const DeflateParameters& wanted :
         {DeflateParameters{false, false, bits, 15}, DeflateParameters{false, false, 15, bits}}) {
      WsClientFixture f(compressing(wanted));
      CHECK(f.failure.error == ws::ConnectError::invalid);
      CHECK(f.why == "a window of other than 8 to 15 bits");
      CHECK(f.server.peers.empty());
    }
  }
}

TEST_CASE("an answer that does not fit the offer opens nothing, and says why",
          "[ws][client][rfc7692-7.1][rfc6455-4.1][rfc6455-11.3.2]") {
  const char* const parameter =
      "permessage-deflate with a parameter unknown, repeated or out of range";
  const char* const malformed = "a malformed Sec-WebSocket-Extensions";
  struct Row {
    DeflateParameters wanted;
    std::string answer;  // further lines of the 101
    const char* why;
  };
  const std::string pmd = field + "permessage-deflate";
  const Row rows[] = {
      {{}, field + "x-webkit-deflate-frame", "an extension that was not offered"},
      {{}, field + "Permessage-Deflate", "an extension that was not offered"},
      {{}, pmd + ", x-other", "more extensions than were offered"},
      {{}, pmd + "\r\n" + pmd, "Sec-WebSocket-Extensions twice"},
      {{}, field, malformed},
      {{}, pmd + ";", malformed},
      {{}, pmd + "; client_max_window_bits=", malformed},
      {{}, pmd + "; a=\"", malformed},
      {{}, pmd + "; mystery", parameter},
      {{}, pmd + "; mystery=1", parameter},
      {{}, pmd + "; server_no_context_takeover; server_no_context_takeover", parameter},
      {{}, pmd + "; client_no_context_takeover=true", parameter},
      {{}, pmd + "; server_max_window_bits=7", parameter},
      {{}, pmd + "; server_max_window_bits=16", parameter},
      {{}, pmd + "; server_max_window_bits=010", parameter},
      {{}, pmd + "; server_max_window_bits=99999999999999999999", parameter},
      {{}, pmd + "; server_max_window_bits=-9", parameter},
      {{}, pmd + "; client_max_window_bits", parameter},
      {{}, pmd + "; client_max_window_bits=9; client_max_window_bits=9", parameter},
      {{true, false, 15, 15}, pmd, "no server_no_context_takeover, which was asked for"},
      {{false, false, 9, 15}, pmd, "server_max_window_bits over what was offered"},
      {{false, false, 9, 15},
       pmd + "; server_max_window_bits=10",
       "server_max_window_bits over what was offered"},
      {{false, false, 15, 9},
       pmd + "; client_max_window_bits=10",
       "client_max_window_bits over what was offered"},
  };
  for (const Row& row : rows) {
    for (const bool in_pieces : {false, true}) {
      CAPTURE(row.answer, in_pieces);
      WsClientFixture f(compressing(row.wanted));
      const std::string wire = f.good(0, row.answer + "\r\n") + from_server(0x81, "not looked at");
      f.peer().take();
      for (std::size_t at = 0; at < wire.size(); at += in_pieces ? 1 : wire.size())
        f.say(wire.substr(at, in_pieces ? 1 : wire.npos));
      CHECK(f.log == "error:7|");
      CHECK(f.failure.error == ws::ConnectError::wrong_answer);
      CHECK(f.failure.status == 101);
      CHECK(f.why == row.why);
      CHECK((f.peer().gone || f.peer().fin));
    }
  }
}

TEST_CASE("declined, a client speaks as if it had offered nothing", "[ws][client][rfc7692-5]") {
  WsClientFixture f(compressing());
  f.opened();
  f.client->send_text("Hello");
  f.loop.settle();
  CHECK(f.peer().take() == from_client(0x81, "Hello"));
  f.say(from_server(0xC1, hello_deflated));
  CHECK(f.peer().got.substr(6, 2) == from_client(0x88, close_payload(1002)).substr(6, 2));
}

TEST_CASE("both ends keep their context, or forget it behind each message",
          "[ws][client][rfc7692-7.2.3.2][rfc7692-7.1.1]") {
  for (int bits = 0; bits < 4; ++bits) {
    const bool server_forgets = (bits & 1) != 0, client_forgets = (bits & 2) != 0;
    std::string parameters;
    if (server_forgets) parameters += "; server_no_context_takeover";
    if (client_forgets) parameters += "; client_no_context_takeover";
    CAPTURE(parameters);
    Agreed f({}, parameters);
    CHECK(f.sent(echoes) == from_client(0xC1, deflated(echoes)));
    const std::string again = f.sent(echoes);
    CHECK((again == from_client(0xC1, deflated(echoes))) == client_forgets);
    CHECK((again.size() < 6 + deflated(echoes).size()) == !client_forgets);
    CHECK(f.heard(from_server(0xC1, hello_deflated)) == "message:Hello|");
    CHECK(f.heard(from_server(0x81, "plain")) == "message:plain|");
    const std::string second = from_server(0xC1, hello_again);
    CHECK(f.heard(second) == (server_forgets ? "" : "message:Hello|"));
    // What refers to a forgotten context refers to nothing: 1007.
    const std::string answer = f.peer().take();
    CHECK(answer.substr(0, 1) == (server_forgets ? "\x88" : ""));
    if (server_forgets)
      CHECK(answer.substr(6, 2) == from_client(0x88, close_payload(1007)).substr(6, 2));
  }
}

TEST_CASE("a client may forget its context unasked, if it said so",
          "[ws][client][rfc7692-7.1.1.2]") {
  Agreed f({false, true, 15, 15}, "");
  CHECK(f.sent(echoes) == from_client(0xC1, deflated(echoes)));
  CHECK(f.sent(echoes) == from_client(0xC1, deflated(echoes)));
  CHECK(f.sent("Hello") == from_client(0x81, "Hello"));  // no shorter, and no context to keep
}

TEST_CASE("on_open tells what was agreed on", "[ws][client][rfc7692-7.1]") {
  VirtualLoop loop;
  Scripted server(loop, net::Address::loopback(80));
  std::optional<DeflateParameters> agreed;
  ws::ClientOptions options = compressing();
  options.url = "ws://127.0.0.1/";
  options.keys = fixed_key();
  options.on_open = [&](ws::Connection&, const ws::Opening& opening) {
    agreed = opening.compression;
  };
  const ws::Client client(loop, std::move(options));
  loop.settle();
  server.at(0).send(
      "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
      ws::accept_key("N/ohPTf6IT03+iE9N/ohPQ==") + "\r\n" + field +
      "permessage-deflate; server_max_window_bits=12; client_no_context_takeover\r\n\r\n");
  loop.settle();
  REQUIRE(agreed);
  CHECK(*agreed == DeflateParameters{false, true, 12, 15});
}

TEST_CASE("compressed frames behind the 101, however the wire is cut", "[ws][client][rfc7692-6]") {
  const std::string head = hello_deflated.substr(0, 3), rest = hello_deflated.substr(3);
  const std::string frames = from_server(0xC1, hello_deflated) + from_server(0x41, head) +
                             from_server(0x89, "p") + from_server(0x80, rest) +
                             from_server(0x82, "plain");
  std::size_t total = 1;
  for (std::size_t cut = 0; cut < total; ++cut) {
    CAPTURE(cut);
    WsClientFixture f(compressing());
    const std::string wire = f.good(0, field + "permessage-deflate\r\n") + frames;
    total = wire.size();
    f.peer().take();
    f.say(wire.substr(0, cut));
    f.say(wire.substr(cut));
    REQUIRE(f.log == "open:|message:Hello|ping:p|message:Hello|message:plain|");
    REQUIRE(f.peer().got == from_client(0x8A, "p"));
  }
}

TEST_CASE("what a server compresses wrongly ends the connection, with its code",
          "[ws][client][rfc7692-6.1][rfc7692-7.2.2]") {
  const std::string bomb = deflated(std::string(20'000'000, '\0'));
  struct Row {
    const char* what;
    std::string wire;
    int code;
  };
  const Row rows[] = {
      {"RSV1 on a control frame", from_server(0xC9, "p"), 1002},
      {"RSV1 on a Close", from_server(0xC8, close_payload(1000)), 1002},
      {"RSV1 on a continuation",
       from_server(0x41, hello_deflated.substr(0, 2)) + from_server(0xC0, hello_deflated.substr(2)),
       1002},
      {"RSV2", from_server(0xA1, "x"), 1002},
      {"RSV3", from_server(0x91, "x"), 1002},
      {"a mask", from_client(0xC1, hello_deflated), 1002},
      {"a reserved block type", from_server(0xC1, "\x06"), 1007},
      {"an end inside a block", from_server(0xC1, hello_deflated.substr(0, 2)), 1007},
      {"a context that nobody sent", from_server(0xC1, hello_again), 1007},
      {"text that is no UTF-8", from_server(0xC1, deflated("\xc3\x28")), 1007},
      {"a bomb", from_server(0xC2, bomb), 1009},
      {"a bomb in two",
       from_server(0x42, bomb.substr(0, 100)) + from_server(0x80, bomb.substr(100)), 1009},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Agreed f({}, "");
    CHECK(f.heard(row.wire + from_server(0x81, "not looked at")) == "");
    const std::string answer = f.peer().take();
    REQUIRE(answer.size() >= 8);
    const int code = (static_cast<unsigned char>(answer[6] ^ 0x37) << 8) |
                     static_cast<unsigned char>(answer[7] ^ '\xfa');
    CHECK(answer.front() == '\x88');
    CHECK(code == row.code);
    f.peer().finish();
    f.loop.advance(6s);
    CHECK(f.log.starts_with("close:1006:"));
  }
}

TEST_CASE("a message under the threshold goes as it is", "[ws][client][rfc7692-6]") {
  Agreed f({}, "", 6);
  CHECK(f.sent("Hello") == from_client(0x81, "Hello"));
  CHECK(f.sent("Hello!")[0] == '\xC1');
}

TEST_CASE("connected again, a client begins with an empty context", "[ws][client][rfc7692-7.1.1]") {
  Agreed f({}, "");
  CHECK(f.sent("Hello") == from_client(0xC1, hello_deflated));
  f.peer().reset();
  f.loop.settle();
  REQUIRE(f.client->connect());
  f.loop.settle();
  f.say(f.good(1, field + "permessage-deflate\r\n"), 1);
  f.peer(1).take();
  f.client->send_text("Hello");
  f.loop.settle();
  CHECK(f.peer(1).take() == from_client(0xC1, hello_deflated));
}

TEST_CASE("a redirect is asked with the same offer", "[ws][client][rfc7692-5]") {
  ws::ClientOptions options = compressing({false, false, 10, 15});
  options.max_redirects = 1;
  WsClientFixture f(options);
  f.say("HTTP/1.1 302 There\r\nLocation: /b\r\n\r\n");
  CHECK(f.peer(1).got.find(field + "permessage-deflate; server_max_window_bits=10; "
                                   "client_max_window_bits\r\n") != std::string::npos);
}

TEST_CASE("our client and our server agree on every window and takeover, and understand each other",
          "[ws][client][rfc7692-7.1]") {
  std::string noise;
  for (unsigned i = 0, x = 1; i < 70'000; ++i) {
    x = x * 1'103'515'245u + 12'345u;
    noise += static_cast<char>(x >> 16 & 0x7F);
  }
  const std::string messages[] = {
      "",    "a",    "Hello", "Hello", std::string(100'000, 'x'), noise, noise.substr(0, 300),
      noise, "Hello"};
  for (int row = 0; row < 4 * 8; ++row) {
    const auto bits = static_cast<std::uint8_t>(8 + row / 4);
    const DeflateParameters wanted{(row & 1) != 0, (row & 2) != 0, bits,
                                   static_cast<std::uint8_t>(23 - bits)};
    CAPTURE(row);
    VirtualLoop loop;
    http::Server app(loop);
    REQUIRE_FALSE(app.listen(net::Address::loopback(80)));
    ws::RouteOptions route;
    route.compression = ws::CompressionOptions{.threshold = 0};
    route.on_message = [](ws::Connection& from, const ws::Message& m) { from.send_text(m.view()); };
    ws::route(app, "/", std::move(route));
    std::vector<std::string> got;
    ws::ClientOptions options = compressing(wanted, 0);
    options.url = "ws://127.0.0.1/";
    std::optional<DeflateParameters> agreed;
    options.on_open = [&](ws::Connection&, const ws::Opening& o) { agreed = o.compression; };
    options.on_message = [&](ws::Connection&, const ws::Message& m) { got.emplace_back(m.view()); };
    ws::Client client(loop, std::move(options));
    loop.settle();
    REQUIRE(agreed);
    CHECK(*agreed == wanted);
    for (const std::string& message : messages) {
      client.send_text(message);
      loop.settle();
      REQUIRE_FALSE(got.empty());
      REQUIRE(got.back() == message);
    }
    CHECK(got.size() == std::size(messages));
  }
}
