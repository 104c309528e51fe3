// http/response_stream.cpp - answers in pieces, and what wraps an answer: hooks, a filter.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

#include "http/exchange.h"
#include "http/field_lines.h"
#include "http/message.h"
#include "http/stream.h"
#include "net/fd.h"

namespace strata::http {

namespace {

constexpr std::size_t piece_bytes = 64 * 1024;        // of a file or a body that is filtered
constexpr std::size_t whole_max = 256 * 1024;         // bytes filtered in one go
constexpr std::size_t pulled_bytes_max = 256 * 1024;  // of one source, then others have their turn

Response::Source source_of(Content&& content) {
  if (content.file.fd) {
    return [file = std::make_shared<net::Fd>(std::move(content.file.fd)), at = content.file.offset,
            left = content.file.bytes](std::string& piece) mutable {
      piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece_bytes)));
      const ssize_t got = ::pread(file->get(), piece.data(), piece.size(), static_cast<off_t>(at));
      if (got <= 0) throw std::runtime_error("a file became shorter while it was sent");
      piece.resize(static_cast<std::size_t>(got));
      at += piece.size();
      left -= piece.size();
      return left != 0;
    };
  }
  net::SharedBytes bytes = std::move(content.shared);
  if (bytes == nullptr) {
    bytes = std::make_shared<const std::string>(
        content.owned != nullptr ? std::move(*content.owned) : std::string(content.text));
  }
  return [bytes = std::move(bytes), at = std::size_t{0}](std::string& piece) mutable {
    piece.assign(*bytes, at, piece_bytes);
    at += piece.size();
    return at < bytes->size();
  };
}

// What rfc9110-6.5.1 keeps out of trailers: framing, routing, authentication, what says how the
// content is to be read. They are refused where a receiver might merge them into the head.
bool may_be_trailer(std::string_view name) {
  constexpr std::string_view kept_out[] = {"Authorization",
                                           "Cache-Control",
                                           "Connection",
                                           "Content-Encoding",
                                           "Content-Range",
                                           "Content-Type",
                                           "Cookie",
                                           "Expect",
                                           "Host",
                                           "If-Match",
                                           "Location",
                                           "Max-Forwards",
                                           "Proxy-Authorization",
                                           "Range",
                                           "Set-Cookie",
                                           "TE",
                                           "Trailer",
                                           "Upgrade",
                                           "WWW-Authenticate",
                                           "Vary"};
  return !is_framing_field(name) &&
         std::none_of(std::begin(kept_out), std::end(kept_out),
                      [name](std::string_view other) { return equals_ignore_case(name, other); });
}

std::string_view text_of(std::string_view piece) { return piece; }
std::string_view text_of(const net::SharedBytes& piece) { return *piece; }

std::string names_of(std::string_view lines) {
  std::string names;
  while (!lines.empty()) {
    if (!names.empty()) names += ", ";
    names += lines.substr(0, lines.find(':'));
    lines.remove_prefix(lines.find('\n') + 1);
  }
  return names;
}

}  // namespace

void ResponseStream::clear() {
  hooks.clear();
  on_finish.clear();
  filter.reset();
  length.reset();
  body_bytes = 0;
  begun = excess = pulling = pull_due = false;
  writer = BodyWriter();
  source = nullptr;
  piece = std::string();
  on_drain = net::Task();
  trailers.clear();
  sign_timer.reset();
}

ResponseStream& Response::stream_block() {
  if (stream_ == nullptr) stream_ = std::make_unique<ResponseStream>();
  return *stream_;
}

// --- what wraps an answer -----------------------------------------------------------------------

void Response::before_head(std::function<void(Response&)> hook) {
  if (!ended_ && !head_sent_) stream_block().hooks.push_back(std::move(hook));
}

void Response::on_finish(OnFinish told) {
  if (!ended_) stream_block().on_finish.push_back(std::move(told));
}

void Response::set_filter(std::unique_ptr<ContentFilter> filter) {
  if (stream_ != nullptr && !stream_->begun) stream_->filter = std::move(filter);
}

const Request& Response::request() const { return exchange_->request; }

std::optional<std::uint64_t> Response::content_bytes() const {
  return stream_ == nullptr ? std::nullopt : stream_->length;
}

