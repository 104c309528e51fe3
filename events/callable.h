// events/callable.h - from a function, lambda or function object to a listener that emit() calls.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "events/parameter.h"
#include "events/task.h"

namespace strata::events {

template <class... P>
struct Signature {};
template <class F>
struct SignatureOf {};
template <class R, class... P, bool N>
struct SignatureOf<R (*)(P...) noexcept(N)> {
  using type = Signature<P...>;
};
template <class R, class C, class... P, bool N>
struct SignatureOf<R (C::*)(P...) noexcept(N)> {
  using type = Signature<P...>;
};
template <class R, class C, class... P, bool N>
struct SignatureOf<R (C::*)(P...) const noexcept(N)> {
  using type = Signature<P...>;
};
template <class R, class C, class... P, bool N>
struct SignatureOf<R (C::*)(P...)& noexcept(N)> {
  using type = Signature<P...>;
};
template <class R, class C, class... P, bool N>
struct SignatureOf<R (C::*)(P...) const& noexcept(N)> {
  using type = Signature<P...>;
};

// A function object with an identity: copies are the same listener, so that Node's
// off(name, function) works with a lambda. See callback().
template <class F>
class Callback {
 public:
  explicit Callback(F f) : f_(std::make_shared<F>(std::move(f))) {}
  F& operator*() const { return *f_; }
  template <class... A>
  requires std::is_invocable_v<F&, A...>
  decltype(auto) operator()(A&&... arguments) const {
    return std::invoke(*f_, std::forward<A>(arguments)...);
  }
  const void* identity() const {
    if constexpr (requires { f_->identity(); }) {
      return f_->identity();
    } else {
      return f_.get();
    }
  }
  const std::shared_ptr<F>& shared() const { return f_; }

 private:
  std::shared_ptr<F> f_;
};
template <class F>
Callback<std::decay_t<F>> callback(F&& f) {
  return Callback<std::decay_t<F>>(std::forward<F>(f));
}

template <class F>
inline constexpr bool is_callback = false;
template <class F>
inline constexpr bool is_callback<Callback<F>> = true;
template <class F>
inline constexpr bool is_function_pointer =
    std::is_pointer_v<F>&& std::is_function_v<std::remove_pointer_t<F>>;

// What off(name, f) compares; null for what has no identity.
template <class F>
const void* identity_of(const F& f) {
  if constexpr (requires { f.identity(); }) {
    return f.identity();
  } else if constexpr (is_function_pointer<F>) {
    return reinterpret_cast<const void*>(f);
  } else {
    return nullptr;
  }
}

template <class F>
concept HasSignature = requires {
  typename SignatureOf<F>::type;
}
|| requires { typename SignatureOf<decltype(&F::operator())>::type; };

template <class F>
constexpr auto signature_of() {
  if constexpr (is_callback<F>) {
    return signature_of<std::remove_reference_t<decltype(*std::declval<F&>())>>();
  } else if constexpr (is_function_pointer<F>) {
    return typename SignatureOf<F>::type{};
  } else {
    static_assert(HasSignature<F>,
                  "a listener needs plain parameter types: no auto, no overloads, no bind");
    return typename SignatureOf<decltype(&F::operator())>::type{};
  }
}

template <class P>
constexpr bool check_parameter() {
  static_assert(!std::is_rvalue_reference_v<P>,
                "listeners share the arguments: take T or const T& instead of T&&");
  static_assert(!std::is_same_v<std::decay_t<P>, const char*>,
                "text need not end with a zero: take std::string_view instead of const char*");
  return true;
}

// What the parameter at `position` (from 1) takes, for a MismatchError.
template <class... P>
std::string expected_type(std::size_t position) {
  std::string name;
  std::size_t i = 0;
  static_cast<void>(
      ((++i == position ? (name = type_name(Parameter<P>::type), name += Parameter<P>::suffix, 0)
                        : 0),
       ...));
  return name;
}

template <class F, class S = decltype(signature_of<F>())>
inline constexpr bool returns_task = false;
template <class F, class... P>
requires std::is_invocable_v<F&, P...>
inline constexpr bool returns_task<F, Signature<P...>> = is_task<std::invoke_result_t<F&, P...>>;

// A coroutine goes on when emit() has returned, and its arguments are gone. What came as std::ref
// is there for as long as the one who gave it promises.
template <class P>
inline constexpr bool is_owned =
    !(std::is_reference_v<P> &&
      !is_changeable_ref<P>)&&!std::is_same_v<Bare<P>, std::string_view> &&
    !std::is_same_v<Bare<P>, Args>;
template <class... P>
constexpr bool check_task_parameters(Signature<P...>) {
  static_assert((is_owned<P> && ...),
                "a listener that is a task outlives the arguments: take T instead of const T&, "
                "std::string instead of std::string_view");
  return true;
}

// How a listener is held. A lambda that is a coroutine uses its captures until it has ended, so it
// is shared with its task.
template <class F>
using HeldAs = std::conditional_t<returns_task<F> && !is_callback<F> && !is_function_pointer<F>,
                                  Callback<F>, F>;

class Registry;
struct Topic;

// One registration: a link of its event's list, with the function object behind it.
struct Entry {
  // 0 if the listener was called, else the position (from 1) of the argument that does not fit.
  using Call = std::size_t (*)(Entry& self, const Args& args);

