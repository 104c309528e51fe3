// tests/http/stream_request_test.cpp - content that handlers take in pieces, with backpressure.
#include <vector>

#include "tests/http/stream_fixture.h"

using namespace strata;
using namespace strata::test;
using http::Request;
using http::Response;

namespace {

std::string chunk(std::string_view text) {
  char size[20];
  const auto end = std::to_chars(size, size + sizeof size, text.size(), 16);
  return std::string(size, end.ptr) + "\r\n" + std::string(text) + "\r\n";
}

std::string post(std::string_view target, std::size_t bytes, std::string_view fields = "") {
  return request(target, "Content-Length: " + std::to_string(bytes) + "\r\n" + std::string(fields),
                 "POST");
}

// Sends back each piece as it comes, and reads no further while its answer waits to leave.
void echo(Request& req, Response& res) {
  req.on_data([&req, &res](net::Bytes piece) {
    if (!res.write(net::as_text(piece))) req.pause();
  });
  res.on_drain([&req] { req.resume(); });
  req.on_end([&res] { res.end(); });
}

struct Upload : Fixture {
  Upload() {
    app.post("/echo", http::stream_body.up_to(100'000'000), echo);
    app.post("/take", http::stream_body.up_to(10), [this](Request& req, Response& res) {
      ++dispatched;
      res.on_abort([this, &res] { aborted.push_back(res.status()); });
      req.on_data([this](net::Bytes piece) { got += net::as_text(piece); });
      req.on_end([this, &req, &res] {
        trailer = std::string(req.trailer("x-sum").value_or("(none)"));
        ++ended;
        res.send("got " + std::to_string(got.size()));
      });
    });
    app.post("/slow", http::stream_body, [this](Request& req, Response& res) {
      ++dispatched;
      request = &req;
      reply = res.defer();
      res.on_abort([this, &res] { aborted.push_back(res.status()); });
    });
    app.get("/", [](Request&, Response& res) { res.send("Hello"); });
  }
  int dispatched = 0;
  int ended = 0;
  std::string got;
  std::string trailer;
  std::vector<int> aborted;
  Request* request = nullptr;
  http::Reply reply;
};

}  // namespace

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

TEST_CASE("a streaming echo gives back every byte, however they come", "[http][stream]") {
  const std::string body = body_text(40);
  const std::string texts[] = {post("/echo", body.size()) + body + request("/"),
                               request("/echo", "Transfer-Encoding: chunked\r\n", "POST") +
                                   chunk(body.substr(0, 1)) + chunk(body.substr(1, 20)) +
                                   chunk(body.substr(21)) + "0\r\nT: 1\r\n\r\n" + request("/")};
  for (const std::string& text : texts) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      Upload server;
      Peer peer = server.dial();
      peer.send(text.substr(0, cut));
      server.loop.settle();
      peer.send(text.substr(cut));
      server.loop.settle();
      std::string wire = peer.take();
      CHECK(take_response(wire).field("Transfer-Encoding") == "chunked");
      const Unchunked seen = take_chunks(wire);
      CHECK((seen.whole && seen.content == body));
      CHECK(take_response(wire).body == "Hello");
      CHECK(wire == "");
    }
    for (const std::size_t piece : {1u, 2u, 3u, 7u}) {
      Upload server;
      server.loop.chunk = piece;
      Peer peer = server.dial();
      peer.send(text);
      server.loop.settle();
      std::string wire = peer.take();
      take_response(wire);
      CHECK(take_chunks(wire).content == body);
      CHECK(take_response(wire).body == "Hello");
    }
  }
}

