// http/server_connection.cpp - bytes into the session, its events to the handlers, answers out.
#include "http/server_connection.h"

#include <unistd.h>

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

ServerConnection::~ServerConnection() = default;

std::size_t ServerConnection::receive(net::MutableBytes in) {
  const std::size_t offered = in.size();
  if (core_.dead) return offered;
  const ExchangePool::Busy busy(*core_.pool);
  receiving_ = true;
  step(in);
  receiving_ = false;
  if (core_.dead || gone_) return offered - in.size();
  if (session_.closing()) {
    connection_->close();  // lingers, so that the peer can read the answer
    return offered;
  }
  // What is left waits for an answer; or for the queue to drain, then it is offered again.
  if (!in.empty() && session_.unanswered()) connection_->pause();
  arm();
  return offered - in.size();
}

void ServerConnection::step(net::MutableBytes& in) {
  while (!core_.dead && !gone_) {
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
    if (!gone_ && connection_->out().size() > connection_->options().high_water) {
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
  exchange_ = &core_.pool->acquire();
  exchange_->begin(*this, session_.head(), session_.raw_head());
  route_ = core_.prefix_of(exchange_->request.target());
  exchange_->of_prefix = route_ != nullptr;
  if (route_ != nullptr) {
    session_.limit_content(route_->max_body);
    if (route_->on_head) call(route_->on_head);
  } else if (!core_.body_limits.empty()) {
    session_.limit_content(core_.max_body_of(exchange_->request.path()));
  }
}

void ServerConnection::on_request() {
  if (exchange_ == nullptr) return;
  if (route_ == nullptr) {
    exchange_->dispatch.start(*exchange_, core_.table);
  } else if (route_->on_request) {
    call(route_->on_request);
  }
}

void ServerConnection::call(const std::function<void(Request&, Response&)>& handler) {
  Exchange& exchange = *exchange_;
  const Running running(exchange);
  try {
    handler(exchange.request, exchange.response);
  } catch (const std::exception& e) {
    core_.log(std::string("a handler threw: ") + e.what());
    exchange.response.send_status(500);
  } catch (...) {
    core_.log("a handler threw what is no std::exception");
    exchange.response.send_status(500);
  }
}

// The session's refusal leaves in place of what the handlers would have answered.
void ServerConnection::refuse() {
  const bool bare = route_ != nullptr && route_->empty_errors;
  const int status = session_.refusal().status;
  if (exchange_ != nullptr) exchange_->response.status(status);  // on_abort may ask
  abandon();
  if (core_.dead || gone_) return;
  const std::string_view text = bare ? std::string_view() : reason_phrase(status);
  Answer answer;
  answer.status = status;
  answer.date_line = core_.date_line();
  answer.content_bytes = text.size();
  if (!bare) answer.fields = "Content-Type: text/plain; charset=utf-8\r\n";
  if (session_.answer(answer, connection_->out(), core_.loop.now())) {
    connection_->out().append(text);
  }
}

// The exchange at hand will not be answered by its handlers.
void ServerConnection::abandon() {
  if (exchange_ == nullptr) return;
  const Running running(*exchange_);
  if (exchange_->response.ended()) return;
  try {
    exchange_->abandon();
  } catch (const std::exception& e) {
    core_.log(std::string("on_abort threw: ") + e.what());
  } catch (...) {
    core_.log("on_abort threw what is no std::exception");
  }
}

void ServerConnection::answer(Exchange& exchange, Content&& content) {
  if (gone_ || core_.dead) {
    if (content.file.fd >= 0) ::close(content.file.fd);
    return;
  }
  Answer answer;
  answer.status = exchange.response.status();
  answer.fields = exchange.response_fields();
  answer.date_line = core_.date_line();
  answer.content_bytes = content.bytes();
  answer.close = exchange.wants_close() || core_.draining;
  net::SendQueue& out = connection_->out();
  if (session_.answer(answer, out, core_.loop.now())) {
    content.append_to(out);
  } else if (content.file.fd >= 0) {
    ::close(content.file.fd);
  }
}

// Called where the last handler of an ended exchange has returned.
void ServerConnection::settle(Exchange& exchange) {
  exchange_ = nullptr;
  route_ = nullptr;
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
  if (!gone_) connection_->abort();
}

std::unique_ptr<net::Connection> ServerConnection::give_up(Exchange&) {
  if (gone_ || core_.dead) return nullptr;
  gone_ = true;
  core_.loop.disarm(*this);
  peer_ = std::make_unique<net::Address>(connection_->peer());
  if (connection_->paused()) connection_->resume();
  if (receiving_) core_.bury(*this);
  return std::move(connection_);
}

net::Address ServerConnection::peer() const {
  if (connection_ != nullptr) return connection_->peer();
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
  const ExchangePool::Busy busy(*core_.pool);
  abandon();
  if (!core_.dead && !gone_) connection_->close();
}

void ServerConnection::abort() {
  const ExchangePool::Busy busy(*core_.pool);
  abandon();
  if (!core_.dead && !gone_) connection_->abort();
}

void ServerConnection::arm() {
  if (!gone_) core_.loop.arm(*this, session_.deadline());
}

void ServerConnection::on_deadline() {
  if (core_.dead || gone_) return;
  const ExchangePool::Busy busy(*core_.pool);
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
  if (core_.dead || gone_) return;
  if (session_.closing()) {
    connection_->close();
  } else {
    arm();
  }
}

}  // namespace strata::http
