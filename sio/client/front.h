// sio/client/front.h - what a Client, its Channels and the tasks that they post share: it outlives
// the Client until the loop has let go of all.
//
//   Client --+                     +-- task on its way to the loop (weakly)
//   Channel -+--> Front <----------+-- run(), the thread of start()
//                   | owns: loop (or not), Manager, Gate
//                   +-- ChannelState <-- Channel, handlers of our own in its ClientSocket
#pragma once
#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "net/event_loop.h"
#include "net/timer.h"
#include "sio/client/gate.h"
#include "sio/client_options.h"
#include "sio/client_socket.h"
#include "sio/manager.h"

namespace strata::sio {

// A promise that is kept in any case: by a last word, where it is dropped.
class Awaiting {
 public:
  Awaiting() = default;
  Awaiting(Awaiting&& other) noexcept = default;
  Awaiting& operator=(Awaiting&&) = delete;
  ~Awaiting() { set(std::make_error_code(std::errc::operation_canceled)); }
  std::future<std::error_code> future() { return promise_->get_future(); }
  void set(std::error_code how) {
    if (promise_) std::exchange(promise_, nullptr)->set_value(how);
  }

 private:
  std::unique_ptr<std::promise<std::error_code>> promise_ =
      std::make_unique<std::promise<std::error_code>>();
};

struct ChannelState {
  explicit ChannelState(std::string name) : nsp(std::move(name)) {}
  const std::string nsp;

  // --- any thread ---
  std::atomic<bool> connected{false};
  void set_id(std::string_view now) {
    const std::lock_guard lock(mutex);
    id = now;
  }
  mutable std::mutex mutex;
  std::string id;

  // --- the loop's thread ---
  ClientSocket* socket = nullptr;
  std::array<ListenerId, 3> watching{};  // the handlers of Front::watch()
  std::vector<Awaiting> waiting;
  // Why it is not connected, where it was told so and nothing tries any more: for who asks later.
  std::optional<std::error_code> ended;
  void settle(std::error_code how) {
    for (Awaiting& each : std::exchange(waiting, {})) each.set(how);
  }
};

class Front : public std::enable_shared_from_this<Front> {
 public:
  explicit Front(net::Loop* loop);  // null: one of its own
  ~Front();

  bool here() const;  // on the thread that the callbacks come on
  // Calls `use`, a void(Front&), now if this is the loop's thread, else in a turn of the loop.
  template <class Use>
  void reach(Use use) {
    if (here()) {
      const auto kept = shared_from_this();  // `use` may be the end of the Client
      if (manager) use(*this);
      return;
    }
    loop->post([weak = weak_from_this(), use = std::move(use)]() mutable {
      const std::shared_ptr<Front> front = weak.lock();
      if (front != nullptr && front->manager) use(*front);
    });
  }
  // Room for an event of so many bytes on its way; give() it back there.
  bool take(std::size_t bytes);
  void give(std::size_t bytes) { posted_.fetch_sub(bytes, std::memory_order_relaxed); }

  // --- front.cpp: what the Channels and their waiting hear of the connection
  void open(std::string_view url, ManagerOptions options);  // makes the Manager
  // Gives the namespace its socket, on the loop's thread. Nothing: that of the Manager's options.
  void join(const std::shared_ptr<ChannelState>& state, std::optional<SocketOptions> options);
  void watch(const std::shared_ptr<ChannelState>& state);  // again, after handlers were removed
  void await_connected(ChannelState& state, Awaiting waiting);
  void leave(const std::shared_ptr<ChannelState>& state);
  void close(Awaiting done);

  // --- front_run.cpp: who serves the loop
  std::error_code run();
  std::error_code start();
  void bury();  // the end of the Client

  const std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::unique_ptr<net::EventLoop> own_loop;
  net::Loop* const loop;
  std::unique_ptr<Manager> manager;  // the loop's thread; null once buried

 private:
  // Who serves the loop by a call of ours. `to_the_end`: who does has the Client's end to do, too.
  enum class Served : std::uint8_t { by_nobody, by_run, by_thread, to_the_end };
  Served served();
  std::error_code serve();
  void end();   // on the loop's thread, or when nobody serves
  void look();  // in a later turn, whether all is over
  void looked();
  bool at_rest() const;

  // --- the loop's thread ---
  std::vector<std::shared_ptr<ChannelState>> states_;
  std::vector<Awaiting> closing_;
  std::unique_ptr<net::Timer> looking_;
  std::error_code failure_;  // the last, while not connected

  // --- any thread ---
  std::atomic<std::size_t> posted_{0};
  std::atomic<std::thread::id> served_by_;  // a loop of its own
  std::mutex mutex_;
  std::thread thread_;                 // of start(); guarded by mutex_
  Served served_ = Served::by_nobody;  // guarded by mutex_
};

}  // namespace strata::sio
