// sio/listeners.cpp - handlers by event name.
#include "sio/listeners.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>

namespace strata::sio {
namespace {

std::size_t hash_of(std::string_view event) { return std::hash<std::string_view>{}(event); }

}  // namespace

ListenerId Listeners::next_id() {
  static std::atomic<ListenerId> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

struct Listeners::Running {
  explicit Running(Listeners& l) : listeners(l) { ++listeners.running_; }
  ~Running() {
    if (--listeners.running_ == 0) listeners.sweep();
  }
  Listeners& listeners;
};

ListenerId Listeners::add(std::string_view event, std::unique_ptr<EventHandler> handler, bool once,
                          bool front, ListenerId id) {
  auto entry = std::make_unique<Entry>(
      Entry{id, hash_of(event), std::string(event), std::move(handler), once, true});
  entries_.insert(front ? entries_.begin() : entries_.end(), std::move(entry));
  return id;
}

bool Listeners::remove(ListenerId id) {
  for (const auto& entry : entries_) {
    if (entry->id != id || !entry->live) continue;
    entry->live = false;
    dead_ = true;
    if (running_ == 0) sweep();
    return true;
  }
  return false;
}

std::size_t Listeners::remove_all(std::string_view event) {
  std::size_t removed = 0;
  for (const auto& entry : entries_) {
    if (!entry->live || entry->event != event) continue;
    entry->live = false;
    ++removed;
  }
  dead_ = dead_ || removed != 0;
  if (running_ == 0) sweep();
  return removed;
}

void Listeners::clear() {
  for (const auto& entry : entries_) entry->live = false;
  dead_ = true;
  if (running_ == 0) sweep();
}

std::size_t Listeners::count(std::string_view event) const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(),
                    [event](const auto& entry) { return entry->live && entry->event == event; }));
}

std::vector<std::string> Listeners::names() const {
  std::vector<std::string> names;
  for (const auto& entry : entries_) {
    if (entry->live && std::find(names.begin(), names.end(), entry->event) == names.end())
      names.push_back(entry->event);
  }
  return names;
}

std::size_t Listeners::run(std::string_view event, const void* context, Visit visit) {
  // Those present now: an event with more handlers than fit here is rare, and may allocate.
  std::array<Entry*, 4> few;
  std::vector<Entry*> many;
  std::size_t found = 0;
  const std::size_t hash = hash_of(event);
  for (const auto& entry : entries_) {
    if (entry->hash != hash || !entry->live || entry->event != event) continue;
    if (found == few.size()) many.assign(few.begin(), few.end());
    if (found >= few.size()) many.push_back(entry.get());
    if (found < few.size()) few[found] = entry.get();
    ++found;
  }
  if (found == 0) return 0;
  const Running running(*this);
  Entry* const* present = many.empty() ? few.data() : many.data();
  for (std::size_t i = 0; i < found; ++i) {
    Entry& entry = *present[i];
    if (!entry.live) continue;  // an earlier handler took it away
    if (entry.once) {           // before the call, or a nested event would repeat it
      entry.live = false;
      dead_ = true;
    }
    visit(context, *entry.handler);
  }
  return found;
}

void Listeners::sweep() {
  if (!dead_) return;
  dead_ = false;
  // What dies may own what removes handlers when it dies: so first out of the list, then gone.
  std::vector<std::unique_ptr<Entry>> gone;
  const auto alive = std::stable_partition(entries_.begin(), entries_.end(),
                                           [](const auto& entry) { return entry->live; });
  std::move(alive, entries_.end(), std::back_inserter(gone));
  entries_.erase(alive, entries_.end());
}

ListenerId AnyList::add(AnyHandler handler, bool front) {
  const ListenerId id = Listeners::next_id();
  list_.insert(front ? list_.begin() : list_.end(), Any{id, std::move(handler)});
  return id;
}

bool AnyList::remove(ListenerId id) {
  return std::erase_if(list_, [id](const Any& any) { return id == 0 || any.id == id; }) != 0;
}

}  // namespace strata::sio
