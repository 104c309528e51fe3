// http/server_core.cpp - what the connections of a server share: limits, routes, their end.
#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "http/server_connection.h"

namespace strata::http {

namespace {

std::size_t default_connections_max() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return static_cast<std::size_t>(limit.rlim_cur) / 10 * 9;
}

Timeouts timeouts_of(const ServerOptions& options) {
  return {options.head_timeout, options.body_timeout, options.idle_timeout,
          options.response_timeout};
}

}  // namespace

ServerCore::ServerCore(net::Loop& on, ServerOptions given, std::shared_ptr<Router::Table> router)
    : loop(on),
      options(std::move(given)),
      timeouts(timeouts_of(options)),
      table(std::move(router)),
      pool(std::make_shared<ExchangePool>(&on)),
      connections_max_(options.max_connections != 0 ? options.max_connections
                                                    : default_connections_max()),
      drain_timer_(on, [this] {
        const ExchangePool::Busy busy(*pool);
        for (std::size_t i = connections.size(); i > 0 && !dead; --i) {
          if (i <= connections.size()) connections[i - 1]->abort();
        }
        for (std::size_t i = guests_.size(); i > 0 && !dead; --i) guests_[i - 1]->cut();
      }) {}

ServerCore::~ServerCore() {
  die();
  for (Guest* guest : guests_) std::erase(guest->hosts_, this);
  for (const auto& connection : connections) connection->stop_timer();
  connections.clear();
  pool->close();
}

void ServerCore::die() {
  dead = true;
  drain_timer_.stop();
  listeners.clear();
  pool->forget_handles();
}

void ServerCore::accept(std::unique_ptr<net::Connection> connection) {
  if (dead || draining || connections.size() >= connections_max_) return;
  if (options.max_per_address != 0) {
    std::size_t& count = per_address_[connection->peer().host()];
    if (count >= options.max_per_address) return;
    ++count;
  }
  connections.push_back(
      std::make_unique<ServerConnection>(*this, std::move(connection), connections.size()));
  if (options.max_per_address != 0) connections.back()->peer();  // is remembered for bury()
}

void ServerCore::bury(ServerConnection& connection) {
  if (options.max_per_address != 0) {
    const auto at = per_address_.find(connection.peer().host());
    if (at != per_address_.end() && --at->second == 0) per_address_.erase(at);
  }
  const std::size_t place = connection.place;
  std::unique_ptr<ServerConnection> body = std::move(connections[place]);
  if (place + 1 != connections.size()) {
    connections[place] = std::move(connections.back());
    connections[place]->place = place;
  }
  connections.pop_back();
  loop.defer([dying = std::move(body)]() mutable { dying.reset(); });
  check_drained();
}

void ServerCore::welcome(Guest& guest) {
  if (std::find(guests_.begin(), guests_.end(), &guest) != guests_.end()) return;
  guest.hosts_.push_back(this);
  guests_.push_back(&guest);
}

void ServerCore::forget(Guest& guest) {
  std::erase(guests_, &guest);
  if (!dead) check_drained();
}

std::size_t ServerCore::staying() const {
  std::size_t all = 0;
  for (const Guest* guest : guests_) all += guest->staying();
  return all;
}

Guest::~Guest() {
  for (ServerCore* host : hosts_) host->forget(*this);
}

void Guest::left() {
  for (ServerCore* host : hosts_) host->check_drained();
}

void ServerCore::check_drained() {
  if (dead || !draining || !drained_ || !connections.empty() || staying() != 0) return;
  drain_timer_.stop();
  loop.defer(std::exchange(drained_, nullptr));
}

void ServerCore::drain(std::function<void()> done) {
  const ExchangePool::Busy busy(*pool);
  listeners.clear();
  if (drained_) {
    done = [first = std::move(drained_), then = std::move(done)] {
      first();
      if (then) then();
    };
  }
  drained_ = done ? std::move(done) : [] {};
  if (!std::exchange(draining, true)) drain_timer_.start(options.drain_timeout);
  for (std::size_t i = connections.size(); i > 0 && !dead; --i) {
    if (i <= connections.size()) connections[i - 1]->finish_and_close();
  }
  for (std::size_t i = guests_.size(); i > 0 && !dead; --i) guests_[i - 1]->leave();
  if (!dead) check_drained();
}

void ServerCore::close() {
  const ExchangePool::Busy busy(*pool);
  listeners.clear();
  for (std::size_t i = connections.size(); i > 0 && !dead; --i) {
    if (i <= connections.size()) connections[i - 1]->end();
  }
}

void ServerCore::log(std::string_view line) const {
  if (sink && !dead) sink(line);
}

const PrefixRoute* ServerCore::prefix_of(std::string_view target) const {
  for (const auto& route : prefixes) {
    if (target.substr(0, route->prefix.size()) == route->prefix) return route.get();
  }
  return nullptr;
}

std::size_t ServerCore::max_body_of(std::string_view path) const {
  std::size_t longest = 0;
  std::size_t result = options.limits.max_body;
  for (const auto& [prefix, bytes] : body_limits) {
    if (prefix.size() < longest || path.substr(0, prefix.size()) != prefix) continue;
    longest = prefix.size();
    result = bytes;
  }
  return result;
}

std::string_view ServerCore::date_line() { return date_.at(std::time(nullptr)); }

}  // namespace strata::http
