// events/on.h - Node's events.on: an event as a range that a coroutine reads.
//
//   auto lines = events::on<std::string>(input, "line", {.close = {"end"}});
//   while (auto next = co_await lines.next()) {       // empty: "end" came
//     const auto& [line] = *next;
//   }
//
//   emit "line" -> buffer [a][b][c] -> next()       what comes between two reads is kept
#pragma once
#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/once.h"

namespace strata::events {

// An event comes and `max_buffered` are waiting to be read.
enum class WhenFull {
  fail,         // the range ends: those are read, then next() throws a BufferFullError
  drop_oldest,  // to make room
};

// Not to be written inside a co_await expression: g++ 12 would destroy it twice.
struct RangeOptions {
  std::vector<std::string> close{};  // the names of events that end the range
  AbortSignal signal{};              // abort() ends it: AbortError
  Executor executor{};               // as in WaitOptions
  std::size_t max_buffered = 1024;   // events; at least 1
  WhenFull when_full = WhenFull::fail;
};

class BufferFullError : public Error {
 public:
  explicit BufferFullError(std::string_view event);
};

// The events from the call of on() to the ending. It listens no more after any ending, its own
// included; what it had heard by then is still read, and then next() is empty, or throws.
//   Errors:  next() throws what an `error` event brought; an AbortError; a GoneError; a
//            BufferFullError; a MismatchError where arguments are no Item. Then it is empty.
//            on() throws an AbortError where the signal is aborted already, as Node does.
//   Lives:   the emitter may end first. To be destroyed by nobody but its reader.
//   Threads: that of the emitter, also where an executor resumes. One coroutine reads.
template <class Kept>
class [[nodiscard]] Range {
 public:
  using Item = typename Kept::Result;
  Range(EventEmitter& from, std::string_view event, const RangeOptions& options)
      : state_(std::make_shared<State>(options)) {
    if (options.signal.aborted()) throw AbortError(options.signal.reason());
    WaiterGuard guard{state_.get()};
    state_->listen(from, {event, false, Kept::hears_errors, options.close, options.signal});
    guard.waiter = nullptr;
  }
  Range(Range&&) noexcept = default;
  Range& operator=(Range&&) = delete;
  ~Range() {
    if (state_ != nullptr) state_->give_up();
  }

  class Next;
  Next next() { return Next(state_); }  // to be awaited before the next next()
  std::size_t buffered() const { return state_->buffer.size(); }

 private:
  struct State final : Waiter {
    explicit State(const RangeOptions& options)
        : Waiter(options.executor),
          max_buffered(options.max_buffered > 0 ? options.max_buffered : 1),
          when_full(options.when_full) {}
    bool heard(const Args& args) override {
      if (buffer.size() >= max_buffered) {
        if (when_full == WhenFull::fail) throw BufferFullError(event());
        buffer.pop_front();
      }
      buffer.push_back(Kept::keep(event(), args));
      return false;
    }
    std::deque<Item> buffer;
    const std::size_t max_buffered;
    const WhenFull when_full;
  };
  std::shared_ptr<State> state_;
};

template <class Kept>
class [[nodiscard]] Range<Kept>::Next : public Suspension {
 public:
  explicit Next(const std::shared_ptr<State>& state) : Suspension(state), state_(*state) {}
  bool await_ready() const noexcept { return !state_.buffer.empty() || state_.settled(); }
  std::optional<Item> await_resume() {
    std::optional<Item> item;
    Wait& waiter = resumed();
    if (state_.buffer.empty()) {
      waiter.throw_failure();
    } else {
      item.emplace(std::move(state_.buffer.front()));
      state_.buffer.pop_front();
    }
    return item;
  }

 private:
  State& state_;
};

template <class... T>
Range<Keep<T...>> on(EventEmitter& from, std::string_view event, const RangeOptions& options = {}) {
  return {from, event, options};
}
// Of a TypedEmitter: {.close = {std::string(events::event_name<Left>)}}.
template <class E, class... Declared>
Range<KeepEvent<E>> on(TypedEmitter<Declared...>& from, const RangeOptions& options = {}) {
  return {TypedSource::emitter(from), TypedSource::name<E>(from), options};
}

}  // namespace strata::events