  Call call = nullptr;
  Entry* next = nullptr;
  Entry* previous = nullptr;
  Topic* event = nullptr;  // null until it is linked
  void (*destroy)(Entry* self) = nullptr;
  std::string (*expected)(std::size_t position) = nullptr;
  const void* identity = nullptr;
  Entry* next_removed = nullptr;
  Registry* in = nullptr;
  std::uint64_t generation = 0;
  std::uint32_t slot = 0;
  bool once = false;
  bool removed = false;
};

// The listener returned a task, and `kept` is what its coroutine needs.
void follow(const Entry& entry, AnyTask task, std::shared_ptr<const void> kept);

template <class F, class Parameters>
struct EntryFor;
template <class F, class... P>
struct EntryFor<F, Signature<P...>> : Entry {
  static_assert((check_parameter<P>() && ...));

  template <class Given>
  explicit EntryFor(Given&& given) : f(std::forward<Given>(given)) {
    call = [](Entry& self, const Args& args) {
      return static_cast<EntryFor&>(self).match(args, std::index_sequence_for<P...>{});
    };
    destroy = [](Entry* self) { delete static_cast<EntryFor*>(self); };
    expected = &expected_type<P...>;
    identity = identity_of(f);
  }

  template <std::size_t... I>
  std::size_t match(const Args& args, std::index_sequence<I...>) {
    std::tuple<Parameter<P>...> parameters;
    std::size_t position = 0;
    const bool fits = ((++position, std::get<I>(parameters).load(args, I)) && ...);
    if (!fits) return position;
    if constexpr (returns_task<F>) {
      AnyTask task = f(std::get<I>(parameters).get()...);
      if constexpr (is_callback<F>) {
        follow(*this, std::move(task), f.shared());
      } else {
        follow(*this, std::move(task), nullptr);
      }
    } else {
      static_cast<void>(f(std::get<I>(parameters).get()...));
    }
    return 0;
  }

  F f;
};

template <class F>
constexpr bool check_listener() {
  if constexpr (returns_task<F> && !requires { typename F::ChecksItsParameters; })
    check_task_parameters(signature_of<F>());
  return true;
}
template <class F>
struct EntryType {
  static_assert(check_listener<F>());
  using type = EntryFor<HeldAs<F>, decltype(signature_of<F>())>;
};
template <class F>
using EntryOf = typename EntryType<std::decay_t<F>>::type;

template <class F>
Entry* new_entry(F&& f) {
  return new EntryOf<F>(std::forward<F>(f));
}

}  // namespace strata::events
