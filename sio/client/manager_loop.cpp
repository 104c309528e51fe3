// sio/client/manager_loop.cpp - opening, and opening again.
#include <array>
#include <utility>

#include "net/random.h"
#include "sio/client/manager_core.h"
#include "sio/client/manager_event.h"

namespace strata::sio {
namespace {

double chance() {  // from 0 to below 1, in steps of 2^-16
  std::array<std::uint8_t, 2> bytes{};
  net::fill_random(bytes);
  return (bytes[0] * 256 + bytes[1]) / 65536.0;
}

}  // namespace

void ManagerCore::open(Manager::OnOpened done) {
  if (gone_ || state_ != State::closed) return;
  skip_reconnect_ = false;
  on_opened_ = std::move(done);
  start();
}

void ManagerCore::start() {
  reconnect_timer_.stop();
  state_ = State::opening;
  try {
    begin();
  } catch (...) {  // no memory: as if nobody had tried
    if (engine_) engine_->close();
    stop_timers();
    state_ = State::closed;
    throw;
  }
}

void ManagerCore::begin() {
  const std::weak_ptr<ManagerCore> self = weak_from_this();
  if (!refused_.empty()) {  // later, as any other failure; and again it would be the same
    open_timer_ = loop_.after({}, [self] {
      const auto core = self.lock();
      if (!core || core->gone_) return;
      core->skip_reconnect_ = true;
      core->reconnecting_ = false;
      core->opening_failed({"invalid URL", {}, 0, std::string(core->refused_)});
    });
    return;
  }
  if (!engine_) engine_ = std::make_unique<eio::Client>(loop_, engine_options());
  engine_->open();
  if (!options_.timeout) return;
  open_timer_ = loop_.after(*options_.timeout, [self] {
    const auto core = self.lock();
    if (!core || core->gone_ || core->state_ != State::opening) return;
    core->engine_->close();
    core->opening_failed({"timeout", {}, 0, {}});
  });
}

void ManagerCore::stop_timers() {
  open_timer_.cancel();
  reconnect_timer_.stop();
}

void ManagerCore::tell_error(const Failure& why) {
  guard(
      [&] {
        tell(
            "error", [&](ClientSocket& socket) { socket.failed(why); }, why);
      },
      [&](std::string_view what) { log("error", what); });
}

void ManagerCore::opening_failed(const Failure& why) {
  stop_timers();
  state_ = State::closed;
  const auto done = std::exchange(on_opened_, {});
  tell_error(why);
  if (done && !gone_) guard([&] { done(&why); }, [&](std::string_view what) { log("open", what); });
  if (reconnecting_) {
    if (state_ == State::closed) {  // else one who heard of it has begun the next attempt
      reconnecting_ = false;
      reconnect();  // what it may say comes first, as at the reference
    }
    event("reconnect_error", why);
  } else if (!done && options_.reconnection && backoff_.attempts() == 0) {
    reconnect();
  }
}

void ManagerCore::close() {
  const auto kept = keep();
  if (gone_) return;
  skip_reconnect_ = true;
  const bool looped = std::exchange(reconnecting_, false);
  if (state_ == State::closed && !looped) return;
  on_opened_ = {};
  if (engine_) engine_->close();
  connection_lost("forced close", std::nullopt);
}

void ManagerCore::connection_lost(std::string_view reason, const std::optional<Failure>& details) {
  stop_timers();
  fresh_ = true;
  backoff_.reset();
  state_ = State::closed;
  for (const auto& socket : sockets_) socket->session_over();
  const auto closed = [&](ClientSocket& socket) { socket.closed(reason, details); };
  guard([&] { details ? tell("close", closed, reason, *details) : tell("close", closed, reason); },
        [&](std::string_view what) { log("close", what); });
  if (options_.reconnection) reconnect();
}

// One loop at a time: it waits, tries, and comes here again.
void ManagerCore::reconnect() {
  if (gone_ || reconnecting_ || skip_reconnect_ || state_ != State::closed) return;
  if (backoff_.attempts() >= options_.reconnection_attempts) {
    backoff_.reset();
    return event("reconnect_failed");
  }
  reconnect_timer_.start(backoff_.next(options_.random ? options_.random() : chance()));
  reconnecting_ = true;
}

void ManagerCore::attempt() {
  if (gone_ || skip_reconnect_) return;
  event("reconnect_attempt", static_cast<int>(backoff_.attempts()));
  // Whoever heard it may have closed or opened it.
  if (gone_ || skip_reconnect_ || state_ != State::closed) return;
  guard([&] { start(); },
        [&](std::string_view what) {
          opening_failed({std::string(what), {}, 0, {}});
        });
}

void ManagerCore::set_reconnection(bool on) {
  options_.reconnection = on;
  if (on) return;
  skip_reconnect_ = true;
  if (reconnecting_ && state_ == State::closed) {
    reconnecting_ = false;
    reconnect_timer_.stop();
  }
}

void ManagerCore::log(std::string_view what, std::string_view why) {
  if (gone_ || !sink_) return;
  guard(
      [&] {
        std::string line = "a handler of \"";
        line.append(what).append("\" failed: ").append(why);
        const auto sink = sink_;  // it may set another
        sink(line);
      },
      [](std::string_view) {});
}

}  // namespace strata::sio
