// sio/ack.h - the answer to an event, if its sender asked for one. sio5-ack (codec)
#pragma once
#include <atomic>
#include <memory>
#include <utility>

#include "sio/write_value.h"

namespace strata::sio {

// Call it with any values: ack(), ack("ok", 1), ack({{"ok", true}}).
// Where nobody asked it does nothing. The first call answers, later ones do nothing.
//   Lives:   as long as you like; copies share the one answer. After disconnect: nothing happens.
//   Threads: any.
class Ack {
 public:
  // How the answer gets to who asked: each end has its own.
  class Wanted {
   public:
    virtual ~Wanted() = default;
    // Any thread, once. False: who asked is gone.
    virtual bool answer(const Values& values) = 0;

   private:
    friend class Ack;
    std::atomic<bool> answered_{false};
  };

  Ack() = default;
  explicit Ack(std::shared_ptr<Wanted> wanted) : wanted_(std::move(wanted)) {}
  explicit operator bool() const {  // an answer is still wanted
    return wanted_ && !wanted_->answered_;
  }

  bool operator()(const Json& value) const { return answer(value); }
  bool operator()(const Json& first, const Json& second) const { return answer(first, second); }
  // Octets beside braces stay octets, as in emit.
  template <ByteRange B>
  bool operator()(const Json& first, const B& second) const {
    return answer(first, second);
  }
  template <ByteRange B>
  bool operator()(const B& first, const Json& second) const {
    return answer(first, second);
  }
  template <class... V>
  bool operator()(const V&... values) const {
    return answer(values...);
  }

 private:
  template <class... V>
  bool answer(const V&... values) const {
    if (!wanted_ || wanted_->answered_.exchange(true)) return false;
    const auto write = [&](PacketWriter& writer) { write_values(writer, values...); };
    return wanted_->answer(Values(write));
  }
  std::shared_ptr<Wanted> wanted_;
};

}  // namespace strata::sio
