// tests/ws/session_test.cpp - what a session makes of frames, and what it answers.
#include "ws/session.h"

#include <random>

#include "tests/catch.h"
#include "tests/ws/frames.h"

using namespace strata;
using namespace strata::test;
using ws::Role;

namespace {

struct Row {
  const char* what;
  std::string wire;  // from a client; a client's session reads the same frames unmasked
  std::string events;
  std::string answer;  // unmasked
};

std::vector<Row> good_rows(bool masked) {
  const auto f = [masked](int first, std::string_view payload) {
    return frame(first, payload, masked);
  };
  const std::string kosme = hex("ce ba e1 bd b9 cf 83 ce bc ce b5");
  return {
      {"text", f(0x81, "Hello"), "text:Hello|", ""},
      {"empty text", f(0x81, ""), "text:|", ""},
      {"empty binary", f(0x82, ""), "binary:|", ""},
      {"two fragments", f(0x01, "Hel") + f(0x80, "lo"), "text:Hello|", ""},
      {"fragments, all empty", f(0x01, "") + f(0x00, "") + f(0x80, ""), "text:|", ""},
      {"empty first fragment", f(0x02, "") + f(0x80, "x"), "binary:x|", ""},
      {"empty last fragment", f(0x02, "x") + f(0x80, ""), "binary:x|", ""},
      {"ping between fragments", f(0x01, "Hel") + f(0x89, "p") + f(0x80, "lo"),
       "ping:p|text:Hello|", from_server(0x8A, "p")},
      {"pings and pongs between",
       f(0x02, "a") + f(0x89, "1") + f(0x00, "b") + f(0x8A, "2") + f(0x89, "") + f(0x80, "c"),
       "ping:1|pong:2|ping:|binary:abc|", from_server(0x8A, "1") + from_server(0x8A, "")},
      {"ping of 125", f(0x89, std::string(125, 'p')), "ping:" + std::string(125, 'p') + "|",
       from_server(0x8A, std::string(125, 'p'))},
      {"pong that nobody asked for", f(0x8A, "x"), "pong:x|", ""},
      {"text beyond ASCII", f(0x81, kosme), "text:" + kosme + "|", ""},
      {"a character cut by fragments", f(0x01, kosme.substr(0, 3)) + f(0x80, kosme.substr(3)),
       "text:" + kosme + "|", ""},
      {"a character in four fragments",
       f(0x01, "\xf0") + f(0x00, "\x9f") + f(0x00, "\x98") + f(0x80, "\x80"),
       "text:\xf0\x9f\x98\x80|", ""},
      {"binary is not text", f(0x82, "\xff\xfe"), "binary:\xff\xfe|", ""},
      {"messages one behind the other", f(0x81, "a") + f(0x82, "b") + f(0x81, "c"),
       "text:a|binary:b|text:c|", ""},
      {"126 bytes", f(0x82, std::string(126, 'b')), "binary:" + std::string(126, 'b') + "|", ""},
      {"close", f(0x88, close_payload(1000)), "closed:1000:|",
       from_server(0x88, close_payload(1000))},
      {"close with a reason", f(0x88, close_payload(3999, kosme)), "closed:3999:" + kosme + "|",
       from_server(0x88, close_payload(3999))},
      {"close without a code", f(0x88, ""), "closed:1005:|", from_server(0x88, "")},
      {"close with 123 bytes", f(0x88, close_payload(1000, std::string(123, 'r'))),
       "closed:1000:" + std::string(123, 'r') + "|", from_server(0x88, close_payload(1000))},
      {"nothing counts behind a close",
       f(0x88, close_payload(1000)) + f(0x81, "late") + f(0x89, "late") + "\xff\xff\xff\xff",
       "closed:1000:|", from_server(0x88, close_payload(1000))},
      {"close inside a message", f(0x01, "never") + f(0x88, close_payload(1001)), "closed:1001:|",
       from_server(0x88, close_payload(1001))},
  };
}

// What a client wrote, without its masks.
std::string unmasked(std::string wire) {
  std::string plain;
  ws::FrameParser parser(Role::server);
  net::MutableBytes in = mutable_bytes(wire);
  for (;;) {
    const auto piece = parser.next(in);
    if (!piece.ready()) return plain;
    const auto& header = parser.header();
    plain += from_server((header.fin ? 0x80 : 0) | static_cast<int>(header.opcode),
                         net::as_text(piece->payload));
  }
}

struct Wrong {
  const char* what;
  std::string wire;
  int code;
  std::string events;  // what came before the error is told, in order
};

std::vector<Wrong> wrong_rows(bool masked) {
  const auto f = [masked](int first, std::string_view payload) {
    return frame(first, payload, masked);
  };
  std::vector<Wrong> rows = {
      {"RSV1", f(0xC1, "x"), 1002, ""},
      {"RSV2", f(0xA1, "x"), 1002, ""},
      {"RSV3", f(0x91, "x"), 1002, ""},
      {"RSV1 behind a good message", f(0x81, "ok") + f(0xC1, "x"), 1002, "text:ok|"},
      {"RSV1 on a continuation", f(0x01, "a") + f(0xC0, "b"), 1002, ""},
      {"RSV1 on a ping", f(0xC9, ""), 1002, ""},
      {"RSV1 on a close", f(0xC8, ""), 1002, ""},
      {"the wrong masking", frame(0x81, "x", !masked), 1002, ""},
      {"the wrong masking on a ping", frame(0x89, "", !masked), 1002, ""},
      {"the wrong masking on a close", frame(0x88, "", !masked), 1002, ""},
      {"the wrong masking on a continuation", f(0x01, "a") + frame(0x80, "b", !masked), 1002, ""},
      {"a continuation of nothing", f(0x80, "x"), 1002, ""},
      {"an open continuation of nothing", f(0x00, "x"), 1002, ""},
      {"a continuation behind a whole message", f(0x81, "a") + f(0x80, "b"), 1002, "text:a|"},
      {"a second text inside a message", f(0x01, "a") + f(0x81, "b"), 1002, ""},
      {"a binary inside a text", f(0x01, "a") + f(0x82, "b"), 1002, ""},
      {"a text fragment inside a binary", f(0x02, "a") + f(0x01, "b"), 1002, ""},
      {"an empty text inside a message", f(0x01, "") + f(0x81, ""), 1002, ""},
      {"a ping in fragments", f(0x09, "a"), 1002, ""},
      {"a pong in fragments", f(0x0A, "a"), 1002, ""},
      {"a close in fragments", f(0x08, ""), 1002, ""},
      {"a ping of 126", f(0x89, std::string(126, 'p')), 1002, ""},
      {"a pong of 126", f(0x8A, std::string(126, 'p')), 1002, ""},
      {"a close of 126", f(0x88, close_payload(1000, std::string(124, 'r'))), 1002, ""},
      {"a close of one byte", f(0x88, "\x03"), 1002, ""},
      {"a reason that is no UTF-8", f(0x88, close_payload(1000, "\xff")), 1007, ""},
      {"a reason cut in a character", f(0x88, close_payload(1000, "\xce")), 1007, ""},
      {"a surrogate in a reason", f(0x88, close_payload(1000, "\xed\xa0\x80")), 1007, ""},
      {"text FF", f(0x81, "\xff"), 1007, ""},
      {"text C0", f(0x81, "\xc0\xaf"), 1007, ""},
      {"a surrogate", f(0x81, "\xed\xa0\x80"), 1007, ""},
      {"beyond U+10FFFF", f(0x81, "\xf4\x90\x80\x80"), 1007, ""},
      {"text that ends in a character", f(0x81, "ab\xce"), 1007, ""},
      {"fragments that end in a character", f(0x01, "a") + f(0x80, "\xe2\x82"), 1007, ""},
      {"an empty end behind a cut character", f(0x01, "\xe2") + f(0x80, ""), 1007, ""},
      {"ASCII behind a cut character", f(0x01, "\xe2") + f(0x80, "abc"), 1007, ""},
      {"a wrong byte in the second fragment", f(0x01, "\xce") + f(0x80, "\xce"), 1007, ""},
      {"a wrong byte behind a ping", f(0x01, "\xf0\x9f") + f(0x89, "") + f(0x80, "x"), 1007,
       "ping:|"},
      {"over the limit", f(0x82, std::string(1001, 'x')), 1009, ""},
      {"text over the limit", f(0x81, std::string(1001, 'x')), 1009, ""},
      {"over the limit by a fragment", f(0x02, std::string(1000, 'x')) + f(0x80, "y"), 1009, ""},
      {"over the limit by many",
       f(0x02, std::string(600, 'x')) + f(0x00, std::string(300, 'x')) +
           f(0x00, std::string(101, 'x')),
       1009, ""},
      {"a wrong frame behind a good close code", f(0x81, "a") + f(0x88, close_payload(1005)), 1002,
       "text:a|"},
  };
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    rows.push_back({"a reserved opcode", f(0x80 | opcode, ""), 1002, ""});
  }
  const std::string key = masked ? std::string(4, 'k') : std::string();
  const auto head = [&](const char* digits) {
    std::string wire = hex(digits);
    if (masked) wire[1] = static_cast<char>(wire[1] | 0x80);
    return wire + key;
  };
  rows.push_back({"125 in two bytes", head("82 7e 00 7d") + std::string(125, 'x'), 1002, ""});
  rows.push_back({"0 in two bytes", head("82 7e 00 00"), 1002, ""});
  rows.push_back({"65535 in eight bytes", head("82 7f 00 00 00 00 00 00 ff ff"), 1002, ""});
  rows.push_back({"1 in eight bytes", head("82 7f 00 00 00 00 00 00 00 01"), 1002, ""});
  rows.push_back({"top bit of a length", head("82 7f 80 00 00 00 00 00 00 00"), 1002, ""});
  rows.push_back({"2^63 - 1 bytes", head("82 7f 7f ff ff ff ff ff ff ff"), 1009, ""});
  rows.push_back({"4 GiB", head("82 7f 00 00 00 01 00 00 00 00"), 1009, ""});
  rows.push_back(
      {"a size_t that wraps", f(0x02, "abc") + head("80 7f 7f ff ff ff ff ff ff fe"), 1009, ""});
  return rows;
}

