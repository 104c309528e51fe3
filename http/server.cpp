// http/server.cpp - what programs call; the work is in server_core and server_connection.
#include "http/server.h"

#include <utility>

#include "http/server_connection.h"
#include "net/event_loop.h"

namespace strata::http {

Server::Server(ServerOptions options)
    : Router(options.router),
      own_loop_(std::make_shared<net::EventLoop>()),
      core_(std::make_unique<ServerCore>(*own_loop_, std::move(options), table_)) {}

Server::Server(net::Loop& loop, ServerOptions options)
    : Router(options.router),
      core_(std::make_unique<ServerCore>(loop, std::move(options), table_)) {}

// Inside a handler of ours the core outlives us, silent, until the turn ends; and a loop of our own
// outlives us until run() has returned, which is now.
Server::~Server() {
  core_->die();
  if (own_loop_ != nullptr) own_loop_->stop();
  if (!core_->pool->busy()) {
    table_.reset();  // what routes hold of connections dies before the loop, with core_
    return;
  }
  net::Loop& on = core_->loop;
  on.defer([core = std::move(core_)]() mutable { core.reset(); });
}

std::error_code Server::listen(const net::Address& address) {
  auto listener =
      core_->loop.listen(address, core_->options.listen,
                         [core = core_.get()](std::unique_ptr<net::Connection> connection) {
                           core->accept(std::move(connection));
                         });
  if (!listener) return listener.error();
  core_->listeners.push_back(std::move(*listener));
  return {};
}

std::error_code Server::listen(std::uint16_t port) {
  const std::error_code failed = listen(net::Address::any(port));
  const bool no_ipv6 = failed == std::errc::address_family_not_supported ||
                       failed == std::errc::address_not_available;
  return no_ipv6 ? listen(net::Address::any_ipv4(port)) : failed;
}

net::Address Server::address() const {
  return core_->listeners.empty() ? net::Address() : core_->listeners.front()->address();
}

std::error_code Server::run() {
  const std::shared_ptr<net::Loop> kept = own_loop_;  // a handler may destroy us
  return core_->loop.run();
}

void Server::stop() { core_->loop.stop(); }
void Server::close() { core_->close(); }

std::size_t Server::drain(std::function<void()> done) {
  core_->drain(std::move(done));
  return left();
}

void Server::accept(std::unique_ptr<net::Connection> connection) {
  core_->accept(std::move(connection));
}

void Server::prefix(PrefixRoute route) {
  core_->prefixes.push_back(std::make_unique<PrefixRoute>(std::move(route)));
}

void Server::welcome(Guest& guest) { core_->welcome(guest); }

void Server::max_body(std::string_view prefix, std::size_t bytes) {
  core_->body_limits.emplace_back(prefix, bytes);
}

void Server::on_log(std::function<void(std::string_view)> sink) { core_->sink = std::move(sink); }
std::size_t Server::connection_count() const { return core_->connections.size(); }
std::size_t Server::left() const { return connection_count() + core_->staying(); }
net::Loop& Server::loop() { return core_->loop; }

}  // namespace strata::http
