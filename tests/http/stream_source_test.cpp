// tests/http/stream_source_test.cpp - content that is asked for when there is room; and what a
// peer that reads badly costs.
#include <unistd.h>

#include <cstdlib>

#include "tests/http/stream_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

namespace {

// Gives `total` bytes of body_text's pattern, a piece at a time, and counts how far it is ahead.
struct Source {
  std::string pattern = body_text(26 * 251);
  std::size_t total;
  std::size_t piece_bytes = 10'000;
  std::size_t at = 0;
  explicit Source(std::size_t bytes) : total(bytes) {}
  bool operator()(std::string& piece) {
    while (piece.size() < piece_bytes && at < total) piece += pattern[at++ % pattern.size()];
    return at < total;
  }
};

struct Download : Fixture {
  explicit Download(std::size_t bytes) : source(bytes) {
    app.get("/chunked", [this](Request&, Response& res) { res.stream(std::ref(source)); });
    app.get("/length", [this](Request&, Response& res) {
      res.content_length(source.total).stream(std::ref(source));
    });
  }
  Source source;
};

std::string all_of(VirtualLoop& loop, Peer& peer) {
  std::string wire;
  for (int i = 0; i < 100'000; ++i) {
    loop.settle();
    const std::string more = peer.take();
    if (more.empty()) break;
    wire += more;
  }
  return wire;
}

}  // namespace

