// net/event_loop.h - the loop: epoll, timers, tasks from other threads.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "net/block_pool.h"
#include "net/event_source.h"
#include "net/fd.h"
#include "net/loop.h"
#include "net/shared_options.h"
#include "net/watch.h"

namespace strata::net {

// One turn: wait; events; due timers; offers of the ready list; what was appended leaves, and
// closed connections say so; deferred tasks.
//   Owns:    its epoll, timer and event descriptors, the receive buffer, the spare blocks.
//   Lives:   longer than everything made by it. Tasks that it never ran are destroyed with it.
//   Errors:  a failed constructor shows in error(), run() and poll_once(). An exception out of a
//            callback goes to the log; a connection's own ends that connection.
//   Threads: one; post(), stop() and in_loop_thread() are for any.
//
// At home in a foreign loop: fd() turns readable whenever there is something to do, timers, posts
// and appends included; then call poll_once(). That is all.
class EventLoop final : public Loop {
 public:
  EventLoop();
  ~EventLoop() override;

  TimePoint now() const override;
  void post(Task task) override;
  void defer(Task task) override;
  void stop() override;
  std::error_code run() override;
  bool in_loop_thread() const override;
  void arm(TimerEntry& entry, TimePoint deadline) override;
  void disarm(TimerEntry& entry) override;
  Result<std::unique_ptr<Listener>, std::error_code> listen(const Address& address,
                                                            const ListenOptions& options,
                                                            OnAccept on_accept) override;
  std::unique_ptr<Connecting> connect(std::span<const Address> addresses,
                                      const ConnectOptions& options, OnConnect done) override;
  Result<std::unique_ptr<Connection>, std::error_code> adopt(
      Detached from, const ConnectionOptions& options) override;

  std::error_code error() const { return error_; }
  int fd() const { return epoll_.get(); }
  // One turn that waits at most so long (rounded up to milliseconds) if there is nothing to do.
  std::error_code poll_once(Duration wait = {});

  // `events` as for poll(2): POLLIN, POLLOUT, POLLPRI; level-triggered. Regular files: EPERM.
  Result<Watch, std::error_code> add(int fd, std::uint32_t events,
                                     std::function<void(std::uint32_t)> callback);

  // Where sentences about exceptions and bugs go; to stderr by default.
  void set_log(std::function<void(std::string_view)> log) { log_ = std::move(log); }
  void log(std::string_view sentence) const;

  // --- for the drivers of this folder -----------------------------------------------------------
  std::error_code watch(EventSource& source, int fd, std::uint32_t events);
  void rewatch(EventSource& source, std::uint32_t events);
  void unwatch(EventSource& source);  // no event of this batch reaches it any more
  // True inside a call of this source, until unwatch(): so it tells whether `source` still lives.
  bool runs(const EventSource& source) const { return running_ == &source; }
  void queue(EventSource& source);  // its on_queued() follows in this turn, or makes fd() readable
  void queue_next(EventSource& source);  // the same, but in the next turn: others come first
  BlockPool& pool() { return pool_; }
  const SharedOptions& share(const ConnectionOptions& options);
  // What a recv may fill. Its content lives until the caller of recv returns.
  MutableBytes receive_room() { return {receive_room_.get(), receive_room_bytes}; }
  static constexpr std::size_t receive_room_bytes = 128 * 1024;

 private:
  struct Inner final : EventSource {
    Inner(EventLoop& l, void (EventLoop::*call)()) : loop(l), on_ready(call) {}
    void on_events(std::uint32_t) override { (loop.*on_ready)(); }
    EventLoop& loop;
    void (EventLoop::*on_ready)();
  };
  bool has_work() const { return !queued_.empty() || !next_queued_.empty() || !deferred_.empty(); }
  void turn(int wait_ms);
  void dispatch(int events);
  void fire_timers();
  void run_queued();
  void run_deferred();
  void arm_timerfd();
  void on_timerfd();
  void on_eventfd();
  void wake();
  template <class Call>
  std::error_code guarded(const char* where, Call&& call);
  template <class Call>
  void call_source(EventSource& source, const char* where, Call&& call);

  BlockPool pool_;
  SharedOptions recent_options_{ConnectionOptions()};
  std::unique_ptr<std::uint8_t[]> receive_room_;
  Fd epoll_, timerfd_, eventfd_;
  Inner timer_source_{*this, &EventLoop::on_timerfd};
  Inner event_source_{*this, &EventLoop::on_eventfd};
  std::error_code error_;
  std::function<void(std::string_view)> log_;

  struct Batch;  // of epoll_wait
  std::unique_ptr<Batch> batch_;
  SourceList queued_, next_queued_;
  EventSource* running_ = nullptr;  // whose call this is; null once it left the loop
  std::vector<Task> deferred_, deferred_now_;
  TimerQueue timers_;
  TimePoint timerfd_at_ = TimePoint::max();  // when it will fire
  TimePoint now_{};
  bool in_turn_ = false;
  bool awake_ = false;  // the eventfd was written for what is queued

  std::atomic<std::thread::id> thread_;
  std::atomic<bool> stopping_{false};
  std::mutex posted_mutex_;
  std::vector<Task> posted_;  // guarded by posted_mutex_
  std::vector<Task> posted_now_;
};

}  // namespace strata::net
