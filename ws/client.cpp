// ws/client.cpp - an attempt, then a connection, and the callbacks of both.
#include "ws/client.h"

#include <utility>

#include "http/client/client_core.h"
#include "ws/client_attempt.h"

namespace strata::ws {
namespace {

http::ClientOptions http_options(const ClientOptions& from) {
  http::ClientOptions options;
  options.connect_timeout = from.connect_timeout;
  options.write_timeout = from.write_timeout;
  options.proxy = from.proxy;
  options.no_proxy = from.no_proxy;
  options.proxy_tunnel = true;
  options.resolver = from.resolver;
  options.secure = from.secure;
  return options;
}

}  // namespace

std::string ConnectFailure::to_string() const {
  std::string text(why);
  if (status != 0) text += " (status " + std::to_string(status) + ")";
  if (system) text += ": " + system.message();
  return text;
}

//   Lives: until its Client dies, or to the end of that turn where its code is on the stack.
class Client::Core final : public Handler {
 public:
  Core(net::Loop& loop, ClientOptions given)
      : options(std::move(given)), shared(loop, http_options(options)) {
    if (options.compression) pool = std::make_shared<DeflatePool>(*options.compression);
  }

  bool connect() {
    if (attempt || connection) return false;
    attempt = std::make_unique<ClientAttempt>(
        shared, options, [this](net::Result<ClientAttempt::Opened, ConnectFailure> made) {
          ended(std::move(made));
        });
    return true;
  }

  const ClientOptions options;
  http::ClientCore shared;
  std::shared_ptr<DeflatePool> pool;  // null: no compression
  std::unique_ptr<ClientAttempt> attempt;
  std::unique_ptr<Connection> connection;

 private:
  // The attempt is on the stack: it dies with the turn.
  void ended(net::Result<ClientAttempt::Opened, ConnectFailure> made) {
    shared.loop.defer([done = std::move(attempt)] {});
    if (made) return opened(std::move(*made));
    try {
      call(options.on_error, made.error());
    } catch (...) {  // there is nobody left to tell
    }
  }

  void opened(ClientAttempt::Opened made) {
    connection = std::make_unique<Connection>(std::move(made.below), Role::client, options.limits,
                                              *this, options.keys);
    if (const auto& agreed = made.opening.compression)
      connection->use(Compression(*agreed, Role::client, pool));
    try {
      call(options.on_open, *connection, made.opening);
    } catch (...) {
      if (connection) connection->close(CloseCode::internal_error, "internal error");
    }
  }

  template <class Function, class... Args>
  void call(const Function& handler, Args&&... args) {
    const http::ClientCore::Busy busy(shared);
    if (handler && !shared.dead) handler(std::forward<Args>(args)...);
  }

  void on_message(Connection& from, Message& message) override {
    call(options.on_message, from, message);
  }
  void on_ping(Connection& from, net::Bytes payload) override {
    call(options.on_ping, from, payload);
  }
  void on_pong(Connection& from, net::Bytes payload) override {
    call(options.on_pong, from, payload);
  }
  void on_drain(Connection& from) override { call(options.on_drain, from); }
  void on_close(Connection& closed, CloseCode code, std::string_view reason) override {
    shared.loop.defer([gone = std::move(connection)] {});
    call(options.on_close, closed, code, reason);
  }
};

Client::Client(net::Loop& loop, ClientOptions options)
    : core_(std::make_unique<Core>(loop, std::move(options))) {
  core_->connect();
}

// Inside a callback of ours the core outlives us, silent, until the turn ends.
Client::~Client() {
  core_->shared.dead = true;
  if (core_->connection) core_->connection->pause();  // of what is offered now, nothing is handled
  if (!core_->shared.busy()) return;
  net::Loop& loop = core_->shared.loop;
  loop.defer([core = std::move(core_)]() mutable { core.reset(); });
}

bool Client::connect() { return core_->connect(); }
bool Client::connecting() const { return core_->attempt != nullptr; }
Connection* Client::connection() const { return core_->connection.get(); }

SendResult Client::send_text(std::string_view text) {
  return core_->connection ? core_->connection->send_text(text) : SendResult::dropped;
}

SendResult Client::send_binary(net::Bytes bytes) {
  return core_->connection ? core_->connection->send_binary(bytes) : SendResult::dropped;
}

SendResult Client::ping(net::Bytes payload) {
  return core_->connection ? core_->connection->ping(payload) : SendResult::dropped;
}

void Client::close(CloseCode code, std::string_view reason) {
  if (core_->attempt) core_->attempt->cancel();
  if (core_->connection) core_->connection->close(code, reason);
}

}  // namespace strata::ws
