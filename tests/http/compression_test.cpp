// tests/http/compression_test.cpp - gzip out and in: golden bytes, every split, bombs.
#include "http/compression.h"

#include <random>
#include <string>

#include "tests/catch.h"
#include "tests/support/cuts.h"
#include "tests/support/splits.h"

using namespace strata;
using namespace strata::http;

namespace {

constexpr std::uint64_t plenty = 1 << 20;

struct Read {
  std::string text;
  std::string why;  // empty: whole and well
};

// Piece by piece, into rooms of `room_bytes`, each of exactly its size.
Read read_in_pieces(std::string_view packed, const test::Cuts& cuts, std::size_t room_bytes,
                    std::uint64_t bytes_max = plenty,
                    Gunzip::Format format = Gunzip::Format::gzip) {
  Gunzip reader(bytes_max, format);
  Read read;
  std::size_t from = 0;
  for (const std::size_t to : cuts) {
    test::ExactBytes piece(packed.substr(from, to - from));
    net::Bytes in = piece.view();
    from = to;
    std::size_t got = 0;
    do {
      std::vector<std::uint8_t> room(room_bytes);
      got = reader.read(in, room);
      read.text += net::as_text(net::Bytes(room.data(), got));
    } while (!reader.failed() && (got == room_bytes || !in.empty()));
  }
  if (!reader.finish()) read.why = sentence_of(reader.error());
  return read;
}

std::string why_not(std::string_view packed, std::uint64_t bytes_max = plenty,
                    Gunzip::Format format = Gunzip::Format::gzip) {
  const auto got = gunzip(net::as_bytes(packed), bytes_max, format);
  return got ? "" : std::string(sentence_of(got.error()));
}

std::string packed_text(std::string_view text) { return gzip(net::as_bytes(text)); }

const std::string damaged = "the compressed content is damaged";
const std::string early = "the compressed content ends early";
const std::string large = "the content inflates to more than the limit";
const std::string behind = "there are bytes behind the compressed content";

// What `printf hello | gzip -n` writes.
const std::string hello =
    test::hex("1f 8b 08 00 00 00 00 00 00 03 cb 48 cd c9 c9 07 00 86 a6 10 36 05 00 00 00");
// What zlib.deflateSync('hello') of Node writes: the coding "deflate".
const std::string hello_zlib = test::hex("78 9c cb 48 cd c9 c9 07 00 06 2c 02 15");

}  // namespace

TEST_CASE("gzip writes the format that others write", "[http][codec][compression][rfc1952-2.3]") {
  CHECK(packed_text("hello") == hello);
  const auto nothing = packed_text("");
  CHECK(nothing == test::hex("1f8b0800000000000003 0300 00000000 00000000"));
  Gzip again;
  for (int round = 0; round < 3; ++round) {  // a state that was used is as good as a new one
    std::string out;
    again.write(net::as_bytes("hel"), out);
    again.write(net::as_bytes("lo"), out);
    again.finish(out);
    CHECK(out == hello);
    again.reset();
  }
}

TEST_CASE("what was compressed inflates to what it was, at every split",
          "[http][codec][compression][rfc1952-2.3][rfc9110-8.4.1.3]") {
  std::mt19937 random(7);
  std::string noise(5000, 0);
  for (char& c : noise) c = static_cast<char>(random());
  for (const std::string& text : {std::string(), std::string("x"), std::string("hello"),
                                  std::string(40000, 'a'), noise, noise + std::string(70000, 0)}) {
    INFO(text.size() << " bytes");
    const std::string packed = packed_text(text);
    test::each_way_to_cut(packed.size(), 11, [&](const test::Cuts& cuts) {
      const Read read = read_in_pieces(packed, cuts, cuts.size() % 3 == 0 ? 4096 : 70000);
      REQUIRE(read.why == "");
      REQUIRE(read.text == text);
    });
  }
  const Read bytewise = read_in_pieces(hello, test::every(1, hello.size()), 1);
  CHECK(bytewise.text == "hello");
  CHECK(bytewise.why == "");
}

TEST_CASE("a flush lets the reader see all that was written",
          "[http][codec][compression][rfc1951-3.2.4]") {
  Gzip writer;
  Gunzip reader(plenty);
  for (const char* const event : {"data: 1\n\n", "data: 2\n\n", "", "data: a longer one\n\n"}) {
    std::string out;
    writer.write(net::as_bytes(event), out);
    writer.flush(out);
    if (*event != 0) CHECK(out.substr(out.size() - 4) == test::hex("0000ffff"));
    net::Bytes in = net::as_bytes(out);
    std::uint8_t room[256];
    const std::size_t got = reader.read(in, room);
    CHECK(net::as_text(net::Bytes(room, got)) == event);
    CHECK(in.empty());
  }
  std::string end;
  writer.finish(end);
  net::Bytes in = net::as_bytes(end);
  std::uint8_t room[16];
  CHECK(reader.read(in, room) == 0);
  CHECK(reader.finish());
}

