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
  virtual void call(Event& event) = 0;

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

template <class F, class E>
void call_with_event(F&& f, Event& event, Signature<E>) {
  using Expected = std::remove_cvref_t<E>;
  static_assert(std::is_lvalue_reference_v<E> && std::derived_from<Expected, Event>,
                "a listener takes nothing, or one reference to Event or to a class made of it");
  if constexpr (std::is_same_v<Expected, Event>) {
    static_cast<void>(f(event));
  } else {
    auto* const expected = dynamic_cast<Expected*>(&event);
    if (expected == nullptr) throw_other_event(event, typeid(Expected));
    static_cast<void>(f(*expected));
  }
}
template <class F>
void call_with_event(F&& f, Event&, Signature<>) {
  static_cast<void>(f());
}

template <class T>
concept HandlesEvents = requires {
  &T::handle_event;
};

template <class F>
struct FunctionListener final : TargetListener {
  explicit FunctionListener(F given) : f(std::move(given)) { identity = identity_of(f); }
  void call(Event& event) override {
    if constexpr (is_callback<F>) {
      call_with_event(*f, event, signature_of<F>());
    } else {
      call_with_event(f, event, signature_of<F>());
    }
  }
  F f;
};
template <class T, class Pointer>  // Pointer: T* or std::shared_ptr<T>
struct ObjectListener final : TargetListener {
  explicit ObjectListener(Pointer given) : object(std::move(given)) {
    identity = std::addressof(*object);
  }
  void call(Event& event) override {
    const auto f = [this](auto&... about) { object->handle_event(about...); };
    call_with_event(f, event, typename SignatureOf<decltype(&T::handle_event)>::type{});
  }
  Pointer object;
};

}  // namespace strata::events
