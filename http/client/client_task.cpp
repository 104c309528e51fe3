// http/client/client_task.cpp - attempts, redirects and ends; what is sent and read is
// client_content.cpp.
#include "http/client/client_task.h"

#include <utility>

#include "http/client/client_connection.h"
#include "http/client/client_core.h"
#include "http/client/retry.h"

namespace strata::http {

// What may be otherwise the next time.
static bool is_of_the_moment(ClientError error) {
  return error == ClientError::closed_before_response || error == ClientError::truncated ||
         error == ClientError::first_byte_timeout || error == ClientError::read_timeout ||
         error == ClientError::write_timeout;
}

ClientTask::ClientTask(ClientCore& core, ClientRequest request, ResponseHandlers handlers,
                       OnResponse whole)
    : core_(core),
      request_(std::move(request)),
      handlers_(std::move(handlers)),
      whole_(std::move(whole)),
      total_timer_(core.loop, [this] { give_up(ClientError::total_timeout); }),
      queue_timer_(core.loop, [this] { give_up(ClientError::queue_timeout); }) {
  const std::size_t unlimited = SIZE_MAX;
  max_body_ = request_.max_body.value_or(whole_ ? core.options.max_body : unlimited);
  redirects_max_ = request_.max_redirects.value_or(core.options.max_redirects);
}

void ClientTask::start() {
  const net::Duration total = request_.timeout.value_or(core_.options.timeout);
  if (total > net::Duration::zero()) total_timer_.start(total);
  auto url = parse_url(request_.url);
  if (!url) return give_up(ClientError::invalid_url, url.error());
  url_ = std::move(*url);
  if (!request_.unix_path.empty()) url_.socket_path = request_.unix_path;
  attempt();
}

// --- attempts -----------------------------------------------------------------------------------

void ClientTask::attempt() {
  body_sent_ = 0;
  received_ = 0;
  info_ = ResponseInfo();
  gunzip_.reset();
  content_begun_ = false;
  next_.reset();
  if (!set_route()) return;
  if (!core_.pool.request(*this)) return give_up(ClientError::queue_full);
  if (connection_ == nullptr && !failing_) queue_timer_.start(core_.options.queue_timeout);
}

bool ClientTask::set_route() {
  route_ = Route();
  absolute_form_ = false;
  if (!core_.proxy_fault.empty()) {
    give_up(ClientError::invalid_proxy, core_.proxy_fault);
    return false;
  }
  if (url_.secure && !core_.options.secure) {
    give_up(ClientError::insecure);
    return false;
  }
  const ProxyWay way = core_.proxy.way(url_);
  const Url& dialed = way == ProxyWay::direct ? url_ : core_.proxy.proxy();
  route_.host = dialed.host;
  route_.port = dialed.port;
  route_.unix_path = url_.socket_path;
  if (url_.secure) route_.secure_host = url_.host;
  route_.key = url_.origin() + ' ' + url_.socket_path;
  if (way == ProxyWay::tunnel) {
    route_.tunnel_to = url_.host_and_port();
    route_.proxy_credentials = core_.proxy.credentials();
    route_.key += " by tunnel";
  } else if (way == ProxyWay::absolute) {
    absolute_form_ = true;
    route_.key = "proxy";  // one for all hosts behind it
  }
  return true;
}

void ClientTask::assigned(ClientConnection& connection) {
  connection_ = &connection;
  queue_timer_.stop();
  if (paused_) connection.set_paused(true);
  if (has_source()) later(&ClientTask::go_on);
}

// Again from the beginning of its content. False: that cannot be done.
bool ClientTask::begin_again() {
  return !has_source() || body_sent_ == 0 || (request_.source.rewind && request_.source.rewind());
}

void ClientTask::on_failed(ClientFailure failure, bool response_begun, bool reused) {
  const auto self = shared_from_this();
  connection_ = nullptr;
  if (ended_ || failing_) return;
  if (next_) return follow_redirect();  // what is missing would have been thrown away
  // Whether the program should: what may have been acted on, only where twice does no harm.
  failure.may_retry = is_idempotent(request_.method) && is_of_the_moment(failure.error);
  // Whether we do: a kept connection that the server closed meanwhile, rfc9112-9.3.1.
  Attempt made{request_.method, failure.error, retries_ + 1};
  made.reused = reused;
  made.response_begun = response_begun;
  made.replayable = !has_source() || body_sent_ == 0 || request_.source.rewind;
  if (retries_ < core_.options.max_retries && http::may_retry(made) && begin_again()) {
    ++retries_;
    fresh_ = true;
    if (!silent() && !failing_) attempt();
    return;
  }
  finish(failure);
}

// --- ends ---------------------------------------------------------------------------------------

bool ClientTask::silent() const { return ended_ || core_.dead; }

void ClientTask::detach() {
  queue_timer_.stop();
  if (ClientConnection* const connection = std::exchange(connection_, nullptr))
    connection->abandon();
  else
    core_.pool.forget(*this);
}

void ClientTask::give_up(ClientError error, std::string_view why) {
  if (silent() || failing_) return;
  detach();
  fail_later({error, why.empty() ? sentence(error) : why, {}, false});
}

void ClientTask::fail_later(ClientFailure failure) {
  if (silent() || failing_) return;
  failing_ = true;
  queue_timer_.stop();
  core_.loop.defer([weak = weak_from_this(), failure] {
    const auto self = weak.lock();
    if (self && !self->silent()) self->finish(failure);
  });
}

void ClientTask::drop() {
  if (silent()) return;
  detach();
  ended_ = true;
  total_timer_.stop();
  core_.remove(*this);
}

void ClientTask::finish(std::optional<ClientFailure> failure, HeaderList trailers) {
  const auto self = shared_from_this();
  if (silent()) return;
  const ClientCore::Busy busy(core_);
  ended_ = true;
  total_timer_.stop();
  queue_timer_.stop();
  core_.remove(*this);
  if (whole_) {
    if (failure) return whole_(*failure);
    ClientResponse response{std::move(info_), std::move(body_), std::move(trailers)};
    return whole_(std::move(response));
  }
  if (!handlers_.on_end) return;
  if (failure) return handlers_.on_end(*failure);
  handlers_.on_end(std::move(trailers));
}

// --- pauses -------------------------------------------------------------------------------------

void ClientTask::pause() {
  paused_ = true;
  if (connection_ != nullptr) connection_->set_paused(true);
}

void ClientTask::resume() {
  if (!std::exchange(paused_, false)) return;
  later(&ClientTask::go_on);
}

void ClientTask::content_ready() { later(&ClientTask::go_on); }

void ClientTask::later(void (ClientTask::*call)()) {
  if (silent() || failing_) return;
  core_.loop.defer([weak = weak_from_this(), call] {
    const auto self = weak.lock();
    if (self && !self->silent() && !self->failing_) ((*self).*call)();
  });
}

void ClientTask::go_on() {
  const ClientCore::Busy busy(core_);
  if (!paused_ && holds_) {
    holds_ = false;
    const std::string rest = std::exchange(held_, {});
    inflate(net::as_bytes(rest));
    if (silent() || failing_ || holds_) return;
  }
  if (!paused_ && held_end_) return on_end(*std::exchange(held_end_, std::nullopt));
  if (connection_ == nullptr) return;
  connection_->set_paused(paused_);
  connection_->go_on();
}

}  // namespace strata::http
