// tests/ws/frame_test.cpp - headers both ways, masks, and frames cut anywhere.
#include "ws/frame.h"

#include <random>

#include "tests/catch.h"
#include "tests/ws/frames.h"

using namespace strata;
using namespace strata::test;
using ws::Opcode;
using ws::Role;

namespace {

struct Row {
  const char* what;
  Role self;
  const char* wire;
  Opcode opcode;
  bool fin;
  std::uint64_t bytes;
};

const Row golden[] = {
    // rfc6455-5.7
    {"single unmasked text", Role::client, "81 05", Opcode::text, true, 5},
    {"single masked text", Role::server, "81 85 37 fa 21 3d", Opcode::text, true, 5},
    {"first fragment", Role::client, "01 03", Opcode::text, false, 3},
    {"last fragment", Role::client, "80 02", Opcode::continuation, true, 2},
    {"unmasked ping", Role::client, "89 05", Opcode::ping, true, 5},
    {"masked pong", Role::server, "8a 85 37 fa 21 3d", Opcode::pong, true, 5},
    {"256 bytes", Role::client, "82 7e 01 00", Opcode::binary, true, 256},
    {"64 KiB", Role::client, "82 7f 00 00 00 00 00 01 00 00", Opcode::binary, true, 65536},
    // every length's edge
    {"0", Role::client, "82 00", Opcode::binary, true, 0},
    {"1", Role::client, "82 01", Opcode::binary, true, 1},
    {"125", Role::client, "82 7d", Opcode::binary, true, 125},
    {"126", Role::client, "82 7e 00 7e", Opcode::binary, true, 126},
    {"127", Role::client, "82 7e 00 7f", Opcode::binary, true, 127},
    {"65535", Role::client, "82 7e ff ff", Opcode::binary, true, 65535},
    {"65536", Role::server, "82 ff 00 00 00 00 00 01 00 00 37 fa 21 3d", Opcode::binary, true,
     65536},
    {"2^32", Role::client, "82 7f 00 00 00 01 00 00 00 00", Opcode::binary, true, 1ull << 32},
    {"2^32, masked", Role::server, "82 ff 00 00 00 01 00 00 00 00 37 fa 21 3d", Opcode::binary,
     true, 1ull << 32},
    {"2^63 - 1", Role::client, "82 7f 7f ff ff ff ff ff ff ff", Opcode::binary, true,
     (1ull << 63) - 1},
    {"masked 126", Role::server, "82 fe 00 7e 37 fa 21 3d", Opcode::binary, true, 126},
    {"close", Role::client, "88 02", Opcode::close, true, 2},
};

struct Bad {
  const char* what;
  Role self;
  const char* wire;
  std::size_t known_at;  // bytes that prove it
};

const Bad wrong[] = {
    {"RSV1", Role::client, "c1 05", 1},
    {"RSV2", Role::client, "a1 05", 1},
    {"RSV3", Role::client, "91 05", 1},
    {"all RSV", Role::server, "f1 85", 1},
    {"RSV1 on a ping", Role::server, "c9 80", 1},
    {"opcode 3", Role::client, "83 00", 1},
    {"opcode 4", Role::client, "84 00", 1},
    {"opcode 5", Role::client, "85 00", 1},
    {"opcode 6", Role::client, "86 00", 1},
    {"opcode 7", Role::client, "87 00", 1},
    {"opcode B", Role::client, "8b 00", 1},
    {"opcode C", Role::client, "8c 00", 1},
    {"opcode D", Role::client, "8d 00", 1},
    {"opcode E", Role::client, "8e 00", 1},
    {"opcode F", Role::client, "8f 00", 1},
    {"ping in fragments", Role::client, "09 00", 1},
    {"pong in fragments", Role::client, "0a 00", 1},
    {"close in fragments", Role::client, "08 00", 1},
    {"unmasked to a server", Role::server, "81 05", 2},
    {"masked to a client", Role::client, "81 85", 2},
    {"ping of 126", Role::client, "89 7e 00 7e", 2},
    {"ping of 64 KiB", Role::client, "89 7f", 2},
    {"close of 126", Role::server, "88 fe", 2},
    {"125 in two bytes", Role::client, "82 7e 00 7d", 4},
    {"0 in two bytes", Role::client, "82 7e 00 00", 4},
    {"125 in two bytes, masked", Role::server, "82 fe 00 7d", 4},
    {"65535 in eight bytes", Role::client, "82 7f 00 00 00 00 00 00 ff ff", 10},
    {"0 in eight bytes", Role::client, "82 7f 00 00 00 00 00 00 00 00", 10},
    {"top bit set", Role::client, "82 7f 80 00 00 00 00 00 00 00", 10},
    {"all ones", Role::server, "82 ff ff ff ff ff ff ff ff ff", 10},
};

}  // namespace

