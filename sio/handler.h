// sio/handler.h - a callable with typed parameters becomes a handler of events or of answers:
//   (int x, std::string_view name)     arguments 0 and 1, decoded
//   (const sio::Json& data)            argument 0 as a tree
//   (sio::Bytes picture)               argument 0, an attachment
//   (T must, std::optional<U> may)     argument 1 may be null or missing
//   (const sio::Args& all)             every argument, not decoded
//   (..., sio::Ack ack)                answers; last
//   (sio::Socket& socket, ...)         whose event it is; first
#pragma once
#include <memory>
#include <optional>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sio/ack.h"
#include "sio/args.h"

namespace strata::sio {

class Socket;

// One event on its way through the handlers of its socket.
class Call {
 public:
  Call(Socket& socket, const Args& args, std::optional<std::uint64_t> id)
      : socket_(&socket), args_(&args), id_(id) {}
  Socket& socket() const { return *socket_; }
  const Args& args() const { return *args_; }
  Ack ack();  // the same one for every handler: answered once

 private:
  Socket* socket_;
  const Args* args_;
  std::optional<std::uint64_t> id_;
  std::optional<Ack> ack_;
};

class EventHandler {
 public:
  virtual ~EventHandler() = default;
  // Nothing if it was called; else what did not fit.
  virtual std::optional<Mismatch> call(Call& call) = 0;
};

// Hears the answer to an emit. One of the two is called, once, unless the socket goes first.
class AnswerHandler {
 public:
  virtual ~AnswerHandler() = default;
  virtual std::optional<Mismatch> answered(Socket& socket, const Args& args) = 0;
  virtual void failed(Socket& socket, std::error_code why) = 0;
};

namespace typed {

// How a parameter of type P gets its value. `arguments` is how many it takes.
template <class D>
struct Parameter {
  static constexpr int arguments = 1;
  static constexpr bool optional = false;
  std::optional<D> value;
  bool read(const RawJson& raw) { return read_value(raw, value); }
  void blank() { value.emplace(); }
  D& get() { return *value; }
};
template <>
struct Parameter<std::string_view> {
  static constexpr int arguments = 1;
  static constexpr bool optional = false;
  std::string unescaped;
  std::string_view value;
  bool read(const RawJson& raw) {
    if (raw.kind() != JsonKind::string) return false;
    if (const auto plain = plain_string(raw.text())) {
      value = *plain;  // into the packet itself
    } else {
      append_unescaped(unescaped, raw.text());
      value = unescaped;
    }
    return true;
  }
  void blank() {}
  std::string_view& get() { return value; }
};
template <>
struct Parameter<Bytes> {
  static constexpr int arguments = 1;
  static constexpr bool optional = false;
  Bytes value;
  bool read(const RawJson& raw) {
    const auto bytes = raw.attachment();
    if (bytes) value = *bytes;
    return bytes.has_value();
  }
  void blank() {}
  Bytes& get() { return value; }
};
template <>
struct Parameter<RawJson> {
  static constexpr int arguments = 1;
  static constexpr bool optional = false;
  RawJson value;
  bool read(const RawJson& raw) {
    value = raw;
    return !raw.missing();
  }
  void blank() {}
  RawJson& get() { return value; }
};
template <class T>
struct Parameter<std::optional<T>> {
  static constexpr int arguments = 1;
  static constexpr bool optional = true;
  Parameter<T> inner;
  std::optional<T> value;
  bool read(const RawJson& raw) {
    if (raw.missing() || raw.kind() == JsonKind::null) return true;
    if (!inner.read(raw)) return false;
    value.emplace(std::move(inner.get()));
    return true;
  }
  void blank() {}
  std::optional<T>& get() { return value; }
};

template <class D>
constexpr bool is_context = std::is_same_v<D, Args> || std::is_same_v<D, Ack> ||
                            std::is_same_v<D, Socket> || std::is_same_v<D, std::error_code>;

// What comes from the call and not from its arguments.
template <class D>
struct Context {
  static constexpr int arguments = 0;
  static constexpr bool optional = true;
};

template <class P>
using Plain = std::remove_cvref_t<P>;
template <class P>
using Slot = std::conditional_t<is_context<Plain<P>>, Context<Plain<P>>, Parameter<Plain<P>>>;

template <class... P>
struct Parameters {
  using Slots = std::tuple<Slot<P>...>;
  template <std::size_t I>
  using At = std::tuple_element_t<I, std::tuple<P...>>;

