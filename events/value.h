// events/value.h - arguments that stay: what is known of them only until emit() returns, copied.
//
//   emit("new_dog", "spot", 3)      Args: views                       for the listeners
//                                   Values: {string "spot"} {int 3}   for who awaits, untyped
//                                   tuple<std::string, int>           for who names the types
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "events/argument.h"
#include "events/callable.h"
#include "events/error.h"

namespace strata::events {

// Kept are text, numbers, null, exceptions, and objects whose copy constructor is noexcept (plain
// structs, shared_ptr). Of others only the type is: to have them, name the types.
class Value {
 public:
  explicit Value(const Argument& argument);

  // As a listener with a parameter P would get it; empty where it would not.
  template <class P>
  std::optional<std::decay_t<P>> get() const {
    const Argument one = argument();
    return one.type != nullptr ? Args(&one, 1).get<P>(0) : std::nullopt;
  }
  bool kept() const { return argument().type != nullptr; }
  std::string describe() const;  // "'spot'", "3", "app::Dog"

 private:
  Argument argument() const;  // no type: not kept
  const Type* type_;
  std::shared_ptr<const void> copy_;
};

class Values {
 public:
  Values() = default;
  explicit Values(const Args& args);
  std::size_t size() const { return all_.size(); }
  const Value& operator[](std::size_t i) const { return all_[i]; }
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }
  // The i-th (from 0); empty also where there is none.
  template <class P>
  std::optional<std::decay_t<P>> get(std::size_t i) const {
    return i < all_.size() ? all_[i].template get<P>() : std::nullopt;
  }

 private:
  std::vector<Value> all_;
};

// How the arguments of an event become the result of a wait.
struct KeepValues {
  static constexpr bool hears_errors = true;
  using Result = Values;
  static Values keep(std::string_view, const Args& args) { return Values(args); }
};
template <class... T>
struct KeepTuple {
  static_assert((std::is_same_v<T, std::decay_t<T>> && ...),
                "what is awaited is a copy: name values, no references");
  static_assert(((!std::is_same_v<T, std::string_view> && !std::is_same_v<T, const char*> &&
                  !std::is_same_v<T, Args>)&&...),
                "the text is gone when emit() returns: name std::string");
  static constexpr bool hears_errors = true;
  using Result = std::tuple<T...>;

  // Throws MismatchError: only the one who waits named these types, so only there it is told.
  static Result keep(std::string_view event, const Args& args) {
    return keep_each(event, args, std::index_sequence_for<T...>());
  }

 private:
  template <std::size_t... I>
  static Result keep_each(std::string_view event, const Args& args, std::index_sequence<I...>) {
    std::tuple<Parameter<const T&>...> parameters;
    std::size_t position = 0;
    const bool fits = ((++position, std::get<I>(parameters).load(args, I)) && ...);
    if (!fits)
      throw MismatchError(event, position, expected_type<const T&...>(position),
                          describe_found(args, position - 1));
    return Result(std::get<I>(parameters).get()...);
  }
};
template <class E>
struct KeepEvent {  // of a TypedEmitter: only its emit() comes here, so the one argument is an E
  static constexpr bool hears_errors = false;  // no typed event is special
  using Result = E;
  static E keep(std::string_view, const Args& args) {
    return *static_cast<const E*>(args[0].value);
  }
};
template <class... T>
using Keep = std::conditional_t<sizeof...(T) == 0, KeepValues, KeepTuple<T...>>;

}  // namespace strata::events
