// sio/link.h - the thread-safe door to a hub: it outlives the hub, so that a kept SocketRef or Ack
// finds it closed instead of gone.
#pragma once
#include <mutex>

#include "net/loop.h"

namespace strata::sio {

class Hub;

//   Threads: any, but for hub().
class Link {
 public:
  Link(net::Loop& loop, Hub& hub) : loop_(&loop), hub_(&hub) {}

  // Is this the loop's thread, and the hub alive?
  bool here() const {
    const std::lock_guard lock(mutex_);
    return loop_ != nullptr && loop_->in_loop_thread();
  }
  // Runs `task` on the loop; false if the hub is gone. The task asks hub() again.
  bool post(net::Task task) {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return false;
    loop_->post(std::move(task));
    return true;
  }
  Hub* hub() const { return hub_; }  // the loop's thread; null once gone
  void close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
    hub_ = nullptr;
  }

 private:
  mutable std::mutex mutex_;  // held for a pointer's test and a post: nobody waits behind work
  net::Loop* loop_;
  Hub* hub_;
};

}  // namespace strata::sio