  // The position of the argument that parameter I takes.
  template <std::size_t I>
  static constexpr std::size_t position() {
    constexpr int counts[] = {Slot<P>::arguments..., 0};
    std::size_t sum = 0;
    for (std::size_t i = 0; i < I; ++i) sum += static_cast<std::size_t>(counts[i]);
    return sum;
  }
  static constexpr bool optionals_trail() {
    constexpr bool optional[] = {Slot<P>::optional..., true};
    constexpr int arguments[] = {Slot<P>::arguments..., 0};
    bool seen = false;
    for (std::size_t i = 0; i < sizeof...(P); ++i) {
      if (arguments[i] == 0) continue;
      if (seen && !optional[i]) return false;
      seen = seen || optional[i];
    }
    return true;
  }
  static constexpr bool ack_is_last() {
    constexpr bool ack[] = {std::is_same_v<Plain<P>, Ack>..., false};
    for (std::size_t i = 0; i + 1 < sizeof...(P); ++i)
      if (ack[i]) return false;
    return true;
  }
  static_assert(optionals_trail(), "std::optional parameters stand behind all others");
  static_assert(ack_is_last(), "the sio::Ack parameter is the last one");
  static_assert(((std::is_same_v<Plain<P>, Socket> || !std::is_lvalue_reference_v<P> ||
                  std::is_const_v<std::remove_reference_t<P>>)&&...),
                "parameters are values or const references: nobody would see what is written");

  template <std::size_t I>
  static bool read_one(Slots& slots, const Args& args, std::optional<Mismatch>& wrong) {
    if constexpr (is_context<Plain<At<I>>>) {
      return true;
    } else {
      constexpr std::size_t at = position<I>();
      if (std::get<I>(slots).read(args.raw(at))) return true;
      wrong = Mismatch{at, expected_name<Plain<At<I>>>(), args.raw(at).found()};
      return false;
    }
  }
  template <std::size_t... I>
  static std::optional<Mismatch> read(Slots& slots, const Args& args, std::index_sequence<I...>) {
    std::optional<Mismatch> wrong;
    static_cast<void>((read_one<I>(slots, args, wrong) && ...));
    return wrong;
  }
  template <std::size_t I>
  static void blank_one(Slots& slots) {
    if constexpr (!is_context<Plain<At<I>>>) std::get<I>(slots).blank();
  }
};

template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class R, class... P>
struct Signature<R (*)(P...)> {
  using Parameters = typed::Parameters<P...>;
};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...)> {
  using Parameters = typed::Parameters<P...>;
};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) const> {
  using Parameters = typed::Parameters<P...>;
};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) noexcept> {
  using Parameters = typed::Parameters<P...>;
};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) const noexcept> {
  using Parameters = typed::Parameters<P...>;
};
template <class R, class... P>
struct Signature<R (*)(P...) noexcept> {
  using Parameters = typed::Parameters<P...>;
};

template <class F>
concept HasSignature = std::is_function_v<std::remove_pointer_t<F>> || requires {
  &F::operator();
};

template <class F, class P>
class Event;
template <class F, class... P>
class Event<F, Parameters<P...>> final : public EventHandler {
 public:
  using All = Parameters<P...>;
  static_assert(!(std::is_same_v<Plain<P>, std::error_code> || ...),
                "std::error_code is for the callback of an emit");
  explicit Event(F f) : f_(std::move(f)) {}
  std::optional<Mismatch> call(Call& call) override {
    constexpr auto indices = std::index_sequence_for<P...>{};
    typename All::Slots slots;
    if (auto wrong = All::read(slots, call.args(), indices)) return wrong;
    run(call, slots, indices);
    return std::nullopt;
  }

