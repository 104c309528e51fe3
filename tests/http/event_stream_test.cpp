// tests/http/event_stream_test.cpp - server-sent events over a virtual loop.
#include "http/event_stream.h"

#include "net/event_loop.h"
#include "tests/http/stream_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

namespace {

struct Events : Fixture {
  explicit Events(http::ServerOptions options = quick_options()) : Fixture(std::move(options)) {
    app.get("/events", [this](Request&, Response& res) {
      sse = http::EventStream(res, {.keep_alive = 15s});
      sse.on_close([this] { ++closed; });
    });
  }
  Peer open(std::string_view fields = "") {
    Peer peer = dial();
    peer.send(request("/events", fields));
    loop.settle();
    std::string wire = peer.take();
    head = take_response(wire);
    CHECK(wire == "");
    return peer;
  }
  std::string text(Peer& peer) {
    loop.settle();
    std::string wire = peer.take();
    const Unchunked seen = take_chunks(wire);
    ended = seen.whole;
    return seen.content;
  }
  http::EventStream sse;
  Seen head;
  int closed = 0;
  bool ended = false;
};

}  // namespace

TEST_CASE("an event stream sends its head at once and then event by event", "[http][stream]") {
  Events server;
  Peer peer = server.open("Last-Event-ID: 41\r\n");
  CHECK(server.head.status == 200);
  CHECK(server.head.field("Content-Type") == "text/event-stream");
  CHECK(server.head.field("Cache-Control") == "no-store");
  CHECK(server.sse.last_event_id() == "41");
  CHECK(server.sse.send("hello"));
  CHECK(server.sse.send({.data = "a\nb", .event = "joined", .id = "42"}));
  CHECK_FALSE(server.sse.send("x", "bad\nname"));
  CHECK(server.sse.comment("psst"));
  CHECK(server.text(peer) ==
        "data: hello\n\nid: 42\nevent: joined\ndata: a\ndata: b\n\n: psst\n\n");
  CHECK(server.closed == 0);
  server.sse.close();
  CHECK(server.text(peer) == "");
  CHECK(server.ended);
  CHECK(server.closed == 1);
  CHECK_FALSE(server.sse.live());
  CHECK_FALSE(server.sse.send("late"));
  CHECK_FALSE(peer.finished());  // the connection serves on
  CHECK(server.still_serves(peer));
}

TEST_CASE("a silent event stream shows that it lives, and has no deadline", "[http][stream]") {
  Events server;
  Peer peer = server.open();
  server.loop.advance(46s);
  CHECK(server.text(peer) == ":\n\n:\n\n:\n\n");
  server.loop.advance(1h);
  CHECK(server.sse.live());
  CHECK(server.closed == 0);
}

TEST_CASE("an event stream ends when its client goes", "[http][stream]") {
  for (const bool reset : {false, true}) {
    Events server;
    Peer peer = server.open();
    reset ? peer.reset() : peer.fin();
    server.loop.settle();
    CHECK(server.closed == 1);
    CHECK_FALSE(server.sse.live());
    CHECK_FALSE(server.sse.send("nobody"));
    server.loop.advance(60s);
    CHECK(server.app.connection_count() == 0);
  }
}

TEST_CASE("a client that does not read is cut at the limit of its queue", "[http][stream]") {
  http::ServerOptions options = quick_options();
  options.max_send_queue = 100'000;
  Events server(options);
  Peer peer = server.open();
  peer.line().to_client.capacity = 10;
  int sent = 0;
  const std::string data(1000, 'x');
  while (server.sse.live() && sent < 1000) {
    server.sse.send(data);
    server.loop.settle();
    ++sent;
  }
  CHECK(sent > 90);
  CHECK(sent < 110);
  CHECK(peer.was_reset());
  CHECK(server.closed == 1);
  REQUIRE(server.log.size() == 1);
  CHECK(server.log[0].find("slow consumer") != std::string::npos);

  Events silent;  // no sign of life is put behind what waits: the writer's deadline speaks
  Peer stuck = silent.open();
  stuck.line().to_client.capacity = 10;
  silent.sse.send(data);
  silent.loop.advance(21s);
  CHECK(silent.closed == 1);
}

TEST_CASE("HEAD is told what an event stream would be, and no more", "[http][stream]") {
  Events server;
  const Seen seen = server.get("/events", "", "HEAD");
  CHECK(seen.status == 200);
  CHECK(seen.field("Content-Type") == "text/event-stream");
  CHECK_FALSE(server.sse.live());
}

TEST_CASE("a filter passes each event on at once", "[http][stream]") {
  Events server;
  server.app.use([](Request&, Response& res, const http::Next& next) {
    res.before_head([](Response& r) { r.set_filter(std::make_unique<Doubling>()); });
    next();
  });
  server.app.get("/doubled", [&](Request&, Response& res) { server.sse = http::EventStream(res); });
  Peer peer = server.dial();
  peer.send(request("/doubled"));
  server.loop.settle();
  peer.take();
  server.sse.send("a");
  CHECK(server.text(peer) == "ddaattaa::  aa\n\n\n\n");
}
