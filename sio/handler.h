// sio/handler.h - a callable with typed parameters becomes a handler of events or of answers:
//   (int x, std::string_view name)     arguments 0 and 1, decoded
//   (const sio::Json& data)            argument 0 as a tree
//   (sio::Bytes picture)               argument 0, an attachment
//   (T must, std::optional<U> may)     argument 1 may be null or missing
//   (const sio::Args& all)             every argument, not decoded
//   (..., sio::Ack ack)                answers; last
//   (sio::Socket& socket, ...)         whose event it is; first. At a client: sio::ClientSocket&
// (codec)
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include "sio/ack.h"
#include "sio/args.h"

namespace strata::sio {

class Socket;        // at a server
class ClientSocket;  // at a client
class Manager;       // of clients: its own events only

// Whatever has handlers. Those know which of the three it is: they were made for it.
class Hearer {
 protected:
  Hearer() = default;
  ~Hearer() = default;
};

// One event on its way through the handlers of its socket.
class Call {
 public:
  using MakeAck = Ack (*)(Hearer&, std::uint64_t id);  // called where a handler takes an Ack
  Call(Hearer& hearer, MakeAck make_ack, const Args& args, std::optional<std::uint64_t> id)
      : hearer_(&hearer), make_ack_(make_ack), args_(&args), id_(id) {}
  Hearer& hearer() const { return *hearer_; }
  const Args& args() const { return *args_; }
  Ack ack() {  // the same one for every handler: answered once
    if (!id_) return {};
    if (!ack_) ack_.emplace(make_ack_(*hearer_, *id_));
    return *ack_;
  }

 private:
  Hearer* hearer_;
  MakeAck make_ack_;
  const Args* args_;
  std::optional<std::uint64_t> id_;
  std::optional<Ack> ack_;
};

struct EventText;

class EventHandler {
 public:
  virtual ~EventHandler() = default;
  // Nothing if it was called; else what did not fit.
  virtual std::optional<Mismatch> call(Call& call) = 0;

 private:
  friend class Listeners;  // it is a link of their list itself: a listener is one allocation
  EventHandler* next_ = nullptr;
  EventText* event_ = nullptr;
  std::uint64_t id_ : 62 = 0;
  std::uint64_t once_ : 1 = 0;
  std::uint64_t live_ : 1 = 0;
};

// Hears the answer to an emit. One of the two is called, once, unless the socket goes first.
class AnswerHandler {
 public:
  virtual ~AnswerHandler() = default;
  virtual std::optional<Mismatch> answered(Hearer& hearer, const Args& args) = 0;
  virtual void failed(Hearer& hearer, std::error_code why) = 0;
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
constexpr bool is_hearer =
    std::is_same_v<D, Socket> || std::is_same_v<D, ClientSocket> || std::is_same_v<D, Manager>;
template <class D>
constexpr bool is_context = std::is_same_v<D, Args> || std::is_same_v<D, Ack> || is_hearer<D> ||
                            std::is_same_v<D, std::error_code>;

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
  static_assert(((is_hearer<Plain<P>> || !std::is_lvalue_reference_v<P> ||
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

// Is a P, if it is a socket at all, the one whose handlers these are?
template <class Owner, class P>
constexpr bool of_this_end = !is_hearer<Plain<P>> || std::is_same_v<Plain<P>, Owner>;

template <class Owner, class F, class P>
class Event;
template <class Owner, class F, class... P>
class Event<Owner, F, Parameters<P...>> final : public EventHandler {
 public:
  using All = Parameters<P...>;
  static_assert((of_this_end<Owner, P> && ...),
                "a handler takes the socket of its own end: sio::Socket& at a server, "
                "sio::ClientSocket& at a client, sio::Manager& for a Manager's events");
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
    } else if constexpr (is_hearer<D>) {
      return static_cast<D&>(call.hearer());
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

template <class Owner, class F, class P>
class Answer;
template <class Owner, class F, class... P>
class Answer<Owner, F, Parameters<P...>> final : public AnswerHandler {
 public:
  using All = Parameters<P...>;
  static_assert((of_this_end<Owner, P> && ...),
                "the callback of an emit takes the socket of its own end: sio::Socket& at a "
                "server, sio::ClientSocket& at a client");
  static constexpr bool hears_errors = (std::is_same_v<Plain<P>, std::error_code> || ...);
  static_assert(!(std::is_same_v<Plain<P>, Ack> || ...), "an answer is not answered");
  explicit Answer(F f) : f_(std::move(f)) {}

  std::optional<Mismatch> answered(Hearer& hearer, const Args& args) override {
    constexpr auto indices = std::index_sequence_for<P...>{};
    typename All::Slots slots;
    if (auto wrong = All::read(slots, args, indices)) {
      failed(hearer, args, std::make_error_code(std::errc::bad_message));
      return wrong;
    }
    run(hearer, args, {}, slots, indices);
    return std::nullopt;
  }
  void failed(Hearer& hearer, std::error_code why) override {
    static const std::vector<std::string_view> no_elements;
    const Content nothing{{}, &no_elements, nullptr, nullptr};
    failed(hearer, Args(nothing, 0), why);
  }

 private:
  void failed(Hearer& hearer, const Args& args, std::error_code why) {
    if constexpr (hears_errors) {
      typename All::Slots slots;
      blank(slots, std::index_sequence_for<P...>{});
      run(hearer, args, why, slots, std::index_sequence_for<P...>{});
    }
  }
  template <std::size_t... I>
  static void blank(typename All::Slots& slots, std::index_sequence<I...>) {
    (All::template blank_one<I>(slots), ...);
  }
  template <std::size_t I>
  static decltype(auto) value([[maybe_unused]] Hearer& hearer, [[maybe_unused]] const Args& args,
                              [[maybe_unused]] const std::error_code& why,
                              [[maybe_unused]] typename All::Slots& slots) {
    using D = Plain<typename All::template At<I>>;
    if constexpr (std::is_same_v<D, Args>) {
      return args;
    } else if constexpr (std::is_same_v<D, std::error_code>) {
      return why;
    } else if constexpr (is_hearer<D>) {
      return static_cast<D&>(hearer);
    } else {
      return std::move(std::get<I>(slots).get());
    }
  }
  template <std::size_t... I>
  void run(Hearer& hearer, const Args& args, const std::error_code& why, typename All::Slots& slots,
           std::index_sequence<I...>) {
    static_cast<void>(f_(value<I>(hearer, args, why, slots)...));
  }
  F f_;
};

}  // namespace typed

// `Owner`: who has the handlers.
template <class Owner, class F>
std::unique_ptr<EventHandler> make_handler(F&& f) {
  using Held = std::decay_t<F>;
  static_assert(typed::HasSignature<Held>,
                "a handler spells out its parameter types: from (auto x) nobody can tell what to "
                "decode; write (int x), (const std::string& name), (const sio::Json& data) ...");
  using P = typename typed::Signature<Held>::Parameters;
  return std::make_unique<typed::Event<Owner, Held, P>>(std::forward<F>(f));
}

template <class Owner, class F>
std::unique_ptr<AnswerHandler> make_answer(F&& f) {
  using Held = std::decay_t<F>;
  using P = typename typed::Signature<Held>::Parameters;
  return std::make_unique<typed::Answer<Owner, Held, P>>(std::forward<F>(f));
}

}  // namespace strata::sio
