// sio/ack.h - the answer to an event, if its sender asked for one. sio5-ack
#pragma once
#include <cstdint>
#include <memory>
#include <utility>

#include "sio/write_value.h"

namespace strata::sio {

class SocketRef;

// Call it with any values: ack(), ack("ok", 1), ack({{"ok", true}}).
// Where nobody asked it does nothing. The first call answers, later ones do nothing.
//   Lives:   as long as you like; copies share the one answer. After disconnect: nothing happens.
//   Threads: any.
class Ack {
 public:
  Ack() = default;
  Ack(const SocketRef& socket, std::uint64_t id);
  explicit operator bool() const;  // an answer is still wanted

  bool operator()(const Json& value) const {
    const auto write = [&](PacketWriter& w) { write_value(w, value); };
    return answer(Values(write));
  }
  bool operator()(const Json& first, const Json& second) const {
    const auto write = [&](PacketWriter& w) {
      write_value(w, first);
      write_value(w, second);
    };
    return answer(Values(write));
  }
  template <class... V>
  bool operator()(const V&... values) const {
    const auto write = [&]([[maybe_unused]] PacketWriter& w) { (write_value(w, values), ...); };
    return answer(Values(write));
  }

 private:
  struct Wanted;
  bool answer(const Values& values) const;
  std::shared_ptr<Wanted> wanted_;
};

}  // namespace strata::sio
