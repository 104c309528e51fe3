// events/argument.cpp - numbers that must arrive unchanged, bases, and names of types for people.
#include "events/argument.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>

#include <cxxabi.h>

#include "events/error.h"

namespace strata::events {

std::optional<std::string_view> Argument::text() const {
  if (is(type_of<std::string_view>))
    return std::string_view(static_cast<const char*>(value), text_bytes);
  if (is(type_of<std::string>)) return *static_cast<const std::string*>(value);
  return std::nullopt;
}

namespace {

// 2^63 and 2^64 are floating values exactly; the integers' own limits need not be.
constexpr long double two_to_63 = 9223372036854775808.0L;
constexpr long double two_to_64 = 18446744073709551616.0L;

bool is_whole(long double value) { return std::isfinite(value) && std::trunc(value) == value; }

}  // namespace

bool narrow(const Number& from, std::int64_t& out) {
  switch (from.kind) {
    case Number::Kind::signed_whole:
      out = from.signed_value;
      return true;
    case Number::Kind::unsigned_whole:
      out = static_cast<std::int64_t>(from.unsigned_value);
      return out >= 0;
    case Number::Kind::floating: {
      const long double value = from.floating_value;
      if (!is_whole(value) || value < -two_to_63 || value >= two_to_63) return false;
      out = static_cast<std::int64_t>(value);
      return true;
    }
  }
  return false;
}

bool narrow(const Number& from, std::uint64_t& out) {
  switch (from.kind) {
    case Number::Kind::signed_whole:
      out = static_cast<std::uint64_t>(from.signed_value);
      return from.signed_value >= 0;
    case Number::Kind::unsigned_whole:
      out = from.unsigned_value;
      return true;
    case Number::Kind::floating: {
      const long double value = from.floating_value;
      if (!is_whole(value) || value < 0 || value >= two_to_64) return false;
      out = static_cast<std::uint64_t>(value);
      return true;
    }
  }
  return false;
}

// Where long double is a double the 64-bit integers may not fit: back and forth tells.
bool narrow(const Number& from, long double& out) {
  switch (from.kind) {
    case Number::Kind::signed_whole:
      out = static_cast<long double>(from.signed_value);
      return out < two_to_63 && static_cast<std::int64_t>(out) == from.signed_value;
    case Number::Kind::unsigned_whole:
      out = static_cast<long double>(from.unsigned_value);
      return out < two_to_64 && static_cast<std::uint64_t>(out) == from.unsigned_value;
    case Number::Kind::floating:
      out = from.floating_value;
      return true;
  }
  return false;
}

const void* upcast(const Argument& value, const Type& to) {
  if (value.type->raise_address == nullptr || to.raise_address == nullptr) return nullptr;
#if defined(__GLIBCXX__)
  // What a catch clause asks, without the throw: no allocation, some 10 ns instead of 1500.
  void* at = const_cast<void*>(value.value);
  return to.info->__do_catch(value.type->info, &at, 1) ? at : nullptr;
#else
  return nullptr;  // the parameter, which knows its static type, asks upcast_by_throw()
#endif
}

std::string type_name(const Type& type) {
  if (same_type(type, type_of<std::string_view>) || same_type(type, type_of<std::string>))
    return "text";
  if (same_type(type, type_of<std::nullptr_t>) || same_type(type, type_of<std::nullopt_t>))
    return "null";
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> plain(
      abi::__cxa_demangle(type.info->name(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? plain.get() : type.info->name();
  static constexpr std::string_view spelled =
      "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  for (std::size_t at; (at = name.find(spelled)) != std::string::npos;)
    name.replace(at, spelled.size(), "std::string");
  return name;
}

std::string describe_value(const Args& args, std::size_t i) {
  if (i >= args.size()) return "undefined";  // Node's word for it
  const Argument& argument = args[i];
  if (const auto text = argument.text()) return "'" + std::string(*text) + "'";
  if (argument.type->number == nullptr) return type_name(*argument.type);
  Number number;
  argument.type->number(argument.value, number);
  if (number.kind == Number::Kind::signed_whole) return std::to_string(number.signed_value);
  if (number.kind == Number::Kind::unsigned_whole) return std::to_string(number.unsigned_value);
  char digits[64];
  std::snprintf(digits, sizeof digits, "%.17Lg", number.floating_value);
  return digits;
}

std::string describe_found(const Args& args, std::size_t i) {
  if (i >= args.size()) return "nothing";
  const std::string name = type_name(*args[i].type);
  // int instead of int8_t is no news without the value that did not fit.
  return args[i].type->number == nullptr ? name : name + " " + describe_value(args, i);
}

MismatchError::MismatchError(std::string_view event, std::size_t position,
                             std::string_view expected, std::string_view found)
    : Error("ERR_LISTENER_MISMATCH", "event \"" + std::string(event) + "\": argument " +
                                         std::to_string(position) + ": expected " +
                                         std::string(expected) + ", found " + std::string(found)),
      event_(event),
      position_(position),
      expected_(expected),
      found_(found) {}

// Node throws the Error itself. So do we, by the type that emit() saw.
void throw_error(const Args& args) {
  if (args.size() > 0 && args[0].type->raise != nullptr) args[0].type->raise(args[0].value);
  throw UnhandledError(describe_value(args, 0));
}

}  // namespace strata::events
