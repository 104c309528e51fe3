// http/server.h - a router with connections.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <system_error>

#include "http/forwarded.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"
#include "net/loop.h"

namespace strata::http {

struct ServerOptions {
  Limits limits;
  net::Duration head_timeout = 10s;      // from a head's first byte until it is whole
  net::Duration body_timeout = 10s;      // plus 1 s per 16 KiB received
  net::Duration idle_timeout = 5s;       // between requests
  net::Duration response_timeout = 30s;  // a request that no handler finishes
  net::Duration drain_timeout = 10s;
  std::size_t max_connections = 0;  // 0: 90 % of RLIMIT_NOFILE; above: accepted and closed
  std::size_t max_per_address = 0;  // of one peer's address; 0: any number
  std::size_t max_requests = 0;     // on one connection, the last says close; 0: any number
  std::size_t max_send_queue = 1024 * 1024;  // bytes written and unsent: then the client is cut
  // Whose X-Forwarded-* or Forwarded fields count, for Request::ip, protocol and hostname. By
  // default nobody's: http/forwarded.h.
  TrustProxy trust_proxy;
  net::ListenOptions listen;
  RouterOptions router;
};

class Guest;

// Answers a path prefix before the router sees it, on the raw target: for a protocol that lives
// on HTTP. `on_head` runs when the head is whole and may answer at once; `on_request` when the
// content is. An answer's fields are the route's alone: no Content-Type, no ETag by default.
struct PrefixRoute {
  std::string prefix;
  std::size_t max_body = 1'000'000;
  std::function<void(Request&, Response&)> on_head;
  std::function<void(Request&, Response&)> on_request;
  bool stream_body = false;   // on_head asks for the content in pieces: Request::on_data
  bool empty_errors = false;  // refusals of the server itself (413 ...) carry no body
  // Behind on_head: sets the fields of such a refusal.
  std::function<void(Request&, Response&)> on_refusal = {};
};

// May be destroyed inside a handler of its own; what is under way then ends without a callback, and
// run(), if the loop is its own, returns.
//   Owns:    its connections, until take_connection; its loop, where none was given.
//   Threads: the loop's, except stop().
class Server : public Router {
 public:
  explicit Server(ServerOptions options = {});  // with a loop of its own
  explicit Server(net::Loop& loop, ServerOptions options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::error_code listen(std::uint16_t port);  // dual-stack, does not block
  std::error_code listen(const net::Address& address);
  net::Address address() const;  // of the first listener
  std::error_code run();         // serves until stop()
  void stop();                   // any thread
  void close();                  // stops accepting, ends connections
  // Stops accepting, closes what is idle, finishes what is under way, each with Connection: close;
  // WebSockets of ws::route are closed with 1001. What is left after `drain_timeout` is reset.
  // Then `done`. Returns left(); again: the same.
  std::size_t drain(std::function<void()> done);
  std::size_t left() const;                                  // to finish, or to close
  void accept(std::unique_ptr<net::Connection> connection);  // one from elsewhere
  void prefix(PrefixRoute route);
  void welcome(Guest& guest);  // told when it drains, and waited for; it may go before the server
  // Bytes of content for paths below `prefix` (the longest that fits); `limits.max_body` else.
  void max_body(std::string_view prefix, std::size_t bytes);
  void on_log(std::function<void(std::string_view)> sink);  // what went wrong, a line each
  std::size_t connection_count() const;                     // taken ones are not ours any more
  net::Loop& loop();

 private:
  std::shared_ptr<net::Loop> own_loop_;  // run() keeps it too
  std::unique_ptr<class ServerCore> core_;
};

}  // namespace strata::http
