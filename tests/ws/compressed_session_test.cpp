// tests/ws/compressed_session_test.cpp - a session that agreed on permessage-deflate: where RSV1
// may stand, what a message inflates to, and what ends it.
#include <random>

#include "net/block_pool.h"
#include "tests/catch.h"
#include "tests/support/splits.h"
#include "tests/ws/deflated.h"
#include "tests/ws/frames.h"
#include "ws/session.h"

using namespace strata;
using namespace strata::test;
using ws::CloseCode;
using ws::Role;

namespace {

constexpr ws::DeflateParameters frugal{true, true, 15, 15};

Transcript run(std::string_view stream, const std::vector<std::size_t>& pieces, Role self,
               const ws::DeflateParameters& agreed = {}) {
  Transcript seen;
  net::SendQueue out;
  ws::Limits limits;
  limits.max_message = 1000;
  ws::Session session(self, limits, out, fixed_key());
  session.use(ws::Compression(agreed, self, pool_for()));
  feed(stream, pieces, [&](net::MutableBytes in) {
    const std::size_t offered = in.size();
    for (;;) {
      CHECK(session.landing().empty());
      const auto event = session.next(in);
      if (event.need_more()) return offered - in.size();
      if (event.failed()) {
        seen.code = static_cast<int>(event.error().code);
        return std::size_t{SIZE_MAX};
      }
      seen.events += describe(*event);
    }
  });
  seen.answer = out.take_text();
  return seen;
}

struct Row {
  const char* what;
  std::string wire;
  std::string events;  // before the error, where there is one
  int code = 0;
};

// Those in which each message has a context of its own read the same under any agreement.
std::vector<Row> rows(bool masked) {
  const auto f = [masked](int first, std::string_view payload) {
    return frame(first, payload, masked);
  };
  const std::string hello = hello_deflated, kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83";
  const std::string kosme_deflated = deflated(kosme), thousand(1000, 'x');
  const std::string bomb = deflated(std::string(1 << 20, '\0'));
  return {
      {"Hello", f(0xC1, hello), "text:Hello|"},
      {"in fragments", f(0x41, hello.substr(0, 3)) + f(0x80, hello.substr(3)), "text:Hello|"},
      {"an empty last fragment", f(0x41, hello) + f(0x80, ""), "text:Hello|"},
      {"an empty first fragment", f(0x42, "") + f(0x00, hello) + f(0x80, ""), "binary:Hello|"},
      {"a ping between", f(0x41, hello.substr(0, 1)) + f(0x89, "p") + f(0x80, hello.substr(1)),
       "ping:p|text:Hello|"},
      {"not compressed", f(0x81, "Hello") + f(0xC2, hello) + f(0x82, "Hello"),
       "text:Hello|binary:Hello|binary:Hello|"},
      {"not compressed, in fragments", f(0x01, "Hel") + f(0x80, "lo") + f(0xC1, hello),
       "text:Hello|text:Hello|"},
      {"empty", f(0xC1, std::string(1, '\0')) + f(0xC2, "") + f(0xC1, hello),
       "text:|binary:|text:Hello|"},
      {"BFINAL", f(0xC1, hex("f3 48 cd c9 c9 07 00 00")) + f(0xC1, hello),
       "text:Hello|text:Hello|"},
      {"beyond ASCII", f(0xC1, kosme_deflated), "text:" + kosme + "|"},
      {"binary is not text", f(0xC2, deflated("\xff\xfe")), "binary:\xff\xfe|"},
      {"at the limit", f(0xC2, deflated(thousand)), "binary:" + thousand + "|"},
      {"twice at the limit", f(0xC2, deflated(thousand)) + f(0x82, thousand),
       "binary:" + thousand + "|binary:" + thousand + "|"},

      {"RSV1 on a continuation", f(0x41, hello) + f(0xC0, ""), "", 1002},
      {"RSV1 on a continuation of plain text", f(0x01, "a") + f(0xC0, hello), "", 1002},
      {"RSV1 on a ping", f(0xC1, hello) + f(0xC9, ""), "text:Hello|", 1002},
      {"RSV1 on a pong", f(0xCA, ""), "", 1002},
      {"RSV1 on a close", f(0xC8, close_payload(1000)), "", 1002},
      {"RSV2 with RSV1", f(0xE1, hello), "", 1002},
      {"RSV3", f(0x91, "x"), "", 1002},
      {"a reserved opcode with RSV1", f(0xC3, hello), "", 1002},
      {"a message inside another", f(0x41, hello) + f(0xC1, hello), "", 1002},
      {"a reserved block type", f(0xC2, "\x06"), "", 1007},
      {"no deflate at all", f(0xC1, "Hello"), "", 1007},
      {"cut in a block", f(0xC1, hello.substr(0, 6)), "", 1007},
      {"cut in a block by fragments", f(0x41, hello.substr(0, 3)) + f(0x80, ""), "", 1007},
      {"a stored block cut", f(0xC2, hex("00 05 00 fa ff 48 65")), "", 1007},
      {"no UTF-8 inside", f(0xC1, deflated("a\xff")), "", 1007},
      {"a surrogate inside", f(0xC1, deflated("\xed\xa0\x80")), "", 1007},
      {"it ends in a character", f(0xC1, deflated("a\xe2\x82")), "", 1007},
      {"no UTF-8, seen before the end", f(0x41, deflated("ab\xff" + std::string(300, 'c'))), "",
       1007},
      {"a byte over the limit", f(0xC2, deflated(thousand + "x")), "", 1009},
      {"a bomb", f(0xC2, bomb), "", 1009},
      {"a bomb without an end", f(0x42, bomb.substr(0, 200)), "", 1009},
      {"a bomb of text", f(0xC1, deflated(std::string(5000, 'a'))), "", 1009},
      {"declared far over the limit", f(0xC2, std::string(70'000, '\0')), "", 1009},
  };
}

}  // namespace

TEST_CASE("compressed messages are read the same at every split, on both sides",
          "[ws][codec][rfc7692-6][rfc7692-6.1][rfc7692-6.2][rfc7692-7.2.2]") {
  std::mt19937 random(7692);
  for (const Role self : {Role::server, Role::client}) {
    for (const Row& row : rows(self == Role::server)) {
      for (const auto& agreed : {ws::DeflateParameters{}, frugal}) {
        const auto check = [&](const std::vector<std::size_t>& pieces) {
          CAPTURE(row.what, int(self), pieces);
          const Transcript seen = run(row.wire, pieces, self, agreed);
          REQUIRE(seen.events == row.events);
          REQUIRE(seen.code == row.code);
        };
        check({row.wire.size()});
        for (const std::size_t size : {1u, 2u, 3u, 7u}) check(pieces_of(row.wire.size(), size));
        check(random_pieces(row.wire.size(), random));
        if (row.wire.size() > 100) continue;
        for (std::size_t cut = 1; cut < row.wire.size(); ++cut) {
          check({cut, row.wire.size() - cut});
        }
      }
    }
  }
}

TEST_CASE("a context is kept or forgotten as agreed", "[ws][codec][rfc7692-7.1.1][rfc7692-7.2.3]") {
  const std::string wire = from_client(0xC1, hello_deflated) + from_client(0xC1, hello_again);
  CHECK(run(wire, {wire.size()}, Role::server).events == "text:Hello|text:Hello|");
  const Transcript forgotten = run(wire, {wire.size()}, Role::server, frugal);
  CHECK(forgotten.events == "text:Hello|");
  CHECK(forgotten.code == 1007);
  // What the other side forgets is not our affair.
  CHECK(run(wire, {wire.size()}, Role::server, {true, false, 15, 15}).code == 0);
}

TEST_CASE("a session sends RSV1 and what rfc7692 says", "[ws][codec][rfc7692-6.1][rfc7692-7.2.3]") {
  net::SendQueue out;
  ws::Session server(Role::server, {}, out);
  server.use(ws::Compression(ws::DeflateParameters{}, Role::server, pool_for(2)));
  server.send_text("Hello");
  server.send_text("Hello");
  server.send_binary(net::as_bytes("H"));  // under the threshold
  server.ping(net::as_bytes("Hello"));
  server.send_shared(ws::encode_shared(ws::Opcode::text, net::as_bytes("Hello")));
  server.close(CloseCode::normal);
  CHECK(out.take_text() == from_server(0xC1, hello_deflated) + from_server(0xC1, hello_again) +
                               from_server(0x82, "H") + from_server(0x89, "Hello") +
                               from_server(0x81, "Hello") + from_server(0x88, close_payload(1000)));
  net::SendQueue up;
  ws::Session client(Role::client, {}, up, fixed_key());
  client.use(ws::Compression(frugal, Role::client, pool_for()));
  const std::string text(50, 'x');
  client.send_text(text);
  client.send_text(text);
  const std::string once = from_client(0xC1, deflated(text));
  CHECK(up.take_text() == once + once);
}

TEST_CASE("without an agreement RSV1 is an error", "[ws][codec][rfc7692-6]") {
  CHECK(run_session(from_client(0xC1, hello_deflated)).code == 1002);
}

TEST_CASE("a bomb costs no more than the limit", "[ws][codec][rfc7692-8]") {
  const std::string bomb = deflated(std::string(64 << 20, '\0'));
  REQUIRE(bomb.size() < 70'000);
  constexpr std::size_t limit = 1 << 20;
  ws::Compression compression(frugal, Role::server, pool_for());
  ws::MessageAssembler assembler(limit);
  ws::FrameHeader header;
  header.opcode = ws::Opcode::binary;
  header.rsv1 = true;
  header.payload_bytes = bomb.size();
  std::vector<std::uint8_t> payload(bomb.begin(), bomb.end());
  const auto message = assembler.add(header, {payload, true, true, false}, 0, &compression);
  REQUIRE(message.failed());
  CHECK(message.error().code == CloseCode::too_big);
  CHECK(assembler.held_bytes() <= limit);
}

// A pool's blocks are larger than asked for, so the limit is no property of the block.
TEST_CASE("the limit holds to the byte, wherever blocks come from", "[ws][codec][rfc7692-8]") {
  for (const std::size_t limit : {1u, 2u, 100u, 1000u, 1023u, 1024u, 1025u, 4095u, 100'000u}) {
    for (const std::size_t size : {limit, limit + 1, limit + 1'000'000}) {
      for (const bool pooled : {false, true}) {
        INFO(limit << " " << size << (pooled ? " pooled" : ""));
        net::BlockPool pool;
        net::SendQueue out(pooled ? &pool : nullptr);
        ws::Limits limits;
        limits.max_message = limit;
        ws::Session session(Role::server, limits, out);
        session.use(ws::Compression({}, Role::server, pool_for()));
        std::string wire = frame(0xC2, deflated(std::string(size, 'x')), true);
        net::MutableBytes in(reinterpret_cast<std::uint8_t*>(wire.data()), wire.size());
        const auto event = session.next(in);
        if (size == limit) {
          REQUIRE(event.ready());
          CHECK(std::get<ws::Message>(*event).payload.size() == size);
        } else {
          REQUIRE(event.failed());
          CHECK(event.error().code == CloseCode::too_big);
        }
      }
    }
  }
}

TEST_CASE("two sessions understand each other, whatever they agreed on and however it is cut",
          "[ws][codec][rfc7692-7.1]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 60; ++round) {
    const ws::DeflateParameters agreed{random() % 2 == 0, random() % 2 == 0,
                                       static_cast<std::uint8_t>(8 + random() % 8),
                                       static_cast<std::uint8_t>(8 + random() % 8)};
    const Role sender = random() % 2 == 0 ? Role::server : Role::client;
    const Role reader = sender == Role::server ? Role::client : Role::server;
    net::SendQueue wire, back;
    ws::Session from(sender, {}, wire, fixed_key()), to(reader, {}, back, fixed_key());
    from.use(ws::Compression(agreed, sender, pool_for(random() % 300)));
    to.use(ws::Compression(agreed, reader, pool_for()));
    std::string sent, got;
    for (int i = 0; i < 8; ++i) {
      std::string text;
      for (std::size_t bytes = random() % 3000; bytes != 0; --bytes) {
        text += static_cast<char>('a' + random() % (1 + static_cast<unsigned>(i) * 3));
      }
      REQUIRE(from.send_text(text) != ws::SendResult::dropped);
      sent += "text:" + text + "|";
    }
    const std::string stream = wire.take_text();
    feed(stream, random_pieces(stream.size(), random), [&](net::MutableBytes in) {
      const std::size_t offered = in.size();
      for (;;) {
        const auto event = to.next(in);
        if (event.need_more()) return offered - in.size();
        REQUIRE(event.ready());
        got += describe(*event);
      }
    });
    REQUIRE(got == sent);
  }
}
