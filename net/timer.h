// net/timer.h - a timer as a member of what it wakes.
#pragma once
#include <utility>

#include "net/loop.h"

namespace strata::net {

// Calls `fire` once after each start(). ~Timer disarms. Threads: its loop's.
class Timer {
 public:
  Timer(Loop& loop, Task fire) : entry_(this), loop_(&loop), fire_(std::move(fire)) {}
  ~Timer() { stop(); }
  void start(Duration delay) { loop_->arm(entry_, loop_->now() + delay); }
  void stop() { loop_->disarm(entry_); }
  bool running() const { return entry_.armed(); }

 private:
  struct Entry : TimerEntry {
    explicit Entry(Timer* t) : TimerEntry(&Entry::on_fire), timer(t) {}
    static void on_fire(TimerEntry& self) { static_cast<Entry&>(self).timer->fire_(); }
    Timer* timer;
  };
  Entry entry_;
  Loop* loop_;
  Task fire_;
};

}  // namespace strata::net
