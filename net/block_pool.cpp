// net/block_pool.cpp - free lists by size. (codec)
#include "net/block_pool.h"

#include <bit>
#include <new>

namespace strata::net {

// Under AddressSanitizer nothing is kept, or it could not see a use after give().
#if defined(__SANITIZE_ADDRESS__)
static constexpr bool keeps_spares = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
static constexpr bool keeps_spares = false;
#else
static constexpr bool keeps_spares = true;
#endif
#else
static constexpr bool keeps_spares = true;
#endif

static std::size_t class_of(std::size_t bytes) {
  return static_cast<std::size_t>(std::countr_zero(bytes / BlockPool::smallest_bytes));
}

BlockPool::Block BlockPool::take(BlockPool* pool, std::size_t bytes) {
  if (bytes < smallest_bytes) bytes = smallest_bytes;
  if (bytes <= largest_bytes) bytes = std::bit_ceil(bytes);
  Spare* found = nullptr;
  if (pool != nullptr && bytes <= largest_bytes) {
    Spare*& first = pool->spare_[class_of(bytes)];
    if (first != nullptr) {
      found = first;
      first = found->next;
      pool->spare_bytes_ -= bytes;
    }
  }
  const Block block{found != nullptr ? found : ::operator new(bytes), bytes};
  if (pool != nullptr) pool->taken_bytes_ += bytes;
  return block;
}

void BlockPool::give(BlockPool* pool, Block block) noexcept {
  if (pool != nullptr) pool->taken_bytes_ -= block.bytes;
  if (!keeps_spares || pool == nullptr || block.bytes > largest_bytes ||
      pool->spare_bytes_ + block.bytes > spare_bytes_max) {
    ::operator delete(block.at);
    return;
  }
  Spare*& first = pool->spare_[class_of(block.bytes)];
  first = ::new (block.at) Spare{first};
  pool->spare_bytes_ += block.bytes;
}

void BlockPool::trim() noexcept {
  for (Spare*& first : spare_) {
    while (first != nullptr) {
      Spare* const next = first->next;
      ::operator delete(first);
      first = next;
    }
  }
  spare_bytes_ = 0;
}

}  // namespace strata::net
