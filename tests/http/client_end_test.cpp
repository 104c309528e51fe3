// tests/http/client_end_test.cpp - cancelling, dropping and destroying, at every step and inside
// every callback: each end is told once, or never, as was asked.
#include "http/client.h"
#include "http/compression.h"
#include "tests/http/client_fixture.h"

using namespace strata;
using namespace strata::test;
using http::ClientError;

namespace {

enum class Action { cancel, drop, destroy, again };
const char* name(Action action) {
  constexpr const char* names[] = {"cancel", "drop", "destroy", "another request"};
  return names[static_cast<int>(action)];
}

// One request with everything in it: content from a source, a redirect that repeats it, an interim
// response, gzip, trailers; stopped at one of its callbacks.
struct Scene {
  explicit Scene(Action what, int when) : action(what), at(when), f(options()) {
    auto request = asked("PUT", "http://127.0.0.1/first");
    request.source.pull = [this](std::string& piece) {
      tick();
      if (pulled++ % 2 != 0) return http::ContentSource::Pull::end;
      piece = "content";
      return http::ContentSource::Pull::more;
    };
    request.source.rewind = [this] {
      tick();
      pulled = 0;
      return true;
    };
    auto handlers = stream.handlers();
    handlers.on_informational = [this](const auto&) { tick(); };
    stream.on_head = stream.on_data = stream.on_end = [this] { tick(); };
    call = f.client->stream(std::move(request), std::move(handlers));
  }
  static http::ClientOptions options() {
    http::ClientOptions options;
    options.on_wire = [](const http::WireEvent&) {};
    return options;
  }
  // Inside a callback.
  void tick() {
    CHECK_FALSE(stopped);  // nothing comes after drop() and destruction
    if (++ticks != at) return;
    acted = true;
    switch (action) {
      case Action::cancel:
        call.cancel();
        break;
      case Action::drop:
        stopped = true;
        call.drop();
        CHECK_FALSE(call.live());
        break;
      case Action::destroy:
        stopped = true;
        f.client.reset();
        break;
      case Action::again:
        f.client->get("http://127.0.0.1/other", other.callback());
        break;
    }
  }
  void answer() {
    for (const auto& peer : f.server.peers) {
      const std::string got = peer->take();
      if (peer->gone || got.empty()) continue;
      if (got.find("GET /other ") != got.npos) peer->send(ok_hello);
      if (got.find("PUT /first ") != got.npos)
        peer->send("HTTP/1.1 307 T\r\nLocation: /second\r\nContent-Length: 3\r\n\r\nabc");
      if (got.find("PUT /second ") != got.npos) {
        const std::string text = http::gzip(net::as_bytes(std::string(50000, 'x')));
        peer->send(
            "HTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
            "Transfer-Encoding: chunked\r\n\r\n");
        for (const char c : text) peer->send("1\r\n" + std::string(1, c) + "\r\n");
        peer->send("0\r\nA: b\r\n\r\n");
      }
    }
  }
  void run() {
    for (int i = 0; i < 10; ++i) {
      f.loop.settle();
      answer();
    }
    f.loop.settle();
  }

  Action action;
  int at;
  int ticks = 0, pulled = 0;
  bool acted = false, stopped = false;
  Stream stream;
  Outcome other;
  http::ClientCall call;
  ClientFixture f;
};

}  // namespace

TEST_CASE("whatever is done inside whichever callback, the end comes once or never",
          "[http][client]") {
  for (const Action action : {Action::cancel, Action::drop, Action::destroy, Action::again}) {
    int last = 0;
    for (int at = 1;; ++at) {
      INFO(name(action) << " in callback " << at);
      Scene scene(action, at);
      scene.run();
      if (!scene.acted) break;
      last = at;
      const bool silent = action == Action::drop || action == Action::destroy;
      const bool in_the_end = scene.stream.ends == 1 && scene.ticks == at;
      CHECK(scene.stream.ends == (silent && !in_the_end ? 0 : 1));
      CHECK_FALSE(scene.call.live());
      if (action == Action::cancel && !in_the_end)
        CHECK(scene.stream.failure.error == ClientError::cancelled);
      if (action == Action::again) {
        CHECK(scene.stream.calls.back() == 'e');
        CHECK(scene.stream.body == std::string(50000, 'x'));
        CHECK(scene.other.calls == 1);
        CHECK(scene.other.ok);
      }
      if (scene.f.client) {
        scene.f.client->close_idle();
        CHECK(scene.f.client->connection_count() == 0);
        CHECK(scene.f.client->queued_count() == 0);
      }
      for (const auto& peer : scene.f.server.peers) {
        scene.f.loop.settle();
        CHECK((peer->fin || peer->gone));
      }
    }
    CHECK(last >= 9);  // pulls, the redirect, the head, the pieces, the end
  }
}

