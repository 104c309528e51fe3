// ws/connection.cpp - bytes from net into the session, its events to the handler, its deadline to
// the loop. All frames of one receive are handled in one go; nobody flushes.
#include "ws/connection.h"

#include <exception>
#include <new>

#include "ws/connection_extras.h"
#include "ws/random_key.h"

namespace strata::ws {
namespace {

SharedLimits with_high_water(SharedLimits limits, std::size_t bytes) {
  limits.set_high_water(bytes);
  return limits;
}

// rfc6455-7.1.7: FIN behind our Close. The peer may be in the middle of a message of many
// megabytes: what it sends is received and dropped until it ends, or `close_timeout` does. Left in
// the kernel it would be answered by RST, which overtakes our Close.
void end_and_drop(net::Connection& below, bool& shut) {
  shut = true;
  below.out().finish();
}

MaskSource keys_for(Role self, MaskSource keys) {
  if (self == Role::server || keys) return keys;
  return &random_key;
}

}  // namespace

Connection::Connection(std::unique_ptr<net::Connection> below, Role self, SharedLimits limits,
                       Handler& top, MaskSource keys)
    : net::TimerEntry(
          [](net::TimerEntry& entry) { static_cast<Connection&>(entry).on_deadline(); }),
      below_(std::move(below)),
      session_(self, with_high_water(std::move(limits), below_->options().high_water),
               below_->out(), keys_for(self, std::move(keys))),
      stops_above_high_water_(!below_->options().reads_above_high_water),
      top_(&top) {
  session_.start(below_->loop().now());
  watch_time();
  below_->set_receiver(*this);
}

Connection::~Connection() { below_->loop().disarm(*this); }

// --- out ---------------------------------------------------------------------------------------

template <class Send>
SendResult Connection::sent(Delivery delivery, Send send) {
  SendResult result = SendResult::dropped;
  try {
    result = send();
  } catch (const std::bad_alloc&) {  // half a frame is in the queue: nothing can follow it
    set_reason("out of memory");
    terminate();
  }
  if (shut_) return SendResult::dropped;
  if (result == SendResult::dropped && delivery == Delivery::reliable && open()) {
    set_reason("slow consumer");
    close(CloseCode::policy, "slow consumer");
  }
  return result;
}

SendResult Connection::send_text(std::string_view text, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_text(text); });
}

SendResult Connection::send_binary(net::Bytes bytes, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_binary(bytes); });
}

SendResult Connection::send_text(std::string&& text, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_moved(Opcode::text, std::move(text)); });
}

SendResult Connection::send_text(net::OwnedBytes&& text, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_moved(Opcode::text, std::move(text)); });
}

SendResult Connection::send_binary(std::string&& bytes, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_moved(Opcode::binary, std::move(bytes)); });
}

SendResult Connection::send_binary(std::vector<std::uint8_t>&& bytes, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_moved(Opcode::binary, std::move(bytes)); });
}

SendResult Connection::send_binary(net::OwnedBytes&& bytes, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_moved(Opcode::binary, std::move(bytes)); });
}

SendResult Connection::send_text_in_place(std::string& bytes, std::size_t at, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_in_place(Opcode::text, bytes, at); });
}

SendResult Connection::send(Message&& message, Delivery delivery) {
  return sent(delivery, [&] { return session_.send(std::move(message)); });
}

SendResult Connection::send_shared(const net::SharedBytes& frame, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_shared(frame); });
}

SendResult Connection::send_shared(const SharedMessage& message, Delivery delivery) {
  return sent(delivery, [&] { return session_.send_shared(message); });
}

SendResult Connection::begin(Opcode opcode) {
  return sent(Delivery::volatile_, [&] { return session_.begin(opcode); });
}

SendResult Connection::write(net::Bytes piece) {
  if (!session_.streams()) return SendResult::dropped;
  return sent(Delivery::reliable, [&] { return session_.write(piece); });
}

SendResult Connection::finish(net::Bytes last) {
  if (!session_.streams()) return SendResult::dropped;
  return sent(Delivery::reliable, [&] { return session_.finish(last); });
}

SendResult Connection::ping(net::Bytes payload) { return session_.ping(payload); }
SendResult Connection::pong(net::Bytes payload) { return session_.pong(payload); }

void Connection::close(CloseCode code, std::string_view reason) {
  if (!open()) return;
  session_.close(code, reason, below_->loop().now());
  watch_time();
}

