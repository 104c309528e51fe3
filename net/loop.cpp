// net/loop.cpp - after(): timers that nobody owns, over the seam's arm and disarm.
#include "net/loop.h"

#include <utility>

namespace strata::net {

// Slots are used again; the generation tells a late handle that its task is gone.
struct Loop::OneShot : TimerEntry {
  OneShot(Loop& l, std::uint32_t s) : TimerEntry(&OneShot::on_fire), loop(l), slot(s) {}
  static void on_fire(TimerEntry& entry) {
    Task task = static_cast<OneShot&>(entry).take();
    task();
  }
  Task take() {
    ++generation;
    loop.free_one_shots_.push_back(slot);
    return std::move(task);
  }
  Loop& loop;
  Task task;
  std::uint32_t slot;
  std::uint32_t generation = 0;
};

Loop::Loop() = default;
Loop::~Loop() = default;

TimerHandle Loop::after(Duration delay, Task task) {
  if (free_one_shots_.empty()) {
    const auto slot = static_cast<std::uint32_t>(one_shots_.size());
    one_shots_.push_back(std::make_unique<OneShot>(*this, slot));
    free_one_shots_.reserve(one_shots_.size());  // so that take() never allocates
    free_one_shots_.push_back(slot);
  }
  OneShot& shot = *one_shots_[free_one_shots_.back()];
  free_one_shots_.pop_back();
  shot.task = std::move(task);
  arm(shot, now() + delay);
  TimerHandle handle;
  handle.loop_ = this;
  handle.slot_ = shot.slot;
  handle.generation_ = shot.generation;
  return handle;
}

void Loop::drop_waiting() {
  for (const auto& shot : one_shots_) {
    if (!shot->armed()) continue;
    disarm(*shot);
    shot->take();
  }
}

bool TimerHandle::waiting() const {
  if (loop_ == nullptr) return false;
  const Loop::OneShot& shot = *loop_->one_shots_[slot_];
  return shot.armed() && shot.generation == generation_;
}

bool TimerHandle::cancel() {
  if (!waiting()) return false;
  Loop::OneShot& shot = *loop_->one_shots_[slot_];
  loop_->disarm(shot);
  shot.take();
  return true;
}

}  // namespace strata::net
