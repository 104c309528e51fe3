// events/wait.h - a coroutine's wait for something that somebody else brings: who waits, whether it
// has come, what went wrong, who resumes. once() and on() wait so for events, sio/await.h for
// sockets.
#pragma once
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "events/abort_signal.h"

namespace strata::events {

// Runs what it is given, later: [&](auto resume) { loop.post(std::move(resume)); }. Must not throw.
using Executor = std::function<void(std::function<void()> resume)>;

// A signal for the length of a call. Options stand inside a co_await expression, and there g++ 12
// copies an aggregate bit by bit and destroys both: so this one must own nothing.
class BorrowedSignal {
 public:
  BorrowedSignal() = default;
  BorrowedSignal(const AbortSignal& signal) : signal_(&signal) {}
  AbortSignal get() const { return signal_ != nullptr ? *signal_ : AbortSignal(); }

 private:
  const AbortSignal* signal_ = nullptr;
};

// Between those who bring it, which own it, and the coroutine that reads from it.
//   Threads: one.
class Wait : public std::enable_shared_from_this<Wait> {
 public:
  explicit Wait(Executor executor) : executor_(std::move(executor)) {}
  Wait(const Wait&) = delete;
  virtual ~Wait();

  // The reader is gone: nobody is resumed any more.
  void give_up();
  bool settled() const { return settled_; }  // nothing will be heard any more
  void set_waiting(std::coroutine_handle<> self);
  void stop_waiting() { waiting_ = nullptr; }
  // Throws, once, what ended the waiting.
  void throw_failure();

 protected:
  // abort() ends the wait: AbortError. False: it has happened already.
  bool heed(const AbortSignal& signal);
  void settle(std::exception_ptr failure);
  void wake();
  virtual void let_go() {}                  // listens no more; once, by settle()
  virtual std::string awaited() const = 0;  // for a sentence: event "name"

 private:
  void resume();
  AbortCallback on_abort_;
  Executor executor_;
  std::coroutine_handle<> waiting_;
  std::exception_ptr failure_;
  bool settled_ = false;
  bool queued_ = false;  // the executor has our resume()
};

// The coroutine's side of one wait. Destroyed with its coroutine, it is not resumed any more.
class Suspension {
 public:
  explicit Suspension(std::shared_ptr<Wait> wait) : wait_(std::move(wait)) {}
  Suspension(const Suspension&) = delete;
  ~Suspension() {
    if (waits_) wait_->stop_waiting();
  }
  void await_suspend(std::coroutine_handle<> self) {
    wait_->set_waiting(self);
    waits_ = true;
  }

 protected:
  Wait& resumed() {
    waits_ = false;
    return *wait_;
  }

 private:
  std::shared_ptr<Wait> wait_;
  bool waits_ = false;
};

}  // namespace strata::events
