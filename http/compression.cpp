// http/compression.cpp - gzip, rfc1952, and zlib's own format. (codec)
#include "http/compression.h"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <new>

namespace strata::http {

namespace {

constexpr int window_bits = 15;
constexpr int gzip_bits = window_bits + 16;  // zlib's way to ask for the gzip format
constexpr std::size_t step_bytes = 16 * 1024;

// zlib does not change its input, and counts in unsigned int.
uInt lend(z_stream& stream, net::Bytes in) {
  const auto bytes = static_cast<uInt>(std::min<std::size_t>(in.size(), UINT_MAX));
  stream.next_in = const_cast<Bytef*>(in.data());
  stream.avail_in = bytes;
  return bytes;
}

}  // namespace

struct Gzip::Stream {
  z_stream z{};
};

Gzip::Gzip(Options options) : stream_(std::make_unique<Stream>()) {
  const int level = std::clamp(options.level, 1, 9);
  const int memory = std::clamp(options.memory, 1, 9);
  const int bits = options.format == CompressedFormat::gzip ? gzip_bits : window_bits;
  if (deflateInit2(&stream_->z, level, Z_DEFLATED, bits, memory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

Gzip::~Gzip() { deflateEnd(&stream_->z); }

// One growing writer: zlib says by avail_out == 0 that it has more to give.
void Gzip::pump(net::Bytes in, int how, std::string& out) {
  z_stream& z = stream_->z;
  do {
    const bool last = in.size() <= UINT_MAX;
    in = in.subspan(lend(z, in));
    do {
      const std::size_t before = out.size();
      out.resize(before + step_bytes);
      z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      z.avail_out = step_bytes;
      deflate(&z, last ? how : Z_NO_FLUSH);
      out.resize(before + step_bytes - z.avail_out);
    } while (z.avail_out == 0);
  } while (!in.empty());
}

void Gzip::write(net::Bytes in, std::string& out) { pump(in, Z_NO_FLUSH, out); }
void Gzip::flush(std::string& out) { pump({}, Z_SYNC_FLUSH, out); }
void Gzip::finish(std::string& out) { pump({}, Z_FINISH, out); }
void Gzip::reset() { deflateReset(&stream_->z); }

std::unique_ptr<Gzip> GzipPool::take() {
  if (in_use_ >= options_.states_max) return nullptr;
  std::unique_ptr<Gzip> one;
  if (!idle_.empty()) {
    one = std::move(idle_.back());
    idle_.pop_back();
  } else {
    try {
      one = std::make_unique<Gzip>(options_.gzip);
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }
  ++in_use_;
  return one;
}

void GzipPool::give_back(std::unique_ptr<Gzip> one) {
  if (one == nullptr) return;
  --in_use_;
  if (idle_.size() >= options_.idle_max) return;
  one->reset();
  idle_.push_back(std::move(one));
}

std::string_view sentence_of(GunzipError error) {
  switch (error) {
    case GunzipError::corrupt:
      return "the compressed content is damaged";
    case GunzipError::too_large:
      return "the content inflates to more than the limit";
    case GunzipError::truncated:
      return "the compressed content ends early";
    case GunzipError::trailing:
      return "there are bytes behind the compressed content";
  }
  return "";
}

struct Gunzip::Stream {
  z_stream z{};
};

Gunzip::Gunzip(std::uint64_t bytes_max, Format format)
    : stream_(std::make_unique<Stream>()), bytes_max_(bytes_max), format_(format) {
  const int bits = format == Format::gzip ? gzip_bits : window_bits;
  if (inflateInit2(&stream_->z, bits) != Z_OK) throw std::bad_alloc();
}

Gunzip::~Gunzip() { inflateEnd(&stream_->z); }

void Gunzip::fail(GunzipError error) {
  failed_ = true;
  error_ = error;
}

// Behind a member: another one, rfc1952-2.2, or what does not belong there.
bool Gunzip::begin_member(net::Bytes in) {
  if (format_ != Format::gzip || in.front() != 0x1F) {
    fail(GunzipError::trailing);
    return false;
  }
  inflateReset(&stream_->z);
  in_member_ = true;
  return true;
}

std::size_t Gunzip::read(net::Bytes& in, net::MutableBytes room) {
  z_stream& z = stream_->z;
  std::size_t written = 0;
  while (!failed_ && written < room.size()) {
    if (!in_member_ && (in.empty() || !begin_member(in))) break;
    const uInt lent = lend(z, in);
    const auto space = static_cast<uInt>(std::min<std::size_t>(room.size() - written, UINT_MAX));
    z.next_out = room.data() + written;
    z.avail_out = space;
    const int answer = inflate(&z, Z_NO_FLUSH);
    in = in.subspan(lent - z.avail_in);
    const std::size_t made = space - z.avail_out;
    const std::uint64_t allowed = bytes_max_ - bytes_out_;
    if (made > allowed) {
      written += static_cast<std::size_t>(allowed);
      bytes_out_ = bytes_max_;
      fail(GunzipError::too_large);
      break;
    }
    written += made;
    bytes_out_ += made;
    if (answer == Z_STREAM_END) {
      in_member_ = false;
    } else if (answer != Z_OK && answer != Z_BUF_ERROR) {  // Z_BUF_ERROR: it lacks bytes, or room
      fail(GunzipError::corrupt);
    } else if (z.avail_out != 0 && in.empty()) {
      break;
    }
  }
  return written;
}

bool Gunzip::finish() {
  if (!failed_ && in_member_) fail(GunzipError::truncated);
  return !failed_;
}

std::string gzip(net::Bytes bytes, Gzip::Options options) {
  std::string out;
  Gzip one(options);
  one.write(bytes, out);
  one.finish(out);
  return out;
}

net::Result<std::string, GunzipError> gunzip(net::Bytes bytes, std::uint64_t bytes_max,
                                             Gunzip::Format format) {
  Gunzip one(bytes_max, format);
  std::string out;
  std::uint8_t room[step_bytes];
  std::size_t got = 0;
  do {
    got = one.read(bytes, room);
    out.append(net::as_text(net::Bytes(room, got)));
  } while (!one.failed() && (got == sizeof room || !bytes.empty()));
  if (!one.finish()) return one.error();
  return out;
}

}  // namespace strata::http
