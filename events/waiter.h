// events/waiter.h - one who waits for an event: the listeners, the coroutine, and the ending, which
// are the same for once() and on().
#pragma once
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/event_emitter.h"
#include "events/wait.h"

namespace strata::events {

// The event that is awaited cannot come any more: its emitter was destroyed, or somebody else
// removed the listener. In JavaScript the wait would be without end, and collected as garbage.
// Thrown in the middle of that: of what ends together with the emitter, some is gone already.
class GoneError : public Error {
 public:
  explicit GoneError(std::string_view event);
};

// Between the listeners, which own it, and the once() or on() that reads from it.
class Waiter : public Wait {
 public:
  struct Listening {
    std::string_view event;
    bool once;
    bool errors;  // an `error` ends the wait
    std::vector<std::string> close;
    AbortSignal signal;
  };
  using Wait::Wait;
  ~Waiter() override;
  void listen(EventEmitter& to, const Listening& what);

 protected:
  // Throws where the arguments do not fit; true: that was what was awaited, all listeners go.
  virtual bool heard(const Args& args) = 0;
  const std::string& event() const { return event_; }

 private:
  enum class Sort { event, error, close };
  struct Ear;
  void let_go() override;
  std::string awaited() const override { return "event \"" + event_ + '"'; }
  std::shared_ptr<Waiter> self() { return std::static_pointer_cast<Waiter>(shared_from_this()); }
  void add(Sort sort, std::string_view name, bool once);
  void hear(Sort sort, const Args& args);

  std::string event_;
  Registry* registry_ = nullptr;  // retained
  std::vector<Listener> listeners_;
};

// A hook that throws out of listen() leaves nobody listening.
struct WaiterGuard {
  Waiter* waiter;
  ~WaiterGuard() {
    if (waiter != nullptr) waiter->give_up();
  }
};

}  // namespace strata::events
