// tests/ws/conformance_close_rows.h - rows about the close handshake, rfc6455-7.
#pragma once
#include <string>

#include "tests/ws/conformance_row.h"

namespace strata::conformance {

inline Rows close_code_rows() {
  const Frame well = text("well");
  Rows rows;
  for (const int value : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                          3000, 3001, 3999, 4000, 4321, 4999}) {
    const std::string name = "code " + std::to_string(value);
    rows.push_back({name, "rfc6455-7.4.1", {well, close_with(value)}, {well}, answers(value)});
    rows.push_back({name + " with a reason",
                    "rfc6455-7.4.2",
                    {well, close_with(value, "so long \xf0\x9f\x90\x95")},
                    {well},
                    answers(value)});
  }
  for (const int value : {0, 1, 500, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999,
                          5000, 5001, 32768, 65535}) {
    const std::string name = "code " + std::to_string(value) + ", which may not travel";
    rows.push_back({name, "rfc6455-7.4.2", {well, close_with(value)}, {well}, fails(1002)});
    rows.push_back({name + ", with a reason",
                    "rfc6455-7.4.2",
                    {well, close_with(value, "bye")},
                    {well},
                    fails(1002)});
  }
  return rows;
}

inline Rows close_rows() {
  const Frame well = text("well");
  const Frame bye = close_with(1000);
  const std::string reason = letters(123);
  const auto row = [](const char* what, Frames sent, Frames back, End end,
                      const char* section = "rfc6455-5.5.1") {
    return Row{what, section, std::move(sent), std::move(back), end};
  };
  return {
      row("a Close without a code", {close_frame("")}, {}, answers(no_code), "rfc6455-7.1.5"),
      row("the same behind a message", {well, close_frame("")}, {well}, answers(no_code)),
      row("a Close with half a code", {well, close_frame("\x03")}, {well}, fails(1002)),
      row("half a code that is zero", {well, close_frame(std::string(1, '\0'))}, {well},
          fails(1002)),
      row("a reason of 122 bytes", {close_with(1000, letters(122))}, {}, answers(1000)),
      row("a reason of 123 bytes", {close_with(1000, reason)}, {}, answers(1000)),
      row("a reason of 124 bytes", {well, close_with(1000, letters(124))}, {well}, fails(1002),
          "rfc6455-5.5"),
      row("a reason of 65534 bytes", {well, cut(bye, 65536)}, {well}, fails(1002), "rfc6455-5.5"),
      row("a reason in Greek", {close_with(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83")}, {},
          answers(1000)),
      row("a reason that is no UTF-8", {well, close_with(1000, "\xce\xba\xe1\xed\xa0\x80x")},
          {well}, fails(1007)),
      row("a reason that ends inside a letter", {well, close_with(1000, "bye \xe2\x82")}, {well},
          fails(1007)),
      row("a reason in Latin-1", {well, close_with(3000, "tsch\xfc\xdf")}, {well}, fails(1007)),
      row("NUL in a reason", {close_with(1000, std::string("a\0b", 3))}, {}, answers(1000)),
      row("a Close in fragments", {well, {0x08, code(1000)}, last("bye")}, {well}, fails(1002),
          "rfc6455-5.5"),
      row("an empty Close in fragments", {well, {0x08, ""}}, {well}, fails(1002), "rfc6455-5.5"),
      row("two Closes", {bye, bye}, {}, answers(1000)),
      row("two Closes that differ", {close_with(3000), close_with(4000)}, {}, answers(3000)),
      row("text behind a Close", {well, bye, text("late")}, {well}, answers(1000), "rfc6455-1.4"),
      row("a ping behind a Close", {bye, ping("late")}, {}, answers(1000)),
      row("a large message behind a Close", {bye, binary(letters(70000))}, {}, answers(1000)),
      row("nonsense behind a Close", {bye, {0xFF, "\xff\xff"}, {0x83, "x"}}, {}, answers(1000)),
      row("wrong UTF-8 behind a Close", {bye, text("\xff")}, {}, answers(1000)),
      row("a Close inside a message", {well, text_part("one"), bye, last("two")}, {well},
          answers(1000)),
      row("a Close inside a letter", {text_part("\xe2\x82"), bye}, {}, answers(1000)),
      row("a Close at once", {bye}, {}, answers(1000)),
      row("a Close behind a ping", {ping("p"), bye}, {pong("p")}, answers(1000)),
      row("a Close behind many messages", times(50, well) + Frames{bye}, times(50, well),
          answers(1000)),
      row("a Close behind 40000 bytes", {text(letters(40000)), close_with(4000, "full")},
          {text(letters(40000))}, answers(4000)),
      row("an error, then a Close", {well, {0x83, ""}, bye}, {well}, fails(1002), "rfc6455-7.1.7"),
      row("an error, then messages", {well, {0xF1, "x"}, text("late"), ping("late")}, {well},
          fails(1002), "rfc6455-7.1.7"),
      row("an error behind a large message", {text(letters(40000)), last("x")},
          {text(letters(40000))}, fails(1002), "rfc6455-7.1.7"),
      row("an error behind messages and pings",
          {text("one"), ping("two"), text_part("th"), last("ree"), text("\xff")},
          {text("one"), pong("two"), text("three")}, fails(1007), "rfc6455-7.1.7"),
      // Our end says goodbye first, when it is asked to.
      row("our Close is answered", {well, text("please close"), close_with(1001)}, {well},
          answers(1001), "rfc6455-7.1.2"),
      row("what comes behind our Close is not echoed",
          {text("please close"), text("late"), binary("late"), close_with(1001)}, {}, answers(1001),
          "rfc6455-1.4"),
      row("fragments behind our Close",
          {text_part("please "), last("close"), text_part("la"), last("te"), close_with(1001)}, {},
          answers(1001), "rfc6455-1.4"),
  };
}

}  // namespace strata::conformance