bool Response::run_hooks(std::optional<std::uint64_t> bytes) {
  head_sent_ = true;  // what a hook answers is dropped
  stream_->length = bytes;
  try {
    while (!ended_ && !stream_->hooks.empty()) {
      const auto hook = std::move(stream_->hooks.back());
      stream_->hooks.pop_back();
      hook(*this);
    }
  } catch (...) {
    head_sent_ = false;  // the error is answered instead
    stream_->filter.reset();
    stream_->length.reset();
    throw;
  }
  return !ended_;
}

// An answer given whole, where there are hooks.
void Response::finish_filtered(Content&& content) {
  ResponseStream& s = *stream_;
  const std::uint64_t bytes = content.bytes();
  if (!run_hooks(bytes)) return;
  std::string filtered;
  if (s.filter != nullptr && bytes != 0 && status_ != 204 && status_ != 304) {
    if (content.file.fd || bytes > whole_max) {
      head_sent_ = false;
      return stream(source_of(std::move(content)));
    }
    s.filter->filter(content.view(), true, filtered);
    content = Content();
    content.owned = &filtered;
  }
  ended_ = true;
  s.body_bytes = exchange_->carrier().answer(*exchange_, std::move(content));
}

// Called when the last handler has returned; the response has ended.
void Response::tell_finished() {
  if (stream_ == nullptr || stream_->on_finish.empty()) return;
  const auto told = std::exchange(stream_->on_finish, {});
  const std::uint64_t bytes = stream_->begun ? stream_->writer.written() : stream_->body_bytes;
  for (const OnFinish& tell : told) {
    try {
      tell(exchange_->request, *this, bytes);
    } catch (const std::exception& e) {
      exchange_->carrier().log(std::string("on_finish threw: ") + e.what());
    } catch (...) {
      exchange_->carrier().log("on_finish threw what is no std::exception");
    }
  }
}

// --- in pieces ----------------------------------------------------------------------------------

Response& Response::content_length(std::uint64_t bytes) {
  if (!head_sent_) stream_block().length = bytes;
  return *this;
}

Response& Response::trailer(std::string_view name, std::string_view value) {
  if (ended_) return *this;
  if (!may_be_field(name, value) || !may_be_trailer(name)) {
    exchange_->carrier().log("a trailer that may not be one is left out");
    return *this;
  }
  std::string& lines = stream_block().trailers;
  remove_lines(lines, name);
  append_line(lines, name, value);
  return *this;
}

// Sends the head, unless it is out. False: nothing can be written, for hooks are running.
bool Response::begin() {
  ResponseStream& s = stream_block();
  if (head_sent_) return s.begun;
  if (!run_hooks(s.length)) return false;
  const std::optional<std::uint64_t> bytes = s.filter == nullptr ? s.length : std::nullopt;
  if (!bytes && !s.trailers.empty() && exchange_->request.minor_version() > 0)
    append_line(fields_, "Trailer", names_of(s.trailers));
  s.writer = BodyWriter(exchange_->carrier().begin(*exchange_, bytes), bytes.value_or(0));
  s.begun = true;
  return true;
}

template <class Piece>
bool Response::put(Piece piece) {
  if (ended_) return false;
  const Running running(*exchange_);
  if (!begin()) return false;
  ResponseStream& s = *stream_;
  Carrier& carrier = exchange_->carrier();
  if (carrier.room() == Carrier::Room::none) {
    carrier.log("a slow consumer: more was written than max_send_queue");
    abort();
    return false;
  }
  net::SendQueue& out = carrier.out(*exchange_);
  bool fits = true;
  if (s.filter == nullptr) {
    fits = s.writer.write(std::forward<Piece>(piece), out);
  } else {
    std::string filtered;
    s.filter->filter(text_of(piece), false, filtered);
    fits = s.writer.write(std::move(filtered), out);
  }
  if (!fits && !std::exchange(s.excess, true))
    carrier.log("more content than content_length() said is left out");
  return carrier.room() == Carrier::Room::free;
}

bool Response::write(std::string_view piece) { return piece.empty() || put(piece); }
bool Response::write(std::string&& piece) {
  return piece.empty() || put<std::string&&>(std::move(piece));
}

