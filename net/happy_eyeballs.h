// net/happy_eyeballs.h - which address to try next, and when, rfc8305-5. (codec)
//
//   0 ms        250 ms      500 ms           what is not told apart by time is told by failure:
//   [0]---------------------------- ...      a refusal starts the next attempt at once
//               [1]---------X
//                           [2]------- won: the others are closed
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "net/time.h"

namespace strata::net {

// The order to try: families alternate, beginning with that of the first address, and within a
// family nothing changes places (rfc8305-4). Answers positions in `families`.
std::vector<std::size_t> interleave(std::span<const int> families);

// Plain data: its owner opens the sockets, and says what became of them.
//   Limits: an address that swallows packets costs the others at most `attempt_delay`, and less
//           where the time that is left, shared by the addresses that are left, is shorter.
class HappyEyeballs {
 public:
  HappyEyeballs(std::size_t addresses, Duration attempt_delay, Duration timeout, TimePoint now);

  // The attempt to start now, if one is due; ask until there is none.
  std::optional<std::size_t> next(TimePoint now);
  void failed();  // one of those under way: the next is due at once
  bool over(TimePoint now) const;
  // When next() or over() is to be asked again.
  TimePoint deadline() const;

  static constexpr Duration default_attempt_delay = 250ms;  // as rfc8305 advises

 private:
  std::size_t addresses_;
  std::size_t started_ = 0;
  std::size_t under_way_ = 0;
  Duration attempt_delay_;
  TimePoint end_;
  TimePoint next_at_;
};

}  // namespace strata::net
