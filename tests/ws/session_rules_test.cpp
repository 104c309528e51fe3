// tests/ws/session_rules_test.cpp - closing, limits of sending, pings, time; two sessions in talk.
#include "tests/catch.h"
#include "tests/ws/frames.h"
#include "ws/session.h"

using namespace strata;
using namespace strata::test;
using ws::CloseCode;
using ws::Role;
using ws::SendResult;

namespace {

const net::TimePoint start{1000s};

// All events of `wire`, in one go.
std::string offer(ws::Session& session, std::string wire, net::TimePoint now = start) {
  std::string events;
  net::MutableBytes in = mutable_bytes(wire);
  for (;;) {
    const auto event = session.next(in, now);
    if (event.need_more()) return events;
    if (event.failed())
      return events + "error:" + std::to_string(static_cast<int>(event.error().code));
    events += describe(*event);
  }
}

}  // namespace

TEST_CASE("a session that closed first waits for the answer and drops what comes before it",
          "[ws][codec][rfc6455-1.4][rfc6455-7.1.2]") {
  net::SendQueue out;
  ws::Session session(Role::server, {}, out);
  session.close(CloseCode::going_away, "restart", start);
  CHECK(session.close_sent());
  CHECK_FALSE(session.close_received());
  CHECK(out.take_text() == from_server(0x88, close_payload(1001, "restart")));
  CHECK(session.deadline() == start + 5s);
  CHECK_FALSE(session.on_deadline(start + 4s));

  CHECK(session.send_text("late") == SendResult::dropped);
  CHECK(session.ping() == SendResult::dropped);
  CHECK(session.pong() == SendResult::dropped);
  session.close(CloseCode::normal, {}, start + 1s);  // the first one counts
  CHECK(out.empty());

  CHECK(offer(session, from_client(0x81, "crossed")).empty());
  CHECK(offer(session, from_client(0x89, "p")) == "ping:p|");  // told, and not answered
  CHECK(out.empty());
  CHECK(offer(session, from_client(0x88, close_payload(1001))) == "closed:1001:|");
  CHECK(out.empty());  // one Close each
  CHECK(session.on_deadline(start + 5s));
}

TEST_CASE("messages that cross a Close are still checked", "[ws][codec][rfc6455-7.1.7]") {
  net::SendQueue out;
  ws::Session session(Role::server, {}, out);
  session.close(CloseCode::normal, {}, start);
  CHECK(offer(session, from_client(0x81, "\xff")) == "error:1007");
  CHECK(out.take_text() == from_server(0x88, close_payload(1000)));  // no second one
}

TEST_CASE("a Close carries what may travel", "[ws][codec][rfc6455-5.5.1][rfc6455-7.4.1]") {
  const auto closed = [](int code, std::string_view reason) {
    net::SendQueue out;
    ws::Session session(Role::server, {}, out);
    session.close(static_cast<CloseCode>(code), reason);
    return out.take_text();
  };
  CHECK(closed(1000, "") == from_server(0x88, close_payload(1000)));
  CHECK(closed(4999, "x") == from_server(0x88, close_payload(4999, "x")));
  CHECK(closed(1005, "x") == from_server(0x88, ""));
  CHECK(closed(1006, "x") == from_server(0x88, ""));
  CHECK(closed(1015, "") == from_server(0x88, ""));
  CHECK(closed(999, "") == from_server(0x88, ""));
  CHECK(closed(1000, std::string(123, 'r')) ==
        from_server(0x88, close_payload(1000, std::string(123, 'r'))));
  CHECK(closed(1000, std::string(200, 'r')) ==
        from_server(0x88, close_payload(1000, std::string(123, 'r'))));
  // Cut before the character that would not fit whole.
  CHECK(closed(1000, std::string(122, 'r') + "\xce\xba") ==
        from_server(0x88, close_payload(1000, std::string(122, 'r'))));
}

