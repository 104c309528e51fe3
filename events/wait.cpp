// events/wait.cpp - waiting until it is enough, and no longer.
#include "events/wait.h"

#include <utility>

namespace strata::events {

Wait::~Wait() = default;

bool Wait::heed(const AbortSignal& signal) {
  if (signal.aborted()) {
    settle(std::make_exception_ptr(AbortError(signal.reason())));
    return false;
  }
  on_abort_ = signal.on_abort([this, signal] {
    const auto kept = shared_from_this();
    settle(std::make_exception_ptr(AbortError(signal.reason())));
  });
  return true;
}

void Wait::settle(std::exception_ptr failure) {
  failure_ = std::move(failure);
  settled_ = true;
  on_abort_.remove();
  let_go();
  wake();
}

void Wait::give_up() {
  waiting_ = nullptr;
  if (!settled_) settle(nullptr);
}

void Wait::set_waiting(std::coroutine_handle<> self) {
  if (waiting_ != nullptr)
    throw Error("ERR_INVALID_STATE", "Another coroutine waits for this " + awaited());
  waiting_ = self;
}

void Wait::throw_failure() {
  if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Wait::wake() {
  if (waiting_ == nullptr || queued_) return;
  if (!executor_) return resume();
  queued_ = true;
  executor_([self = shared_from_this()] {
    self->queued_ = false;
    self->resume();
  });
}

void Wait::resume() {
  if (const auto waiting = std::exchange(waiting_, nullptr)) waiting.resume();
}

}  // namespace strata::events
