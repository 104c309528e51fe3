// sio/client/front.cpp - what a Client's namespaces do, as those see it who wait on other threads;
// and when all is at rest. Who serves its loop is front_run.cpp.
#include "sio/client/front.h"

#include "sio/client.h"

namespace strata::sio {
namespace {

// How often a closing connection is asked whether all has left.
constexpr net::Duration look_every = 5ms;

template <class Owner, class F>
ListenerId prepend(Owner& owner, std::string_view event, F handler) {
  return owner.listeners().add(event, make_handler<Owner>(std::move(handler)), false, true);
}

}  // namespace

bool Front::take(std::size_t bytes) {
  if (posted_.fetch_add(bytes, std::memory_order_relaxed) < Client::posted_max) return true;
  give(bytes);
  return false;
}

void Front::open(std::string_view url, ManagerOptions options) {
  options.auth = gated(gate, std::move(options.auth));
  looking_ = std::make_unique<net::Timer>(*loop, [this] { looked(); });
  manager = std::make_unique<Manager>(*loop, url, std::move(options));
  prepend(*manager, "close", [this] { look(); });
  prepend(*manager, "error", [this] { look(); });
  prepend(*manager, "reconnect_failed", [this] { look(); });
}

void Front::join(const std::shared_ptr<ChannelState>& state, std::optional<SocketOptions> options) {
  if (options) options->auth = gated(gate, std::move(options->auth));
  states_.push_back(state);
  state->socket =
      options ? &manager->socket(state->nsp, std::move(*options)) : &manager->socket(state->nsp);
  watch(state);
}

// Before the user's handlers: those find connected() and id() as they are.
void Front::watch(const std::shared_ptr<ChannelState>& state) {
  ClientSocket& socket = *state->socket;
  for (const ListenerId before : state->watching) socket.off(before);
  const ListenerId connect = prepend(socket, "connect", [this, state] {
    state->set_id(state->socket->id());
    state->connected = true;
    failure_.clear();
    state->ended.reset();
    state->settle({});
  });
  const ListenerId disconnect = prepend(socket, "disconnect", [this, state] {
    state->connected = false;
    state->set_id({});
    state->ended = std::make_error_code(std::errc::operation_canceled);
    look();
  });
  const ListenerId connect_error = prepend(socket, "connect_error", [this, state] {
    failure_ = std::make_error_code(state->socket->active() ? std::errc::connection_refused
                                                            : std::errc::permission_denied);
    if (!state->socket->active()) state->ended = failure_;
    look();
  });
  state->watching = {connect, disconnect, connect_error};
}

void Front::look() { looking_->start({}); }

bool Front::at_rest() const {
  const eio::Client* const engine = manager->engine();
  return engine == nullptr || engine->state() == eio::Client::State::closed;
}

// Behind the handlers of `connect_error`: who waited may read what they wrote down.
void Front::looked() {
  for (const auto& state : states_)
    if (state->ended && !state->socket->active()) state->settle(*state->ended);
  if (manager->state() != Manager::State::closed || manager->reconnecting()) return;
  // Nothing tries any more.
  for (const auto& state : states_)
    state->settle(failure_ ? failure_ : std::make_error_code(std::errc::operation_canceled));
  if (!at_rest()) return looking_->start(look_every);  // what waits is still leaving
  for (Awaiting& each : std::exchange(closing_, {})) each.set({});
  if (served() == Served::by_run) loop->stop();
}

void Front::await_connected(ChannelState& state, Awaiting waiting) {
  if (state.socket->connected()) return waiting.set({});
  state.waiting.push_back(std::move(waiting));
  // It may have been over before anybody asked; where nothing was tried yet, something will be.
  if (state.ended || failure_ || manager->engine() != nullptr) look();
}

void Front::leave(const std::shared_ptr<ChannelState>& state) {
  state->ended = std::make_error_code(std::errc::operation_canceled);
  state->socket->disconnect();
  if (manager) look();  // else a handler of `disconnect` has destroyed all
}

void Front::close(Awaiting done) {
  closing_.push_back(std::move(done));
  failure_.clear();
  for (const auto& state : std::vector(states_)) {
    if (!manager) return;  // a handler of `disconnect` has destroyed all
    state->ended = std::make_error_code(std::errc::operation_canceled);
    state->socket->disconnect();
    state->settle(std::make_error_code(std::errc::operation_canceled));
  }
  if (manager) manager->close();
  if (manager) look();
}

}  // namespace strata::sio
