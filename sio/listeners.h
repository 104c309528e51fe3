// sio/listeners.h - the handlers of one socket by event name, in order. As Node's emitter, but a
// handler removed while its event runs is not called any more: what it captured may be gone.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/handler.h"

namespace strata::sio {

using ListenerId = std::uint64_t;  // 0 is none

// A list, searched by a hash of the name: a socket has a few handlers, and ten thousand sockets
// have as many lists; a map of them would cost more memory and no less time. A name is in memory
// once for all that listen for it.
//   Lives:  longer than any run(); handlers removed meanwhile die when the last run() ends.
class Listeners {
 public:
  Listeners() = default;
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;
  // Never the same twice in a process: a stale id cannot remove somebody else's handler.
  static ListenerId next_id();
  // `id`: one of next_id(), drawn before.
  ListenerId add(std::string_view event, std::unique_ptr<EventHandler> handler, bool once,
                 bool front, ListenerId id = next_id());
  bool remove(ListenerId id);
  std::size_t remove_all(std::string_view event);
  void clear();
  std::size_t count(std::string_view event) const;
  std::vector<std::string> names() const;

  // Calls `each` with the handlers of `event` that are present now; returns how many there were.
  template <class Each>
  std::size_t run(std::string_view event, const Each& each) {
    return run(event, &each, [](const void* context, EventHandler& handler) {
      (*static_cast<const Each*>(context))(handler);
    });
  }

 private:
  using Visit = void (*)(const void* context, EventHandler& handler);
  std::size_t run(std::string_view event, const void* context, Visit visit);
  static bool hears(const EventHandler& handler, std::string_view event, std::size_t hash);
  template <class Which>
  std::size_t end(const Which& which);
  static void destroy(EventHandler* first);
  struct Running;
  void sweep();
  EventHandler* first_ = nullptr;  // owned, as each that it leads to
  EventHandler* last_ = nullptr;
  std::uint32_t running_ = 0;
  bool dead_ = false;  // some handler is no longer live
};

using AnyHandler = std::function<void(std::string_view event, const Args& args)>;

// Those who hear every event, in order.
class AnyList {
 public:
  bool empty() const { return list_.empty(); }
  ListenerId add(AnyHandler handler, bool front);
  bool remove(ListenerId id);  // 0: all
  // Calls `each` with those present now; one may add or remove others.
  template <class Each>
  void run(const Each& each) const {
    const std::vector<Any> present = list_;
    for (const Any& any : present) {
      const bool still = std::any_of(list_.begin(), list_.end(),
                                     [&any](const Any& other) { return other.id == any.id; });
      if (still) each(any.handler);
    }
  }

 private:
  struct Any {
    ListenerId id;
    AnyHandler handler;
  };
  std::vector<Any> list_;
};

struct AnyLists {  // what few sockets have
  AnyList incoming;
  AnyList outgoing;
};

}  // namespace strata::sio
