// sio/client/retry_queue.h - events that are sent until the server acknowledged them, one at a
// time:
//
//   [ c ]  [ b ]  [ a ] -> a, try 1 .. timeout .. a, try 2 .. ack: a is done, b, try 1 ...
//
// (codec)
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sio/client/outbox.h"
#include "sio/handler.h"

namespace strata::sio {

struct RetriedEvent {
  OwnedPacket packet;  // as of a WaitingEvent
  SendFlags flags;
  std::unique_ptr<AnswerHandler> on_answer;  // the user's; may be null
  std::uint64_t number = 0;
  unsigned tries = 0;
};

//   Owns:  the events, and who waits for them.
class RetryQueue {
 public:
  RetryQueue(unsigned retries, const OutboxLimits& limits) : retries_(retries), waiting_(limits) {}

  Outbox<RetriedEvent>::Pushed push(RetriedEvent event);  // the one on its way stays
  // The event to send now, its try counted; null where none waits or one is on its way.
  RetriedEvent* next();
  // It was acknowledged, and is done. Nothing: that one is not on its way any more.
  std::optional<RetriedEvent> acknowledged(std::uint64_t number);
  // No answer came. Nothing: it will be tried again; else it was given up.
  std::optional<RetriedEvent> failed(std::uint64_t number);
  void interrupted();  // the connection was lost: a try that it ended does not count

  std::size_t size() const { return waiting_.size(); }
  std::size_t bytes() const { return waiting_.bytes(); }

 private:
  bool is_on_its_way(std::uint64_t number);
  unsigned retries_;
  Outbox<RetriedEvent> waiting_;
  std::uint64_t numbers_ = 0;
  bool on_its_way_ = false;  // the first
};

}  // namespace strata::sio
