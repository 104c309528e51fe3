// events/registry.cpp - adding, removing and calling, any of them inside any other.
//
// A listener may remove itself or others, add some, emit again, throw, or destroy the emitter. So
// an entry that is removed while its event is running is only marked, and leaves the list when the
// outermost emit() of that event returns.
#include "events/registry.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>

namespace strata::events {

namespace {

// Names are short: two overlapping words cover up to 16 bytes. Only names that the program itself
// listens to are stored, so nobody outside can fill a bucket.
std::uint32_t hash_of(std::string_view name) {
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio
  const char* at = name.data();
  std::size_t left = name.size();
  std::uint64_t hash = left * odd;
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * odd;
    hash ^= hash >> 32;
  };
  for (; left > 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    mix(word);
  }
  if (left >= 4) {
    std::uint32_t head, tail;
    std::memcpy(&head, at, 4);
    std::memcpy(&tail, at + left - 4, 4);
    mix(std::uint64_t{head} << 32 | tail);
  } else if (left > 0) {
    const auto byte = [at](std::size_t i) {
      return std::uint64_t{static_cast<unsigned char>(at[i])};
    };
    mix(byte(0) << 16 | byte(left / 2) << 8 | byte(left - 1));
  }
  return static_cast<std::uint32_t>(hash);
}

// Of the whole process, so that a handle never fits another emitter.
std::atomic<std::uint64_t> last_generation{0};

}  // namespace

// Keeps the registry while a call into it runs user code, which may destroy the emitter.
struct Registry::Holding {
  explicit Holding(Registry& of) : registry(of) { registry.retain(); }
  ~Holding() { registry.release(); }
  Holding(const Holding&) = delete;
  Registry& registry;
};

// The same for one event's list.
struct Registry::Running {
  Running(Registry& of, Topic& running) : registry(of), event(running) {
    registry.retain();
    ++event.running;
  }
  ~Running() {
    if (--event.running == 0 && event.removed != nullptr) registry.settle(event);
    registry.release();
  }
  Running(const Running&) = delete;
  Registry& registry;
  Topic& event;
};

Registry::~Registry() = default;  // close() emptied it, or the last Running after that

void Registry::close() {
  open_ = false;
  const Holding holding(*this);
  // First none may leave its list, then all are marked, then they are destroyed: what a captured
  // object does when it dies finds no listener, and no event that it could erase under our feet.
  for (Topic* event : buckets_)
    for (; event != nullptr; event = event->next_in_bucket) ++event->running;
  for (Topic* event : buckets_)
    for (; event != nullptr; event = event->next_in_bucket)
      for (Entry* entry = event->first; entry != nullptr; entry = entry->next)
        if (!entry->removed) remove(*entry);
  for (Topic* event : buckets_) {
    while (event != nullptr) {
      Topic* const next = event->next_in_bucket;
      if (--event->running == 0) settle(*event);
      event = next;
    }
  }
}

Topic* Registry::find(std::string_view name) const {
  if (buckets_.empty()) return nullptr;
  const std::uint32_t hash = hash_of(name);
  for (Topic* event = buckets_[hash & (buckets_.size() - 1)]; event != nullptr;
       event = event->next_in_bucket)
    if (event->hash == hash && event->name == name) return event;
  return nullptr;
}

Topic& Registry::find_or_make(std::string_view name) {
  if (Topic* event = find(name)) return *event;
  if (event_count_ == buckets_.size()) grow();
  auto made = std::make_unique<Topic>();
  made->name = name;
  made->hash = hash_of(name);
  Topic* const event = made.release();
  Topic*& bucket = buckets_[event->hash & (buckets_.size() - 1)];
  event->next_in_bucket = bucket;
  bucket = event;
  ++event_count_;
  return *event;
}

void Registry::grow() {
  std::vector<Topic*> larger(std::max<std::size_t>(8, buckets_.size() * 2));
  for (Topic* event : buckets_) {
    while (event != nullptr) {
      Topic* next = event->next_in_bucket;
      Topic*& bucket = larger[event->hash & (larger.size() - 1)];
      event->next_in_bucket = bucket;
      bucket = event;
      event = next;
    }
  }
  buckets_ = std::move(larger);
}

void Registry::erase(Topic& event) {
  Topic** at = &buckets_[event.hash & (buckets_.size() - 1)];
  while (*at != &event) at = &(*at)->next_in_bucket;
  *at = event.next_in_bucket;
  --event_count_;
  delete &event;
}

