// tests/ws/deflate_test.cpp - compressed messages, byte for byte; contexts, windows, and who holds
// a state when.
#include "ws/deflate.h"

#include <zlib.h>

#include <random>

#include "tests/catch.h"
#include "tests/support/cuts.h"
#include "tests/support/splits.h"
#include "tests/ws/deflated.h"

using namespace strata;
using namespace strata::test;
using ws::Role;

namespace {

// The message in `wire`, which comes cut as `cuts` says, into rooms of `room` bytes; or "corrupt".
std::string inflated(ws::Inflater& inflater, std::string_view wire, const Cuts& cuts,
                     std::size_t room) {
  std::string text;
  std::size_t at = 0;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    ExactBytes exact(wire.substr(at, cuts[i] - at));
    at = cuts[i];
    net::Bytes in = exact.view();
    std::vector<std::uint8_t> space(room);
    ws::Inflater::Step step;
    do {
      step = inflater.read(in, i + 1 == cuts.size(), space);
      text += net::as_text(net::Bytes(space).first(step.bytes));
      if (step.corrupt) return "corrupt";
    } while (step.more);
    REQUIRE(in.empty());
  }
  return text;
}

std::string inflated(ws::Inflater& inflater, std::string_view wire) {
  return inflated(inflater, wire, {wire.size()}, 64);
}

struct Golden {
  const char* what;
  std::vector<const char*> wire;  // message by message, in one context
  std::vector<const char*> text;
};

const Golden golden[] = {
    {"rfc7692-7.2.3.1, one block", {"f2 48 cd c9 c9 07 00"}, {"Hello"}},
    {"rfc7692-7.2.3.2, the window is shared",
     {"f2 48 cd c9 c9 07 00", "f2 00 11 00 00", "f2 00 11 00 00"},
     {"Hello", "Hello", "Hello"}},
    {"rfc7692-7.2.3.3, a block that is not compressed",
     {"00 05 00 fa ff 48 65 6c 6c 6f 00"},
     {"Hello"}},
    {"rfc7692-7.2.3.4, BFINAL, and what comes behind it",
     {"f3 48 cd c9 c9 07 00 00", "f2 48 cd c9 c9 07 00", "f3 48 cd c9 c9 07 00 00"},
     {"Hello", "Hello", "Hello"}},
    {"BFINAL keeps the window", {"f3 48 cd c9 c9 07 00 00", "f2 00 11 00 00"}, {"Hello", "Hello"}},
    {"BFINAL in the middle", {"f3 48 cd c9 c9 07 00 f2 48 cd c9 c9 07 00"}, {"HelloHello"}},
    {"BFINAL and no byte behind it",
     {"f3 48 cd c9 c9 07 00", "f2 48 cd c9 c9 07 00"},
     {"Hello", "Hello"}},
    {"a last block that is BFINAL and the tail",
     {"f2 48 cd c9 c9 07 00 00 00 ff ff 01"},
     {"Hello"}},
    {"rfc7692-7.2.3.5, two blocks", {"f2 48 05 00 00 00 ff ff ca c9 c9 07 00"}, {"Hello"}},
    {"rfc7692-7.2.3.6, nothing", {"00", "00", "f2 48 cd c9 c9 07 00", "00"}, {"", "", "Hello", ""}},
    {"nothing in an empty block", {"02 00"}, {""}},
    {"nothing, as senders write it that flush nothing",
     {"", "f2 48 cd c9 c9 07 00", "", "f2 00 11 00 00"},
     {"", "Hello", "", "Hello"}},
    {"the tail is there already",
     {"f2 48 cd c9 c9 07 00 00 00 ff ff", "f2 00 11 00 00"},
     {"Hello", "Hello"}},
};

struct Damaged {
  const char* what;
  const char* wire;
};

