// events/options.h - how on() adds a listener, and the entry of one that a signal can remove.
#pragma once
#include <utility>

#include "events/abort_signal.h"
#include "events/callable.h"

namespace strata::events {

// on("new_dog", greet, {.once = true, .signal = controller.signal()})
struct Options {
  bool once = false;
  bool prepend = false;  // in front of those that are there
  AbortSignal signal{};  // abort() removes the listener; if it is aborted already, none is added
};

// Only who has a signal pays for it. The entry holds the callback, so each way of removing the
// listener, and the end of the emitter, takes it from the signal.
template <class Plain>
struct SignalledEntry : Plain {
  template <class Given>
  explicit SignalledEntry(Given&& given) : Plain(std::forward<Given>(given)) {
    this->destroy = [](Entry* self) { delete static_cast<SignalledEntry*>(self); };
  }
  AbortCallback on_abort;
};

template <class F>
auto* new_signalled_entry(F&& f) {
  return new SignalledEntry<EntryOf<F>>(std::forward<F>(f));
}

}  // namespace strata::events
