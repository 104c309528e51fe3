// net/tcp_connection.cpp - one connection's life:
//
//   open -- peer's FIN --> half open -- out().finish() --> closed({})
//    |  \-- out().finish() --> half open -- peer's FIN --> closed({})
//    |-- close() --> lingering -- peer's FIN, 256 KiB or 2 s --> closed({})
//    |-- abort() -------------------------------------------> closed(connection_aborted)
//    '-- RST, write_timeout, exception ---------------------> closed(why)
//
// Whether it reads is decided in reads(), and what epoll is asked for in update_interest().
#include "net/tcp_connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "net/event_loop.h"
#include "net/socket.h"

namespace strata::net {

struct TcpConnection::Rare : TimerEntry {
  explicit Rare(TcpConnection& c)
      : TimerEntry([](TimerEntry& e) { static_cast<Rare&>(e).connection.on_timer(); }),
        connection(c) {}
  TcpConnection& connection;
  std::size_t discarded_bytes = 0;
  TimePoint progress_at{};               // while blocked: when the peer last took something
  std::size_t untaken_bytes = SIZE_MAX;  // and what the kernel still held then
};

static constexpr Duration progress_tick_max = 1s;

static constexpr std::uint32_t reading_on = EPOLLIN | EPOLLRDHUP;
// Edge-triggered while reading is off: an error or a FIN is told once and nothing can spin, not
// even EPOLLHUP, which cannot be masked.
static constexpr std::uint32_t reading_off = EPOLLET | EPOLLRDHUP;

Result<std::unique_ptr<Connection>, std::error_code> TcpConnection::make(EventLoop& loop,
                                                                         Detached from,
                                                                         SharedOptions options) {
  const int number = from.fd;
  auto made = std::make_unique<TcpConnection>(loop, Fd(number), std::move(options));
  if (const auto failed = loop.watch(*made, number, reading_on)) return failed;
  made->kept_.append(as_bytes(from.unconsumed), &loop.pool());
  return std::unique_ptr<Connection>(std::move(made));
}

TcpConnection::TcpConnection(EventLoop& loop, Fd fd, SharedOptions options)
    : Connection(&loop.pool()), loop_(loop), options_(std::move(options)), fd_(std::move(fd)) {
  out_.set_hook(
      [](void* self) {
        auto& me = *static_cast<TcpConnection*>(self);
        if (!me.in_call_) me.loop_.queue(me);
      },
      this);
}

TcpConnection::~TcpConnection() {
  stop_timer();
  loop_.unwatch(*this);
}

Loop& TcpConnection::loop() { return loop_; }
Address TcpConnection::peer() const { return peer_address(fd_.get()); }
Address TcpConnection::local() const { return local_address(fd_.get()); }

// --- reading ------------------------------------------------------------------------------------

bool TcpConnection::may_offer() const {
  return receiver_ != nullptr && !paused_ && !lingers_ && !dead_ &&
         (!above_ || options_->reads_above_high_water);
}

bool TcpConnection::reads() const {
  if (dead_ || fin_received_) return false;
  if (lingers_) return rare_->discarded_bytes < discarded_bytes_max;
  return may_offer() && kept_.size() < options_->kept_bytes_max;
}

void TcpConnection::update_interest() {
  if (!dead_)
    loop_.rewatch(*this, (reads() ? reading_on : reading_off) | (blocked_ ? EPOLLOUT : 0u));
}

// A receiver may destroy its connection in any call. So each function that can reach one is left at
// once when the loop, asked through a reference of the function's own, says that `this` has gone.
void TcpConnection::on_events(std::uint32_t events) {
  EventLoop& loop = loop_;
  if (reads()) {
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) lingers_ ? discard() : read();
    if (!loop.runs(*this)) return;
  } else if ((events & EPOLLERR) != 0) {
    const int error = take_socket_error(fd_.get());
    return die(error != 0 ? error : ECONNRESET);
  }
  if ((events & EPOLLOUT) != 0 && blocked_) {
    blocked_ = false;
    flush();
    if (!loop.runs(*this)) return;
  }
  update_interest();
}

void TcpConnection::read() {
  EventLoop& loop = loop_;
  MutableBytes landing;
  if (kept_.empty()) landing = receiver_->landing();
  landing = landing.first(std::min(landing.size(), landing_bytes_max));
  MutableBytes room = loop_.receive_room();
  room = room.first(std::min({room.size() - std::min(room.size(), landing.size()),
                              options_->kept_bytes_max - kept_.size()}));
  const std::ptrdiff_t got = receive_into(fd_.get(), landing, room);
  if (got < 0) {
    if (errno != EAGAIN && errno != EINTR) die(errno);
    return;
  }
  if (got == 0 && error_ != 0) return die(error_);
  if (got == 0) {
    fin_received_ = true;
    return offer_rest();
  }
  const auto bytes = static_cast<std::size_t>(got);
  const std::size_t landed = std::min(bytes, landing.size());
  if (landed > 0) {
    in_call_ = true;
    receiver_->landed(landed);
    if (!loop.runs(*this)) return;
    in_call_ = false;
    above_ = above_ || out_.size() > options_->high_water;
  }
  if (bytes > landed) deliver(room.first(bytes - landed));
  if (loop.runs(*this)) flush();
}

