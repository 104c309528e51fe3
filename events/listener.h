// events/listener.h - what on() gives back: a name for one registration.
#pragma once
#include <cstdint>
#include <utility>

namespace strata::events {

class EventEmitter;
class Registry;

// Weak and copyable: off() with the handle of a listener that is gone, or of another emitter,
// does nothing.
class Listener {
 public:
  Listener() = default;
  explicit operator bool() const { return generation_ != 0; }
  bool once() const { return once_; }
  bool operator==(const Listener& other) const { return generation_ == other.generation_; }

 private:
  friend class Registry;
  Listener(std::uint32_t slot, bool once, std::uint64_t generation)
      : slot_(slot), once_(once), generation_(generation) {}
  std::uint32_t slot_ = 0;
  bool once_ = false;
  std::uint64_t generation_ = 0;  // unique in the process; 0: no listener
};

// Removes its listener when it goes out of scope; the emitter may be gone by then.
class ScopedListener {
 public:
  ScopedListener() = default;
  ScopedListener(EventEmitter& emitter, Listener listener);
  ScopedListener(ScopedListener&& other) noexcept
      : registry_(std::exchange(other.registry_, nullptr)), listener_(other.listener_) {}
  ScopedListener& operator=(ScopedListener&& other) noexcept {
    std::swap(registry_, other.registry_);
    std::swap(listener_, other.listener_);
    return *this;
  }
  ~ScopedListener();
  Listener listener() const { return listener_; }

 private:
  Registry* registry_ = nullptr;
  Listener listener_;
};

}  // namespace strata::events
