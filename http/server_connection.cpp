// http/server_connection.cpp - bytes into the session, its events to the handlers, answers out.
#include "http/server_connection.h"

#include <exception>
#include <utility>

namespace strata::http {

ServerConnection::ServerConnection(ServerCore& core, std::unique_ptr<net::Connection> connection,
                                   std::size_t place_in_core)
    : net::TimerEntry(
          [](net::TimerEntry& self) { static_cast<ServerConnection&>(self).on_deadline(); }),
      place(place_in_core),
      core_(core),
      connection_(std::move(connection)),
      session_(core.options.limits, core.timeouts, &core.field_table, core.loop.now()) {
  connection_->set_receiver(*this);
  arm();
}

ServerConnection::~ServerConnection() {
  if (armed()) core_.loop.disarm(*this);  // there was no memory to keep it
}

std::size_t ServerConnection::receive(net::MutableBytes in) {
  const std::size_t offered = in.size();
  if (core_.dead) return offered;
  const ExchangePool::Busy busy(*core_.pool);
  receiving_ = true;
  step(in);
  receiving_ = false;
  if (core_.dead || gone_) return offered - in.size();
  if (session_.closing()) in = in.last(0);
  after_step(!in.empty());
  return offered - in.size();
}

void ServerConnection::after_step(bool left) {
  if (session_.closing()) return connection_->close();  // lingers: the peer can read the answer
  // What is left waits for an answer, or for who reads the content; or for the queue to drain,
  // then it is offered again.
  if (session_.paused() || (left && session_.answering())) connection_->pause();
  arm();
}

void ServerConnection::step(net::MutableBytes& in) {
  while (!core_.dead && !gone_ && !session_.paused()) {
    const Session::Event event = session_.next(in, connection_->out(), core_.loop.now());
    if (event == Session::Event::none) {
      const bool pipelined = !in.empty() && session_.answering() && exchange_ != nullptr;
      if (!pipelined) return;
      const Running running(*exchange_);
      if (!exchange_->tell_pipelined()) return;
    } else if (event == Session::Event::content) {
      if (exchange_ != nullptr) exchange_->add_content(session_.content());
    } else {
      on_event(event);
    }
    if (!gone_ && !in.empty() && connection_->out().size() > connection_->options().high_water) {
      // Offered again from the ready list, which waits for the queue to fall below the low mark.
      connection_->pause();
      connection_->resume();
      return;
    }
  }
}

void ServerConnection::on_event(Session::Event event) {
  if (event == Session::Event::head) {
    on_head();
  } else if (event == Session::Event::request) {
    on_request();
  } else {
    refuse();
  }
}

void ServerConnection::on_head() {
  ++requests_;
  exchange_ = &core_.pool->acquire();
  exchange_->begin(*this, session_.head(), session_.raw_head());
  route_ = core_.prefix_of(exchange_->request.target());
  exchange_->of_prefix = route_ != nullptr;
  if (route_ != nullptr) {
    session_.limit_content(route_->max_body);
    if (route_->stream_body && !session_.over_limit()) stream_request();
    if (route_->on_head) call(route_->on_head);
    return;
  }
  if (!core_.body_limits.empty())
    session_.limit_content(core_.max_body_of(exchange_->request.path()));
  if (session_.head().body.kind == BodyLength::Kind::none) return;
  const BodyOption option = body_option_of(*core_.table, exchange_->request);
  if (option.max_bytes != 0) session_.limit_content(option.max_bytes);
  if (!option.streams || session_.over_limit()) return;
  stream_request();
  exchange_->dispatch.start(*exchange_, core_.table);
}

// From here on the content waits until a handler asks for it.
void ServerConnection::stream_request() {
  exchange_->request.begin_stream();
  if (session_.head().body.kind != BodyLength::Kind::none) session_.pause(core_.loop.now());
}

void ServerConnection::on_request() {
  if (exchange_ == nullptr) return;
  if (session_.head().body.kind == BodyLength::Kind::chunked)
    exchange_->request.add_trailers(session_.trailers());
  exchange_->end_content();
  if (exchange_ == nullptr || gone_ || core_.dead) return;
  if (route_ != nullptr) {
    if (route_->on_request) call(route_->on_request);
  } else if (!exchange_->request.streamed()) {
    exchange_->dispatch.start(*exchange_, core_.table);
  }
}

void ServerConnection::call(const std::function<void(Request&, Response&)>& handler) {
  Exchange& exchange = *exchange_;
  const Running running(exchange);
  exchange.guard("a handler", [&] { handler(exchange.request, exchange.response); });
}

// The session's refusal leaves in place of what the handlers would have answered.
void ServerConnection::refuse() {
  const bool bare = route_ != nullptr && route_->empty_errors;
  const int status = session_.refusal().status;
  if (exchange_ != nullptr) exchange_->response.status(status);  // on_abort may ask
  if (session_.begun()) {                                        // its head cannot be taken back
    core_.log(session_.refusal().why);
    return abort();
  }
  std::string fields = bare ? "" : "Content-Type: text/plain; charset=utf-8\r\n";
  if (route_ != nullptr && route_->on_refusal && exchange_ != nullptr &&
      !exchange_->response.ended()) {
    call(route_->on_refusal);
    if (exchange_ != nullptr) fields += exchange_->response.field_lines();
  }
  abandon(false);
  if (core_.dead || gone_) return;
  const std::string_view text = bare ? std::string_view() : reason_phrase(status);
  Answer answer;
  answer.status = status;
  answer.date_line = core_.date_line();
  answer.content_bytes = text.size();
  answer.fields = fields;
  const BodyFraming framing = session_.answer(answer, connection_->out(), core_.loop.now());
  if (framing != BodyFraming::none) connection_->out().append(text);
}

// The exchange at hand will not be answered by its handlers.
void ServerConnection::abandon(bool gone) {
  if (exchange_ == nullptr) return;
  const Running running(*exchange_);
  if (!exchange_->response.ended()) exchange_->abandon(gone);
}

Answer ServerConnection::answer_of(const Exchange& exchange) const {
  Answer answer;
  answer.status = exchange.response.status();
  answer.fields = exchange.response_fields();
  answer.date_line = core_.date_line();
  const bool last = core_.options.max_requests != 0 && requests_ >= core_.options.max_requests;
  answer.close = exchange.wants_close() || core_.draining || last;
  return answer;
}

std::uint64_t ServerConnection::answer(Exchange& exchange, Content&& content) {
  if (gone_ || core_.dead) return 0;
  Answer answer = answer_of(exchange);
  const std::uint64_t bytes = answer.content_bytes = content.bytes();
  net::SendQueue& out = connection_->out();
  if (session_.answer(answer, out, core_.loop.now()) == BodyFraming::none) return 0;
  content.append_to(out);
  return bytes;
}

BodyFraming ServerConnection::begin(Exchange& exchange, std::optional<std::uint64_t> bytes) {
  if (gone_ || core_.dead) return BodyFraming::none;
  Answer answer = answer_of(exchange);
  answer.content_bytes = bytes.value_or(0);
  answer.length_known = bytes.has_value();
  answer.in_pieces = true;
  return session_.answer(answer, connection_->out(), core_.loop.now());
}

net::SendQueue& ServerConnection::out(Exchange&) {
  session_.touch(core_.loop.now());
  return connection_->out();
}

Carrier::Room ServerConnection::room() const {
  const std::size_t queued = connection_->out().size();
  if (queued > core_.options.max_send_queue) return Room::none;
  return queued > connection_->options().high_water ? Room::full : Room::free;
}

void ServerConnection::complete(Exchange&) { session_.complete(core_.loop.now()); }

void ServerConnection::drained() {
  if (core_.dead || gone_ || exchange_ == nullptr) return;
  const ExchangePool::Busy busy(*core_.pool);
  exchange_->response.drained();
}

// Only marks, inside receive(): after_step() tells the connection.
void ServerConnection::read_content(Exchange&, bool on) {
  if (gone_ || core_.dead || !session_.receives()) return;
  on ? session_.resume(core_.loop.now()) : session_.pause(core_.loop.now());
  if (receiving_) return;
  on ? connection_->resume() : connection_->pause();
  arm();
}

// The session may know of an end, or owe a 100 (Continue), for which no bytes will come.
void ServerConnection::pump(Exchange&) {
  if (gone_ || core_.dead || receiving_) return;
  const ExchangePool::Busy busy(*core_.pool);
  net::MutableBytes none;
  receiving_ = true;
  if (session_.receives()) step(none);
  receiving_ = false;
  if (!core_.dead && !gone_) after_step(false);
}

// Called where the last handler of an ended exchange has returned.
void ServerConnection::settle(Exchange& exchange) {
  exchange_ = nullptr;
  route_ = nullptr;
  if (!core_.dead) exchange.finished();
  core_.pool->release(exchange);
  if (core_.dead || receiving_) return;
  if (gone_) return core_.bury(*this);
  go_on();
}

void ServerConnection::go_on() {
  if (session_.closing()) {
    connection_->close();
    return;
  }
  if (connection_->paused()) connection_->resume();
  arm();
}

void ServerConnection::hold(Exchange&) {
  session_.hold();
  if (!receiving_) arm();
}

void ServerConnection::reset(Exchange&) {
  session_.cut();
  if (!gone_) connection_->abort();
}

std::unique_ptr<net::Connection> ServerConnection::give_up(Exchange&) {
  if (gone_ || core_.dead) return nullptr;
  gone_ = true;
  core_.loop.disarm(*this);
  if (peer_ == nullptr) peer_ = std::make_unique<net::Address>(connection_->peer());
  if (connection_->paused()) connection_->resume();
  if (receiving_) core_.bury(*this);
  return std::move(connection_);
}

bool ServerConnection::welcome(Guest& guest) {
  if (gone_ || core_.dead || core_.draining) return false;
  core_.welcome(guest);
  return true;
}

net::Address ServerConnection::peer() const {
  if (peer_ == nullptr && connection_ != nullptr)
    peer_ = std::make_unique<net::Address>(connection_->peer());
  return peer_ != nullptr ? *peer_ : net::Address();
}

void ServerConnection::ended() {
  if (core_.dead || gone_) return;
  const ExchangePool::Busy busy(*core_.pool);
  if (session_.ended()) return;  // the answer comes, and is the last
  end();
}

void ServerConnection::closed(std::error_code) {
  if (core_.dead || gone_) return;
  const ExchangePool::Busy busy(*core_.pool);
  gone_ = true;
  core_.loop.disarm(*this);
  if (exchange_ == nullptr) return core_.bury(*this);
  abandon();  // settles, and buries, when no handler runs
}

void ServerConnection::finish_and_close() {
  session_.end_after_answer();
  if (session_.idle()) end();
}

void ServerConnection::end() {
  if (session_.begun()) return abort();  // or it might look whole
  const ExchangePool::Busy busy(*core_.pool);
  abandon();
  if (!core_.dead && !gone_) connection_->close();
}

void ServerConnection::abort() {
  const ExchangePool::Busy busy(*core_.pool);
  session_.cut();
  abandon();
  if (!core_.dead && !gone_) connection_->abort();
}

void ServerConnection::arm() {
  if (!gone_) core_.loop.arm(*this, session_.deadline());
}

void ServerConnection::on_deadline() {
  if (core_.dead || gone_) return;
  const ExchangePool::Busy busy(*core_.pool);
  // Nothing is read while an answer in pieces waits for its reader, whose deadline is the
  // connection's.
  if (session_.begun() && !connection_->out().empty()) session_.excuse(core_.loop.now());
  const Session::Event event = session_.expire(core_.loop.now());
  if (event == Session::Event::head) {
    // Not idle while an answer still leaves: the writer's deadline is the connection's.
    if (connection_->out().empty()) return connection_->close();
    core_.loop.arm(*this, core_.loop.now() + core_.timeouts.idle);
    return;
  }
  if (event == Session::Event::refused) {
    receiving_ = true;  // settling is to leave the rest to us
    refuse();
    receiving_ = false;
  }
  if (!core_.dead && !gone_) after_step(false);
}

}  // namespace strata::http
