// tests/sio/eio_client_tcp_test.cpp - a client and our server over real TCP on one EventLoop; and
// what a message costs there.
#include "net/event_loop.h"
#include "sio/eio/client.h"
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"
#include "tests/support/allocations.h"
#include "tests/support/turn_until.h"

using namespace strata;
using namespace strata::test;
namespace eio = sio::eio;

namespace {

struct TcpRig {
  explicit TcpRig(eio::ClientOptions options = {}) : app(loop), engine(app, {}, echo) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
    options.url = "http://127.0.0.1:" + std::to_string(app.address().port());
    options.on_text = [this](eio::Client&, std::string_view text) { got += text; };
    options.on_binary = [this](eio::Client&, net::Bytes bytes) { got += net::as_text(bytes); };
    options.on_upgrade = [this](eio::Client&, eio::Transport) { upgraded = true; };
    options.on_close = [this](eio::Client&, std::string_view why, const eio::TransportError&) {
      closed = why;
    };
    client.emplace(loop, std::move(options));
  }
  template <class Condition>
  void until(const Condition& holds) {
    REQUIRE(turn_until(loop, holds));
  }

  net::EventLoop loop;
  http::Server app;
  EchoHandler echo;
  eio::Server engine;
  std::string got, closed;
  bool upgraded = false;
  std::optional<eio::Client> client;
};

}  // namespace

TEST_CASE("C2: a session over real TCP: polling, the upgrade, a megabyte, the end",
          "[sio][eio-client][tcp]") {
  TcpRig rig;
  rig.client->open();
  rig.client->send("early");
  rig.until([&] { return rig.upgraded && rig.got == "early"; });
  rig.got.clear();
  const std::string large(900'000, 'x');
  rig.client->send(large);
  rig.client->send(net::as_bytes(large));
  rig.until([&] { return rig.got.size() == 2 * large.size(); });
  rig.client->close();
  rig.until([&] { return rig.closed == "forced close"; });
  rig.until([&] { return rig.engine.clients_count() == 0; });
}

TEST_CASE("C2: over real TCP a WebSocket's message allocates nothing, once some were sent",
          "[sio][eio-client][tcp]") {
  eio::ClientOptions options;
  options.transports = {eio::Transport::websocket};
  TcpRig rig(std::move(options));
  rig.client->open();
  rig.until([&] { return rig.client->state() == eio::Client::State::open; });
  const auto round = [&rig] {
    rig.got.clear();
    std::size_t cost = 0;
    for (int i = 0; i < 20; ++i) {
      const std::size_t before = allocations();
      rig.client->send("hello, world");
      rig.client->send(net::as_bytes(std::string_view("\1\2\3")));
      cost += allocations() - before;
    }
    rig.until([&] { return rig.got.size() == 20 * 15; });
    return cost;
  };
  for (int i = 0; i < 3; ++i) round();
  CHECK(round() == 0);
  // nor does one that comes, and is answered: our server's side included
  const std::size_t before = allocations();
  for (int i = 0; i < 10; ++i) round();
  CHECK(allocations() - before < 10);
}
