// sio/client/front_run.cpp - who serves a Client's loop, and who does what is left at its end.
//
//                         served by           ~Client in a callback   ~Client elsewhere
//   Client(url), run()    who called run()    end()                   run() does end()
//   Client(url), start()  a thread of ours    end()                   it does end(), is waited for
//   Client(loop, url)     who serves `loop`   end()                   end() is posted
//   Client(url) alone     nobody                                      end()
#include <csignal>

#include "sio/client/front.h"

namespace strata::sio {
namespace {

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

}  // namespace

Front::Front(net::Loop* given)
    : own_loop(given == nullptr ? std::make_unique<net::EventLoop>() : nullptr),
      loop(given == nullptr ? own_loop.get() : given),
      served_by_(std::this_thread::get_id()) {}

Front::~Front() { end(); }

// With a loop of our own that nobody serves yet: the thread that made it.
bool Front::here() const {
  return own_loop ? served_by_.load(std::memory_order_acquire) == std::this_thread::get_id()
                  : loop->in_loop_thread();
}

Front::Served Front::served() {
  const std::lock_guard lock(mutex_);
  return served_;
}

std::error_code Front::run() {
  const auto kept = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    if (served_ != Served::by_nobody) return std::make_error_code(std::errc::operation_in_progress);
    served_ = Served::by_run;
    served_by_ = std::this_thread::get_id();
  }
  return serve();
}

std::error_code Front::start() {
  if (!own_loop) return std::make_error_code(std::errc::operation_not_supported);
  if (own_loop->error()) return own_loop->error();
  const std::lock_guard lock(mutex_);
  if (served_ != Served::by_nobody) return std::make_error_code(std::errc::operation_in_progress);
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
  served_ = Served::by_thread;
  return {};
}

std::error_code Front::serve() {
  const std::error_code error = loop->run();
  Served served;
  {
    const std::lock_guard lock(mutex_);
    served = std::exchange(served_, Served::by_nobody);
  }
  if (served == Served::to_the_end) end();
  return error ? error : failure_;
}

// --- the end ----------------------------------------------------------------------------------
void Front::bury() {
  gate->shut();
  if (!own_loop) {
    if (here()) return end();
    return loop->post([kept = shared_from_this()] { kept->end(); });
  }
  std::thread thread;
  bool is_served, in_callback;
  {
    const std::lock_guard lock(mutex_);
    is_served = served_ != Served::by_nobody;
    in_callback = is_served && here();
    if (is_served && !in_callback) served_ = Served::to_the_end;
    thread = std::move(thread_);
  }
  if (is_served) loop->stop();
  if (thread.joinable() && in_callback) thread.detach();  // it holds us until it is back
  if (thread.joinable()) thread.join();
  if (in_callback || !is_served) end();
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

}  // namespace strata::sio
