// tests/ws/conformance_fragment_rows.h - rows about messages in fragments, and about limits.
#pragma once
#include <string>

#include "tests/ws/conformance_row.h"

namespace strata::conformance {

inline Rows fragment_rows() {
  const Frame well = text("well");
  const Frames whole{text("onetwothree")};
  const auto both = [&](Frames sent) { return Frames{well} + sent; };
  return {
      {"two fragments of text", "rfc6455-5.4", {text_part("one"), last("two")}, {text("onetwo")}},
      {"two fragments of bytes",
       "rfc6455-5.4",
       {binary_part("\xff"), last("\xfe")},
       {binary("\xff\xfe")}},
      {"three fragments", "rfc6455-5.4", {text_part("one"), more("two"), last("three")}, whole},
      {"an empty first fragment",
       "rfc6455-5.4",
       {text_part(""), more("onetwo"), last("three")},
       whole},
      {"an empty fragment in the middle",
       "rfc6455-5.4",
       {text_part("onetwo"), more(""), last("three")},
       whole},
      {"an empty last fragment",
       "rfc6455-5.4",
       {text_part("one"), more("twothree"), last("")},
       whole},
      {"nothing in two fragments", "rfc6455-5.4", {text_part(""), last("")}, {text("")}},
      {"nothing in three fragments",
       "rfc6455-5.4",
       {binary_part(""), more(""), last("")},
       {binary("")}},
      {"a thousand empty fragments",
       "rfc6455-5.4",
       Frames{text_part("")} + times(1000, more("")) + Frames{last("x")},
       {text("x")}},
      {"a letter a fragment", "rfc6455-5.4", in_parts(text(letters(300)), 1), {text(letters(300))}},
      {"126 bytes a fragment",
       "rfc6455-5.4",
       in_parts(binary(letters(1000)), 126),
       {binary(letters(1000))}},
      {"fragments of 1300 bytes",
       "rfc6455-5.4",
       in_parts(text(letters(65536)), 1300),
       {text(letters(65536))}},
      {"fragments of 65535 bytes",
       "rfc6455-5.4",
       in_parts(binary(letters(200000)), 65535),
       {binary(letters(200000))}},
      {"fragments of 65536 bytes",
       "rfc6455-5.4",
       in_parts(text(letters(200000)), 65536),
       {text(letters(200000))}},
      {"a small fragment, a large one, a small one",
       "rfc6455-5.4",
       {binary_part("a"), more(letters(70000)), last("z")},
       {binary("a" + letters(70000) + "z")}},
      {"messages in fragments, one after the other",
       "rfc6455-5.4",
       {text_part("on"), last("e"), binary_part("tw"), last("o"), text_part("thr"), last("ee")},
       {text("one"), binary("two"), text("three")}},
      {"a ping between all fragments",
       "rfc6455-5.4",
       {text_part("one"), ping("1"), more("two"), ping("2"), last("three"), ping("3")},
       {pong("1"), pong("2"), text("onetwothree"), pong("3")}},
      {"five pings in a row between fragments", "rfc6455-5.4",
       Frames{text_part("onetwo")} + times(5, ping("p")) + Frames{last("three")},
       times(5, pong("p")) + whole},
      {"a pong between empty fragments",
       "rfc6455-5.4",
       {text_part(""), pong("p"), more(""), pong(), last("x")},
       {text("x")}},
      {"an open message, and a probe", "rfc6455-5.4", {text_part("on"), more("tw")}, {}},
      {"a continuation first of all", "rfc6455-5.4", {last("x"), well}, {}, fails(1002)},
      {"a continuation behind a whole message",
       "rfc6455-5.4",
       both({last("x"), well}),
       {well},
       fails(1002)},
      {"an empty continuation without a message",
       "rfc6455-5.4",
       both({last("")}),
       {well},
       fails(1002)},
      {"a first continuation that goes on",
       "rfc6455-5.4",
       both({more("x"), last("y")}),
       {well},
       fails(1002)},
      {"an empty continuation that goes on", "rfc6455-5.4", both({more("")}), {well}, fails(1002)},
      {"a continuation behind a message in fragments",
       "rfc6455-5.4",
       {text_part("one"), more("two"), last("three"), last("x")},
       whole,
       fails(1002)},
      {"a continuation behind a control frame",
       "rfc6455-5.4",
       both({ping("p"), last("x")}),
       {well, pong("p")},
       fails(1002)},
      {"a text inside a text",
       "rfc6455-5.4",
       both({text_part("one"), text("two"), well}),
       {well},
       fails(1002)},
      {"an empty text inside a text",
       "rfc6455-5.4",
       both({text_part("one"), text("")}),
       {well},
       fails(1002)},
      {"a binary inside a text",
       "rfc6455-5.4",
       both({text_part("one"), binary("two")}),
       {well},
       fails(1002)},
      {"a text inside a binary",
       "rfc6455-5.4",
       both({binary_part("one"), text("two")}),
       {well},
       fails(1002)},
      {"a second beginning inside a text",
       "rfc6455-5.4",
       both({text_part("one"), text_part("two"), last("three")}),
       {well},
       fails(1002)},
      {"a second beginning behind a ping",
       "rfc6455-5.4",
       both({text_part("one"), ping("p"), text_part("two"), last("three")}),
       {well, pong("p")},
       fails(1002)},
      {"a second beginning with nothing in it",
       "rfc6455-5.4",
       both({binary_part(""), binary_part(""), last("")}),
       {well},
       fails(1002)},
  };
}

inline std::string of_bytes(const char* what, std::size_t bytes) {
  return what + (" " + std::to_string(bytes)) + " bytes";
}

// In a room of 1024 bytes a message. The header that goes over it is the end: its payload need not
// come.
inline Rows small_room_rows() {
  const Frame well = text("well");
  const std::string full = letters(1024);
  const auto row = [](std::string what, Frames sent, Frames back, End end = goes_on) {
    return Row{std::move(what), "rfc6455-10.4", std::move(sent), std::move(back), end,
               For::both,       Room::small};
  };
  Rows rows{
      row("text at the limit", {text(full)}, {text(full)}),
      row("binary at the limit", {binary(full)}, {binary(full)}),
      row("messages at the limit, again and again", times(20, text(full)), times(20, text(full))),
      row("the limit in two halves", {text_part(letters(512)), last(full.substr(512))},
          {text(full)}),
      row("the limit, a byte a fragment", in_parts(binary(full), 1), {binary(full)}),
      row("the limit, and an empty fragment", {text_part(full), more(""), last("")}, {text(full)}),
      row("one byte over it", {well, text(full + "x")}, {well}, fails(1009)),
      row("binary, one byte over it", {well, binary(full + "x")}, {well}, fails(1009)),
      row("over it in the second fragment", {well, text_part(full), last("x")}, {well},
          fails(1009)),
      row("over it a byte a fragment", Frames{well} + in_parts(binary(full + "x"), 1), {well},
          fails(1009)),
      row("over it in a fragment that goes on", {well, text_part(full), more("xy"), last("")},
          {well}, fails(1009)),
      row("over it, with a ping between", {well, text_part(full), ping("p"), last("x")},
          {well, pong("p")}, fails(1009)),
      row("only the header of 1025 bytes", {well, cut(text(""), 1025)}, {well}, fails(1009)),
      row("only the header of 65536 bytes", {well, cut(binary(""), 65536)}, {well}, fails(1009)),
      row("only the header of 2^62 bytes", {well, cut(text(""), std::uint64_t{1} << 62)}, {well},
          fails(1009)),
      row("a fragment whose length wraps the sum",
          {well, binary_part(full), cut(last(""), (std::uint64_t{1} << 63) - 1)}, {well},
          fails(1009)),
      row("pings do not count", {text_part(full), ping(letters(125)), last("")},
          {pong(letters(125)), text(full)}),
  };
  return rows;
}

// 64 KiB to 4 MiB, and in fragments of 64 bytes to a megabyte.
inline Rows large_rows() {
  Rows rows;
  for (const std::size_t size :
       {std::size_t{1} << 18, std::size_t{1} << 20, std::size_t{1} << 22}) {
    const std::string payload = letters(size);
    rows.push_back({of_bytes("text of", size), "rfc6455-5.2", {text(payload)}, {text(payload)}});
    rows.push_back(
        {of_bytes("binary of", size), "rfc6455-5.2", {binary(payload)}, {binary(payload)}});
  }
  const std::string megabyte = letters(1 << 20);
  for (const std::size_t part : {64u, 256u, 1024u, 4096u, 16384u, 65536u, 262144u}) {
    rows.push_back({of_bytes("a megabyte of text in fragments of", part),
                    "rfc6455-5.4",
                    in_parts(text(megabyte), part),
                    {text(megabyte)}});
    rows.push_back({of_bytes("a megabyte in fragments of", part),
                    "rfc6455-5.4",
                    in_parts(binary(megabyte), part),
                    {binary(megabyte)}});
  }
  const std::string heavy = "\xf0\x9f\x90\x95 \xe7\x8b\x97 ";  // text that is not ASCII
  std::string dogs;
  while (dogs.size() < 300000) dogs += heavy;
  rows.push_back(
      {"300 KB of letters of three and four bytes", "rfc6455-8.1", {text(dogs)}, {text(dogs)}});
  rows.push_back({"the same, in fragments that cut letters",
                  "rfc6455-8.1",
                  in_parts(text(dogs), 1021),
                  {text(dogs)}});
  rows.push_back({"a wrong byte behind 300 KB of them",
                  "rfc6455-8.1",
                  {text("well"), cut(text(dogs + "\xff"), 400000)},
                  {text("well")},
                  fails(1007)});
  return rows;
}

// Heavy: each is sent twice, in pieces as large as the kernel takes and in odd ones.
inline Rows largest_rows() {
  const std::size_t most = std::size_t{16} << 20;
  const std::string payload = letters(most);
  return {
      {"16 MiB of text in one frame", "rfc6455-5.2", {text(payload)}, {text(payload)}},
      {"16 MiB in one frame", "rfc6455-5.2", {binary(payload)}, {binary(payload)}},
      {"16 MiB in fragments of 64 bytes",
       "rfc6455-5.4",
       in_parts(binary(payload), 64),
       {binary(payload)}},
      {"over 17 MiB",
       "rfc6455-10.4",
       {text("well"), cut(binary("x"), (17u << 20) + 1)},
       {text("well")},
       fails(1009)},
  };
}

}  // namespace strata::conformance
