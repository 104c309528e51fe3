// ws/route.cpp - a route's handshakes and its connections.
#include "ws/route.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "http/field_lines.h"
#include "http/request.h"
#include "http/response.h"
#include "ws/handshake.h"
#include "ws/shared_message.h"
#include "ws/upgrade_state.h"

namespace strata::ws {
namespace {

// Lines for the 101, without those that are the handshake's own.
std::string field_lines(const Fields& fields) {
  constexpr std::string_view own = "sec-websocket-";
  std::string lines;
  for (const auto& [name, value] : fields) {
    const bool of_handshake = http::equals_ignore_case(name.substr(0, own.size()), own) ||
                              http::equals_ignore_case(name, "Upgrade") ||
                              http::equals_ignore_case(name, "Connection");
    if (of_handshake || http::is_framing_field(name) || !http::may_be_field(name, value)) continue;
    http::append_line(lines, name, value);
  }
  return lines;
}

}  // namespace

Endpoint::Endpoint(RouteOptions options)
    : options_(std::move(options)),
      limits_(options_.limits),
      topics_(options_.topics),
      self_(std::make_shared<Endpoint*>(this)) {
  if (options_.compression) pool_ = std::make_shared<DeflatePool>(*options_.compression);
}

Endpoint::~Endpoint() = default;

void Endpoint::serve(http::Request& request, http::Response& response) {
  if (over_) return response.send_status(503);
  if (refuse_wrong(request, response)) return;
  // Several Origins are none that a browser sends (rfc6454-7.3).
  const http::RequestHead& head = request.head();
  if (head.count("Origin") > 1 ||
      !origin_allowed(head.header("Origin"), head.header("Host"), options_.origins)) {
    response.set("Connection", "close").status(403).type("text/plain").send("origin not allowed");
    return;
  }
  if (!options_.on_upgrade) return open(response, {});
  const auto state = std::make_shared<Upgrade::State>(response.defer(), self_);
  try {
    call(options_.on_upgrade, Upgrade(state), request);
  } catch (...) {
    state->answered = true;  // by the router, with 500
    throw;
  }
}

// What it names has to be on offer: a client fails on any other (rfc6455-4.1).
std::string Endpoint::subprotocol_for(const http::Request& request, std::string named) const {
  const http::RequestHead& head = request.head();
  if (named.empty() && !options_.choose_subprotocol) {
    return std::string(choose_subprotocol(head, options_.subprotocols));
  }
  const std::vector<std::string_view> offered = offered_subprotocols(head);
  if (named.empty()) named = options_.choose_subprotocol(offered, request);
  const bool is_offered = std::find(offered.begin(), offered.end(), named) != offered.end();
  return is_offered ? named : std::string();
}

void Endpoint::open(http::Response& response, Acceptance with) {
  if (over_) return response.send_status(503);
  const http::Request& request = response.request();
  const std::string subprotocol = subprotocol_for(request, std::move(with.subprotocol));
  std::optional<AcceptedOffer> offer;
  if (pool_ != nullptr) offer = accept_offer(request.head(), options_.compression->wanted);
  Compression compression;
  if (offer) compression = Compression(offer->agreed, Role::server, pool_);
  auto below = accept(request, response, subprotocol, field_lines(with.fields),
                      offer ? std::string_view(offer->answer) : std::string_view(), this);
  if (below == nullptr) return;
  limits_.set_high_water(below->options().high_water);
  connections_.push_back(
      std::make_unique<Connection>(std::move(below), Role::server, limits_, *this));
  Connection& opened = *connections_.back();
  opened.place = connections_.size() - 1;
  opened.use(std::move(compression));
  opened.set_data(std::move(with.data));
  try {
    if (!subprotocol.empty()) opened.set_subprotocol(subprotocol);
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

void Endpoint::cut() {
  for (const auto& connection : connections_) connection->terminate();
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
  left();
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