TEST_CASE("a frame header is read the same at every split and written the same",
          "[ws][codec][rfc6455-5.2][rfc6455-5.7]") {
  for (const Row& row : golden) {
    CAPTURE(row.what);
    std::string wire = hex(row.wire);
    for (std::size_t have = 0; have < wire.size(); ++have) {
      net::MutableBytes in = mutable_bytes(wire).first(have);
      REQUIRE(ws::parse_header(in, row.self).need_more());
      REQUIRE(in.size() == have);  // not yet consumes nothing
    }
    net::MutableBytes in = mutable_bytes(wire);
    const auto header = ws::parse_header(in, row.self);
    REQUIRE(header.ready());
    CHECK(in.empty());
    CHECK(header->opcode == row.opcode);
    CHECK(header->fin == row.fin);
    CHECK(header->payload_bytes == row.bytes);
    CHECK(header->masked == (row.self == Role::server));
    if (header->masked) CHECK(header->key == sample_key);

    std::array<std::uint8_t, 14> written;
    const std::size_t bytes = ws::encode_header(*header, written);
    CHECK(net::as_text(net::Bytes(written).first(bytes)) == wire);
  }
}

TEST_CASE("a wrong header is refused at the byte that proves it",
          "[ws][codec][rfc6455-5.1][rfc6455-5.2]") {
  for (const Bad& row : wrong) {
    CAPTURE(row.what);
    std::string wire = hex(row.wire);
    for (std::size_t have = 0; have <= wire.size(); ++have) {
      net::MutableBytes in = mutable_bytes(wire).first(have);
      const auto header = ws::parse_header(in, row.self);
      REQUIRE(header.failed() == (have >= row.known_at));
      if (header.failed()) REQUIRE(header.error().code == ws::CloseCode::protocol_error);
    }
  }
}

TEST_CASE("RSV1 is let through only where an extension may set it", "[ws][codec][rfc7692-6]") {
  const auto fails = [](const char* digits, bool allowed) {
    std::string wire = hex(digits);
    net::MutableBytes in = mutable_bytes(wire);
    return ws::parse_header(in, Role::client, allowed).failed();
  };
  CHECK_FALSE(fails("c1 00", true));
  CHECK_FALSE(fails("c2 00", true));
  CHECK(fails("c1 00", false));
  CHECK(fails("c0 00", true));  // a continuation
  CHECK(fails("c9 00", true));  // a control frame
  CHECK(fails("e1 00", true));  // RSV2 still not
}

