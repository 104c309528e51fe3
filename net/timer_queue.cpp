// net/timer_queue.cpp - a binary heap whose keys may be early, never late. (codec)
#include "net/timer_queue.h"

#include <utility>

namespace strata::net {

void TimerQueue::place(std::size_t at, Slot slot) {
  heap_[at] = slot;
  slot.entry->place = static_cast<std::uint32_t>(at);
}

void TimerQueue::sift_up(std::size_t at) {
  const Slot slot = heap_[at];
  for (; at > 0 && slot.key < heap_[(at - 1) / 2].key; at = (at - 1) / 2)
    place(at, heap_[(at - 1) / 2]);
  place(at, slot);
}

void TimerQueue::sift_down(std::size_t at) {
  const Slot slot = heap_[at];
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].key < heap_[child].key) ++child;
    if (slot.key <= heap_[child].key) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, slot);
}

void TimerQueue::remove(std::size_t at) {
  heap_[at].entry->place = TimerEntry::not_queued;
  const Slot last = heap_.back();
  heap_.pop_back();
  if (at == heap_.size()) return;
  place(at, last);
  sift_up(at);
  sift_down(last.entry->place);
}

void TimerQueue::arm(TimerEntry& entry, TimePoint deadline) {
  entry.deadline = deadline;
  if (!entry.armed()) {
    heap_.push_back({deadline, &entry});
    sift_up(heap_.size() - 1);
  } else if (deadline < heap_[entry.place].key) {
    heap_[entry.place].key = deadline;
    sift_up(entry.place);
  }  // later: the early key is corrected when it comes up
}

void TimerQueue::disarm(TimerEntry& entry) {
  if (entry.armed()) remove(entry.place);
}

std::optional<TimePoint> TimerQueue::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().key;
}

std::size_t TimerQueue::fire_due(TimePoint now) {
  std::size_t fired = 0;
  // Entries armed by a callback for a time not after `now` must wait: the bound keeps one call
  // finite, since each round either fires an entry or moves a key beyond `now`.
  for (std::size_t rounds = heap_.size(); rounds > 0 && !heap_.empty(); --rounds) {
    Slot& first = heap_.front();
    if (first.key > now) break;
    if (first.entry->deadline > now) {
      first.key = first.entry->deadline;
      sift_down(0);
      continue;
    }
    TimerEntry& due = *first.entry;
    remove(0);
    ++fired;
    due.fire(due);
  }
  return fired;
}

}  // namespace strata::net
