// events/event_target.cpp - one list of listeners, in the order of their coming, as the DOM has it.
//
//   dispatch "keyup"   [keyup f] [keydown g] [keyup h, removed] | [keyup i]
//                          ^ called   other type      skipped    end: i came meanwhile
#include "events/event_target.h"

#include <algorithm>
#include <cstdio>
#include <typeinfo>
#include <vector>

#include "events/argument.h"
#include "events/error.h"

namespace strata::events {

// While a dispatch runs, no entry leaves `all`: so an index means the same before and after a call.
struct TargetListeners : std::enable_shared_from_this<TargetListeners> {
  explicit TargetListeners(EventTarget& of) : owner(&of) {}
  TargetListener* find(std::string_view type, const void* identity) const;
  void remove(TargetListener& one) {
    one.removed = unsettled = true;
    settle();
  }
  void settle();
  void report(const std::string& type) const;
  void follow(AnyTask task, const TargetListener& of);

  EventTarget* owner;  // null: destroyed
  std::vector<std::unique_ptr<TargetListener>> all;
  std::size_t running = 0;
  bool unsettled = false;  // something in `all` is removed
  EventTarget::ReportSink on_report;
};

TargetListener* TargetListeners::find(std::string_view type, const void* identity) const {
  if (identity == nullptr) return nullptr;
  for (const auto& one : all)
    if (!one->removed && one->identity == identity && one->type == type) return one.get();
  return nullptr;
}

// Destroying a listener runs what its captures do, and that may come back here: so the list is
// right before the first is destroyed.
void TargetListeners::settle() {
  if (running != 0 || !unsettled) return;
  unsettled = false;
  std::unique_ptr<TargetListener> gone;
  auto kept = all.begin();
  for (auto& one : all) {
    if (one->removed) {
      one->next_removed = std::move(gone);
      gone = std::move(one);
    } else {
      *kept++ = std::move(one);
    }
  }
  all.erase(kept, all.end());
  while (gone) gone = std::unique_ptr<TargetListener>(std::move(gone->next_removed));
}

// Called in a catch block. A sink that replaces itself is kept for its call.
void TargetListeners::report(const std::string& type) const {
  if (const auto sink = on_report) return sink(type, std::current_exception());
  try {
    throw;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "Uncaught in a listener of \"%s\": %s\n", type.c_str(), error.what());
  } catch (...) {
    std::fprintf(stderr, "Uncaught in a listener of \"%s\": no std::exception\n", type.c_str());
  }
}

// Called inside the dispatch, which reports what is thrown here.
void TargetListeners::follow(AnyTask task, const TargetListener& of) {
  if (task.done()) {
    if (const auto failure = task.failure()) std::rethrow_exception(failure);
    return;
  }
  const auto report_later = [in = shared_from_this(), type = of.type,
                             kept = of.kept()](std::exception_ptr failure) {
    if (in->owner == nullptr) return;
    try {
      try {
        std::rethrow_exception(failure);
      } catch (...) {
        in->report(type);
      }
    } catch (...) {
      report_uncaught(std::current_exception());  // of the sink: it has no dispatch to leave
    }
  };
  task.detach(report_later);
}

EventTarget* Event::target() const {
  return dispatching_ != nullptr ? dispatching_->owner : nullptr;
}

void throw_other_event(const Event& event, const std::type_info& expected) {
  const Type wanted{&expected, nullptr, nullptr, nullptr, nullptr};
  const Type found{&typeid(event), nullptr, nullptr, nullptr, nullptr};
  throw MismatchError(event.type(), 1, type_name(wanted), type_name(found));
}

EventTarget::~EventTarget() {
  if (listeners_ == nullptr) return;
  listeners_->owner = nullptr;
  for (const auto& one : listeners_->all) one->removed = true;
  listeners_->unsettled = true;
  const auto kept = std::move(listeners_);  // captures that come back find an empty target
  kept->settle();
}

TargetListeners& EventTarget::listeners() {
  if (listeners_ == nullptr) listeners_ = std::make_shared<TargetListeners>(*this);
  return *listeners_;
}

bool EventTarget::has(std::string_view type, const void* identity) const {
  return listeners_ != nullptr && listeners_->find(type, identity) != nullptr;
}

void EventTarget::add(std::string_view type, std::unique_ptr<TargetListener> listener,
                      const EventListenerOptions& options) {
  listener->type = type;
  listener->once = options.once;
  listener->passive = options.passive;
  TargetListeners& to = listeners();
  if (options.signal) {
    // `one` is there as long as it holds the callback. Destroying it may destroy the target.
    TargetListener* const one = listener.get();
    one->aborted = options.signal.on_abort([one, in = std::weak_ptr(listeners_)] {
      if (const auto kept = in.lock()) kept->remove(*one);
    });
  }
  to.all.push_back(std::move(listener));
}

void EventTarget::remove(std::string_view type, const void* identity) {
  const auto kept = listeners_;  // what is destroyed may destroy the target
  TargetListener* const found = kept != nullptr ? kept->find(type, identity) : nullptr;
  if (found != nullptr) kept->remove(*found);
}

void EventTarget::on_report(ReportSink sink) { listeners().on_report = std::move(sink); }

bool EventTarget::dispatch_event(Event& event) {
  if (event.dispatching_ != nullptr)
    throw Error("ERR_EVENT_RECURSION",
                "The event \"" + event.type() + "\" is already being dispatched");
  if (listeners_ == nullptr) {
    event.stopped_ = false;
    return !event.prevented_;
  }
  struct Running {
    Running(std::shared_ptr<TargetListeners> of, Event& about) : in(std::move(of)), event(about) {
      ++in->running;
      event.dispatching_ = in.get();
    }
    ~Running() {
      event.dispatching_ = nullptr;
      event.stopped_ = event.in_passive_ = false;
      --in->running;
      in->settle();
    }
    const std::shared_ptr<TargetListeners> in;
    Event& event;
  };
  {
    const Running running(listeners_, event);
    TargetListeners& in = *running.in;
    const std::size_t end = in.all.size();  // what is added meanwhile comes behind it
    for (std::size_t i = 0; i < end && !event.stopped_; ++i) {
      TargetListener& one = *in.all[i];
      if (one.removed || one.type != event.type_) continue;
      if (one.once) one.removed = in.unsettled = true;
      event.in_passive_ = one.passive;
      try {
        if (AnyTask task = one.call(event)) in.follow(std::move(task), one);
      } catch (...) {
        in.report(event.type_);
      }
    }
  }
  return !event.prevented_;
}

}  // namespace strata::events
