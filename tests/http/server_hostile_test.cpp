// tests/http/server_hostile_test.cpp - garbage, cuts and silence: each has one documented answer.
#include <memory>
#include <string>

#include "http/server.h"
#include "tests/catch.h"
#include "tests/http/server_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

struct Garbage {
  const char* what;
  std::string bytes;
  int status;
};

std::vector<Garbage> garbage_rows() {
  const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n";
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  return {
      {"a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more\r\n\r\n", 400},
      {"no request line", "hello\r\n\r\n", 400},
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"a version in lower case", "GET / http/1.1\r\nHost: x\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a method that is no token", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a control byte in the target", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a target of no form", "GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"two empty lines", "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"a bare LF", "GET / HTTP/1.1\nHost: x\n\n", 400},
      {"a bare CR", "GET / HTTP/1.1\r\nHost: x\r\rA: b\r\n\r\n", 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", get + "Host: y\r\n\r\n", 400},
      {"a bad Host", "GET / HTTP/1.1\r\nHost: x y\r\n\r\n", 400},
      {"a field without a colon", get + "Nonsense\r\n\r\n", 400},
      {"a field without a name", get + ": a\r\n\r\n", 400},
      {"space before the colon", get + "A : b\r\n\r\n", 400},
      {"a folded line", get + "A: b\r\n c\r\n\r\n", 400},
      {"NUL in a value", get + std::string("A: b\0c\r\n\r\n", 11), 400},
      {"a long target", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
      {"a long head", get + "A: " + std::string(17000, 'a') + "\r\n\r\n", 431},
      {"many fields", get + repeated("A: b\r\n", 101) + "\r\n", 431},
      {"length and chunked", post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"two lengths", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"a negative length", post + "Content-Length: -1\r\n\r\n", 400},
      {"a signed length", post + "Content-Length: +1\r\n\r\n", 400},
      {"a length in hex", post + "Content-Length: 0x1\r\n\r\n", 400},
      {"a length beyond the limit", post + "Content-Length: 1000001\r\n\r\n", 413},
      {"a length beyond 64 bits", post + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n", 400},
      {"an unknown coding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"no chunk size", chunked + "\r\n", 400},
      {"a bad chunk size", chunked + "g\r\n", 400},
      {"a chunk size beyond 64 bits", chunked + "ffffffffffffffffff\r\n", 413},
      {"a chunk beyond the limit", chunked + "f4241\r\n", 413},
      {"no CRLF behind a chunk", chunked + "1\r\nab\r\n", 400},
      {"an LF ends a chunk line", chunked + "1\na\r\n", 400},
      {"chunk extensions without end", chunked + "1;" + std::string(20000, 'a'), 400},
      {"a bad trailer", chunked + "0\r\nA b\r\n\r\n", 400},
      {"trailers beyond the limit", chunked + "0\r\nA: " + std::string(17000, 'a'), 431},
  };
}

}  // namespace

TEST_CASE("garbage gets its status, and the others notice nothing", "[http][rfc9112-2.2]") {
  Fixture server;
  int handled = 0;
  server.app.all("/", [&](Request&, Response& res) {
    ++handled;
    res.send("handled");
  });
  Peer well = server.dial();
  for (const Garbage& row : garbage_rows()) {
    for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}}) {
      INFO(row.what << ", in pieces of " << chunk);
      server.loop.chunk = chunk;
      Peer peer = server.dial();
      peer.send(row.bytes);
      peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");  // smuggled, if anything of it were parsed
      server.loop.settle();
      std::string wire = peer.take();
      const Seen seen = take_response(wire);
      CHECK(seen.status == row.status);
      CHECK(seen.field("Connection") == "close");
      CHECK(seen.body.find('<') == std::string::npos);
      CHECK(wire == "");
      CHECK(peer.finished());
      CHECK(server.still_serves(well));
      peer.fin();
      server.loop.settle();
      CHECK(server.app.connection_count() == 1);
    }
  }
  CHECK(handled == 0);
  CHECK(garbage_rows().size() >= 30);
}

