// http/event_stream.h - server-sent events as an answer.
//
//   app.get("/events", [](http::Request&, http::Response& res) {
//     http::EventStream sse(res);
//     sse.send("hello");
//     subscribers.push_back(sse);
//   });
#pragma once
#include <string>
#include <string_view>

#include "http/event_format.h"
#include "http/reply.h"
#include "net/task.h"
#include "net/time.h"

namespace strata::http {

struct EventStreamOptions {
  // A comment goes out that often, so that proxies keep the connection and its loss is noticed;
  // none while the client does not read. 0: never.
  net::Duration keep_alive = 15s;
};

// Answers with text/event-stream, without a deadline, until close() or until the client goes.
// Where the client reads slower than events are sent, it is cut at `max_send_queue`. A draining
// server waits for it until `drain_timeout`: close() yours first.
//   Lives:   weak and copyable; a no-op when the client has gone.
//   Threads: any, but for the constructor and on_close: the loop's.
class EventStream {
 public:
  EventStream() = default;
  explicit EventStream(Response& res, const EventStreamOptions& options = {});

  // False: refused (see event_format.h), or the client has gone. In the loop's thread also when
  // the queue is above the high mark.
  bool send(const ServerEvent& event);
  bool send(std::string_view data, std::string_view event = {}) {
    return send(ServerEvent{.data = data, .event = event});
  }
  bool comment(std::string_view text);
  void close();
  void on_close(net::Task task);  // once, after close() or when the client has gone
  bool live() const { return reply_.live(); }
  const std::string& last_event_id() const { return last_event_id_; }  // of a client that is back

 private:
  bool write(std::string&& text);
  Reply reply_;
  std::string last_event_id_;
};

}  // namespace strata::http