bool Response::write(net::SharedBytes piece) {
  if (piece == nullptr || piece->empty()) return true;
  return put<net::SharedBytes&&>(std::move(piece));
}

void Response::flush_headers() {
  if (ended_) return;
  const Running running(*exchange_);
  if (!begin() || stream_->filter == nullptr) return;
  std::string kept;
  stream_->filter->filter({}, false, kept);
  stream_->writer.write(std::move(kept), exchange_->carrier().out(*exchange_));
}

void Response::end(std::string_view last) {
  if (ended_) return;
  if (stream_ != nullptr && stream_->begun) {
    const Running running(*exchange_);
    write(last);
    return end();
  }
  Content content;
  content.text = last;
  finish(std::move(content));
}

void Response::finish_pieces() {
  if (ended_) return;
  const Running running(*exchange_);
  ResponseStream& s = *stream_;
  Carrier& carrier = exchange_->carrier();
  if (s.filter != nullptr) {
    std::string rest;
    s.filter->filter({}, true, rest);
    s.writer.write(std::move(rest), carrier.out(*exchange_));
  }
  if (!s.writer.end(s.trailers, carrier.out(*exchange_))) {
    carrier.log("less content than content_length() said: the connection is reset");
    return abort();
  }
  ended_ = true;
  carrier.complete(*exchange_);
}

// --- pulled -------------------------------------------------------------------------------------

void Response::stream(Source source) {
  if (ended_) return;
  const Running running(*exchange_);
  if (!begin() || stream_->source != nullptr) return;
  if (stream_->writer.framing() == BodyFraming::none) return end();
  stream_->source = std::move(source);
  pull();
}

void Response::pull() {
  if (ended_ || stream_ == nullptr || stream_->source == nullptr || stream_->pulling) return;
  const Running running(*exchange_);
  ResponseStream& s = *stream_;
  s.pulling = true;
  std::size_t pulled = 0;
  while (!ended_ && exchange_->carrier().room() == Carrier::Room::free) {
    if (pulled >= pulled_bytes_max) {
      pull_later();
      break;
    }
    s.piece.clear();
    bool more = false;
    try {
      more = s.source(s.piece);
    } catch (const std::exception& e) {
      exchange_->carrier().log(std::string("a source threw: ") + e.what());
      return abort();
    } catch (...) {
      exchange_->carrier().log("a source threw what is no std::exception");
      return abort();
    }
    pulled += s.piece.size();
    if (more && s.piece.empty()) break;
    write(std::move(s.piece));
    if (!more) end();
  }
  s.pulling = false;
}

// Not by a callback of the queue: a filter may have swallowed it all.
void Response::pull_later() {
  if (std::exchange(stream_->pull_due, true)) return;
  exchange_->later([](Exchange& exchange) {
    exchange.response.stream_->pull_due = false;
    exchange.response.pull();
  });
}

void Response::on_drain(net::Task task) {
  if (!ended_) stream_block().on_drain = std::move(task);
}

// The timer may end with the exchange, so what it does is done when it has returned.
void Response::keep_alive(net::Duration interval, std::string text) {
  if (ended_ || interval <= net::Duration::zero()) return;
  ResponseStream& s = stream_block();
  s.sign_of_life = std::move(text);
  s.sign_interval = interval;
  s.sign_timer = std::make_unique<net::Timer>(exchange_->carrier().loop(), [exchange = exchange_] {
    ResponseStream& block = *exchange->response.stream_;
    block.sign_timer->start(block.sign_interval);
    exchange->later([](Exchange& e) {
      Carrier& carrier = e.carrier();
      if (carrier.out(e).empty()) e.response.write(e.response.stream_->sign_of_life);
    });
  });
  s.sign_timer->start(interval);
}

// The queue is below the low mark.
void Response::drained() {
  if (ended_ || stream_ == nullptr || !stream_->begun) return;
  const Running running(*exchange_);
  if (stream_->source != nullptr) return pull();
  if (!stream_->on_drain) return;
  net::Task task = std::exchange(stream_->on_drain, net::Task());  // it may set another
  exchange_->guard("on_drain", task);
  if (!ended_ && !stream_->on_drain) stream_->on_drain = std::move(task);
}

}  // namespace strata::http
