// events/task.cpp - how a task ends.
#include "events/task.h"

#include <cstdio>

#include "events/error.h"

namespace strata::events {

void report_uncaught(std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "Uncaught in a task: %s\n", e.what());
  } catch (...) {
    std::fprintf(stderr, "Uncaught in a task: no std::exception\n");
  }
}

TaskState::~TaskState() {
  if (awaiter != nullptr) awaiter->state = nullptr;
}

std::coroutine_handle<> TaskState::end(std::coroutine_handle<> self) noexcept {
  if (detached) {
    // What the coroutine held is gone before anybody hears that it failed.
    const TaskFailed failed = std::move(on_failure);
    const std::exception_ptr why = std::move(failure);
    self.destroy();
    if (why != nullptr && failed) failed(why);
    return std::noop_coroutine();
  }
  if (awaiter == nullptr) return std::noop_coroutine();
  return std::exchange(awaiter, nullptr)->awaiting;
}

void AnyTask::detach(TaskFailed failed) {
  if (!self_) return;
  const AnyTask finished = done() ? std::move(*this) : AnyTask();
  if (finished) {
    if (failed && finished.failure() != nullptr) failed(finished.failure());
    return;
  }
  state_->on_failure = std::move(failed);
  state_->detached = true;
  self_ = nullptr;
  state_ = nullptr;
}

void AnyTask::check_done() const {
  if (!done()) throw Error("ERR_INVALID_STATE", "The task has not ended yet");
  if (state_->failure != nullptr) std::rethrow_exception(state_->failure);
}

}  // namespace strata::events
