// events/target_listener.h - from a function or an object to a listener that dispatch_event()
// calls.
#pragma once
#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "events/abort_signal.h"
#include "events/callable.h"
#include "events/event.h"

namespace strata::events {

// One registration: what is known of a listener of any kind.
struct TargetListener {
  virtual ~TargetListener() = default;
  virtual AnyTask call(Event& event) = 0;                               // empty: it is no coroutine
  virtual std::shared_ptr<const void> kept() const { return nullptr; }  // what the task needs

  std::string type;
  const void* identity = nullptr;  // null: equal to no other
  bool once = false;
  bool passive = false;
  bool removed = false;
  AbortCallback aborted;
  std::unique_ptr<TargetListener> next_removed;
};

// Throws MismatchError: the listener for this type of event was made for another class of events.
[[noreturn]] void throw_other_event(const Event& event, const std::type_info& expected);

template <class F, class... E>
AnyTask run_listener(F& f, E&... event) {
  if constexpr (is_task<std::invoke_result_t<F&, E&...>>) {
    return f(event...);
  } else {
    static_cast<void>(f(event...));
    return {};
  }
}
template <class F, class E>
AnyTask call_with_event(F&& f, Event& event, Signature<E>) {
  using Expected = std::remove_cvref_t<E>;
  static_assert(std::is_lvalue_reference_v<E> && std::derived_from<Expected, Event>,
                "a listener takes nothing, or one reference to Event or to a class made of it");
  if constexpr (std::is_same_v<Expected, Event>) {
    return run_listener(f, event);
  } else {
    auto* const expected = dynamic_cast<Expected*>(&event);
    if (expected == nullptr) throw_other_event(event, typeid(Expected));
    return run_listener(f, *expected);
  }
}
template <class F>
AnyTask call_with_event(F&& f, Event&, Signature<>) {
  return run_listener(f);
}

template <class T>
concept HandlesEvents = requires {
  &T::handle_event;
};

template <class F>
struct FunctionListener final : TargetListener {
  explicit FunctionListener(F given) : f(std::move(given)) { identity = identity_of(f); }
  AnyTask call(Event& event) override { return call_with_event(f, event, signature_of<F>()); }
  std::shared_ptr<const void> kept() const override {
    if constexpr (is_callback<F>) return f.shared();
    return nullptr;
  }
  F f;
};
template <class T, class Pointer>  // Pointer: T* or std::shared_ptr<T>
struct ObjectListener final : TargetListener {
  explicit ObjectListener(Pointer given) : object(std::move(given)) {
    identity = std::addressof(*object);
  }
  AnyTask call(Event& event) override {
    const auto f = [this](auto&... about) -> decltype(auto) {
      return object->handle_event(about...);
    };
    return call_with_event(f, event, typename SignatureOf<decltype(&T::handle_event)>::type{});
  }
  std::shared_ptr<const void> kept() const override {
    if constexpr (!std::is_pointer_v<Pointer>) return object;
    return nullptr;
  }
  Pointer object;
};

}  // namespace strata::events
