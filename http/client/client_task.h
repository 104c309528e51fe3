// http/client/client_task.h - one request of a program, from its call to its one end: attempts,
// redirects, decoding, deadlines.
//
//   start -> waiting -> exchange -> its end is told
//               ^          |  |
//               |  3xx     |  '-- a kept connection was dead: retry, where that is allowed
//               '----------+------'
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/client/client_session.h"
#include "http/client/client_types.h"
#include "http/client/dialer.h"
#include "http/client/redirect.h"
#include "http/client/url.h"
#include "http/compression.h"
#include "net/timer.h"

namespace strata::http {

class ClientConnection;
class ClientCore;

// Calls the program only from on_...(), which its connection calls, and from deferred tasks.
//   Lives: in its core until its end was told; on the stack of what runs it a little longer.
class ClientTask final : public std::enable_shared_from_this<ClientTask> {
 public:
  ClientTask(ClientCore& core, ClientRequest request, ResponseHandlers handlers, OnResponse whole);
  void start();

  // --- by the program's handle; nothing is called from inside -----------------------------------
  bool live() const { return !ended_; }
  void cancel() { give_up(ClientError::cancelled); }
  void drop();
  void pause();
  void resume();
  void content_ready();

  // --- by the pool ------------------------------------------------------------------------------
  const Route& route() const { return route_; }
  bool wants_fresh() const { return fresh_; }  // no connection that was kept
  void assigned(ClientConnection& connection);
  void fail_later(ClientFailure failure);  // it waits no more, and has no connection

  // --- by the connection ------------------------------------------------------------------------
  OutgoingRequest outgoing(bool reused);  // its views live until the next call
  net::Duration first_byte_timeout() const;
  bool has_source() const { return static_cast<bool>(request_.source.pull); }
  ContentSource::Pull pull(std::string& piece);
  std::uint64_t wire_limit() const { return max_body_; }
  void on_informational(const ResponseHead& head);
  void on_head(const ResponseHead& head);
  void on_content(net::Bytes bytes);
  void on_upgraded(const ResponseHead& head,
                   const std::function<std::unique_ptr<net::Connection>()>& take);
  void on_end(HeaderList trailers);
  void on_failed(ClientFailure failure, bool response_begun, bool reused);

  std::size_t place = 0;  // among the core's tasks

 private:
  void attempt();
  bool set_route();
  void read_headers();
  void add_default(std::string_view name, std::string_view value);
  bool has_header(std::string_view name) const;
  BodyLength body_length() const;
  ResponseInfo info_of(const ResponseHead& head) const;
  void keep_cookies(const ResponseHead& head);
  bool plan_redirect(const ResponseHead& head);
  void follow_redirect();
  bool begin_again();
  void choose_decoder();
  void inflate(net::Bytes in);
  void deliver(net::Bytes bytes);
  void go_on();
  void later(void (ClientTask::*call)());
  void detach();
  void give_up(ClientError error, std::string_view why = {});
  void finish(std::optional<ClientFailure> failure, HeaderList trailers = {});
  bool silent() const;  // the program is told nothing any more

  ClientCore& core_;
  ClientRequest request_;  // as redirects changed it
  ResponseHandlers handlers_;
  OnResponse whole_;  // or the handlers
  Url url_;
  Route route_;
  net::Timer total_timer_;
  net::Timer queue_timer_;
  ClientConnection* connection_ = nullptr;

  // the attempt's request
  HeaderList sent_;
  std::vector<Field> fields_;
  std::string target_, host_, upgrade_;
  bool wants_close_ = false;
  bool expects_continue_ = false;
  bool asked_for_gzip_ = false;
  bool absolute_form_ = false;
  bool reused_ = false;
  std::size_t body_sent_ = 0;

  // the response
  ResponseInfo info_;
  std::string body_;
  std::uint64_t received_ = 0;
  std::uint64_t max_body_ = 0;
  std::unique_ptr<Gunzip> gunzip_;
  std::string held_;  // not yet inflated: a pause came in between
  std::optional<HeaderList> held_end_;
  std::optional<Redirect> next_;  // this response is one: its content is discarded
  std::string next_method_;

  unsigned redirects_ = 0, redirects_max_ = 0;
  unsigned retries_ = 0;
  bool fresh_ = false;
  bool paused_ = false;
  bool content_begun_ = false;
  bool holds_ = false;    // held_, or what the inflater still has
  bool failing_ = false;  // its end is on the way
  bool ended_ = false;
};

}  // namespace strata::http
