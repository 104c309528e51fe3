// tests/ws/connection_test.cpp - the driver over the virtual loop: batches, time, endings.
#include "ws/connection.h"

#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/echo_handler.h"

using namespace strata;
using namespace strata::test;
using ws::CloseCode;
using ws::Delivery;
using ws::Role;
using ws::SendResult;

namespace {

struct Bench {
  explicit Bench(const ws::Limits& limits = {}, net::ConnectionOptions options = {},
                 Role role = Role::server)
      : echo(loop) {
    auto [raw, below] = loop.pair(options);
    peer = std::move(raw);
    echo.open(std::move(below), role, limits);
  }
  std::string ask(const std::string& wire) {
    peer.send(wire);
    loop.settle();
    return peer.take();
  }
  VirtualLoop loop;
  Peer peer;
  EchoHandler echo;
};

net::ConnectionOptions client_options() {
  net::ConnectionOptions options;
  options.reads_above_high_water = true;
  return options;
}

}  // namespace

TEST_CASE("all frames of one receive are answered together", "[ws]") {
  Bench bench;
  CHECK(bench.ask(from_client(0x81, "one") + from_client(0x89, "p") + from_client(0x82, "two")) ==
        from_server(0x81, "one") + from_server(0x8A, "p") + from_server(0x82, "two"));
  CHECK(bench.echo.log == "text:one|ping:p|binary:two|");
}

TEST_CASE("a server answers a Close and ends TCP first", "[ws][rfc6455-7.1.1]") {
  Bench bench;
  CHECK(bench.echo.connection->open());
  CHECK(bench.ask(from_client(0x88, close_payload(1000, "done"))) ==
        from_server(0x88, close_payload(1000)));
  CHECK(bench.peer.ended());
  CHECK_FALSE(bench.echo.connection->open());
  CHECK(bench.echo.connection->send_text("late") == SendResult::dropped);
  bench.peer.fin();
  bench.loop.settle();
  CHECK(bench.echo.ended == "1000:done");
  CHECK(bench.echo.closes == 1);
  CHECK(bench.loop.connection_count() == 0);
}

TEST_CASE("a client answers a Close and waits for the server to end TCP", "[ws][rfc6455-7.1.1]") {
  Bench bench({}, client_options(), Role::client);
  const std::string answer = bench.ask(from_server(0x88, close_payload(1001)));
  CHECK(answer.size() == 2 + 4 + 2);
  CHECK(answer.substr(0, 2) == hex("88 82"));
  CHECK_FALSE(bench.peer.ended());
  bench.peer.fin();
  bench.loop.settle();
  CHECK(bench.peer.ended());
  CHECK(bench.echo.ended == "1001:");
}

TEST_CASE("a client whose server does not end TCP resets at the deadline", "[ws][rfc6455-7.1.1]") {
  Bench bench({}, client_options(), Role::client);
  bench.ask(from_server(0x88, close_payload(1001)));
  bench.loop.advance(4900ms);
  CHECK(bench.echo.closes == 0);
  bench.loop.advance(200ms);
  CHECK(bench.peer.was_reset());
  CHECK(bench.echo.ended == "1001:no answer to our Close");
}

TEST_CASE("a client's masking keys come from the kernel", "[ws][rfc6455-5.3]") {
  Bench bench({}, client_options(), Role::client);
  std::string keys;
  for (int i = 0; i < 200; ++i) {
    bench.echo.connection->send_text("");
    bench.loop.settle();
    const std::string wire = bench.peer.take();
    REQUIRE(wire.size() == 6);
    REQUIRE(keys.find(wire.substr(2)) == keys.npos);  // wrong once in 10^7 runs
    keys += wire.substr(2) + "|";
  }
}

TEST_CASE("our Close without an answer ends in a reset after close_timeout",
          "[ws][rfc6455-7.1.2]") {
  Bench bench;
  bench.echo.connection->close(CloseCode::going_away, "restart");
  bench.loop.settle();
  CHECK(bench.peer.take() == from_server(0x88, close_payload(1001, "restart")));
  CHECK_FALSE(bench.peer.ended());
  bench.loop.advance(4900ms);
  CHECK(bench.echo.closes == 0);
  bench.loop.advance(200ms);
  CHECK(bench.peer.was_reset());
  CHECK(bench.echo.ended == "1006:no answer to our Close");
  CHECK(bench.loop.connection_count() == 0);
}

TEST_CASE("our Close with its answer ends in order", "[ws][rfc6455-7.1.2]") {
  Bench bench;
  CHECK(bench.ask(from_client(0x81, "close") + from_client(0x81, "crossed")) ==
        from_server(0x88, close_payload(1000, "as asked")));
  CHECK(bench.echo.log == "text:close|");
  bench.ask(from_client(0x88, close_payload(1000)));
  CHECK(bench.peer.ended());
  bench.peer.fin();
  bench.loop.settle();
  CHECK(bench.echo.ended == "1000:");
}