TEST_CASE("a send is taken below the high mark whatever its size, and dropped above the limit",
          "[ws][codec]") {
  ws::Limits limits;
  limits.high_water = 1000;
  limits.max_send_queue = 5000;
  net::SendQueue out;
  ws::Session session(Role::server, limits, out);
  CHECK(session.send_text("small") == SendResult::sent);
  CHECK(session.send_binary(net::as_bytes(std::string(4900, 'x'))) == SendResult::queued);
  CHECK(session.send_text("still below the limit") == SendResult::queued);
  CHECK(session.send_binary(net::as_bytes(std::string(100'000, 'x'))) == SendResult::queued);
  const std::size_t before = out.size();
  CHECK(session.send_text("no") == SendResult::dropped);
  CHECK(session.send_shared(ws::encode_shared(ws::Opcode::text, net::as_bytes("no"))) ==
        SendResult::dropped);
  CHECK(session.ping() == SendResult::dropped);
  CHECK(out.size() == before);
  out.consume(out.size());
  CHECK(session.send_binary(net::as_bytes(std::string(100'000, 'x'))) == SendResult::queued);
}

TEST_CASE("a thousand pings are answered; with a full queue only the latest one, later",
          "[ws][codec][rfc6455-5.5.2][rfc6455-5.5.3]") {
  ws::Limits limits;
  limits.high_water = 3000;
  net::SendQueue out;
  ws::Session session(Role::server, limits, out);
  std::string wire, answer;
  for (int i = 0; i < 1000; ++i) wire += from_client(0x89, std::to_string(i));
  offer(session, wire);
  const std::size_t full = out.size();
  CHECK(full > 3000);
  CHECK(full < 3200);
  session.drained();  // not yet: nothing has left
  CHECK(out.size() == full);
  out.consume(full);
  session.drained();
  CHECK(out.take_text() == from_server(0x8A, "999"));
  session.drained();
  CHECK(out.empty());
}

TEST_CASE("no pong follows a Close, even one that waited", "[ws][codec][rfc6455-5.5.1]") {
  ws::Limits limits;
  limits.high_water = 0;
  net::SendQueue out;
  ws::Session session(Role::server, limits, out);
  session.send_text("fills the queue");
  offer(session, from_client(0x89, "waits") + from_client(0x88, close_payload(1000)));
  out.consume(out.size());
  session.drained();
  CHECK(out.empty());
}

TEST_CASE("no pong follows our own Close, nor one that waited", "[ws][codec][rfc6455-5.5.2]") {
  ws::Limits limits;
  limits.high_water = 0;
  for (const bool waited : {false, true}) {
    net::SendQueue out;
    ws::Session session(Role::server, limits, out);
    session.send_text("fills the queue");
    if (waited) offer(session, from_client(0x89, "before"));
    session.close(CloseCode::normal, {}, start);
    if (!waited) offer(session, from_client(0x89, "behind"));
    CHECK(out.take_text() ==
          from_server(0x81, "fills the queue") + from_server(0x88, close_payload(1000)));
    session.drained();
    CHECK(out.empty());
  }
}

TEST_CASE("pings of our own: only a pong in time keeps the connection",
          "[ws][codec][rfc6455-5.5.2]") {
  ws::Limits limits;
  limits.ping_interval = 25s;
  limits.ping_timeout = 20s;
  net::SendQueue out;
  ws::Session session(Role::server, limits, out);
  CHECK_FALSE(session.deadline());
  session.start(start);
  REQUIRE(session.deadline() == start + 25s);
  CHECK_FALSE(session.on_deadline(start + 25s));
  CHECK(out.take_text() == from_server(0x89, ""));
  REQUIRE(session.deadline() == start + 45s);
  offer(session, from_client(0x81, "data is no pong"), start + 30s);
  CHECK(session.deadline() == start + 45s);
  offer(session, from_client(0x8A, ""), start + 31s);
  REQUIRE(session.deadline() == start + 56s);
  CHECK_FALSE(session.on_deadline(start + 56s));
  out.consume(out.size());
  // While our own queue is full nothing is read: the peer's time does not run.
  limits.high_water = 64 * 1024;
  session.send_binary(net::as_bytes(std::string(70'000, 'x')));
  CHECK_FALSE(session.on_deadline(start + 76s));
  out.consume(out.size());
  CHECK(session.on_deadline(start + 96s));
}

TEST_CASE("a client masks each frame with a fresh key", "[ws][codec][rfc6455-5.3]") {
  std::uint8_t next = 0;
  const auto keys = [&next] {
    ++next;
    return ws::MaskingKey{next, 2, 3, 4};
  };
  net::SendQueue out;
  ws::Session session(Role::client, {}, out, keys);
  session.send_text("one");
  session.send_binary(net::as_bytes("two"));
  session.ping(net::as_bytes("p"));
  CHECK(session.pong(net::as_bytes(std::string(126, 'p'))) == SendResult::dropped);
  CHECK(session.pong(net::as_bytes("q")) == SendResult::sent);  // rfc6455-5.5.3: unasked
  session.close(CloseCode::normal);
  CHECK(out.take_text() ==
        frame(0x81, "one", true, {1, 2, 3, 4}) + frame(0x82, "two", true, {2, 2, 3, 4}) +
            frame(0x89, "p", true, {3, 2, 3, 4}) + frame(0x8A, "q", true, {4, 2, 3, 4}) +
            frame(0x88, close_payload(1000), true, {5, 2, 3, 4}));
}

TEST_CASE("client and server talk over pipes of any width", "[ws][codec]") {
  for (const std::size_t width :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{1} << 30}) {
    CAPTURE(width);
    net::SendQueue up, down;
    ws::Limits limits;
    limits.high_water = 1024 * 1024;
    ws::Session client(Role::client, limits, up, fixed_key()), server(Role::server, limits, down);
    std::string said, heard;
    for (const std::size_t bytes : {0u, 1u, 125u, 126u, 127u, 5000u, 66000u}) {
      const std::string text(bytes, 'm');
      client.send_text(text);
      said += "text:" + text + "|";
    }
    client.ping(net::as_bytes("there?"));

    // What one end has to say is offered to the other in pieces; what is left is offered again.
    const auto carry = [width](net::SendQueue& from, ws::Session& to, auto on_event) {
      const std::string wire = from.take_text();
      feed(wire, pieces_of(wire.size(), width), [&](net::MutableBytes in) {
        const std::size_t offered = in.size();
        for (;;) {
          const auto event = to.next(in);
          REQUIRE_FALSE(event.failed());
          if (event.need_more()) return offered - in.size();
          on_event(*event);
        }
      });
    };
    std::string server_log, client_log;
    carry(up, server, [&](const ws::Event& event) {
      server_log += describe(event);
      if (const auto* m = std::get_if<ws::Message>(&event)) server.send_text(m->view());
    });
    carry(down, client, [&](const ws::Event& event) { client_log += describe(event); });
    CHECK(server_log == said + "ping:there?|");
    CHECK(client_log == said + "pong:there?|");
    client.close(CloseCode::normal, "bye");
    carry(up, server, [&](const ws::Event& event) { server_log += describe(event); });
    carry(down, client, [&](const ws::Event& event) { client_log += describe(event); });
    CHECK(server_log == said + "ping:there?|closed:1000:bye|");
    CHECK(client_log == said + "pong:there?|closed:1000:|");
    CHECK(client.close_received());
    CHECK(up.empty());
  }
}
