// net/timer_queue.cpp - a binary heap whose keys may be early, never late. (codec)
#include "net/timer_queue.h"

#include <utility>

namespace strata::net {

static constexpr std::uint32_t due_bit = 0x8000'0000;
static bool is_due(const TimerEntry& entry) {
  return entry.armed() && (entry.place & due_bit) != 0;
}

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
  if (is_due(entry)) disarm(entry);  // about to fire in this very call: now it must wait
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
  if (!entry.armed()) return;
  if (!is_due(entry)) return remove(entry.place);
  due_[entry.place & ~due_bit] = nullptr;
  entry.place = TimerEntry::not_queued;
}

std::optional<TimePoint> TimerQueue::next() const {
  if (next_due_ < due_.size()) return TimePoint::min();
  if (heap_.empty()) return std::nullopt;
  return heap_.front().key;
}

std::size_t TimerQueue::fire_due(TimePoint now) {
  // First taken out, then fired: what a callback arms, even for the past, is not among them.
  while (!heap_.empty() && heap_.front().key <= now) {
    Slot& first = heap_.front();
    if (first.entry->deadline > first.key) {  // it moved later, though perhaps not beyond `now`
      first.key = first.entry->deadline;
      sift_down(0);
      continue;
    }
    TimerEntry& due = *first.entry;
    remove(0);
    due.place = due_bit | static_cast<std::uint32_t>(due_.size());
    due_.push_back(&due);
  }
  std::size_t fired = 0;
  while (next_due_ < due_.size()) {
    TimerEntry* const due = due_[next_due_++];
    if (due == nullptr) continue;
    due->place = TimerEntry::not_queued;
    ++fired;
    due->fire(*due);
  }
  due_.clear();
  next_due_ = 0;
  return fired;
}

}  // namespace strata::net
