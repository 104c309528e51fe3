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
