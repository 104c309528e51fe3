// net/timer_queue.h - deadlines in order: plain data, no clock. (codec)
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/time.h"

namespace strata::net {

// One deadline, embedded in what it wakes. Its owner disarms it before it dies.
struct TimerEntry {
  using Fire = void (*)(TimerEntry&);  // the owner finds itself from the entry's address
  explicit TimerEntry(Fire on_fire) : fire(on_fire) {}
  TimerEntry(const TimerEntry&) = delete;
  TimerEntry& operator=(const TimerEntry&) = delete;
  bool armed() const { return place != not_queued; }

  static constexpr std::uint32_t not_queued = 0xFFFF'FFFF;
  Fire fire;
  TimePoint deadline{};  // may lie behind the queue's key: pushed back when that comes up
  std::uint32_t place = not_queued;  // in the heap, or with the top bit set among the due
};

// A heap of entries it does not own. Moving a deadline later costs nothing until its old time
// comes; so a deadline that is renewed per message is free.
class TimerQueue {
 public:
  void arm(TimerEntry& entry, TimePoint deadline);
  void disarm(TimerEntry& entry);
  bool empty() const { return heap_.empty() && due_.empty(); }
  // No later than the earliest deadline; nothing when no entry is armed.
  std::optional<TimePoint> next() const;
  // Fires what is due at `now`, oldest first; an entry armed meanwhile waits for the next call,
  // whatever its deadline. If `fire` throws, the next call goes on with the one behind it.
  std::size_t fire_due(TimePoint now);

 private:
  struct Slot {
    TimePoint key;
    TimerEntry* entry;
  };
  void place(std::size_t at, Slot slot);
  void sift_up(std::size_t at);
  void sift_down(std::size_t at);
  void remove(std::size_t at);
  std::vector<Slot> heap_;
  std::vector<TimerEntry*> due_;  // taken from the heap, not yet fired; null: disarmed meanwhile
  std::size_t next_due_ = 0;
};

}  // namespace strata::net