ws::Limits small_limits() {
  ws::Limits limits;
  limits.max_message = 1000;
  return limits;
}

}  // namespace

TEST_CASE("frames become events and answers, the same at every split",
          "[ws][codec][rfc6455-5.4][rfc6455-5.5]") {
  for (const Role self : {Role::server, Role::client}) {
    for (const Row& row : good_rows(self == Role::server)) {
      CAPTURE(row.what, static_cast<int>(self));
      const auto check = [&](const std::vector<std::size_t>& pieces) {
        const Transcript seen = run_session(row.wire, pieces, self);
        REQUIRE(seen.code == 0);
        REQUIRE(seen.events == row.events);
        REQUIRE((self == Role::client ? unmasked(seen.answer) : seen.answer) == row.answer);
      };
      for (std::size_t cut = 0; cut <= row.wire.size(); ++cut) {
        check({cut, row.wire.size() - cut});
      }
      for (const std::size_t size : {1u, 2u, 3u, 7u}) check(pieces_of(row.wire.size(), size));
    }
  }
}

TEST_CASE("a frame cut short is no event", "[ws][codec][rfc6455-5.2]") {
  for (const Row& row : good_rows(true)) {
    CAPTURE(row.what);
    for (std::size_t have = 0; have < row.wire.size(); ++have) {
      const Transcript seen = run_session(row.wire.substr(0, have));
      REQUIRE(seen.code == 0);
      REQUIRE(row.events.starts_with(seen.events));
      REQUIRE(row.answer.starts_with(seen.answer));
    }
  }
}

