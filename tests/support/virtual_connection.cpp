// tests/support/virtual_connection.cpp - reading, writing and ending over two strings.
#include "tests/support/virtual_connection.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace strata::test {

VirtualConnection::Deadline::Deadline(VirtualConnection* c)
    : net::TimerEntry([](net::TimerEntry& self) {
        static_cast<Deadline&>(self).connection->give_up(
            std::make_error_code(std::errc::timed_out));
      }),
      connection(c) {}

VirtualConnection::VirtualConnection(VirtualLoop& loop, std::shared_ptr<Duplex> line, bool server,
                                     net::ConnectionOptions options)
    : net::Connection(nullptr),
      loop_(loop),
      line_(std::move(line)),
      server_(server),
      options_(std::move(options)),
      write_deadline_(this),
      linger_deadline_(this) {
  loop_.connections_.push_back(this);
}

VirtualConnection::~VirtualConnection() {
  loop_.disarm(write_deadline_);
  loop_.disarm(linger_deadline_);
  std::erase(loop_.connections_, this);
  // As close(2) does: unread bytes make it an RST, else it is a FIN.
  if (!in().bytes.empty() && !in().fin) in().reset = out_line().reset = true;
  out_line().fin = true;
  in().reader_gone = true;
}

void VirtualConnection::set_receiver(net::Receiver& top) {
  if (&top != top_) ended_told_ = false;  // it has not heard of the FIN, if there was one
  top_ = &top;
  offer_again_ = true;
}

void VirtualConnection::resume() {
  if (!paused_) return;
  paused_ = false;
  offer_again_ = true;
}

void VirtualConnection::abort() {
  if (dead_) return;
  in().reset = out_line().reset = true;
  out_line().bytes.clear();
  give_up(std::make_error_code(std::errc::connection_aborted));
}

void VirtualConnection::close() {
  if (lingering_ || dead_) return;
  lingering_ = true;
  out_.finish();
}

net::Detached VirtualConnection::detach() {
  dead_ = closed_told_ = true;
  return {-1, std::exchange(kept_, {})};
}

void VirtualConnection::give_up(std::error_code why) {
  if (dead_) return;
  dead_ = true;
  why_ = why;
  out_.close();
}

bool VirtualConnection::may_offer() const {
  return !paused_ && (!above_high_ || options_.reads_above_high_water);
}

bool VirtualConnection::offer() {
  if (kept_.empty() || !may_offer() || top_ == nullptr) return false;
  const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[kept_.size()]);
  std::memcpy(exact.get(), kept_.data(), kept_.size());
  const net::Receiver* asked = top_;
  const std::weak_ptr<bool> life = life_;
  const std::size_t used = top_->receive({exact.get(), kept_.size()});
  if (life.expired()) return true;
  assert(used <= kept_.size());
  kept_.erase(0, used);
  if (top_ != asked && !kept_.empty()) offer_again_ = true;
  flush();
  return true;
}

bool VirtualConnection::read_more() {
  Line& line = in();
  if (line.bytes.empty() || !may_offer()) return false;
  if (kept_.size() >= options_.kept_bytes_max) return false;
  const std::size_t take = std::min({line.bytes.size(), line.chunk, std::size_t{64 * 1024}});
  if (lingering_) {
    line.bytes.erase(0, take);
    return true;
  }
  if (top_ == nullptr) return false;
  if (kept_.empty()) {
    const net::MutableBytes place = top_->landing();
    if (!place.empty()) {
      const std::size_t bytes = std::min(take, place.size());
      std::memcpy(place.data(), line.bytes.data(), bytes);
      line.bytes.erase(0, bytes);
      const std::weak_ptr<bool> life = life_;
      top_->landed(bytes);
      if (!life.expired()) flush();
      return true;
    }
  }
  kept_ += line.bytes.substr(0, take);
  line.bytes.erase(0, take);
  offer();
  return true;
}

bool VirtualConnection::step() {
  if (closed_told_) return false;
  const std::weak_ptr<bool> life = life_;
  bool worked = false;
  if (!dead_ && in().reset && !in().hole)
    give_up(std::make_error_code(std::errc::connection_reset));
  if (!dead_ && std::exchange(offer_again_, false)) worked |= offer();
  if (life.expired()) return true;
  if (!dead_) worked |= read_more();
  if (life.expired()) return true;
  if (!dead_ && in().fin && !in().hole && in().bytes.empty() && !ended_told_ &&
      (lingering_ || (may_offer() && !offer_again_ && top_ != nullptr))) {
    ended_told_ = true;
    worked = true;
    if (!lingering_) top_->ended();
    if (life.expired()) return true;
    flush();
    if (life.expired()) return true;
  }
  if (!dead_ && ended_told_ && out_line().fin) give_up({});
  if (dead_ && top_ != nullptr) {
    closed_told_ = worked = true;
    loop_.disarm(write_deadline_);
    loop_.disarm(linger_deadline_);
    top_->closed(why_);
  }
  return worked;
}

bool VirtualConnection::send_some() {
  Line& line = out_line();
  const std::size_t room = line.capacity - std::min(line.capacity, line.bytes.size());
  if (room == 0) return false;
  if (net::FileRange* file = out_.front_file()) {
    std::string piece(std::min<std::uint64_t>({file->bytes, room, 64 * 1024}), '\0');
    const ssize_t got =
        ::pread(file->fd.get(), piece.data(), piece.size(), static_cast<off_t>(file->offset));
    if (got <= 0) {
      give_up(std::make_error_code(std::errc::io_error));
      return false;
    }
    line.write(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    out_.consume(static_cast<std::size_t>(got));
    return true;
  }
  std::array<net::Bytes, 16> views;
  const std::size_t count = out_.gather(views);
  std::size_t sent = 0;
  for (std::size_t i = 0; i < count && sent < room; ++i) {
    const auto piece = views[i].first(std::min(views[i].size(), room - sent));
    line.write(net::as_text(piece));
    sent += piece.size();
  }
  if (sent != 0) out_.consume(sent);
  return sent != 0;
}

void VirtualConnection::watch_writer(bool progress) {
  if (out_.empty()) {
    loop_.disarm(write_deadline_);
  } else if (progress || !write_deadline_.armed()) {
    loop_.arm(write_deadline_, loop_.now() + options_.write_timeout);
  }
}

bool VirtualConnection::flush() {
  if (dead_) return false;
  bool worked = false;
  // Before the sending: a receiver that stopped at the high mark is offered the rest again.
  if (out_.size() > options_.high_water) above_high_ = true;
  if (out_line().reader_gone && !out_line().hole && !out_.empty()) {
    give_up(std::make_error_code(std::errc::connection_reset));
    return true;
  }
  while (!dead_ && !out_.empty() && send_some()) worked = true;
  if (dead_) return true;
  watch_writer(worked);
  if (out_.finished() && out_.empty() && !out_line().fin) {
    out_line().fin = worked = true;
    if (lingering_) loop_.arm(linger_deadline_, loop_.now() + 2s);
  }
  if (above_high_ && out_.size() < options_.low_water) {
    above_high_ = false;
    offer_again_ = worked = true;
    if (top_ != nullptr && !lingering_) top_->drained();
  }
  return worked;
}

}  // namespace strata::test
