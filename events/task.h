// events/task.h - Task<T>: a coroutine as JavaScript's `async function` is one.
//
//   events::Task<int> years(events::EventEmitter& dogs) {
//     auto [name, age] = co_await events::once<std::string, int>(dogs, "new_dog");
//     co_return age;
//   }
//   events::Task<> all = meet(dogs);     // runs at once, up to the first wait
//   int age = co_await years(dogs);      // in another coroutine
//
// Needs no loop: whoever brings the awaited thing resumes it, an emit() for example. Parameters
// that are references must outlive the coroutine, and so must the captures of a lambda that is one:
// only a listener is kept for its task by the emitter.
#pragma once
#include <cassert>
#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace strata::events {

// Told of the exception of a task that nobody awaits; must not throw. Null: nobody is.
using TaskFailed = std::function<void(std::exception_ptr)>;
void report_uncaught(std::exception_ptr error);  // to stderr

struct TaskAwaiterBase;

// What a coroutine's promise knows whatever its result is.
struct TaskState {
  TaskState() = default;
  TaskState(const TaskState&) = delete;
  ~TaskState();
  std::suspend_never initial_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }

  // At the end the one who awaits goes on, and a detached task destroys itself.
  struct End {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      return self.promise().end(self);
    }
    void await_resume() const noexcept {}
  };
  End final_suspend() const noexcept { return {}; }
  std::coroutine_handle<> end(std::coroutine_handle<> self) noexcept;

  std::exception_ptr failure;
  TaskFailed on_failure;  // of a detached one
  TaskAwaiterBase* awaiter = nullptr;
  bool detached = false;
};

// Of the two that may end first, the task and the coroutine that awaits it, the other is told.
struct TaskAwaiterBase {
  explicit TaskAwaiterBase(TaskState* of) : state(of) {}
  TaskAwaiterBase(const TaskAwaiterBase&) = delete;
  ~TaskAwaiterBase() {
    if (state != nullptr && state->awaiter == this) state->awaiter = nullptr;
  }
  void await_suspend(std::coroutine_handle<> self) noexcept {
    assert(state->awaiter == nullptr && "one coroutine awaits a task");
    awaiting = self;
    state->awaiter = this;
  }
  TaskState* state;
  std::coroutine_handle<> awaiting;
};

// A task whatever its result is. Owns the coroutine.
//   Lives:   destroyed, it destroys the coroutine where it waits: what it awaits is given up, and
//            nothing behind the wait runs. Not by the coroutine itself while it runs; detach() it
//            first. Who awaits a task that is destroyed waits for ever.
//   Errors:  an exception ends the coroutine, and is thrown to the one who awaits, or by get().
//   Threads: one.
class [[nodiscard]] AnyTask {
 public:
  AnyTask() = default;
  AnyTask(AnyTask&& other) noexcept
      : self_(std::exchange(other.self_, nullptr)), state_(std::exchange(other.state_, nullptr)) {}
  AnyTask& operator=(AnyTask&& other) noexcept {
    AnyTask old(std::move(*this));
    self_ = std::exchange(other.self_, nullptr);
    state_ = std::exchange(other.state_, nullptr);
    return *this;
  }
  ~AnyTask() {
    if (self_) self_.destroy();
  }

  explicit operator bool() const { return state_ != nullptr; }  // false: empty, moved or detached
  bool done() const { return self_ && self_.done(); }           // ended, in one way or the other
  std::exception_ptr failure() const { return done() ? state_->failure : nullptr; }

  // Lets it run on its own; it destroys itself when it ends. `failed` hears of its exception.
  void detach(TaskFailed failed = report_uncaught);

 protected:
  AnyTask(std::coroutine_handle<> self, TaskState* state) : self_(self), state_(state) {}
  void check_done() const;  // throws the failure; ERR_INVALID_STATE before the end
  TaskState* state() const { return state_; }

 private:
  std::coroutine_handle<> self_;
  TaskState* state_ = nullptr;
};

template <class T>
struct TaskPromise;

template <class T = void>
class [[nodiscard]] Task : public AnyTask {
  static_assert(!std::is_reference_v<T>, "a task's result is a value: take a pointer");

 public:
  using promise_type = TaskPromise<T>;
  Task() = default;

  // The result, once: it is moved out.
  T get() {
    check_done();
    return static_cast<promise_type*>(state())->take();
  }

  struct Awaiter : TaskAwaiterBase {
    explicit Awaiter(Task& of) : TaskAwaiterBase(of.state()), ready(of.done()) {}
    bool await_ready() const noexcept { return ready; }
    T await_resume() {
      auto* const of = static_cast<promise_type*>(std::exchange(state, nullptr));
      if (of->failure != nullptr) std::rethrow_exception(of->failure);
      return of->take();
    }
    bool ready;
  };
  Awaiter operator co_await() { return Awaiter(*this); }

 private:
  friend TaskPromise<T>;
  explicit Task(TaskPromise<T>& promise)
      : AnyTask(std::coroutine_handle<TaskPromise<T>>::from_promise(promise), &promise) {}
};

template <class T>
struct TaskPromise : TaskState {
  Task<T> get_return_object() { return Task<T>(*this); }
  template <class U = T>
  void return_value(U&& value) {
    result.emplace(std::forward<U>(value));
  }
  T take() { return std::move(*result); }
  std::optional<T> result;
};
template <>
struct TaskPromise<void> : TaskState {
  Task<void> get_return_object() { return Task<void>(*this); }
  void return_void() const noexcept {}
  void take() const noexcept {}
};

template <class T>
inline constexpr bool is_task = std::is_base_of_v<AnyTask, T>;

}  // namespace strata::events
