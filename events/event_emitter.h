// events/event_emitter.h - Node's EventEmitter: listeners by name, called in order, at once.
//
//   events::EventEmitter dogs;
//   dogs.on("new_dog", [](std::string_view name, int age) { ... });
//   dogs.emit("new_dog", "spot", 3);        // true: somebody heard
//
// Needs nothing but this folder.
#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "events/argument.h"
#include "events/callable.h"
#include "events/error.h"
#include "events/listener.h"
#include "events/options.h"

namespace strata::events {

// Told before a listener is added, and after one was removed: (std::string_view event, Listener).
inline constexpr std::string_view new_listener = "newListener";
inline constexpr std::string_view remove_listener = "removeListener";
// Sees every `error` first, and does not count as listening to it. The leading NUL keeps it apart
// from any name that is text.
inline constexpr std::string_view error_monitor{"\0error_monitor", 14};

struct EmitterOptions {
  // What a listener's task throws becomes an `error` event (events::Task, task.h). Without it, what
  // comes before the first wait leaves emit(), as of any listener, and later on_warning() is told.
  bool capture_rejections = false;
};

// One pointer big; nothing is allocated before the first listener, nor by emit().
//   Lives:   may be destroyed, and any listener removed, in the middle of its own emit(): nobody
//            is called any more, and the function that runs is destroyed when it has returned.
//   Errors:  a listener's exception leaves emit(), the listeners behind it are not called.
//            Arguments that do not fit a listener: MismatchError to the `error` listeners, the
//            others are called. An `error` nobody listens to is thrown (see README.md).
//   Threads: one.
class EventEmitter {
 public:
  EventEmitter() = default;
  explicit EventEmitter(const EmitterOptions& options);
  EventEmitter(EventEmitter&& other) noexcept
      : registry_(std::exchange(other.registry_, nullptr)) {}
  EventEmitter& operator=(EventEmitter&& other) noexcept {
    EventEmitter old(std::move(*this));
    registry_ = std::exchange(other.registry_, nullptr);
    return *this;
  }
  ~EventEmitter();

  // `f` is a function or function object with plain parameter types (see parameter.h). The same
  // one added twice is called twice.
  template <class F>
  Listener on(std::string_view event, F&& f) {
    return add(event, std::forward<F>(f), false, false);
  }
  template <class F>
  Listener on(std::string_view event, F&& f, const Options& options) {
    if (!options.signal) return add(event, std::forward<F>(f), options.once, options.prepend);
    check_function(f);
    Registry& to = registry();
    auto* const entry = new_signalled_entry(std::forward<F>(f));
    return add_signalled(to, event, entry, entry->on_abort, options);
  }
  template <class F>
  Listener once(std::string_view event, F&& f) {
    return add(event, std::forward<F>(f), true, false);
  }
  template <class F>
  Listener prepend_listener(std::string_view event, F&& f) {
    return add(event, std::forward<F>(f), false, true);
  }
  template <class F>
  Listener prepend_once_listener(std::string_view event, F&& f) {
    return add(event, std::forward<F>(f), true, true);
  }
  template <class F>
  Listener add_listener(std::string_view event, F&& f) {
    return on(event, std::forward<F>(f));
  }

  // True if it was still listening. An emit() now running will not call it any more.
  bool off(Listener listener);
  // By function pointer or events::callback: removes one, the most recent, as Node does.
  template <class F>
  EventEmitter& off(std::string_view event, const F& f) {
    remove_identity(event, checked_identity(f));
    return *this;
  }
  bool remove_listener(Listener listener) { return off(listener); }
  template <class F>
  EventEmitter& remove_listener(std::string_view event, const F& f) {
    return off(event, f);
  }
  EventEmitter& remove_all_listeners(std::string_view event);  // the most recent first
  EventEmitter& remove_all_listeners();

  // Calls the listeners present now, oldest first; true if there was one. One added meanwhile
  // waits for the next emit(). All share the arguments: none is moved from, and only what is
  // given as std::ref can be changed.
  template <class... Values>
  bool emit(std::string_view event, const Values&... values) {
    if constexpr (sizeof...(Values) == 0) {
      return emit_args(event, Args());
    } else {
      const std::array<Argument, sizeof...(Values)> all{Argument::of(values)...};
      return emit_args(event, Args(all.data(), all.size()));
    }
  }
  bool emit_args(std::string_view event, const Args& args);

  std::size_t listener_count(std::string_view event) const;
  template <class F>
  std::size_t listener_count(std::string_view event, const F& f) const {
    return count_identity(event, checked_identity(f));
  }
  std::vector<Listener> listeners(std::string_view event) const;  // in the order of calling
  std::vector<Listener> raw_listeners(std::string_view event) const { return listeners(event); }
  std::vector<std::string> event_names() const;  // in the order of their first listener

  // From the listener that exceeds it on, one warning per event; 0: no limit.
  EventEmitter& set_max_listeners(int count);
  int get_max_listeners() const;
  static constexpr int default_max_listeners = 10;
  // Where warnings go, and exceptions that have no emit() to leave; to stderr, where nobody asks.
  EventEmitter& on_warning(std::function<void(std::string_view)> sink);

 private:
  friend class ScopedListener;
  friend class Waiter;
  template <class... Events>
  friend class TypedEmitter;
  template <class F>
  Listener add(std::string_view event, F&& f, bool once, bool prepend) {
    check_function(f);
    Registry& to = registry();  // first: behind it nothing throws that would lose the entry
    return add_entry(to, event, new_entry(std::forward<F>(f)), once, prepend);
  }
  template <class F>
  static void check_function(const F& f) {
    using Held = std::decay_t<F>;
    if constexpr (std::is_constructible_v<bool, const Held&> &&
                  std::is_convertible_v<std::nullptr_t, Held>) {
      const Held& held = f;  // of a function: its address
      if (!held) throw_no_function();
    }
  }
  template <class F>
  static const void* checked_identity(const F& f) {
    using Held = std::decay_t<F>;
    static_assert(is_callback<Held> || is_function_pointer<Held>,
                  "only a function or an events::callback can be found again: else keep the "
                  "Listener that on() returned, and give that");
    return identity_of<Held>(f);
  }
  [[noreturn]] static void throw_no_function();
  static Listener add_entry(Registry& to, std::string_view event, Entry* entry, bool once,
                            bool prepend);
  static Listener add_signalled(Registry& to, std::string_view event, Entry* entry,
                                AbortCallback& on_abort, const Options& options);
  void remove_identity(std::string_view event, const void* identity);
  std::size_t count_identity(std::string_view event, const void* identity) const;
  Registry& registry();

  Registry* registry_ = nullptr;  // made by the first call that has something to keep
};

}  // namespace strata::events
