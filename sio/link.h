// sio/link.h - the thread-safe door to what lives on a loop: a server's hub, a client's manager. It
// outlives them, so that a kept SocketRef or Ack finds it closed instead of gone.
#pragma once
#include <mutex>

#include "net/loop.h"

namespace strata::sio {

class Hub;

//   Threads: any, but for target().
template <class Target>
class LinkTo {
 public:
  LinkTo(net::Loop& loop, Target& target) : loop_(&loop), target_(&target) {}

  // Is this the loop's thread, and the target alive?
  bool here() const {
    const std::lock_guard lock(mutex_);
    return loop_ != nullptr && loop_->in_loop_thread();
  }
  // Runs `task` on the loop; false if the target is gone. The task asks target() again.
  bool post(net::Task task) {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return false;
    loop_->post(std::move(task));
    return true;
  }
  Target* target() const { return target_; }  // the loop's thread; null once gone
  void close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
    target_ = nullptr;
  }

 private:
  mutable std::mutex mutex_;  // held for a pointer's test and a post: nobody waits behind work
  net::Loop* loop_;
  Target* target_;
};

class Link final : public LinkTo<Hub> {
 public:
  using LinkTo::LinkTo;
  Hub* hub() const { return target(); }
};

}  // namespace strata::sio
