// events/parameter.h - what each form of a listener's parameter takes.
//
//   parameter                                    is reached by
//   std::string_view  std::string (const &)      text in any form
//   int, double, bool ... (const &)              any arithmetic value that it holds exactly
//   const T&                                     T, and what derives from T
//   const E& (a std::exception)                  that too inside a std::exception_ptr
//   T                                            T, copied
//   T&                                           T given as std::ref
//   std::optional<P>                             what reaches P; null; nothing
//   events::Args                                 everything
#pragma once
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "events/argument.h"

namespace strata::events {

template <class P>
using Bare = std::remove_cv_t<std::remove_reference_t<P>>;
template <class P>
inline constexpr bool is_changeable_ref =
    std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>;

// Holds what one parameter needs during one call: load() says whether the argument fits, get()
// gives it. The general case is an object.
template <class P, class = void>
class Parameter {
  using T = Bare<P>;

 public:
  static constexpr const Type& type = type_of<T>;
  static constexpr std::string_view suffix = is_changeable_ref<P> ? "&" : "";

  bool load(const Args& args, std::size_t i) {
    if (i >= args.size()) return false;
    const Argument& argument = args[i];
    if (is_changeable_ref<P> && !argument.changeable) return false;
    if (argument.is(type_of<T>)) {
      at_ = static_cast<const T*>(argument.value);
    } else if constexpr (std::is_lvalue_reference_v<P> && std::is_class_v<T>) {
      // By value a derived object would be sliced, so only references look for a base.
#if defined(__GLIBCXX__)
      at_ = static_cast<const T*>(upcast(argument, type_of<T>));
#else
      at_ = upcast_by_throw<T>(argument);
#endif
      if constexpr (std::is_base_of_v<std::exception, T>)
        if (at_ == nullptr) at_ = exception_in<T>(argument);
    }
    return at_ != nullptr;
  }
  P get() const {
    if constexpr (is_changeable_ref<P>) {
      return const_cast<T&>(*at_);  // load() saw that it came as a std::ref to non-const
    } else {
      return *at_;
    }
  }

 private:
  const T* at_ = nullptr;
};

template <class P>
class Parameter<P, std::enable_if_t<std::is_arithmetic_v<Bare<P>> && !is_changeable_ref<P>>> {
  using T = Bare<P>;

 public:
  static constexpr const Type& type = type_of<T>;
  static constexpr std::string_view suffix = "";

  bool load(const Args& args, std::size_t i) {
    if (i >= args.size()) return false;
    const Argument& argument = args[i];
    if (argument.type == &type_of<T>) {
      value_ = *static_cast<const T*>(argument.value);
      return true;
    }
    if (argument.type->number == nullptr) return false;
    Number number;
    argument.type->number(argument.value, number);
    return assign(number);
  }
  const T& get() const { return value_; }

 private:
  bool assign(const Number& number) {
    if constexpr (std::is_floating_point_v<T>) {
      long double wide;
      if (!narrow(number, wide)) return false;
      // The cast of a value outside T's range is undefined; infinities and NaN are in it.
      if (std::isfinite(wide) && std::fabs(wide) > std::numeric_limits<T>::max()) return false;
      value_ = static_cast<T>(wide);
      return std::isnan(wide) || static_cast<long double>(value_) == wide;
    } else {
      using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
      Wide wide;
      if (!narrow(number, wide)) return false;
      value_ = static_cast<T>(wide);
      return static_cast<Wide>(value_) == wide;
    }
  }
  T value_{};
};

template <class P>
class Parameter<P, std::enable_if_t<std::is_same_v<Bare<P>, std::string_view>>> {
 public:
  static constexpr const Type& type = type_of<std::string_view>;
  static constexpr std::string_view suffix = "";
  bool load(const Args& args, std::size_t i) {
    const auto text = i < args.size() ? args[i].text() : std::nullopt;
    if (text) text_ = *text;
    return text.has_value();
  }
  const std::string_view& get() const { return text_; }

 private:
  std::string_view text_;
};

template <class P>
class Parameter<P,
                std::enable_if_t<std::is_same_v<Bare<P>, std::string> && !is_changeable_ref<P>>> {
 public:
  static constexpr const Type& type = type_of<std::string>;
  static constexpr std::string_view suffix = "";
  bool load(const Args& args, std::size_t i) {
    if (i >= args.size()) return false;
    if (args[i].is(type_of<std::string>)) {  // a string given as one is not copied
      at_ = static_cast<const std::string*>(args[i].value);
      return true;
    }
    const auto text = args[i].text();
    if (text) at_ = &copy_.emplace(*text);
    return text.has_value();
  }
  const std::string& get() const { return *at_; }

 private:
  const std::string* at_ = nullptr;
  std::optional<std::string> copy_;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class P>
class Parameter<P, std::enable_if_t<is_optional<Bare<P>>>> {
  using Inner = typename Bare<P>::value_type;

 public:
  static constexpr const Type& type = Parameter<Inner>::type;
  static constexpr std::string_view suffix = " or nothing";
  bool load(const Args& args, std::size_t i) {
    if (i >= args.size() || args[i].is_null()) return true;
    if (args[i].is(type_of<Bare<P>>)) {
      value_ = *static_cast<const Bare<P>*>(args[i].value);
      return true;
    }
    Parameter<Inner> inner;
    if (!inner.load(args, i)) return false;
    value_.emplace(inner.get());
    return true;
  }
  const Bare<P>& get() const { return value_; }

 private:
  Bare<P> value_;
};

template <class P>
class Parameter<P, std::enable_if_t<std::is_same_v<Bare<P>, Args>>> {
 public:
  static constexpr const Type& type = type_of<Args>;
  static constexpr std::string_view suffix = "";
  bool load(const Args& args, std::size_t) {
    args_ = args;
    return true;
  }
  const Args& get() const { return args_; }

 private:
  Args args_;
};

template <class P>
std::optional<std::decay_t<P>> Args::get(std::size_t i) const {
  Parameter<const std::decay_t<P>&> parameter;
  if (!parameter.load(*this, i)) return std::nullopt;
  return parameter.get();
}

}  // namespace strata::events