void TcpConnection::deliver(MutableBytes fresh) {
  if (lingers_ || dead_) return;
  EventLoop& loop = loop_;
  if (kept_.empty() && may_offer()) {
    const std::size_t consumed = offer(fresh);
    if (!loop.runs(*this) || lingers_) return;
    kept_.append(fresh.subspan(consumed), &loop_.pool());
    if (consumed > 0) return;
  } else {
    kept_.append(fresh, &loop_.pool());
    offer_kept();
    if (!loop.runs(*this)) return;
  }
  if (kept_.size() >= options_->kept_bytes_max && may_offer()) {
    // A receiver that neither consumes nor pauses would never be offered anything else.
    loop_.log("a receiver left kept_bytes_max unconsumed and did not pause: connection closed");
    reset_on_close(fd_.get());
    die(ENOBUFS);
  }
}

// Once, or once more if the receiver changed meanwhile: the rest is for the new one.
std::size_t TcpConnection::offer(MutableBytes in) {
  EventLoop& loop = loop_;
  std::size_t consumed = 0;
  while (may_offer() && consumed < in.size()) {
    Receiver* const top = receiver_;
    in_call_ = true;
    const std::size_t now = top->receive(in.subspan(consumed));
    if (!loop.runs(*this)) return consumed;
    in_call_ = false;
    assert(now <= in.size() - consumed);
    consumed += now;
    above_ = above_ || out_.size() > options_->high_water;
    if (receiver_ == top) break;
  }
  return consumed;
}

void TcpConnection::offer_kept() {
  offer_due_ = false;
  if (kept_.empty() || !may_offer()) return;
  EventLoop& loop = loop_;
  const std::size_t consumed = offer(kept_.bytes());
  if (!loop.runs(*this)) return;
  if (lingers_)
    kept_.clear();
  else
    kept_.consume(consumed);
}

// From the ready list, and at the peer's FIN.
void TcpConnection::offer_rest() {
  EventLoop& loop = loop_;
  offer_kept();
  if (loop.runs(*this)) flush();
  if (!loop.runs(*this)) return;
  if (fin_received_ && !ended_ && !offer_due_ && may_offer()) {
    ended_ = true;
    receiver_->ended();
    if (!loop.runs(*this)) return;
  }
  complete();
}

void TcpConnection::queue_offer() {
  if (kept_.empty() && (!fin_received_ || ended_)) return;
  offer_due_ = true;
  loop_.queue(*this);
}

void TcpConnection::set_receiver(Receiver& top) {
  if (std::exchange(receiver_, &top) != &top) ended_ = false;  // it has not heard of a FIN yet
  if (dead_ && !told_) return loop_.queue(*this);
  if (!in_call_) queue_offer();
  update_interest();
}

void TcpConnection::resume() {
  if (!paused_ || dead_) return;
  paused_ = false;
  queue_offer();
  update_interest();
}

void TcpConnection::discard() {
  const std::ptrdiff_t got = receive_into(fd_.get(), {}, loop_.receive_room());
  if (got < 0) {
    if (errno != EAGAIN && errno != EINTR) die(errno);
    return;
  }
  rare().discarded_bytes += static_cast<std::size_t>(got);
  if (got == 0) fin_received_ = true;
  complete();
}

// --- sending ------------------------------------------------------------------------------------

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

// --- the end ------------------------------------------------------------------------------------

void TcpConnection::complete() {
  if (dead_ || !fin_sent_) return;
  if (lingers_ ? fin_received_ || rare_->discarded_bytes >= discarded_bytes_max : ended_) die(0);
}

void TcpConnection::close() {
  if (dead_ || lingers_) return;
  rare();
  lingers_ = true;
  if (!in_call_) kept_.clear();
  if (fin_sent_) start_timer(linger_time);
  out_.finish();
  loop_.queue(*this);
  update_interest();
}

void TcpConnection::abort() {
  if (dead_) return;
  reset_on_close(fd_.get());
  die(ECONNABORTED);
}

Detached TcpConnection::detach() {
  assert(!in_call_ && out_.empty() && !dead_);
  dead_ = told_ = true;
  stop_timer();
  loop_.unwatch(*this);
  out_.close();
  Detached detached{fd_.release(), std::string(as_text(kept_.bytes()))};
  kept_.clear();
  return detached;
}

// The descriptor leaves the loop now and is closed after closed(), which may ask for peer().
void TcpConnection::die(int error) {
  if (dead_) return;
  dead_ = true;
  error_ = error;
  stop_timer();
  out_.close();
  loop_.unwatch(*this);
  loop_.queue(*this);
}

void TcpConnection::tell_closed() {
  EventLoop& loop = loop_;
  if (receiver_ != nullptr && !told_) {
    told_ = true;
    std::exchange(receiver_, nullptr)
        ->closed(error_ == 0 ? std::error_code() : system_error(error_));
    if (!loop.runs(*this)) return;
  }
  kept_.clear();
  fd_.reset();
}

void TcpConnection::on_queued(Pass pass) {
  EventLoop& loop = loop_;
  if (pass == Pass::offer) {
    if (!dead_ && offer_due_) {
      offer_rest();
      if (loop.runs(*this)) update_interest();
    } else {
      loop_.queue(*this);
    }
    return;
  }
  if (dead_) return tell_closed();
  flush();
  if (!loop.runs(*this)) return;
  update_interest();
  if (offer_due_) loop_.queue_next(*this);
}

void TcpConnection::on_thrown(std::error_code why) {
  in_call_ = false;
  if (dead_) return;
  reset_on_close(fd_.get());
  die(why.value());
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
