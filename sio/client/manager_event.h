// sio/client/manager_event.h - how a Manager tells its events and its sockets.
#pragma once
#include <algorithm>
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

// Those that are active now; one may leave or join meanwhile.
template <class Each>
void ManagerCore::for_active(const Each& each) {
  const std::vector<ClientSocket*> present = active_;
  for (ClientSocket* const socket : present) {
    if (gone_) return;
    if (socket->active()) each(*socket);
  }
}

}  // namespace strata::sio
