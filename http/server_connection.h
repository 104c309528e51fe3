// http/server_connection.h - one connection of a server: joins http::Session to net and to the
// handlers; and what the connections of a server share.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/date.h"
#include "http/exchange.h"
#include "http/guest.h"
#include "http/server.h"
#include "http/session.h"
#include "net/receiver.h"
#include "net/timer.h"

namespace strata::http {

class ServerConnection;

class ServerCore {
 public:
  ServerCore(net::Loop& on, ServerOptions given, std::shared_ptr<Router::Table> router);
  ~ServerCore();

  void accept(std::unique_ptr<net::Connection> connection);
  void bury(ServerConnection& connection);  // destroyed at the end of the turn
  void welcome(Guest& guest);
  void forget(Guest& guest);
  std::size_t staying() const;  // connections of guests
  void drain(std::function<void()> done);
  void check_drained();
  void close();
  void die();  // no handler is called from here on
  void log(std::string_view line) const;
  const PrefixRoute* prefix_of(std::string_view target) const;
  std::size_t max_body_of(std::string_view path) const;
  std::string_view date_line();

  net::Loop& loop;
  const ServerOptions options;
  const Timeouts timeouts;
  std::shared_ptr<Router::Table> table;
  std::shared_ptr<ExchangePool> pool;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  std::vector<std::unique_ptr<PrefixRoute>> prefixes;
  std::vector<std::pair<std::string, std::size_t>> body_limits;
  std::function<void(std::string_view)> sink;
  std::vector<Field> field_table;  // of the head being parsed
  std::vector<std::unique_ptr<ServerConnection>> connections;
  bool dead = false;
  bool draining = false;

 private:
  std::vector<Guest*> guests_;
  std::size_t connections_max_;
  std::map<std::string, std::size_t> per_address_;
  DateLine date_;
  std::function<void()> drained_;
  net::Timer drain_timer_;
};

// Handlers run inside receive(), or wherever a Reply or a Next is called.
//   Lives: until its net::Connection is closed or taken, and the turn has ended.
class ServerConnection final : public net::Receiver, public Carrier, private net::TimerEntry {
 public:
  ServerConnection(ServerCore& core, std::unique_ptr<net::Connection> connection,
                   std::size_t place);
  ~ServerConnection() override;

  std::size_t receive(net::MutableBytes in) override;
  void drained() override;
  void ended() override;
  void closed(std::error_code why) override;

  std::uint64_t answer(Exchange& exchange, Content&& content) override;
  BodyFraming begin(Exchange& exchange, std::optional<std::uint64_t> bytes) override;
  net::SendQueue& out(Exchange& exchange) override;
  Room room() const override;
  void complete(Exchange& exchange) override;
  void read_content(Exchange& exchange, bool on) override;
  void pump(Exchange& exchange) override;
  net::Loop& loop() const override { return core_.loop; }
  void settle(Exchange& exchange) override;
  void hold(Exchange& exchange) override;
  void limit_body(Exchange&, std::size_t bytes) override { session_.limit_content(bytes); }
  void reset(Exchange& exchange) override;
  std::unique_ptr<net::Connection> give_up(Exchange& exchange) override;
  bool welcome(Guest& guest) override;
  net::Address peer() const override;
  const TrustProxy& trust_proxy() const override { return core_.options.trust_proxy; }
  void log(std::string_view line) override { core_.log(line); }

  void finish_and_close();  // drain: at once if it is idle
  void end();               // close: what is under way is abandoned
  void abort();             // likewise, with an RST
  void stop_timer() { core_.loop.disarm(*this); }
  std::size_t place;  // in ServerCore::connections

 private:
  void step(net::MutableBytes& in);
  void after_step(bool left);
  Answer answer_of(const Exchange& exchange) const;
  void on_event(Session::Event event);
  void on_head();
  void stream_request();
  void on_request();
  void call(const std::function<void(Request&, Response&)>& handler);
  void refuse();
  void abandon(bool gone = true);
  void go_on();  // after an answer given outside receive()
  void arm();
  void on_deadline();

  ServerCore& core_;
  std::unique_ptr<net::Connection> connection_;
  // Once it was asked for, or the connection was taken: of one that was reset nobody knows it.
  mutable std::unique_ptr<net::Address> peer_;
  Exchange* exchange_ = nullptr;
  const PrefixRoute* route_ = nullptr;  // of the exchange
  std::size_t requests_ = 0;
  bool receiving_ = false;
  bool gone_ = false;  // closed, or taken
  Session session_;
};

}  // namespace strata::http
