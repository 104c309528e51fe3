// tests/http/stream_request_test.cpp - content that handlers take in pieces, with backpressure.
#include <vector>

#include "tests/http/upload_fixture.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("a streamed request is dispatched at its head, and its content comes in pieces",
          "[http][stream]") {
  Upload server;
  Peer peer = server.dial();
  peer.send(post("/take", 10));
  server.loop.settle();
  CHECK(server.dispatched == 1);
  CHECK(server.got == "");
  peer.send("01234");
  server.loop.settle();
  CHECK(server.got == "01234");
  CHECK(server.ended == 0);
  peer.send("56789" + request("/"));
  server.loop.settle();
  CHECK(server.got == "0123456789");
  CHECK(server.ended == 1);
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "got 10");
  CHECK(take_response(wire).body == "Hello");
  CHECK(server.aborted.empty());
}

TEST_CASE("trailers are there when the content has ended, and change nothing else",
          "[http][stream][rfc9110-6.5.1]") {
  Upload server;
  Peer peer = server.dial();
  peer.send(request("/take", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n", "POST"));
  peer.send(chunk("abc") + chunk("defg") +
            "0\r\nX-Sum: 7 \r\nContent-Length: 5\r\nConnection: close\r\n\r\n" + request("/"));
  server.loop.settle();
  CHECK(server.trailer == "7");
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "got 7");
  CHECK(take_response(wire).body == "Hello");
  CHECK_FALSE(peer.finished());

  Upload other;  // they count against the head's limit
  Peer fat = other.dial();
  fat.send(request("/take", "Transfer-Encoding: chunked\r\n", "POST") +
           "0\r\nX: " + std::string(17 * 1024, 'x') + "\r\n\r\n");
  other.loop.settle();
  wire = fat.take();
  CHECK(take_response(wire).status == 431);
  CHECK(other.aborted == std::vector<int>{431});
}

TEST_CASE("a route's limit holds for streamed content", "[http][stream]") {
  Upload server;
  Peer declared = server.dial();
  declared.send(post("/take", 11));
  server.loop.settle();
  CHECK(server.dispatched == 0);  // refused at the head
  std::string wire = declared.take();
  CHECK(take_response(wire).status == 413);
  CHECK(declared.finished());

  Peer chunked = server.dial();
  chunked.send(request("/take", "Transfer-Encoding: chunked\r\n", "POST") + chunk("01234") +
               "6\r\n");
  server.loop.settle();
  CHECK(server.dispatched == 1);
  CHECK(server.got == "01234");
  CHECK(server.aborted == std::vector<int>{413});
  wire = chunked.take();
  CHECK(take_response(wire).status == 413);
  CHECK(chunked.finished());

  // Above its own limit the server's default, where the route says none.
  Peer large = server.dial();
  large.send(post("/slow", 1'000'001));
  server.loop.settle();
  wire = large.take();
  CHECK(take_response(wire).status == 413);
}

TEST_CASE("a route may raise the limit of content that comes whole", "[http]") {
  http::ServerOptions options = quick_options();
  options.limits.max_body = 10;
  Fixture server(options);
  const auto answer = [](Request& req, Response& res) {
    res.send(std::to_string(req.body().size()));
  };
  http::Router inner;
  inner.post("/large", http::whole_body.up_to(100), answer);
  server.app.mount("/in", inner);
  server.app.use("/all", http::whole_body.up_to(50));
  server.app.post("/all/of/it", answer);
  server.app.post("/small", answer);
  const auto status = [&](std::string_view target, std::size_t bytes) {
    return server.ask(post(target, bytes) + std::string(bytes, 'x')).status;
  };
  CHECK(status("/in/large", 100) == 200);
  CHECK(status("/all/of/it", 50) == 200);
  CHECK(status("/small", 10) == 200);
  for (const auto& [target, bytes] :
       {std::pair{"/in/large", 101u}, {"/all/of/it", 51u}, {"/small", 11u}, {"/in/other", 11u}}) {
    INFO(target);
    CHECK(server.ask(post(target, bytes)).status == 413);
  }
}

TEST_CASE("content waits for who asks for it, and so does the 100 (Continue)",
          "[http][stream][rfc9110-10.1.1]") {
  Upload server;
  Peer peer = server.dial();
  peer.send(post("/slow", 5, "Expect: 100-continue\r\n"));
  server.loop.settle();
  CHECK(server.dispatched == 1);
  CHECK(peer.take() == "");
  std::string got;
  server.request->on_data([&](net::Bytes piece) { got += net::as_text(piece); });
  bool ended = false;
  server.request->on_end([&] { ended = true; });
  CHECK(got == "");
  server.loop.settle();
  CHECK(peer.take() == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hello");
  server.loop.settle();
  CHECK(got == "hello");
  CHECK(ended);
  server.reply.send("ok");
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "ok");
  CHECK_FALSE(peer.finished());

  // An answer without a look at the content: the client need not send it, so nobody can say what
  // its next byte is.
  peer.send(post("/slow", 5, "Expect: 100-continue\r\n"));
  server.loop.settle();
  server.reply.send("no need");
  server.loop.settle();
  wire = peer.take();
  CHECK(take_response(wire).field("Connection") == "close");
  CHECK(wire == "");
  CHECK(peer.finished());
}

TEST_CASE("paused content is held within bounds, and its client must wait", "[http][stream]") {
  Upload server;
  Peer peer = server.dial();
  const std::string body = body_text(900'000);
  peer.send(post("/slow", body.size()) + body);
  server.loop.settle();
  const std::size_t left = peer.line().to_server.bytes.size();
  CHECK(left > body.size() - 2 * 64 * 1024);  // kept_bytes_max, and one read

  std::string got;
  Request& req = *server.request;
  req.on_data([&](net::Bytes piece) {
    got += net::as_text(piece);
    req.pause();
  });
  bool ended = false;
  req.on_end([&] { ended = true; });
  std::size_t pieces = 0;
  while (!ended && ++pieces < 1000) {
    const std::size_t before = got.size();
    server.loop.settle();
    CHECK(got.size() - before <= 128 * 1024);
    req.resume();
  }
  CHECK(pieces > 5);
  CHECK(got == body);
  server.reply.send("ok");
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "ok");
}

TEST_CASE("the deadline of the content stands still while the handler does not want it",
          "[http][stream]") {
  Upload server;
  Peer peer = server.dial();
  peer.send(post("/slow", 10));
  server.loop.settle();
  server.loop.advance(25s);
  CHECK(server.aborted.empty());
  server.request->on_data([](net::Bytes) {});
  server.loop.settle();
  server.loop.advance(9s);
  CHECK(server.aborted.empty());
  server.loop.advance(2s);
  CHECK(server.aborted == std::vector<int>{408});
  std::string wire = peer.take();
  CHECK(take_response(wire).status == 408);

  Peer unread = server.dial();  // who neither reads nor answers is cut as any other is
  unread.send(post("/slow", 10));
  server.loop.settle();
  server.loop.advance(31s);
  CHECK(server.aborted.back() == 503);
  wire = unread.take();
  CHECK(take_response(wire).status == 503);
}

TEST_CASE("an answer before the content has come, and the rest is dropped", "[http][stream]") {
  Upload server;
  Peer peer = server.dial();
  peer.send(post("/slow", 10) + "01234");
  server.loop.settle();
  server.reply.send("enough");
  server.loop.settle();
  peer.send("56789" + request("/"));
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).body == "enough");
  CHECK(take_response(wire).body == "Hello");

  peer.send(post("/slow", 10) + "01234");  // an error's content is not worth reading
  server.loop.settle();
  server.reply.status(403).send("no");
  server.loop.settle();
  wire = peer.take();
  CHECK(take_response(wire).field("Connection") == "close");
  CHECK(peer.finished());
}

