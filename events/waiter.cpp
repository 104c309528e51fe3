// events/waiter.cpp - listening until it is enough, and no longer.
//
//   Once, Range --> Waiter <-- Ear in an entry of "name", "error", and each close event
//   coroutine   <--' (resume)
//
// The ring of Waiter and Ears is broken by settle(), which every ending goes through.
#include "events/waiter.h"

#include <utility>

#include "events/on.h"
#include "events/registry.h"

namespace strata::events {

GoneError::GoneError(std::string_view event)
    : Error("ERR_EVENT_GONE", "Nobody can tell of event \"" + std::string(event) + "\" any more") {}

BufferFullError::BufferFullError(std::string_view event)
    : Error("ERR_EVENTS_BUFFER_FULL",
            "Too many events \"" + std::string(event) + "\" wait to be read") {}

// A listener. That it is destroyed is how we learn that it was removed, or the emitter is gone.
struct Waiter::Ear {
  Ear(std::shared_ptr<Waiter> waiter, Sort as) : to(std::move(waiter)), sort(as) {}
  Ear(Ear&&) = default;
  ~Ear() {
    if (to == nullptr || to->settled() || sort != Sort::event) return;
    to->settle(std::make_exception_ptr(GoneError(to->event_)));
  }
  void operator()(const Args& args) { to->hear(sort, args); }
  std::shared_ptr<Waiter> to;
  Sort sort;
};

Waiter::~Waiter() {
  if (registry_ != nullptr) registry_->release();
}

void Waiter::listen(EventEmitter& to, const Listening& what) {
  event_ = what.event;
  if (!heed(what.signal)) return;
  registry_ = &to.registry();
  registry_->retain();
  // Each may run a hook, which may end all this.
  listeners_.reserve(2 + what.close.size());
  add(Sort::event, event_, what.once);
  if (what.errors && event_ != error_name) add(Sort::error, error_name, what.once);
  for (const std::string& name : what.close) add(Sort::close, name, false);
}

void Waiter::add(Sort sort, std::string_view name, bool once) {
  if (settled()) return;
  const Listener added = registry_->add(name, new_entry(Ear(self(), sort)), once, false);
  if (settled()) {
    registry_->remove(added);
  } else {
    listeners_.push_back(added);
  }
}

void Waiter::hear(Sort sort, const Args& args) {
  if (settled()) return;
  const auto kept = shared_from_this();
  bool enough = true;
  std::exception_ptr failure;
  try {
    if (sort == Sort::event) {
      enough = heard(args);
    } else if (sort == Sort::error) {
      throw_error(args);
    }
  } catch (...) {
    failure = std::current_exception();
  }
  if (enough || failure != nullptr) return settle(failure);
  wake();
}

void Waiter::let_go() {
  for (const Listener listener : std::exchange(listeners_, {})) {
    try {
      registry_->remove(listener);
    } catch (...) {
      // A "removeListener" hook has thrown. The listener is gone, and the one who waits goes on.
    }
  }
}

}  // namespace strata::events