TEST_CASE("a wrong frame gets a Close with its code, and nothing more is parsed",
          "[ws][codec][rfc6455-7.1.7][rfc6455-7.4.1]") {
  for (const Role self : {Role::server, Role::client}) {
    for (const Wrong& row : wrong_rows(self == Role::server)) {
      CAPTURE(row.what, static_cast<int>(self));
      const std::string wire = row.wire + frame(0x81, "behind", self == Role::server);
      for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, wire.size()}) {
        const Transcript seen =
            run_session(wire, pieces_of(wire.size(), size), self, small_limits());
        REQUIRE(seen.code == row.code);
        REQUIRE(seen.events == row.events);
        const std::string answer = self == Role::client ? unmasked(seen.answer) : seen.answer;
        const std::size_t close = answer.rfind(static_cast<char>(0x88));
        REQUIRE(close != answer.npos);
        REQUIRE(answer.size() >= close + 4);
        REQUIRE(answer.substr(close + 2, 2) == close_payload(row.code));
      }
    }
  }
}

TEST_CASE("close codes travel or do not", "[ws][codec][rfc6455-7.4.1][rfc6455-7.4.2]") {
  for (int code = 0; code <= 5100; ++code) {
    const bool legal = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                       (code >= 3000 && code <= 4999);
    CAPTURE(code);
    const Transcript seen = run_session(from_client(0x88, close_payload(code)));
    REQUIRE(seen.code == (legal ? 0 : 1002));
    REQUIRE(seen.answer.substr(2, 2) == close_payload(legal ? code : 1002));  // never echoed
  }
  CHECK(run_session(from_client(0x88, close_payload(65535))).code == 1002);
}

