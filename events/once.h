// events/once.h - Node's events.once: the next time an event comes, awaited.
//
//   auto [name, age] = co_await events::once<std::string, int>(dogs, "new_dog");
//   events::Values all = co_await events::once(dogs, "new_dog", {.signal = stop});
//   Joined joined = co_await events::once<Joined>(chat);           // of a TypedEmitter
#pragma once
#include <coroutine>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "events/task.h"
#include "events/typed_emitter.h"
#include "events/value.h"
#include "events/waiter.h"

namespace strata::events {

// An executor for the length of a call; as BorrowedSignal, and for the same reason.
class BorrowedExecutor {
 public:
  BorrowedExecutor() = default;
  template <class F>
  BorrowedExecutor(const F& f)
      : f_(&f), copy_([](const void* from) { return Executor(*static_cast<const F*>(from)); }) {}
  Executor get() const { return copy_ != nullptr ? copy_(f_) : Executor(); }

 private:
  const void* f_ = nullptr;
  Executor (*copy_)(const void*) = nullptr;
};
// Written in place: once(emitter, "name", {.signal = s}). The same bug is in a lambda that stands
// there and captures by value: give an executor a name first.
struct WaitOptions {
  BorrowedSignal signal{};      // abort() ends the wait: AbortError
  BorrowedExecutor executor{};  // who resumes the coroutine; nobody: emit(), before it returns
};

// What co_await waits for; it listens from the call of once() on, and may be awaited later.
//   Errors:  co_await throws what an `error` event brings (that of once(e, "error") is its result);
//            an AbortError; a GoneError; a MismatchError where the arguments are no Result.
//   Lives:   listens no more after any ending, its own included. The emitter may end first.
//   Threads: that of the emitter, also where an executor resumes.
template <class Kept>
class [[nodiscard]] Once {
 public:
  using Result = typename Kept::Result;
  Once(EventEmitter& from, std::string_view event, const WaitOptions& options)
      : state_(std::make_shared<State>(options.executor.get())) {
    WaiterGuard guard{state_.get()};
    state_->listen(from, {event, true, Kept::hears_errors, {}, options.signal.get()});
    guard.waiter = nullptr;
  }
  Once(Once&&) noexcept = default;
  Once& operator=(Once&&) = delete;
  ~Once() {
    if (state_ != nullptr) state_->give_up();
  }

  class Awaiter;
  Awaiter operator co_await() const { return Awaiter(state_); }

 private:
  struct State final : Waiter {
    using Waiter::Waiter;
    bool heard(const Args& args) override {
      result.emplace(Kept::keep(event(), args));
      return true;
    }
    std::optional<Result> result;
  };
  std::shared_ptr<State> state_;
};

template <class Kept>
class Once<Kept>::Awaiter : public Suspension {
 public:
  explicit Awaiter(const std::shared_ptr<State>& state) : Suspension(state), state_(*state) {}
  bool await_ready() const noexcept { return state_.settled(); }
  Result await_resume() {
    resumed().throw_failure();
    return std::move(*state_.result);
  }

 private:
  State& state_;
};

template <class... T>
Once<Keep<T...>> once(EventEmitter& from, std::string_view event, WaitOptions&& options = {}) {
  return {from, event, options};
}
template <class E, class... Declared>
Once<KeepEvent<E>> once(TypedEmitter<Declared...>& from, WaitOptions&& options = {}) {
  return {TypedSource::emitter(from), TypedSource::name<E>(from), options};
}

}  // namespace strata::events
