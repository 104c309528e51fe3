// tests/sio/eio_client_fault_test.cpp - a client, and a server of ours, in a process that runs out
// of memory at any one allocation.
#include <optional>

#include "net/event_loop.h"
#include "sio/eio/client.h"
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"
#include "tests/support/allocations.h"
#include "tests/support/faults.h"

using namespace strata;
using namespace strata::test;
namespace eio = sio::eio;

namespace {

struct Scene {
  explicit Scene(eio::ClientOptions options) : app(loop), engine(app, quick(), echo) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
    options.url = "http://127.0.0.1:" + std::to_string(app.address().port());
    options.open_timeout = options.upgrade_timeout = options.close_timeout = 100ms;
    options.on_text = [](eio::Client& c, std::string_view) { c.close(); };
    options.on_open = [](eio::Client& c) { c.send("hello"); };
    options.on_error = [this](eio::Client&, const eio::TransportError&) { over = true; };
    options.on_close = [this](eio::Client&, std::string_view, const eio::TransportError&) {
      over = true;
    };
    client.emplace(loop, std::move(options));
  }
  static eio::Options quick() {
    eio::Options options;
    options.ping_interval = options.ping_timeout = 100ms;
    return options;
  }
  // A session from open() to its end, however it comes.
  void play() {
    client->open();
    for (int i = 0; i < 300 && !over; ++i) {
      const Armed armed;
      loop.poll_once(10ms);
    }
  }

  net::EventLoop loop;
  http::Server app;
  EchoHandler echo;
  eio::Server engine;
  bool over = false;
  std::optional<eio::Client> client;
};

}  // namespace

TEST_CASE("C10: any allocation may fail: the session ends and its client goes on",
          "[sio][eio-client][faults]") {
  eio::ClientOptions options;
  SECTION("over polling") { options.transports = {eio::Transport::polling}; }
  SECTION("over a WebSocket") { options.transports = {eio::Transport::websocket}; }
  SECTION("with the upgrade") {}
  std::size_t nth = 1;
  for (bool reached = true; reached; nth += nth < 200 ? 1 : 9) {
    INFO("allocation " << nth);
    Scene scene(options);
    {
      const FailedAllocation fault(nth);
      scene.play();
      reached = fault.happened();
    }
    REQUIRE(scene.over);
    scene.over = false;
    REQUIRE(scene.client->open());  // and now all goes well
    for (int i = 0; i < 300 && !scene.over; ++i) scene.loop.poll_once(10ms);
    REQUIRE(scene.over);
    REQUIRE(nth < 20'000);
  }
  CHECK(nth > 20);
}
