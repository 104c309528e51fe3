// tests/ws/streamed_send_test.cpp - one message sent in fragments: what may stand between them,
// what waits behind, and the same compressed.
#include <random>

#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/deflated.h"
#include "tests/ws/echo_handler.h"

using namespace strata;
using namespace strata::test;
using ws::CloseCode;
using ws::Opcode;
using ws::Role;
using ws::SendResult;

namespace {

constexpr ws::DeflateParameters keeps{}, forgets{true, true, 15, 15};

struct Sender {
  explicit Sender(Role role = Role::server, ws::Limits limits = {})
      : session(role, limits, out, fixed_key()) {}
  std::string take() { return out.take_text(); }
  net::SendQueue out;
  ws::Session session;
};

// The events of a wire, read by a session that agreed on the same.
std::string read(const std::string& wire, Role reader,
                 const std::optional<ws::DeflateParameters>& agreed) {
  net::SendQueue back;
  ws::Session session(reader, {}, back, fixed_key());
  if (agreed) session.use(ws::Compression(*agreed, reader, pool_for()));
  std::string copy = wire, events;
  net::MutableBytes in = mutable_bytes(copy);
  for (;;) {
    const auto event = session.next(in);
    if (event.failed()) return events + "error: " + event.error().why;
    if (event.need_more()) return events + (in.empty() ? "" : "left over");
    events += describe(*event);
  }
}

}  // namespace

TEST_CASE("a message is sent in fragments, begun, written and finished",
          "[ws][codec][rfc6455-5.4]") {
  for (const Role role : {Role::server, Role::client}) {
    const auto f = [role](int first, std::string_view payload) {
      return frame(first, payload, role == Role::client);
    };
    Sender to(role);
    CHECK(to.session.begin(Opcode::text) == SendResult::sent);
    CHECK(to.take().empty());
    CHECK(to.session.write(net::as_bytes("Hel")) == SendResult::sent);
    CHECK(to.session.write(net::Bytes()) == SendResult::sent);  // nothing to send
    CHECK(to.session.write(net::as_bytes("l")) == SendResult::sent);
    CHECK(to.session.finish(net::as_bytes("o")) == SendResult::sent);
    CHECK(to.take() == f(0x01, "Hel") + f(0x00, "l") + f(0x80, "o"));
    to.session.begin(Opcode::binary);
    to.session.write(net::as_bytes("b"));
    to.session.finish();
    CHECK(to.take() == f(0x02, "b") + f(0x80, ""));
    to.session.begin(Opcode::binary);
    to.session.finish(net::as_bytes("whole"));
    to.session.begin(Opcode::text);
    to.session.finish();
    CHECK(to.take() == f(0x82, "whole") + f(0x81, ""));
  }
}

TEST_CASE("control frames go between fragments, whole messages wait behind them",
          "[ws][codec][rfc6455-5.4]") {
  Sender to;
  to.session.begin(Opcode::text);
  CHECK(to.session.send_text("waits before the first") == SendResult::sent);
  to.session.write(net::as_bytes("A"));
  to.session.send_binary(net::as_bytes("waits"));
  to.session.send_moved(Opcode::binary, std::string(5000, 'm'));
  to.session.send_shared(ws::encode_shared(Opcode::text, net::as_bytes("for all")));
  CHECK(to.session.waiting_bytes() == 24 + 7 + 5004 + 9);
  to.session.ping(net::as_bytes("p"));
  std::string ping = from_client(0x89, "q");
  net::MutableBytes in = mutable_bytes(ping);
  to.session.next(in);
  to.session.write(net::as_bytes("B"));
  CHECK(to.take() == from_server(0x01, "A") + from_server(0x89, "p") + from_server(0x8A, "q") +
                         from_server(0x00, "B"));
  to.session.finish(net::as_bytes("C"));
  CHECK(to.take() == from_server(0x80, "C") + from_server(0x81, "waits before the first") +
                         from_server(0x82, "waits") + from_server(0x82, std::string(5000, 'm')) +
                         from_server(0x81, "for all"));
  CHECK(to.session.waiting_bytes() == 0);
}

TEST_CASE("a Close breaks a message off, and what waited behind it is not sent",
          "[ws][codec][rfc6455-5.5.1]") {
  Sender to;
  to.session.begin(Opcode::text);
  to.session.write(net::as_bytes("half"));
  to.session.send_text("waits");
  to.session.close(CloseCode::going_away);
  CHECK(to.session.write(net::as_bytes("late")) == SendResult::dropped);
  CHECK(to.session.finish() == SendResult::dropped);
  CHECK(to.session.begin(Opcode::text) == SendResult::dropped);
  CHECK(to.take() == from_server(0x01, "half") + from_server(0x88, close_payload(1001)));
  CHECK(to.session.waiting_bytes() == 0);
}

TEST_CASE("there is one such message at a time, and none without a beginning", "[ws][codec]") {
  Sender to;
  CHECK(to.session.write(net::as_bytes("x")) == SendResult::dropped);
  CHECK(to.session.finish() == SendResult::dropped);
  to.session.begin(Opcode::text);
  CHECK(to.session.begin(Opcode::binary) == SendResult::dropped);
  to.session.finish(net::as_bytes("text"));
  CHECK(to.session.finish() == SendResult::dropped);
  CHECK(to.take() == from_server(0x81, "text"));
}

