// tests/http/stream_echo_test.cpp - pieces in and pieces out at once, with peers that behave badly.
#include <algorithm>
#include <charconv>

#include "tests/http/upload_fixture.h"

using namespace strata;
using namespace strata::test;

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

TEST_CASE("who reads slowly, but reads, gets its echo however long that takes", "[http][stream]") {
  Upload server;
  const std::string body = body_text(150'000);
  Peer peer = server.dial();
  peer.line().to_client.capacity = 1000;
  peer.send(post("/echo", body.size()) + body);
  std::string wire;
  int seconds = 0;
  for (; seconds < 1000 && !peer.finished() && wire.find("\r\n0\r\n\r\n") == std::string::npos;
       ++seconds) {
    server.loop.settle();
    wire += peer.take();
    server.loop.advance(1s);
  }
  CHECK(seconds > 120);  // paused for longer than any deadline but the writer's
  CHECK(take_response(wire).status == 200);
  const Unchunked seen = take_chunks(wire);
  CHECK(seen.whole);
  CHECK((seen.content == body));
}
