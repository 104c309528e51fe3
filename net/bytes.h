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

// Octets on the heap with one owner. They grow without being cleared first, in place where the heap
// can, and may be moved into a SendQueue.
//   Errors:  what allocates throws std::bad_alloc, and has then changed nothing.
class OwnedBytes {
 public:
  OwnedBytes() = default;
  explicit OwnedBytes(Bytes copied) { append(copied); }
  OwnedBytes(OwnedBytes&& other) noexcept { swap(other); }
  OwnedBytes& operator=(OwnedBytes&& other) noexcept {
    OwnedBytes(std::move(other)).swap(*this);
    return *this;
  }
  ~OwnedBytes() { std::free(data_); }

  std::uint8_t* data() { return data_; }
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  Bytes bytes() const { return {data_, size_}; }
  operator Bytes() const { return bytes(); }
  MutableBytes room() { return {data_ + size_, capacity_ - size_}; }

  // Exactly so many, but never fewer than it holds.
  void set_capacity(std::size_t bytes) {
    bytes = bytes < size_ ? size_ : bytes;
    if (bytes == capacity_) return;
    void* const moved = bytes == 0 ? nullptr : std::realloc(data_, bytes);
    if (bytes == 0) std::free(data_);
    if (bytes != 0 && moved == nullptr) throw std::bad_alloc();
    data_ = static_cast<std::uint8_t*>(moved);
    capacity_ = bytes;
  }
  void append(Bytes more) {
    if (more.size() > capacity_ - size_) set_capacity(size_ + more.size());
    if (!more.empty()) std::memcpy(data_ + size_, more.data(), more.size());
    size_ += more.size();
  }
  void grow(std::size_t bytes) { size_ += bytes; }  // written into room() already
  void clear() { OwnedBytes().swap(*this); }
  void swap(OwnedBytes& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace strata::net