TEST_CASE("and at every turn in between", "[http][client]") {
  for (const Action action : {Action::cancel, Action::drop, Action::destroy}) {
    for (int turns = 0; turns < 40; ++turns) {
      INFO(name(action) << " before turn " << turns);
      Scene scene(action, 0);
      for (int i = 0; i < turns; ++i) {
        scene.f.loop.turn();
        scene.answer();
      }
      const int ends = scene.stream.ends;
      const std::string calls = scene.stream.calls;
      if (action == Action::cancel) scene.call.cancel();
      if (action == Action::drop) scene.call.drop();
      if (action == Action::destroy) scene.f.client.reset();
      CHECK(scene.stream.calls == calls);  // nothing from inside
      scene.run();
      CHECK(scene.stream.ends == (action == Action::cancel ? 1 : ends));
      if (action != Action::cancel) CHECK(scene.stream.calls == calls);
      if (action == Action::cancel && ends == 0)
        CHECK(scene.stream.failure.error == ClientError::cancelled);
      CHECK_FALSE(scene.call.live());
    }
  }
}

TEST_CASE("a request may be cancelled while it waits, and its place goes to the next",
          "[http][client]") {
  http::ClientOptions options = test::plain_options();
  options.max_per_origin = 1;
  ClientFixture f(options);
  Outcome first, second, third;
  f.ask(first);
  auto call = f.ask(second);
  f.ask(third);
  call.cancel();
  call.cancel();
  CHECK(second.calls == 0);
  f.loop.settle();
  CHECK(second.calls == 1);
  CHECK(second.failure.error == ClientError::cancelled);
  f.peer().take();
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(f.peer().take().starts_with("GET / "));
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK((first.ok && third.ok));
}

TEST_CASE("cancelled before it began: no connection is made", "[http][client]") {
  ClientFixture f;
  Outcome outcome;
  f.client->get("http://127.0.0.1/", outcome.callback()).cancel();
  f.loop.settle();
  CHECK(f.server.peers.empty());
  CHECK(outcome.failure.error == ClientError::cancelled);
}

TEST_CASE("a client may be destroyed with everything under way", "[http][client]") {
  for (int turns = 0; turns < 6; ++turns) {
    http::ClientOptions options = test::plain_options();
    options.max_per_origin = 2;
    ClientFixture f(options);
    Outcome first;
    f.ask(first);
    f.peer().send(ok_hello);
    f.loop.settle();
    std::vector<Outcome> outcomes(6);
    std::vector<http::ClientCall> calls;
    for (Outcome& each : outcomes)
      calls.push_back(f.client->get("http://127.0.0.1/", each.callback()));
    for (int i = 0; i < turns; ++i) f.loop.turn();
    f.client.reset();
    f.loop.advance(1h);
    for (const Outcome& each : outcomes) CHECK(each.calls == 0);
    for (http::ClientCall& each : calls) {
      CHECK_FALSE(each.live());
      each.cancel();
      each.pause();
      each.resume();
      each.content_ready();
      each.drop();
    }
    for (const auto& peer : f.server.peers) CHECK((peer->fin || peer->gone));
  }
}

TEST_CASE("what callbacks hold dies with the request", "[http][client]") {
  ClientFixture f;
  const auto proof = std::make_shared<int>(0);
  auto done = f.client->get("http://127.0.0.1/", [proof](const auto&) {});
  auto dropped = f.client->get("http://127.0.0.1/", [proof](const auto&) {});
  CHECK(proof.use_count() == 3);
  f.loop.settle();
  dropped.drop();
  CHECK(proof.use_count() == 2);
  f.peer().send(ok_hello);
  f.loop.settle();
  CHECK(proof.use_count() == 1);
}
