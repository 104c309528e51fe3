// events/argument.h - an argument on its way from emit() to a listener, its type kept at run time.
//
//   emit("move", 3, "left")          {int, &3} {text, "left", 4}
//   on("move", [](double, std::string_view) {...})      each is matched with its parameter
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

namespace strata::events {

// Any arithmetic value, exactly.
struct Number {
  enum class Kind : std::uint8_t { signed_whole, unsigned_whole, floating };
  Kind kind;
  union {
    std::int64_t signed_value;
    std::uint64_t unsigned_value;
    long double floating_value;
  };
};

// One per type in the program; its address is the type's identity on the fast path.
struct Type {
  const std::type_info* info;
  void (*number)(const void* value, Number& out);          // null: not arithmetic
  void (*raise)(const void* value);                        // throws a copy; null: no std::exception
  void (*raise_address)(const void* value);                // throws its address; null: no class
  std::shared_ptr<const void> (*copy)(const void* value);  // null: see is_kept
};

template <class T>
void read_number(const void* value, Number& number) {
  const T from = *static_cast<const T*>(value);
  if constexpr (std::is_floating_point_v<T>) {
    number.kind = Number::Kind::floating;
    number.floating_value = from;
  } else if constexpr (std::is_signed_v<T>) {
    number.kind = Number::Kind::signed_whole;
    number.signed_value = from;
  } else {
    number.kind = Number::Kind::unsigned_whole;
    number.unsigned_value = from;
  }
}

// What an events::Value copies without being told the type. That a class is copyable is no proof
// that its copy constructor compiles (think of a vector of unique_ptr in it); that it is noexcept
// is one in practice.
template <class T>
inline constexpr bool is_kept = std::is_copy_constructible_v<T> &&
                                (std::is_nothrow_copy_constructible_v<T> ||
                                 std::is_base_of_v<std::exception, T> ||
                                 std::is_same_v<T, std::string>);

template <class T>
constexpr Type describe() {
  Type type{&typeid(T), nullptr, nullptr, nullptr, nullptr};
  if constexpr (std::is_arithmetic_v<T>) type.number = &read_number<T>;
  if constexpr (std::is_same_v<T, std::exception_ptr>) {
    type.raise = [](const void* value) {
      const auto& error = *static_cast<const std::exception_ptr*>(value);
      if (error) std::rethrow_exception(error);
    };
  } else if constexpr (std::is_base_of_v<std::exception, T> && std::is_copy_constructible_v<T>) {
    type.raise = [](const void* value) { throw T(*static_cast<const T*>(value)); };
  }
  if constexpr (std::is_class_v<T>)
    type.raise_address = [](const void* value) { throw static_cast<const T*>(value); };
  if constexpr (is_kept<T>) {
    type.copy = [](const void* value) -> std::shared_ptr<const void> {
      return std::make_shared<const T>(*static_cast<const T*>(value));
    };
  }
  return type;
}
template <class T>
inline constexpr Type type_of = describe<T>();

// Two libraries loaded into one process may each have a type_of<T>, hence the second look.
inline bool same_type(const Type& a, const Type& b) { return &a == &b || *a.info == *b.info; }

// A view: lives as long as the emit() it belongs to.
struct Argument {
  const Type* type = nullptr;
  const void* value = nullptr;  // of text: its first byte, but a std::string itself
  std::size_t text_bytes = 0;
  bool changeable = false;  // given as std::ref: reaches a T&

  bool is(const Type& other) const { return same_type(*type, other); }
  bool is_null() const { return is(type_of<std::nullptr_t>) || is(type_of<std::nullopt_t>); }
  std::optional<std::string_view> text() const;

  static Argument text_of(std::string_view text) {
    return {&type_of<std::string_view>, text.data(), text.size(), false};
  }
  static Argument of(std::string_view text) { return text_of(text); }
  // Templates, or an array would become a pointer before it could say how long it is.
  template <class T>
  requires(std::is_same_v<T, const char*> || std::is_same_v<T, char*>) static Argument
      of(const T& text) {
    if (text == nullptr) return {&type_of<std::nullptr_t>, nullptr, 0, false};
    return text_of(text);
  }
  template <std::size_t N>
  static Argument of(const char (&text)[N]) {  // a buffer need not be full, nor terminated
    return text_of({text, static_cast<std::size_t>(std::find(text, text + N, '\0') - text)});
  }
  template <class T>
  static Argument of(std::reference_wrapper<T> ref) {
    return {&type_of<std::remove_const_t<T>>, &ref.get(), 0, !std::is_const_v<T>};
  }
  template <class T>
  requires(!std::is_same_v<T, const char*> && !std::is_same_v<T, char*>) static Argument
      of(const T& value) {
    return {&type_of<T>, std::addressof(value), 0, false};
  }
};

// The arguments of one emit(). As a listener's parameter it takes them all, whatever they are.
class Args {
 public:
  Args() = default;
  Args(const Argument* first, std::size_t count) : all_(first, count) {}
  std::size_t size() const { return all_.size(); }
  const Argument& operator[](std::size_t i) const { return all_[i]; }
  // The i-th (from 0) as a listener with a parameter P would get it; empty where it would not.
  template <class P>
  std::optional<std::decay_t<P>> get(std::size_t i) const;

 private:
  std::span<const Argument> all_;
};

// Each is true, and `out` set, only where the target holds the value exactly.
bool narrow(const Number& from, std::int64_t& out);
bool narrow(const Number& from, std::uint64_t& out);
bool narrow(const Number& from, long double& out);

// `value`, a `from`, as a reference to its public and unambiguous base `to`; else null.
const void* upcast(const Argument& value, const Type& to);
// The way of upcast() on a C++ library other than GNU's: a throw finds the base, and allocates.
template <class To>
const To* upcast_by_throw(const Argument& value) {
  if (value.type->raise_address == nullptr) return nullptr;
  try {
    value.type->raise_address(value.value);
  } catch (const To* base) {
    return base;
  } catch (...) {
  }
  return nullptr;
}

// Throws the first argument: as itself if it is a std::exception or a std::exception_ptr, else in
// an UnhandledError.
[[noreturn]] void throw_error(const Args& args);

// The exception that a std::exception_ptr points to, if it is an E; lives as long as the pointer.
template <class E>
const E* exception_in(const Argument& argument) {
  if (!argument.is(type_of<std::exception_ptr>)) return nullptr;
  const auto& pointer = *static_cast<const std::exception_ptr*>(argument.value);
  if (pointer == nullptr) return nullptr;
  try {
    std::rethrow_exception(pointer);
  } catch (const E& found) {
    return &found;  // the exception is the pointer's, none is copied
  } catch (...) {
  }
  return nullptr;
}

std::string type_name(const Type& type);                      // "int", "text", "app::Dog"
std::string describe_found(const Args& args, std::size_t i);  // "double 1.5", "nothing"
std::string describe_value(const Args& args, std::size_t i);  // "'boom'", "42", "app::Dog"

}  // namespace strata::events
