// ws/route.cpp - a route's handshakes and its connections.
#include "ws/route.h"

#include <exception>
#include <new>
#include <utility>

#include "http/request.h"
#include "http/response.h"
#include "ws/handshake.h"
#include "ws/shared_message.h"

namespace strata::ws {

Endpoint::Endpoint(RouteOptions options) : options_(std::move(options)), topics_(options_.topics) {
  if (options_.compression) pool_ = std::make_shared<DeflatePool>(*options_.compression);
}

Endpoint::~Endpoint() = default;

void Endpoint::serve(http::Request& request, http::Response& response) {
  if (over_) return response.send_status(503);
  const http::RequestHead& head = request.head();
  if (request.method() == "GET" && request.upgrade()) {
    // Several Origins are none that a browser sends (rfc6454-7.3).
    if (head.count("Origin") > 1 ||
        !origin_allowed(head.header("Origin"), head.header("Host"), options_.origins)) {
      response.set("Connection", "close").status(403).type("text/plain").send("origin not allowed");
      return;
    }
    if (options_.on_upgrade && !check_upgrade(head) && !options_.on_upgrade(request, response)) {
      if (!response.ended()) response.status(403).send("");
      return;
    }
  }
  std::optional<AcceptedOffer> compression;
  if (pool_ != nullptr) compression = accept_offer(head, options_.compression->wanted);
  auto below = accept(request, response, choose_subprotocol(head, options_.subprotocols), {},
                      compression ? std::string_view(compression->answer) : std::string_view());
  if (below == nullptr) return;
  connections_.push_back(
      std::make_unique<Connection>(std::move(below), Role::server, options_.limits, *this));
  Connection& opened = *connections_.back();
  opened.place = connections_.size() - 1;
  if (compression) {
    opened.use(Compression(compression->agreed, Role::server, pool_));
  }
  try {
    call(options_.on_open, opened, request);
  } catch (...) {
    opened.close(CloseCode::internal_error, "internal error");
  }
}

// No handler is called once the route is gone, though its last turn may still go on.
template <class Function, class... Args>
void Endpoint::call(const Function& handler, Args&&... args) {
  struct Running {
    explicit Running(int& c) : calls(c) { ++calls; }
    ~Running() { --calls; }
    int& calls;
  } running(calls_);
  if (handler && !over_) handler(std::forward<Args>(args)...);
}

void Endpoint::Bury::operator()(Endpoint* endpoint) const {
  if (endpoint->calls_ == 0) {
    delete endpoint;
    return;
  }
  // One of its own handlers destroys the router: the connection that it runs in stays until the
  // turn's end.
  endpoint->over_ = true;
  net::Loop& loop = endpoint->connections_.front()->below().loop();
  loop.defer([last = std::unique_ptr<Endpoint>(endpoint)] {});
}

// A send calls no handler, so none goes meanwhile.
void Endpoint::broadcast(const SharedMessage& message, const Connection* except,
                         Delivery delivery) {
  for (const auto& connection : connections_) {
    if (connection.get() == except) continue;
    try {
      connection->send_shared(message, delivery);
    } catch (const std::bad_alloc&) {  // that one's affair: the others get theirs
      connection->terminate();
    }
  }
}

void Endpoint::broadcast_text(std::string_view text, const Connection* except, Delivery delivery) {
  broadcast(SharedMessage::text(text), except, delivery);
}

void Endpoint::broadcast_binary(net::Bytes bytes, const Connection* except, Delivery delivery) {
  broadcast(SharedMessage::binary(bytes), except, delivery);
}

std::size_t Endpoint::publish(std::string_view topic, const SharedMessage& message,
                              const Connection* except, Delivery delivery) {
  return ws::publish(topics_, topic, message, except, delivery);
}

std::size_t Endpoint::publish_text(std::string_view topic, std::string_view text,
                                   const Connection* except, Delivery delivery) {
  if (topics_.subscriber_count(topic) == 0) return 0;
  return publish(topic, SharedMessage::text(text), except, delivery);
}

std::size_t Endpoint::publish_binary(std::string_view topic, net::Bytes bytes,
                                     const Connection* except, Delivery delivery) {
  if (topics_.subscriber_count(topic) == 0) return 0;
  return publish(topic, SharedMessage::binary(bytes), except, delivery);
}

void Endpoint::close(CloseCode code, std::string_view reason) {
  for (const auto& connection : connections_) connection->close(code, reason);
}

void Endpoint::on_message(Connection& from, Message& message) {
  call(options_.on_message, from, message);
}

void Endpoint::on_ping(Connection& from, net::Bytes payload) {
  call(options_.on_ping, from, payload);
}

void Endpoint::on_pong(Connection& from, net::Bytes payload) {
  call(options_.on_pong, from, payload);
}

void Endpoint::on_drain(Connection& from) { call(options_.on_drain, from); }

void Endpoint::on_close(Connection& closed, CloseCode code, std::string_view reason) {
  // Out of the list first: a handler that broadcasts its farewell does not reach the dead.
  std::unique_ptr<Connection>& at = connections_[closed.place];
  std::unique_ptr<Connection> mine = std::exchange(at, nullptr);
  if (&at != &connections_.back()) {
    at = std::move(connections_.back());
    at->place = closed.place;
  }
  connections_.pop_back();
  closed.leave_topics();
  net::Loop& loop = closed.below().loop();
  loop.defer([mine = std::move(mine)] {});
  call(options_.on_close, closed, code, reason);
}

Endpoint& route(http::Router& app, std::string_view pattern, RouteOptions options) {
  // Shared because a std::function is copied into the router; it stays the only owner.
  const std::shared_ptr<Endpoint> endpoint(new Endpoint(std::move(options)), Endpoint::Bury());
  app.all(pattern, http::Handler([endpoint](http::Request& request, http::Response& response) {
            endpoint->serve(request, response);
          }));
  return *endpoint;
}

}  // namespace strata::ws
