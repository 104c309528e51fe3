// sio/listeners.cpp - handlers by event name.
#include "sio/listeners.h"

#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace strata::sio {

// A name that somebody listens for.
struct EventText {
  std::string text;
  std::size_t hash;
  std::size_t listeners = 0;
};

namespace {

std::size_t hash_of(std::string_view event) { return std::hash<std::string_view>{}(event); }

// All of them. Sockets of several loops share it, and some die with their server, in any thread.
class EventTexts {
 public:
  static EventTexts& all() {
    static EventTexts& only = *new EventTexts;  // outlives whatever is static, too
    return only;
  }
  EventText* take(std::string_view event) {
    const std::lock_guard lock(mutex_);
    auto found = texts_.find(event);
    if (found == texts_.end()) {
      auto text = std::make_unique<EventText>(EventText{std::string(event), hash_of(event)});
      const std::string_view key = text->text;
      found = texts_.emplace(key, std::move(text)).first;
    }
    ++found->second->listeners;
    return found->second.get();
  }
  void leave(EventText* text) {
    const std::lock_guard lock(mutex_);
    if (--text->listeners == 0) texts_.erase(texts_.find(text->text));
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string_view, std::unique_ptr<EventText>> texts_;
};

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

Listeners::~Listeners() { destroy(std::exchange(first_, nullptr)); }

void Listeners::destroy(EventHandler* first) {
  while (first != nullptr) {
    const std::unique_ptr<EventHandler> gone(std::exchange(first, first->next_));
    EventTexts::all().leave(gone->event_);
  }
}

ListenerId Listeners::add(std::string_view event, std::unique_ptr<EventHandler> handler, bool once,
                          bool front, ListenerId id) {
  handler->event_ = EventTexts::all().take(event);
  handler->id_ = id & ((std::uint64_t{1} << 62) - 1);
  handler->once_ = once;
  handler->live_ = true;
  EventHandler* const added = handler.release();
  if (first_ == nullptr) {
    first_ = last_ = added;
  } else if (front) {
    added->next_ = std::exchange(first_, added);
  } else {
    last_ = last_->next_ = added;
  }
  return id;
}

bool Listeners::hears(const EventHandler& handler, std::string_view event, std::size_t hash) {
  return handler.event_->hash == hash && handler.live_ && handler.event_->text == event;
}

template <class Which>
std::size_t Listeners::end(const Which& which) {
  std::size_t ended = 0;
  for (EventHandler* at = first_; at != nullptr; at = at->next_) {
    if (!at->live_ || !which(*at)) continue;
    at->live_ = false;
    ++ended;
  }
  dead_ = dead_ || ended != 0;
  if (running_ == 0) sweep();
  return ended;
}

bool Listeners::remove(ListenerId id) {
  return end([id](const EventHandler& handler) { return handler.id_ == id; }) != 0;
}

std::size_t Listeners::remove_all(std::string_view event) {
  const std::size_t hash = hash_of(event);
  return end([&](const EventHandler& handler) { return hears(handler, event, hash); });
}

void Listeners::clear() {
  end([](const EventHandler&) { return true; });
}

std::size_t Listeners::count(std::string_view event) const {
  const std::size_t hash = hash_of(event);
  std::size_t count = 0;
  for (const EventHandler* at = first_; at != nullptr; at = at->next_)
    count += hears(*at, event, hash) ? 1 : 0;
  return count;
}

std::vector<std::string> Listeners::names() const {
  std::vector<std::string> names;
  for (const EventHandler* at = first_; at != nullptr; at = at->next_) {
    const std::string& name = at->event_->text;
    if (at->live_ && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  return names;
}

std::size_t Listeners::run(std::string_view event, const void* context, Visit visit) {
  // Those present now: an event with more handlers than fit here is rare, and may allocate.
  std::array<EventHandler*, 4> few;
  std::vector<EventHandler*> many;
  std::size_t found = 0;
  const std::size_t hash = hash_of(event);
  for (EventHandler* at = first_; at != nullptr; at = at->next_) {
    if (!hears(*at, event, hash)) continue;
    if (found == few.size()) many.assign(few.begin(), few.end());
    if (found >= few.size()) many.push_back(at);
    if (found < few.size()) few[found] = at;
    ++found;
  }
  if (found == 0) return 0;
  const Running running(*this);
  EventHandler* const* present = many.empty() ? few.data() : many.data();
  for (std::size_t i = 0; i < found; ++i) {
    EventHandler& handler = *present[i];
    if (!handler.live_) continue;  // an earlier handler took it away
    if (handler.once_) {           // before the call, or a nested event would repeat it
      handler.live_ = false;
      dead_ = true;
    }
    visit(context, handler);
  }
  return found;
}

void Listeners::sweep() {
  if (!dead_) return;
  dead_ = false;
  // What dies may own what removes handlers when it dies: so first out of the list, then gone.
  EventHandler* gone = nullptr;
  EventHandler** link = &first_;
  last_ = nullptr;
  while (EventHandler* const at = *link) {
    if (at->live_) {
      last_ = at;
      link = &at->next_;
    } else {
      *link = at->next_;
      at->next_ = std::exchange(gone, at);
    }
  }
  destroy(gone);
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
