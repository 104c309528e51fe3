// http/event_stream.cpp - an answer in pieces, each of them an event.
#include "http/event_stream.h"

#include <memory>
#include <utility>

#include "http/exchange.h"

namespace strata::http {

EventStream::EventStream(Response& res, const EventStreamOptions& options) {
  if (res.ended()) return;
  reply_ = res.defer();
  last_event_id_ = res.request().header("Last-Event-ID");
  res.set("Content-Type", "text/event-stream");
  if (!res.get("Cache-Control")) res.set("Cache-Control", "no-store");
  res.flush_headers();
  if (res.request().method() == "HEAD") {
    res.end();
  } else {
    res.held();
    res.keep_alive(options.keep_alive, ":\n\n");
  }
}

bool EventStream::write(std::string&& text) {
  const bool room = reply_.write(std::move(text));
  reply_.flush();
  return room;
}

bool EventStream::send(const ServerEvent& event) {
  std::string text;
  return append_event(text, event) && write(std::move(text));
}

bool EventStream::comment(std::string_view text) {
  std::string lines;
  append_comment(lines, text);
  return write(std::move(lines));
}

void EventStream::close() { reply_.end(); }

void EventStream::on_close(net::Task task) {
  Response* const res = reply_.response();
  if (res == nullptr) return;
  res->on_finish([held = std::make_shared<net::Task>(std::move(task))](
                     const Request&, const Response&, std::uint64_t) { (*held)(); });
}

}  // namespace strata::http
