// net/watch.h - a descriptor of the host's in our loop, by EventLoop::add.
#pragma once
#include <cstdint>
#include <memory>

namespace strata::net {

class EventLoop;

// A foreign descriptor in the loop. Destroying it, also from its own callback, takes it out; the
// descriptor stays the caller's, and must be open until then.
class Watch {
 public:
  Watch() = default;
  Watch(Watch&&) noexcept = default;
  Watch& operator=(Watch&& other) noexcept;
  ~Watch() { reset(); }
  void set(std::uint32_t events);  // as EventLoop::add; 0: none but errors
  void reset();
  explicit operator bool() const { return source_ != nullptr; }

 private:
  friend class EventLoop;
  struct Source;
  struct Delete {
    void operator()(Source* source) const;
  };
  std::unique_ptr<Source, Delete> source_;
};

}  // namespace strata::net
