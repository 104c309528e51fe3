// net/block_pool.h - the spare memory of a loop: a message in flight allocates nothing. (codec)
#pragma once
#include <array>
#include <cstddef>

namespace strata::net {

// Blocks in powers of two, from 64 bytes to 128 KiB, kept in one list per size. Larger ones come
// from the heap and go back to it.
//   Lives:   longer than the queues and buffers that take from it; one per loop.
//   Errors:  take() throws std::bad_alloc, as `new` does.
//   Threads: its loop's.
class BlockPool {
 public:
  struct Block {
    void* at;
    std::size_t bytes;  // at least what was asked for; give() wants this number back
  };
  static constexpr std::size_t smallest_bytes = 64;
  static constexpr std::size_t largest_bytes = 128 * 1024;
  static constexpr std::size_t spare_bytes_max = 16 * 1024 * 1024;  // beyond it: to the heap

  BlockPool() = default;
  ~BlockPool() { trim(); }
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // Without a pool (null) the heap serves, so that codecs can be tested alone.
  static Block take(BlockPool* pool, std::size_t bytes);
  static void give(BlockPool* pool, Block block) noexcept;

  void trim() noexcept;  // all spare blocks to the heap
  std::size_t spare_bytes() const { return spare_bytes_; }
  std::size_t taken_bytes() const { return taken_bytes_; }  // what is out there now

 private:
  struct Spare {
    Spare* next;
  };
  static constexpr std::size_t classes = 12;
  std::array<Spare*, classes> spare_{};
  std::size_t spare_bytes_ = 0;
  std::size_t taken_bytes_ = 0;
};

}  // namespace strata::net
