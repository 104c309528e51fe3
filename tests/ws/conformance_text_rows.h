// tests/ws/conformance_text_rows.h - rows about UTF-8 (rfc3629-4): the sequences of Markus Kuhn's
// stress test, and others; whole, in fragments of a byte, and up to the first wrong byte.
#pragma once
#include <string>

#include "tests/support/splits.h"
#include "tests/ws/conformance_row.h"

namespace strata::conformance {

inline constexpr int valid = 0;
inline constexpr int unfinished = -1;  // wrong only because the message ends

struct Sequence {
  const char* what;
  const char* bytes;
  int wrong;  // the first byte that nothing can make right, counted from 1; or one of the above
};

// Section numbers are Kuhn's.
inline std::vector<Sequence> kuhn_sequences() {
  return {
      {"1 a Greek word", "ce ba e1 bd b9 cf 83 ce bc ce b5", valid},
      {"2.1.1 the first of 1 byte", "00", valid},
      {"2.1.2 the first of 2 bytes", "c2 80", valid},
      {"2.1.3 the first of 3 bytes", "e0 a0 80", valid},
      {"2.1.4 the first of 4 bytes", "f0 90 80 80", valid},
      {"2.1.5 the first of 5 bytes", "f8 88 80 80 80", 1},
      {"2.1.6 the first of 6 bytes", "fc 84 80 80 80 80", 1},
      {"2.2.1 the last of 1 byte", "7f", valid},
      {"2.2.2 the last of 2 bytes", "df bf", valid},
      {"2.2.3 the last of 3 bytes", "ef bf bf", valid},
      {"2.2.4 the last of 4 bytes", "f7 bf bf bf", 1},
      {"2.2.5 the last of 5 bytes", "fb bf bf bf bf", 1},
      {"2.2.6 the last of 6 bytes", "fd bf bf bf bf bf", 1},
      {"2.3.1 U+D7FF", "ed 9f bf", valid},
      {"2.3.2 U+E000", "ee 80 80", valid},
      {"2.3.3 U+FFFD", "ef bf bd", valid},
      {"2.3.4 U+10FFFF", "f4 8f bf bf", valid},
      {"2.3.5 U+110000", "f4 90 80 80", 2},
      {"3.1.1 a continuation byte", "80", 1},
      {"3.1.2 another", "bf", 1},
      {"3.1.3 two of them", "80 bf", 1},
      {"3.1.4 three of them", "80 bf 80", 1},
      {"3.1.5 four of them", "80 bf 80 bf", 1},
      {"3.1.6 five of them", "80 bf 80 bf 80", 1},
      {"3.1.7 six of them", "80 bf 80 bf 80 bf", 1},
      {"3.1.8 seven of them", "80 bf 80 bf 80 bf 80", 1},
      {"3.1.9 many of them", "80 81 8f 90 9f a0 af b0 b7 b8 be bf", 1},
      {"3.2.1 starts of 2 bytes, each with a space", "c0 20 c1 20 c2 20", 1},
      {"3.2.1 a start of 2 bytes and a space", "c2 20", 2},
      {"3.2.1 the last start of 2 bytes and a space", "df 20", 2},
      {"3.2.2 a start of 3 bytes and a space", "e0 20", 2},
      {"3.2.2 the last start of 3 bytes and a space", "ef 20", 2},
      {"3.2.3 a start of 4 bytes and a space", "f0 20", 2},
      {"3.2.3 the last start of 4 bytes and a space", "f4 20", 2},
      {"3.2.3 a start of 4 bytes that is none", "f5 20", 1},
      {"3.2.4 a start of 5 bytes and a space", "f8 20", 1},
      {"3.2.5 a start of 6 bytes and a space", "fc 20", 1},
      {"3.3.1 2 bytes without the last, U+0000", "c0", 1},
      {"3.3.2 3 bytes without the last, U+0000", "e0 80", 2},
      {"3.3.3 4 bytes without the last, U+0000", "f0 80 80", 2},
      {"3.3.4 5 bytes without the last", "f8 80 80 80", 1},
      {"3.3.5 6 bytes without the last", "fc 80 80 80 80", 1},
      {"3.3.6 2 bytes without the last, U+07FF", "df", unfinished},
      {"3.3.7 3 bytes without the last, U+FFFF", "ef bf", unfinished},
      {"3.3.8 4 bytes without the last, U+1FFFFF", "f7 bf bf", 1},
      {"3.3.9 5 bytes without the last", "fb bf bf bf", 1},
      {"3.3.10 6 bytes without the last", "fd bf bf bf bf", 1},
      {"3.4 sequences without their last, in a row", "df ef bf f4 8f bf", 2},
      {"3.5.1 FE", "fe", 1},
      {"3.5.2 FF", "ff", 1},
      {"3.5.3 FE FE FF FF", "fe fe ff ff", 1},
      {"4.1.1 a slash in 2 bytes", "c0 af", 1},
      {"4.1.2 a slash in 3 bytes", "e0 80 af", 2},
      {"4.1.3 a slash in 4 bytes", "f0 80 80 af", 2},
      {"4.1.4 a slash in 5 bytes", "f8 80 80 80 af", 1},
      {"4.1.5 a slash in 6 bytes", "fc 80 80 80 80 af", 1},
      {"4.2.1 U+007F in 2 bytes", "c1 bf", 1},
      {"4.2.2 U+07FF in 3 bytes", "e0 9f bf", 2},
      {"4.2.3 U+FFFF in 4 bytes", "f0 8f bf bf", 2},
      {"4.2.4 U+1FFFFF in 5 bytes", "f8 87 bf bf bf", 1},
      {"4.2.5 U+3FFFFFF in 6 bytes", "fc 83 bf bf bf bf", 1},
      {"4.3.1 NUL in 2 bytes", "c0 80", 1},
      {"4.3.2 NUL in 3 bytes", "e0 80 80", 2},
      {"4.3.3 NUL in 4 bytes", "f0 80 80 80", 2},
      {"4.3.4 NUL in 5 bytes", "f8 80 80 80 80", 1},
      {"4.3.5 NUL in 6 bytes", "fc 80 80 80 80 80", 1},
      {"5.1.1 the surrogate D800", "ed a0 80", 2},
      {"5.1.2 the surrogate DB7F", "ed ad bf", 2},
      {"5.1.3 the surrogate DB80", "ed ae 80", 2},
      {"5.1.4 the surrogate DBFF", "ed af bf", 2},
      {"5.1.5 the surrogate DC00", "ed b0 80", 2},
      {"5.1.6 the surrogate DF80", "ed be 80", 2},
      {"5.1.7 the surrogate DFFF", "ed bf bf", 2},
      {"5.2.1 the pair D800 DC00", "ed a0 80 ed b0 80", 2},
      {"5.2.2 the pair D800 DFFF", "ed a0 80 ed bf bf", 2},
      {"5.2.3 the pair DB7F DC00", "ed ad bf ed b0 80", 2},
      {"5.2.4 the pair DB7F DFFF", "ed ad bf ed bf bf", 2},
      {"5.2.5 the pair DB80 DC00", "ed ae 80 ed b0 80", 2},
      {"5.2.6 the pair DB80 DFFF", "ed ae 80 ed bf bf", 2},
      {"5.2.7 the pair DBFF DC00", "ed af bf ed b0 80", 2},
      {"5.2.8 the pair DBFF DFFF", "ed af bf ed bf bf", 2},
      {"5.3.1 U+FFFE, no character but legal", "ef bf be", valid},
      {"5.3.2 U+FFFF, likewise", "ef bf bf", valid},
      {"5.3.3 U+FDD0 to U+FDEF", "ef b7 90 ef b7 9f ef b7 a0 ef b7 af", valid},
      {"5.3.4 U+1FFFE and U+1FFFF", "f0 9f bf be f0 9f bf bf", valid},
      {"5.3.4 U+2FFFE and U+2FFFF", "f0 af bf be f0 af bf bf", valid},
      {"5.3.4 U+8FFFE and U+8FFFF", "f2 8f bf be f2 8f bf bf", valid},
      {"5.3.4 U+FFFFE and U+FFFFF", "f3 bf bf be f3 bf bf bf", valid},
      {"5.3.4 U+10FFFE and U+10FFFF", "f4 8f bf be f4 8f bf bf", valid},
  };
}

inline std::vector<Sequence> other_sequences() {
  return {
      {"a byte order mark", "ef bb bf 41", valid},
      {"a dog", "f0 9f 90 95", valid},
      {"letters of every length", "41 c3 bf e2 82 ac f0 9f 92 a9 5a", valid},
      {"the last of each lead's range", "c2 bf df 80 e0 bf bf ec bf bf ee bf bf f1 80 80 80",
       valid},
      {"a Greek word, then U+110000", "ce ba cf 83 f4 90 80 80 65 64 69 74", 6},
      {"a Greek word, then a surrogate", "ce ba cf 83 ed a0 80 65 64 69 74 65 64", 6},
      {"a Greek word, then half a letter", "ce ba cf 83 e1 bd", unfinished},
      {"a quarter of a dog", "f0", unfinished},
      {"half a dog", "f0 9f", unfinished},
      {"three quarters of a dog", "f0 9f 90", unfinished},
      {"a lead at the end", "41 42 e2", unfinished},
      {"a third byte that starts a letter", "e2 82 e2 82 ac", 3},
      {"a fourth byte that is ASCII", "f0 9f 90 41", 4},
      {"a continuation too many", "c3 bf bf", 3},
      {"a lead of 4 bytes too high", "41 f5 80 80 80", 2},
      {"Latin-1", "47 72 fc df 65", 3},
      {"UTF-16 with its mark", "ff fe 41 00", 1},
      {"CESU-8", "41 ed a0 bd ed b0 95", 3},
      {"modified UTF-8", "41 c0 80 42", 2},
  };
}

inline void add_valid(const std::string& what, const std::string& bytes, Rows& rows) {
  rows.push_back({what, "rfc6455-8.1", {text(bytes)}, {text(bytes)}});
  rows.push_back(
      {what + ", a byte a fragment", "rfc6455-8.1", in_parts(text(bytes), 1), {text(bytes)}});
  Frames sent, back;  // in two fragments, cut at every byte
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    sent = sent + Frames{text_part(bytes.substr(0, at)), last(bytes.substr(at))};
    back.push_back(text(bytes));
  }
  rows.push_back({what + ", in two fragments cut at every byte", "rfc6455-8.1", sent, back});
}

