// http/client/client_core.cpp - what the parts of a client share; and the facade over it.
#include "http/client/client_core.h"

#include <ctime>
#include <utility>

#include "http/client.h"
#include "http/client/client_connection.h"
#include "http/client/client_task.h"
#include "net/event_loop.h"

namespace strata::http {

namespace {

ClientLimits limits_of(const ClientOptions& options) {
  ClientLimits limits;
  limits.max_head = options.max_head;
  limits.max_fields = options.max_fields;
  limits.max_informational = options.max_informational;
  return limits;
}

net::ConnectionOptions connection_options_of(const ClientOptions& options) {
  net::ConnectionOptions connection;
  connection.write_timeout = options.write_timeout;
  connection.reads_above_high_water = true;  // two that wait for each other's reading never end
  return connection;
}

}  // namespace

ClientCore::ClientCore(net::Loop& on, ClientOptions given)
    : loop(on),
      options(std::move(given)),
      limits(limits_of(options)),
      connection_options(connection_options_of(options)),
      pool(*this) {
  auto rules = ProxyRules::make(options.proxy, options.no_proxy, options.proxy_tunnel);
  if (rules)
    proxy = std::move(*rules);
  else
    proxy_fault = rules.error();
}

ClientCore::~ClientCore() { dead = true; }

std::shared_ptr<ClientTask> ClientCore::add(ClientRequest request, ResponseHandlers handlers,
                                            OnResponse whole) {
  auto task = std::make_shared<ClientTask>(*this, std::move(request), std::move(handlers),
                                           std::move(whole));
  task->place = tasks_.size();
  tasks_.push_back(task);
  task->start();
  return task;
}

void ClientCore::remove(ClientTask& task) {
  const std::size_t place = task.place;
  std::swap(tasks_[place], tasks_.back());
  tasks_[place]->place = place;
  tasks_.pop_back();
}

net::Resolver& ClientCore::resolver() {
  if (options.resolver != nullptr) return *options.resolver;
  if (!own_resolver_) own_resolver_ = std::make_unique<net::ThreadResolver>(loop);
  return *own_resolver_;
}

std::int64_t ClientCore::unix_seconds() const { return std::time(nullptr); }

// --- Client -------------------------------------------------------------------------------------

Client::Client(ClientOptions options)
    : own_loop_(std::make_shared<net::EventLoop>()),
      core_(std::make_unique<ClientCore>(*own_loop_, std::move(options))) {}

Client::Client(net::Loop& loop, ClientOptions options)
    : core_(std::make_unique<ClientCore>(loop, std::move(options))) {}

// Inside a callback of ours the core outlives us, silent, until the turn ends; and a loop of our
// own, until the run() that is on the stack returns.
Client::~Client() {
  core_->dead = true;
  if (own_loop_) own_loop_->stop();
  if (!core_->busy()) return;
  net::Loop& on = core_->loop;
  on.defer([core = std::move(core_)]() mutable { core.reset(); });
}

ClientCall Client::get(std::string_view url, OnResponse done) {
  ClientRequest asked;
  asked.url = url;
  return request(std::move(asked), std::move(done));
}

ClientCall Client::post(std::string_view url, std::string_view media_type, std::string body,
                        OnResponse done) {
  ClientRequest asked;
  asked.method = "POST";
  asked.url = url;
  asked.headers.emplace_back("Content-Type", media_type);
  asked.body = std::move(body);
  return request(std::move(asked), std::move(done));
}

ClientCall Client::request(ClientRequest request, OnResponse done) {
  if (!done) done = [](const Result<ClientResponse>&) {};
  return ClientCall(core_->add(std::move(request), {}, std::move(done)));
}

ClientCall Client::stream(ClientRequest request, ResponseHandlers handlers) {
  return ClientCall(core_->add(std::move(request), std::move(handlers), {}));
}

Result<ClientResponse> Client::fetch(std::string_view url) {
  ClientRequest asked;
  asked.url = url;
  return fetch(std::move(asked));
}

Result<ClientResponse> Client::fetch(ClientRequest asked) {
  std::optional<Result<ClientResponse>> answer;
  request(std::move(asked), [&answer, loop = own_loop_.get()](Result<ClientResponse> result) {
    answer.emplace(std::move(result));
    loop->stop();
  });
  while (!answer) {
    // stop() of somebody else's does not end a fetch
    if (const std::error_code failed = own_loop_->run())
      return ClientFailure{ClientError::connect_failed, "the loop cannot run", failed, false};
  }
  return std::move(*answer);
}

std::error_code Client::run() {
  const std::shared_ptr<net::Loop> kept = own_loop_;
  return core_->loop.run();
}
void Client::stop() { core_->loop.stop(); }
void Client::close_idle() { core_->pool.close_idle(); }
std::size_t Client::connection_count() const { return core_->pool.connection_count(); }
std::size_t Client::idle_count() const { return core_->pool.idle_count(); }
std::size_t Client::queued_count() const { return core_->pool.queued_count(); }
net::Loop& Client::loop() { return core_->loop; }

// --- ClientCall ---------------------------------------------------------------------------------

bool ClientCall::live() const {
  const auto task = task_.lock();
  return task && task->live();
}
void ClientCall::cancel() {
  if (const auto task = task_.lock()) task->cancel();
}
void ClientCall::drop() {
  if (const auto task = task_.lock()) task->drop();
}
void ClientCall::pause() {
  if (const auto task = task_.lock()) task->pause();
}
void ClientCall::resume() {
  if (const auto task = task_.lock()) task->resume();
}
void ClientCall::content_ready() {
  if (const auto task = task_.lock()) task->content_ready();
}

}  // namespace strata::http
