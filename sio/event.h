// sio/event.h - events declared once and checked by the compiler, at both ends:
//
//   struct Message { std::string text; };             // with a from_json and a to_json
//   using Chat = sio::Event<"chat", std::string, Message>;
//
//   socket.on<Chat>([](std::string_view from, const Message& message) { ... });
//   socket.emit<Chat>("spot", Message{"hello"});      // another type or count does not compile
//   io.to("room").emit<Chat>("spot", Message{"hello"});
//
// What a client sends under that name and does not fit never reaches the handler: `error` tells,
// and who asked for an acknowledgement gets {"error": the sentence}. (codec)
#pragma once
#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sio/write_value.h"

namespace strata::sio {

template <std::size_t N>
struct EventName {
  consteval EventName(const char (&text)[N]) { std::copy_n(text, N, bytes); }
  constexpr std::string_view view() const { return {bytes, N - 1}; }
  char bytes[N];
};

template <EventName Name, class... Values>
struct Event {
  static_assert(Name.view().size() <= 255, "an event's name has at most 255 bytes");
  static_assert((std::is_same_v<Values, std::decay_t<Values>> && ...),
                "the values of an event are declared as plain types: std::string, not const "
                "std::string&");
  static constexpr std::string_view name = Name.view();
};

template <class E>
struct Declaration {
  static constexpr bool is_event = false;
};
template <EventName Name, class... Values>
struct Declaration<Event<Name, Values...>> {
  static constexpr bool is_event = true;
  static constexpr std::size_t count = sizeof...(Values);

  // May a V stand where a T was declared? A fraction is no whole number.
  template <class T, class V>
  static constexpr bool fits() {
    if constexpr (std::is_same_v<T, std::string>) {
      return std::is_convertible_v<const V&, std::string_view>;
    } else {
      return std::is_convertible_v<const V&, T> &&
             !(std::is_integral_v<T> && std::is_floating_point_v<V>);
    }
  }
  template <class... V>
  static constexpr bool fit() {
    if constexpr (sizeof...(V) == count) {
      return (fits<Values, V>() && ...);
    } else {
      return false;
    }
  }
  template <class... V>
  static void write([[maybe_unused]] PacketWriter& writer, const V&... values) {
    (write_as<Values>(writer, values), ...);
  }

 private:
  template <class T, class V>
  static void write_as(PacketWriter& writer, const V& value) {
    if constexpr (std::is_same_v<T, V>) {
      write_value(writer, value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      write_value(writer, std::string_view(value));
    } else if constexpr (std::is_same_v<V, std::nullopt_t>) {
      write_value(writer, nullptr);
    } else if constexpr (OptionalValue<T>) {
      write_as<typename T::value_type>(writer, value);
    } else if constexpr (std::is_arithmetic_v<T>) {
      write_value(writer, static_cast<T>(value));
    } else {
      write_value(writer,
                  writer.keep(Json(static_cast<T>(value))));  // what was converted ends here
    }
  }
};
template <class E>
concept DeclaredEvent = Declaration<E>::is_event;

}  // namespace strata::sio
