// http/client/dialer.h - from a name to a connection that can be used: resolve, connect, the
// proxy's tunnel, TLS.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/client/client_options.h"
#include "http/client/client_types.h"
#include "net/timer.h"

namespace strata::http {

class ClientCore;

// Where a connection leads. Two routes with one key can share connections.
struct Route {
  std::string key;
  std::string host;  // to resolve: the server's, or the proxy's
  std::uint16_t port = 0;
  std::string unix_path;          // instead of host and port
  std::string tunnel_to;          // host:port for CONNECT, or empty
  std::string proxy_credentials;  // for that CONNECT
  std::string secure_host;        // made secure, for this host; or empty
};

// One connection being made, within `connect_timeout`.
//   Lives:  until its owner destroys it, which cancels; also inside the callback.
//   Errors: none was sent a request, so each may be tried again.
class Dialer {
 public:
  using Done = std::function<void(Result<std::unique_ptr<net::Connection>>)>;
  // `done` is called once, never from inside the constructor.
  Dialer(ClientCore& core, const Route& route, Done done);
  ~Dialer();
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;

 private:
  class Tunnel;
  void resolve();
  void connect(const std::vector<net::Address>& addresses);
  void connected(std::unique_ptr<net::Connection> connection);
  void ready(std::unique_ptr<net::Connection> connection);
  void fail(ClientError error, std::string_view why = {}, std::error_code system = {});
  void finish(Result<std::unique_ptr<net::Connection>> made);

  ClientCore& core_;
  Route route_;
  Done done_;
  net::Timer timer_;
  std::unique_ptr<net::Resolving> resolving_;
  std::unique_ptr<net::Connecting> connecting_;
  std::unique_ptr<Tunnel> tunnel_;
};

}  // namespace strata::http
