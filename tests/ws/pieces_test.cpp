// tests/ws/pieces_test.cpp - messages handed up in pieces as they come: the same bytes, the same
// errors, and no memory for the whole.
#include <random>

#include "tests/catch.h"
#include "tests/support/virtual_loop.h"
#include "tests/ws/deflated.h"
#include "tests/ws/echo_handler.h"

using namespace strata;
using namespace strata::test;
using ws::CloseCode;
using ws::Role;

namespace {

constexpr ws::DeflateParameters keeps{};
constexpr std::size_t limit = 1000;

struct Seen {
  std::string messages;  // joined again: "text:Hello|"
  std::string begun;     // what came of a message that has not ended
  std::size_t pieces = 0;
  std::size_t longest = 0;
  int code = 0;
};

Seen run(std::string_view stream, const std::vector<std::size_t>& cuts, bool compressed = false,
         std::size_t max_message = limit) {
  Seen seen;
  net::SendQueue out;
  ws::Limits limits;
  limits.max_message = max_message;
  limits.in_pieces = true;
  ws::Session session(Role::server, limits, out);
  if (compressed) session.use(ws::Compression(keeps, Role::server, pool_for()));
  feed(stream, cuts, [&](net::MutableBytes in) {
    const std::size_t offered = in.size();
    for (;;) {
      CHECK(session.landing().empty());
      auto event = session.next(in);
      if (event.need_more()) return offered - in.size();
      if (event.failed()) {
        seen.code = static_cast<int>(event.error().code);
        return std::size_t{SIZE_MAX};
      }
      auto* const piece = std::get_if<ws::Message>(&*event);
      if (piece == nullptr) {
        seen.messages += describe(*event);
        continue;
      }
      CHECK(piece->first == seen.begun.empty());
      if (piece->first) seen.begun = piece->text ? "text:" : "binary:";
      seen.begun += piece->view();
      ++seen.pieces;
      seen.longest = std::max(seen.longest, piece->payload.size());
      if (piece->last) seen.messages += std::exchange(seen.begun, "") + "|";
    }
  });
  return seen;
}

struct Row {
  const char* what;
  std::string wire;
  std::string messages;
  int code = 0;
  bool compressed = false;
};

std::vector<Row> rows() {
  const auto& f = from_client;
  const std::string kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83", thousand(limit, 'x');
  return {
      {"one frame", f(0x81, "Hello"), "text:Hello|"},
      {"empty", f(0x81, "") + f(0x82, ""), "text:|binary:|"},
      {"fragments", f(0x01, "Hel") + f(0x00, "") + f(0x80, "lo"), "text:Hello|"},
      {"an empty end", f(0x02, "Hello") + f(0x80, ""), "binary:Hello|"},
      {"an empty beginning", f(0x02, "") + f(0x80, "Hello"), "binary:Hello|"},
      {"empty in fragments", f(0x01, "") + f(0x00, "") + f(0x80, ""), "text:|"},
      {"a ping between", f(0x01, "Hel") + f(0x89, "p") + f(0x80, "lo"), "ping:p|text:Hello|"},
      {"beyond ASCII", f(0x81, kosme), "text:" + kosme + "|"},
      {"a character over two frames", f(0x01, kosme.substr(0, 3)) + f(0x80, kosme.substr(3)),
       "text:" + kosme + "|"},
      {"at the limit", f(0x82, thousand) + f(0x02, thousand) + f(0x80, ""),
       "binary:" + thousand + "|binary:" + thousand + "|"},
      {"two of them", f(0x81, "one") + f(0x82, "two"), "text:one|binary:two|"},

      {"a wrong byte", f(0x81, "one") + f(0x81, "a\xff"), "text:one|", 1007},
      {"it ends in a character", f(0x81, "a\xe2\x82"), "", 1007},
      {"it ends in a character, in fragments", f(0x01, "a\xe2") + f(0x80, "\x82"), "", 1007},
      {"over the limit", f(0x82, thousand + "x"), "", 1009},
      {"over the limit in fragments", f(0x02, thousand) + f(0x80, "x"), "", 1009},
      {"a message inside another", f(0x01, "a") + f(0x81, "b"), "", 1002},
      {"nothing to continue", f(0x81, "a") + f(0x80, "b"), "text:a|", 1002},

      {"compressed", f(0xC1, hello_deflated) + f(0xC1, hello_again), "text:Hello|text:Hello|", 0,
       true},
      {"compressed, in fragments",
       f(0x41, hello_deflated.substr(0, 2)) + f(0x89, "p") + f(0x80, hello_deflated.substr(2)),
       "ping:p|text:Hello|", 0, true},
      {"compressed and empty", f(0xC1, std::string(1, '\0')) + f(0x42, "") + f(0x80, ""),
       "text:|binary:|", 0, true},
      {"compressed and not", f(0xC1, hello_deflated) + f(0x82, "b") + f(0x01, "c") + f(0x80, "d"),
       "text:Hello|binary:b|text:cd|", 0, true},
      {"compressed beyond ASCII", f(0xC1, deflated(kosme)), "text:" + kosme + "|", 0, true},
      {"compressed, at the limit", f(0xC2, deflated(thousand)), "binary:" + thousand + "|", 0,
       true},
      {"compressed, over the limit", f(0xC2, deflated(thousand + "x")), "", 1009, true},
      {"a bomb", f(0xC2, deflated(std::string(1 << 20, '\0'))), "", 1009, true},
      {"compressed, no UTF-8", f(0xC1, deflated("a\xff")), "", 1007, true},
      {"compressed, it ends in a character", f(0xC1, deflated("a\xe2\x82")), "", 1007, true},
      {"damaged", f(0xC2, "\x06"), "", 1007, true},
  };
}

std::string letters(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string text(bytes, ' ');
  for (char& letter : text) letter = static_cast<char>('a' + random() % 26);
  return text;
}

}  // namespace

