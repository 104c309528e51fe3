// sio/answered.h - an acknowledgement as a future, for threads that may wait:
//   std::future<sio::Answered<int>> sum = client.timeout(5s).emit_with_ack<int>("sum", 1, 2);
//   if (const auto answer = sum.get()) use(*answer); else complain(answer.error().message());
//
// A std::future, for everybody knows how to wait for one, and in it a Result and no exception: that
// an answer does not come is no surprise on a network, and is told as everywhere else here.
#pragma once
#include <future>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "net/parse.h"
#include "sio/emit.h"
#include "sio/handler.h"

namespace strata::sio {

// Arguments as one value: one T as itself, several as a tuple, none named: all as a Json array.
template <class... T>
struct ReadAs {
  using Result = std::tuple<T...>;
  static Result read(const Args& args) { return read(args, std::index_sequence_for<T...>{}); }

 private:
  template <std::size_t... I>
  static Result read(const Args& args, std::index_sequence<I...>) {
    return Result{args.get<T>(I)...};
  }
};
template <class T>
struct ReadAs<T> {
  using Result = T;
  static Result read(const Args& args) { return args.get<T>(0); }
};
template <>
struct ReadAs<> {
  using Result = Json;
  static Result read(const Args& args) { return args.to_json(); }
};

// std::errc::timed_out         timeout() or ack_timeout is over
// socket_disconnected()        the connection went, the answer with it
// std::errc::bad_message       it came, and is no T
// std::errc::resource_deadlock_would_occur    asked on the loop's own thread, where nobody could
//                              wait for it: use a callback there, or co_await sio::ask()
// std::errc::operation_canceled               nothing was sent, or the client is gone
template <class... T>
using Answered = net::Result<typename ReadAs<T...>::Result, std::error_code>;

template <class... T>
class FutureAnswer final : public AnswerHandler {
 public:
  ~FutureAnswer() override { set(std::make_error_code(std::errc::operation_canceled)); }
  std::future<Answered<T...>> future() { return promise_.get_future(); }
  std::optional<Mismatch> answered(Hearer&, const Args& args) override {
    try {
      set(ReadAs<T...>::read(args));
      return std::nullopt;
    } catch (const MismatchError& error) {
      set(std::make_error_code(std::errc::bad_message));
      return error.why();
    }
  }
  void failed(Hearer&, std::error_code why) override { set(why); }
  void failed(std::error_code why) { set(why); }

 private:
  void set(Answered<T...> answer) {
    if (!std::exchange(set_, true)) promise_.set_value(std::move(answer));
  }
  std::promise<Answered<T...>> promise_;
  bool set_ = false;
};

// `Self` has  void ask(std::string_view, const Values&, std::unique_ptr<AnswerHandler>) const
//        and  bool may_wait() const: this is not the thread that the answer comes to.
template <class Self>
class AskForms {
 public:
  // One value, or two, may stand in braces.
  template <class... T>
  std::future<Answered<T...>> emit_with_ack(std::string_view event, const Json& value) const {
    return put<T...>(event, value);
  }
  template <class... T>
  std::future<Answered<T...>> emit_with_ack(std::string_view event, const Json& first,
                                            const Json& second) const {
    return put<T...>(event, first, second);
  }
  // Octets beside braces stay octets, as in emit.
  template <class... T, ByteRange B>
  std::future<Answered<T...>> emit_with_ack(std::string_view event, const Json& first,
                                            const B& second) const {
    return put<T...>(event, first, second);
  }
  template <class... T, ByteRange B>
  std::future<Answered<T...>> emit_with_ack(std::string_view event, const B& first,
                                            const Json& second) const {
    return put<T...>(event, first, second);
  }
  template <class... T, class... V>
  std::future<Answered<T...>> emit_with_ack(std::string_view event, const V&... values) const {
    return put<T...>(event, values...);
  }

 private:
  template <class... T, class... V>
  std::future<Answered<T...>> put(std::string_view event, const V&... values) const {
    refuse_reserved(event);
    auto handler = std::make_unique<FutureAnswer<T...>>();
    auto future = handler->future();
    const auto& self = static_cast<const Self&>(*this);
    if (self.may_wait()) {
      const auto write = [&](PacketWriter& writer) { write_values(writer, values...); };
      self.ask(event, Values(write), std::move(handler));
    } else {
      handler->failed(std::make_error_code(std::errc::resource_deadlock_would_occur));
    }
    return future;
  }
};

}  // namespace strata::sio
