// sio/client/manager_event.h - how a Manager tells its events, to handlers and to its sockets.
//
//   listeners of "close":  [ handler ][ Turn of /a ][ handler ][ Turn of /b ]   as they came
//   tell("close", each):      called     each(/a)      called     each(/b)
//
// A handler that adds, removes or ends something on the way changes what is left to be told.
#pragma once
#include <exception>
#include <utility>
#include <vector>

#include "sio/client/manager_core.h"

namespace strata::sio {

template <class... V>
void ManagerCore::event(std::string_view name, const V&... values) {
  if (gone_ || listeners_.count(name) == 0) return;
  const auto call_all = [&](const Args& args) {
    Call call(*front_, nullptr, args, std::nullopt);
    listeners_.run(name, [&](EventHandler& handler) {
      if (gone_) return;
      guard(
          [&] {
            if (const auto wrong = handler.call(call)) log(name, wrong->sentence());
          },
          [&](std::string_view why) { log(name, why); });
    });
  };
  as_arguments(call_all, values...);
}

// Who has not been told yet, of those that were active when it began.
struct ManagerCore::Telling {
  Telling(ManagerCore& m, const void* e, void (*c)(const void*, ClientSocket&))
      : manager(m), each(e), call(c), outer(std::exchange(m.telling_, this)) {
    left.reserve(m.active_.size());
    for (const Active& active : m.active_) left.push_back(active.socket);
  }
  ~Telling() { manager.telling_ = outer; }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

  void tell(ClientSocket& socket) {
    if (std::erase(left, &socket) != 0 && !manager.gone_ && socket.active()) call(each, socket);
  }
  // Among handlers: what it throws is none of theirs.
  void tell_by_turn(ClientSocket& socket) {
    try {
      tell(socket);
    } catch (...) {
      failure = std::current_exception();
    }
  }

  ManagerCore& manager;
  const void* each;
  void (*call)(const void*, ClientSocket&);
  Telling* outer;  // an event that this one began in
  std::vector<ClientSocket*> left;
  std::exception_ptr failure;
};

template <class Each, class... V>
void ManagerCore::tell(std::string_view name, const Each& each, const V&... values) {
  Telling telling(*this, &each, [](const void* context, ClientSocket& socket) {
    (*static_cast<const Each*>(context))(socket);
  });
  event(name, values...);
  // Whose turns were taken away, with all handlers of this event.
  while (!telling.left.empty()) telling.tell(*telling.left.front());
  if (telling.failure) std::rethrow_exception(telling.failure);
}

}  // namespace strata::sio