TEST_CASE("in pieces a message is what it is in one, however it is cut",
          "[ws][codec][rfc6455-5.4][rfc6455-8.1][rfc7692-6]") {
  std::mt19937 random(6455);
  for (const Row& row : rows()) {
    const auto check = [&](const std::vector<std::size_t>& cuts) {
      CAPTURE(row.what, cuts);
      const Seen seen = run(row.wire, cuts, row.compressed);
      REQUIRE(seen.messages == row.messages);
      REQUIRE(seen.code == row.code);
    };
    check({row.wire.size()});
    for (const std::size_t size : {1u, 2u, 3u, 7u}) check(pieces_of(row.wire.size(), size));
    check(random_pieces(row.wire.size(), random));
    if (row.wire.size() > 100) continue;
    for (std::size_t cut = 1; cut < row.wire.size(); ++cut) check({cut, row.wire.size() - cut});
  }
}

TEST_CASE("pieces are views of what was received", "[ws][codec]") {
  ws::MessageAssembler assembler(SIZE_MAX, true);  // no limit
  ws::FrameHeader header;
  header.opcode = ws::Opcode::binary;
  header.payload_bytes = std::uint64_t{1} << 40;
  std::vector<std::uint8_t> part(64 * 1024, 'x');
  for (int i = 0; i < 1000; ++i) {
    const auto piece = assembler.add(header, {part, i == 0, false, false}, 1 << 20);
    REQUIRE(piece.ready());
    REQUIRE(piece->payload.data() == part.data());
    REQUIRE(piece->first == (i == 0));
    REQUIRE_FALSE(piece->last);
    REQUIRE(assembler.held_bytes() == 0);
    assembler.release();
  }
}

