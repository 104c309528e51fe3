// net/recv_buffer.cpp - one block: | header | consumed | bytes() | room |. (codec)
#include "net/recv_buffer.h"

#include <cassert>
#include <cstring>
#include <new>

#include "net/block_pool.h"

namespace strata::net {

struct RecvBuffer::Block {
  BlockPool* pool;
  std::size_t begin;
  std::size_t end;
  std::size_t room;
  std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(this + 1); }
};

std::size_t RecvBuffer::size() const { return block_ == nullptr ? 0 : block_->end - block_->begin; }

MutableBytes RecvBuffer::bytes() {
  if (block_ == nullptr) return {};
  return {block_->data() + block_->begin, block_->end - block_->begin};
}

void RecvBuffer::append(Bytes more, BlockPool* pool) {
  if (more.empty()) return;
  const std::size_t have = size();
  if (block_ == nullptr || block_->room - block_->end < more.size()) {
    if (block_ != nullptr && block_->room - have >= more.size() && block_->begin >= have) {
      // Half of the block is consumed: moving down is cheaper than a new one, and amortised.
      std::memcpy(block_->data(), block_->data() + block_->begin, have);
      block_->begin = 0;
      block_->end = have;
    } else {
      const BlockPool::Block fresh = BlockPool::take(pool, sizeof(Block) + have + more.size());
      Block* const to = ::new (fresh.at) Block{pool, 0, have, fresh.bytes - sizeof(Block)};
      if (have > 0) std::memcpy(to->data(), bytes().data(), have);
      clear();
      block_ = to;
    }
  }
  std::memcpy(block_->data() + block_->end, more.data(), more.size());
  block_->end += more.size();
}

void RecvBuffer::consume(std::size_t bytes) {
  if (bytes == 0) return;
  assert(block_ != nullptr && bytes <= size());
  block_->begin += bytes;
  if (block_->begin == block_->end) clear();
}

void RecvBuffer::clear() {
  if (block_ == nullptr) return;
  BlockPool::give(block_->pool, {block_, sizeof(Block) + block_->room});
  block_ = nullptr;
}

}  // namespace strata::net
