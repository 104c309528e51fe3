// sio/write_value.h - C++ values to JSON, for emit and for acknowledgements. (codec)
#pragma once
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sio/args.h"
#include "sio/packet.h"

namespace strata::sio {

template <class T>
concept Text = std::is_convertible_v<const T&, std::string_view> && !std::is_same_v<T, Json> &&
               !std::is_same_v<T, std::nullptr_t>;

template <class T>
concept ByteRange = requires(const T& t) {
  {t.data()};
  { t.size() } -> std::convertible_to<std::size_t>;
  requires std::is_same_v<std::remove_cvref_t<decltype(*t.data())>, std::uint8_t> ||
      std::is_same_v<std::remove_cvref_t<decltype(*t.data())>, std::byte>;
};

template <class T>
concept HasToJson = std::is_constructible_v<Json, const T&>;

// A lambda, a std::function, a function: what may stand last in an emit, to hear the answer.
template <class T>
concept Callback = std::is_function_v<std::remove_pointer_t<std::remove_cvref_t<T>>> || requires {
  &std::remove_cvref_t<T>::operator();
};

template <class T>
void append_value(std::string& out, PacketWriter& writer, const T& value);

template <class T>
void append_container(std::string& out, PacketWriter& writer, const T& value) {
  bool first = true;
  out.push_back(MapOfValues<T> ? '{' : '[');
  for (const auto& child : value) {
    if (!std::exchange(first, false)) out.push_back(',');
    if constexpr (MapOfValues<T>) {
      append_quoted(out, child.first);
      out.push_back(':');
      append_value(out, writer, child.second);
    } else if constexpr (std::is_same_v<T, std::vector<bool>>) {
      out.append(child ? "true" : "false");
    } else {
      append_value(out, writer, child);
    }
  }
  out.push_back(MapOfValues<T> ? '}' : ']');
}

template <class T>
void append_value(std::string& out, PacketWriter& writer, const T& value) {
  if constexpr (std::is_same_v<T, Json>) {
    append_json(out, value, &writer);
  } else if constexpr (std::is_same_v<T, RawJson>) {
    value.append_to(out, writer);
  } else if constexpr (std::is_same_v<T, std::nullptr_t>) {
    out.append("null");
  } else if constexpr (std::is_same_v<T, bool>) {
    out.append(value ? "true" : "false");
  } else if constexpr (std::is_floating_point_v<T>) {
    append_number(out, static_cast<double>(value));
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
    append_number(out, static_cast<std::int64_t>(value));
  } else if constexpr (std::is_integral_v<T>) {
    append_number(out, static_cast<std::uint64_t>(value));
  } else if constexpr (Text<T>) {
    append_quoted(out, std::string_view(value));
  } else if constexpr (ByteRange<T>) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(value.data());
    append_placeholder(out, writer.attach(Bytes(data, value.size())));
  } else if constexpr (OptionalValue<T>) {
    if (value) {
      append_value(out, writer, *value);
    } else {
      out.append("null");
    }
  } else if constexpr (ListOfValues<T> || MapOfValues<T>) {
    append_container(out, writer, value);
  } else {
    static_assert(
        !requires { &T::operator(); },
        "a callback that hears the answer stands last, and only once");
    static_assert(HasToJson<T>,
                  "this value cannot be sent: its type needs a to_json(sio::Json&, const T&); a "
                  "callback that hears the answer must spell out its parameter types (no auto)");
    append_json(out, writer.keep(Json(value)), &writer);
  }
}

// One value, or with Args any number of them.
template <class T>
void write_value(PacketWriter& writer, const T& value) {
  if constexpr (std::is_same_v<T, Args>) {
    for (std::size_t i = 0; i < value.size(); ++i) value.raw(i).append_to(writer.next(), writer);
  } else {
    append_value(writer.next(), writer, value);
  }
}
template <class... V>
void write_values([[maybe_unused]] PacketWriter& writer, const V&... values) {
  (write_value(writer, values), ...);
}

// The values of one emit, not yet written. Refers to them: for the call only.
class Values {
 public:
  template <class Write>
  requires(!std::same_as<Write, Values>) explicit Values(const Write& write)
      : object_(&write), write_([](const void* object, PacketWriter& writer) {
          (*static_cast<const Write*>(object))(writer);
        }) {}
  void write_to(PacketWriter& writer) const { write_(object_, writer); }

 private:
  const void* object_;
  void (*write_)(const void*, PacketWriter&);
};

}  // namespace strata::sio
