// sio/await.cpp - how a wait for a socket begins, and its endings.
#include "sio/await.h"

#include "sio/client/manager_core.h"

namespace strata::sio {

SocketWait::SocketWait(ClientSocket& socket)
    : Wait({}),
      loop_(socket.io().loop()),
      socket_(&socket),
      manager_(socket.io().core().weak_from_this()) {}

SocketWait::~SocketWait() = default;

bool SocketWait::begin(const AwaitOptions& options) {
  if (!heed(options.signal.get())) return false;
  if (options.timeout) {
    timer_ = std::make_unique<net::Timer>(loop_, [this] {
      const auto kept = self();
      fail(std::make_exception_ptr(std::system_error(timed_out())));
    });
    timer_->start(*options.timeout);
  }
  return true;
}

void SocketWait::keep(ListenerId listener) { listeners_.push_back(listener); }

void SocketWait::end(const std::function<void()>& read) {
  if (settled()) return;
  const auto kept = self();
  std::exception_ptr failure;
  try {
    read();
  } catch (...) {
    failure = std::current_exception();
  }
  settle(failure);
}

void SocketWait::let_go() {
  if (timer_) timer_->stop();
  ClientSocket* const socket = std::exchange(socket_, nullptr);
  for (const ListenerId listener : std::exchange(listeners_, {}))
    if (socket != nullptr) socket->off(listener);
}

// Nobody is resumed while the socket falls apart around him.
void SocketWait::gone() {
  if (socket_ == nullptr || std::exchange(lost_, true)) return;
  const auto manager = manager_.lock();
  const bool lives = manager != nullptr && !manager->gone();
  if (lives) {
    let_go();  // of the other handlers
  } else {
    socket_ = nullptr;
  }
  loop_.post([kept = self(), lives] {
    kept->fail(lives ? std::make_exception_ptr(HandlerGoneError())
                     : std::make_exception_ptr(SocketGoneError()));
  });
}

void ConnectWait::start(const AwaitOptions& options) {
  if (!begin(options)) return;
  if (socket()->connected()) return settle(nullptr);
  keep(socket()->once("connect",
                      [ear = Ear(self())] { static_cast<ConnectWait&>(*ear.to).end([] {}); }));
  keep(socket()->on("connect_error", [ear = Ear(self())](const Failure& why) {
    static_cast<ConnectWait&>(*ear.to).failed(why, false);
  }));
  keep(socket()->on("disconnect", [ear = Ear(self())](const std::string& reason) {
    static_cast<ConnectWait&>(*ear.to).lost(reason);
  }));
  on_manager_ = socket()->io().on("reconnect_failed", [ear = Ear(self())] {
    static_cast<ConnectWait&>(*ear.to).failed({}, true);
  });
  socket()->connect();  // nothing, where it is being done
}

void ConnectWait::failed(const Failure& why, bool at_last) {
  if (settled() || socket() == nullptr) return;
  if (!at_last && socket()->active() && socket()->io().reconnection()) {
    last_ = why;
    return;
  }
  const auto kept = self();
  fail(std::make_exception_ptr(ConnectError(at_last ? last_ : why)));
}

// The session ended before the server let the socket in: no `connect_error` comes of that.
void ConnectWait::lost(const std::string& reason) {
  const Failure why{reason, {}, 0, {}};
  last_ = why;
  failed(why, reason == "forced close");
}

void ConnectWait::let_go() {
  if (socket() != nullptr && on_manager_ != 0) socket()->io().off(on_manager_);
  SocketWait::let_go();
}

Awaitable<ConnectWait> connected(ClientSocket& socket, AwaitOptions&& options) {
  auto wait = std::make_shared<ConnectWait>(socket);
  wait->start(options);
  return Awaitable<ConnectWait>(std::move(wait));
}

}  // namespace strata::sio
