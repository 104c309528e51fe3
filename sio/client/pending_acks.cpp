// sio/client/pending_acks.cpp - sio5-ack: an answer finds who asked.
#include "sio/client/pending_acks.h"

#include <algorithm>
#include <utility>

namespace strata::sio {

PendingAck PendingAcks::take(std::uint64_t id) {
  const auto found = std::lower_bound(
      list_.begin(), list_.end(), id,
      [](const PendingAck& pending, std::uint64_t wanted) { return pending.id < wanted; });
  if (found == list_.end() || found->id != id || !found->handler) return {};
  PendingAck taken = std::move(*found);
  taken.timer.cancel();
  if (++gaps_ > list_.size() / 2) {
    std::erase_if(list_, [](const PendingAck& pending) { return !pending.handler; });
    gaps_ = 0;
  }
  return taken;
}

std::vector<PendingAck> PendingAcks::take_but(const std::vector<std::uint64_t>& kept) {
  std::vector<PendingAck> taken = std::exchange(list_, {});
  gaps_ = 0;
  for (PendingAck& pending : taken) {
    if (!pending.handler) continue;
    if (std::binary_search(kept.begin(), kept.end(), pending.id)) {
      list_.push_back(std::move(pending));
    } else {
      pending.timer.cancel();
    }
  }
  std::erase_if(taken, [](const PendingAck& pending) { return !pending.handler; });
  return taken;
}

}  // namespace strata::sio