TEST_CASE("an error is named in a Close, then in on_close, and what follows is not read",
          "[ws][rfc6455-7.1.7]") {
  Bench bench;
  const std::string answer = bench.ask(from_client(0x81, "good") + from_server(0x81, "bare") +
                                       from_client(0x81, "behind"));
  CHECK(answer == from_server(0x81, "good") +
                      from_server(0x88, close_payload(1002, "unmasked frame from a client")));
  CHECK(bench.peer.ended());
  CHECK(bench.ask(from_client(0x81, "later")).empty());
  bench.peer.fin();
  bench.loop.settle();
  CHECK(bench.echo.log == "text:good|");
  CHECK(bench.echo.ended == "1006:unmasked frame from a client");
}

TEST_CASE("a peer that neither reads nor leaves after an error is gone after close_timeout",
          "[ws]") {
  Bench bench;
  bench.peer.line().to_client.capacity = 0;
  bench.ask("\x81\x01x");
  bench.loop.advance(6s);
  CHECK(bench.echo.closes == 1);
  CHECK(bench.loop.connection_count() == 0);
}

TEST_CASE("a handler that throws closes with 1011, and nobody else notices",
          "[ws][rfc6455-7.4.1]") {
  for (const char* what : {"throw", "throw 7"}) {
    Bench bench;
    const std::string answer = bench.ask(from_client(0x81, what) + from_client(0x81, "behind"));
    CHECK(answer == from_server(0x88, close_payload(1011, "internal error")));
    bench.peer.fin();
    bench.loop.settle();
    CHECK(bench.echo.log == "text:" + std::string(what) + "|");
    CHECK(bench.echo.ended ==
          (what == std::string("throw") ? "1006:as asked" : "1006:handler threw"));
  }
}

TEST_CASE("terminate resets, and no message follows", "[ws]") {
  Bench bench;
  bench.ask(from_client(0x81, "terminate") + from_client(0x81, "behind"));
  CHECK(bench.peer.was_reset());
  CHECK(bench.echo.log == "text:terminate|");
  CHECK(bench.echo.closes == 1);
  CHECK(bench.loop.connection_count() == 0);
}

TEST_CASE("an end without a Close is 1006", "[ws][rfc6455-7.1.5]") {
  Bench by_fin;
  by_fin.peer.fin();
  by_fin.loop.settle();
  CHECK(by_fin.echo.ended == "1006:ended without a Close");
  CHECK(by_fin.peer.ended());
  Bench by_reset;
  by_reset.peer.reset();
  by_reset.loop.settle();
  CHECK(by_reset.echo.ended.starts_with("1006:"));
  CHECK(by_reset.loop.connection_count() == 0);
}

TEST_CASE("messages before the peer's FIN are answered", "[ws]") {
  Bench bench;
  bench.peer.send(from_client(0x81, "last words"));
  bench.peer.fin();
  bench.loop.settle();
  CHECK(bench.peer.take() == from_server(0x81, "last words"));
  CHECK(bench.peer.ended());
}

TEST_CASE("a paused connection hears nothing until it resumes", "[ws]") {
  Bench bench;
  bench.ask(from_client(0x81, "pause") + from_client(0x81, "waits"));
  CHECK(bench.echo.log == "text:pause|");
  bench.echo.connection->resume();
  bench.loop.settle();
  CHECK(bench.echo.log == "text:pause|text:waits|");
}