const Damaged damaged[] = {
    {"a reserved block type", "06"},
    {"a reserved block type behind a block", "f2 48 cd c9 c9 07 00 00 00 ff ff 06"},
    {"the length of a stored block twice, different", "00 05 00 fa fe 48 65 6c 6c 6f 00"},
    {"a stored block cut", "00 05 00 fa ff 48 65"},
    {"cut in a block", "f2 48 cd"},
    {"cut in its last code", "f2 48 cd c9 c9 07"},
    {"one byte", "f2"},
    {"back to before the beginning", "f2 00 11 00 00"},
    {"only ones", "ff ff ff ff"},
    {"the tail alone", "00 00 ff ff 00 00"},
    {"gzip", "1f 8b 08 00 00 00 00 00 00 03"},
    {"zlib", "78 9c f2 48 cd c9 c9 07 00"},
};

std::string random_text(std::mt19937& random, std::size_t bytes) {
  std::string text;
  const unsigned letters = 1u << random() % 9;
  while (text.size() < bytes) {
    if (random() % 3 == 0 && !text.empty()) {
      const std::size_t from = random() % text.size();
      text += text.substr(from, random() % 400);
    } else {
      text += static_cast<char>(random() % letters);
    }
  }
  text.resize(bytes);
  return text;
}

}  // namespace

TEST_CASE("compressed messages are read as rfc7692 writes them, however they are cut",
          "[ws][codec][rfc7692-7.2.2][rfc7692-7.2.3][rfc7692-7.2.3.4][rfc7692-7.2.3.6]") {
  for (const Golden& row : golden) {
    CAPTURE(row.what);
    for (const std::size_t room : {1u, 2u, 5u, 64u}) {
      for (const std::size_t step : {1u, 2u, 3u, 100u}) {
        ws::Inflater inflater(15);
        for (std::size_t i = 0; i < row.wire.size(); ++i) {
          CAPTURE(i, room, step);
          const std::string wire = hex(row.wire[i]);
          REQUIRE(inflated(inflater, wire, every(step, wire.size()), room) == row.text[i]);
        }
      }
      for (std::size_t cut = 0; cut <= hex(row.wire[0]).size(); ++cut) {
        ws::Inflater inflater(15);
        const std::string wire = hex(row.wire[0]);
        CAPTURE(cut, room);
        REQUIRE(inflated(inflater, wire, {cut, wire.size()}, room) == row.text[0]);
      }
    }
  }
}

TEST_CASE("damaged messages are told apart from short ones, however they are cut",
          "[ws][codec][rfc7692-7.2.2]") {
  for (const Damaged& row : damaged) {
    const std::string wire = hex(row.wire);
    each_way_to_cut(wire.size(), 1, [&](const Cuts& cuts) {
      CAPTURE(row.what, cuts);
      for (const std::size_t room : {1u, 64u}) {
        ws::Inflater inflater(15);
        REQUIRE(inflated(inflater, wire, cuts, room) == "corrupt");
      }
    });
  }
}

TEST_CASE("a message compressed is that of rfc7692", "[ws][codec][rfc7692-7.2.1][rfc7692-7.2.3]") {
  ws::Deflater deflater(15, 6, 8);
  const auto write = [&](std::string_view text) {
    std::string out;
    deflater.write(net::as_bytes(text), out);
    return out;
  };
  CHECK(write("Hello") == hello_deflated);
  CHECK(write("") == std::string(1, '\0'));  // rfc7692-7.2.3.6
  CHECK(write("Hello") == hello_again);
  deflater.reset();
  CHECK(write("Hello") == hello_deflated);
}