TEST_CASE("a session cut at any byte leaves nothing behind", "[http]") {
  const std::string script =
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
      "POST /later HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
      "GET /poll HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const bool reset : {false, true}) {
    for (std::size_t cut = 0; cut <= script.size(); ++cut) {
      INFO((reset ? "RST after " : "FIN after ") << cut);
      Fixture server;
      int begun = 0, aborted = 0, replied = 0;
      http::PrefixRoute route;
      route.prefix = "/later";
      http::Reply later, poll;
      route.on_head = [&](Request&, Response& res) {
        ++begun;
        later = res.defer();
        res.on_abort([&] { ++aborted; });
      };
      server.app.prefix(std::move(route));
      server.app.post("/echo", [](Request& req, Response& res) { res.send(req.body()); });
      server.app.get("/poll", [&](Request&, Response& res) {
        ++begun;
        poll = res.defer();
        res.held();
        res.on_abort([&] { ++aborted; });
      });
      Peer peer = server.dial();
      peer.send(std::string_view(script).substr(0, cut));
      server.loop.settle();
      if (reset) {
        peer.reset();
      } else {
        peer.fin();
      }
      server.loop.settle();
      if (later.live()) {  // a whole request, before a half-close
        CHECK_FALSE(reset);
        later.send("now");
        ++replied;
        server.loop.settle();
      }
      CHECK_FALSE(later.live());
      CHECK_FALSE(poll.live());
      CHECK(begun == aborted + replied);
      CHECK(server.app.connection_count() == 0);
      CHECK(server.loop.connection_count() == 0);
    }
  }
}

TEST_CASE("every silence has its deadline", "[http]") {
  struct Row {
    const char* what;
    const char* bytes;
    net::Duration lives;  // at least so long
    net::Duration ends;   // at most so long
    int status;           // 0: closed in silence
  };
  const Row rows[] = {
      {"nothing at all", "", 9900ms, 10100ms, 0},
      {"half a head", "GET / HT", 9900ms, 10100ms, 408},
      {"between requests", "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", 4900ms, 5100ms, 0},
      {"half a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", 9900ms, 10100ms,
       408},
      {"no answer", "GET /never HTTP/1.1\r\nHost: x\r\n\r\n", 29900ms, 30100ms, 503},
      {"discarded content", "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", 9900ms,
       10100ms, 0},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Fixture server;
    server.app.get("/a", [](Request&, Response& res) { res.send("a"); });
    server.app.get("/never", [](Request&, Response&) {});
    http::PrefixRoute route;
    route.prefix = "/p";
    route.on_head = [](Request&, Response& res) { res.send("early"); };
    server.app.prefix(std::move(route));
    Peer peer = server.dial();
    peer.send(row.bytes);
    server.loop.settle();
    peer.take();
    server.loop.advance(row.lives);
    CHECK_FALSE(peer.finished());
    server.loop.advance(row.ends - row.lives);
    CHECK(peer.finished());
    std::string wire = peer.take();
    CHECK(take_response(wire).status == row.status);
    server.loop.advance(3s);
    CHECK(server.app.connection_count() == 0);
  }
}

TEST_CASE("a trickle does not hold a connection for ever", "[http]") {
  Fixture server;
  Peer slow_head = server.dial();
  Peer slow_body = server.dial();
  slow_head.send("GET / HTTP/1.1\r\n");
  slow_body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
  for (int second = 0; second < 12; ++second) {
    slow_head.send("A: b\r\n");
    slow_body.send("x");
    server.loop.settle();
    server.loop.advance(1s);
  }
  CHECK(slow_head.finished());
  CHECK(slow_body.finished());

  Peer steady = server.dial();  // at the minimum rate: it may go on
  steady.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
  for (int second = 0; second < 40; ++second) {
    steady.send(std::string(17 * 1024, 'x'));
    server.loop.settle();
    server.loop.advance(1s);
    CHECK_FALSE(steady.finished());
  }
}

