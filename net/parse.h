// net/parse.h - what an incremental parser answers, and what a set-up call answers. (codec)
#pragma once
#include <utility>
#include <variant>

namespace strata::net {

// Every incremental parser's answer: not yet, a value, or an error.
// "Not yet" consumed nothing: the same bytes are offered again, with more behind them.
template <class T, class E>
class Parse {
 public:
  Parse() {}  // not defaulted, or `return {}` would clear all the room that a value may need
  Parse(T value) : state_(std::in_place_index<1>, std::move(value)) {}
  Parse(E error) : state_(std::in_place_index<2>, std::move(error)) {}
  bool need_more() const { return state_.index() == 0; }
  bool ready() const { return state_.index() == 1; }
  bool failed() const { return state_.index() == 2; }
  T& operator*() { return *std::get_if<1>(&state_); }
  const T& operator*() const { return *std::get_if<1>(&state_); }
  T* operator->() { return std::get_if<1>(&state_); }
  const T* operator->() const { return std::get_if<1>(&state_); }
  const E& error() const { return *std::get_if<2>(&state_); }

 private:
  std::variant<std::monostate, T, E> state_;
};

// A value or the reason there is none; named as std::expected, which may replace it.
template <class T, class E>
class Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}
  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& operator*() { return *std::get_if<0>(&state_); }
  const T& operator*() const { return *std::get_if<0>(&state_); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  const E& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, E> state_;
};

}  // namespace strata::net
