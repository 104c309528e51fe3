// ws/upgrade.h - a request that wants to become a WebSocket, accepted or refused now or later:
//   .on_upgrade = [&](ws::Upgrade upgrade, const http::Request& request) {
//     users.look_up(request.cookie("session"), [upgrade](std::optional<User> user) mutable {
//       if (!user) return upgrade.refuse(401);
//       upgrade.accept({.subprotocol = "chat", .data = *user});
//     });
//   }
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ws/user_data.h"

namespace strata::http {
class Request;
class Response;
}  // namespace strata::http

namespace strata::ws {

class Endpoint;
using Fields = std::vector<std::pair<std::string, std::string>>;

struct Acceptance {
  std::string subprotocol = {};  // one that the client offers; empty: as the route chooses
  // Further fields of the 101 (Set-Cookie ...). Those of the handshake itself are left out.
  Fields fields = {};
  UserData data = {};  // what Connection::data gives, in on_open and from then on
};

// Weak, copyable, usable from any thread, as http::Reply. Only the first answer counts. The client
// may have gone by then: nothing happens. Frames that it sends early wait, as many bytes as
// `kept_bytes_max`. Whoever keeps it and never answers: `response_timeout` says 503. Where all
// copies go without an answer, it is refused with 403.
class Upgrade {
 public:
  Upgrade() = default;  // of nothing
  void accept(Acceptance with = {});
  void refuse(int status = 403, std::string_view body = {}, Fields fields = {});
  bool live() const;  // still waited for
  // Null once it is answered, or the client has gone. Loop's thread only.
  const http::Request* request() const;

 private:
  friend class Endpoint;
  struct State;
  explicit Upgrade(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace strata::ws
