// tests/ws/conformance_frame_rows.h - rows about single frames: lengths, masks, pings, reserved
// bits and opcodes.
#pragma once
#include <string>

#include "tests/ws/conformance_row.h"

namespace strata::conformance {

inline std::string size_name(std::size_t bytes) { return std::to_string(bytes) + " bytes"; }

// Each length form, and each of its edges.
inline Rows size_rows() {
  Rows rows;
  for (const std::size_t size :
       {0u,   1u,   2u,   7u,   8u,    9u,    124u,   125u,   126u,   127u,   128u,
        129u, 255u, 256u, 257u, 1000u, 4096u, 16384u, 65534u, 65535u, 65536u, 65537u}) {
    const std::string payload = letters(size);
    rows.push_back({"text of " + size_name(size), "rfc6455-5.2", {text(payload)}, {text(payload)}});
    std::string bytes = payload;
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + 128);
    rows.push_back(
        {"binary of " + size_name(size), "rfc6455-5.2", {binary(bytes)}, {binary(bytes)}});
  }
  return rows;
}

inline Rows length_rows() {
  Rows rows;
  for (const std::size_t size : {0u, 1u, 125u}) {
    for (const Frame& frame : {text(letters(size)), binary(letters(size))})
      rows.push_back({describe(frame) + ", spelled in 16 bits",
                      "rfc6455-5.2",
                      {spelled(frame, Length::in_16_bits)},
                      {},
                      fails(1002)});
  }
  for (const std::size_t size : {0u, 1u, 125u, 126u, 127u, 65535u})
    rows.push_back({size_name(size) + ", spelled in 64 bits",
                    "rfc6455-5.2",
                    {spelled(binary(letters(size)), Length::in_64_bits)},
                    {},
                    fails(1002)});
  const Frames well{text("well")};
  for (const std::uint64_t length : {std::uint64_t{1} << 63, ~std::uint64_t{0}})
    rows.push_back({"a length with its top bit set, " + std::to_string(length),
                    "rfc6455-5.2",
                    {text("well"), cut(binary("x"), length)},
                    well,
                    fails(1002)});
  for (const std::uint64_t length :
       {std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + 1, (std::uint64_t{1} << 63) - 1})
    rows.push_back({"a length over 32 bits, " + std::to_string(length),
                    "rfc6455-10.4",
                    {text("well"), cut(binary("x"), length)},
                    well,
                    fails(1009)});
  for (const Frame& control : {ping("x"), pong("x"), close_with(1000)}) {
    rows.push_back({describe(control) + ", its length spelled in 16 bits",
                    "rfc6455-5.5",
                    {text("well"), spelled(control, Length::in_16_bits)},
                    well,
                    fails(1002)});
    rows.push_back({describe(control) + ", its length spelled in 64 bits",
                    "rfc6455-5.5",
                    {text("well"), spelled(control, Length::in_64_bits)},
                    well,
                    fails(1002)});
  }
  return rows;
}

inline Rows sequence_rows() {
  const Frames mixed{text("1"),          binary("2"),          text(""),   binary(""),
                     text(letters(126)), binary(letters(200)), text("end")};
  return {
      {"two texts", "rfc6455-5.2", {text("one"), text("two")}, {text("one"), text("two")}},
      {"text, binary, and back", "rfc6455-5.6", mixed, mixed},
      {"a hundred messages", "rfc6455-5.2", times(100, text("again")), times(100, text("again"))},
      {"a thousand empty messages", "rfc6455-5.2", times(1000, binary("")),
       times(1000, binary(""))},
      {"a large message behind a small one",
       "rfc6455-5.2",
       {text("s"), text(letters(40000))},
       {text("s"), text(letters(40000))}},
      {"a small message behind a large one",
       "rfc6455-5.2",
       {text(letters(70000)), text("s")},
       {text(letters(70000)), text("s")}},
      {"every byte there is",
       "rfc6455-5.6",
       {binary(std::string(1, '\0') + "\r\n\xff\xfe\x80")},
       {binary(std::string(1, '\0') + "\r\n\xff\xfe\x80")}},
      {"text that looks like HTTP",
       "rfc6455-5.6",
       {text("GET / HTTP/1.1\r\nHost: a\r\n\r\n")},
       {text("GET / HTTP/1.1\r\nHost: a\r\n\r\n")}},
      {"text that looks like a frame",
       "rfc6455-5.6",
       {text("\x01\x05\x7fHello")},
       {text("\x01\x05\x7fHello")}},
      {"NUL in text",
       "rfc6455-5.6",
       {text(std::string("a\0b", 3))},
       {text(std::string("a\0b", 3))}},
  };
}

inline Rows mask_rows() {
  const auto bad = [](const Frame& frame) { return masked(frame, Masking::wrong); };
  const std::string as_key("\x37\xfa\x21\x3d\x37\xfa\x21\x3d", 8);
  Rows rows{
      {"masked with zeros",
       "rfc6455-5.3",
       {masked(text("plain to see"), Masking::zero_key)},
       {text("plain to see")},
       goes_on,
       For::server},
      {"a payload equal to its key",
       "rfc6455-5.3",
       {binary(as_key)},
       {binary(as_key)},
       goes_on,
       For::server},
  };
  for (const Frame& frame :
       {text(""), text("x"), binary(letters(126)), binary(letters(65536)), text_part("x"), ping(),
        ping("x"), pong(), close_frame(""), close_with(1000)})
    rows.push_back({"wrong masking of " + describe(frame),
                    "rfc6455-5.1",
                    {text("well"), bad(frame), text("more")},
                    {text("well")},
                    fails(1002)});
  rows.push_back({"wrong masking of a later fragment",
                  "rfc6455-5.1",
                  {text_part("one"), bad(last("two"))},
                  {},
                  fails(1002)});
  return rows;
}

