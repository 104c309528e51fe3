// sio/sending.h - an emit of one socket with conditions, at either end:
//   socket.timeout(5s).emit("ask", [](std::error_code late, int answer) {...});
//   socket.volatile_().emit("position", x, y);
#pragma once
#include <memory>
#include <string_view>
#include <utility>

#include "sio/emit.h"
#include "sio/handler.h"

namespace strata::sio {

//   Lives:   no longer than its socket; copies are free to make.
//   Threads: the loop's.
template <class Owner>
class SendingFrom : public EmitForms<SendingFrom<Owner>>, public FlagForms<SendingFrom<Owner>> {
 public:
  explicit SendingFrom(Owner& socket) : socket_(&socket) {}
  Owner& socket() const { return *socket_; }

  // --- for emit ---
  using OnAnswer = std::unique_ptr<AnswerHandler>;
  template <class F>
  static OnAnswer on_answer(F&& f) {
    return make_answer<Owner>(std::forward<F>(f));
  }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer) const {
    return socket_->emit_values(event, values, std::move(on_answer), this->flags_);
  }

 private:
  Owner* socket_;
};

}  // namespace strata::sio
