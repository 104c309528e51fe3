// net/loop.h - the seam between the drivers and time, turns and sockets.
// EventLoop implements it over epoll, tests/support with a clock that a test moves.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

#include "net/address.h"
#include "net/connection.h"
#include "net/parse.h"
#include "net/task.h"
#include "net/time.h"
#include "net/timer_queue.h"

namespace strata::net {

using OnAccept = std::function<void(std::unique_ptr<Connection>)>;
// The connection, or why there is none.
using OnConnect = std::function<void(Result<std::unique_ptr<Connection>, std::error_code>)>;

struct ListenOptions {
  int backlog = 4096;
  bool reuse_port = false;  // several loops may listen on one port (SO_REUSEPORT)
  ConnectionOptions connection;
};

struct ConnectOptions {
  Duration timeout = 20s;          // for all addresses together
  Duration attempt_delay = 250ms;  // then the next address is tried as well (rfc8305-5)
  ConnectionOptions connection;
};

// A bound, listening socket. Destroying it stops listening.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual Address address() const = 0;  // with the port that the kernel chose
};

// A connect under way. Destroying it cancels; the callback is then not called.
class Connecting {
 public:
  virtual ~Connecting() = default;
};

// Names a task that waits for its time; copyable, weak, and of no weight.
class TimerHandle {
 public:
  TimerHandle() = default;
  bool cancel();         // false: it ran, runs, or was cancelled. Not after its loop died
  bool waiting() const;  // as above

 private:
  friend class Loop;
  Loop* loop_ = nullptr;
  std::uint32_t slot_ = 0;
  std::uint32_t generation_ = 0;
};

// One per thread. Everything but post() and stop() is for the loop's own thread.
class Loop {
 public:
  Loop();
  virtual ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  virtual TimePoint now() const = 0;  // the time of this turn; outside a turn, read anew
  virtual void post(Task task) = 0;   // any thread; runs in the next turn
  virtual void defer(Task task) = 0;  // runs at the end of this turn: objects die here
  virtual void stop() = 0;            // any thread; run() returns after this turn
  virtual std::error_code run() = 0;  // turns until stop()
  virtual bool in_loop_thread() const = 0;

  // Timers; used through net::Timer or a TimerEntry that its owner holds.
  virtual void arm(TimerEntry& entry, TimePoint deadline) = 0;
  virtual void disarm(TimerEntry& entry) = 0;
  // Runs `task` once, `delay` from now. Dropping the handle cancels nothing.
  TimerHandle after(Duration delay, Task task);

  virtual Result<std::unique_ptr<Listener>, std::error_code> listen(const Address& address,
                                                                    const ListenOptions& options,
                                                                    OnAccept on_accept) = 0;

  // Tries the addresses, families alternating, and takes the first that answers; `done` is called
  // once, never from inside connect().
  virtual std::unique_ptr<Connecting> connect(std::span<const Address> addresses,
                                              const ConnectOptions& options, OnConnect done) = 0;

  virtual Result<std::unique_ptr<Connection>, std::error_code> adopt(
      Detached from, const ConnectionOptions& options) = 0;

 protected:
  void drop_waiting();  // tasks of after() that never ran, while the loop is still whole

 private:
  friend class TimerHandle;
  struct OneShot;
  std::vector<std::unique_ptr<OneShot>> one_shots_;
  std::vector<std::uint32_t> free_one_shots_;
};

}  // namespace strata::net
