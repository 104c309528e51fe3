// http/client/client_session.cpp - one connection's requests and responses in order; whether it
// lives on.
// (codec)
#include "http/client/client_session.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "http/field_lines.h"
#include "http/serializer.h"
#include "http/target.h"

namespace strata::http {
namespace {

// What the session writes itself, rfc9110-7.2, -7.6.1, -8.6, -10.1.1; rfc9112-6.1.
bool is_ours(std::string_view name) {
  constexpr std::string_view ours[] = {"Host", "Connection", "Upgrade", "Expect"};
  return is_framing_field(name) || std::any_of(std::begin(ours), std::end(ours), [name](auto own) {
           return equals_ignore_case(name, own);
         });
}

// stricter than rfc9110-6.5.1: what frames, routes, authenticates or controls is read from heads
// only; a trailer of that name is meant to get past somebody.
bool may_be_trailer(const Field& field) {
  constexpr std::string_view not_here[] = {"Authorization",    "Proxy-Authorization",
                                           "Cookie",           "Content-Type",
                                           "Content-Encoding", "Content-Range",
                                           "Trailer",          "TE",
                                           "Cache-Control",    "Range",
                                           "Max-Forwards"};
  return may_be_field(field.name, field.value) && !is_ours(field.name) &&
         std::none_of(std::begin(not_here), std::end(not_here),
                      [&field](auto name) { return equals_ignore_case(field.name, name); });
}

ClientError kind_of(int refusal_status) {
  switch (refusal_status) {
    case 413:
      return ClientError::content_too_large;
    case 431:
      return ClientError::head_too_large;
    case 501:
      return ClientError::unsupported_coding;
    case 505:
      return ClientError::unsupported_version;
    default:
      return ClientError::malformed;
  }
}

}  // namespace

ClientSession::ClientSession(const ClientLimits& limits, const ClientTimeouts& timeouts,
                             net::TimePoint now, std::vector<Field>* table)
    : limits_(&limits), timeouts_(&timeouts), parser_(limits, table), since_(now), sent_(now) {}

// --- the request --------------------------------------------------------------------------------

ClientError ClientSession::check(const OutgoingRequest& request) const {
  if (!is_token(request.method)) return ClientError::invalid_method;
  if (!parse_target(request.method, request.target)) return ClientError::invalid_target;
  // rfc9112-3.2: an authority of none is an empty Host.
  if (!request.host.empty() && !is_host(request.host)) return ClientError::invalid_target;
  for (const Field& field : request.fields)
    if (!may_be_field(field.name, field.value) || is_ours(field.name))
      return ClientError::invalid_field;
  if (!is_field_value(request.upgrade)) return ClientError::invalid_field;
  const bool none = request.body.kind == BodyLength::Kind::none;
  // rfc9110-9.3.6, rfc9110-9.3.8: behind CONNECT comes the tunnel; TRACE has no content.
  if (!none && (request.method == "CONNECT" || request.method == "TRACE"))
    return ClientError::invalid_content;
  if (request.body.kind == BodyLength::Kind::until_close) return ClientError::invalid_content;
  return ClientError::none;
}

ClientError ClientSession::send(const OutgoingRequest& request, net::SendQueue& out,
                                net::TimePoint now) {
  assert(idle());
  if (const ClientError error = check(request); error != ClientError::none) return error;
  const BodyLength::Kind kind = request.body.kind;
  chunked_ = kind == BodyLength::Kind::chunked;
  unsent_ = kind == BodyLength::Kind::length ? request.body.bytes : 0;
  sending_ = chunked_ || unsent_ != 0;
  wants_continue_ = sending_ && request.expects_continue;
  offers_upgrade_ = !request.upgrade.empty();
  closes_ = request.close;
  HeadWriter head(out, request.method, request.target);
  head.field("Host", request.host);
  for (const Field& field : request.fields) head.field(field.name, field.value);
  // rfc9110-8.6: a method that usually has content says so when it has none.
  const bool usual =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (chunked_) {
    head.chunked();
  } else if (kind == BodyLength::Kind::length || usual) {
    head.content_length(unsent_);
  }
  if (wants_continue_) head.field("Expect", "100-continue");
  if (offers_upgrade_) {
    head.field("Connection", closes_ ? "close, Upgrade" : "Upgrade");
    head.field("Upgrade", request.upgrade);
  } else if (closes_) {
    head.close();
  }
  head.end();
  parser_.expect(asked_by(request.method));
  body_ = {};
  content_ = {};
  informational_ = 0;
  response_begun_ = body_begun_ = held_ = false;
  max_body_ = limits_->max_body;
  ++exchanges_;
  state_ = State::waiting;
  since_ = sent_ = now;
  return ClientError::none;
}

void ClientSession::content_sent(net::TimePoint now) {
  if (state_ == State::waiting && !parser_.started()) since_ = now;
}

bool ClientSession::send_content(std::string_view piece, net::SendQueue& out, net::TimePoint now) {
  if (!sending_ || (!chunked_ && piece.size() > unsent_)) return false;
  content_sent(now);
  if (chunked_) {
    append_chunk(piece, out);
    return true;
  }
  out.append(piece);
  unsent_ -= piece.size();
  return true;
}

bool ClientSession::send_content(std::string&& piece, net::SendQueue& out, net::TimePoint now) {
  if (!sending_ || (!chunked_ && piece.size() > unsent_)) return false;
  content_sent(now);
  if (chunked_) {
    if (piece.empty()) return true;
    append_chunk_size(piece.size(), out);
    out.append(std::move(piece));
    out.append("\r\n");
    return true;
  }
  unsent_ -= piece.size();
  out.append(std::move(piece));
  return true;
}

bool ClientSession::finish_content(net::SendQueue& out, net::TimePoint now,
                                   std::span<const Field> trailers) {
  if (!sending_ || unsent_ != 0 || (!chunked_ && !trailers.empty())) return false;
  if (!std::all_of(trailers.begin(), trailers.end(), may_be_trailer)) return false;
  if (chunked_) {
    out.append("0\r\n");
    for (const Field& field : trailers) {
      out.append(field.name);
      out.append(": ");
      out.append(field.value);
      out.append("\r\n");
    }
    out.append("\r\n");
  }
  sending_ = wants_continue_ = false;
  content_sent(now);
  return true;
}

void ClientSession::wrote(net::TimePoint now) { content_sent(now); }

// --- the response -------------------------------------------------------------------------------

ClientSession::Event ClientSession::fail(ClientError fault, std::string_view why) {
  fault_ = fault;
  why_ = why.empty() ? sentence(fault) : why;
  state_ = State::over;
  sending_ = wants_continue_ = false;
  return Event::failed;
}

ClientSession::Event ClientSession::fail(const Refusal& refusal) {
  return fail(kind_of(refusal.status), refusal.why);
}

ClientSession::Event ClientSession::next(net::MutableBytes& in, net::TimePoint now) {
  switch (state_) {
    case State::idle:
      // rfc9112-9.2: it may be the end of a response that somebody cut in two, or the beginning of
      // one that the next request would take for its own.
      return in.empty() ? Event::none : fail(ClientError::unsolicited_response);
    case State::waiting:
      return read_head(in, now);
    case State::content:
      return read_content(in, now);
    case State::over:
      break;
  }
  return Event::none;
}

ClientSession::Event ClientSession::read_head(net::MutableBytes& in, net::TimePoint now) {
  if (!in.empty()) {
    response_begun_ = true;
    since_ = now;
    if (!parser_.started()) head_began_ = now;
  }
  const auto parsed = parser_.next(in);
  if (parsed.need_more()) return Event::none;
  if (parsed.failed()) return fail(parsed.error());
  head_ = *parsed;
  if (head_.upgrade) {
    if (head_.status == 101 && !offers_upgrade_) return fail(ClientError::unexpected_upgrade);
    // rfc9110-7.8: the other protocol begins behind the request, and this one has not ended.
    if (sending_) return fail(ClientError::malformed, "another protocol inside the request");
    state_ = State::over;
    return Event::upgraded;
  }
  if (head_.status < 200) return take_informational();
  keep_alive_ = head_.keep_alive && !closes_;
  wants_continue_ = false;
  state_ = State::content;
  return Event::head;
}

ClientSession::Event ClientSession::take_informational() {
  if (++informational_ > limits_->max_informational) return fail(ClientError::too_many_interim);
  if (head_.status == 100) wants_continue_ = false;  // rfc9110-15.2.1
  return Event::informational;
}

ClientSession::Event ClientSession::read_content(net::MutableBytes& in, net::TimePoint now) {
  if (!body_begun_) {
    Limits limits = *limits_;
    limits.max_body = max_body_;
    body_ = BodyReader(head_.body, limits);
    body_begun_ = true;
  }
  if (!in.empty()) since_ = now;
  while (!body_.done()) {
    const auto parsed = body_.next(in);
    if (parsed.failed()) return fail(parsed.error());
    if (parsed.need_more()) return Event::none;
    content_ = parsed->bytes;
    if (!content_.empty()) return Event::content;
  }
  return finish(in, now);
}

// Whether another request may follow is decided here, and nowhere else: rfc9112-9.3. One whose own
// content was not sent whole has left the server in the middle of it (rfc9112-9.5); and bytes that
// are here already would be taken for the answer to a request that is not sent yet.
ClientSession::Event ClientSession::finish(net::Bytes behind, net::TimePoint now) {
  state_ = keep_alive_ && !sending_ && behind.empty() ? State::idle : State::over;
  sending_ = false;
  content_ = {};
  since_ = now;
  return Event::end;
}

ClientSession::Event ClientSession::ended(net::TimePoint now) {
  switch (state_) {
    case State::idle:
      state_ = State::over;
      return Event::none;
    case State::waiting:
      return fail(response_begun_ ? ClientError::truncated : ClientError::closed_before_response);
    case State::content: {
      // rfc9112-8: content whose end was announced and did not come is incomplete.
      keep_alive_ = false;
      net::MutableBytes none;
      const Event event = read_content(none, now);
      if (event != Event::none) return event;
      if (!body_.ended()) return fail(ClientError::truncated);
      return finish({}, now);
    }
    case State::over:
      break;
  }
  return Event::none;
}

// --- time ---------------------------------------------------------------------------------------

namespace {
constexpr net::Duration far = std::chrono::hours(24);
}

// When the present silence ends the exchange. While content is being sent, the first byte is not
// waited for: the deadline of a writer without progress is the connection's.
net::TimePoint ClientSession::silence_ends() const {
  const auto at = [this](net::Duration after) {
    return since_ + (after == net::Duration{} ? far : after);
  };
  if (state_ == State::over || held_) return since_ + far;
  if (state_ == State::idle) return at(timeouts_->idle);
  if (state_ == State::content) return at(timeouts_->read);
  if (parser_.started()) {
    // A byte now and then is no silence, but a head has its time.
    const net::Duration head = timeouts_->head == net::Duration{} ? far : timeouts_->head;
    return std::min(at(timeouts_->read), head_began_ + head);
  }
  if (wants_continue_) return at(timeouts_->proceed);
  return sending_ ? since_ + far : at(timeouts_->first_byte);
}

net::TimePoint ClientSession::deadline() const {
  const bool within = state_ == State::waiting || state_ == State::content;
  if (!within || timeouts_->total == net::Duration{}) return silence_ends();
  return std::min(silence_ends(), sent_ + timeouts_->total);
}

ClientSession::Event ClientSession::expire(net::TimePoint now) {
  if (state_ == State::over || now < deadline()) return Event::none;
  if (state_ == State::idle) return fail(ClientError::idle_timeout);
  if (timeouts_->total != net::Duration{} && now >= sent_ + timeouts_->total)
    return fail(ClientError::total_timeout);
  if (held_) {
    since_ = now;
    return Event::none;
  }
  if (state_ == State::content || parser_.started()) return fail(ClientError::read_timeout);
  if (wants_continue_) {
    wants_continue_ = false;
    since_ = now;
    return Event::proceed;
  }
  return fail(ClientError::first_byte_timeout);
}

void ClientSession::hold(bool held, net::TimePoint now) {
  held_ = held;
  since_ = head_began_ = now;
}

}  // namespace strata::http
