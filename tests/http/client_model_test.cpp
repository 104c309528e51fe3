// tests/http/client_model_test.cpp - a client under random requests, cancels, answers and cuts:
// limits are never passed, nobody is forgotten, nothing is left over.
#include <random>

#include "http/client.h"
#include "tests/http/client_fixture.h"

using namespace strata;
using namespace strata::test;

namespace {

constexpr std::size_t origins = 4, most_each = 2, most_in_all = 5, most_queued = 12;

struct World {
  explicit World(unsigned seed) : random(seed) {
    http::ClientOptions options = plain_options();
    options.max_per_origin = most_each;
    options.max_connections = most_in_all;
    options.max_idle = 3;
    options.max_queued = most_queued;
    for (std::size_t i = 0; i < origins; ++i)
      servers.push_back(std::make_unique<Scripted>(
          loop, net::Address::loopback(static_cast<std::uint16_t>(80 + i))));
    client = std::make_unique<http::Client>(loop, options);
  }
  std::size_t below(std::size_t n) { return random() % n; }
  bool open(const Served& peer) const { return !peer.gone && !peer.fin; }

  void ask() {
    outcomes.push_back(std::make_unique<Outcome>());
    const std::string url = "http://127.0.0.1:" + std::to_string(80 + below(origins)) + "/";
    calls.push_back(
        client->request(asked(below(2) == 0 ? "GET" : "POST", url), outcomes.back()->callback()));
  }
  // One of the connections that are open does something.
  void serve() {
    Scripted& server = *servers[below(origins)];
    if (server.peers.empty()) return;
    Served& peer = *server.peers[below(server.peers.size())];
    if (!open(peer)) return;
    const bool was_asked = !peer.take().empty();
    switch (below(10)) {
      case 0:
        return peer.reset();
      case 1:
        return peer.finish();
      case 2:
        return peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      default:
        if (was_asked) peer.send(ok_hello);
    }
  }
  void step() {
    const std::size_t what = below(20);
    if (what < 7) ask();
    if (what >= 7 && what < 17) serve();
    if (what == 17 && !calls.empty()) calls[below(calls.size())].cancel();
    if (what == 18) client->close_idle();
    if (what == 19) loop.advance(net::Duration(below(3'000'000'000)));
    if (below(3) != 0) loop.settle();
  }
  void check() {
    CHECK(client->connection_count() <= most_in_all);
    CHECK(client->queued_count() <= most_queued);
    CHECK(client->idle_count() <= 3);
  }

  std::mt19937 random;
  test::VirtualLoop loop;
  std::vector<std::unique_ptr<Scripted>> servers;
  std::unique_ptr<http::Client> client;
  std::vector<std::unique_ptr<Outcome>> outcomes;
  std::vector<http::ClientCall> calls;
};

}  // namespace

TEST_CASE("random days of a client: limits hold, every request ends once, nothing is left",
          "[http][client][random]") {
  const auto seed = static_cast<unsigned>(Catch::rngSeed());
  for (unsigned round = 0; round < 60; ++round) {
    INFO("seed " << seed << ", round " << round);
    World world(seed + round);
    for (int i = 0; i < 300; ++i) {
      world.step();
      world.check();
      world.loop.settle();
      for (const auto& server : world.servers) {
        std::size_t open = 0;
        for (const auto& peer : server->peers) open += world.open(*peer) ? 1 : 0;
        CHECK(open <= most_each);
      }
    }
    world.loop.advance(1h);  // every deadline has passed
    for (const auto& outcome : world.outcomes) CHECK(outcome->calls == 1);
    CHECK(world.client->connection_count() == 0);
    CHECK(world.client->queued_count() == 0);
    // And the last word: it works as on the first day.
    Outcome well;
    world.client->get("http://127.0.0.1/", well.callback());
    world.loop.settle();
    world.servers[0]->peers.back()->send(ok_hello);
    world.loop.settle();
    CHECK(well.ok);
  }
}