TEST_CASE("members one after the other are one content",
          "[http][codec][compression][rfc1952-2.2]") {
  const std::string three = hello + packed_text("") + packed_text(", world");
  test::each_way_to_cut(three.size(), 3, [&](const test::Cuts& cuts) {
    const Read read = read_in_pieces(three, cuts, 3);
    REQUIRE(read.text == "hello, world");
    REQUIRE(read.why == "");
  });
}

TEST_CASE("the coding deflate is the zlib format", "[http][codec][compression][rfc9110-8.4.1.2]") {
  const auto zlib = Gunzip::Format::zlib;
  CHECK(*gunzip(net::as_bytes(hello_zlib), plenty, zlib) == "hello");
  CHECK(why_not(hello, plenty, zlib) == damaged);
  CHECK(why_not(hello_zlib) == damaged);
  CHECK(why_not(hello_zlib + "x", plenty, zlib) == behind);
  CHECK(why_not(hello_zlib + hello_zlib, plenty, zlib) == behind);
  Gzip writer({.format = http::CompressedFormat::zlib});
  std::string written;
  writer.write(net::as_bytes("hello"), written);
  writer.finish(written);
  CHECK(written == hello_zlib);
}

TEST_CASE("what is no gzip is refused", "[http][codec][compression][rfc1952-2.3.1]") {
  struct Row {
    const char* what;
    std::string packed;
    std::string why;
  };
  std::string wrong_crc = hello, wrong_size = hello, wrong_method = hello, reserved = hello;
  wrong_crc[17] ^= 1;
  wrong_size[21] ^= 1;
  wrong_method[2] = 7;
  reserved[3] = '\x80';
  const Row rows[] = {
      {"plain text", "hello", damaged},
      {"nothing at all", "", early},
      {"one byte", "\x1f", early},
      {"a wrong check sum", wrong_crc, damaged},
      {"a wrong size", wrong_size, damaged},
      {"another method", wrong_method, damaged},
      {"a reserved flag", reserved, damaged},
      {"a block type that is none", test::hex("1f8b0800000000000003 07"), damaged},
      {"a distance before the beginning", test::hex("1f8b0800000000000003 03 02 00"), damaged},
      {"stored, lengths that do not fit", test::hex("1f8b0800000000000003 01 0100 0000"), damaged},
      {"a byte behind", hello + "x", behind},
      {"zeros behind", hello + std::string(4, '\0'), behind},
      {"half of another member", hello + "\x1f\x8b", early},
      {"another that is none", hello + "\x1fhello", damaged},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(why_not(row.packed) == row.why);
    CHECK(read_in_pieces(row.packed, test::every(1, row.packed.size()), 7).why == row.why);
  }
  for (std::size_t size = 0; size < hello.size(); ++size) {
    INFO(size << " of " << hello.size());
    CHECK(why_not(hello.substr(0, size)) == early);
  }
}

TEST_CASE("a bomb is stopped at the limit, while inflating", "[http][codec][compression][bomb]") {
  struct Row {
    std::size_t bytes;
    std::uint64_t bytes_max;
    bool fits;
  };
  for (const Row& row :
       {Row{10, 10, true}, Row{11, 10, false}, Row{0, 0, true}, Row{1, 0, false},
        Row{65536, 65536, true}, Row{65537, 65536, false}, Row{50'000'000, 1'000'000, false}}) {
    INFO(row.bytes << " bytes, limit " << row.bytes_max);
    const std::string packed = packed_text(std::string(row.bytes, '\0'));
    if (row.bytes > 1'000'000) CHECK(packed.size() * 1000 < row.bytes);  // a thousand to one
    CHECK(why_not(packed, row.bytes_max) == (row.fits ? "" : large));
    const Read read = read_in_pieces(packed, test::every(5, packed.size()), 4096, row.bytes_max);
    CHECK(read.text.size() == std::min<std::uint64_t>(row.bytes, row.bytes_max));
    CHECK(read.why == (row.fits ? "" : large));
  }
  // Many small members count together.
  std::string many;
  for (int i = 0; i < 100; ++i) many += hello;
  CHECK(why_not(many, 499) == large);
  CHECK(why_not(many, 500) == "");
  // A gzip in a gzip is inflated once.
  CHECK(*gunzip(net::as_bytes(packed_text(hello)), plenty) == hello);
}

TEST_CASE("a pool holds no more states than it may", "[http][codec][compression]") {
  GzipPool pool({.gzip = {}, .states_max = 3, .idle_max = 1});
  auto a = pool.take(), b = pool.take(), c = pool.take();
  REQUIRE((a && b && c));
  CHECK(pool.take() == nullptr);
  std::string unused;
  a->write(net::as_bytes("left behind by somebody else"), unused);
  pool.give_back(std::move(a));
  CHECK(pool.idle() == 1);
  pool.give_back(std::move(b));
  CHECK(pool.idle() == 1);
  CHECK(pool.in_use() == 1);
  a = pool.take();
  REQUIRE(a);
  CHECK(pool.idle() == 0);
  std::string out;
  a->write(net::as_bytes("hello"), out);
  a->finish(out);
  CHECK(out == hello);  // nothing of its last user is left in it
  pool.give_back(nullptr);
  CHECK(pool.in_use() == 2);
}
