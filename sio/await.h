// sio/await.h - a client's socket in a coroutine, on the thread of its loop:
//
//   sio::Task<> meet(sio::ClientSocket& socket, events::AbortSignal stop) {
//     co_await sio::connected(socket, {.timeout = 5s});
//     int sum = co_await sio::ask<int>(socket.timeout(2s), "sum", 1, 2);
//     auto [name, age] = co_await sio::next<std::string, int>(socket, "new_dog", {.signal = stop});
//   }
//
// A sio::Task is an events::Task: it runs at once, up to its first wait, on no thread but this one.
// To give up a wait: abort() its signal, or destroy the task. Only who awaits needs this header.
#pragma once
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "events/task.h"
#include "events/wait.h"
#include "net/timer.h"
#include "sio/answered.h"
#include "sio/client_socket.h"
#include "sio/manager.h"

namespace strata::sio {

template <class T = void>
using Task = events::Task<T>;
using events::AbortController;
using events::AbortError;
using events::AbortSignal;

// Written in place: sio::next(socket, "name", {.signal = stop, .timeout = 5s}).
struct AwaitOptions {
  events::BorrowedSignal signal{};         // abort() ends the wait: AbortError
  std::optional<net::Duration> timeout{};  // std::system_error, equal to std::errc::timed_out
};

// The server let nobody in, or there is no way to it and nothing tries any more.
class ConnectError : public events::Error {
 public:
  explicit ConnectError(Failure why)
      : Error("ERR_SOCKET_CONNECT", why.message), failure_(std::move(why)) {}
  const Failure& failure() const { return failure_; }  // what `connect_error` was told

 private:
  Failure failure_;
};

// The socket was destroyed while somebody waited for it. Thrown in a later turn of the loop.
class SocketGoneError : public events::Error {
 public:
  SocketGoneError() : Error("ERR_SOCKET_GONE", "The socket that was awaited is gone") {}
};

// By off() with the name of what is awaited, by remove_all_listeners(), or with an emit that was
// refused. Thrown in a later turn.
class HandlerGoneError : public events::Error {
 public:
  HandlerGoneError() : Error("ERR_HANDLER_GONE", "The handler that awaited was removed") {}
};

// One wait for a socket. The handlers that end it hold an Ear each, whose end tells that they are
// gone, and the socket perhaps with them.
class SocketWait : public events::Wait {
 public:
  explicit SocketWait(ClientSocket& socket);
  ~SocketWait() override;

  struct Ear {
    explicit Ear(std::shared_ptr<SocketWait> wait) : to(std::move(wait)) {}
    Ear(Ear&&) = default;
    ~Ear() {
      if (to != nullptr && !to->settled()) to->gone();
    }
    std::shared_ptr<SocketWait> to;
  };

 protected:
  // Calls `read`; what it throws is thrown to the coroutine.
  void end(const std::function<void()>& read);
  void fail(std::exception_ptr why) {
    if (!settled()) settle(std::move(why));
  }
  // False: it has ended already.
  bool begin(const AwaitOptions& options);
  std::shared_ptr<SocketWait> self() {
    return std::static_pointer_cast<SocketWait>(shared_from_this());
  }
  ClientSocket* socket() const { return socket_; }  // null: gone
  void let_go() override;
  void keep(ListenerId listener);  // removed at the end

 private:
  void gone();
  std::string awaited() const override { return "socket"; }
  net::Loop& loop_;
  ClientSocket* socket_;
  std::weak_ptr<ManagerCore> manager_;  // its socket's
  bool lost_ = false;                   // it will be told why
  std::vector<ListenerId> listeners_;
  std::unique_ptr<net::Timer> timer_;
};

// What co_await waits for. It listens from the call on, and may be awaited later.
//   Lives:   listens no more after any ending, its own included. The socket may end first.
//   Threads: the loop's.
template <class State>
class [[nodiscard]] Awaitable {
 public:
  explicit Awaitable(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Awaitable(Awaitable&&) noexcept = default;
  Awaitable& operator=(Awaitable&&) = delete;
  ~Awaitable() {
    if (state_ != nullptr) state_->give_up();
  }

  class Awaiter : public events::Suspension {
   public:
    explicit Awaiter(const std::shared_ptr<State>& state) : Suspension(state), state_(*state) {}
    bool await_ready() const noexcept { return state_.settled(); }
    auto await_resume() {
      resumed().throw_failure();
      return state_.take();
    }

   private:
    State& state_;
  };
  Awaiter operator co_await() const { return Awaiter(state_); }

 private:
  std::shared_ptr<State> state_;
};

// --- connected ----------------------------------------------------------------------------------

class ConnectWait final : public SocketWait {
 public:
  using SocketWait::SocketWait;
  void start(const AwaitOptions& options);
  void take() const {}

 private:
  void failed(const Failure& why, bool at_last);
  void lost(const std::string& reason);
  void let_go() override;
  ListenerId on_manager_ = 0;
  Failure last_;
};

// Waits until the socket is connected, and connects it where nobody has.
//   Errors:  ConnectError, see there; as long as something tries again, the wait goes on. A
//            disconnect() of the socket does not end it: abort it then.
Awaitable<ConnectWait> connected(ClientSocket& socket, AwaitOptions&& options = {});

// --- an event, an answer ------------------------------------------------------------------------

template <class... T>
class ArgsWait final : public SocketWait {
 public:
  using Result = typename ReadAs<T...>::Result;
  using SocketWait::SocketWait;
  Result take() { return std::move(*result_); }

  void hear(std::string_view event, const AwaitOptions& options) {
    if (!begin(options)) return;
    keep(socket()->once(event, [ear = Ear(self())](const Args& args) {
      static_cast<ArgsWait&>(*ear.to).came(args);
    }));
  }
  // What the emit calls with the answer.
  auto hear_answer() {
    return [ear = std::make_shared<Ear>(self())](std::error_code why, const Args& args) {
      auto& wait = static_cast<ArgsWait&>(*ear->to);
      if (why) return wait.fail(std::make_exception_ptr(std::system_error(why)));
      wait.came(args);
    };
  }

 private:
  void came(const Args& args) {
    end([&] { result_.emplace(ReadAs<T...>::read(args)); });
  }
  std::optional<Result> result_;
};

// The next event of that name: co_await sio::next<int>(socket, "age").
//   Errors:  MismatchError, where its arguments are no T.
template <class... T>
Awaitable<ArgsWait<T...>> next(ClientSocket& socket, std::string_view event,
                               AwaitOptions&& options = {}) {
  auto wait = std::make_shared<ArgsWait<T...>>(socket);
  wait->hear(event, options);
  return Awaitable<ArgsWait<T...>>(std::move(wait));
}

// Emits, at once, and waits for the acknowledgement: `to` is a socket, or socket.timeout(5s) ...
// g++ 12 takes no braces behind co_await: give such a Json a name first.
//   Errors:  std::system_error with what the callback of an emit is told: std::errc::timed_out,
//            not_connected, bad_message; MismatchError, where its values are no T.
template <class... T, class... V>
Awaitable<ArgsWait<T...>> ask(ClientSending to, std::string_view event, const V&... values) {
  auto wait = std::make_shared<ArgsWait<T...>>(to.socket());
  to.emit(event, values..., wait->hear_answer());
  return Awaitable<ArgsWait<T...>>(std::move(wait));
}

}  // namespace strata::sio
