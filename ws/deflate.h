// ws/deflate.h - messages compressed and back, rfc7692-7.2, by zlib. (codec)
//
//   "Hello"  ->  f2 48 cd c9 c9 07 00 [00 00 ff ff]      deflate blocks, up to a sync flush; the
//                                                        four bytes that it always ends with are
//                                                        left out, and put back before inflating
//
// A context is the last 2^window_bits bytes that went by: what repeats them costs next to nothing.
// Kept from one message to the next ("takeover") it lives in its connection; else connections
// borrow a state for as long as one message needs it, and an idle one holds none.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/bytes.h"
#include "ws/extensions.h"
#include "ws/frame.h"

namespace strata::ws {

class SharedMessage;
struct CompressionState;

// One direction's compressor.
//   Owns:    (1 << (window_bits + 2)) + (1 << (memory + 9)) bytes: 256 KiB by default.
//   Errors:  the constructor throws std::bad_alloc.
class Deflater {
 public:
  Deflater(int window_bits, int level, int memory);  // 8 to 15 bits, of 8 it uses no more than 9
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Appended to `out`: a whole message, or the end of one, without the tail; with it what more
  // follows (`ends` is false).
  void write(net::Bytes message, std::string& out, bool ends = true);
  void reset();  // forgets the context
  int window_bits() const { return window_bits_; }

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  int window_bits_;
};

// One direction's decompressor. BFINAL blocks (rfc7692-7.2.3.4) are read past, with their context.
//   Owns:    about 10 KiB, and a window of 2^window_bits bytes once it has made some.
//   Errors:  the constructor and read() throw std::bad_alloc.
class Inflater {
 public:
  explicit Inflater(int window_bits);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  struct Step {
    std::size_t bytes = 0;  // written, from the beginning of the room
    bool more = false;      // the room was too small: call again, `in` being what is left
    bool corrupt = false;
  };
  // Takes from the front of `in` and fills `room`, which is not empty. `ends`: the message has
  // nothing behind `in`; a message that ends inside a block is corrupt.
  Step read(net::Bytes& in, bool ends, net::MutableBytes room);
  void reset(int window_bits);  // forgets the context

 private:
  struct Stream;
  bool at_boundary() const;
  std::unique_ptr<Stream> stream_;
  std::size_t tail_fed_ = 0;
  bool fresh_ = true;   // nothing was read
  bool ended_ = false;  // a BFINAL block was the last thing read
};

// States that are in use by nobody, for the connections of one endpoint.
//   Lives:   shared by them, as a connection may be the last to go.
//   Threads: one.
class DeflatePool {
 public:
  explicit DeflatePool(const CompressionOptions& options) : options_(options) {}
  std::unique_ptr<Deflater> take_deflater(int window_bits);
  std::unique_ptr<Inflater> take_inflater(int window_bits);
  void give_back(std::unique_ptr<Deflater> one);
  void give_back(std::unique_ptr<Inflater> one);
  std::size_t idle() const { return deflaters_.size() + inflaters_.size(); }
  const CompressionOptions& options() const { return options_; }

  static constexpr std::size_t idle_max = 4;             // of each kind: 1.2 MiB in all
  static constexpr std::size_t scratch_max = 64 * 1024;  // bytes kept for the next message

 private:
  friend class Compression;
  CompressionOptions options_;
  std::vector<CompressionState*>
      shared_;  // of connections that keep no context; it goes with the last
  std::vector<std::unique_ptr<Deflater>> deflaters_;
  std::vector<std::unique_ptr<Inflater>> inflaters_;
  std::string scratch_;
};

// Both directions of one connection, as they were agreed: one pointer.
//   Owns:    nothing while idle without context takeover, where connections with the same windows
//            share all there is; else a state for each direction that was used.
class Compression {
 public:
  Compression() = default;  // none was agreed
  Compression(const DeflateParameters& agreed, Role self, std::shared_ptr<DeflatePool> pool);
  Compression(Compression&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Compression& operator=(Compression other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Compression();
  explicit operator bool() const { return state_ != nullptr; }

  // The message compressed, until done(). Nothing: it is sent as it is, being shorter than the
  // threshold, no shorter for it, or because memory is short.
  std::optional<net::Bytes> pack(net::Bytes message);
  // A part of a message, until done(). Its compressor is borrowed by the first and given back by
  // the last; until then pack() and frame_of() must wait. Throws std::bad_alloc: the message is
  // lost.
  net::Bytes pack_part(std::unique_ptr<Deflater>& deflater, net::Bytes part, bool ends);
  void done();
  std::string take();  // instead of done(), what was packed: its very buffer
  // The frame to send of a message for many: compressed by itself, with no context before it, and
  // then shared by all that send with this window.
  const net::SharedBytes& frame_of(const SharedMessage& message);

  Inflater& inflater();     // for the message under way
  void message_inflated();  // it is whole

 private:
  CompressionState* state_ = nullptr;
};

}  // namespace strata::ws