void Connection::terminate() {
  shut_ = true;
  below_->abort();
}

void Connection::pause() { below_->pause(); }

void Connection::resume() {
  if (below_->paused()) session_.reads_again(below_->loop().now());
  watch_time();
  below_->resume();
}

bool Connection::open() const {
  return !shut_ && !session_.close_sent() && !session_.close_received();
}

// --- in ----------------------------------------------------------------------------------------

// The contract of net::Receiver: above the high mark what is left waits, and is offered again.
bool Connection::must_stop() const {
  return shut_ || below_->paused() ||
         (stops_above_high_water_ && below_->out().size() > session_.limits().high_water);
}

std::size_t Connection::receive(net::MutableBytes in) {
  const std::size_t offered = in.size();
  process(in);
  return offered - in.size();
}

void Connection::landed(std::size_t bytes) {
  session_.landed(bytes);
  net::MutableBytes nothing;
  process(nothing);
}

void Connection::process(net::MutableBytes& in) {
  if (shut_) {
    in = in.last(0);
    return;
  }
  const net::TimePoint now = below_->loop().now();
  try {
    do {
      auto event = session_.next(in, now);
      if (event.need_more()) break;
      if (event.failed()) {
        set_reason(event.error().why);
        end_and_drop(*below_, shut_);
        break;
      }
      tell(*event);
    } while (!must_stop());
  } catch (const std::bad_alloc&) {  // of the session: a handler's are caught nearer to it
    set_reason("out of memory");
    terminate();
  }
  watch_time();
}

void Connection::tell(Event& event) {
  if (auto* message = std::get_if<Message>(&event)) {
    guarded([&] { top_->on_message(*this, *message); });
  } else if (const auto* ping = std::get_if<Ping>(&event)) {
    guarded([&] { top_->on_ping(*this, ping->payload); });
  } else if (const auto* pong = std::get_if<Pong>(&event)) {
    guarded([&] { top_->on_pong(*this, pong->payload); });
  } else {
    const Closed& close = std::get<Closed>(event);
    code_ = close.code;
    set_reason(close.reason);
    // rfc6455-7.1.1: the server closes TCP first, so that TIME_WAIT is with it, whom it does not
    // hinder; a client waits for that until its deadline.
    if (session_.role() == Role::client) return;
    shut();
  }
}

// No exception crosses the loop: the peer gets 1011, the owner hears why in on_close.
template <class Call>
void Connection::guarded(Call call) {
  try {
    call();
    return;
  } catch (const std::exception& error) {
    set_reason(error.what());
  } catch (...) {
    set_reason("handler threw");
  }
  session_.fail({CloseCode::internal_error, "internal error"}, below_->loop().now());
  end_and_drop(*below_, shut_);
}

void Connection::drained() {
  session_.drained(below_->loop().now());
  if (!shut_) guarded([this] { top_->on_drain(*this); });
  watch_time();
}

void Connection::ended() {
  if (!session_.close_received() && reason().empty()) set_reason("ended without a Close");
  shut();
}

std::string_view Connection::reason() const {
  return extras_ == nullptr ? std::string_view() : extras_->reason;
}

void Connection::set_reason(std::string_view why) {
  if (extras_ == nullptr && why.empty()) return;
  try {
    extras().reason = why;
  } catch (const std::bad_alloc&) {  // then the end has none
  }
}

void Connection::shut() {
  shut_ = true;
  below_->close();  // sends what is queued, then FIN, and lingers until the peer's
}

void Connection::closed(std::error_code why) {
  shut_ = true;
  below_->loop().disarm(*this);
  if (reason().empty() && code_ == CloseCode::abnormal && why) set_reason(why.message());
  try {
    top_->on_close(*this, code_, reason());
  } catch (...) {  // there is nobody left to tell
  }
}

// --- time --------------------------------------------------------------------------------------

void Connection::watch_time() {
  const auto due = session_.deadline();
  if (due && (!armed() || deadline != *due)) {
    below_->loop().arm(*this, *due);
  }
}

void Connection::on_deadline() {
  // Above the high mark reading stops, and goes on below the low one only.
  const bool reading = !below_->paused() && below_->out().size() <= below_->options().low_water;
  if (session_.on_deadline(below_->loop().now(), reading)) {
    if (reason().empty()) {
      set_reason(session_.close_sent() ? "no answer to our Close" : "no answer to our ping");
    }
    terminate();
    return;
  }
  watch_time();
}

}  // namespace strata::ws
