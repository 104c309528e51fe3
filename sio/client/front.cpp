// sio/client/front.cpp - how a Client is served, comes to rest, and ends.
#include "sio/client/front.h"

#include <csignal>

#include "sio/client.h"

namespace strata::sio {
namespace {

// How often a closing connection is asked whether all has left.
constexpr net::Duration look_every = 5ms;

// A thread of ours is none that the program's signals should land on.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

template <class Owner, class F>
ListenerId prepend(Owner& owner, std::string_view event, F handler) {
  return owner.listeners().add(event, make_handler<Owner>(std::move(handler)), false, true);
}

}  // namespace

Front::Front(net::Loop* given)
    : own_loop(given == nullptr ? std::make_unique<net::EventLoop>() : nullptr),
      loop(given == nullptr ? own_loop.get() : given),
      served_by_(std::this_thread::get_id()) {}

Front::~Front() { end(); }

bool Front::here() const {
  return own_loop ? served_by_.load(std::memory_order_acquire) == std::this_thread::get_id()
                  : loop->in_loop_thread();
}

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
  for (const auto& state : states_)
    state->settle(failure_ ? failure_ : std::make_error_code(std::errc::operation_canceled));
  if (!at_rest()) return looking_->start(look_every);
  for (Awaiting& each : std::exchange(closing_, {})) each.set({});
  if (ends_at_rest_) loop->stop();
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

std::error_code Front::serve() {
  std::error_code error = loop->run();
  ends_at_rest_ = false;
  bool buried = false;
  {
    const std::lock_guard lock(mutex_);
    serving_ = false;
    buried = buried_;
  }
  if (buried) end();
  return error ? error : failure_;
}

std::error_code Front::run() {
  const auto kept = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(serving_, true))
      return std::make_error_code(std::errc::operation_in_progress);
    served_by_ = std::this_thread::get_id();
  }
  ends_at_rest_ = true;
  return serve();
}

std::error_code Front::start() {
  if (!own_loop) return std::make_error_code(std::errc::operation_not_supported);
  if (own_loop->error()) return own_loop->error();
  const std::lock_guard lock(mutex_);
  if (serving_) return std::make_error_code(std::errc::operation_in_progress);
  if (thread_.joinable()) thread_.join();  // one that stop() ended
  try {
    const SignalsBlocked blocked;
    thread_ = std::thread([kept = shared_from_this()] {
      kept->served_by_ = std::this_thread::get_id();
      static_cast<void>(kept->serve());
    });
  } catch (const std::system_error& error) {
    return error.code();
  }
  served_by_ = thread_.get_id();
  serving_ = true;
  return {};
}

void Front::end() {
  looking_.reset();
  for (const auto& state : std::exchange(states_, {})) {
    state->connected = false;
    state->settle(std::make_error_code(std::errc::operation_canceled));
  }
  closing_.clear();
  manager.reset();
}

void Front::bury() {
  gate->shut();
  if (!own_loop) {
    if (here()) return end();
    return loop->post([kept = shared_from_this()] { kept->end(); });
  }
  std::thread thread;
  bool serving = false;
  {
    const std::lock_guard lock(mutex_);
    serving = serving_;
    if (serving && !here()) buried_ = true;
    thread = std::move(thread_);
  }
  if (serving) loop->stop();
  if (serving && here()) {  // inside a callback: who serves holds us until it is back
    end();
    if (thread.joinable()) thread.detach();
    return;
  }
  if (thread.joinable()) thread.join();
  if (!serving) end();
}

}  // namespace strata::sio