TEST_CASE("a handler that throws in the middle is answered, or its answer is cut",
          "[http][stream]") {
  Upload server;
  server.app.post("/throw", http::stream_body, [](Request& req, Response&) {
    req.on_data([](net::Bytes) { throw std::runtime_error("no room"); });
  });
  server.app.post("/late", http::stream_body, [](Request& req, Response& res) {
    res.write("so far");
    req.on_data([](net::Bytes) { throw std::runtime_error("no room"); });
  });
  Peer peer = server.dial();
  peer.send(post("/throw", 10) + "01234");
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).status == 500);
  CHECK(peer.finished());
  Peer late = server.dial();
  late.send(post("/late", 10) + "01234");
  server.loop.settle();
  CHECK(late.was_reset());
  CHECK(server.log.size() == 2);
}

TEST_CASE("what comes whole is one piece to who asks for pieces", "[http][stream]") {
  Fixture server;
  std::vector<std::string> calls;
  server.app.post("/", [&](Request& req, Response& res) {
    CHECK_FALSE(req.streamed());
    req.on_data([&](net::Bytes piece) { calls.emplace_back(net::as_text(piece)); });
    req.on_end([&] { res.send("end"); });
    calls.emplace_back("handler");
  });
  CHECK(server.ask(post("/", 5) + "hello").body == "end");
  CHECK(calls == std::vector<std::string>{"handler", "hello"});
  calls.clear();
  CHECK(server.ask(post("/", 0)).body == "end");
  CHECK(calls == std::vector<std::string>{"handler"});
}

TEST_CASE("a prefix route may take its content in pieces", "[http][stream]") {
  Fixture server;
  http::PrefixRoute route;
  route.prefix = "/p";
  route.stream_body = true;
  route.on_head = echo;
  server.app.prefix(std::move(route));
  const std::string body = body_text(300'000);
  Peer peer = server.dial();
  peer.send(post("/p/x", body.size()) + body);
  server.loop.settle();
  std::string wire = peer.take();
  CHECK(take_response(wire).status == 200);
  CHECK(take_chunks(wire).content == body);
  CHECK(wire == "");
}
