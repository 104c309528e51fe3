// events/registry.h - the listeners of one emitter; private to the layer's sources.
//
//   Registry -> buckets -> Topic "dog" -> Entry <-> Entry <-> Entry      in the order of calling
//            -> slots   -> Entry                                         by Listener
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/event_emitter.h"

namespace strata::events {

inline constexpr std::string_view error_name = "error";

// One name with at least one listener, or in the middle of an emit().
struct Topic {
  Topic* next_in_bucket = nullptr;
  std::uint32_t hash = 0;
  std::uint32_t count = 0;    // of listeners that are not removed
  std::uint32_t running = 0;  // emits under way: while there are, no Entry leaves the list
  bool warned = false;
  std::uint64_t order = 0;  // of its first listener among all events
  Entry* first = nullptr;
  Entry* last = nullptr;
  Entry* removed = nullptr;  // waiting for `running` to become 0
  std::string name;
};

// Owns events and entries. Outlives its emitter as long as a call into it is under way, or a
// ScopedListener holds on to it.
class Registry {
 public:
  ~Registry();
  void retain() { ++holders_; }
  void release() {
    if (--holders_ == 0) delete this;
  }
  bool open() const { return open_; }
  void close();  // the emitter is gone: nobody is called any more

  Topic* find(std::string_view name) const;
  Listener add(std::string_view name, Entry* entry, bool once, bool prepend);
  bool remove(Listener listener);
  void remove(Entry& entry);
  void remove_all(std::string_view name);
  void remove_all();
  void emit(Topic& event, const Args& args);
  bool emit_error(const Args& args);  // the monitors first; throws where nobody listens
  // A listener's task failed: inside its emit(), or later, when nothing may be thrown.
  void reject(bool captured, std::exception_ptr failure);
  void reject_later(bool captured, std::string_view event, std::exception_ptr failure) noexcept;
  std::vector<Topic*> events() const;  // in order
  static Listener handle(const Entry& entry) { return {entry.slot, entry.once, entry.generation}; }

  int max_listeners = EventEmitter::default_max_listeners;
  std::function<void(std::string_view)> on_warning;
  bool capture_rejections = false;

 private:
  struct Holding;
  struct Running;
  Topic& find_or_make(std::string_view name);
  void link(Topic& event, Entry& entry, bool prepend);
  void unlink(Topic& event, Entry& entry);
  void erase(Topic& event);
  void settle(Topic& event);
  void grow();
  void take_slot(Entry& entry);
  void free_slot(const Entry& entry);
  void report(Topic& event, Entry& entry, const Args& args, std::size_t position);
  void warn(Topic& event);

  std::vector<Topic*> buckets_;  // a power of two of them, as many as events at least
  std::size_t event_count_ = 0;
  std::uint64_t next_order_ = 0;
  std::vector<Entry*> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t holders_ = 1;
  bool open_ = true;
};

}  // namespace strata::events
