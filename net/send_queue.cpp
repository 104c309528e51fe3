// net/send_queue.cpp - a list of segments: (codec)
//
//   head_ -> [block: "HTTP/1.1 200..."] -> [shared: 2 KiB frame] -> [file: fd 7, 0..32 MiB] -> ...
//              ^begin           ^end          a reference             the driver's sendfile
//
// A block is one piece of pool memory, its header in front of its text. The first one of an empty
// queue has 1 KiB, for a broadcast touches thousands of queues at once; the next ones have 16 KiB,
// so that a large answer needs few views.
#include "net/send_queue.h"

#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "net/block_pool.h"

namespace strata::net {

static constexpr std::size_t first_block_bytes = 1024;
static constexpr std::size_t block_bytes = 16 * 1024;
static constexpr std::size_t by_reference_from = 1024;  // below it a copy costs less than a segment

struct SendQueue::Segment {
  enum class Kind : std::uint8_t { block, shared, text, octets, owned, file };
  Segment* next;
  std::size_t begin;  // of what still waits; a file counts in its FileRange
  std::size_t end;
  std::uint32_t room_bytes;  // of the memory behind this header
  Kind kind;

  char* room() { return reinterpret_cast<char*>(this + 1); }
  template <class Holder>
  Holder& held() {
    return *std::launder(reinterpret_cast<Holder*>(this + 1));
  }
  const void* data() {
    switch (kind) {
      case Kind::shared:
        return held<SharedBytes>()->data();
      case Kind::text:
        return held<std::string>().data();
      case Kind::octets:
        return held<std::vector<std::uint8_t>>().data();
      case Kind::owned:
        return held<OwnedBytes>().data();
      case Kind::block:
      case Kind::file:
        break;
    }
    return room();
  }
  Bytes waiting() { return {static_cast<const std::uint8_t*>(data()) + begin, end - begin}; }
  void destroy_held() {
    switch (kind) {
      case Kind::shared:
        return std::destroy_at(&held<SharedBytes>());
      case Kind::text:
        return std::destroy_at(&held<std::string>());
      case Kind::octets:
        return std::destroy_at(&held<std::vector<std::uint8_t>>());
      case Kind::owned:
        return std::destroy_at(&held<OwnedBytes>());
      case Kind::file:
        return std::destroy_at(&held<FileRange>());
      case Kind::block:
        return;
    }
  }
  bool is_file() const { return kind == Kind::file; }
  bool nothing_left() const { return begin == end && !is_file(); }
};

SendQueue::SendQueue(BlockPool* pool) : pool_(pool) {}

SendQueue::~SendQueue() { close(); }

SendQueue::Segment* SendQueue::link(Segment* segment) {
  (tail_ != nullptr ? tail_->next : head_) = segment;
  return tail_ = segment;
}

SendQueue::Segment* SendQueue::push_block(std::size_t least_bytes) {
  const std::size_t usual = head_ == nullptr ? first_block_bytes : block_bytes;
  std::size_t wanted = sizeof(Segment) + least_bytes;
  if (wanted <= block_bytes) wanted = wanted <= usual ? usual : block_bytes;
  const BlockPool::Block block = BlockPool::take(pool_, wanted);
  const auto room = static_cast<std::uint32_t>(block.bytes - sizeof(Segment));
  return link(::new (block.at) Segment{nullptr, 0, 0, room, Segment::Kind::block});
}

template <class Holder>
void SendQueue::hold(Holder holder, std::size_t bytes) {
  using Kind = Segment::Kind;
  constexpr Kind kind = std::is_same_v<Holder, SharedBytes>                 ? Kind::shared
                        : std::is_same_v<Holder, std::string>               ? Kind::text
                        : std::is_same_v<Holder, std::vector<std::uint8_t>> ? Kind::octets
                        : std::is_same_v<Holder, OwnedBytes>                ? Kind::owned
                                                                            : Kind::file;
  const BlockPool::Block block = BlockPool::take(pool_, sizeof(Segment) + sizeof(Holder));
  const auto room = static_cast<std::uint32_t>(block.bytes - sizeof(Segment));
  const bool was_empty = empty();
  Segment* const segment = ::new (block.at) Segment{nullptr, 0, bytes, room, kind};
  ::new (static_cast<void*>(segment->room())) Holder(std::move(holder));
  link(segment);
  size_ += bytes;
  if (was_empty) tell();
}

void SendQueue::pop_front() {
  Segment* const old = head_;
  head_ = old->next;
  if (head_ == nullptr) tail_ = nullptr;
  old->destroy_held();
  BlockPool::give(pool_, {old, sizeof(Segment) + old->room_bytes});
}

void SendQueue::copy_in(std::string_view text) {
  const bool was_empty = empty();
  while (!text.empty()) {
    Segment* to = tail_;
    if (to == nullptr || to->kind != Segment::Kind::block || to->end == to->room_bytes)
      to = push_block(std::min(text.size(), block_bytes - sizeof(Segment)));
    const std::size_t bytes = std::min(text.size(), to->room_bytes - to->end);
    std::memcpy(to->room() + to->end, text.data(), bytes);
    to->end += bytes;
    size_ += bytes;
    text.remove_prefix(bytes);
  }
  if (was_empty && size_ > 0) tell();
}

void SendQueue::append(std::string_view text) {
  if (!drops()) copy_in(text);
}

void SendQueue::append(SharedBytes bytes) {
  if (drops() || bytes == nullptr) return;
  const std::size_t count = bytes->size();
  if (count < by_reference_from) return copy_in(*bytes);
  hold(std::move(bytes), count);
}

template <class Holder>
void SendQueue::move_in(Holder&& holder) {
  if (drops()) return;
  const std::size_t count = holder.size();
  if (count < by_reference_from) {
    return copy_in({reinterpret_cast<const char*>(holder.data()), count});
  }
  hold<std::remove_reference_t<Holder>>(std::move(holder), count);
}

void SendQueue::append(std::string&& text) { move_in(std::move(text)); }
void SendQueue::append(std::vector<std::uint8_t>&& bytes) { move_in(std::move(bytes)); }
void SendQueue::append(OwnedBytes&& bytes) { move_in(std::move(bytes)); }

void SendQueue::append(SendQueue&& other) {
  assert(pool_ == other.pool_);
  if (other.head_ == nullptr || drops()) return;
  const bool was_empty = empty();
  (tail_ != nullptr ? tail_->next : head_) = std::exchange(other.head_, nullptr);
  tail_ = std::exchange(other.tail_, nullptr);
  size_ += std::exchange(other.size_, 0);
  if (was_empty && !empty()) tell();
}

void SendQueue::append_file(FileRange range) {
  if (!drops() && range.bytes != 0) hold(std::move(range), 0);
}

MutableBytes SendQueue::reserve(std::size_t bytes) {
  Segment* to = tail_;
  if (to == nullptr || to->kind != Segment::Kind::block || to->room_bytes - to->end < bytes)
    to = push_block(bytes);
  return {reinterpret_cast<std::uint8_t*>(to->room()) + to->end, to->room_bytes - to->end};
}

void SendQueue::commit(std::size_t bytes) {
  if (closed_) return close();  // gives back the block that reserve() took
  if (finished_ || bytes == 0) return;
  assert(tail_ != nullptr && tail_->room_bytes - tail_->end >= bytes);
  const bool was_empty = empty();
  tail_->end += bytes;
  size_ += bytes;
  if (was_empty) tell();
}

void SendQueue::finish() {
  if (drops()) return;
  finished_ = true;
  tell();
}

bool SendQueue::empty() const {
  if (size_ > 0) return false;
  const Segment* first = head_;  // a block may be reserved and hold nothing yet
  while (first != nullptr && !first->is_file()) first = first->next;
  return first == nullptr;
}

void SendQueue::set_hook(void (*hook)(void*), void* context) {
  hook_ = hook;
  context_ = context;
}

std::size_t SendQueue::gather(std::span<Bytes> views) const {
  std::size_t filled = 0;
  for (Segment* s = head_; s != nullptr && !s->is_file() && filled < views.size(); s = s->next)
    if (!s->nothing_left()) views[filled++] = s->waiting();
  return filled;
}

FileRange* SendQueue::front_file() {
  while (head_ != nullptr && head_->nothing_left() && head_ != tail_) pop_front();
  return head_ != nullptr && head_->is_file() ? &head_->held<FileRange>() : nullptr;
}

bool SendQueue::ends_in_file() const { return tail_ != nullptr && tail_->is_file(); }

void SendQueue::consume(std::size_t bytes) {
  while (head_ != nullptr) {
    if (head_->is_file()) {
      FileRange& file = head_->held<FileRange>();
      const std::uint64_t part = std::min<std::uint64_t>(bytes, file.bytes);
      file.offset += part;
      file.bytes -= part;
      bytes -= static_cast<std::size_t>(part);
      if (file.bytes > 0) break;
    } else {
      const std::size_t part = std::min(bytes, head_->end - head_->begin);
      head_->begin += part;
      size_ -= part;
      bytes -= part;
      if (head_->begin < head_->end) break;
    }
    pop_front();
  }
  assert(bytes == 0);
}

void SendQueue::close() {
  closed_ = true;
  size_ = 0;
  while (head_ != nullptr) pop_front();
}

std::string SendQueue::take_text() {
  std::string all;
  all.reserve(size_);
  Segment* files = nullptr;  // they are not memory, and stay
  Segment* last = nullptr;
  while (head_ != nullptr) {
    Segment* const first = head_;
    if (!first->is_file()) {
      all.append(as_text(first->waiting()));
      pop_front();
      continue;
    }
    head_ = std::exchange(first->next, nullptr);
    (last != nullptr ? last->next : files) = first;
    last = first;
  }
  head_ = files;
  tail_ = last;
  size_ = 0;
  return all;
}

}  // namespace strata::net
