// tests/ws/memory_test.cpp - what connections hold at worst, counted: large echoes, slow readers,
// fragments without end, contexts of compression.
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "http/server.h"
#include "net/event_loop.h"
#include "tests/catch.h"
#include "tests/support/allocations.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/deflated.h"
#include "tests/ws/echo_handler.h"
#include "ws/route.h"

using namespace strata;
using namespace strata::test;
using ws::CloseCode;
using ws::Role;
using ws::SendResult;

namespace {

// Of the heap, now; 0 under a sanitizer, whose heap is another. Then only the rest is tested.
std::size_t heap_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::string noise(std::size_t bytes) {
  std::string text(bytes, ' ');
  std::uint32_t state = 1;
  for (char& letter : text) {
    state = state * 1664525 + 1013904223;
    letter = static_cast<char>(state >> 24);
  }
  return text;
}

struct Row {
  const char* what;
  std::size_t fragment;  // bytes of each; 0: one frame
  double times;          // the message that may be held
};

const std::size_t large = 16 << 20;

// An echo server and a client of plain system calls in one thread, which watches the heap.
struct Echo {
  explicit Echo(std::string_view extensions = {}) : app(loop) {
    REQUIRE_FALSE(app.listen(net::Address::loopback(0)));
    ws::RouteOptions options;
    options.on_message = [](ws::Connection& from, ws::Message& message) {
      from.send(std::move(message));
    };
    options.limits.max_message = large;
    options.compression.emplace();
    options.compression->threshold = 0;
    ws::route(app, "/", std::move(options));
    const net::Address to = app.address();
    fd = ::socket(to.family(), SOCK_STREAM, 0);
    REQUIRE(::connect(fd, to.raw(), to.raw_bytes()) == 0);
    const std::string request =
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    const std::string field =
        extensions.empty() ? "" : "Sec-WebSocket-Extensions: " + std::string(extensions) + "\r\n";
    exchange(request + field + "\r\n", 129 + field.size(), "\r\n\r\n");
  }
  ~Echo() { ::close(fd); }
  // Sends all of `wire` and takes so many bytes, the last of which have to be `end`. Returns the
  // most that the heap grew meanwhile.
  std::size_t exchange(std::string_view wire, std::size_t answer_bytes, std::string_view end) {
    const std::size_t before = heap_bytes();
    std::size_t most = before, got = 0, same = 0;
    const std::size_t end_at = answer_bytes - end.size();
    static char room[256 * 1024];
    for (int idle = 0; got < answer_bytes;) {
      const ssize_t sent = ::send(fd, wire.data(), wire.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) wire.remove_prefix(static_cast<std::size_t>(sent));
      REQUIRE_FALSE(loop.poll_once(1ms));
      most = std::max(most, heap_bytes());
      const ssize_t came = ::recv(fd, room, sizeof room, MSG_DONTWAIT);
      idle = came > 0 || sent > 0 ? 0 : idle + 1;
      REQUIRE(idle < 10'000);
      for (ssize_t i = 0; i < came; ++i, ++got) {
        if (got >= end_at && room[i] == end[got - end_at]) ++same;
      }
    }
    CHECK(got == answer_bytes);
    CHECK(same == end.size());
    return most - before;
  }
  net::EventLoop loop;
  http::Server app;
  int fd = -1;
};

struct Bench {
  explicit Bench(const ws::Limits& limits = {}, Role role = Role::server) : echo(loop) {
    net::ConnectionOptions options;
    options.reads_above_high_water = role == Role::client;
    auto [raw, below] = loop.pair(options);
    peer = std::move(raw);
    echo.open(std::move(below), role, limits);
  }
  VirtualLoop loop;
  Peer peer;
  EchoHandler echo;
};

}  // namespace

TEST_CASE("an echo of 16 MiB holds the message once, in fragments at most twice", "[ws]") {
  const Row rows[] = {{"one frame", 0, 1.1}, {"64 KiB", 64 << 10, 2}, {"64 bytes", 64, 2}};
  const std::string payload = noise(large);
  for (const Row& row : rows) {
    CAPTURE(row.what);
    std::string wire;
    const std::size_t step = row.fragment == 0 ? payload.size() : row.fragment;
    for (std::size_t at = 0; at < payload.size(); at += step) {
      const bool last = at + step >= payload.size();
      wire += from_client((at == 0 ? 0x02 : 0x00) | (last ? 0x80 : 0), payload.substr(at, step));
    }
    Echo echo;
    echo.loop.poll_once();
    for (int times = 0; times < 2; ++times) {  // nothing is left over from the first
      const std::size_t most = echo.exchange(wire, large + 10, payload);
      CHECK(static_cast<double>(most) < row.times * static_cast<double>(large));
    }
  }
}

TEST_CASE("compressed, an echo of 16 MiB holds the message and what it is compressed to", "[ws]") {
  const std::string payload = noise(large), packed = deflated(payload);
  for (const bool keeps :
       {true, false}) {  // a context has to stay in step, though it gains nothing
    CAPTURE(keeps);
    Echo echo(keeps ? "permessage-deflate"
                    : "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    const std::string& end = keeps ? packed : payload;
    const std::size_t most = echo.exchange(from_client(0x82, payload), end.size() + 10, end);
    CHECK(static_cast<double>(most) < 2.05 * static_cast<double>(large));
  }
}

TEST_CASE("a slow reader of its echo is not read above the high mark, and dropped when it stalls",
          "[ws]") {
  Bench bench;
  bench.peer.line().to_client.capacity = 1000;
  constexpr std::size_t message = 30'000, high = 64 * 1024;
  for (int i = 0; i < 100; ++i) bench.peer.send(from_client(0x82, std::string(message, 'm')));
  bench.loop.settle();
  const std::size_t unread = bench.peer.line().to_server.bytes.size();
  CHECK(unread > 90 * message);
  std::string log = bench.echo.log;
  for (int second = 0; second < 60; ++second) {  // a thousand bytes a second is slow, not dead
    CHECK(bench.peer.take().size() == 1000);
    bench.loop.advance(1s);
    CHECK(bench.echo.connection->buffered_bytes() <= high + message + 4);
    REQUIRE(bench.echo.closes == 0);
  }
  bench.loop.advance(18s);
  CHECK(bench.echo.closes == 0);
  bench.loop.advance(3s);
  CHECK(bench.peer.was_reset());
  CHECK(bench.echo.ended.starts_with("1006:"));
  CHECK(bench.echo.ended.size() > 5);  // and a sentence
  CHECK(bench.loop.connection_count() == 0);
}

TEST_CASE("a slow reader that is published to is cut at the limit of its queue", "[ws]") {
  for (const bool shared : {false, true}) {
    CAPTURE(shared);
    ws::Limits limits;
    limits.max_send_queue = 300'000;
    Bench bench(limits);
    bench.peer.line().to_client.capacity = 0;
    const std::string news(10'000, 'n');
    const auto frame = ws::encode_shared(ws::Opcode::text, net::as_bytes(news));
    ws::Connection& connection = *bench.echo.connection;
    int taken = 0;
    while (connection.open()) {
      const auto result = shared ? connection.send_shared(frame) : connection.send_text(news);
      CHECK(connection.buffered_bytes() <= 300'000 + 10'004 + 17);
      if (result != SendResult::dropped) ++taken;
      REQUIRE(taken < 40);
    }
    CHECK(taken == 300'000 / 10'004 + 1);
    bench.peer.line().to_client.capacity = SIZE_MAX;
    bench.loop.settle();
    CHECK(bench.peer.take().ends_with(from_server(0x88, close_payload(1008, "slow consumer"))));
    bench.loop.advance(6s);
    CHECK(bench.echo.ended == "1006:slow consumer");
  }
}

TEST_CASE("a million fragments of one byte are as much work as their bytes", "[ws][codec]") {
  const std::size_t count = 1'000'000, limit = 1'000'000;
  ws::MessageAssembler assembler(limit);
  ws::FrameHeader header;
  header.opcode = ws::Opcode::text;
  header.payload_bytes = 1;
  std::uint8_t letter = 'x';
  std::size_t held = 0, moved = 0;
  net::Parse<ws::Message, ws::ProtocolError> message;
  const auto before = allocations();
  for (std::size_t i = 0; i < count; ++i) {
    header.fin = i + 1 == count;
    message = assembler.add(header, {{&letter, 1}, true, true, false}, 0);
    header.opcode = ws::Opcode::continuation;
    if (assembler.held_bytes() != held) moved += std::exchange(held, assembler.held_bytes());
    if (held > limit + 64 * 1024) FAIL("it holds " << held);
  }
  CHECK(allocations() == before);
  REQUIRE(message.ready());
  CHECK(message->payload.size() == count);
  CHECK(moved <= 2 * count);  // at most: where the block cannot grow in place
  header.fin = false;
  header.opcode = ws::Opcode::text;
  assembler.release();
  for (std::size_t i = 0; i <= limit; ++i) {
    message = assembler.add(header, {{&letter, 1}, true, true, false}, 0);
    header.opcode = ws::Opcode::continuation;
  }
  REQUIRE(message.failed());
  CHECK(message.error().code == CloseCode::too_big);
}

TEST_CASE("a client goes on reading, whatever it could not send", "[ws]") {
  Bench bench({}, Role::client);
  bench.echo.echoes = false;
  bench.peer.line().to_client.capacity = 1000;
  ws::Connection& connection = *bench.echo.connection;
  CHECK(connection.send_binary(std::vector<std::uint8_t>(900'000)) == SendResult::queued);
  bench.loop.settle();
  for (int i = 0; i < 10; ++i) {
    const std::string news = "news " + std::to_string(i);
    bench.peer.send(from_server(0x81, news));
    bench.loop.settle();
    CHECK(bench.echo.log == "text:" + news + "|");
    bench.echo.log.clear();
  }
  CHECK(connection.buffered_bytes() > 800'000);
  bench.peer.send(from_server(0x82, std::string(500'000, 'b')));
  bench.loop.settle();
  CHECK(bench.echo.log.size() == 500'008);
}

// The formula of ws/README.md: the message under way and 64 KiB, the queue and one message, and of
// compression 256 KiB to send and 42 KiB to receive.
TEST_CASE("a compressed connection holds at worst what the formula says",
          "[ws][codec][rfc7692-8]") {
  constexpr std::size_t contexts = 256 * 1024 + 42 * 1024;
  constexpr std::size_t message = 200'000, queue = 300'000, connections = 20;
  const std::string text = noise(message);
  const std::string begin = frame(0x42, deflated(text).substr(0, message - 100), true);
  ws::Limits limits;
  limits.max_message = message;
  limits.max_send_queue = queue;
  struct End {
    explicit End(const ws::Limits& l) : session(Role::server, l, out) {}
    net::SendQueue out;
    ws::Session session;
  };
  struct Line {
    const char* what;
    ws::DeflateParameters agreed;
    std::size_t idle, worst;
  };
  const Line lines[] = {
      {"contexts are kept", {}, contexts + 8192, contexts + message + 65536 + queue + message},
      // Its decompressor is borrowed while a message is under way.
      {"and not", {true, true, 15, 15}, 4096, 42 * 1024 + message + 65536 + queue + message},
  };
  for (const Line& line : lines) {
    CAPTURE(line.what);
    const auto pool = pool_for(100);
    std::vector<std::unique_ptr<End>> ends;
    ends.reserve(connections);
    // What the pool keeps for all is not counted here: four states of each kind.
    const std::size_t pooled = line.agreed.server_no_context_takeover ? 4 * contexts : 0;
    const auto per_connection = [&, before = heap_bytes()] {
      const std::size_t now = std::max(heap_bytes(), before + pooled);
      return (now - before - pooled) / connections;
    };
    for (std::size_t i = 0; i < connections; ++i) {
      ends.push_back(std::make_unique<End>(limits));
      End& end = *ends.back();
      end.session.use(ws::Compression(line.agreed, Role::server, pool));
      std::string wire = from_client(0xC1, deflated(std::string(5000, 'x')));
      net::MutableBytes in = mutable_bytes(wire);
      REQUIRE(end.session.next(in).ready());
      REQUIRE(end.session.next(in).need_more());
      REQUIRE(end.session.send_text(std::string(5000, 'y')) == SendResult::sent);
      end.out.take_text();
    }
    CHECK(per_connection() <= line.idle);
    for (const auto& end : ends) {
      std::string wire = begin;
      net::MutableBytes in = mutable_bytes(wire);
      REQUIRE(end->session.next(in).need_more());
      while (end->session.send_binary(net::as_bytes(text)) != SendResult::dropped) {
        REQUIRE(end->out.size() < queue + 2 * message);
      }
    }
    CHECK(per_connection() <= line.worst);
  }
}