void Registry::take_slot(Entry& entry) {
  if (free_slots_.empty()) {
    // free_slot() must never allocate: there is room for all.
    if (free_slots_.capacity() <= slots_.size()) free_slots_.reserve(2 * slots_.size() + 4);
    slots_.push_back(nullptr);
    entry.slot = static_cast<std::uint32_t>(slots_.size() - 1);
  } else {
    entry.slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[entry.slot] = &entry;
  entry.generation = last_generation.fetch_add(1, std::memory_order_relaxed) + 1;
}

void Registry::free_slot(const Entry& entry) {
  slots_[entry.slot] = nullptr;
  free_slots_.push_back(entry.slot);
}

Listener Registry::add(std::string_view name, Entry* entry, bool once, bool prepend) {
  struct Pending {  // owned by us until it is linked: a hook may throw
    Registry& registry;
    Entry* entry;
    ~Pending() {
      if (entry == nullptr) return;
      if (entry->generation != 0 && !entry->removed) registry.free_slot(*entry);
      entry->destroy(entry);
    }
  };
  const Holding holding(*this);
  Pending pending{*this, entry};
  entry->once = once;
  entry->in = this;
  take_slot(*entry);
  const Listener listener = handle(*entry);

  if (Topic* hook = find(new_listener)) {
    const Argument about[] = {Argument::of(name), Argument::of(listener)};
    emit(*hook, Args(about, 2));
  }
  if (!open_ || entry->removed) return {};  // the hook destroyed the emitter, or took it back
  Topic& event = find_or_make(name);
  link(event, *entry, prepend);
  pending.entry = nullptr;
  if (max_listeners > 0 && event.count > static_cast<std::uint32_t>(max_listeners)) warn(event);
  return listener;
}

void Registry::link(Topic& event, Entry& entry, bool prepend) {
  if (event.count++ == 0) event.order = next_order_++;
  entry.event = &event;
  Entry*& end = prepend ? event.first : event.last;
  Entry* const neighbour = end;
  (prepend ? entry.next : entry.previous) = neighbour;
  if (neighbour != nullptr) (prepend ? neighbour->previous : neighbour->next) = &entry;
  end = &entry;
  if (neighbour == nullptr) event.first = event.last = &entry;
}

void Registry::unlink(Topic& event, Entry& entry) {
  (entry.previous != nullptr ? entry.previous->next : event.first) = entry.next;
  (entry.next != nullptr ? entry.next->previous : event.last) = entry.previous;
}

bool Registry::remove(Listener listener) {
  if (listener.slot_ >= slots_.size()) return false;
  Entry* entry = slots_[listener.slot_];
  if (entry == nullptr || entry->generation != listener.generation_) return false;
  remove(*entry);
  return true;
}

void Registry::remove(Entry& entry) {
  entry.removed = true;
  free_slot(entry);
  if (entry.event == nullptr) return;  // not linked yet: add() sees the mark
  Topic& event = *entry.event;
  const Running running(*this, event);
  --event.count;
  entry.next_removed = event.removed;
  event.removed = &entry;
  if (!open_) return;
  if (Topic* hook = find(remove_listener)) {
    const Listener listener = handle(entry);
    const Argument about[] = {Argument::of(event.name), Argument::of(listener)};
    emit(*hook, Args(about, 2));
  }
}

// Called when no emit() of the event is under way any more. Destroying a listener runs what its
// captures do, and that may come back here: so the list is right before each destroy().
void Registry::settle(Topic& event) {
  while (event.removed != nullptr) {
    Entry* entry = event.removed;
    event.removed = entry->next_removed;
    unlink(event, *entry);
    ++event.running;  // nobody else settles or erases meanwhile
    entry->destroy(entry);
    --event.running;
  }
  if (event.first == nullptr) erase(event);
}

void Registry::emit(Topic& event, const Args& args) {
  if (event.count == 0) return;
  const Running running(*this, event);
  Entry* const last = event.last;  // what is added meanwhile comes behind it
  for (Entry* entry = event.first;; entry = entry->next) {
    if (!entry->removed) {
      if (entry->once) remove(*entry);  // before the call, or a nested emit() would repeat it
      if (!entry->once || open_) {
        const std::size_t position = entry->call(*entry, args);
        if (position != 0) report(event, *entry, args, position);
      }
    }
    if (entry == last) return;
  }
}

void Registry::report(Topic& event, Entry& entry, const Args& args, std::size_t position) {
  const MismatchError error(event.name, position, entry.expected(position),
                            describe_found(args, position - 1));
  Topic* listening = find(error_name);
  // A mismatch of an `error` listener is not told to the `error` listeners: it would not end.
  if (listening == nullptr || listening->count == 0 || listening == &event) throw error;
  const Argument about[] = {Argument::of(error)};
  emit(*listening, Args(about, 1));
}

bool Registry::emit_error(const Args& args) {
  const Holding holding(*this);
  if (Topic* monitors = find(error_monitor)) {
    emit(*monitors, args);
    if (!open_) return false;  // destroyed: nobody is left to be told, or to be missed
  }
  Topic* event = find(error_name);
  if (event == nullptr || event->count == 0) throw_error(args);
  emit(*event, args);
  return true;
}

void Registry::reject(bool captured, std::exception_ptr failure) {
  if (!captured) std::rethrow_exception(failure);
  if (!open_) return;
  struct Uncaptured {  // as in Node: tasks that hear of the failure, and fail, do not go on for
                       // ever
    explicit Uncaptured(Registry& of) : holding(of) { of.capture_rejections = false; }
    ~Uncaptured() { holding.registry.capture_rejections = true; }
    const Holding holding;
  } const uncaptured(*this);
  const Argument about[] = {Argument::of(failure)};
  emit_error(Args(about, 1));
}

void Registry::reject_later(bool captured, std::string_view event,
                            std::exception_ptr failure) noexcept {
  if (!open_) return;
  const Holding holding(*this);
  std::string text = "Uncaught in a task that listens to \"" + std::string(event) + "\": ";
  try {
    return reject(captured, failure);
  } catch (const std::exception& error) {
    text += error.what();
  } catch (...) {
    text += "no std::exception";
  }
  try {
    if (const auto sink = on_warning) return sink(text);
  } catch (...) {
    // It has no caller either.
  }
  std::fprintf(stderr, "%s\n", text.c_str());
}

void follow(const Entry& entry, AnyTask task, std::shared_ptr<const void> kept) {
  Registry& registry = *entry.in;
  const bool captured = registry.capture_rejections;
  if (task.done()) {
    if (const auto failure = task.failure()) registry.reject(captured, failure);
    return;
  }
  registry.retain();
  const std::shared_ptr<Registry> in(&registry, [](Registry* held) { held->release(); });
  task.detach([in, captured, kept = std::move(kept), name = entry.event->name](
                  std::exception_ptr failure) { in->reject_later(captured, name, failure); });
}

void Registry::remove_all(std::string_view name) {
  Topic* event = find(name);
  if (event == nullptr || event->count == 0) return;
  const Running running(*this, *event);
  Entry* const first = event->first;  // what hooks put in front meanwhile stays
  for (Entry* entry = event->last;; entry = entry->previous) {
    if (!entry->removed) remove(*entry);
    if (entry == first) return;
  }
}

void Registry::remove_all() {
  const Holding holding(*this);
  std::vector<std::string> names;  // hooks may add and remove events meanwhile
  for (const Topic* event : events())
    if (event->name != remove_listener) names.push_back(event->name);
  for (const std::string& name : names) remove_all(name);
  remove_all(remove_listener);
}

std::vector<Topic*> Registry::events() const {
  std::vector<Topic*> all;
  for (Topic* event : buckets_)
    for (; event != nullptr; event = event->next_in_bucket)
      if (event->count > 0) all.push_back(event);
  std::sort(all.begin(), all.end(),
            [](const Topic* a, const Topic* b) { return a->order < b->order; });
  return all;
}

void Registry::warn(Topic& event) {
  if (event.warned) return;
  event.warned = true;
  const std::string text =
      "Possible EventEmitter memory leak detected. " + std::to_string(event.count) + " " +
      event.name + " listeners added to [EventEmitter]. MaxListeners is " +
      std::to_string(max_listeners) + ". Use emitter.setMaxListeners() to increase limit";
  if (const auto sink = on_warning) return sink(text);
  std::fprintf(stderr, "MaxListenersExceededWarning: %s\n", text.c_str());
}

}  // namespace strata::events
