// events/event_emitter.cpp - the emitter's face, and the rule for `error`.
#include "events/event_emitter.h"

#include <memory>

#include "events/registry.h"

namespace strata::events {

EventEmitter::EventEmitter(const EmitterOptions& options) {
  if (options.capture_rejections) registry().capture_rejections = true;
}

EventEmitter::~EventEmitter() {
  if (registry_ == nullptr) return;
  registry_->close();
  registry_->release();
}

Registry& EventEmitter::registry() {
  if (registry_ == nullptr) registry_ = new Registry;
  return *registry_;
}

Listener EventEmitter::add_entry(Registry& to, std::string_view event, Entry* entry, bool once,
                                 bool prepend) {
  return to.add(event, entry, once, prepend);
}

Listener EventEmitter::add_signalled(Registry& to, std::string_view event, Entry* entry,
                                     AbortCallback& on_abort, const Options& options) {
  std::unique_ptr<Entry, void (*)(Entry*)> owned(entry, entry->destroy);
  if (options.signal.aborted()) return {};
  // The function ends with the entry, and the entry before its registry. It may come early, from
  // a "newListener" hook, and late, while an emit() keeps the removed entry.
  on_abort = options.signal.on_abort([&to, entry] {
    if (!entry->removed) to.remove(*entry);
  });
  return to.add(event, owned.release(), options.once, options.prepend);
}

bool EventEmitter::off(Listener listener) {
  return registry_ != nullptr && registry_->remove(listener);
}

void EventEmitter::remove_identity(std::string_view name, const void* identity) {
  Topic* event = registry_ != nullptr ? registry_->find(name) : nullptr;
  if (event == nullptr) return;
  for (Entry* entry = event->last; entry != nullptr; entry = entry->previous)
    if (!entry->removed && entry->identity == identity) return registry_->remove(*entry);
}

EventEmitter& EventEmitter::remove_all_listeners(std::string_view event) {
  if (registry_ != nullptr) registry_->remove_all(event);
  return *this;
}

EventEmitter& EventEmitter::remove_all_listeners() {
  if (registry_ != nullptr) registry_->remove_all();
  return *this;
}

bool EventEmitter::emit_args(std::string_view name, const Args& args) {
  if (name == error_name) {
    if (registry_ == nullptr) throw_error(args);
    return registry_->emit_error(args);
  }
  Topic* event = registry_ != nullptr ? registry_->find(name) : nullptr;
  if (event == nullptr || event->count == 0) return false;
  registry_->emit(*event, args);
  return true;
}

std::size_t EventEmitter::listener_count(std::string_view name) const {
  const Topic* event = registry_ != nullptr ? registry_->find(name) : nullptr;
  return event != nullptr ? event->count : 0;
}

std::size_t EventEmitter::count_identity(std::string_view name, const void* identity) const {
  const Topic* event = registry_ != nullptr ? registry_->find(name) : nullptr;
  std::size_t count = 0;
  for (const Entry* entry = event != nullptr ? event->first : nullptr; entry != nullptr;
       entry = entry->next)
    count += !entry->removed && entry->identity == identity;
  return count;
}

std::vector<Listener> EventEmitter::listeners(std::string_view name) const {
  std::vector<Listener> all;
  const Topic* event = registry_ != nullptr ? registry_->find(name) : nullptr;
  for (const Entry* entry = event != nullptr ? event->first : nullptr; entry != nullptr;
       entry = entry->next)
    if (!entry->removed) all.push_back(Registry::handle(*entry));
  return all;
}

std::vector<std::string> EventEmitter::event_names() const {
  std::vector<std::string> names;
  if (registry_ == nullptr) return names;
  for (const Topic* event : registry_->events()) names.push_back(event->name);
  return names;
}

EventEmitter& EventEmitter::set_max_listeners(int count) {
  if (count < 0)
    throw Error("ERR_OUT_OF_RANGE",
                "The value of \"setMaxListeners\" is out of range. It must be >= 0. Received " +
                    std::to_string(count));
  registry().max_listeners = count;
  return *this;
}

int EventEmitter::get_max_listeners() const {
  return registry_ != nullptr ? registry_->max_listeners : default_max_listeners;
}

EventEmitter& EventEmitter::on_warning(std::function<void(std::string_view)> sink) {
  registry().on_warning = std::move(sink);
  return *this;
}

void EventEmitter::throw_no_function() {
  throw Error("ERR_INVALID_ARG_TYPE", "The \"listener\" argument must be of type function.");
}

ScopedListener::ScopedListener(EventEmitter& emitter, Listener listener)
    : registry_(emitter.registry_), listener_(listener) {
  if (registry_ != nullptr) registry_->retain();
}

ScopedListener::~ScopedListener() {
  if (registry_ == nullptr) return;
  registry_->remove(listener_);
  registry_->release();
}

}  // namespace strata::events
