// sio/client/manager_event.h - how a Manager tells its events, to handlers and to its sockets.
//
//   listeners of "close":  [ handler ][ Turn of /a ][ handler ][ Turn of /b ]   as they came
//   tell("close", each):      called     each(/a)      called     each(/b)
//
// A handler that adds, removes or ends something on the way changes what is left to be told.
#pragma once
#include <utility>
#include <vector>

#include "sio/client/manager_core.h"

namespace strata::sio {

// Who has not been told yet, of those that were active when it began.
struct ManagerCore::Telling {
  Telling(ManagerCore& m, const void* e, void (*c)(const void*, ClientSocket&))
      : manager(m), each(e), call(c) {
    left.reserve(m.active_.size());
    for (const Active& active : m.active_) left.push_back(active.socket);
    outer = std::exchange(m.telling_, this);
  }
  ~Telling() { manager.telling_ = outer; }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

  void tell(ClientSocket& socket) {
    if (std::erase(left, &socket) != 0 && !manager.gone_ && socket.active()) call(each, socket);
  }

  ManagerCore& manager;
  const void* each;
  void (*call)(const void*, ClientSocket&);
  Telling* outer = nullptr;  // an event that this one began in
  std::vector<ClientSocket*> left;
};

// Among the handlers of an event: here it is the socket's turn to hear of it.
class ManagerCore::Turn final : public EventHandler {
 public:
  Turn(ManagerCore& manager, ClientSocket& socket) : manager_(manager), socket_(socket) {}
  std::optional<Mismatch> call(Call&) override { return std::nullopt; }
  void come() const {
    if (manager_.telling_ != nullptr) manager_.telling_->tell(socket_);
  }

 private:
  ManagerCore& manager_;
  ClientSocket& socket_;
};

// Arguments are made where somebody hears them.
template <class... V>
void ManagerCore::event(std::string_view name, const V&... values) {
  if (gone_) return;
  listeners_.run(name, [&](EventHandler& handler) {
    if (gone_) return;
    if (const auto* const turn = dynamic_cast<const Turn*>(&handler)) return turn->come();
    const auto call_it = [&](const Args& args) {
      Call call(*front_, nullptr, args, std::nullopt);
      if (const auto wrong = handler.call(call)) log(name, wrong->sentence());
    };
    guard([&] { as_arguments(call_it, values...); }, [&](std::string_view why) { log(name, why); });
  });
}

template <class Each, class... V>
void ManagerCore::tell(std::string_view name, const Each& each, const V&... values) {
  Telling telling(*this, &each, [](const void* context, ClientSocket& socket) {
    (*static_cast<const Each*>(context))(socket);
  });
  event(name, values...);
  // Whose turns were taken away, with all handlers of this event.
  while (!telling.left.empty()) telling.tell(*telling.left.front());
}

}  // namespace strata::sio
