// ws/utf8.h - is it UTF-8? Answered byte by byte, as text arrives (rfc3629-4). (codec)
#pragma once
#include <cstddef>
#include <cstdint>

#include "net/bytes.h"

namespace strata::ws {

// Remembers only what a character cut in two needs; any split gives the same answer.
class Utf8Validator {
 public:
  // How many of `bytes` are right: fewer than all means that the next one cannot stand there.
  // After that only reset() makes sense.
  std::size_t accept(net::Bytes bytes);
  // No character is cut: the text may end here.
  bool complete() const { return following_ == 0; }
  void reset() { *this = Utf8Validator(); }

 private:
  bool start(std::uint8_t lead);

  std::uint8_t following_ = 0;  // continuation bytes still to come
  std::uint8_t low_ = 0x80;     // the bounds of the next one
  std::uint8_t high_ = 0xBF;
};

bool is_utf8(net::Bytes bytes);

}  // namespace strata::ws