 private:
  template <std::size_t I>
  static decltype(auto) value([[maybe_unused]] Call& call,
                              [[maybe_unused]] typename All::Slots& slots) {
    using D = Plain<typename All::template At<I>>;
    if constexpr (std::is_same_v<D, Args>) {
      return call.args();
    } else if constexpr (std::is_same_v<D, Ack>) {
      return call.ack();
    } else if constexpr (std::is_same_v<D, Socket>) {
      return call.socket();
    } else {
      return std::move(std::get<I>(slots).get());
    }
  }
  template <std::size_t... I>
  void run(Call& call, typename All::Slots& slots, std::index_sequence<I...>) {
    static_cast<void>(f_(value<I>(call, slots)...));
  }
  F f_;
};

template <class F, class P>
class Answer;
template <class F, class... P>
class Answer<F, Parameters<P...>> final : public AnswerHandler {
 public:
  using All = Parameters<P...>;
  static constexpr bool hears_errors = (std::is_same_v<Plain<P>, std::error_code> || ...);
  static_assert(!(std::is_same_v<Plain<P>, Ack> || ...), "an answer is not answered");
  explicit Answer(F f) : f_(std::move(f)) {}

  std::optional<Mismatch> answered(Socket& socket, const Args& args) override {
    constexpr auto indices = std::index_sequence_for<P...>{};
    typename All::Slots slots;
    if (auto wrong = All::read(slots, args, indices)) {
      failed(socket, args, std::make_error_code(std::errc::bad_message));
      return wrong;
    }
    run(socket, args, {}, slots, indices);
    return std::nullopt;
  }
  void failed(Socket& socket, std::error_code why) override {
    static const std::vector<std::string_view> no_elements;
    const Content nothing{{}, &no_elements, nullptr, nullptr};
    failed(socket, Args(nothing, 0), why);
  }

 private:
  void failed(Socket& socket, const Args& args, std::error_code why) {
    if constexpr (hears_errors) {
      typename All::Slots slots;
      blank(slots, std::index_sequence_for<P...>{});
      run(socket, args, why, slots, std::index_sequence_for<P...>{});
    }
  }
  template <std::size_t... I>
  static void blank(typename All::Slots& slots, std::index_sequence<I...>) {
    (All::template blank_one<I>(slots), ...);
  }
  template <std::size_t I>
  static decltype(auto) value([[maybe_unused]] Socket& socket, [[maybe_unused]] const Args& args,
                              [[maybe_unused]] const std::error_code& why,
                              [[maybe_unused]] typename All::Slots& slots) {
    using D = Plain<typename All::template At<I>>;
    if constexpr (std::is_same_v<D, Args>) {
      return args;
    } else if constexpr (std::is_same_v<D, std::error_code>) {
      return why;
    } else if constexpr (std::is_same_v<D, Socket>) {
      return (socket);
    } else {
      return std::move(std::get<I>(slots).get());
    }
  }
  template <std::size_t... I>
  void run(Socket& socket, const Args& args, const std::error_code& why, typename All::Slots& slots,
           std::index_sequence<I...>) {
    static_cast<void>(f_(value<I>(socket, args, why, slots)...));
  }
  F f_;
};

}  // namespace typed

template <class F>
std::unique_ptr<EventHandler> make_handler(F&& f) {
  using Held = std::decay_t<F>;
  static_assert(typed::HasSignature<Held>,
                "a handler spells out its parameter types: from (auto x) nobody can tell what to "
                "decode; write (int x), (const std::string& name), (const sio::Json& data) ...");
  using P = typename typed::Signature<Held>::Parameters;
  return std::make_unique<typed::Event<Held, P>>(std::forward<F>(f));
}

template <class F>
std::unique_ptr<AnswerHandler> make_answer(F&& f) {
  using Held = std::decay_t<F>;
  using P = typename typed::Signature<Held>::Parameters;
  return std::make_unique<typed::Answer<Held, P>>(std::forward<F>(f));
}

}  // namespace strata::sio
