// net/tcp_connection.cpp - one connection's life:
//
//   open -- peer's FIN --> half open -- out().finish() --> closed({})
//    |  \-- out().finish() --> half open -- peer's FIN --> closed({})
//    |-- close() --> lingering -- peer's FIN, 256 KiB or 2 s --> closed({})
//    |-- abort() -------------------------------------------> closed(connection_aborted)
//    '-- RST, write_timeout, exception ---------------------> closed(why)
//
// Whether it reads is decided in reads(), and what epoll is asked for in update_interest(). How it
// sends is in net/tcp_connection_send.cpp.
#include "net/tcp_connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "net/event_loop.h"
#include "net/socket.h"

namespace strata::net {

static constexpr int reoffers_max = 4;  // of one read
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

std::size_t TcpConnection::room_left() {
  return options_->kept_bytes_max - std::min(options_->kept_bytes_max, kept_.size());
}

void TcpConnection::read() {
  EventLoop& loop = loop_;
  MutableBytes landing;
  if (kept_.empty()) landing = receiver_->landing();
  MutableBytes room = loop_.receive_room();
  if (landing.empty()) {
    room = room.first(std::min(room.size(), room_left()));
  } else if (landing.size() > landing_bytes_max) {  // what follows it is not yet the room's
    landing = landing.first(landing_bytes_max);
    room = {};
  }
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
    if (above_) flush();
    if (!loop.runs(*this)) return;
  }
  if (bytes > landed) deliver(room.first(bytes - landed));
  if (loop.runs(*this)) flush();
}

void TcpConnection::deliver(MutableBytes fresh) {
  if (lingers_ || dead_) return;
  EventLoop& loop = loop_;
  if (kept_.empty() && may_offer()) {
    const std::size_t consumed = offer_fresh(fresh);
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

// Above the high mark what it answered leaves at once, and the rest is offered from where it lies;
// a few times, for the others wait.
std::size_t TcpConnection::offer_fresh(MutableBytes in) {
  EventLoop& loop = loop_;
  std::size_t consumed = offer(in);
  for (int more = reoffers_max; loop.runs(*this) && above_ && consumed < in.size() && more > 0;
       --more) {
    flush();
    if (!loop.runs(*this) || above_) break;
    consumed += offer(in.subspan(consumed));
  }
  return consumed;
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

}  // namespace strata::net
