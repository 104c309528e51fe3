// http/compression.h - gzip and zlib both ways: bytes in, bytes out, memory bounded. (codec)
//
//   1f 8b 08 FLG MTIME(4) XFL OS | deflate blocks ... | CRC-32(4) ISIZE(4)
//
// The only files of this layer that know zlib are http/compression*.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/bytes.h"
#include "net/parse.h"

namespace strata::http {

// The content codings "gzip" (rfc1952) and "deflate", which is the zlib format
// (rfc9110-8.4.1.2).
enum class CompressedFormat : std::uint8_t { gzip, zlib };

// One gzip member, or zlib stream, being written.
//   Owns:    a deflate state: (1 << 17) + (1 << (memory + 9)) bytes, 256 KiB by default.
//   Errors:  the constructor throws std::bad_alloc; nothing else fails.
class Gzip {
 public:
  struct Options {
    int level = 6;   // 1 fast ... 9 small
    int memory = 8;  // 1 ... 9
    CompressedFormat format = CompressedFormat::gzip;
  };
  explicit Gzip(Options options);
  Gzip() : Gzip(Options{}) {}
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  void write(net::Bytes in, std::string& out);  // appends what has come out so far, perhaps nothing
  void flush(
      std::string& out);  // a sync flush: all that was written can now be read, rfc1951-3.2.4
  void finish(std::string& out);  // the last block and the check sums; then only reset()
  void reset();                   // for the next member

 private:
  struct Stream;
  void pump(net::Bytes in, int how, std::string& out);
  std::unique_ptr<Stream> stream_;
};

// States for many responses: no more than `states_max` exist, and `idle_max` of them are kept while
// nobody uses them. A response that gets none is sent as it is.
//   Lives:   shared by what it gave out; the states return to it.
//   Threads: one.
class GzipPool {
 public:
  struct Options {
    Gzip::Options gzip{};
    std::size_t states_max = 64;  // 16 MiB
    std::size_t idle_max = 4;     // 1 MiB
  };
  explicit GzipPool(Options options) : options_(options) {}
  std::unique_ptr<Gzip> take();               // null when all are in use, or there is no memory
  void give_back(std::unique_ptr<Gzip> one);  // what take() gave, once
  std::size_t in_use() const { return in_use_; }
  std::size_t idle() const { return idle_.size(); }

 private:
  Options options_;
  std::size_t in_use_ = 0;
  std::vector<std::unique_ptr<Gzip>> idle_;
};

enum class GunzipError : std::uint8_t {
  corrupt,    // no gzip, a wrong check sum, a preset dictionary
  too_large,  // more than `bytes_max` would come out
  truncated,  // it ended in the middle
  trailing,   // bytes behind the end that begin no further member
};
std::string_view sentence_of(GunzipError error);

// Undoes the content codings "gzip" (several members are one content, rfc1952-2.2) and "deflate"
// (the zlib format, rfc9110-8.4.1.2). A kilobyte can hold a megabyte, so the limit is tested while
// inflating, and the caller says how much may come out of one call.
//   Owns:   an inflate state, 40 KiB.
//   Errors: the constructor throws std::bad_alloc.
class Gunzip {
 public:
  using Format = CompressedFormat;
  explicit Gunzip(std::uint64_t bytes_max, Format format = Format::gzip);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // Takes from the front of `in` what it can and fills `room` from its beginning; returns the bytes
  // written. Call again while `in` is not empty, or `room` was filled. Fewer than room.size(): it
  // wants more input, or failed().
  std::size_t read(net::Bytes& in, net::MutableBytes room);
  bool failed() const { return failed_; }
  GunzipError error() const { return error_; }  // once failed()
  // No more input will come. False, and failed(), where that is too early.
  bool finish();
  std::uint64_t bytes_out() const { return bytes_out_; }

 private:
  struct Stream;
  void fail(GunzipError error);
  bool begin_member(net::Bytes in);
  std::unique_ptr<Stream> stream_;
  std::uint64_t bytes_max_;
  std::uint64_t bytes_out_ = 0;
  Format format_;
  GunzipError error_ = GunzipError::corrupt;
  bool failed_ = false;
  bool in_member_ = true;  // false between two members
};

std::string gzip(net::Bytes bytes, Gzip::Options options = {});
// Whole, or why not; never more than `bytes_max` bytes.
net::Result<std::string, GunzipError> gunzip(net::Bytes bytes, std::uint64_t bytes_max,
                                             Gunzip::Format format = Gunzip::Format::gzip);

}  // namespace strata::http