inline Rows ping_rows() {
  const std::string bytes("\0\xff\xfe\xfd\xfc\xfb\0\xff", 8);
  Frames pings, pongs, around, answers_around;
  for (int i = 0; i < 1000; ++i) {
    pings.push_back(ping(std::to_string(i)));
    pongs.push_back(pong(std::to_string(i)));
    if (i >= 50) continue;
    around = around + Frames{text("m"), ping(std::to_string(i))};
    answers_around = answers_around + Frames{text("m"), pong(std::to_string(i))};
  }
  const Frame well = text("well");
  Rows rows{
      {"an empty ping", "rfc6455-5.5.2", {ping()}, {pong()}},
      {"a ping with text", "rfc6455-5.5.3", {ping("Hello")}, {pong("Hello")}},
      {"a ping with bytes that are no text", "rfc6455-5.5.3", {ping(bytes)}, {pong(bytes)}},
      {"a ping of 124 bytes", "rfc6455-5.5", {ping(letters(124))}, {pong(letters(124))}},
      {"a ping of 125 bytes", "rfc6455-5.5", {ping(letters(125))}, {pong(letters(125))}},
      {"a ping of 125 times 0xFE",
       "rfc6455-5.5",
       {ping(std::string(125, '\xfe'))},
       {pong(std::string(125, '\xfe'))}},
      {"a ping of 126 bytes", "rfc6455-5.5", {well, ping(letters(126))}, {well}, fails(1002)},
      {"a ping of 65536 bytes", "rfc6455-5.5", {well, cut(ping(), 65536)}, {well}, fails(1002)},
      {"a pong of 126 bytes", "rfc6455-5.5", {well, pong(letters(126))}, {well}, fails(1002)},
      {"a pong that nobody asked for", "rfc6455-5.5.3", {pong(), well}, {well}},
      {"the same, with a payload", "rfc6455-5.5.3", {pong("why?"), well}, {well}},
      {"a pong, then a ping", "rfc6455-5.5.3", {pong("p"), ping("q")}, {pong("q")}},
      {"a hundred pongs", "rfc6455-5.5.3", times(100, pong("p")), {}},
      {"ten pings at once", "rfc6455-5.5.3", Frames(pings.begin(), pings.begin() + 10),
       Frames(pongs.begin(), pongs.begin() + 10)},
      {"a thousand pings at once are no offence", "rfc6455-5.5.3", pings, pongs},
      {"pings between messages", "rfc6455-5.5.3", around, answers_around},
      {"a ping in fragments", "rfc6455-5.5", {well, {0x09, "x"}}, {well}, fails(1002)},
      {"a pong in fragments", "rfc6455-5.5", {well, {0x0A, "x"}}, {well}, fails(1002)},
      {"an empty ping in fragments", "rfc6455-5.5", {well, {0x09, ""}}, {well}, fails(1002)},
      {"a ping between two halves of a message",
       "rfc6455-5.4",
       {text_part("one "), ping("p"), last("two")},
       {pong("p"), text("one two")}},
      {"a pong between two halves of a message",
       "rfc6455-5.4",
       {text_part("one "), pong("p"), last("two")},
       {text("one two")}},
      {"a ping whose text is no UTF-8", "rfc6455-5.5.2", {ping("\xc3\x28")}, {pong("\xc3\x28")}},
      {"only the latest of a flood needs an answer, and a message follows", "rfc6455-5.5.3",
       pings + Frames{well}, pongs + Frames{well}},
  };
  return rows;
}

// RSV1 to RSV3 in each frame there is: no extension was agreed on. What came before is answered.
inline Rows reserved_bit_rows() {
  Rows rows;
  for (int bits = 1; bits < 8; ++bits) {
    for (const Frame& frame : {text("Hello"), binary("Hello"), text(""), text_part("Hello"),
                               ping("Hello"), pong("Hello"), close_with(1000)}) {
      Frame bad = frame;
      bad.first |= bits << 4;
      rows.push_back({"reserved bits: " + describe(bad),
                      "rfc6455-5.2",
                      {text("well"), bad, ping("on?")},
                      {text("well")},
                      fails(1002)});
    }
    Frame bad = last("two");
    bad.first |= bits << 4;
    rows.push_back({"reserved bits in a later fragment: " + describe(bad),
                    "rfc6455-5.2",
                    {text("well"), text_part("one"), bad, ping("on?")},
                    {text("well")},
                    fails(1002)});
  }
  return rows;
}

inline Rows opcode_rows() {
  Rows rows;
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    const auto row = [&](const char* what, const Frames& sent) {
      rows.push_back({std::string(what) + " (" + std::to_string(opcode) + ")", "rfc6455-5.2", sent,
                      sent.size() > 1 ? Frames{text("well")} : Frames{}, fails(1002)});
    };
    row("a reserved opcode, first of all", {{0x80 | opcode, ""}});
    row("a reserved opcode without payload", {text("well"), {0x80 | opcode, ""}, ping()});
    row("a reserved opcode with a payload", {text("well"), {0x80 | opcode, "Hello"}, ping()});
    row("a reserved opcode in fragments", {text("well"), {opcode, "Hello"}, last("x"), ping()});
    row("a reserved opcode inside a message",
        {text("well"), text_part("a"), {0x80 | opcode, "Hello"}, last("x"), ping()});
  }
  return rows;
}

}  // namespace strata::conformance
