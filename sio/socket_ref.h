// sio/socket_ref.h - a socket by slot and generation: weak, copyable, good on any thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "sio/emit.h"
#include "sio/handler.h"
#include "sio/link.h"

namespace strata::sio {

// Using one whose socket is gone does nothing: on the loop's thread the call answers false, from
// another thread the log hook hears of it.
//   Lives:   as long as you like, beyond the socket and the server.
//   Threads: any; off the loop values are serialised at once, on the caller's thread, and posted.
//            Callbacks run on the loop.
class SocketRef : public EmitForms<SocketRef> {
 public:
  SocketRef() = default;
  SocketRef(std::shared_ptr<Link> link, std::uint32_t slot, std::uint32_t generation)
      : link_(std::move(link)), slot_(slot), generation_(generation) {}

  Socket* get() const;  // the loop's thread only; null once gone
  bool join(std::string_view room) const;
  bool leave(std::string_view room) const;
  bool disconnect(bool close = false) const;
  bool operator==(const SocketRef& other) const {
    return link_ == other.link_ && slot_ == other.slot_ && generation_ == other.generation_;
  }

  std::uint32_t slot() const { return slot_; }
  std::uint64_t key() const { return std::uint64_t{slot_} << 32 | generation_; }

  // Calls `use` with the socket, now if this is the loop's thread, else in a turn of the loop.
  bool run(std::function<void(Socket&)> use) const;

  // --- for emit and for Ack ---
  using OnAnswer = std::unique_ptr<AnswerHandler>;
  template <class F>
  static OnAnswer on_answer(F&& f) {
    return make_answer<Socket>(std::forward<F>(f));
  }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer) const;
  bool answer(std::uint64_t id, const Values& values) const;
  Ack ack(std::uint64_t id) const;  // to the event with that id

 private:
  template <class Use>  // (Socket&); move-only is fine
  bool reach(Use use) const;
  std::shared_ptr<Link> link_;
  std::uint32_t slot_ = 0;
  std::uint32_t generation_ = 0;
};

}  // namespace strata::sio
