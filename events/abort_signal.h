// events/abort_signal.h - AbortController and AbortSignal, as the DOM and Node have them: one side
// says "stop", whoever holds the signal is told, once.
//
//   events::AbortController controller;
//   dogs.on("new_dog", greet, {.signal = controller.signal()});
//   const auto told = controller.signal().on_abort([] { ... });
//   controller.abort();             // greet is removed, the function is called
//
// Needs nothing but error.h.
#pragma once
#include <exception>
#include <functional>
#include <utility>

#include "events/error.h"

namespace strata::events {

struct AbortState;
struct AbortNode;

// The reason of an abort() that gives none; and what a wait throws that a signal ended, then with
// the signal's reason as its cause.
class AbortError : public Error {
 public:
  explicit AbortError(std::exception_ptr cause = nullptr)
      : Error("ABORT_ERR", "This operation was aborted"), cause_(std::move(cause)) {}
  const std::exception_ptr& cause() const { return cause_; }

 private:
  std::exception_ptr cause_;
};

// Keeps one function with its signal; removes it when it goes out of scope or is assigned to. The
// signal and its controller may be gone by then.
class [[nodiscard]] AbortCallback {
 public:
  AbortCallback() = default;
  AbortCallback(AbortCallback&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  AbortCallback& operator=(AbortCallback&& other) noexcept {
    AbortCallback old(std::move(*this));
    node_ = std::exchange(other.node_, nullptr);
    return *this;
  }
  ~AbortCallback() { remove(); }

  explicit operator bool() const;  // still waiting: neither called nor removed
  void remove();                   // from inside the function too
  void detach();                   // the function stays with the signal, nobody can remove it

 private:
  friend class AbortSignal;
  explicit AbortCallback(AbortNode* node) : node_(node) {}
  AbortNode* node_ = nullptr;
};

// The listening side: one pointer, copies are the same signal. One made without a controller never
// aborts.
//   Threads: that of the controller.
class AbortSignal {
 public:
  AbortSignal() = default;
  AbortSignal(const AbortSignal& other) noexcept;
  AbortSignal(AbortSignal&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  AbortSignal& operator=(AbortSignal other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~AbortSignal();

  static AbortSignal abort();  // one that is aborted already
  static AbortSignal abort(std::exception_ptr reason);

  bool aborted() const;
  std::exception_ptr reason() const;  // null as long as not aborted()
  void throw_if_aborted() const;      // throws the reason

  // Called once, by abort(), in the order of adding. If nobody can abort (any more), or it has
  // happened, nothing is kept and the result is false: ask aborted() first.
  AbortCallback on_abort(std::function<void()> f) const;

  bool operator==(const AbortSignal& other) const { return state_ == other.state_; }
  explicit operator bool() const { return state_ != nullptr; }  // from a controller

 private:
  friend class AbortController;
  explicit AbortSignal(AbortState* state) noexcept;
  AbortState* state_ = nullptr;
};

// The side that says stop. Nothing is allocated before the first signal() or abort().
//   Lives:   may be destroyed, and any function removed, inside a function that abort() calls.
//            One that ends without abort() lets go of all functions: nobody can call them.
//   Errors:  abort() calls all functions, then throws what the first that failed has thrown.
class AbortController {
 public:
  AbortController() = default;
  AbortController(AbortController&& other) noexcept
      : state_(std::exchange(other.state_, nullptr)) {}
  AbortController& operator=(AbortController&& other) noexcept {
    AbortController old(std::move(*this));
    state_ = std::exchange(other.state_, nullptr);
    return *this;
  }
  ~AbortController();

  AbortSignal signal() const;  // the same one always
  bool aborted() const;
  // The first one counts, later ones do nothing.
  void abort();
  void abort(std::exception_ptr reason);  // null: an AbortError

 private:
  AbortState& state() const;
  mutable AbortState* state_ = nullptr;
};

}  // namespace strata::events
