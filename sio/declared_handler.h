// sio/declared_handler.h - handlers of events that were declared (event.h). (codec)
#pragma once
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "sio/event.h"
#include "sio/handler.h"

namespace strata::sio {
namespace typed {

// Calls `f` with the declared values, which it may take as it likes; the socket may stand before
// them and an Ack behind.
template <class Owner, class F, class E>
class DeclaredHandler;
template <class Owner, class F, EventName Name, class... Values>
class DeclaredHandler<Owner, F, sio::Event<Name, Values...>> final : public EventHandler {
 public:
  using All = Parameters<Values...>;
  explicit DeclaredHandler(F f) : f_(std::move(f)) {}
  std::optional<Mismatch> call(Call& call) override {
    constexpr auto indices = std::index_sequence_for<Values...>{};
    typename All::Slots slots;
    if (auto wrong = All::read(slots, call.args(), indices)) {
      if (const Ack ack = call.ack()) ack(Json{{"error", wrong->sentence()}});
      return wrong;
    }
    run(call, slots, indices);
    return std::nullopt;
  }

 private:
  template <std::size_t... I>
  void run(Call& call, [[maybe_unused]] typename All::Slots& slots, std::index_sequence<I...>) {
    if constexpr (std::is_invocable_v<F&, Values&...>) {
      f_(std::get<I>(slots).get()...);
    } else if constexpr (std::is_invocable_v<F&, Values&..., Ack>) {
      f_(std::get<I>(slots).get()..., call.ack());
    } else if constexpr (std::is_invocable_v<F&, Owner&, Values&...>) {
      f_(static_cast<Owner&>(call.hearer()), std::get<I>(slots).get()...);
    } else {
      static_assert(std::is_invocable_v<F&, Owner&, Values&..., Ack>,
                    "a handler of a declared event takes its values, in their order; the socket "
                    "of its own end may stand first and an sio::Ack last");
      f_(static_cast<Owner&>(call.hearer()), std::get<I>(slots).get()..., call.ack());
    }
  }
  F f_;
};

}  // namespace typed

template <class Owner, DeclaredEvent E, class F>
std::unique_ptr<EventHandler> make_declared_handler(F&& f) {
  return std::make_unique<typed::DeclaredHandler<Owner, std::decay_t<F>, E>>(std::forward<F>(f));
}

}  // namespace strata::sio
