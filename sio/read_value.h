// sio/read_value.h - JSON to C++ values, for the parameters of handlers: whole numbers must be
// whole and in range, a boolean is no number, text is no number. (codec)
#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sio/args.h"

namespace strata::sio {

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

template <class T>
concept OwnedBytes =
    std::is_same_v<T, std::vector<std::uint8_t>> || std::is_same_v<T, std::vector<std::byte>>;

namespace shapes {  // what kind of container a type is
template <class T>
struct Of {
  static constexpr bool list = false, map = false, optional = false;
};
template <class T, class A>
struct Of<std::vector<T, A>> {
  static constexpr bool list = true, map = false, optional = false;
};
template <class T, class... R>
struct Of<std::map<std::string, T, R...>> {
  static constexpr bool list = false, map = true, optional = false;
};
template <class T, class... R>
struct Of<std::unordered_map<std::string, T, R...>> {
  static constexpr bool list = false, map = true, optional = false;
};
template <class T>
struct Of<std::optional<T>> {
  static constexpr bool list = false, map = false, optional = true;
};
}  // namespace shapes

template <class T>
concept ListOfValues = shapes::Of<T>::list && !OwnedBytes<T>;
template <class T>
concept MapOfValues = shapes::Of<T>::map;
template <class T>
concept OptionalValue = shapes::Of<T>::optional;

// What a T is called in a mismatch.
template <class T>
std::string expected_name() {
  if constexpr (std::is_same_v<T, bool>) {
    return "boolean";
  } else if constexpr (std::is_integral_v<T>) {
    std::string name = "integer from ";
    append_number(name, static_cast<std::int64_t>(std::numeric_limits<T>::min()));
    name.append(" to ");
    append_number(name, static_cast<std::uint64_t>(std::numeric_limits<T>::max()));
    return name;
  } else if constexpr (std::is_floating_point_v<T>) {
    return "number";
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    return "string";
  } else if constexpr (std::is_same_v<T, Bytes> || OwnedBytes<T>) {
    return "attachment";
  } else if constexpr (OptionalValue<T>) {
    return expected_name<typename T::value_type>();
  } else if constexpr (ListOfValues<T>) {
    return "array of " + expected_name<typename T::value_type>();
  } else if constexpr (MapOfValues<T>) {
    return "object of " + expected_name<typename T::mapped_type>();
  } else {
    return "value that its from_json takes";
  }
}

template <Number T>
bool read_number(std::optional<std::int64_t> small, std::optional<std::uint64_t> large, T& out) {
  if (small && std::in_range<T>(*small)) {
    out = static_cast<T>(*small);
    return true;
  }
  if (large && std::in_range<T>(*large)) {
    out = static_cast<T>(*large);
    return true;
  }
  return false;
}

// A double holds every number of JavaScript's; a float what is in its range.
template <class T>
bool read_floating(double value, T& out) {
  if (!(std::fabs(value) <= static_cast<double>(std::numeric_limits<T>::max()))) return false;
  out = static_cast<T>(value);
  return true;
}

// --- from a tree: what stands inside of a container -------------------------------------------
template <class T>
bool read_tree(const Json& json, std::optional<T>& out);

template <class T>
bool read_tree_number(const Json& json, T& out) {
  if (!json.is_number()) return false;
  std::string text;  // short: a number's digits fit inside the string itself
  append_json(text, json, nullptr);
  if constexpr (std::is_integral_v<T>) {
    return read_number<T>(to_int64(text), to_uint64(text), out);
  } else {
    const auto value = to_double(text);
    return value && read_floating(*value, out);
  }
}

template <class T>
bool read_tree_bytes(const Json& json, T& out) {
  if (!json.is_binary()) return false;
  const auto& bytes = json.get_binary();
  out.resize(bytes.size());
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return true;
}

template <class T>
bool read_tree_container(const Json& json, T& out) {
  if constexpr (ListOfValues<T>) {
    if (!json.is_array()) return false;
    for (const Json& child : json) {
      std::optional<typename T::value_type> value;
      if (!read_tree(child, value)) return false;
      out.push_back(std::move(*value));
    }
  } else {
    if (!json.is_object()) return false;
    for (auto child = json.begin(); child != json.end(); ++child) {
      std::optional<typename T::mapped_type> value;
      if (!read_tree(*child, value)) return false;
      out.emplace(child.key(), std::move(*value));
    }
  }
  return true;
}

template <class T>
bool read_tree(const Json& json, std::optional<T>& out) {
  if constexpr (std::is_same_v<T, Json>) {
    out.emplace(json);
    return true;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) return false;
    out.emplace(json.get<bool>());
    return true;
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!json.is_string()) return false;
    out.emplace(json.get_ref<const std::string&>());
    return true;
  } else if constexpr (Number<T>) {
    return read_tree_number(json, out.emplace());
  } else if constexpr (OwnedBytes<T>) {
    return read_tree_bytes(json, out.emplace());
  } else if constexpr (OptionalValue<T>) {
    out.emplace();
    return json.is_null() || read_tree(json, *out);
  } else if constexpr (ListOfValues<T> || MapOfValues<T>) {
    return read_tree_container(json, out.emplace());
  } else {
    try {  // the type's own from_json says no by throwing
      out.emplace(json.get<T>());
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }
}

// --- from text: an argument -------------------------------------------------------------------
template <class T>
bool read_value(const RawJson& raw, std::optional<T>& out) {
  const std::string_view text = raw.text();
  if (raw.missing()) return false;
  if constexpr (std::is_same_v<T, bool>) {
    if (raw.kind() != JsonKind::boolean) return false;
    out.emplace(text[0] == 't');
    return true;
  } else if constexpr (std::is_integral_v<T>) {
    return read_number<T>(to_int64(text), to_uint64(text), out.emplace());
  } else if constexpr (std::is_floating_point_v<T>) {
    const auto value = to_double(text);
    return value && read_floating(*value, out.emplace());
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (raw.kind() != JsonKind::string) return false;
    append_unescaped(out.emplace(), text);
    return true;
  } else if constexpr (OwnedBytes<T>) {
    const auto bytes = raw.attachment();
    if (!bytes) return false;
    T& made = out.emplace(bytes->size());
    if (!made.empty()) std::memcpy(made.data(), bytes->data(), bytes->size());
    return true;
  } else {
    return read_tree(raw.json(), out);
  }
}

template <class T>
T Args::get(std::size_t i) const {
  static_assert(!std::is_same_v<T, std::string_view> && !std::is_same_v<T, Bytes>,
                "a view needs an owner: get<std::string>, or raw(i).attachment()");
  if constexpr (OptionalValue<T>) {
    if (raw(i).missing() || raw(i).kind() == JsonKind::null) return T();
    return get<typename T::value_type>(i);
  } else {
    std::optional<T> value;
    if (!read_value(raw(i), value))
      throw MismatchError(Mismatch{i, expected_name<T>(), raw(i).found()});
    return std::move(*value);
  }
}

}  // namespace strata::sio
