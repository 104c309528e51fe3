// events/waiter.h - one who waits for an event: the listeners, the coroutine, and the ending, which
// are the same for once() and on().
#pragma once
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/abort_signal.h"
#include "events/event_emitter.h"

namespace strata::events {

// Runs what it is given, later: [&](auto resume) { loop.post(std::move(resume)); }. Must not throw.
using Executor = std::function<void(std::function<void()> resume)>;

// The event that is awaited cannot come any more: its emitter was destroyed, or somebody else
// removed the listener. In JavaScript the wait would be without end, and collected as garbage.
// Thrown in the middle of that: of what ends together with the emitter, some is gone already.
class GoneError : public Error {
 public:
  explicit GoneError(std::string_view event);
};

// Between the listeners, which own it, and the once() or on() that reads from it.
class Waiter : public std::enable_shared_from_this<Waiter> {
 public:
  struct Listening {
    std::string_view event;
    bool once;
    bool errors;  // an `error` ends the wait
    std::vector<std::string> close;
    AbortSignal signal;
  };
  explicit Waiter(Executor executor) : executor_(std::move(executor)) {}
  Waiter(const Waiter&) = delete;
  virtual ~Waiter();

  void listen(EventEmitter& to, const Listening& what);
  // The reader is gone: nobody is resumed any more.
  void give_up();
  bool settled() const { return settled_; }  // nothing will be heard any more
  void set_waiting(std::coroutine_handle<> self);
  void stop_waiting() { waiting_ = nullptr; }
  // Throws, once, what ended the waiting.
  void throw_failure();

 protected:
  // Throws where the arguments do not fit; true: that was what was awaited, all listeners go.
  virtual bool heard(const Args& args) = 0;
  const std::string& event() const { return event_; }

 private:
  enum class Sort { event, error, close };
  struct Ear;
  void add(Sort sort, std::string_view name, bool once);
  void hear(Sort sort, const Args& args);
  void settle(std::exception_ptr failure);
  void wake();
  void resume();

  std::string event_;
  Registry* registry_ = nullptr;  // retained
  std::vector<Listener> listeners_;
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
  explicit Suspension(std::shared_ptr<Waiter> waiter) : waiter_(std::move(waiter)) {}
  Suspension(const Suspension&) = delete;
  ~Suspension() {
    if (waits_) waiter_->stop_waiting();
  }
  void await_suspend(std::coroutine_handle<> self) {
    waiter_->set_waiting(self);
    waits_ = true;
  }

 protected:
  Waiter& resumed() {
    waits_ = false;
    return *waiter_;
  }

 private:
  std::shared_ptr<Waiter> waiter_;
  bool waits_ = false;
};

// A hook that throws out of listen() leaves nobody listening.
struct WaiterGuard {
  Waiter* waiter;
  ~WaiterGuard() {
    if (waiter != nullptr) waiter->give_up();
  }
};

}  // namespace strata::events