TEST_CASE("inflated pieces have about 64 KiB, and their block lasts as long as the message",
          "[ws][codec][rfc7692-8]") {
  for (const auto& text : {std::string(8 << 20, '\0'), letters(2 << 20, 1), letters(70'000, 2)}) {
    const std::string wire = from_client(0xC2, deflated(text));
    const Seen seen = run(wire, pieces_of(wire.size(), 50'000), true, text.size());
    REQUIRE(seen.code == 0);
    REQUIRE(seen.messages == "binary:" + text + "|");
    CHECK(seen.longest <= 256 * 1024);
    CHECK(seen.pieces <= 3 + text.size() / (64 * 1024) + wire.size() / 50'000);
  }
  ws::Compression compression(keeps, Role::server, pool_for());
  ws::MessageAssembler assembler(1 << 30, true);
  ws::FrameHeader header;
  header.opcode = ws::Opcode::binary;
  header.rsv1 = true;
  const std::string all = deflated(std::string(64 << 20, '\0'));
  header.payload_bytes = all.size();
  std::vector<std::uint8_t> payload(all.begin(), all.end());
  net::MutableBytes rest = payload;
  std::size_t bytes = 0;
  while (!rest.empty()) {
    const std::size_t bite = std::min(rest.size(), assembler.bite(true));
    const bool last = bite == rest.size();
    const bool first = rest.size() == payload.size();
    const auto piece =
        assembler.add(header, {rest.first(bite), first, last, false}, 0, &compression);
    REQUIRE_FALSE(piece.failed());
    REQUIRE(assembler.held_bytes() == 256 * 1024);
    if (piece.ready()) bytes += piece->payload.size();
    rest = rest.subspan(bite);
  }
  CHECK(bytes == 64 << 20);
  assembler.release();
  CHECK(assembler.held_bytes() == 0);
}

TEST_CASE("what comes is handed up at once, a wrong byte refused where it stands",
          "[ws][codec][rfc6455-8.1]") {
  for (const bool compressed : {false, true}) {
    const std::string text = letters(500, 3) + "\xff" + letters(500, 4);
    const std::string wire =
        compressed ? from_client(0xC1, deflated(text)) : from_client(0x81, text);
    const Seen seen = run(wire, pieces_of(wire.size(), 10), compressed, 2000);
    CHECK(seen.code == 1007);
    CHECK(seen.pieces > 20);
    CHECK(seen.begun.size() > 450);
    CHECK(("text:" + text).starts_with(seen.begun));
  }
}

TEST_CASE("behind our Close pieces are checked and dropped", "[ws][codec][rfc6455-1.4]") {
  for (const bool compressed : {false, true}) {
    net::SendQueue out;
    ws::Limits limits;
    limits.in_pieces = true;
    ws::Session session(Role::server, limits, out);
    if (compressed) session.use(ws::Compression(keeps, Role::server, pool_for()));
    session.close(CloseCode::normal);
    std::string wire =
        compressed ? from_client(0x41, hello_deflated.substr(0, 6)) : from_client(0x01, "Hello");
    net::MutableBytes in = mutable_bytes(wire);
    CHECK(session.next(in).need_more());
    wire = from_client(0x80, compressed ? std::string(1, '\0') : "\xff") +
           from_client(0x88, close_payload(1000));
    in = mutable_bytes(wire);
    const auto event = session.next(in);
    if (compressed) {
      REQUIRE(event.ready());
      CHECK(std::holds_alternative<ws::Closed>(*event));
    } else {
      CHECK(event.failed());
    }
  }
}

TEST_CASE("a connection relays pieces as fragments, with a pause between them", "[ws]") {
  VirtualLoop loop;
  EchoHandler echo(loop);
  struct Relay final : ws::Handler {
    void on_message(ws::Connection& from, ws::Message& piece) override {
      if (piece.first) from.begin_binary();
      piece.last ? from.finish(piece.payload) : from.write(piece.payload);
      from.pause();
    }
    void on_close(ws::Connection&, CloseCode, std::string_view) override {}
  } relay;
  auto [peer, below] = loop.pair();
  ws::Limits limits;
  limits.in_pieces = true;
  ws::Connection connection(std::move(below), Role::server, limits, relay);
  peer.send(from_client(0x82, "Hello").substr(0, 8));
  loop.settle();
  peer.send(from_client(0x82, "Hello").substr(8) + from_client(0x82, "next"));
  loop.settle();
  CHECK(peer.take() == from_server(0x02, "He"));
  connection.resume();
  loop.settle();
  CHECK(peer.take() == from_server(0x80, "llo"));
  connection.resume();
  loop.settle();
  CHECK(peer.take() == from_server(0x82, "next"));
}
