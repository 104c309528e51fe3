// ws/deflate.cpp - raw deflate by zlib: a message is what lies between two sync flushes. (codec)
#include "ws/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <new>
#include <utility>

#include "ws/shared_message.h"

namespace strata::ws {

namespace {

constexpr std::size_t step_bytes = 16 * 1024;
// What a sync flush ends with, an empty stored block: rfc7692-7.2.1 removes it, -7.2.2 adds it.
constexpr std::uint8_t tail[] = {0x00, 0x00, 0xFF, 0xFF};

// zlib has no raw stream with a window of 8 bits. With 9 it reaches back 250 bytes at most, which
// a window of 8 holds too.
int zlib_bits(int window_bits) { return -std::clamp(window_bits, 9, 15); }

// zlib does not change its input, and counts in unsigned int.
std::size_t lend(z_stream& stream, net::Bytes in) {
  const auto bytes = static_cast<uInt>(std::min<std::size_t>(in.size(), UINT_MAX));
  stream.next_in = const_cast<Bytef*>(in.data());
  stream.avail_in = bytes;
  return bytes;
}

}  // namespace

// --- out ---------------------------------------------------------------------------------------

struct Deflater::Stream {
  z_stream z{};
};

Deflater::Deflater(int window_bits, int level, int memory)
    : stream_(std::make_unique<Stream>()), window_bits_(window_bits) {
  if (deflateInit2(&stream_->z, std::clamp(level, 1, 9), Z_DEFLATED, zlib_bits(window_bits),
                   std::clamp(memory, 1, 9), Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

Deflater::~Deflater() { deflateEnd(&stream_->z); }

void Deflater::reset() { deflateReset(&stream_->z); }

void Deflater::write(net::Bytes message, std::string& out, bool ends) {
  if (message.empty()) {  // rfc7692-7.2.3.6; zlib has no second flush where nothing was written
    if (ends) out += '\0';
    return;
  }
  z_stream& z = stream_->z;
  do {
    message = message.subspan(lend(z, message));
    const int how = message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    do {
      const std::size_t before = out.size();
      const std::size_t room = std::clamp<std::size_t>(z.avail_in + 64, 256, step_bytes);
      out.resize(before + room);
      z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      z.avail_out = static_cast<uInt>(room);
      deflate(&z, how);
      out.resize(before + room - z.avail_out);
    } while (z.avail_out == 0);
  } while (!message.empty());
  if (ends) out.resize(out.size() - sizeof tail);
}

// --- in ----------------------------------------------------------------------------------------

struct Inflater::Stream {
  z_stream z{};
};

Inflater::Inflater(int window_bits) : stream_(std::make_unique<Stream>()) {
  if (inflateInit2(&stream_->z, zlib_bits(window_bits)) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&stream_->z); }

void Inflater::reset(int window_bits) {
  inflateReset2(&stream_->z, zlib_bits(window_bits));
  tail_fed_ = 0;
  fresh_ = true;
  ended_ = false;
}

// True if a block has just ended, with the last bit of a byte.
bool Inflater::at_boundary() const {
  constexpr int between_blocks = 128, bits_left = 63;  // of z_stream::data_type
  const int state = stream_->z.data_type;
  return fresh_ || ended_ || ((state & between_blocks) != 0 && (state & bits_left) == 0);
}

Inflater::Step Inflater::read(net::Bytes& in, bool ends, net::MutableBytes room) {
  z_stream& z = stream_->z;
  const auto space = static_cast<uInt>(std::min<std::size_t>(room.size(), UINT_MAX));
  z.next_out = room.data();
  z.avail_out = space;
  for (;;) {
    const bool at_tail = in.empty() && ends;
    // Some senders flush without the block whose bits the tail completes, or send nothing for an
    // empty message: such a message is whole already. (And zlib, asked to go on with nothing,
    // forgets that it stands between two blocks.)
    if (in.empty() && at_boundary() && (tail_fed_ == 0 || tail_fed_ == sizeof tail)) {
      tail_fed_ = 0;
      return {space - z.avail_out, false, false};
    }
    const net::Bytes from = at_tail ? net::Bytes(tail).subspan(tail_fed_) : in;
    if (ended_ && !from.empty()) {
      inflateResetKeep(&z);  // a further stream, in the same window
      ended_ = false;
    }
    const std::size_t lent = lend(z, from);
    const int answer = inflate(&z, Z_SYNC_FLUSH);
    const std::size_t used = lent - z.avail_in;
    if (at_tail) {
      tail_fed_ += used;
    } else {
      in = in.subspan(used);
    }
    if (used != 0) fresh_ = false;
    if (answer == Z_MEM_ERROR) throw std::bad_alloc();
    if (answer == Z_STREAM_END) {
      ended_ = true;
    } else if (answer != Z_OK && answer != Z_BUF_ERROR) {  // Z_BUF_ERROR: it lacks bytes, or room
      return {space - z.avail_out, false, true};
    }
    if (z.avail_out == 0) return {space, true, false};
    if (at_tail && tail_fed_ == sizeof tail && !at_boundary()) {
      return {space - z.avail_out, false, true};
    }
    if (!ends && in.empty()) return {space - z.avail_out, false, false};
  }
}

// --- who has which state -----------------------------------------------------------------------

std::unique_ptr<Deflater> DeflatePool::take_deflater(int window_bits) {
  const auto fits = [window_bits](const auto& one) { return one->window_bits() == window_bits; };
  const auto found = std::find_if(deflaters_.begin(), deflaters_.end(), fits);
  if (found == deflaters_.end()) {
    return std::make_unique<Deflater>(window_bits, options_.level, options_.memory);
  }
  std::unique_ptr<Deflater> one = std::move(*found);
  deflaters_.erase(found);
  return one;
}

std::unique_ptr<Inflater> DeflatePool::take_inflater(int window_bits) {
  if (inflaters_.empty()) return std::make_unique<Inflater>(window_bits);
  std::unique_ptr<Inflater> one = std::move(inflaters_.back());
  inflaters_.pop_back();
  one->reset(window_bits);
  return one;
}

void DeflatePool::give_back(std::unique_ptr<Deflater> one) {
  if (one == nullptr) return;
  one->reset();
  // The oldest goes: a window that nobody asks for any more would else keep its place.
  if (deflaters_.size() >= idle_max) deflaters_.erase(deflaters_.begin());
  deflaters_.push_back(std::move(one));
}

void DeflatePool::give_back(std::unique_ptr<Inflater> one) {
  if (one != nullptr && inflaters_.size() < idle_max) inflaters_.push_back(std::move(one));
}

// What a Compression points to. Without any context takeover it is shared, and a message that does
// not come in one go borrows one of its own until it is whole.
struct CompressionState {
  std::shared_ptr<DeflatePool> pool;
  CompressionState* home = nullptr;  // the shared one that a borrowed one stands in for
  std::unique_ptr<Deflater> deflater;
  std::unique_ptr<Inflater> inflater;
  std::size_t users = 0;  // of a shared one
  std::uint8_t out_bits = 15, in_bits = 15;
  bool out_keeps = true, in_keeps = true;  // context takeover
  bool shared() const { return users != 0; }
};

Compression::Compression(const DeflateParameters& agreed, Role self,
                         std::shared_ptr<DeflatePool> pool) {
  const bool server = self == Role::server;
  auto state = std::make_unique<CompressionState>();
  state->out_bits = server ? agreed.server_max_window_bits : agreed.client_max_window_bits;
  state->in_bits = server ? agreed.client_max_window_bits : agreed.server_max_window_bits;
  state->out_keeps =
      !(server ? agreed.server_no_context_takeover : agreed.client_no_context_takeover);
  state->in_keeps =
      !(server ? agreed.client_no_context_takeover : agreed.server_no_context_takeover);
  if (!state->out_keeps && !state->in_keeps) {
    for (CompressionState* one : pool->shared_) {
      if (one->out_bits != state->out_bits || one->in_bits != state->in_bits) continue;
      ++one->users;
      state_ = one;
      return;
    }
    pool->shared_.push_back(state.get());
    state->users = 1;
  }
  state->pool = std::move(pool);
  state_ = state.release();
}

Compression::~Compression() {
  if (state_ == nullptr) return;
  CompressionState* const shared = state_->home != nullptr ? state_->home : state_;
  if (shared != state_) delete state_;
  if (shared->users > 1) {
    --shared->users;
    return;
  }
  if (shared->shared()) std::erase(shared->pool->shared_, shared);
  delete shared;
}

std::optional<net::Bytes> Compression::pack(net::Bytes message) {
  DeflatePool& pool = *state_->pool;
  std::unique_ptr<Deflater>& deflater = state_->deflater;
  if (message.size() < pool.options_.threshold) return std::nullopt;
  std::string& out = pool.scratch_;
  out.clear();
  try {
    if (deflater == nullptr) deflater = pool.take_deflater(state_->out_bits);
    // Of a large one the string would hold twice as much while it doubles; a compressor makes
    // bytes that it cannot compress longer by less than that.
    if (message.size() > DeflatePool::scratch_max) out.reserve(message.size() * 1001 / 1000 + 64);
    deflater->write(message, out);
  } catch (const std::bad_alloc&) {
    deflater.reset();  // the peer may keep a context that we do not refer to any more
    return std::nullopt;
  }
  if (state_->out_keeps) return net::as_bytes(out);
  pool.give_back(std::move(deflater));
  // Without a context that has to stay in step, rfc7692-6 lets us take the shorter form.
  if (out.size() >= message.size()) return std::nullopt;
  return net::as_bytes(out);
}

net::Bytes Compression::pack_part(std::unique_ptr<Deflater>& deflater, net::Bytes part, bool ends) {
  DeflatePool& pool = *state_->pool;
  if (deflater == nullptr) deflater = std::move(state_->deflater);
  if (deflater == nullptr) deflater = pool.take_deflater(state_->out_bits);
  pool.scratch_.clear();
  deflater->write(part, pool.scratch_, ends);
  if (ends && state_->out_keeps) state_->deflater = std::move(deflater);
  if (ends) pool.give_back(std::move(deflater));
  return net::as_bytes(pool.scratch_);
}

void Compression::done() {
  std::string& scratch = state_->pool->scratch_;
  if (scratch.capacity() > DeflatePool::scratch_max) std::string().swap(scratch);
}

std::string Compression::take() {
  std::string packed = std::exchange(state_->pool->scratch_, {});
  if (packed.capacity() > packed.size() + packed.size() / 8) packed.shrink_to_fit();
  return packed;
}

const net::SharedBytes& Compression::frame_of(const SharedMessage& message) {
  DeflatePool& pool = *state_->pool;
  const net::Bytes payload = message.payload();
  if (payload.size() < pool.options_.threshold) return message.plain();
  net::SharedBytes& packed = message.packed(state_->out_bits);
  if (packed == nullptr) {
    std::string& out = pool.scratch_;
    out.clear();
    try {
      auto deflater = pool.take_deflater(state_->out_bits);
      deflater->write(payload, out);
      pool.give_back(std::move(deflater));
      const bool shorter = out.size() < payload.size();
      packed =
          shorter ? encode_shared(message.opcode(), net::as_bytes(out), true) : message.plain();
      done();
    } catch (const std::bad_alloc&) {
      return message.plain();
    }
  }
  // The peer's context, if it keeps one, now ends in this message and not in what our compressor
  // saw last: the next message begins anew, and its distances never reach behind itself
  // (rfc7692-7.2.1).
  if (packed != message.plain()) pool.give_back(std::move(state_->deflater));
  return packed;
}

Inflater& Compression::inflater() {
  if (state_->shared()) {
    auto own = std::make_unique<CompressionState>();
    own->pool = state_->pool;
    own->home = state_;
    own->in_bits = state_->in_bits;
    own->out_bits = state_->out_bits;
    own->in_keeps = own->out_keeps = false;
    state_ = own.release();
  }
  std::unique_ptr<Inflater>& inflater = state_->inflater;
  if (inflater == nullptr) inflater = state_->pool->take_inflater(state_->in_bits);
  return *inflater;
}

void Compression::message_inflated() {
  if (state_->in_keeps) return;
  state_->pool->give_back(std::move(state_->inflater));
  if (state_->home == nullptr) return;
  CompressionState* const borrowed = std::exchange(state_, state_->home);
  delete borrowed;
}

}  // namespace strata::ws
