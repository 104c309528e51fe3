// tests/ws/conformance_deflate_rows.h - rows about compressed messages, rfc7692-6 and -7.2. Both
// ends of ours compress whatever they send, so that replies show RSV1.
#pragma once
#include <algorithm>
#include <string>

#include "tests/support/splits.h"
#include "tests/ws/conformance_inflate.h"
#include "tests/ws/conformance_row.h"
#include "tests/ws/deflated.h"

namespace strata::conformance {

inline const std::string plain_deflate = "permessage-deflate";
inline const std::string no_context =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
inline std::string windows(int bits) {
  const std::string n = std::to_string(bits);
  return "permessage-deflate; server_max_window_bits=" + n +
         (bits < 15 ? "; client_max_window_bits=" + n : "");
}

// As sent: `deflated` is what the frame carries. As wanted back: the message itself.
inline Frame packed_text(std::string deflated) { return {0xC1, std::move(deflated)}; }
inline Frame packed_binary(std::string deflated) { return {0xC2, std::move(deflated)}; }
inline Frame packed_part(std::string deflated) { return {0x41, std::move(deflated)}; }

inline const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07" + std::string(1, '\0');
inline const std::string hello_again = "\xf2" + std::string("\0\x11\0\0", 4);

// Every size with every way to share, one message behind the other.
inline Rows deflate_size_rows() {
  Rows rows;
  for (const std::size_t size : {0u, 1u, 16u, 125u, 126u, 1024u, 8192u, 65536u, 131072u}) {
    const std::string name = std::to_string(size) + " bytes, compressed";
    const std::string payload = letters(size);
    const std::string dense = test::deflated(payload);
    const std::size_t turns = size < 65536 ? 3 : 2;
    rows.push_back({"text of " + name, "rfc7692-7.2.1", times(turns, packed_text(dense)),
                    times(turns, packed_text(payload)), goes_on, For::both, Room::usual,
                    plain_deflate});
    rows.push_back({"binary of " + name, "rfc7692-7.2.1", times(turns, packed_binary(dense)),
                    times(turns, packed_binary(payload)), goes_on, For::both, Room::usual,
                    plain_deflate});
    rows.push_back({name + ", in fragments",
                    "rfc7692-6.1",
                    in_parts(packed_text(dense), size / 40 + 1),
                    {packed_text(payload)},
                    goes_on,
                    For::both,
                    Room::usual,
                    plain_deflate});
    // Without a context the shorter form is sent: a few bytes go as they are.
    const bool shorter = size >= 125;
    rows.push_back({name + " without a context", "rfc7692-7.1.1", times(turns, packed_text(dense)),
                    times(turns, shorter ? packed_text(payload) : text(payload)), goes_on,
                    For::both, Room::usual, no_context});
    rows.push_back({std::to_string(size) + " bytes as they are, answered compressed", "rfc7692-6",
                    times(turns, text(payload)), times(turns, packed_text(payload)), goes_on,
                    For::both, Room::usual, plain_deflate});
  }
  return rows;
}

// What looks back as far as the window that was agreed on reaches, and replies that may not look
// back further.
inline Rows window_rows() {
  Rows rows;
  for (int bits = 8; bits <= 15; ++bits) {
    const std::string name = "a window of " + std::to_string(bits) + " bits";
    const std::string full = letters(std::size_t{1} << bits);
    const int reach = 1 << bits;
    const auto row = [&](const std::string& what, Frames sent, Frames back) {
      rows.push_back({name + ": " + what, "rfc7692-7.1.2", std::move(sent), std::move(back),
                      goes_on, For::both, Room::usual, windows(bits)});
    };
    row("back to its first byte",
        {packed_text(Blocks().stored(full).message()),
         packed_text(Blocks().fixed().match(258, reach).end().message())},
        {packed_text(full), packed_text((full + full).substr(0, 258))});
    const std::string twice = letters(3000) + letters(3000);
    row("messages that repeat themselves", times(4, packed_text(test::deflated(twice, bits))),
        times(4, packed_text(twice)));
    const std::string large = letters(std::min<std::size_t>(3u << bits, 40000));
    row("larger than it", {packed_binary(test::deflated(large, bits))}, {packed_binary(large)});
  }
  return rows;
}

inline Rows context_rows() {
  const Frame once = packed_text("Hello");
  const auto row = [](const char* what, Frames sent, Frames back, End end = goes_on,
                      const std::string& extension = plain_deflate) {
    return Row{what, "rfc7692-7.2.3", std::move(sent), std::move(back),
               end,  For::both,       Room::usual,     extension};
  };
  const Frame secret = packed_text(Blocks().stored("secret").message());
  const Frame look_back = packed_text(Blocks().fixed().match(6, 6).end().message());
  return {
      row("the example of rfc7692-7.2.3.1", {packed_text(hello)}, {once}),
      row("the example of rfc7692-7.2.3.2", {packed_text(hello), packed_text(hello_again)},
          times(2, once)),
      row("the example of rfc7692-7.2.3.3", {packed_text(test::hex("000500faff48656c6c6f00"))},
          {once}),
      row("the example of rfc7692-7.2.3.4", {packed_text(test::hex("f348cdc9c9070000"))}, {once}),
      row("the example of rfc7692-7.2.3.5", {packed_text(test::hex("f248050000 00ffffcac9c90700"))},
          {once}),
      row("the same in two fragments", {packed_part(hello.substr(0, 3)), last(hello.substr(3))},
          {once}),
      row("a byte a fragment", in_parts(packed_text(hello), 1), {once}),
      row("an empty first fragment, compressed", {packed_part(""), last(hello)}, {once}),
      row("an empty last fragment, compressed", {packed_part(hello), last("")}, {once}),
      row("empty fragments everywhere",
          {packed_part(""), more(""), more(hello.substr(0, 4)), more(""), last(hello.substr(4))},
          {once}),
      row("pings between fragments",
          {packed_part(hello.substr(0, 3)), ping("p"), last(hello.substr(3)), ping("q")},
          {pong("p"), once, pong("q")}),
      row("a context that goes on across a ping",
          {packed_text(hello), ping("p"), packed_text(hello_again)}, {once, pong("p"), once}),
      row("a message as it is, between, is not in the context",
          {packed_text(hello), text("World"), packed_text(hello_again)},
          {once, packed_text("World"), once}),
      row("only messages as they are", {text("one"), binary("two"), text_part("th"), last("ree")},
          {packed_text("one"), packed_binary("two"), packed_text("three")}),
      row("an empty message is one byte", {packed_text(std::string(1, '\0'))}, {packed_text("")}),
      row("an empty message without that byte, as some send it", {packed_text("")},
          {packed_text("")}),
      row("a message with the tail that is to be left out",
          {packed_text(hello + std::string("\0\0\xff\xff", 4)), packed_text(hello_again)},
          times(2, once)),
      row("empty messages, then a look back",
          {packed_text(hello), packed_text(std::string(1, '\0')), packed_text(hello_again)},
          {once, packed_text(""), once}),
      row("an empty stored block, then text",
          {packed_text(Blocks().stored("").stored("Hello").message())}, {once}),
      row("empty fixed blocks", {packed_text(Blocks().fixed().end().fixed().end().message())},
          {packed_text("")}),
      row("BFINAL in a stored block", times(3, packed_text(Blocks().stored("a", true).message())),
          times(3, packed_text("a"))),
      row("BFINAL in a fixed block",
          times(3, packed_text(Blocks().fixed(true).literals("Hello").end().message())),
          times(3, once)),
      row("blocks behind BFINAL",
          {packed_text(Blocks().stored("Hel", true).fixed().literals("lo").end().message())},
          {once}),
      row("BFINAL, and the next message has none",
          {packed_text(Blocks().stored("Hello", true).message()), packed_text(hello)},
          times(2, once)),
      row("BFINAL in the first fragment",
          {packed_part(Blocks().stored("Hel", true).as_it_is()),
           last(Blocks().stored("lo").message())},
          {once}),
      row("a hundred messages that refer to each other",
          Frames{packed_text(hello)} + times(100, packed_text(hello_again)), times(101, once)),
      row("a thousand small messages", times(1000, packed_text(hello)), times(1000, once)),
      row("no context: nothing is left of the message before", {secret, look_back},
          {text("secret")}, fails(1007), no_context),
      row("a context: it is", {secret, look_back}, times(2, packed_text("secret"))),
      row("a fresh connection has no context of another one", {look_back}, {}, fails(1007)),
      row("nor one from the pool", {look_back}, {}, fails(1007), no_context),
  };
}

inline Rows wrong_deflate_rows() {
  const Frame once = packed_text("Hello");
  const Frame first = packed_text(hello);
  const auto row = [](std::string what, Frames sent, Frames back, End end,
                      const char* section = "rfc7692-7.2.2") {
    return Row{std::move(what), section,     std::move(sent), std::move(back), end,
               For::both,       Room::usual, plain_deflate};
  };
  Rows rows{
      row("RSV1 on a continuation", {packed_part(hello.substr(0, 3)), {0xC0, hello.substr(3)}}, {},
          fails(1002), "rfc7692-6.1"),
      row("RSV1 on a continuation in the middle",
          {packed_part(hello.substr(0, 3)), {0x40, hello.substr(3)}}, {}, fails(1002),
          "rfc7692-6.1"),
      row("RSV1 on the continuation only", {text_part("a"), {0xC0, hello}}, {}, fails(1002),
          "rfc7692-6.1"),
      row("RSV1 on a ping", {first, {0xC9, "p"}}, {once}, fails(1002), "rfc7692-6.1"),
      row("RSV1 on a pong", {first, {0xCA, "p"}}, {once}, fails(1002), "rfc7692-6.1"),
      row("RSV1 on a Close", {first, {0xC8, code(1000)}}, {once}, fails(1002), "rfc7692-6.1"),
      row("RSV1 on a ping between fragments", {packed_part(hello.substr(0, 3)), {0xC9, "p"}}, {},
          fails(1002), "rfc7692-6.1"),
      row("RSV2", {first, {0xA1, "x"}}, {once}, fails(1002), "rfc6455-5.2"),
      row("RSV3", {first, {0x91, "x"}}, {once}, fails(1002), "rfc6455-5.2"),
      row("RSV1 and RSV2", {first, {0xE1, hello}}, {once}, fails(1002), "rfc6455-5.2"),
      row("RSV1 and RSV3", {first, {0xD2, hello}}, {once}, fails(1002), "rfc6455-5.2"),
      row("RSV1 on a reserved opcode", {first, {0xC3, hello}}, {once}, fails(1002), "rfc6455-5.2"),
      row("a block of the reserved kind", {first, packed_text("\x06\xff")}, {once}, fails(1007)),
      row("a stored block whose length is not confirmed",
          {first, packed_text(test::hex("000500faf048656c6c6f00"))}, {once}, fails(1007)),
      row("a stored block that is cut off",
          {first, packed_text(test::hex("006400 9bff 48656c6c6f"))}, {once}, fails(1007)),
      row("a match before the first byte",
          {packed_text(Blocks().fixed().literals("abc").match(3, 4).end().message())}, {},
          fails(1007)),
      row("a match before the first byte of all messages",
          {first, packed_text(Blocks().fixed().match(3, 6).end().message())}, {once}, fails(1007)),
      row("dynamic codes that cannot be", {first, packed_text("\xfc\xff\xff\xff\xff\xff")}, {once},
          fails(1007)),
      row("text that is not deflate", {first, packed_text("Hello, world")}, {once}, fails(1007)),
      row("zlib's own header", {first, packed_text("\x78\x9c" + hello)}, {once}, fails(1007)),
      row("a wrong block in the second fragment",
          {first, packed_part(Blocks().stored("Hel").as_it_is()), last("\x06\xff")}, {once},
          fails(1007)),
      row("a wrong block, before the message ends", {first, packed_part("\x06\xff")}, {once},
          fails(1007)),
      row("a Close behind a wrong message", {packed_text("\x06"), close_with(1000)}, {},
          fails(1007)),
      row("an unmasked or masked one", {masked(first, Masking::wrong)}, {}, fails(1002),
          "rfc6455-5.1"),
      row("a continuation without a message", {first, last(hello)}, {once}, fails(1002),
          "rfc6455-5.4"),
      row("a compressed message inside a compressed message",
          {first, packed_part(hello.substr(0, 3)), first}, {once}, fails(1002), "rfc6455-5.4"),
      row("a Close is not compressed", {first, close_with(4001, "bye")}, {once}, answers(4001),
          "rfc7692-6"),
  };
  return rows;
}

inline Rows deflated_text_rows() {
  const auto row = [](const char* what, Frames sent, Frames back, End end = goes_on) {
    return Row{what, "rfc6455-8.1", std::move(sent), std::move(back),
               end,  For::both,     Room::usual,     plain_deflate};
  };
  const auto stored = [](const std::string& bytes) { return Blocks().stored(bytes).message(); };
  const std::string dog = "\xf0\x9f\x90\x95";
  return {
      row("a dog, compressed", {packed_text(stored(dog))}, {packed_text(dog)}),
      row("a dog in two blocks",
          {packed_text(Blocks().stored(dog.substr(0, 2)).stored(dog.substr(2)).message())},
          {packed_text(dog)}),
      row("a dog in two fragments",
          {packed_part(Blocks().stored(dog.substr(0, 3)).as_it_is()), last(stored(dog.substr(3)))},
          {packed_text(dog)}),
      row("a wrong byte inside", {packed_text(stored("Hello\xff"))}, {}, fails(1007)),
      row("a surrogate inside", {packed_text(stored("Hello\xed\xa0\x80"))}, {}, fails(1007)),
      row("half a letter inside", {packed_text(stored("Hello\xe2\x82"))}, {}, fails(1007)),
      row("half a letter, finished by the next message",
          {packed_text(stored("\xe2\x82")), packed_text(stored("\xac"))}, {}, fails(1007)),
      row("a wrong byte in the first fragment, before the rest",
          {packed_part(Blocks().stored("ab\xff").as_it_is())}, {}, fails(1007)),
      row("wrong text, sent as bytes", {packed_binary(stored("\xff\xc0"))},
          {packed_binary("\xff\xc0")}),
      row("a wrong byte far inside", {packed_text(test::deflated(letters(40000) + "\xff"))}, {},
          fails(1007)),
      row("what is compressed need not be UTF-8 itself", {packed_text(hello)},
          {packed_text("Hello")}),
  };
}

// A few bytes that would be many, in a room of 1024 bytes and of 17 MiB.
inline Rows bomb_rows() {
  const auto zeros = [](int size) {  // 1 + 258 n bytes
    Blocks blocks;
    blocks.fixed().literals("0");
    for (int made = 1; made < size; made += 258) blocks.match(std::min(258, size - made), 1);
    return blocks.end().message();
  };
  const auto row = [](std::string what, Frames sent, Frames back, End end = goes_on,
                      Room room = Room::small, const std::string& extension = plain_deflate) {
    return Row{std::move(what), "rfc7692-8", std::move(sent), std::move(back), end,
               For::both,       room,        extension};
  };
  const std::string full(1024, '0');
  const Frame first = packed_text(hello);
  const Frame once = packed_text("Hello");
  return {
      row("1024 bytes out of a dozen", times(3, packed_text(zeros(1024))),
          times(3, packed_text(full))),
      row("one more", {first, packed_text(zeros(1025))}, {once}, fails(1009)),
      row("one more, as bytes", {first, packed_binary(zeros(1025))}, {once}, fails(1009)),
      row("a million", {first, packed_text(zeros(1 << 20))}, {once}, fails(1009)),
      row("a million, without a context", {packed_text(zeros(1 << 20))}, {}, fails(1009),
          Room::small, no_context),
      row("a million with a small window", {packed_text(zeros(1 << 20))}, {}, fails(1009),
          Room::small, windows(9)),
      row("a million in fragments", Frames{first} + in_parts(packed_text(zeros(1 << 20)), 100),
          {once}, fails(1009)),
      row("over the limit in the second fragment",
          {first, packed_part(Blocks().stored(full).as_it_is()),
           last(Blocks().stored("x").message())},
          {once}, fails(1009)),
      row("at the limit in the first, and nothing in the second",
          {packed_part(Blocks().stored(full).as_it_is()), last(std::string(1, '\0'))},
          {packed_text(full)}),
      row("over the limit, though stored",
          {first, packed_text(Blocks().stored(full + "x").message())}, {once}, fails(1009)),
      row("over it as it is", {first, text(full + "x")}, {once}, fails(1009)),
      row("20 million out of 80 thousand bits", {first, packed_text(zeros(20'000'000))}, {once},
          fails(1009), Room::usual),
      row("a header of 2^40 bytes", {first, cut(packed_text(""), std::uint64_t{1} << 40)}, {once},
          fails(1009)),
  };
}

}  // namespace strata::conformance
