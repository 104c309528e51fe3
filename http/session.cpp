// http/session.cpp - one connection's requests and answers in order; whether it lives on. (codec)
#include "http/session.h"

#include "http/serializer.h"

namespace strata::http {

namespace {

constexpr std::uint64_t bytes_per_second_min = 16 * 1024;  // of content, beyond `Timeouts::body`

bool has_content(int status) { return status != 204 && status != 304; }  // rfc9110-6.4.1

}  // namespace

Session::Session(const Limits& limits, const Timeouts& timeouts, std::vector<Field>* table,
                 net::TimePoint now)
    : limits_(&limits), timeouts_(&timeouts), parser_(limits, table), since_(now) {}

void Session::become(State state, net::TimePoint now) {
  state_ = state;
  since_ = now;
}

Session::Event Session::next(net::MutableBytes& in, net::SendQueue& out, net::TimePoint now) {
  if (state_ == State::head) return read_head(in, now);
  if (state_ == State::content || state_ == State::discarding) return read_content(in, out, now);
  return Event::none;
}

Session::Event Session::read_head(net::MutableBytes& in, net::TimePoint now) {
  const net::Bytes before = in;
  const auto parsed = parser_.next(in);
  if (parsed.failed()) return refuse(parsed.error());
  if (parsed.need_more()) {
    if (!head_begun_ && parser_.started()) {
      head_begun_ = true;
      since_ = now;
    }
    return Event::none;
  }
  head_ = *parsed;
  piece_ = before.first(before.size() - in.size());
  is_head_ = head_.method == "HEAD";
  owes_continue_ = head_.expects_continue;
  max_body_ = limits_->max_body;
  fresh_ = head_begun_ = body_begun_ = held_ = paused_ = false;
  become(State::content, now);
  return Event::head;
}

Session::Event Session::read_content(net::MutableBytes& in, net::SendQueue& out,
                                     net::TimePoint now) {
  const bool discards = state_ == State::discarding;
  if (!body_begun_ && head_.body.kind == BodyLength::Kind::none) {
    become(discards ? State::head : State::answering, now);
    return discards ? read_head(in, now) : Event::request;
  }
  if (!body_begun_) {
    Limits limits = *limits_;
    limits.max_body = max_body_;
    body_ = BodyReader(head_.body, limits);
    body_begun_ = true;
  }
  while (true) {
    if (body_.done()) {
      become(discards ? State::head : State::answering, now);
      return discards ? read_head(in, now) : Event::request;
    }
    const auto parsed = body_.next(in);
    if (parsed.failed()) return refuse(parsed.error());
    if (parsed.need_more()) {
      // rfc9110-10.1.1: only now, so that a refusal, or content that came along, needs no 100.
      if (owes_continue_ && !discards && body_.received() == 0) append_continue(out);
      owes_continue_ = false;
      return Event::none;
    }
    owes_continue_ = false;
    piece_ = parsed->bytes;
    if (!discards && !piece_.empty()) return Event::content;
  }
}

// Nothing behind a refused message is parsed: where it ends is not known.
Session::Event Session::refuse(Refusal refusal) {
  const bool answered = state_ == State::discarding;
  if (state_ == State::head) is_head_ = false;
  refusal_ = refusal;
  refused_ = true;
  if (answered) {
    state_ = State::closing;
    return Event::none;
  }
  return Event::refused;
}

// Keep-alive is decided here, and nowhere else: rfc9112-9.3, and what the head said (rfc9112-9.6).
bool Session::keeps_alive(const Answer& answer) const {
  if (refused_ || last_ || answer.close || !head_.keep_alive) return false;
  if (state_ != State::content) return true;
  // Answered before its content was read. A client that waited for a 100 may send it or not, and
  // an error's content is not worth reading: only the connection's end is clear to both.
  return answer.status < 400 && !owes_continue_;
}

BodyFraming Session::answer(const Answer& answer, net::SendQueue& out, net::TimePoint now) {
  const bool delimited = answer.length_known || head_.minor_version > 0 || refused_;
  const bool keep = keeps_alive(answer) && delimited;
  const bool content = has_content(answer.status);
  BodyFraming framing = answer.length_known ? BodyFraming::length
                        : delimited         ? BodyFraming::chunked
                                            : BodyFraming::until_close;
  HeadWriter head(out, answer.status);
  head.raw(answer.date_line);
  head.raw(answer.fields);
  if (!keep) {
    head.close();
  } else if (head_.minor_version == 0) {
    head.keep_alive();
  }
  if (content && framing == BodyFraming::length) head.content_length(answer.content_bytes);
  if (content && framing == BodyFraming::chunked) head.chunked();  // rfc9112-6.1
  head.end();
  if (is_head_ || !content) framing = BodyFraming::none;
  owes_continue_ = false;  // rfc9110-15.2: nothing interim behind a final head
  if (answer.in_pieces) {
    keep_ = keep;
    begun_ = true;
    touch(now);
  } else {
    finish(keep, now);
  }
  return framing;
}

void Session::complete(net::TimePoint now) {
  if (begun_) finish(keep_ && !last_, now);
}

void Session::finish(bool keep, net::TimePoint now) {
  if (paused_) resume(now);
  begun_ = held_ = false;
  if (!keep) {
    state_ = State::closing;
  } else if (state_ == State::content) {
    state_ = State::discarding;  // its deadline goes on
  } else {
    become(State::head, now);
  }
}

bool Session::over_limit() const {
  return head_.body.kind == BodyLength::Kind::length && head_.body.bytes > max_body_;
}

void Session::touch(net::TimePoint now) {
  if (answering()) since_ = now;
  if (paused_) {
    since_ += now - paused_at_;
    paused_at_ = now;
  }
}

void Session::excuse(net::TimePoint now) {
  if (paused_) return touch(now);
  const net::Duration whole = answering() ? timeouts_->response : timeouts_->body;
  since_ += now + whole - deadline();
}

void Session::pause(net::TimePoint now) {
  if (paused_) return;
  paused_ = true;
  paused_at_ = now;
}

void Session::resume(net::TimePoint now) {
  if (!paused_) return;
  paused_ = false;
  if (state_ == State::content) since_ += now - paused_at_;
}

bool Session::ended() {
  last_ = true;
  if (answering() && !held_) return true;
  state_ = State::closing;
  return false;
}

net::TimePoint Session::deadline() const {
  constexpr net::Duration far = std::chrono::hours(1);
  switch (state_) {
    case State::head:
      return since_ + (fresh_ || head_begun_ ? timeouts_->head : timeouts_->idle);
    case State::content:
      if (paused_) return paused_at_ + (held_ ? far : timeouts_->response);
      [[fallthrough]];
    case State::discarding:
      return since_ + timeouts_->body +
             std::chrono::seconds(body_begun_ ? body_.received() / bytes_per_second_min : 0);
    case State::answering:
      return since_ + (held_ ? far : timeouts_->response);
    case State::closing:
      break;
  }
  return since_ + far;
}

Session::Event Session::expire(net::TimePoint now) {
  if (state_ == State::closing || (state_ == State::answering && held_)) {
    since_ = now;
    return Event::none;
  }
  if (paused_ && held_) touch(now);
  if (now < deadline()) return Event::none;
  switch (state_) {
    case State::head:
      if (!head_begun_) return Event::head;
      return refuse({408, "the head took too long"});  // rfc9110-15.5.9
    case State::content:
      if (paused_) return refuse({503, "no handler read the content in time"});
      [[fallthrough]];
    case State::discarding:
      return refuse({408, "the content came too slowly"});
    case State::answering:
      return refuse({503, "no handler answered in time"});
    case State::closing:
      break;
  }
  return Event::none;
}

}  // namespace strata::http
