// net/bytes.h - octets and text: views, and octets with an owner. (codec)
#pragma once
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "net/block_pool.h"

namespace strata::net {

using Bytes = std::span<const std::uint8_t>;  // octets somebody else owns
using MutableBytes = std::span<std::uint8_t>;
using SharedBytes = std::shared_ptr<const std::string>;  // the one shared_ptr: immutable bytes

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Octets with one owner. They grow without being cleared first, in place where the heap can, and
// may be moved into a SendQueue. With a pool, what fits its blocks comes from there, so that a
// message of usual size costs no page that the heap gave back before; without one, from the heap.
//   Lives:   shorter than its pool.
//   Errors:  what allocates throws std::bad_alloc, and has then changed nothing.
class OwnedBytes {
 public:
  OwnedBytes() = default;
  explicit OwnedBytes(BlockPool* pool) : pool_(pool) {}
  explicit OwnedBytes(Bytes copied) { append(copied); }
  OwnedBytes(OwnedBytes&& other) noexcept : pool_(other.pool_) { swap(other); }
  OwnedBytes& operator=(OwnedBytes&& other) noexcept {
    OwnedBytes(std::move(other)).swap(*this);
    return *this;
  }
  ~OwnedBytes() { free_block(); }

  std::uint8_t* data() { return data_; }
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  bool in_pool() const { return pool_ != nullptr && capacity_ - 1 < BlockPool::largest_bytes; }
  Bytes bytes() const { return {data_, size_}; }
  operator Bytes() const { return bytes(); }
  MutableBytes room() { return {data_ + size_, capacity_ - size_}; }

  // At least so many, and as many as it holds: from the heap exactly.
  void set_capacity(std::size_t bytes) {
    bytes = bytes < size_ ? size_ : bytes;
    if (bytes == capacity_) return;
    if (bytes == 0) return clear();
    const bool from_pool = pool_ != nullptr && bytes <= BlockPool::largest_bytes;
    BlockPool::Block block{nullptr, bytes};
    if (from_pool) {
      block = BlockPool::take(pool_, bytes);
    } else {
      block.at = in_pool() ? std::malloc(bytes) : std::realloc(data_, bytes);
      if (block.at == nullptr) throw std::bad_alloc();
    }
    if (from_pool || in_pool()) {
      if (size_ != 0) std::memcpy(block.at, data_, size_);
      free_block();
    }
    data_ = static_cast<std::uint8_t*>(block.at);
    capacity_ = block.bytes;
  }
  void append(Bytes more) {
    if (more.size() > capacity_ - size_) set_capacity(size_ + more.size());
    if (!more.empty()) std::memcpy(data_ + size_, more.data(), more.size());
    size_ += more.size();
  }
  void grow(std::size_t bytes) { size_ += bytes; }  // written into room() already
  void clear() {
    free_block();
    data_ = nullptr;
    size_ = capacity_ = 0;
  }
  void swap(OwnedBytes& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(pool_, other.pool_);
  }

 private:
  void free_block() { in_pool() ? BlockPool::give(pool_, {data_, capacity_}) : std::free(data_); }
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  BlockPool* pool_ = nullptr;
};

}  // namespace strata::net
