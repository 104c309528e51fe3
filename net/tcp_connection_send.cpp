// net/tcp_connection_send.cpp - how a connection's queue leaves, and what happens when it does not.
#include <sys/socket.h>
#include <algorithm>
#include <cerrno>

#include "net/event_loop.h"
#include "net/socket.h"
#include "net/tcp_connection.h"

namespace strata::net {

static constexpr Duration progress_tick_max = 1s;

void TcpConnection::flush() {
  if (dead_) return;
  above_ = above_ || out_.size() > options_->high_water;
  if (blocked_) return;  // EPOLLOUT will tell
  std::size_t sent_bytes = 0;
  const Sent sent = send_from(fd_.get(), out_, loop_.receive_room(), sent_bytes);
  if (sent == Sent::failed) {
    error_ = errno;
    // A server may answer, and go without reading the rest: a client reads the answer, then dies.
    if (!options_->reads_above_high_water || !reads()) return die(error_);
    return out_.close();
  }
  if (sent == Sent::later) loop_.queue_next(*this);
  if (sent == Sent::blocked) {
    blocked_ = true;
    watch_progress(sent_bytes > 0);
    update_interest();
  }
  if (sent == Sent::all) all_sent();
  if (above_ && out_.size() <= options_->low_water) below_high_water();
}

void TcpConnection::all_sent() {
  if (!fin_sent_) stop_timer();
  if (out_.finished() && !fin_sent_) {
    fin_sent_ = true;
    if (::shutdown(fd_.get(), SHUT_WR) != 0) return die(errno);
    if (lingers_) start_timer(linger_time);
  }
  complete();
}

void TcpConnection::below_high_water() {
  above_ = false;
  queue_offer();
  update_interest();
  if (receiver_ != nullptr && !lingers_ && !dead_) receiver_->drained();
}

// --- the timer: no progress in writing, or the end of lingering ---------------------------------

TcpConnection::Rare& TcpConnection::rare() {
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>(*this);
  return *rare_;
}

void TcpConnection::start_timer(Duration delay) { loop_.arm(rare(), loop_.now() + delay); }

void TcpConnection::stop_timer() {
  if (rare_ != nullptr) loop_.disarm(*rare_);
}

// A full socket turns writable when a third of its megabytes is free: a slow peer takes them for
// longer than any time-out. So a tick looks at what the kernel still holds.
void TcpConnection::watch_progress(bool progress) {
  if (options_->write_timeout <= Duration::zero()) return;
  Rare& state = rare();
  if (progress || !state.armed()) {
    state.progress_at = loop_.now();
    state.untaken_bytes = SIZE_MAX;
  }
  start_tick();
}

void TcpConnection::start_tick() {
  const Duration left = rare_->progress_at + options_->write_timeout - loop_.now();
  start_timer(std::min({left, options_->write_timeout / 8, progress_tick_max}));
}

void TcpConnection::on_timer() {
  if (fin_sent_ && lingers_) return die(0);
  const std::size_t untaken = unacknowledged_bytes(fd_.get());
  if (untaken < rare_->untaken_bytes) {
    // The first look only sets the mark, else every stall would have one tick more.
    if (rare_->untaken_bytes != SIZE_MAX) rare_->progress_at = loop_.now();
    rare_->untaken_bytes = untaken;
  }
  if (loop_.now() < rare_->progress_at + options_->write_timeout) return start_tick();
  reset_on_close(fd_.get());  // or the kernel would go on trying to deliver
  die(ETIMEDOUT);
}

}  // namespace strata::net
