// tests/sio/eio_watch_test.cpp - row E36 of what the reference does: who watches what comes and
// leaves; and what clients cost that only say hello.
#include "http/request.h"
#include "tests/catch.h"
#include "tests/sio/eio_rig.h"

using namespace strata;
using namespace strata::test;

namespace {

struct Watch {
  explicit Watch(sio::eio::Options options = {}) : rig(watched(std::move(options))) {}
  sio::eio::Options watched(sio::eio::Options options) {
    const auto text = [](const sio::eio::Packet& packet) {
      return std::to_string(static_cast<int>(packet.type)) + std::string(packet.data.substr(0, 5));
    };
    options.on_packet = [this, text](sio::eio::Socket&, const sio::eio::Packet& packet) {
      log.push_back("in " + text(packet));
    };
    options.on_packet_create = [this, text](sio::eio::Socket&, const sio::eio::Packet& packet) {
      log.push_back("out " + text(packet));
    };
    options.on_flush = [this](sio::eio::Socket&) { log.push_back("flush"); };
    options.on_drain = [this](sio::eio::Socket&) { log.push_back("drain"); };
    return options;
  }
  Texts take() { return std::exchange(log, {}); }
  Texts log;
  Rig rig;
};

}  // namespace

TEST_CASE("E36 events: packets as they come and are made, flush and drain", "[sio][eio]") {
  Watch watch;
  Rig& rig = watch.rig;
  SECTION("over polling") {
    const std::string sid = rig.open_polling();
    CHECK(watch.take() == Texts{"out 0{\"sid"});
    RawClient poller = rig.client();
    RawClient poster = rig.client();
    poster.post(rig.poll(sid),
                "4hi\x1e"
                "3");
    CHECK(watch.take() == Texts{"in 4hi", "out 4hi", "in 3"});
    poller.get(rig.poll(sid));
    CHECK(watch.take() == Texts{"flush", "drain"});
    poller.send_get(rig.poll(sid));
    rig.loop.advance(25s);
    CHECK(watch.take() == Texts{"out 2", "flush", "drain"});
  }
  SECTION("on a WebSocket") {
    RawClient client = rig.client();
    client.upgrade(direct);
    rig.loop.settle();
    watch.take();
    client.message("4hi");
    client.message("\1\2", 2);
    CHECK(watch.take() ==
          Texts{"in 4hi", "out 4hi", "flush", "drain", "in 4\1\2", "out 4\1\2", "flush", "drain"});
    rig.loop.advance(25s);
    CHECK(watch.take() == Texts{"out 2", "flush", "drain"});
  }
}

TEST_CASE("E36 events: a session begins, changes its transport, ends", "[sio][eio]") {
  Texts log;
  sio::eio::Options options;
  options.on_open = [&](sio::eio::Socket& s) {
    log.push_back("open " + std::string(s.transport()));
  };
  options.on_upgrade = [&](sio::eio::Socket& s) {
    log.push_back("upgrade " + std::string(s.transport()));
  };
  options.on_close = [&](sio::eio::Socket& s, std::string_view reason, std::string_view detail) {
    log.push_back("close " + std::string(s.transport()) + ", " + std::string(reason) + ", " +
                  std::string(detail));
    throw std::runtime_error("of no matter to the others");
  };
  Rig rig(options);
  const std::string sid = rig.open_polling();
  CHECK(log == Texts{"open polling"});
  RawClient client = rig.client();
  client.upgrade(rig.ws(sid));
  client.message("2probe");
  client.message("5");
  CHECK(log.back() == "upgrade websocket");
  CHECK(rig.echo.upgrades == 1);
  const std::string other = rig.open_polling();
  client.message("1");
  rig.echo.sockets[1]->close("enough", true);
  rig.loop.settle();
  CHECK(log == Texts{"open polling", "upgrade websocket", "open polling",
                     "close websocket, transport close, close packet", "close polling, enough, "});
  CHECK(rig.echo.reasons == Texts{"transport close", "enough"});
}

TEST_CASE("E36 events: a server that ends in one of them is not asked for the next", "[sio][eio]") {
  int closed = 0;
  Rig* made = nullptr;
  sio::eio::Options options;
  options.on_open = [&made](sio::eio::Socket&) { made->engine.reset(); };
  options.on_close = [&](sio::eio::Socket&, std::string_view, std::string_view) { ++closed; };
  Rig rig(options);
  made = &rig;
  RawClient client = rig.client();
  client.send_get(hello);
  rig.loop.settle();
  CHECK(rig.engine == nullptr);
  CHECK(closed == 0);
}

