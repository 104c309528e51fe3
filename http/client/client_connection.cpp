// http/client/client_connection.cpp - bytes into the session, its events to the task, content out.
#include "http/client/client_connection.h"

#include <utility>

#include "http/client/client_core.h"
#include "http/client/client_task.h"

namespace strata::http {

namespace {

ClientTimeouts timeouts_of(const ClientOptions& options) {
  ClientTimeouts timeouts;
  timeouts.first_byte = options.first_byte_timeout;
  timeouts.read = options.read_timeout;
  timeouts.total = {};  // the task's: it may be longer than one exchange
  timeouts.proceed = options.continue_timeout;
  timeouts.idle = options.idle_timeout;
  timeouts.head = options.head_timeout;
  return timeouts;
}

}  // namespace

ClientConnection::ClientConnection(ClientCore& core, std::string key,
                                   std::unique_ptr<net::Connection> connection,
                                   std::uint64_t number)
    : net::TimerEntry(
          [](net::TimerEntry& self) { static_cast<ClientConnection&>(self).on_deadline(); }),
      core_(core),
      key_(std::move(key)),
      number_(number),
      connection_(std::move(connection)),
      timeouts_(timeouts_of(core.options)),
      session_(core.limits, timeouts_, core.loop.now(), &core.field_table) {
  connection_->set_receiver(*this);
  arm();
}

ClientConnection::~ClientConnection() {
  if (armed()) core_.loop.disarm(*this);
}

bool ClientConnection::gone() const { return retired_ || core_.dead; }

void ClientConnection::arm() {
  if (gone()) return;
  queued_before_ = connection_->out().size();
  core_.loop.arm(*this, session_.deadline());
}

void ClientConnection::trace(bool sent, net::Bytes bytes) const {
  if (core_.options.on_wire && !bytes.empty() && !core_.dead)
    core_.options.on_wire({number_, sent, bytes});
}

// Straight into the connection's queue, but for somebody who watches.
template <class Write>
auto ClientConnection::write(Write&& append) {
  if (!core_.options.on_wire) return append(connection_->out());
  net::SendQueue aside;
  const auto result = append(aside);
  std::string text = aside.take_text();
  trace(true, net::as_bytes(text));
  connection_->out().append(std::move(text));
  return result;
}

// --- the request --------------------------------------------------------------------------------

void ClientConnection::begin(ClientTask& task) {
  task_ = task.shared_from_this();
  paused_ = exchange_ended_ = false;
  timeouts_.first_byte = task.first_byte_timeout();
  const OutgoingRequest request = task.outgoing(session_.exchanges() > 0);
  const ClientError refused =
      write([&](net::SendQueue& out) { return session_.send(request, out, core_.loop.now()); });
  sends_ = session_.content_due();
  if (refused != ClientError::none) {
    const std::shared_ptr<ClientTask> refused_task = std::exchange(task_, nullptr);
    refused_task->fail_later({refused, sentence(refused), {}, false});
    return core_.pool.release(*this);
  }
  task.assigned(*this);
  if (!task.has_source()) send_content();  // no code of the program's runs
  arm();
}

void ClientConnection::send_content() {
  // Past the high mark, for only then drained() follows.
  const std::size_t enough = core_.connection_options.high_water;
  while (!gone() && task_ && sends_ && session_.may_send() && connection_->out().size() <= enough) {
    std::string piece;
    const std::shared_ptr<ClientTask> task = task_;
    const auto pulled = task->pull(piece);
    if (gone() || task_ != task) return;
    const std::size_t before = connection_->out().size();
    const bool some = !piece.empty();
    if (some && !send_piece(std::move(piece)))
      return fail(ClientError::content_source, "the source gave more bytes than it had announced");
    // The connection takes nothing any more, and closed() will follow: not to the source's end.
    if (some && connection_->out().size() == before) sends_ = false;
    if (pulled == ContentSource::Pull::wait) return;  // for content_ready()
    if (pulled == ContentSource::Pull::fail)
      return fail(ClientError::content_source, sentence(ClientError::content_source));
    if (pulled == ContentSource::Pull::end) {
      sends_ = false;
      const bool whole = write(
          [&](net::SendQueue& out) { return session_.finish_content(out, core_.loop.now()); });
      if (!whole)
        return fail(ClientError::content_source, "the source gave fewer bytes than it announced");
    }
  }
}

bool ClientConnection::send_piece(std::string&& piece) {
  return write([&](net::SendQueue& out) {
    return session_.send_content(std::move(piece), out, core_.loop.now());
  });
}

void ClientConnection::drained() {
  if (gone()) return;
  const ClientCore::Busy busy(core_);
  session_.wrote(core_.loop.now());
  send_content();
  arm();
}

// --- the response -------------------------------------------------------------------------------

std::size_t ClientConnection::receive(net::MutableBytes in) {
  const std::size_t offered = in.size();
  if (gone()) return offered;
  const ClientCore::Busy busy(core_);
  // Before the events, in which a reader of traces wants to be told what they come from. What is
  // left over by a pause is offered, and told, again from where it was left.
  trace(false, in.subspan(traced_));
  step(in);
  traced_ = in.size();
  settle();
  return offered - in.size();
}

void ClientConnection::step(net::MutableBytes& in) {
  in_events_ = true;
  while (!gone() && !paused_) {
    const Event event = session_.next(in, core_.loop.now());
    if (event == Event::none) break;
    on_event(event);
    if (event == Event::failed || event == Event::upgraded) break;
  }
  in_events_ = false;
}

void ClientConnection::on_event(Event event) {
  const std::shared_ptr<ClientTask> task = task_;
  switch (event) {
    case Event::informational:
      if (task) task->on_informational(session_.head());
      break;
    case Event::head:
      if (!task) return give_up_connection();
      // rfc9112-9.5: an answer that makes the rest of the content pointless. Others, as those of an
      // echo, may well come while we send.
      if (session_.head().status >= 300) sends_ = false;
      session_.limit_content(task->wire_limit());
      task->on_head(session_.head());
      break;
    case Event::content:
      if (task) task->on_content(session_.content());
      break;
    case Event::end:
      exchange_ended_ = true;
      trailers_.clear();
      for (const Field& each : session_.trailers()) trailers_.emplace_back(each.name, each.value);
      break;
    case Event::upgraded:
      if (!task) return give_up_connection();
      task_.reset();
      // Copied by the task before it hands the connection on.
      task->on_upgraded(session_.head(), [this] {
        std::unique_ptr<net::Connection> taken = std::move(connection_);
        core_.pool.bury(*this);
        return taken;
      });
      break;
    case Event::failed:
      return fail(session_.fault(), session_.why());
    case Event::proceed:
    case Event::none:
      break;
  }
}

void ClientConnection::settle() {
  if (gone()) return;
  if (exchange_ended_) complete();
  send_content();
  arm();
}

// The connection first, so that what is asked for in the callback finds it.
void ClientConnection::complete() {
  exchange_ended_ = false;
  const std::shared_ptr<ClientTask> task = std::exchange(task_, nullptr);
  HeaderList trailers = std::exchange(trailers_, {});
  sends_ = false;
  if (session_.idle())
    core_.pool.release(*this);
  else
    give_up_connection();
  if (task && !core_.dead) task->on_end(std::move(trailers));
}

void ClientConnection::ended() {
  if (gone()) return;
  const ClientCore::Busy busy(core_);
  in_events_ = true;
  const Event event = session_.ended(core_.loop.now());
  if (event != Event::none) on_event(event);
  in_events_ = false;
  if (gone()) return;
  if (exchange_ended_) return complete();
  if (!gone()) give_up_connection();
}

void ClientConnection::closed(std::error_code why) {
  if (gone()) return;
  const ClientCore::Busy busy(core_);
  if (!task_) return give_up_connection();
  // Paused in front of the end: nothing is missing.
  net::MutableBytes nothing;
  if (paused_ && session_.next(nothing, core_.loop.now()) == Event::end) {
    on_event(Event::end);
    return complete();
  }
  if (why == std::errc::timed_out)
    return fail(ClientError::write_timeout, sentence(ClientError::write_timeout), why);
  const ClientError error =
      session_.response_begun() ? ClientError::truncated : ClientError::closed_before_response;
  fail(error, sentence(error), why);
}

// --- ends ---------------------------------------------------------------------------------------

void ClientConnection::fail(ClientError error, std::string_view why, std::error_code system) {
  const std::shared_ptr<ClientTask> task = std::exchange(task_, nullptr);
  const bool begun = session_.response_begun();
  const bool reused = session_.exchanges() > 1;
  give_up_connection();
  if (task && !core_.dead)
    task->on_failed({error, why.empty() ? sentence(error) : why, system, false}, begun, reused);
}

void ClientConnection::give_up_connection() {
  if (!gone()) core_.pool.bury(*this);
}

void ClientConnection::retire() {
  retired_ = true;
  core_.loop.disarm(*this);
  task_.reset();
}

void ClientConnection::abandon() {
  task_.reset();
  give_up_connection();
}

// --- time and pauses ----------------------------------------------------------------------------

void ClientConnection::on_deadline() {
  if (gone()) return;
  const ClientCore::Busy busy(core_);
  const net::TimePoint now = core_.loop.now();
  // A slow upload is not silence: the server is still taking what is queued.
  const std::size_t queued = connection_->out().size();
  if (queued > 0 && queued < queued_before_) session_.wrote(now);
  const Event event = session_.expire(now);
  if (event == Event::failed) return fail(session_.fault(), session_.why());
  if (event == Event::proceed) send_content();
  arm();
}

void ClientConnection::set_paused(bool on) {
  if (gone() || paused_ == on) return;
  paused_ = on;
  session_.hold(on, core_.loop.now());
  if (on) connection_->pause();
  arm();
}

// What the session still holds, an end for example, comes before what the connection kept.
void ClientConnection::go_on() {
  if (gone() || in_events_) return;
  const ClientCore::Busy busy(core_);
  if (!paused_) {
    net::MutableBytes nothing;
    step(nothing);
    if (!gone() && !paused_) connection_->resume();
  }
  settle();
}

}  // namespace strata::http
