// tests/fuzz/utf8_fuzz.cpp - UTF-8: any split gives the same, and what a slow rule says is right.
#include <cstdint>
#include <cstdlib>

#include "ws/utf8.h"

using namespace strata;

namespace {

// rfc3629-4 by value: decode, then look at the number.
bool slow_is_utf8(net::Bytes bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::uint8_t lead = bytes[at];
    const std::size_t follow = lead < 0x80       ? 0
                               : lead >> 5 == 6  ? 1
                               : lead >> 4 == 14 ? 2
                               : lead >> 3 == 30 ? 3
                                                 : 9;
    if (follow == 9 || follow >= bytes.size() - at) return false;
    std::uint32_t value = follow == 0 ? lead : lead & (0x3Fu >> follow);
    for (std::size_t i = 1; i <= follow; ++i) {
      if (bytes[at + i] >> 6 != 2) return false;
      value = value << 6 | (bytes[at + i] & 0x3Fu);
    }
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    if (value < least[follow] || value > 0x10FFFF || value >> 11 == 0x1B) return false;
    at += follow + 1;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const net::Bytes bytes(data, size);
  ws::Utf8Validator whole;
  const std::size_t right = whole.accept(bytes);
  if ((right == size && whole.complete()) != slow_is_utf8(bytes)) std::abort();

  const std::size_t step = size == 0 ? 1 : 1 + data[0] % 9;
  ws::Utf8Validator cut;
  std::size_t at = 0;
  while (at < size) {
    const net::Bytes piece = bytes.subspan(at, step < size - at ? step : size - at);
    const std::size_t good = cut.accept(piece);
    at += good;
    if (good != piece.size()) break;
  }
  if (at != right || cut.complete() != whole.complete()) std::abort();
  return 0;
}
