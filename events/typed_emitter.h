// events/typed_emitter.h - an emitter whose events are types, declared once and checked by the
// compiler; beneath it is an EventEmitter, with its order and its rules.
//
//   struct Joined { std::string name; };
//   struct Left { std::string name; };
//   class Chat : public events::TypedEmitter<Joined, Left> {};
//
//   chat.on<Joined>([](const Joined& e) { ... });
//   chat.emit(Joined{"spot"});                        // true: somebody heard
//   chat.emit("spot");                                // does not compile: no event of Chat
#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "events/event_emitter.h"

namespace strata::events {

// These two are structs because a compiler names the arguments of a struct that it gives up on:
// beside the sentence stands IsEventOf<Shouted, Joined, Left>.
template <class E, class... Declared>
struct IsEventOf {
  static_assert((std::is_same_v<E, Declared> || ...),
                "this emitter has no such event: on, once and emit take one of the types that its "
                "TypedEmitter<...> declares");
  static constexpr bool value = true;
};
template <class F>
constexpr bool check_typed_task() {
  if constexpr (HasSignature<F> || is_callback<F> || is_function_pointer<F>) {
    if constexpr (returns_task<F>) return check_task_parameters(signature_of<F>());
  }
  return true;  // a generic lambda does not tell
}
template <class E, class F>
struct IsListenerOf {
  static_assert(std::is_invocable_v<F&, const E&> || std::is_invocable_v<F&>,
                "a listener of this event takes the event, as `const E&` or E, or nothing");
  static_assert(check_typed_task<F>());
  static constexpr bool value = true;
};

template <class E>
constexpr auto spell_type() {
  return std::string_view(__PRETTY_FUNCTION__);
}
// "::chat::Joined". The colons keep an event that is called `error` apart from the one whose
// silence is thrown.
template <class E>
constexpr auto spell_event() {
  constexpr std::string_view known = spell_type<double>();
  constexpr std::size_t before = known.rfind("double");
  constexpr std::string_view whole = spell_type<E>();
  constexpr std::size_t size = whole.size() - (known.size() - std::string_view("double").size());
  std::array<char, size + 2> name{':', ':'};
  for (std::size_t i = 0; i < size; ++i) name[i + 2] = whole[before + i];
  return name;
}
template <class E>
inline constexpr auto event_spelling = spell_event<E>();
template <class E>
inline constexpr std::string_view event_name{event_spelling<E>.data(), event_spelling<E>.size()};

// What an EventEmitter promises holds here too: any listener may add, remove, emit, throw or
// destroy the emitter; nothing is allocated by emit(). No event is special: one that nobody hears
// is never thrown.
template <class... Events>
class TypedEmitter {
  template <class E>
  static constexpr bool is_own_name = ((event_name<E> == event_name<Events>)+...) == 1;
  static_assert((std::is_same_v<Events, std::decay_t<Events>> && ...),
                "an event is a plain type: no reference, no const, no array");
  static_assert((is_own_name<Events> && ...),
                "each event is declared once, and its type has a name of its own");

 public:
  // `f` takes const E& or E, or nothing.
  template <class E, class F>
  Listener on(F&& f, const Options& options = {}) {
    using Held = std::decay_t<F>;
    static_assert(IsListenerOf<E, Held>::value);
    EventEmitter::check_function(f);
    return emitter_.on(name_of<E>(), Call<E, Held>{std::forward<F>(f)}, options);
  }
  template <class E, class F>
  Listener once(F&& f) {
    return on<E>(std::forward<F>(f), {.once = true});
  }
  template <class E, class F>
  Listener prepend_listener(F&& f) {
    return on<E>(std::forward<F>(f), {.prepend = true});
  }
  template <class E, class F>
  Listener prepend_once_listener(F&& f) {
    return on<E>(std::forward<F>(f), {.once = true, .prepend = true});
  }

  template <class E, class F>
  Listener add_listener(F&& f, const Options& options = {}) {
    return on<E>(std::forward<F>(f), options);
  }

  bool off(Listener listener) { return emitter_.off(listener); }
  // By function pointer or events::callback: removes one, the most recent.
  template <class E, class F>
  TypedEmitter& off(const F& f) {
    emitter_.off(name_of<E>(), f);
    return *this;
  }
  bool remove_listener(Listener listener) { return off(listener); }
  template <class E, class F>
  TypedEmitter& remove_listener(const F& f) {
    return off<E>(f);
  }
  // Removes the listener when it goes out of scope; the emitter may be gone by then.
  [[nodiscard]] ScopedListener scoped(Listener listener) { return {emitter_, listener}; }
  template <class E>
  void remove_all_listeners() {
    emitter_.remove_all_listeners(name_of<E>());
  }
  void remove_all_listeners() { emitter_.remove_all_listeners(); }

  // Calls the listeners present now, oldest first; true if there was one.
  template <class E>
  bool emit(const E& event) {
    const Argument argument{&type_of<E>, std::addressof(event), 0, false};
    return emitter_.emit_args(name_of<E>(), Args(&argument, 1));
  }

  template <class E>
  std::size_t listener_count() const {
    return emitter_.listener_count(name_of<E>());
  }
  template <class E, class F>
  std::size_t listener_count(const F& f) const {
    return emitter_.listener_count(name_of<E>(), f);
  }
  template <class E>
  std::vector<Listener> listeners() const {
    return emitter_.listeners(name_of<E>());
  }
  template <class E>
  std::vector<Listener> raw_listeners() const {
    return listeners<E>();
  }
  std::vector<std::string> event_names() const { return emitter_.event_names(); }

  // Told before a listener is added, and after one was removed: (std::string_view event, Listener),
  // and event_name<E> says which that is.
  template <class F>
  Listener on_new_listener(F&& f, const Options& options = {}) {
    return emitter_.on(new_listener, std::forward<F>(f), options);
  }
  template <class F>
  Listener on_remove_listener(F&& f, const Options& options = {}) {
    return emitter_.on(events::remove_listener, std::forward<F>(f), options);
  }
  void set_max_listeners(int count) { emitter_.set_max_listeners(count); }
  int get_max_listeners() const { return emitter_.get_max_listeners(); }
  void on_warning(std::function<void(std::string_view)> sink) {
    emitter_.on_warning(std::move(sink));
  }

 private:
  template <class E>
  static constexpr std::string_view name_of() {
    static_assert(IsEventOf<E, Events...>::value);
    return event_name<E>;
  }

  // Only emit() of this class reaches it, so the one argument is an E.
  template <class E, class F>
  struct Call {
    using ChecksItsParameters = void;  // IsListenerOf did
    decltype(auto) operator()(const Args& args) {
      if constexpr (std::is_invocable_v<F&, const E&>) {
        return std::invoke(f, *static_cast<const E*>(args[0].value));
      } else if constexpr (std::is_invocable_v<F&>) {
        return std::invoke(f);
      }
    }
    const void* identity() const { return identity_of(f); }
    F f;
  };

  friend struct TypedSource;
  EventEmitter emitter_;
};

// For once() and on(), which listen beneath.
struct TypedSource {
  template <class... Events>
  static EventEmitter& emitter(TypedEmitter<Events...>& of) {
    return of.emitter_;
  }
  template <class E, class... Events>
  static std::string_view name(const TypedEmitter<Events...>&) {
    return TypedEmitter<Events...>::template name_of<E>();
  }
};

}  // namespace strata::events