TEST_CASE("a server that cannot write stops reading, and goes on when it can", "[ws]") {
  Bench bench;
  bench.peer.line().to_client.capacity = 1000;
  const std::string message = from_client(0x82, std::string(10'000, 'm'));
  std::string wire;
  for (int i = 0; i < 40; ++i) wire += message;
  bench.peer.send(wire);
  bench.loop.settle();
  CHECK(bench.echo.connection->buffered_bytes() > 64 * 1024);
  CHECK(bench.echo.connection->buffered_bytes() < 64 * 1024 + 11'000);
  std::string got;
  for (int turn = 0; turn < 10'000 && got.size() < 40u * 10'004u; ++turn) {
    got += bench.peer.take();
    bench.loop.settle();
  }
  CHECK(got.size() == 40u * 10'004u);
  CHECK(bench.echo.log.find("drain|") != std::string::npos);
}

TEST_CASE("a consumer too slow for its queue is closed, or misses what is volatile", "[ws]") {
  Bench bench;
  bench.peer.line().to_client.capacity = 0;
  const std::string big(700 * 1024, 'b');
  ws::Connection& connection = *bench.echo.connection;
  CHECK(connection.send_text(big) == SendResult::queued);
  CHECK(connection.send_text(big) == SendResult::queued);
  CHECK(connection.send_text("news", Delivery::volatile_) == SendResult::dropped);
  CHECK(connection.open());
  CHECK(connection.send_text("must arrive") == SendResult::dropped);
  CHECK_FALSE(connection.open());
  bench.loop.advance(5100ms);
  CHECK(bench.peer.was_reset());
  CHECK(bench.echo.ended == "1006:slow consumer");
}

TEST_CASE("our pings keep a live peer and drop a dead one", "[ws][rfc6455-5.5.2]") {
  ws::Limits limits;
  limits.ping_interval = 25s;
  Bench bench(limits);
  for (int i = 0; i < 5; ++i) {
    bench.loop.advance(25s);
    REQUIRE(bench.peer.take() == from_server(0x89, ""));
    bench.ask(from_client(0x8A, ""));
  }
  bench.loop.advance(25s);
  bench.loop.advance(19s);
  CHECK(bench.echo.closes == 0);
  bench.loop.advance(2s);
  CHECK(bench.peer.was_reset());
  CHECK(bench.echo.ended == "1006:no answer to our ping");
}

TEST_CASE("while we do not read, the time for a pong does not run", "[ws][rfc6455-5.5.2]") {
  ws::Limits limits;
  limits.ping_interval = 25s;
  Bench bench(limits);
  bench.loop.advance(25s);
  bench.echo.connection->pause();
  bench.ask(from_client(0x8A, ""));
  bench.loop.advance(60s);
  CHECK(bench.echo.closes == 0);
  bench.echo.connection->resume();
  bench.loop.settle();
  CHECK(bench.echo.log == "pong:|");
  bench.loop.advance(50s);  // the next ping, unanswered
  CHECK(bench.echo.ended == "1006:no answer to our ping");
}

TEST_CASE("a shared frame reaches many, encoded once", "[ws]") {
  VirtualLoop loop;
  std::vector<Peer> peers;
  std::vector<std::unique_ptr<EchoHandler>> echoes;
  const auto frame = ws::encode_shared(ws::Opcode::text, net::as_bytes(std::string(2000, 's')));
  for (int i = 0; i < 20; ++i) {
    auto [peer, below] = loop.pair();
    peers.push_back(std::move(peer));
    echoes.push_back(std::make_unique<EchoHandler>(loop));
    echoes.back()->open(std::move(below)).send_shared(frame);
  }
  CHECK(frame.use_count() == 21);  // by reference, not copied
  loop.settle();
  for (Peer& peer : peers) CHECK(peer.take() == *frame);
  CHECK(frame.use_count() == 1);
}

TEST_CASE("a large message lands in place, whatever the pieces", "[ws]") {
  for (const std::size_t chunk : {std::size_t{1000}, std::size_t{65536}, SIZE_MAX}) {
    Bench bench;
    bench.peer.line().to_server.chunk = chunk;
    std::string payload(1024 * 1024, '\0');
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(i * 31 >> 3);
    bench.peer.send(from_client(0x82, payload) + from_client(0x81, "next"));
    bench.loop.settle();
    const std::string got = bench.peer.take();
    CHECK((got == from_server(0x82, payload) + from_server(0x81, "next")));  // too long to print
  }
}

TEST_CASE("client and server talk over connections that cut as they like", "[ws]") {
  for (const std::size_t chunk :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, SIZE_MAX}) {
    VirtualLoop loop;
    loop.chunk = chunk;
    EchoHandler server(loop), client(loop);
    client.echoes = false;
    auto listener = loop.listen(net::Address::loopback(7000), {},
                                [&](auto connection) { server.open(std::move(connection)); });
    REQUIRE(listener.has_value());
    const net::Address address = net::Address::loopback(7000);
    net::ConnectOptions options;
    options.connection = client_options();
    auto connecting = loop.connect({&address, 1}, options, [&](auto result) {
      client.open(std::move(*result), Role::client);
    });
    loop.settle();
    REQUIRE(client.connection != nullptr);
    std::string said;
    for (const std::size_t bytes : {0u, 1u, 125u, 126u, 127u, 3000u}) {
      client.connection->send_text(std::string(bytes, 't'));
      said += "text:" + std::string(bytes, 't') + "|";
    }
    loop.settle();
    CHECK(client.log == said);
    client.connection->close(CloseCode::normal, "bye");
    loop.settle();
    CHECK(server.ended == "1000:bye");
    CHECK(client.ended == "1000:");
    CHECK(loop.connection_count() == 0);
  }
}
