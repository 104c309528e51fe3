// tests/ws/conformance_row.h - a row of the conformance table: what a peer of ours does, and what
// it must get for it. A row says nothing of roles where both have to do the same.
#pragma once
#include <string>
#include <vector>

#include "tests/ws/conformance_wire.h"

namespace strata::conformance {

enum class For { both, server, client };  // which of our ends the row is about
enum class Room { usual, small };         // max_message: 17 MiB or 1024 bytes

// How it goes out. After our error or our Close nothing more is sent, then TCP ends: at once where
// we are the server or found an error; a client of ours waits for the server's FIN (rfc6455-7.1.1).
struct End {
  int code = 0;         // of our Close; 0: none, as the connection goes on
  bool failed = false;  // the Close tells of an error, else it answers the peer's
};
inline constexpr int no_code = 1005;  // a Close without payload
inline constexpr End goes_on{};
constexpr End fails(int value) { return {value, true}; }
constexpr End answers(int value) { return {value, false}; }

struct Row {
  std::string what;
  const char* section;
  Frames sent;
  Frames back;  // before our Close, in order
  End end = goes_on;
  For who = For::both;
  Room room = Room::usual;
  std::string extension = {};  // agreed on in the handshake; replies are then shown inflated
  std::string offer = {};      // of the client, where it is not simply that
};
using Rows = std::vector<Row>;

inline Rows& operator+=(Rows& rows, const Rows& others) {
  rows.insert(rows.end(), others.begin(), others.end());
  return rows;
}

// Letters that do not repeat soon, so that a piece at the wrong place is seen.
inline std::string letters(std::size_t size) {
  std::string made(size, ' ');
  std::uint32_t state = 7;
  for (std::size_t at = 0; at < size; ++at) {
    if (at >= 65536 + 4093) {  // from here by copies of that, of another length than any power of 2
      const std::size_t bytes = std::min<std::size_t>(at, size - at);
      std::memcpy(made.data() + at, made.data(), bytes);
      at += bytes - 1;
      continue;
    }
    state = state * 1664525 + 1013904223;
    made[at] = static_cast<char>('a' + (state >> 24) % 26);
  }
  return made;
}

// `payload` in frames of `size` bytes, the first of which is `first` without its FIN.
inline Frames in_parts(const Frame& whole, std::size_t size) {
  Frames parts;
  for (std::size_t at = 0; at == 0 || at < whole.payload.size(); at += size) {
    const bool ends = at + size >= whole.payload.size();
    const int opcode = at == 0 ? whole.first & 0x7F : 0;
    parts.push_back({(ends ? 0x80 : 0) | opcode, whole.payload.substr(at, size)});
  }
  return parts;
}

}  // namespace strata::conformance
