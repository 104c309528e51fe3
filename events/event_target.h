// events/event_target.h - the DOM's EventTarget: listeners that are told of one Event in turn.
//
//   struct KeyEvent : events::Event { ... char key; };
//   window.add_event_listener("keyup", [](KeyEvent& event) { ... }, {.once = true});
//   window.dispatch_event(event);          // false: a listener called event.prevent_default()
#pragma once
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "events/abort_signal.h"
#include "events/event.h"
#include "events/target_listener.h"

namespace strata::events {

struct TargetListeners;

struct EventListenerOptions {
  bool once = false;     // removed before its call
  bool passive = false;  // cannot prevent the default
  AbortSignal signal{};  // removes it; one that is aborted already lets nothing be added
};

template <class L>
inline constexpr bool is_shared = false;
template <class T>
inline constexpr bool is_shared<std::shared_ptr<T>> = true;

// Nothing is allocated before the first listener, nor by
// dispatch_event().
//   Lives:   may be destroyed, and any listener removed, in the middle of its own dispatch: nobody
//            is called any more, and the function that runs is destroyed when all have returned.
//   Errors:  a listener's exception is reported, and the next listener is called. That of a task
//            too, whenever it comes, unless the target is gone; its event is there until it waits.
//   Threads: one.
class EventTarget {
 public:
  EventTarget() = default;
  EventTarget(const EventTarget&) = delete;
  EventTarget& operator=(const EventTarget&) = delete;
  virtual ~EventTarget();

  // `listener` is one of
  //   a function, an events::callback     the same one again is ignored
  //   a lambda written in place           always a new one: `once` or `signal` end it, or the
  //   target an object with handle_event(event)  by reference, and then it must be removed before
  //   it is
  //                                       destroyed; or a std::shared_ptr, which keeps it
  // A null function or pointer is ignored.
  template <class L>
  void add_event_listener(std::string_view type, L&& listener, EventListenerOptions options = {}) {
    if (is_null(listener) || options.signal.aborted() || has(type, identity_in(listener))) return;
    add(type, make(std::forward<L>(listener)), options);
  }
  // An object is told by its address. A dispatch now running will not call it any more.
  template <class L>
  void remove_event_listener(std::string_view type, const L& listener) {
    static_assert(!std::is_same_v<decltype(identity_in(listener)), std::nullptr_t>,
                  "a lambda cannot be found again: add and remove an events::callback");
    remove(type, identity_in(listener));
  }

  // Calls the listeners present now, oldest first; false if one prevented the default. One added
  // meanwhile waits for the next event. An event under way cannot be dispatched: that throws.
  bool dispatch_event(Event& event);
  bool dispatch_event(Event&& event) { return dispatch_event(event); }

  // Where listeners' exceptions go; to stderr, where nobody asks. What the sink itself throws ends
  // the dispatch and leaves it.
  using ReportSink = std::function<void(std::string_view type, std::exception_ptr error)>;
  void on_report(ReportSink sink);

 private:
  template <class L>
  static bool is_null(const L& listener) {
    if constexpr (std::is_constructible_v<bool, const L&> &&
                  std::is_convertible_v<std::nullptr_t, std::decay_t<const L&>>) {
      const std::decay_t<const L&>& held = listener;  // of a function: its address
      return !held;
    } else {
      return false;
    }
  }
  template <class L>
  static auto identity_in(const L& listener) {
    using Held = std::decay_t<const L&>;
    if constexpr (is_shared<Held>) {
      return static_cast<const void*>(listener.get());
    } else if constexpr (is_callback<Held> || is_function_pointer<Held>) {
      return identity_of<Held>(listener);
    } else if constexpr (HandlesEvents<Held>) {
      return static_cast<const void*>(std::addressof(listener));
    } else {
      return nullptr;
    }
  }
  template <class L>
  static std::unique_ptr<TargetListener> make(L&& listener) {
    using Held = std::decay_t<L>;
    using Object = std::remove_reference_t<L>;
    if constexpr (is_shared<Held>) {
      static_assert(HandlesEvents<typename Held::element_type>,
                    "the object needs a handle_event(event), and only one");
      return std::make_unique<ObjectListener<typename Held::element_type, Held>>(listener);
    } else if constexpr (HandlesEvents<Held>) {
      static_assert(std::is_lvalue_reference_v<L>,
                    "the object would be gone at once: give one that stays, or a shared_ptr");
      return std::make_unique<ObjectListener<Object, Object*>>(std::addressof(listener));
    } else {
      static_assert(
          is_callback<Held> || is_function_pointer<Held> || !std::is_lvalue_reference_v<L>,
          "a copy of it would be another listener: make it an events::callback");
      return std::make_unique<FunctionListener<HeldAs<Held>>>(
          HeldAs<Held>(std::forward<L>(listener)));
    }
  }
  bool has(std::string_view type, const void* identity) const;
  void add(std::string_view type, std::unique_ptr<TargetListener> listener,
           const EventListenerOptions& options);
  void remove(std::string_view type, const void* identity);
  TargetListeners& listeners();

  std::shared_ptr<TargetListeners> listeners_;  // outlives the target while a dispatch runs
};

}  // namespace strata::events
