// sio/emit.h - the forms of emit, once for everything that can: Socket, Broadcast, Namespace,
// Server, SocketRef. (codec)
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "net/time.h"
#include "sio/event.h"
#include "sio/write_value.h"

namespace strata::sio {

struct SendFlags {
  bool drop_if_busy = false;  // volatile
  bool compress = true;
  bool local = false;                    // to sockets of this server only
  std::optional<net::Duration> timeout;  // for the answer
};

// A packet that left its values behind: it may wait, and change its thread.
struct OwnedPacket {
  OwnedPacket() = default;
  explicit OwnedPacket(const PacketWriter& writer)
      : OwnedPacket(writer.text(), writer.head_bytes(), writer.attachments()) {}
  OwnedPacket(std::string_view text, std::size_t head_bytes, std::span<const Bytes> attachments);
  std::vector<Bytes> views() const;  // of the attachments
  std::size_t bytes() const;         // of all
  // Puts in what was left out; answers where an id stands, or would.
  std::size_t insert_head(std::string_view nsp, std::optional<std::uint64_t> id);
  std::string text;
  std::size_t head_bytes = 0;  // namespace and id go in behind these
  std::vector<std::string> attachments;
};

// Throws std::invalid_argument for a name that only the library emits.
void refuse_reserved(std::string_view event);
// ["event",...values] as a packet in `writer`, its head without namespace or id if `nsp` is "/".
void write_event(PacketWriter& writer, std::string_view nsp, std::string_view event,
                 const Values& values);

// Conditions of a next emit, each an immutable value: socket.timeout(5s).emit(...).
template <class Self>
class FlagForms {
 public:
  Self timeout(net::Duration limit) const {  // for the answer
    return with([&](SendFlags& flags) { flags.timeout = limit; });
  }
  Self volatile_() const {  // dropped where it would have to wait
    return with([](SendFlags& flags) { flags.drop_if_busy = true; });
  }
  Self compress(bool on) const {
    return with([&](SendFlags& flags) { flags.compress = on; });
  }

 protected:
  FlagForms() = default;
  explicit FlagForms(const SendFlags& flags) : flags_(flags) {}
  template <class Set>
  Self with(const Set& set) const {
    Self next = static_cast<const Self&>(*this);
    set(static_cast<FlagForms&>(next).flags_);
    return next;
  }
  SendFlags flags_;
};

// `Self` has  bool emit_values(std::string_view, const Values&, Self::OnAnswer)
//        and  static Self::OnAnswer on_answer(F).
//   Errors:  a reserved name throws std::invalid_argument. False: nothing was sent.
template <class Self>
class EmitForms {
 public:
  // One value, or two, may stand in braces: emit("news", {{"name", "spot"}}).
  bool emit(std::string_view event, const Json& value) const { return put_values(event, value); }
  bool emit(std::string_view event, const Json& first, const Json& second) const {
    return put_values(event, first, second);
  }
  // Octets beside braces stay octets: a Json would make an array of numbers of them.
  template <ByteRange B>
  bool emit(std::string_view event, const Json& first, const B& second) const {
    return put_values(event, first, second);
  }
  template <ByteRange B>
  bool emit(std::string_view event, const B& first, const Json& second) const {
    return put_values(event, first, second);
  }
  // Braces before a callback, which hears the answer.
  template <Callback F>
  bool emit(std::string_view event, Json::initializer_list_t value, F&& callback) const {
    const Json json(value);
    return put(
        event, [&json](PacketWriter& writer) { write_value(writer, json); },
        Self::on_answer(std::forward<F>(callback)));
  }
  // Any number of values of any types with a to_json; a callback may stand last.
  template <class... V>
  bool emit(std::string_view event, V&&... values) const {
    if constexpr (last_is_callback<V...>()) {
      return split(event, std::forward_as_tuple(std::forward<V>(values)...),
                   std::make_index_sequence<sizeof...(V) - 1>{});
    } else {
      return put_values(event, values...);
    }
  }

  // An event of event.h: its name and its types are declared. A callback may stand last.
  template <DeclaredEvent E, class... V>
  bool emit(V&&... values) const {
    if constexpr (last_is_callback<V...>() && sizeof...(V) == Declaration<E>::count + 1) {
      return split_declared<E>(std::forward_as_tuple(std::forward<V>(values)...),
                               std::make_index_sequence<sizeof...(V) - 1>{});
    } else {
      check_declared<E, std::remove_cvref_t<V>...>();
      return put(E::name, [&](PacketWriter& writer) { Declaration<E>::write(writer, values...); });
    }
  }

  // The event "message".
  bool send(const Json& value) const { return emit("message", value); }
  template <class... V>
  bool send(V&&... values) const {
    return emit("message", std::forward<V>(values)...);
  }

 private:
  // A handle that a lambda captured by copy is const, and speaks all the same.
  Self& self() const { return const_cast<Self&>(static_cast<const Self&>(*this)); }
  template <class... V>
  static constexpr bool last_is_callback() {
    if constexpr (sizeof...(V) == 0) {
      return false;
    } else {
      using Last = std::tuple_element_t<sizeof...(V) - 1, std::tuple<V...>>;
      return Callback<Last>;
    }
  }
  template <class... V>
  bool put_values(std::string_view event, const V&... values) const {
    return put(event, [&](PacketWriter& writer) { write_values(writer, values...); });
  }
  template <class Write>
  bool put(std::string_view event, const Write& write) const {
    refuse_reserved(event);
    return self().emit_values(event, Values(write), {});
  }
  template <class Write, class OnAnswer>
  bool put(std::string_view event, const Write& write, OnAnswer on_answer) const {
    refuse_reserved(event);
    return self().emit_values(event, Values(write), std::move(on_answer));
  }
  template <class E, class... V>
  static constexpr void check_declared() {
    static_assert(Declaration<E>::template fit<V...>(),
                  "these are not the values that this event declares: as many, of its types");
  }
  template <class E, class Tuple, std::size_t... I>
  bool split_declared(Tuple&& all, std::index_sequence<I...>) const {
    check_declared<E,
                   std::remove_cvref_t<std::tuple_element_t<I, std::remove_cvref_t<Tuple>>>...>();
    return put(
        E::name, [&](PacketWriter& writer) { Declaration<E>::write(writer, std::get<I>(all)...); },
        Self::on_answer(std::get<sizeof...(I)>(std::forward<Tuple>(all))));
  }
  template <class Tuple, std::size_t... I>
  bool split(std::string_view event, Tuple&& all, std::index_sequence<I...>) const {
    return put(
        event, [&](PacketWriter& writer) { write_values(writer, std::get<I>(all)...); },
        Self::on_answer(std::get<sizeof...(I)>(std::forward<Tuple>(all))));
  }
};

}  // namespace strata::sio
