// sio/client/retry_queue.cpp - at least once, one after the other. (codec)
#include "sio/client/retry_queue.h"

#include <utility>

namespace strata::sio {

Outbox<RetriedEvent>::Pushed RetryQueue::push(RetriedEvent event) {
  event.number = numbers_++;
  return waiting_.push(std::move(event), on_its_way_ ? 1 : 0);
}

RetriedEvent* RetryQueue::next() {
  if (on_its_way_ || waiting_.empty()) return nullptr;
  on_its_way_ = true;
  ++waiting_.front().tries;
  return &waiting_.front();
}

bool RetryQueue::is_on_its_way(std::uint64_t number) {
  return on_its_way_ && waiting_.front().number == number;
}

std::optional<RetriedEvent> RetryQueue::acknowledged(std::uint64_t number) {
  if (!is_on_its_way(number)) return std::nullopt;
  on_its_way_ = false;
  return waiting_.pop();
}

std::optional<RetriedEvent> RetryQueue::failed(std::uint64_t number) {
  if (!is_on_its_way(number)) return std::nullopt;
  on_its_way_ = false;
  if (waiting_.front().tries <= retries_) return std::nullopt;
  return waiting_.pop();
}

void RetryQueue::interrupted() {
  if (!std::exchange(on_its_way_, false)) return;
  --waiting_.front().tries;
}

}  // namespace strata::sio