TEST_CASE("a piece is queued over the high mark, and not taken over the limit", "[ws][codec]") {
  ws::Limits limits;
  limits.high_water = 1000;
  limits.max_send_queue = 5000;
  Sender to(Role::server, limits);
  to.session.begin(Opcode::binary);
  CHECK(to.session.write(net::as_bytes(std::string(500, 'a'))) == SendResult::sent);
  CHECK(to.session.write(net::as_bytes(std::string(600, 'b'))) == SendResult::queued);
  CHECK(to.session.send_binary(net::as_bytes(std::string(4000, 'w'))) == SendResult::queued);
  CHECK(to.session.write(net::as_bytes("no")) == SendResult::dropped);  // both count
  CHECK(to.session.finish() == SendResult::dropped);
  to.take();
  CHECK(to.session.finish(net::as_bytes("c")) == SendResult::queued);  // 4000 waited
  CHECK(to.take() == from_server(0x80, "c") + from_server(0x82, std::string(4000, 'w')));
}

TEST_CASE("compressed, each fragment can be read when it arrives",
          "[ws][codec][rfc7692-6.1][rfc7692-7.2.1]") {
  for (const auto& agreed : {keeps, forgets}) {
    for (const Role role : {Role::server, Role::client}) {
      const Role reader = role == Role::server ? Role::client : Role::server;
      Sender to(role);
      to.session.use(ws::Compression(agreed, role, pool_for()));
      to.session.send_text("Hello");
      to.session.begin(Opcode::text);
      to.session.write(net::as_bytes("Hello, "));
      to.session.write(net::as_bytes("Hello"));
      to.session.send_text("waits");  // its compressor is busy: as it is
      to.session.finish();
      to.session.begin(Opcode::binary);
      to.session.finish();
      to.session.begin(Opcode::text);
      to.session.finish(net::as_bytes("Hello"));
      to.session.send_text("Hello");
      CHECK(read(to.take(), reader, agreed) ==
            "text:Hello|text:Hello, Hello|text:waits|binary:|text:Hello|text:Hello|");
    }
  }
  Sender to;
  to.session.use(ws::Compression(forgets, Role::server, pool_for()));
  to.session.begin(Opcode::text);
  to.session.write(net::as_bytes("Hello"));
  const std::string first = hello_deflated.substr(0, 6) + std::string("\0\0\0\xff\xff", 5);
  CHECK(to.take() == from_server(0x41, first));
  to.session.finish();
  CHECK(to.take() == from_server(0x80, std::string(1, '\0')));
}

TEST_CASE("a message broken off leaves no compressor behind", "[ws][codec]") {
  const auto pool = pool_for();
  {
    Sender to;
    to.session.use(ws::Compression(forgets, Role::server, pool));
    to.session.begin(Opcode::text);
    to.session.write(net::as_bytes("Hello"));
    to.session.close(CloseCode::normal);
  }
  CHECK(pool->idle() == 0);
  Sender to;
  to.session.use(ws::Compression(forgets, Role::server, pool));
  to.session.begin(Opcode::text);
  to.session.finish(net::as_bytes("Hello"));
  CHECK(pool->idle() == 1);
  CHECK(to.take() == from_server(0xC1, hello_deflated));
}

TEST_CASE("whatever is sent in whatever order, each message arrives whole", "[ws][codec]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    const std::optional<ws::DeflateParameters> agreed =
        random() % 2 == 0 ? std::nullopt : std::optional(random() % 2 == 0 ? keeps : forgets);
    Sender to;
    if (agreed) to.session.use(ws::Compression(*agreed, Role::server, pool_for(random() % 100)));
    std::string streamed, behind, expected;
    bool open = false;
    const auto finish = [&](const std::string& last) {
      to.session.finish(net::as_bytes(last));
      expected += "text:" + streamed + last + "|" + std::exchange(behind, "");
      streamed.clear();
      open = false;
    };
    for (int step = 0; step < 30; ++step) {
      const std::string some(random() % 300, static_cast<char>('a' + random() % 26));
      switch (random() % 4) {
        case 0:
          to.session.send_text(some);
          (open ? behind : expected) += "text:" + some + "|";
          break;
        case 1:
          if (!open) to.session.begin(Opcode::text);
          open = true;
          break;
        case 2:
          if (!open) break;
          to.session.write(net::as_bytes(some));
          streamed += some;
          break;
        default:
          if (open) finish(some);
      }
    }
    if (open) finish("");
    REQUIRE(read(to.take(), Role::client, agreed) == expected);
  }
}

TEST_CASE("a connection streams with backpressure, and a reader too slow is closed", "[ws]") {
  VirtualLoop loop;
  EchoHandler echo(loop);
  auto [peer, below] = loop.pair();
  ws::Connection& connection = echo.open(std::move(below));
  peer.line().to_client.capacity = 1000;
  const std::string piece(40'000, 'p');
  CHECK(connection.write(piece) == SendResult::dropped);  // nothing was begun
  CHECK(connection.open());
  CHECK(connection.begin_text() == SendResult::sent);
  CHECK(connection.write(piece) == SendResult::sent);
  CHECK(connection.write(piece) == SendResult::queued);
  loop.settle();
  std::string got;
  while (got.size() < 80'000) {
    got += peer.take();
    loop.settle();
  }
  CHECK(echo.log == "drain|");
  CHECK(connection.send_text("behind") == SendResult::sent);
  CHECK(connection.buffered_bytes() >= 8);
  CHECK(connection.finish("end") == SendResult::sent);
  loop.settle();
  got += peer.take();
  CHECK(got == from_server(0x01, piece) + from_server(0x00, piece) + from_server(0x80, "end") +
                   from_server(0x81, "behind"));
  connection.begin_binary();
  peer.line().to_client.capacity = 0;
  while (connection.write(piece) != SendResult::dropped) REQUIRE(connection.open());
  CHECK_FALSE(connection.open());
  loop.advance(6s);
  CHECK(echo.ended == "1006:slow consumer");
}
