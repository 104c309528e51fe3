// net/event_loop.cpp - one turn after the other.
#include "net/event_loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <exception>
#include <string>

#include "net/socket.h"
#include "net/tcp_connection.h"
#include "net/tcp_connector.h"
#include "net/tcp_listener.h"

namespace strata::net {

static constexpr std::size_t deferred_at_once = 256;  // tasks of a turn that allocate nothing

struct EventLoop::Batch {
  std::array<epoll_event, 256> events;
  int at = 0;
  int count = 0;
};

EventLoop::EventLoop()
    : receive_room_(new std::uint8_t[receive_room_bytes]),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timerfd_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      eventfd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      batch_(new Batch),
      thread_(std::this_thread::get_id()) {
  // To bury the dead must need no memory, or those whose memory ran out would die too early.
  deferred_.reserve(deferred_at_once);
  deferred_now_.reserve(deferred_at_once);
  if (!epoll_ || !timerfd_ || !eventfd_) {
    error_ = last_error();
    return;
  }
  error_ = watch(timer_source_, timerfd_.get(), EPOLLIN);
  if (!error_) error_ = watch(event_source_, eventfd_.get(), EPOLLIN);
}

EventLoop::~EventLoop() {
  // Tasks may own connections, which want a whole loop to die in; and these may post again.
  drop_waiting();
  for (int rounds = 0; rounds < 8; ++rounds) {
    std::vector<Task> dead = std::move(deferred_);
    deferred_.clear();
    const std::lock_guard lock(posted_mutex_);
    std::move(posted_.begin(), posted_.end(), std::back_inserter(dead));
    posted_.clear();
  }
}

TimePoint EventLoop::now() const { return in_turn_ ? now_ : std::chrono::steady_clock::now(); }

bool EventLoop::in_loop_thread() const {
  return thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

static void ring(int eventfd) {
  // Never fails but when its counter is full, and then it is readable already.
  [[maybe_unused]] const int written = eventfd_write(eventfd, 1);
}

void EventLoop::post(Task task) {
  bool first = false;
  {
    const std::lock_guard lock(posted_mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(task));
  }
  if (first) ring(eventfd_.get());
}

void EventLoop::stop() {
  stopping_.store(true);
  ring(eventfd_.get());
}

void EventLoop::wake() {
  if (!std::exchange(awake_, true)) ring(eventfd_.get());
}

void EventLoop::defer(Task task) {
  deferred_.push_back(std::move(task));
  if (!in_turn_) wake();
}

void EventLoop::queue(EventSource& source) {
  if (SourceList::linked(source)) return;
  queued_.push(source);
  if (!in_turn_) wake();
}

void EventLoop::queue_next(EventSource& source) {
  if (!SourceList::linked(source)) next_queued_.push(source);
  if (!in_turn_) wake();
}

std::error_code EventLoop::run() {
  if (error_) return error_;
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  do turn(-1);
  while (!stopping_.exchange(false));
  if (has_work()) wake();
  return {};
}

std::error_code EventLoop::poll_once(Duration wait) {
  if (error_) return error_;
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  turn(static_cast<int>(std::clamp<std::int64_t>(wait_ms, -1, 1 << 30)));
  if (has_work()) wake();
  return {};
}

void EventLoop::turn(int wait_ms) {
  assert(!in_turn_ && "a turn inside a turn");
  const int events = epoll_wait(epoll_.get(), batch_->events.data(),
                                static_cast<int>(batch_->events.size()), has_work() ? 0 : wait_ms);
  now_ = std::chrono::steady_clock::now();
  in_turn_ = true;
  dispatch(events);  // before the timers: what arrived in time counts, however late this turn is
  fire_timers();
  run_queued();
  run_deferred();
  arm_timerfd();
  in_turn_ = false;
}

// Nothing that was thrown may end the loop; the answer says what it was.
template <class Call>
std::error_code EventLoop::guarded(const char* where, Call&& call) {
  try {
    call();
    return {};
  } catch (const std::bad_alloc&) {
    char sentence[64];  // to say so needs no more of it
    std::snprintf(sentence, sizeof sentence, "out of memory in %s", where);
    log(sentence);
    return std::make_error_code(std::errc::not_enough_memory);
  } catch (const std::exception& thrown) {
    log(std::string("exception in ") + where + ": " + thrown.what());
  } catch (...) {
    log(std::string("exception of unknown type in ") + where);
  }
  return std::make_error_code(std::errc::operation_canceled);
}

template <class Call>
void EventLoop::call_source(EventSource& source, const char* where, Call&& call) {
  running_ = &source;
  const std::error_code thrown = guarded(where, call);
  if (thrown && running_ == &source) source.on_thrown(thrown);
  running_ = nullptr;
}

void EventLoop::log(std::string_view sentence) const {
  if (log_) return log_(sentence);
  std::fprintf(stderr, "strata: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
}

void EventLoop::dispatch(int events) {
  batch_->count = events;
  for (batch_->at = 0; batch_->at < batch_->count; ++batch_->at) {
    const epoll_event& event = batch_->events[static_cast<std::size_t>(batch_->at)];
    if (event.data.ptr == nullptr) continue;  // unwatched earlier in this batch
    auto& source = *static_cast<EventSource*>(event.data.ptr);
    const std::uint32_t what = event.events;
    call_source(source, "an event", [&] { source.on_events(what); });
  }
  batch_->count = 0;
}

std::error_code EventLoop::watch(EventSource& source, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &source;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return last_error();
  source.fd_ = fd;
  source.interest_ = events;
  return {};
}

void EventLoop::rewatch(EventSource& source, std::uint32_t events) {
  if (source.interest_ == events || !source.watched()) return;
  epoll_event event{};
  event.events = events;
  event.data.ptr = &source;
  source.interest_ = events;
  // Cannot fail for a registered descriptor: it needs no memory.
  [[maybe_unused]] const int failed = epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, source.fd_, &event);
  assert(failed == 0);
}

void EventLoop::unwatch(EventSource& source) {
  SourceList::remove(source);
  if (running_ == &source) running_ = nullptr;
  if (!source.watched()) return;
  // Explicitly, and not by closing: a copy of the descriptor in a forked child would keep it.
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, source.fd_, nullptr);
  source.fd_ = -1;
  for (int i = batch_->at; i < batch_->count; ++i) {
    epoll_event& event = batch_->events[static_cast<std::size_t>(i)];
    if (event.data.ptr == &source) event.data.ptr = nullptr;
  }
}

void EventLoop::run_queued() {
  SourceList offers;
  queued_.take_all(next_queued_);
  offers.take_all(queued_);  // what they queue meanwhile has its offer in the next turn
  while (EventSource* const source = offers.pop())
    call_source(*source, "an offer", [&] { source->on_queued(Pass::offer); });
  // More than one round, for closed() tells others; but no end to rounds would starve the events.
  for (int rounds = 0; rounds < 4 && !queued_.empty(); ++rounds) {
    SourceList ending;
    ending.take_all(queued_);
    while (EventSource* const source = ending.pop())
      call_source(*source, "a flush", [&] { source->on_queued(Pass::finish); });
  }
}

void EventLoop::run_deferred() {
  if (deferred_.empty()) return;
  deferred_now_.swap(deferred_);
  for (Task& task : deferred_now_) {
    guarded("a deferred task", [&] { task(); });
    task = Task();  // it may own what dies here, in order
  }
  deferred_now_.clear();
}

void EventLoop::on_eventfd() {
  eventfd_t count = 0;
  eventfd_read(eventfd_.get(), &count);
  awake_ = false;
  {
    const std::lock_guard lock(posted_mutex_);
    posted_now_.swap(posted_);
  }
  for (Task& task : posted_now_) {
    guarded("a posted task", [&] { task(); });
    task = Task();
  }
  posted_now_.clear();
}

// --- timers -------------------------------------------------------------------------------------

void EventLoop::arm(TimerEntry& entry, TimePoint deadline) {
  timers_.arm(entry, deadline);
  if (!in_turn_) arm_timerfd();
}

void EventLoop::disarm(TimerEntry& entry) { timers_.disarm(entry); }

void EventLoop::fire_timers() {
  for (bool again = true; again;) {
    again = false;
    const auto next = timers_.next();
    if (next && *next <= now_ && guarded("a timer", [&] { timers_.fire_due(now_); })) again = true;
  }
}

// Only when the earliest deadline moved earlier: one that moved later costs one idle wake-up.
void EventLoop::arm_timerfd() {
  const auto next = timers_.next();
  if (!next || *next >= timerfd_at_) return;
  timerfd_at_ = *next;
  const auto at = std::max<Duration>(next->time_since_epoch(), 1ns);  // 0 would disarm it
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(at / 1s);
  when.it_value.tv_nsec = static_cast<long>((at % 1s).count());
  timerfd_settime(timerfd_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

void EventLoop::on_timerfd() {
  std::uint64_t count = 0;
  if (::read(timerfd_.get(), &count, sizeof count) > 0) timerfd_at_ = TimePoint::max();
}

// --- sockets ------------------------------------------------------------------------------------

Result<std::unique_ptr<Listener>, std::error_code> EventLoop::listen(const Address& address,
                                                                     const ListenOptions& options,
                                                                     OnAccept on_accept) {
  if (error_) return error_;
  auto listener = std::make_unique<TcpListener>(*this, options, std::move(on_accept));
  if (const std::error_code failed = listener->listen(address)) return failed;
  return std::unique_ptr<Listener>(std::move(listener));
}

std::unique_ptr<Connecting> EventLoop::connect(std::span<const Address> addresses,
                                               const ConnectOptions& options, OnConnect done) {
  return std::make_unique<TcpConnector>(*this, addresses, options, std::move(done));
}

static bool same(const ConnectionOptions& a, const ConnectionOptions& b) {
  return a.high_water == b.high_water && a.low_water == b.low_water &&
         a.kept_bytes_max == b.kept_bytes_max && a.write_timeout == b.write_timeout &&
         a.reads_above_high_water == b.reads_above_high_water;
}

const SharedOptions& EventLoop::share(const ConnectionOptions& options) {
  if (!same(*recent_options_, options)) recent_options_ = SharedOptions(options);
  return recent_options_;
}

Result<std::unique_ptr<Connection>, std::error_code> EventLoop::adopt(
    Detached from, const ConnectionOptions& options) {
  const int flags = ::fcntl(from.fd, F_GETFL);  // it may come from another owner than a loop
  if (flags < 0 || ::fcntl(from.fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    const std::error_code failed = last_error();
    Fd(from.fd).reset();
    return failed;
  }
  set_nodelay(from.fd);
  return TcpConnection::make(*this, std::move(from), share(options));
}

// --- foreign descriptors ------------------------------------------------------------------------

struct Watch::Source final : EventSource {
  Source(EventLoop& l, std::function<void(std::uint32_t)> call)
      : loop(l), callback(std::move(call)) {}
  void on_events(std::uint32_t events) override { callback(events); }
  EventLoop& loop;
  std::function<void(std::uint32_t)> callback;
};

// It may be running: out of the loop now, destroyed at the end of the turn.
void Watch::Delete::operator()(Source* source) const {
  EventLoop& loop = source->loop;
  loop.unwatch(*source);
  loop.defer([owned = std::unique_ptr<Source>(source)] {});
}

Watch& Watch::operator=(Watch&& other) noexcept {
  source_ = std::move(other.source_);
  return *this;
}

void Watch::reset() { source_.reset(); }

void Watch::set(std::uint32_t events) {
  if (source_ != nullptr) source_->loop.rewatch(*source_, events);
}

Result<Watch, std::error_code> EventLoop::add(int fd, std::uint32_t events,
                                              std::function<void(std::uint32_t)> callback) {
  Watch watched;
  watched.source_.reset(new Watch::Source(*this, std::move(callback)));
  if (const std::error_code failed = watch(*watched.source_, fd, events)) return failed;
  return watched;
}

}  // namespace strata::net
