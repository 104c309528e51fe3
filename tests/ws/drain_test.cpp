// tests/ws/drain_test.cpp - servers that stop while WebSockets are open; and upgrades that another
// thread answers.
#include <thread>

#include "net/event_loop.h"
#include "tests/ws/gate.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("a server that drains says 1001 to its WebSockets and waits for them",
          "[ws][rfc6455-7.4.1]") {
  std::optional<ws::Upgrade> waiting;
  Gate gate([&](ws::Upgrade up, const http::Request& request) {
    if (request.param("id") != "later") return up.accept();
    waiting = std::move(up);
  });
  Peer polite = gate.dial(upgrade()), silent = gate.dial(upgrade());
  Peer late = gate.dial(upgrade("/room/later"));
  polite.take(), silent.take();
  bool done = false;
  CHECK(gate.app->drain([&] { done = true; }) == 3);
  gate.loop.settle();
  CHECK(polite.take() == from_server(0x88, close_payload(1001)));
  CHECK(silent.take() == from_server(0x88, close_payload(1001)));
  waiting->accept();
  gate.loop.settle();
  CHECK(late.take().starts_with("HTTP/1.1 503 "));
  late = Peer();
  polite.send(from_client(0x88, close_payload(1001)));
  gate.loop.settle();
  CHECK(polite.ended());
  polite = Peer();
  gate.loop.settle();
  CHECK(gate.app->left() == 1);
  CHECK_FALSE(done);
  gate.loop.advance(6s);  // close_timeout
  CHECK(silent.was_reset());
  CHECK(done);
  CHECK(gate.app->left() == 0);
}

TEST_CASE("what is left after drain_timeout is reset, WebSockets too", "[ws]") {
  VirtualLoop loop;
  http::ServerOptions options;
  options.drain_timeout = 2s;
  http::Server app(loop, options);
  REQUIRE_FALSE(app.listen(net::Address::loopback(80)));
  const ws::Endpoint& endpoint = ws::route(app, "/room/:id", echo({}));
  Peer peer = loop.dial(80);
  peer.send(upgrade());
  loop.settle();
  bool done = false;
  app.drain([&] { done = true; });
  loop.advance(1s);
  CHECK(endpoint.connection_count() == 1);
  loop.advance(2s);
  CHECK(done);
  CHECK(peer.was_reset());
  CHECK(endpoint.connection_count() == 0);
}

TEST_CASE("another thread may answer, while clients come and go", "[ws]") {
  net::EventLoop loop;
  http::Server app(loop);
  REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
  std::vector<std::thread> lookups;
  std::string log;
  int number = 0;
  ws::route(app, "/room/:id",
            echo(
                [&](ws::Upgrade up, const http::Request&) {
                  lookups.emplace_back([up, name = "user" + std::to_string(number++)]() mutable {
                    name == "user1" ? up.refuse(401) : up.accept({.data = User{name}});
                  });
                },
                &log));
  std::vector<std::unique_ptr<net::Connecting>> dials;
  struct Reader final : net::Receiver {
    std::size_t receive(net::MutableBytes in) override {
      got += net::as_text(in);
      return in.size();
    }
    void closed(std::error_code) override {}
    std::unique_ptr<net::Connection> below;
    std::string got;
  } readers[3];
  const net::Address to[] = {app.address()};
  for (Reader& reader : readers) {
    dials.push_back(loop.connect(to, {}, [&reader](auto connection) {
      REQUIRE(connection);
      reader.below = std::move(*connection);
      reader.below->set_receiver(reader);
      reader.below->out().append(upgrade());
    }));
    for (int turns = 0; turns < 10'000 && reader.got.find("\r\n\r\n") == reader.got.npos; ++turns) {
      REQUIRE_FALSE(loop.poll_once(1ms));
    }
  }
  for (std::thread& one : lookups) one.join();
  CHECK(readers[0].got == accepted);
  CHECK(readers[1].got.starts_with("HTTP/1.1 401 "));
  CHECK(readers[2].got == accepted);
  CHECK(log == "open blue user0|open blue user2|");
}
