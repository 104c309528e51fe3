// tests/ws/message_assembler_test.cpp - what a message holds while it comes, and where it lies.
#include "ws/message_assembler.h"

#include "tests/catch.h"
#include "tests/ws/frames.h"

using namespace strata;
using namespace strata::test;
using ws::CloseCode;
using ws::Role;

TEST_CASE("fragments are limited by the bytes they hold, never by their number",
          "[ws][codec][rfc6455-5.4]") {
  ws::MessageAssembler assembler(4 << 20);
  ws::FrameHeader header;
  header.opcode = ws::Opcode::binary;
  header.fin = false;
  header.payload_bytes = 64;
  std::vector<std::uint8_t> payload(64, 'x');
  const auto add = [&](bool fin) {
    header.fin = fin;
    const auto message = assembler.add(header, {payload, true, true, false}, 0);
    header.opcode = ws::Opcode::continuation;
    return message;
  };
  for (int i = 1; i < 65536; ++i) {
    REQUIRE(add(false).need_more());
    REQUIRE(assembler.held_bytes() <= (4u << 20) + 64 * 1024);
    REQUIRE(assembler.held_bytes() <= 128u * static_cast<unsigned>(i));
  }
  const auto message = add(true);
  REQUIRE(message.ready());
  CHECK(message->payload.size() == 4u << 20);
  assembler.release();
  CHECK(assembler.held_bytes() == 0);
  // A million empty ones hold nothing at all.
  payload.clear();
  header.payload_bytes = 0;
  header.opcode = ws::Opcode::binary;
  for (int i = 0; i < 1'000'000; ++i) add(false);
  CHECK(assembler.held_bytes() == 0);
}

TEST_CASE("memory follows what was received, not what was declared", "[ws][codec]") {
  net::SendQueue out;
  ws::Limits limits;
  limits.max_message = 100 << 20;
  ws::MessageAssembler assembler(limits.max_message);
  ws::FrameHeader header;
  header.opcode = ws::Opcode::binary;
  header.payload_bytes = limits.max_message;
  std::vector<std::uint8_t> byte(1, 'x');
  REQUIRE(assembler.add(header, {byte, true, false, false}, limits.max_message - 1).need_more());
  CHECK(assembler.held_bytes() <= 16);
  const net::MutableBytes room = assembler.landing(limits.max_message - 1);
  CHECK(room.size() >= 1);
  CHECK(assembler.held_bytes() <= 64 * 1024);
}

TEST_CASE("a whole small message is a view of the received bytes", "[ws][codec]") {
  net::SendQueue out;
  ws::Session session(Role::server, {}, out);
  std::string wire = from_client(0x81, "Hello");
  net::MutableBytes in = mutable_bytes(wire);
  const auto event = session.next(in);
  REQUIRE(event.ready());
  CHECK(net::as_text(std::get<ws::Message>(*event).payload).data() == wire.data() + 6);
}

TEST_CASE("a large payload can be received where it is kept", "[ws][codec]") {
  for (const bool text : {false, true}) {
    std::string payload(300'000, 'a');
    for (std::size_t i = 0; i < payload.size(); i += 7)
      payload[i] = static_cast<char>('b' + i % 20);
    if (text) payload.replace(150'000, 4, "\xf0\x9f\x98\x80");
    const std::string wire = from_client(text ? 0x81 : 0x82, payload) + from_client(0x81, "next");
    net::SendQueue out;
    ws::Session session(Role::server, {}, out);
    std::string events;
    std::size_t landings = 0;
    std::string kept;
    for (std::size_t at = 0; at < wire.size();) {
      const net::MutableBytes place = kept.empty() ? session.landing() : net::MutableBytes();
      net::MutableBytes in;
      std::string block;
      if (!place.empty()) {
        const std::size_t got = std::min({place.size(), wire.size() - at, std::size_t{50'001}});
        std::copy_n(wire.begin() + static_cast<std::ptrdiff_t>(at), got, place.begin());
        session.landed(got);
        at += got;
        ++landings;
      } else {
        const std::size_t got = std::min(wire.size() - at, std::size_t{20'000});
        block = kept + wire.substr(at, got);
        at += got;
        in = mutable_bytes(block);
      }
      for (;;) {
        const auto event = session.next(in);
        REQUIRE_FALSE(event.failed());
        if (event.need_more()) break;
        events += describe(*event);
      }
      kept = std::string(net::as_text(in));
    }
    CHECK(events == (text ? "text:" : "binary:") + payload + "|text:next|");
    CHECK(landings >= 3);
  }
}

TEST_CASE("a wrong byte that landed is refused too", "[ws][codec][rfc6455-8.1]") {
  std::string wire =
      from_client(0x81, std::string(30'000, 'a') + "\xff" + std::string(50'000, 'a'));
  net::SendQueue out;
  ws::Session session(Role::server, {}, out);
  net::MutableBytes in = mutable_bytes(wire).first(20'000);
  REQUIRE(session.next(in).need_more());
  const net::MutableBytes place = session.landing();
  REQUIRE(place.size() >= 16 * 1024);
  std::copy_n(wire.begin() + 20'000, 12'000, place.begin());
  session.landed(12'000);
  const auto event = session.next(in);
  REQUIRE(event.failed());
  CHECK(event.error().code == CloseCode::invalid_payload);
  CHECK(session.landing().empty());
}