TEST_CASE("text is refused at its first wrong byte, in mid-frame", "[ws][codec][rfc6455-8.1]") {
  // A frame of 900 bytes, of which ten have come: nobody waits for the rest.
  for (const std::size_t whole : {900u, 70000u}) {
    std::string wire = from_client(0x81, std::string(5, 'a') + "\xc0" + std::string(whole, 'b'));
    const std::size_t wrong_at = wire.size() - whole - 1;
    CHECK(run_session(wire.substr(0, wrong_at)).code == 0);
    CHECK(run_session(wire.substr(0, wrong_at + 1)).code == 1007);
    CHECK(run_session(wire.substr(0, wrong_at + 1), pieces_of(wrong_at + 1, 1)).code == 1007);
  }
}

TEST_CASE("a length over the limit is refused at the header", "[ws][codec][rfc6455-7.4.1]") {
  ws::Limits limits;
  limits.max_message = 4096;
  const std::string at_limit = from_client(0x82, std::string(4096, 'x'));
  const std::string over = from_client(0x82, std::string(4097, 'x'));
  CHECK(run_session(at_limit, Role::server, limits).code == 0);
  CHECK(run_session(over.substr(0, 8), Role::server, limits).code == 1009);
  CHECK(run_session(over.substr(0, 7), Role::server, limits).code == 0);
  limits.max_message = 0;
  CHECK(run_session(from_client(0x82, ""), Role::server, limits).events == "binary:|");
  CHECK(run_session(from_client(0x82, "x"), Role::server, limits).code == 1009);
}

TEST_CASE("any chunks of any stream give the same events and answers", "[ws][codec]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 150; ++round) {
    const Role self = random() % 2 == 0 ? Role::server : Role::client;
    std::string wire;
    const auto good = good_rows(self == Role::server);
    for (auto i = random() % 12; i > 0; --i) {
      const Row& row = good[random() % (good.size() - 6)];  // those without a close
      wire += row.wire;
    }
    if (random() % 2 == 0) {
      const auto wrong = wrong_rows(self == Role::server);
      wire += wrong[random() % wrong.size()].wire;
    }
    if (random() % 4 == 0 && !wire.empty()) wire[random() % wire.size()] ^= 0x10;
    const Transcript whole = run_session(wire, self, small_limits());
    const Transcript cut =
        run_session(wire, random_pieces(wire.size(), random), self, small_limits());
    REQUIRE(cut.events == whole.events);
    REQUIRE(cut.answer == whole.answer);
    REQUIRE(cut.code == whole.code);
  }
}