inline void add_wrong(const std::string& what, const std::string& bytes, int wrong, Rows& rows) {
  const Frame well = text("well");
  rows.push_back({what, "rfc6455-8.1", {well, text(bytes)}, {well}, fails(1007)});
  rows.push_back({what + ", a byte a fragment",
                  "rfc6455-8.1",
                  Frames{well} + in_parts(text(bytes), 1),
                  {well},
                  fails(1007)});
  if (wrong == unfinished) {
    rows.push_back({what + ", and it could still be finished",
                    "rfc6455-8.1",
                    {text_part(bytes), ping("?"), last("")},
                    {pong("?")},
                    fails(1007)});
    return;
  }
  const auto good = static_cast<std::size_t>(wrong) - 1;
  rows.push_back({what + ", no byte too early",
                  "rfc6455-8.1",
                  {text_part(bytes.substr(0, good)), ping("?"), more(bytes.substr(good, 1))},
                  {pong("?")},
                  fails(1007)});
  rows.push_back({what + ", before the rest of its frame came",
                  "rfc6455-8.1",
                  {well, cut(text(bytes.substr(0, good + 1)), 1000)},
                  {well},
                  fails(1007)});
}

inline Rows text_rows() {
  Rows rows;
  std::vector<Sequence> all = kuhn_sequences();
  for (const Sequence& sequence : other_sequences()) all.push_back(sequence);
  for (const Sequence& sequence : all) {
    const std::string bytes = test::hex(sequence.bytes);
    if (sequence.wrong == valid) {
      add_valid(sequence.what, bytes, rows);
    } else {
      add_wrong(sequence.what, bytes, sequence.wrong, rows);
    }
  }
  return rows;
}

