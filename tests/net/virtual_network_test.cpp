// The network of a virtual loop strikes where it was planned, over all connections at once.
#include <memory>
#include <string>

#include "net/loop.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"

using namespace strata;
using test::Blow;
using test::VirtualLoop;
using test::VirtualNetwork;
using test::Way;

namespace {

struct End final : net::Receiver {
  std::size_t receive(net::MutableBytes bytes) override {
    got += net::as_text(bytes);
    return bytes.size();
  }
  void ended() override {
    end += "ended ";
    connection->close();
  }
  void closed(std::error_code why) override { end += why ? why.message() : "closed"; }
  void take(std::unique_ptr<net::Connection> from) {
    connection = std::move(from);
    connection->set_receiver(*this);
  }
  void send(std::string_view text) { connection->out().append(text); }
  std::string got, end;
  std::unique_ptr<net::Connection> connection;
};

// One end of each of two connections, and the others.
struct Two {
  explicit Two(VirtualNetwork::Dialling dialling = VirtualNetwork::Dialling::works) {
    network.dialling = dialling;
    loop.network = &network;
    auto listening = loop.listen(net::Address::loopback(80), {}, [this](auto connection) {
      servers[accepted++].take(std::move(connection));
    });
    listener = std::move(*listening);
    net::ConnectOptions options;
    options.timeout = 3s;
    for (End& client : clients)
      dials.push_back(
          loop.connect(std::vector{net::Address::loopback(80)}, options, [&client](auto result) {
            if (result)
              client.take(std::move(*result));
            else
              client.end = result.error().message();
          }));
    loop.settle();
  }
  VirtualNetwork network;
  VirtualLoop loop;
  End clients[2], servers[2];
  std::size_t accepted = 0;
  std::vector<std::unique_ptr<net::Connecting>> dials;
  std::unique_ptr<net::Listener> listener;
};

}  // namespace

TEST_CASE("a network strikes all connections behind a byte, counted over all", "[net][codec]") {
  struct Row {
    Blow blow;
    std::string one, two;  // how they end at both ends
  };
  const auto reset = std::make_error_code(std::errc::connection_reset).message();
  const Row rows[] = {{Blow::fin, "ended closed", "ended closed"},
                      {Blow::reset, reset, reset},
                      {Blow::hole, "", ""}};
  for (const Row& row : rows) {
    INFO(name_of(row.blow));
    Two two;
    two.network.plan(row.blow, Way::to_server, 7);
    two.clients[0].send("abcde");
    two.loop.settle();
    two.clients[1].send("fghij");
    CHECK_FALSE(two.network.struck());
    two.loop.settle();
    CHECK(two.network.struck());
    CHECK(two.network.carried(Way::to_server) == 7);
    CHECK(two.servers[0].got == "abcde");
    CHECK(two.servers[1].got == (row.blow == Blow::reset ? "" : "fg"));
    two.clients[0].send("lost");
    two.servers[1].send("lost");
    two.loop.settle();
    CHECK(two.servers[0].got == "abcde");
    CHECK(two.clients[1].got.empty());
    for (End* end : {&two.clients[0], &two.servers[0]}) CHECK(end->end == row.one);
    for (End* end : {&two.clients[1], &two.servers[1]}) CHECK(end->end == row.two);
  }
}

TEST_CASE("a network that swallows all tells nobody that the other end is gone", "[net][codec]") {
  Two two;
  two.network.strike(Blow::hole);
  two.clients[0].connection->abort();
  two.clients[1].connection.reset();
  two.loop.advance(10s);
  CHECK(two.servers[0].end.empty());
  CHECK(two.servers[1].end.empty());
  two.servers[1].send("nobody reads it");
  two.loop.advance(10s);
  CHECK(two.servers[1].end.empty());
}

TEST_CASE("a network refuses who connects, or does not answer", "[net][codec]") {
  Two refused(VirtualNetwork::Dialling::refused);
  CHECK(refused.clients[0].end == std::make_error_code(std::errc::connection_refused).message());
  Two silent(VirtualNetwork::Dialling::silent);
  CHECK(silent.clients[0].end.empty());
  silent.loop.advance(3s);
  CHECK(silent.clients[0].end == std::make_error_code(std::errc::timed_out).message());
  CHECK(silent.accepted == 0);
  CHECK(silent.network.dialled == 2);
}