TEST_CASE("a mask is its own inverse at every length, offset and alignment",
          "[ws][codec][rfc6455-5.3]") {
  std::mt19937 random(7);
  for (std::size_t length = 0; length <= 140; ++length) {
    std::vector<std::uint8_t> plain(length);
    for (auto& byte : plain) byte = static_cast<std::uint8_t>(random());
    for (std::size_t offset = 0; offset < 5; ++offset) {
      for (std::size_t shift = 0; shift < 3; ++shift) {
        std::vector<std::uint8_t> room(shift + length);
        std::copy(plain.begin(), plain.end(), room.begin() + static_cast<std::ptrdiff_t>(shift));
        const net::MutableBytes bytes = net::MutableBytes(room).subspan(shift);
        ws::apply_mask(bytes, sample_key, offset);
        for (std::size_t i = 0; i < length; ++i) {
          REQUIRE(bytes[i] == (plain[i] ^ sample_key[(offset + i) % 4]));
        }
        const bool ascii = ws::apply_mask(bytes, sample_key, offset);
        REQUIRE(std::equal(plain.begin(), plain.end(), bytes.begin()));
        REQUIRE(ascii == std::all_of(plain.begin(), plain.end(), [](auto b) { return b < 0x80; }));
      }
    }
  }
}

TEST_CASE("one byte beyond ASCII is seen wherever it stands", "[ws][codec][rfc6455-5.3]") {
  for (std::size_t length = 1; length <= 80; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::vector<std::uint8_t> bytes(length, 'a');
      bytes[at] = 0x80;
      REQUIRE_FALSE(ws::apply_mask(bytes, {0, 0, 0, 0}));
    }
  }
}

TEST_CASE("frames come out as the document shows them", "[ws][codec][rfc6455-5.7]") {
  const auto written = [](Opcode opcode, bool fin, bool masked, std::string_view payload) {
    net::SendQueue out;
    ws::FrameHeader header;
    header.opcode = opcode;
    header.fin = fin;
    header.masked = masked;
    header.key = sample_key;
    ws::append_frame(header, net::as_bytes(payload), out);
    return out.take_text();
  };
  CHECK(written(Opcode::text, true, false, "Hello") == hex("81 05 48 65 6c 6c 6f"));
  CHECK(written(Opcode::text, true, true, "Hello") == hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"));
  CHECK(written(Opcode::text, false, false, "Hel") == hex("01 03 48 65 6c"));
  CHECK(written(Opcode::continuation, true, false, "lo") == hex("80 02 6c 6f"));
  CHECK(written(Opcode::ping, true, false, "Hello") == hex("89 05 48 65 6c 6c 6f"));
  CHECK(written(Opcode::pong, true, true, "Hello") == hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58"));
  CHECK(*ws::encode_shared(Opcode::text, net::as_bytes("Hello")) == hex("81 05 48 65 6c 6c 6f"));
}

TEST_CASE("a frame of any length is written, cut anywhere and read back",
          "[ws][codec][rfc6455-5.2]") {
  for (const std::size_t length :
       {0u, 1u, 125u, 126u, 127u, 4095u, 4096u, 4097u, 8192u, 65535u, 65536u, 200000u}) {
    std::string payload(length, '\0');
    for (std::size_t i = 0; i < length; ++i) payload[i] = static_cast<char>(i * 7 + i / 256);
    for (const Role reader : {Role::server, Role::client}) {
      CAPTURE(length, static_cast<int>(reader));
      net::SendQueue out;
      ws::FrameHeader header;
      header.opcode = Opcode::binary;
      header.masked = reader == Role::server;
      header.key = sample_key;
      ws::append_frame(header, net::as_bytes(payload), out);
      const std::string wire = out.take_text();
      REQUIRE(wire == frame(0x82, payload, header.masked));

      for (const std::size_t size : {1u, 2u, 3u, 7u, 4096u, 1u << 20u}) {
        if (size < 7 && length > 70000) continue;
        ws::FrameParser parser(reader);
        std::string got;
        bool last = false;
        feed(wire, pieces_of(wire.size(), size), [&](net::MutableBytes in) {
          const std::size_t offered = in.size();
          for (;;) {
            const auto piece = parser.next(in);
            if (!piece.ready()) return offered - in.size();
            got += net::as_text(piece->payload);
            last = piece->last;
          }
        });
        REQUIRE(last);
        REQUIRE(got == payload);
      }
    }
  }
}
