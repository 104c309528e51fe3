// tests/ws/owned_send_test.cpp - messages that are moved into the queue, and who watches the
// frames.
#include <array>

#include "net/block_pool.h"
#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/deflated.h"
#include "tests/ws/echo_handler.h"

using namespace strata;
using namespace strata::test;
using ws::Opcode;
using ws::Role;
using ws::SendResult;

namespace {

std::string text_of(std::size_t bytes) {
  std::string text(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

// Where the last view of the queue begins.
const void* last_place(const net::SendQueue& queue) {
  std::array<net::Bytes, 16> views;
  return views[queue.gather(views) - 1].data();
}

template <class Owned>
Owned owned(const std::string& text) {
  return Owned(text.begin(), text.end());
}
template <>
net::OwnedBytes owned(const std::string& text) {
  return net::OwnedBytes(net::as_bytes(text));
}

// From 4 KiB on the very bytes are sent, wherever they were; a client masks them there.
template <class Owned>
void check_moved() {
  for (const Role role : {Role::server, Role::client}) {
    for (const std::size_t bytes : {0u, 1u, 125u, 126u, 4095u, 4096u, 65'535u, 65'536u, 300'001u}) {
      CAPTURE(int(role), bytes);
      net::SendQueue out;
      ws::Session session(role, {}, out, fixed_key());
      Owned payload = owned<Owned>(text_of(bytes));
      const void* const place = payload.data();
      CHECK(session.send_moved(Opcode::binary, std::move(payload)) != SendResult::dropped);
      if (bytes != 0) CHECK((last_place(out) == place) == (bytes >= 4096));
      CHECK(out.take_text() == frame(0x82, text_of(bytes), role == Role::client));
    }
  }
}

// What a watcher is told, in one line each.
struct Log final : ws::FrameWatcher {
  void on_frame(const ws::FramePart& part) override {
    const ws::FrameHeader& header = part.header;
    text += part.direction == ws::Direction::in ? "in " : "out ";
    text += std::string(header.fin ? "F" : "-") + (header.rsv1 ? "1" : "-");
    text += std::to_string(static_cast<int>(header.opcode)) + (header.masked ? "M" : "-");
    text += std::to_string(header.payload_bytes);
    text += std::string(part.first ? " first" : "") + (part.last ? " last " : " ");
    text += std::string(net::as_text(part.payload)) + "\n";
  }
  void on_refused(net::Bytes header, const ws::ProtocolError& error) override {
    text += "refused " + std::to_string(header.size()) + " bytes: " + error.why + "\n";
  }
  std::string text;
};

}  // namespace

TEST_CASE("a large message is moved into the queue, a small one copied", "[ws][codec]") {
  check_moved<std::string>();
  check_moved<std::vector<std::uint8_t>>();
  check_moved<net::OwnedBytes>();
}

TEST_CASE("a message behind room enough becomes a frame where it lies", "[ws][codec]") {
  for (const Role role : {Role::server, Role::client}) {
    for (const std::size_t bytes : {0u, 1u, 125u, 126u, 65'535u, 65'536u, 300'001u}) {
      for (const std::size_t room : {ws::header_max, ws::header_max + 3}) {
        CAPTURE(int(role), bytes, room);
        net::SendQueue out;
        ws::Session session(role, {}, out, fixed_key());
        Log log;
        session.watch(&log);
        std::string made = std::string(room, '?') + text_of(bytes);
        CHECK(session.send_in_place(Opcode::text, made, room) != SendResult::dropped);
        CHECK(out.take_text() == frame(0x81, text_of(bytes), role == Role::client));
        CHECK(log.text.ends_with(" first last " + text_of(bytes) + "\n"));
        session.close(ws::CloseCode::normal);
        CHECK(session.send_in_place(Opcode::text, made, room) == SendResult::dropped);
      }
    }
  }
}

TEST_CASE("what is dropped is not moved", "[ws][codec]") {
  net::SendQueue out;
  ws::Session session(Role::server, {}, out);
  session.close(ws::CloseCode::normal);
  std::string text(5000, 'x');
  CHECK(session.send_moved(Opcode::text, std::move(text)) == SendResult::dropped);
  CHECK(text.size() == 5000);
}

TEST_CASE("with compression a moved message is compressed, and one made in place", "[ws][codec]") {
  net::SendQueue out;
  ws::Session session(Role::server, {}, out);
  session.use(ws::Compression(ws::DeflateParameters{true, true, 15, 15}, Role::server, pool_for()));
  session.send_moved(Opcode::text, std::string(100'000, 'x'));
  CHECK(out.take_text() == from_server(0xC1, deflated(std::string(100'000, 'x'))));
  std::string made(100'000 + ws::header_max, 'x');
  session.send_in_place(Opcode::text, made, ws::header_max);
  CHECK(out.take_text() == from_server(0xC1, deflated(std::string(100'000, 'x'))));
}

TEST_CASE("a message that came in parts can be taken, and sent back, without a copy",
          "[ws][codec]") {
  for (const bool sends : {false, true}) {
    net::SendQueue out;
    ws::Session session(Role::server, {}, out);
    std::string wire = from_client(0x02, text_of(50'000)) + from_client(0x80, text_of(20'001));
    net::MutableBytes in = mutable_bytes(wire);
    auto event = session.next(in);
    REQUIRE(event.ready());
    auto& message = std::get<ws::Message>(*event);
    const std::string whole = text_of(50'000) + text_of(20'001);
    REQUIRE(message.view() == whole);
    if (sends) {
      CHECK(session.send(std::move(message)) == SendResult::queued);
      CHECK(out.take_text() == from_server(0x82, whole));
    } else {
      const net::OwnedBytes taken = message.take();
      CHECK(net::as_text(taken) == whole);
      CHECK(taken.capacity() == taken.size());
      CHECK(message.payload.empty());
    }
    CHECK(session.next(in).need_more());
    wire = from_client(0x01, "the next ") + from_client(0x80, "message");
    in = mutable_bytes(wire);
    event = session.next(in);
    REQUIRE(event.ready());
    CHECK(describe(*event) == "text:the next message|");
  }
}

TEST_CASE("a message in one piece is copied by take(), and sent back as it is", "[ws][codec]") {
  net::SendQueue out;
  ws::Session session(Role::server, {}, out);
  std::string wire = from_client(0x81, "Hello") + from_client(0x82, "bytes");
  net::MutableBytes in = mutable_bytes(wire);
  auto event = session.next(in);
  CHECK(net::as_text(std::get<ws::Message>(*event).take()) == "Hello");
  event = session.next(in);
  CHECK(session.send(std::move(std::get<ws::Message>(*event))) == SendResult::sent);
  CHECK(out.take_text() == from_server(0x82, "bytes"));
}

TEST_CASE("a connection sends strings, bytes and messages in one turn as one", "[ws]") {
  VirtualLoop loop;
  EchoHandler echo(loop);
  auto [peer, below] = loop.pair();
  ws::Connection& connection = echo.open(std::move(below));
  connection.send_text("literal");
  connection.send_text(text_of(5000));
  connection.send_text(net::OwnedBytes(net::as_bytes("owned")));
  connection.send_binary(text_of(3));
  connection.send_binary(std::vector<std::uint8_t>(5000, 'v'));
  connection.send_binary(net::OwnedBytes(net::as_bytes("owned")));
  CHECK(peer.waiting().empty());
  loop.turn();
  CHECK(peer.take() == from_server(0x81, "literal") + from_server(0x81, text_of(5000)) +
                           from_server(0x81, "owned") + from_server(0x82, "abc") +
                           from_server(0x82, std::string(5000, 'v')) + from_server(0x82, "owned"));
}

TEST_CASE("a watcher sees each frame both ways, before what it means", "[ws]") {
  VirtualLoop loop;
  EchoHandler echo(loop);
  auto [peer, below] = loop.pair();
  Log log;
  echo.open(std::move(below)).watch(&log);
  peer.send(from_client(0x01, "Hel"));
  peer.send(from_client(0x89, "p") + from_client(0x80, "lo"));
  loop.settle();
  echo.connection->send_shared(ws::encode_shared(Opcode::binary, net::as_bytes("all")));
  const std::string big = from_client(0x82, "0123456789");
  peer.send(big.substr(0, 9));
  loop.settle();
  peer.send(big.substr(9));
  loop.settle();
  peer.send("\xB1\x80" + std::string(20, 'k'));  // RSV2, RSV3
  loop.settle();
  CHECK(log.text ==
        "in --1M3 first last Hel\n"
        "in F-9M1 first last p\n"
        "out F-10-1 first last p\n"
        "in F-0M2 first last lo\n"
        "out F-1-5 first last Hello\n"
        "out F-2-3 first last all\n"
        "in F-2M10 first 012\n"
        "in F-2M10 last 3456789\n"
        "out F-2-10 first last 0123456789\n"
        "refused 14 bytes: reserved bit set, no extension agreed\n"
        "out F-8-39 first last \x03\xEAreserved bit set, no extension agreed\n");
  echo.connection->watch(nullptr);
}

TEST_CASE("a watcher sees what a client means, not what it masks", "[ws][codec]") {
  net::SendQueue out;
  ws::Session session(Role::client, {}, out, fixed_key());
  session.watch(nullptr);
  Log log;
  session.watch(&log);
  session.send_moved(Opcode::text, std::string(4096, 'x'));
  session.close(ws::CloseCode::none);
  CHECK(log.text ==
        "out F-1M4096 first last " + std::string(4096, 'x') + "\nout F-8M0 first last \n");
}