// At every place of what is checked eight, sixteen or more bytes at a time.
inline Rows text_place_rows() {
  Rows rows;
  for (const std::size_t place :
       {7u, 8u, 15u, 16u, 17u, 31u, 32u, 33u, 63u, 64u, 65u, 127u, 128u, 1023u, 65535u}) {
    const std::string before = letters(place);
    const std::string at = " behind " + std::to_string(place) + " letters";
    const std::string dog = before + "\xf0\x9f\x90\x95" + before;
    rows.push_back({"a dog" + at, "rfc6455-8.1", {text(dog)}, {text(dog)}});
    rows.push_back({"a wrong byte" + at,
                    "rfc6455-8.1",
                    {text("well"), text(before + "\x80" + before)},
                    {text("well")},
                    fails(1007)});
    rows.push_back({"a lead at the end" + at,
                    "rfc6455-8.1",
                    {text("well"), text(before + "\xc3")},
                    {text("well")},
                    fails(1007)});
    rows.push_back({"a letter in two fragments" + at,
                    "rfc6455-8.1",
                    {text_part(before + "\xe2\x82"), last("\xac" + before)},
                    {text(before + "\xe2\x82\xac" + before)}});
    rows.push_back({"wrong text, but sent as bytes" + at,
                    "rfc6455-5.6",
                    {binary(before + "\xff\xc0")},
                    {binary(before + "\xff\xc0")}});
  }
  rows.push_back({"half a letter is not finished by the next message",
                  "rfc6455-8.1",
                  {text_part("\xe2"), last("\x82"), text("\xac")},
                  {},
                  fails(1007)});
  rows.push_back({"a binary message between texts has no say",
                  "rfc6455-8.1",
                  {text("a"), binary("\xe2\x82"), text("b")},
                  {text("a"), binary("\xe2\x82"), text("b")}});
  rows.push_back({"a control frame inside a letter",
                  "rfc6455-8.1",
                  {text_part("\xe2"), ping("\x82"), more("\x82"), pong("\xff"), last("\xac")},
                  {pong("\x82"), text("\xe2\x82\xac")}});
  return rows;
}

}  // namespace strata::conformance
