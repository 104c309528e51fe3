// net/task.h - a move-only callable without arguments. (codec)
#pragma once
#include <concepts>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace strata::net {

// As std::function<void()>, but it can hold a unique_ptr, and what fits into 48 bytes is held
// without an allocation. An empty one must not be called.
class Task {
 public:
  Task() = default;
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, Task> && std::invocable<F&>) Task(F&& f) {
    using Held = std::decay_t<F>;
    if constexpr (fits<Held>) {
      ::new (static_cast<void*>(room_)) Held(std::forward<F>(f));
      actions_ = &inline_actions<Held>;
    } else {
      ::new (static_cast<void*>(room_)) Held*(new Held(std::forward<F>(f)));
      actions_ = &heap_actions<Held>;
    }
  }
  Task(Task&& other) noexcept { take(other); }
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~Task() { reset(); }

  explicit operator bool() const { return actions_ != nullptr; }
  void operator()() { actions_->call(room_); }

 private:
  static constexpr std::size_t inline_bytes = 48;
  struct Actions {
    void (*call)(void*);
    void (*move)(void* from, void* to) noexcept;  // leaves `from` destroyed
    void (*destroy)(void*) noexcept;
  };
  template <class F>
  static constexpr bool fits =
      sizeof(F) <= inline_bytes &&
      alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;
  template <class F>
  static constexpr Actions inline_actions{[](void* at) { (*static_cast<F*>(at))(); },
                                          [](void* from, void* to) noexcept {
                                            ::new (to) F(std::move(*static_cast<F*>(from)));
                                            static_cast<F*>(from)->~F();
                                          },
                                          [](void* at) noexcept { static_cast<F*>(at)->~F(); }};
  template <class F>
  static constexpr Actions heap_actions{
      [](void* at) { (**static_cast<F**>(at))(); },
      [](void* from, void* to) noexcept { ::new (to) F*(*static_cast<F**>(from)); },
      [](void* at) noexcept { delete *static_cast<F**>(at); }};

  void take(Task& other) noexcept {
    if (other.actions_ == nullptr) return;
    other.actions_->move(other.room_, room_);
    actions_ = std::exchange(other.actions_, nullptr);
  }
  void reset() noexcept {
    if (actions_ != nullptr) std::exchange(actions_, nullptr)->destroy(room_);
  }

  alignas(std::max_align_t) unsigned char room_[inline_bytes];
  const Actions* actions_ = nullptr;
};

}  // namespace strata::net
