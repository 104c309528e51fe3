// ws/route.h - WebSockets as a route of an HTTP server:
//   ws::route(app, "/chat/:room", {.on_message = [](ws::Connection& from, const ws::Message& m) {
//     ws::Endpoint::of(from).broadcast_text(m.view(), &from);
//   }});
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/guest.h"
#include "http/router.h"
#include "ws/connection.h"
#include "ws/topics.h"
#include "ws/upgrade.h"

namespace strata::ws {

struct RouteOptions {
  // A right request from an allowed Origin: to be accepted or refused, now or later. Without it
  // each is accepted.
  std::function<void(Upgrade, const http::Request&)> on_upgrade = {};
  // The request lives for this call: what is needed of it later is kept by Connection::set.
  std::function<void(Connection&, const http::Request&)> on_open = {};
  std::function<void(Connection&, Message&)> on_message = {};
  std::function<void(Connection&, net::Bytes)> on_ping = {};  // its pong is sent already
  std::function<void(Connection&, net::Bytes)> on_pong = {};
  // After a send answered `queued`: there is room again.
  std::function<void(Connection&)> on_drain = {};
  // Once, and last.
  std::function<void(Connection&, CloseCode, std::string_view reason)> on_close = {};
  Limits limits = {};
  std::vector<std::string> subprotocols = {};  // the client's first choice among them is taken
  // Chooses in its place; one that was not offered is none.
  std::function<std::string(std::span<const std::string_view> offered, const http::Request&)>
      choose_subprotocol = {};
  // Takes a client's offer of permessage-deflate, rfc7692; nothing: messages go as they are.
  std::optional<CompressionOptions> compression = {};
  std::vector<std::string> origins = {};  // besides the Host's own; "*" opens all
  TopicLimits topics = {};                // of Connection::subscribe
};

// The connections of one route.
//   Owns:    them. Destroying it closes them at once, without callbacks. http::Server::drain closes
//            them with 1001, and waits for them.
//   Lives:   as long as its router, which a handler of its own may destroy.
//   Errors:  an exception of a handler closes its connection with 1011.
//   Threads: the loop's.
class Endpoint final : public Handler, public http::Guest {
 public:
  explicit Endpoint(RouteOptions options);
  ~Endpoint() override;
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  // The endpoint of a connection that one of its handlers was given.
  static Endpoint& of(Connection& connection) {
    return static_cast<Endpoint&>(connection.handler());
  }

  // Opens a WebSocket or refuses: 405, 426, 400, or 403 for a foreign Origin.
  void serve(http::Request& request, http::Response& response);

  std::size_t connection_count() const { return connections_.size(); }
  template <class Call>  // void(Connection&); it may send, close and terminate
  void for_each(Call call) const {
    for (const auto& connection : connections_) call(*connection);
  }
  // Encoded once for all; a connection whose queue is over its limit is closed, or left out.
  void broadcast_text(std::string_view text, const Connection* except = nullptr,
                      Delivery delivery = Delivery::reliable);
  void broadcast_binary(net::Bytes bytes, const Connection* except = nullptr,
                        Delivery delivery = Delivery::reliable);
  void broadcast(const SharedMessage& message, const Connection* except = nullptr,
                 Delivery delivery = Delivery::reliable);
  // The same to those that are subscribed: Connection::subscribe. How many took it.
  std::size_t publish_text(std::string_view topic, std::string_view text,
                           const Connection* except = nullptr,
                           Delivery delivery = Delivery::reliable);
  std::size_t publish_binary(std::string_view topic, net::Bytes bytes,
                             const Connection* except = nullptr,
                             Delivery delivery = Delivery::reliable);
  std::size_t publish(std::string_view topic, const SharedMessage& message,
                      const Connection* except = nullptr, Delivery delivery = Delivery::reliable);
  Topics* topics() override { return &topics_; }
  void close(CloseCode code = CloseCode::going_away, std::string_view reason = {});  // each of them

 private:
  friend class Upgrade;
  std::size_t staying() const override { return connections_.size(); }
  void leave() override { close(); }
  void cut() override;
  void open(http::Response& response, Acceptance with);
  std::string subprotocol_for(const http::Request& request, std::string named) const;
  void on_message(Connection& from, Message& message) override;
  void on_ping(Connection& from, net::Bytes payload) override;
  void on_pong(Connection& from, net::Bytes payload) override;
  void on_drain(Connection& from) override;
  void on_close(Connection& closed, CloseCode code, std::string_view reason) override;
  template <class Function, class... Args>
  void call(const Function& handler, Args&&... args);
  friend Endpoint& route(http::Router& app, std::string_view pattern, RouteOptions options);
  struct Bury {
    void operator()(Endpoint* endpoint) const;
  };

  RouteOptions options_;
  SharedLimits limits_;  // of the connections
  Topics topics_;
  std::shared_ptr<DeflatePool> pool_;                     // null: no compression
  std::vector<std::unique_ptr<Connection>> connections_;  // each knows its place
  std::shared_ptr<Endpoint*> self_;                       // held weakly by upgrades under way
  int calls_ = 0;                                         // of handlers, that have not returned
  bool over_ = false;
};

// Serves `pattern` of the router: GET with an upgrade opens, GET without is 426, all else 405.
// The reference lives as long as the router.
Endpoint& route(http::Router& app, std::string_view pattern, RouteOptions options);

}  // namespace strata::ws
