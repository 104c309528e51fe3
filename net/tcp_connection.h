// net/tcp_connection.h - a Connection over a socket, TCP or Unix.
#pragma once
#include "net/connection.h"
#include "net/event_source.h"
#include "net/fd.h"
#include "net/recv_buffer.h"
#include "net/shared_options.h"
#include "net/timer_queue.h"

namespace strata::net {

class EventLoop;

// Owns:    its descriptor, what is queued and what is kept. Idle, this object is all of it.
// Lives:   as Connection says; shorter than its loop.
// Threads: its loop's.
class TcpConnection final : public Connection, private EventSource {
 public:
  // Takes `from.fd`, which is non-blocking, also when it fails.
  static Result<std::unique_ptr<Connection>, std::error_code> make(EventLoop& loop, Detached from,
                                                                   SharedOptions options);
  TcpConnection(EventLoop& loop, Fd fd, SharedOptions options);
  ~TcpConnection() override;

  void set_receiver(Receiver& top) override;
  void pause() override { paused_ = true; }  // epoll hears of it when the next bytes come, if then
  void resume() override;
  bool paused() const override { return paused_; }
  void abort() override;
  void close() override;
  Detached detach() override;
  Address peer() const override;
  Address local() const override;
  Loop& loop() override;
  const ConnectionOptions& options() const override { return *options_; }

  // One read takes at most kept_bytes_max; in the middle of a large payload 512 KiB, of which 128
  // KiB may lie behind it.
  static constexpr std::size_t landing_bytes_max = 384 * 1024;
  static constexpr std::size_t discarded_bytes_max = 256 * 1024;  // lingering: what is read at most
  static constexpr Duration linger_time = 2s;

 private:
  // What only a blocked or closing connection needs.
  struct Rare : TimerEntry {
    explicit Rare(TcpConnection& c)
        : TimerEntry([](TimerEntry& e) { static_cast<Rare&>(e).connection.on_timer(); }),
          connection(c) {}
    TcpConnection& connection;
    std::size_t discarded_bytes = 0;
    TimePoint progress_at{};               // while blocked: when the peer last took something
    std::size_t untaken_bytes = SIZE_MAX;  // and what the kernel still held then
  };

  void on_events(std::uint32_t events) override;
  void on_queued(Pass pass) override;
  void on_thrown(std::error_code why) override;

  bool may_offer() const;
  bool reads() const;
  void read();
  void deliver(MutableBytes fresh);
  std::size_t room_left();
  std::size_t offer_fresh(MutableBytes in);
  std::size_t offer(MutableBytes in);
  void offer_kept();
  void offer_rest();
  void queue_offer();
  void discard();

  void flush();
  void all_sent();
  void below_high_water();
  void complete();
  void update_interest();

  Rare& rare();
  void start_timer(Duration delay);
  void stop_timer();
  void watch_progress(bool progress);
  void start_tick();
  void on_timer();
  void die(int error);
  void tell_closed();

  EventLoop& loop_;
  Receiver* receiver_ = nullptr;
  SharedOptions options_;
  RecvBuffer kept_;
  std::unique_ptr<Rare> rare_;
  Fd fd_;
  int error_ = 0;          // why it died
  bool dead_ : 1 = false;  // failed, ended, aborted or detached: closed() is due or was called
  bool told_ : 1 = false;  // closed() was called, or never will be
  bool paused_ : 1 = false;
  bool offer_due_ : 1 = false;  // in the next ready list
  bool in_call_ : 1 = false;    // inside receive(): what it appends is flushed when it returns
  bool above_ : 1 = false;      // the queue passed the high mark and is not yet below the low one
  bool blocked_ : 1 = false;    // the socket is full: EPOLLOUT tells
  bool fin_received_ : 1 = false;
  bool ended_ : 1 = false;  // and the receiver was told
  bool fin_sent_ : 1 = false;
  bool lingers_ : 1 = false;  // close() was called
};

}  // namespace strata::net