TEST_CASE("a source is asked while there is room, and its pieces come in order", "[http][stream]") {
  for (const std::size_t bytes : {0u, 1u, 9'999u, 10'000u, 10'001u, 700'000u}) {
    for (const std::size_t capacity : {std::size_t{5'000}, std::size_t{100'000}, SIZE_MAX}) {
      INFO(bytes << " through " << capacity);
      Download server(bytes);
      Peer peer = server.dial();
      peer.line().to_client.capacity = capacity;
      peer.send(request("/chunked") + request("/none"));
      std::string wire = all_of(server.loop, peer);
      CHECK(take_response(wire).field("Transfer-Encoding") == "chunked");
      const Unchunked seen = take_chunks(wire);
      CHECK(seen.whole);
      std::string expected;
      Source again(bytes);
      again.piece_bytes = SIZE_MAX;
      again(expected);
      CHECK(seen.content == expected);
      CHECK(take_response(wire).status == 404);
      CHECK(wire == "");
    }
  }
  Download server(50'000);
  Peer peer = server.dial();
  peer.send(request("/length"));
  std::string wire = all_of(server.loop, peer);
  CHECK(take_response(wire).body.size() == 50'000);
}

TEST_CASE("a source is never further ahead of its reader than the high mark", "[http][stream]") {
  Download server(64u << 20);
  Peer peer = server.dial();
  peer.line().to_client.capacity = 20'000;
  peer.send(request("/length"));
  std::size_t read = 0;
  std::size_t ahead_max = 0;
  for (int i = 0; i < 1'000'000 && read < server.source.total; ++i) {
    server.loop.settle();
    const std::string more = peer.take();
    REQUIRE_FALSE(more.empty());
    ahead_max = std::max(ahead_max, server.source.at - std::min(server.source.at, read));
    read += more.size();
  }
  CHECK(server.source.at == server.source.total);
  // The high mark, the piece that passed it, and what is on the wire.
  CHECK(ahead_max <= 64 * 1024 + server.source.piece_bytes + 20'000);
}

TEST_CASE("who never reads is cut, and its source is let go", "[http][stream]") {
  Fixture server;
  auto held = std::make_shared<int>(0);
  server.app.get("/", [held](Request&, Response& res) {
    res.stream([held](std::string& piece) {
      piece.assign(10'000, 'x');
      ++*held;
      return true;
    });
  });
  Peer peer = server.dial();
  peer.line().to_client.capacity = 1'000;
  peer.send(request("/"));
  server.loop.settle();
  CHECK(held.use_count() == 3);
  CHECK(*held < 10);
  server.loop.advance(21s);
  CHECK(server.app.connection_count() == 0);
  CHECK(held.use_count() == 2);
}

TEST_CASE("a reader that goes at any byte ends its source, once", "[http][stream]") {
  for (std::size_t taken = 0; taken < 400; ++taken) {
    for (const bool reset : {false, true}) {
      INFO(taken << (reset ? " RST" : " gone"));
      Fixture server;
      auto held = std::make_shared<int>(0);
      int finished = 0;
      server.app.get("/", [&, held](Request&, Response& res) {
        res.on_finish([&](const Request&, const Response& r, std::uint64_t) {
          finished += r.aborted() ? 1 : 100;
        });
        res.stream([held](std::string& piece) {
          piece.assign(10, 'x');
          return ++*held < 20'000;
        });
      });
      {
        Peer peer = server.dial();
        peer.line().to_client.capacity = taken;
        peer.send(request("/"));
        server.loop.settle();
        CHECK(peer.waiting().size() == taken);
        CHECK(held.use_count() == 3);
        if (reset) peer.reset();
      }
      server.loop.settle();
      CHECK(finished == 1);
      CHECK(held.use_count() == 2);
      CHECK(server.app.connection_count() == 0);
    }
  }
}

TEST_CASE("an endless source does not keep the others from their turn", "[http][stream]") {
  Fixture server;
  std::size_t given = 0;
  server.app.get("/", [&](Request&, Response& res) {
    res.before_head([](Response& r) {
      struct Swallow final : http::ContentFilter {
        void filter(std::string_view, bool, std::string&) override {}
      };
      r.set_filter(std::make_unique<Swallow>());
    });
    res.stream([&](std::string& piece) {
      piece.assign(10'000, 'x');
      given += piece.size();
      return true;
    });
  });
  Peer peer = server.dial();
  peer.send(request("/"));
  for (int i = 0; i < 10; ++i) {
    const std::size_t before = given;
    server.loop.turn();
    CHECK(given - before <= 2 * 300'000);
  }
  CHECK(given > 2 * 300'000);
  peer.reset();
  server.loop.settle();
  CHECK(server.app.connection_count() == 0);
}

TEST_CASE("a source that has nothing yet is asked again when pull() says so", "[http][stream]") {
  Fixture server;
  std::string ready;
  bool last = false;
  int asked = 0;
  http::Reply reply;
  server.app.get("/", [&](Request&, Response& res) {
    reply = res.defer();
    res.stream([&](std::string& piece) {
      ++asked;
      piece.swap(ready);
      return !last;
    });
  });
  Peer peer = server.dial();
  peer.send(request("/"));
  server.loop.settle();
  CHECK(asked == 1);
  std::string wire = peer.take();
  CHECK(take_response(wire).status == 200);
  server.loop.advance(20s);
  CHECK(asked == 1);
  ready = "one";
  reply.pull();
  server.loop.settle();
  wire = peer.take();
  CHECK(wire == "3\r\none\r\n");
  last = true;
  ready = "two";
  reply.pull();
  server.loop.settle();
  CHECK(peer.take() == "3\r\ntwo\r\n0\r\n\r\n");
  CHECK_FALSE(reply.live());
}

TEST_CASE("a source that throws cuts its answer short, visibly", "[http][stream]") {
  Fixture server;
  server.app.get("/", [](Request&, Response& res) {
    res.stream([](std::string&) -> bool { throw std::runtime_error("the disk is gone"); });
  });
  Peer peer = server.dial();
  peer.send(request("/"));
  server.loop.settle();
  CHECK(peer.was_reset());
  CHECK(server.log.size() == 1);
}

TEST_CASE("a response in pieces that nobody ends is cut off; one that goes on is not",
          "[http][stream]") {
  Fixture server;
  http::Reply reply;
  int aborted = 0;
  server.app.get("/", [&](Request&, Response& res) {
    reply = res.defer();
    res.on_abort([&] { ++aborted; });
    res.write("begun");
  });
  Peer peer = server.dial();
  peer.send(request("/"));
  server.loop.settle();
  for (int i = 0; i < 4; ++i) {
    server.loop.advance(25s);
    CHECK(aborted == 0);
    CHECK(reply.write("more"));
  }
  server.loop.advance(31s);
  CHECK(aborted == 1);
  CHECK(peer.was_reset());
}

TEST_CASE("requests behind a streaming answer wait, unread", "[http][stream][rfc9112-9.3.2]") {
  Fixture server;
  http::Reply reply;
  int others = 0;
  server.app.get("/", [&](Request&, Response& res) {
    reply = res.defer();
    res.write("one");
  });
  server.app.get("/other", [&](Request&, Response& res) {
    ++others;
    res.send("other");
  });
  Peer peer = server.dial();
  peer.send(request("/"));
  for (int i = 0; i < 100'000; ++i) peer.send(request("/other"));
  server.loop.settle();
  CHECK(others == 0);
  CHECK(peer.line().to_server.bytes.size() > 2'000'000);
  std::string wire = peer.take();
  take_response(wire);
  CHECK(wire == "3\r\none\r\n");
  reply.end("two");
  server.loop.settle();
  CHECK(others == 100'000);
  wire = peer.take();
  CHECK(wire.substr(0, 13) == "3\r\ntwo\r\n0\r\n\r\n");
}

TEST_CASE("a file that is filtered is read piece by piece", "[http][stream]") {
  char path[] = "/tmp/strata-stream-XXXXXX";
  const int fd = ::mkstemp(path);
  REQUIRE(fd >= 0);
  const std::string text = body_text(500'000);
  REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(fd);
  Fixture server;
  server.app.get("/", [&](Request&, Response& res) {
    res.before_head([](Response& r) {
      CHECK(r.content_bytes() == 500'000u);
      r.set_filter(std::make_unique<Doubling>());
    });
    res.send_file(std::string(path));
  });
  Peer peer = server.dial();
  peer.line().to_client.capacity = 30'000;
  peer.send(request("/"));
  std::string wire = all_of(server.loop, peer);
  CHECK(take_response(wire).field("Transfer-Encoding") == "chunked");
  CHECK(take_chunks(wire).content == doubled(text));
  ::unlink(path);
}

TEST_CASE("trailers follow the last chunk, if they may be trailers",
          "[http][stream][rfc9110-6.5]") {
  Fixture server;
  server.app.get("/", [](Request&, Response& res) {
    res.trailer("X-Sum", "");
    res.trailer("Content-Length", "5").trailer("Set-Cookie", "a=b").trailer("Bad", "a\r\nb");
    res.write("hello");
    res.trailer("X-Sum", "7").trailer("X-Other", "late");
    res.end();
  });
  Peer peer = server.dial();
  peer.send(request("/") + request("/", "", "GET", "1.0"));
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).field("Trailer") == "X-Sum");
  const Unchunked seen = take_chunks(wire);
  CHECK(seen.content == "hello");
  CHECK(seen.trailers == "X-Sum: 7\r\nX-Other: late\r\n");
  CHECK(take_response(wire).field("Trailer") == "(none)");
  CHECK(wire == "hello");
  CHECK(server.log.size() == 6);
}
