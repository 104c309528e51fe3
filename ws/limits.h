// ws/limits.h - the limits of a connection, and one copy of them for all of an endpoint. (codec)
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

#include "net/time.h"

namespace strata::ws {

struct Limits {
  std::size_t max_message = 1024 * 1024;     // bytes: 1009
  bool in_pieces = false;                    // messages are handed up as they come: Message::last
  std::size_t high_water = 64 * 1024;        // bytes queued: sends answer `queued`
  std::size_t max_send_queue = 1024 * 1024;  // bytes queued: sends answer `dropped`
  net::Duration close_timeout = 5s;          // for the close handshake, then reset
  net::Duration ping_interval{0};            // 0: no pings of our own
  net::Duration ping_timeout = 20s;          // for the pong, then reset; only a pong counts
};

// A pointer to limits that nobody changes; they live as long as the last that shares them. An
// endpoint keeps one and hands out copies, so that ten thousand connections hold six numbers.
//   Threads: one loop's.
class SharedLimits {
 public:
  SharedLimits() : SharedLimits(Limits()) {}
  SharedLimits(const Limits& limits) : held_(new Held{limits}) {}
  SharedLimits(const SharedLimits& other) : held_(other.held_) { ++held_->users; }
  SharedLimits& operator=(SharedLimits other) {
    std::swap(held_, other.held_);
    return *this;
  }
  ~SharedLimits() {
    if (--held_->users == 0) delete held_;
  }
  const Limits& operator*() const { return held_->limits; }
  const Limits* operator->() const { return &held_->limits; }

  // Another value, for this one and what is copied from it later; nothing happens where it is so.
  void set_high_water(std::size_t bytes) {
    if (held_->limits.high_water == bytes) return;
    Limits changed = held_->limits;
    changed.high_water = bytes;
    *this = SharedLimits(changed);
  }

 private:
  struct Held {
    Limits limits;
    std::uint32_t users = 1;
  };
  Held* held_;
};

}  // namespace strata::ws
