// events/event.h - what EventTarget's listeners are told of; the DOM's Event.
#pragma once
#include <string>
#include <string_view>

namespace strata::events {

class EventTarget;
struct TargetListeners;

// What happened. Derive from it to say more; a listener's parameter says what it expects.
class Event {
 public:
  explicit Event(std::string_view type, bool cancelable = false)
      : type_(type), cancelable_(cancelable) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  virtual ~Event() = default;

  const std::string& type() const { return type_; }
  bool cancelable() const { return cancelable_; }
  // Without effect where the event is not cancelable, or the listener promised to be passive.
  void prevent_default() { prevented_ = prevented_ || (cancelable_ && !in_passive_); }
  bool default_prevented() const { return prevented_; }  // stays when it is dispatched again
  void stop_immediate_propagation() { stopped_ = true; }
  // Null but during the dispatch, and as soon as the target is destroyed.
  EventTarget* target() const;

 private:
  friend class EventTarget;
  std::string type_;
  const TargetListeners* dispatching_ = nullptr;
  bool cancelable_;
  bool prevented_ = false;
  bool stopped_ = false;
  bool in_passive_ = false;
};

}  // namespace strata::events
