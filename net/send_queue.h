// net/send_queue.h - bytes waiting to leave: the cork of a connection, as plain data. (codec)
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/bytes.h"
#include "net/fd.h"

namespace strata::net {

class BlockPool;

// A part of a file, sent without passing through memory.
struct FileRange {
  Fd fd;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

// Text is copied into pooled blocks, large or shared bytes are kept by reference, and the driver
// below gathers them all into one sendmsg.
//   Lives:   in its Connection. No fd of its own, no loop.
//   Threads: its connection's loop.
class SendQueue {
 public:
  explicit SendQueue(BlockPool* pool = nullptr);  // without a pool blocks come from the heap
  ~SendQueue();
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  void append(std::string_view text);  // copied into the pooled tail
  void append(const char* text) { append(std::string_view(text)); }
  void append(Bytes bytes) { append(as_text(bytes)); }
  void append(SharedBytes bytes);   // from 1 KiB on by reference, else copied
  void append(std::string&& text);  // from 1 KiB on moved, else copied; the other two likewise
  void append(std::vector<std::uint8_t>&& bytes);
  void append(OwnedBytes&& bytes);
  void append(SendQueue&& other);     // all of it, without a copy; both have the same pool
  void append_file(FileRange range);  // its bytes are not memory: size() does not count them

  // Contiguous room for at least `bytes` more at the tail, to encode in place; commit() says how
  // many of them count. No other append between the two.
  MutableBytes reserve(std::size_t bytes);
  void commit(std::size_t bytes);

  void finish();  // half-close once all is sent; later appends are dropped
  bool finished() const { return finished_; }

  std::size_t size() const { return size_; }  // bytes in memory: the measure of backpressure
  bool empty() const;                         // nothing left, file ranges included
  BlockPool* pool() const { return pool_; }

  // --- for the driver below -------------------------------------------------------------------
  // Called when the queue turns non-empty or is finished: a flush is then due.
  void set_hook(void (*hook)(void*), void* context);
  // The next views to send, in order; stops before a file range. Returns how many were filled.
  std::size_t gather(std::span<Bytes> views) const;
  FileRange* front_file();          // the file range at the front, if that is what comes next
  bool ends_in_file() const;        // a file range is what was appended last
  void consume(std::size_t bytes);  // these have left; of a file range: of its bytes
  void close();                     // drops everything, and what is appended from now on
  std::string take_text();          // everything in memory, at once: for tests and codecs

 private:
  struct Segment;
  bool drops() const { return finished_ || closed_; }
  void copy_in(std::string_view text);
  template <class Holder>
  void hold(Holder holder, std::size_t bytes);
  template <class Holder>
  void move_in(Holder&& holder);
  Segment* push_block(std::size_t least_bytes);
  Segment* link(Segment* segment);
  void pop_front();
  void tell() const {
    if (hook_ != nullptr) hook_(context_);
  }

  // Seven words, and nothing elsewhere while it is empty: an idle connection pays for these only.
  Segment* head_ = nullptr;
  Segment* tail_ = nullptr;
  BlockPool* pool_;
  void (*hook_)(void*) = nullptr;
  void* context_ = nullptr;
  std::size_t size_ = 0;
  bool finished_ = false;
  bool closed_ = false;
};

}  // namespace strata::net
