// sio/client/pending_acks.h - who waits for the answer to which id. Many may: so what is taken
// leaves a gap, and gaps are closed when they are more than half.
//
//   ids grow:  [ 3 ][ - ][ 5 ][ - ][ - ][ 8 ] <- add()
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "net/loop.h"
#include "sio/handler.h"

namespace strata::sio {

struct PendingAck {
  std::uint64_t id = 0;
  std::unique_ptr<AnswerHandler> handler;  // null: none, or taken
  net::TimerHandle timer;                  // cancelled by take()
};

//   Threads: the loop's.
class PendingAcks {
 public:
  void add(PendingAck pending) { list_.push_back(std::move(pending)); }  // of the highest id yet
  PendingAck take(std::uint64_t id);  // without a handler: nobody waits
  // Takes all but those of `kept`, which is sorted.
  std::vector<PendingAck> take_but(const std::vector<std::uint64_t>& kept);
  std::size_t size() const { return list_.size() - gaps_; }

 private:
  std::vector<PendingAck> list_;  // sorted
  std::size_t gaps_ = 0;
};

}  // namespace strata::sio
