// net/recv_buffer.h - received bytes that the receiver has not consumed yet. (codec)
#pragma once
#include <cstddef>

#include "net/bytes.h"

namespace strata::net {

class BlockPool;

// Contiguous, so that a head cut in two is offered whole. Grows by what was received, at most
// twofold, in blocks of the loop's pool; empty it is one null pointer.
//   Lives:   views live until the next append(), consume() or clear().
//   Threads: its connection's loop.
class RecvBuffer {
 public:
  RecvBuffer() = default;
  ~RecvBuffer() { clear(); }
  RecvBuffer(const RecvBuffer&) = delete;
  RecvBuffer& operator=(const RecvBuffer&) = delete;

  bool empty() const { return block_ == nullptr; }
  std::size_t size() const;
  MutableBytes bytes();
  void append(Bytes more, BlockPool* pool);
  void consume(std::size_t bytes);  // from the front; the last one gives the block back
  void clear();

 private:
  struct Block;
  Block* block_ = nullptr;
};

}  // namespace strata::net