TEST_CASE("messages come back in every agreed way, in both directions",
          "[ws][codec][rfc7692-7.1.1][rfc7692-7.1.2]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int bits = 0; bits < 8 * 8 * 4; ++bits) {
    const ws::DeflateParameters agreed{(bits & 1) != 0, (bits & 2) != 0,
                                       static_cast<std::uint8_t>(8 + (bits >> 2) % 8),
                                       static_cast<std::uint8_t>(8 + (bits >> 5))};
    ws::Compression server(agreed, Role::server, pool_for());
    ws::Compression client(agreed, Role::client, pool_for());
    for (int i = 0; i < 6; ++i) {
      CAPTURE(bits, i);
      const bool down = random() % 2 == 0;
      ws::Compression& from = down ? server : client;
      ws::Compression& to = down ? client : server;
      const std::string text = random_text(random, random() % (i == 5 ? 70'000 : 1500));
      const auto packed = from.pack(net::as_bytes(text));
      if (!packed) continue;  // no shorter for it
      const std::string wire(net::as_text(*packed));
      from.done();
      REQUIRE(inflated(to.inflater(), wire, random_cuts(wire.size(), random), 512) == text);
      to.message_inflated();
    }
  }
}

TEST_CASE("what is compressed for a small window reads in that window",
          "[ws][codec][rfc7692-7.1.2.1]") {
  std::mt19937 random(7692);
  const std::string text = random_text(random, 20'000);
  for (int bits = 8; bits <= 15; ++bits) {
    CAPTURE(bits);
    const std::string wire = deflated(text, bits) + std::string("\0\0\xff\xff", 4);
    z_stream z{};
    REQUIRE(inflateInit2(&z, -bits) == Z_OK);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(wire.data()));
    z.avail_in = static_cast<uInt>(wire.size());
    std::string got;
    for (;;) {  // a byte a time: nothing but its window helps zlib to look back
      Bytef byte = 0;
      z.next_out = &byte;
      z.avail_out = 1;
      const int answer = inflate(&z, Z_SYNC_FLUSH);
      if (z.avail_out != 0) break;
      REQUIRE(answer == Z_OK);
      got += static_cast<char>(byte);
    }
    inflateEnd(&z);
    CHECK(got == text);
  }
}

TEST_CASE("short messages, and those that would not shrink, go as they are", "[ws][codec]") {
  ws::Compression one({true, true, 15, 15}, Role::server, pool_for(10));
  CHECK_FALSE(one.pack(net::as_bytes("aaaaaaaaa")));
  CHECK(one.pack(net::as_bytes("aaaaaaaaaa")));
  CHECK_FALSE(one.pack(net::as_bytes("abcdefghijkl")));
  CHECK(ws::CompressionOptions{}.threshold == 1024);
}

TEST_CASE("without context takeover an idle connection holds no state",
          "[ws][codec][rfc7692-7.1.1]") {
  const auto pool = pool_for();
  std::vector<std::unique_ptr<ws::Compression>> connections;
  const std::string text(100, 'x'), wire = deflated(text);
  for (int i = 0; i < 100; ++i) {
    connections.push_back(std::make_unique<ws::Compression>(
        ws::DeflateParameters{true, true, 15, 15}, Role::server, pool));
    ws::Compression& one = *connections.back();
    REQUIRE(one.pack(net::as_bytes(text)));
    REQUIRE(inflated(one.inflater(), wire) == text);
    one.message_inflated();
    REQUIRE(pool->idle() == 2);  // one of each kind has served them all
  }
  // In the middle of a message each holds its own; no more than a few are kept behind it.
  for (const auto& one : connections) inflated(one->inflater(), wire.substr(0, 2), {2}, 64);
  CHECK(pool->idle() == 1);
  for (const auto& one : connections) one->message_inflated();
  CHECK(pool->idle() == 1 + ws::DeflatePool::idle_max);
  // One whose message failed gives back a state that has forgotten it.
  REQUIRE(inflated(connections[0]->inflater(), wire) == text);
}

TEST_CASE("one pool serves connections with different windows", "[ws][codec][rfc7692-7.1.2]") {
  const auto pool = pool_for();
  const std::string text(3000, 'x');
  for (int round = 0; round < 3; ++round) {
    for (std::uint8_t bits = 8; bits <= 15; ++bits) {
      ws::Compression server({true, true, bits, bits}, Role::server, pool);
      ws::Compression client({true, true, bits, bits}, Role::client, pool_for());
      const auto packed = server.pack(net::as_bytes(text));
      REQUIRE(packed);
      REQUIRE(inflated(client.inflater(), net::as_text(*packed)) == text);
    }
  }
  CHECK(pool->idle() == ws::DeflatePool::idle_max);
}
