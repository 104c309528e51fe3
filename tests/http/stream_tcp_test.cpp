// tests/http/stream_tcp_test.cpp - content in pieces over real sockets, and from other threads.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "http/event_stream.h"
#include "tests/http/stream_fixture.h"
#include "tests/http/tcp_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

TEST_CASE("a large body is echoed over TCP while its sender also reads", "[http][tcp][stream]") {
  Tcp server;
  server.app.post("/echo", http::stream_body.up_to(1u << 30), [](Request& req, Response& res) {
    req.on_data([&](net::Bytes piece) {
      if (!res.write(net::as_text(piece))) req.pause();
    });
    res.on_drain([&] { req.resume(); });
    req.on_end([&] { res.end(); });
  });
  const std::string body = body_text(8'000'000);
  Client client(server.app.address());
  client.send(request("/echo", "Content-Length: " + std::to_string(body.size()) + "\r\n", "POST"));
  std::string wire;
  std::size_t sent = 0;
  std::string end_of_body = "\r\n0\r\n\r\n";
  CHECK(server.turn_until([&] {
    sent += client.send_some(std::string_view(body).substr(sent));
    wire += client.take();
    return wire.size() > end_of_body.size() &&
           wire.compare(wire.size() - end_of_body.size(), end_of_body.size(), end_of_body) == 0;
  }));
  CHECK(take_response(wire).status == 200);
  const Unchunked seen = take_chunks(wire);
  CHECK(seen.whole);
  CHECK(seen.content == body);
}

TEST_CASE("threads write an answer in pieces, each in its order", "[http][tcp][stream][thread]") {
  Tcp server;
  std::vector<std::thread> threads;
  server.app.get("/", [&](Request&, Response& res) {
    http::Reply reply = res.defer();
    auto left = std::make_shared<std::atomic<int>>(2);
    for (const char name : {'a', 'b'}) {
      threads.emplace_back([reply, name, left]() mutable {
        for (int i = 0; i < 100; ++i) {
          std::string piece(1, name);
          piece += std::to_string(i) + ";";
          if (i % 3 == 0) {
            reply.write(std::make_shared<const std::string>(piece));
          } else {
            reply.write(piece);
          }
        }
        if (--*left == 0) reply.end("!");
      });
    }
  });
  for (int round = 0; round < 5; ++round) {
    Client client(server.app.address());
    client.send(request("/"));
    std::string wire;
    CHECK(server.turn_until([&] {
      wire += client.take();
      return wire.find("0\r\n\r\n") != std::string::npos && wire.find('!') != std::string::npos;
    }));
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    take_response(wire);
    const Unchunked seen = take_chunks(wire);
    CHECK(seen.whole);
    int next[2] = {0, 0};
    for (std::string_view rest = seen.content; rest.size() > 1;) {
      const std::size_t end = rest.find(';');
      int& expected = next[rest[0] == 'a' ? 0 : 1];
      CHECK(rest.substr(1, end - 1) == std::to_string(expected++));
      rest.remove_prefix(end + 1);
    }
    CHECK(next[0] == 100);
    CHECK(next[1] == 100);
  }
}

TEST_CASE("events come from other threads, also while their client goes",
          "[http][tcp][stream][thread]") {
  Tcp server;
  std::vector<std::thread> threads;
  int closed = 0;
  std::atomic<int> allowed{0};  // who floods is cut, as a slow consumer's client would be
  server.app.get("/", [&](Request&, Response& res) {
    http::EventStream sse(res);
    sse.on_close([&] { ++closed; });
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([sse, &allowed]() mutable {
        for (int sent = 0; sse.live();) {
          if (sent < allowed && sse.send("news")) ++sent;
          std::this_thread::yield();
        }
      });
    }
  });
  for (int round = 1; round <= 3; ++round) {
    allowed = 0;
    Client client(server.app.address());
    client.send(request("/"));
    std::string wire;
    bool enough = false;  // the threads run when the machine lets them
    for (int i = 0; i < 1000 && !enough; ++i) {
      enough = server.turn_until([&] {
        allowed = allowed + 10;
        wire += client.take();
        return wire.size() > 2000;
      });
    }
    CHECK(enough);
    CHECK(wire.find("data: news\n\n") != std::string::npos);
    client.reset();
    CHECK(server.turn_until([&] { return closed == round; }));
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  }
}

TEST_CASE("a source in another thread says when there is more", "[http][tcp][stream][thread]") {
  Tcp server;
  std::thread thread;
  server.app.get("/", [&](Request&, Response& res) {
    auto ready = std::make_shared<std::atomic<int>>(0);
    res.stream([ready, given = 0](std::string& piece) mutable {
      if (given < *ready) piece = std::to_string(given++) + ";";
      return given < 50;
    });
    thread = std::thread([ready, reply = res.defer()]() mutable {
      for (int i = 0; i < 50; ++i) {
        ++*ready;
        reply.pull();
      }
    });
  });
  Client client(server.app.address());
  client.send(request("/"));
  std::string wire;
  CHECK(server.turn_until([&] {
    wire += client.take();
    return wire.find("\r\n0\r\n\r\n") != std::string::npos;
  }));
  thread.join();
  take_response(wire);
  std::string expected;
  for (int i = 0; i < 50; ++i) expected += std::to_string(i) + ";";
  CHECK(take_chunks(wire).content == expected);
}