TEST_CASE("a held poll has no deadline, and those behind it neither", "[http]") {
  Fixture server;
  http::Reply reply;
  server.app.get("/poll", [&](Request&, Response& res) {
    reply = res.defer();
    res.held();
  });
  Peer peer = server.dial();
  peer.send("GET /poll HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.settle();
  server.loop.advance(std::chrono::hours(3));
  REQUIRE(reply.live());
  reply.send("news");
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "news");
  server.loop.advance(6s);
  CHECK(peer.finished());
}

TEST_CASE("a 100 is sent when the content is awaited, and only then", "[http][rfc9110-10.1.1]") {
  Fixture server;
  server.app.post("/", [](Request& req, Response& res) { res.send(req.body()); });
  const std::string head =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  Peer waits = server.dial();
  waits.send(head);
  server.loop.settle();
  CHECK(waits.take() == "HTTP/1.1 100 Continue\r\n\r\n");
  waits.send("ab");
  server.loop.settle();
  std::string wire = waits.take();
  CHECK(take_response(wire).body == "ab");
  CHECK_FALSE(waits.finished());

  Peer brings = server.dial();
  brings.send(head + "ab");
  server.loop.settle();
  wire = brings.take();
  CHECK(take_response(wire).body == "ab");
  CHECK(wire == "");

  Peer large = server.dial();
  large.send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\nExpect: 100-continue\r\n\r\n");
  server.loop.settle();
  wire = large.take();
  CHECK(take_response(wire).status == 413);
  CHECK(large.finished());
}

TEST_CASE("the body's limit is the route's", "[http]") {
  Fixture server;
  server.app.max_body("/big", 2'000'000);
  server.app.max_body("/big/small", 3);
  server.app.all("*any",
                 [](Request& req, Response& res) { res.send(std::to_string(req.body().size())); });
  const auto send = [&](const char* path, std::size_t bytes) {
    return server.get(path,
                      "Content-Length: " + std::to_string(bytes) + "\r\n\r\n" +
                          std::string(bytes, 'x').substr(0, bytes - 2),
                      "POST");
  };
  CHECK(send("/", 1'000'000).status == 200);
  CHECK(send("/", 1'000'001).status == 413);
  CHECK(send("/big", 1'500'000).status == 200);
  CHECK(send("/big/small", 4).status == 413);
}

TEST_CASE("there are no more connections than allowed", "[http]") {
  http::ServerOptions options;
  options.max_connections = 2;
  Fixture server(options);
  Peer first = server.dial(), second = server.dial(), third = server.dial();
  CHECK(server.still_serves(first));
  CHECK(server.still_serves(second));
  CHECK(third.finished());
  first.fin();
  server.loop.settle();
  Peer fourth = server.dial();
  CHECK(server.still_serves(fourth));

  options.max_connections = 100;
  options.max_per_address = 2;
  Fixture capped(options);
  Peer a = capped.dial(), b = capped.dial(), c = capped.dial();
  CHECK(capped.still_serves(a));
  CHECK(c.finished());
  a.fin();
  capped.loop.settle();
  Peer d = capped.dial();
  CHECK(capped.still_serves(d));
}

TEST_CASE("close ends what is under way", "[http]") {
  Fixture server;
  int aborted = 0;
  server.app.get("/poll", [&](Request&, Response& res) {
    res.held();
    res.on_abort([&] { ++aborted; });
  });
  Peer idle = server.dial(), busy = server.dial();
  busy.send("GET /poll HTTP/1.1\r\nHost: x\r\n\r\n");
  server.loop.settle();
  server.app.close();
  CHECK(aborted == 1);
  server.loop.advance(3s);
  CHECK(idle.finished());
  CHECK(busy.finished());
  CHECK(server.app.connection_count() == 0);
}