TEST_CASE("a client that goes in the middle, at any byte, leaves nothing behind",
          "[http][stream]") {
  const std::string body = body_text(30);
  const std::string text = post("/echo", body.size()) + body;
  const std::size_t head = text.size() - body.size();
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    for (const bool reset : {false, true}) {
      INFO(cut << (reset ? " RST" : " FIN"));
      Upload server;
      int gone = 0;
      int finished = 0;
      server.app.post("/watched", http::stream_body, [&](Request& req, Response& res) {
        res.on_abort([&] { ++gone; });
        res.on_finish([&](const Request&, const Response& r, std::uint64_t) {
          finished += r.aborted() ? 1 : 100;
        });
        echo(req, res);
      });
      std::string watched = text;
      watched.replace(watched.find("/echo"), 5, "/watched");
      Peer peer = server.dial();
      peer.send(watched.substr(0, cut + 3));
      server.loop.settle();
      reset ? peer.reset() : peer.fin();
      server.loop.settle();
      const bool begun = cut >= head;
      CHECK(gone == (begun ? 1 : 0));
      CHECK(finished == (begun ? 1 : 0));
      CHECK(peer.finished());
      // Cut short must look cut short: an answer that had begun is reset.
      if (!reset && cut > head) CHECK(peer.was_reset());
      server.loop.advance(3s);
      CHECK(server.app.connection_count() == 0);
    }
  }
}

TEST_CASE("a half-closed client gets the rest of what it asked for", "[http][stream]") {
  Upload server;
  const std::string body = body_text(200'000);
  Peer peer = server.dial();
  peer.line().to_client.capacity = 1000;  // it reads slowly, too
  peer.send(post("/echo", body.size()) + body);
  peer.fin();
  std::string wire;
  for (int i = 0; i < 1000 && !peer.ended(); ++i) {
    server.loop.settle();
    wire += peer.take();
  }
  CHECK(take_response(wire).status == 200);
  const Unchunked seen = take_chunks(wire);
  CHECK(seen.whole);
  CHECK(seen.content == body);
}

TEST_CASE("64 MiB are echoed to a slow reader within bounds, both ways", "[http][stream]") {
  Upload server;
  const std::size_t total = 64u << 20;
  const std::string piece = body_text(64 * 1024);
  Peer peer = server.dial();
  peer.line().to_client.capacity = 48 * 1024;
  peer.send(post("/echo", total) + piece);
  std::size_t sent = piece.size();
  std::size_t read = 0;
  std::size_t in_flight_max = 0;
  std::string wire;
  bool equal = true;
  server.loop.settle();
  wire = peer.take();
  CHECK(take_response(wire).status == 200);
  while (read < total) {
    while (sent < total && peer.line().to_server.bytes.size() < piece.size()) {
      peer.send(piece);
      sent += piece.size();
    }
    server.loop.settle();
    // Sent, and neither with the client again nor on the wire: that is what the server holds.
    const std::size_t outside =
        peer.line().to_server.bytes.size() + peer.waiting().size() + wire.size();
    in_flight_max = std::max(in_flight_max, sent - read - std::min(sent - read, outside));
    wire += peer.take();
    while (true) {  // whole chunks
      const std::size_t line = wire.find("\r\n");
      std::size_t bytes = 0;
      if (line == std::string::npos) break;
      std::from_chars(wire.data(), wire.data() + line, bytes, 16);
      if (wire.size() < line + 2 + bytes + 2) break;
      for (std::size_t i = 0; i < bytes; i += 997)
        equal = equal && wire[line + 2 + i] == piece[(read + i) % piece.size()];
      wire.erase(0, line + 2 + bytes + 2);
      read += bytes;
      if (bytes == 0) break;
    }
    REQUIRE(server.app.connection_count() == 1);
  }
  CHECK(equal);
  // The high mark and what one read adds to it, and the bytes kept unread.
  CHECK(in_flight_max <= (64 + 64 + 64 + 64) * 1024);
  server.loop.settle();
  wire += peer.take();
  CHECK((wire == "0\r\n\r\n" || wire == ""));
}

TEST_CASE("who never reads what it asked for is cut, and costs no more than the marks",
          "[http][stream]") {
  Upload server;
  Peer peer = server.dial();
  peer.line().to_client.capacity = 1000;
  const std::string body = body_text(5'000'000);
  peer.send(post("/echo", body.size()) + body);
  server.loop.settle();
  CHECK(peer.line().to_server.bytes.size() > body.size() - 400'000);
  server.loop.advance(19s);  // the content's deadline stands still: it is we who do not read
  CHECK(server.app.connection_count() == 1);
  server.loop.advance(3s);
  CHECK(server.app.connection_count() == 0);
}