TEST_CASE("E36 send callback: told when all before it has left", "[sio][eio]") {
  Rig rig;
  Texts told;
  const auto tell = [&](const char* what) { return [&told, what] { told.push_back(what); }; };
  SECTION("over polling: with the answer of a poll") {
    const std::string sid = rig.open_polling();
    sio::eio::Socket& socket = *rig.echo.sockets[0];
    socket.send_text("a");
    socket.when_sent(tell("a"));
    socket.send_text("b");
    socket.when_sent(tell("b"));
    rig.loop.settle();
    CHECK(told.empty());
    RawClient client = rig.client();
    CHECK(client.get(rig.poll(sid)) ==
          "200 4a\x1e"
          "4b");
    CHECK(told == Texts{"a", "b"});
    socket.when_sent(tell("nothing to send"));
    rig.loop.settle();
    CHECK(told.size() == 3);
    client.send_get(rig.poll(sid));
    socket.send_text("c");
    socket.when_sent(tell("c"));
    CHECK(client.answer() == "200 4c");
    CHECK(told.back() == "c");
  }
  SECTION("on a WebSocket: once the kernel has it") {
    RawClient client = rig.client();
    client.upgrade(direct);
    client.frames();
    sio::eio::Socket& socket = *rig.echo.sockets[0];
    socket.send_text("a");
    socket.when_sent(tell("a"));
    CHECK(told.empty());
    rig.loop.settle();
    CHECK(told == Texts{"a"});
  }
  SECTION("after an upgrade: what waited for a poll goes that way") {
    const std::string sid = rig.open_polling();
    RawClient client = rig.client();
    client.upgrade(rig.ws(sid));
    client.message("2probe");
    rig.echo.sockets[0]->send_text("a");
    rig.echo.sockets[0]->when_sent(tell("a"));
    rig.loop.settle();
    CHECK(told.empty());
    client.message("5");
    CHECK(told == Texts{"a"});
  }
  SECTION("never, where the session ends before") {
    rig.open_polling();
    rig.echo.sockets[0]->send_text("a");
    rig.echo.sockets[0]->when_sent(tell("a"));
    rig.echo.sockets[0]->close("forced close", true);
    rig.loop.settle();
    CHECK(told.empty());
  }
  SECTION("what it throws ends its session alone") {
    rig.open_polling();
    rig.open_polling();
    rig.echo.sockets[0]->when_sent([] { throw std::runtime_error("no"); });
    rig.loop.settle();
    CHECK(rig.echo.reasons == Texts{"forced close"});
    CHECK(rig.engine->clients_count() == 1);
  }
}

TEST_CASE("E36 send callback: a WebSocket whose client does not read is looked at again",
          "[sio][eio]") {
  Rig rig;
  bool told = false;
  RawClient client = rig.client();
  client.upgrade(direct);
  client.frames();
  sio::eio::Socket& socket = *rig.echo.sockets[0];
  client.peer().line().to_client.capacity = 1000;
  socket.send_text(std::string(30'000, 'x'));
  socket.when_sent([&] { told = true; });
  rig.loop.settle();
  rig.loop.advance(50ms);
  CHECK(socket.buffered_bytes() != 0);
  CHECK_FALSE(told);
  for (int i = 0; i < 100 && socket.buffered_bytes() != 0; ++i) client.frames();
  rig.loop.advance(10ms);
  CHECK(told);
}

TEST_CASE("handshakes without an end hold no more than they may", "[sio][eio]") {
  sio::eio::Options options;
  options.max_handshakes = 20'000;
  Rig rig(options);
  const std::string proven = rig.open_polling();
  RawClient client = rig.client();
  CHECK(client.post(rig.poll(proven), "4hi") == "200 ok");
  RawClient flood = rig.client();
  const std::string padding = "X-Padding: " + std::string(4000, 'x') + "\r\n";
  for (int i = 0; i < 50; ++i) CHECK(flood.get(hello, padding).status == 200);
  CHECK(rig.engine->clients_count() < 6);
  CHECK(client.get(rig.poll(proven)) == "200 4hi");  // who came back is none of them
  CHECK(rig.echo.details.front() == "too many handshakes wait");
  const std::string last = rig.echo.opened.back();
  CHECK(client.post(rig.poll(last), "4hi") == "200 ok");
  rig.loop.advance(45s);
  CHECK(rig.engine->clients_count() == 0);
  RawClient later = rig.client();
  for (int i = 0; i < 50; ++i) CHECK(later.get(hello).status == 200);
}
