// ws/client.h - a WebSocket client, over TCP, a Unix socket or through a proxy:
//   ws::Client client(loop, {.url = "ws://localhost:7890/chat",
//     .on_open = [](ws::Connection& to, const ws::Opening&) { to.send_text("Hello"); },
//     .on_message = [](ws::Connection&, const ws::Message& m) { show(m.view()); },
//     .on_error = [](const ws::ConnectFailure& f) { log(f.to_string()); }});
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "net/loop.h"
#include "net/resolver.h"
#include "ws/connection.h"

namespace strata::ws {

// Why nothing was opened.
enum class ConnectError : std::uint8_t {
  invalid,       // the options: nothing was sent
  insecure,      // wss without a way to make a connection secure, or that way failed
  unreachable,   // no address, or no connection
  proxy,         // the proxy made no tunnel
  timeout,       // `connect_timeout` is over
  closed,        // the server closed before its answer was whole
  refused,       // an answer with another status than 101
  wrong_answer,  // a 101 that breaks a rule of rfc6455-4.1, or no HTTP/1.1
  redirect,      // over `max_redirects`, or it leads nowhere
  cancelled,     // by close() before it was open
};

struct ConnectFailure {
  ConnectError error = ConnectError::invalid;
  std::string_view why = {};   // a sentence
  int status = 0;              // of the server's answer; 0: none came
  std::string_view head = {};  // that answer's, as sent, if it came whole; lives for the call
  std::error_code system = {};
  std::string to_string() const;
};

// What the server agreed to; lives for the call.
struct Opening {
  std::string_view subprotocol;                       // empty: none
  std::string_view head;                              // of the 101, as sent: each line ends in CRLF
  std::string_view url;                               // behind redirects another than was asked
  std::optional<DeflateParameters> compression = {};  // nothing: messages go as they are
};

struct ClientOptions {
  // "ws://host:port/path?query", "ws://unix:/run/app.sock:/path" or "wss://..."; user and password
  // in it are sent as Basic. A fragment is refused (rfc6455-3).
  std::string url = {};
  std::vector<std::string> subprotocols = {};  // the best first
  // Offers permessage-deflate, rfc7692; a server may decline. Nothing: it is not offered.
  std::optional<CompressionOptions> compression = {};
  // Further fields: Origin, Cookie, Authorization ... Those of the handshake itself are refused.
  std::vector<std::pair<std::string, std::string>> headers = {};
  net::Duration connect_timeout = 10s;  // for all until it is open, redirects included
  net::Duration write_timeout = 20s;    // the server takes nothing that long: timed out
  unsigned max_redirects = 0;           // 0: a 3xx is a refusal like others
  Limits limits = {};
  std::string proxy = {};                  // "http://user:password@host:port", by CONNECT
  std::vector<std::string> no_proxy = {};  // reached without it: see http/client/proxy.h
  std::string unix_path = {};              // connect there, whatever the URL's host; '@x': abstract

  // Once, if the server agrees; frames that came with its answer follow.
  std::function<void(Connection&, const Opening&)> on_open = {};
  std::function<void(Connection&, Message&)> on_message = {};
  std::function<void(Connection&, net::Bytes)> on_ping = {};  // its pong is sent already
  std::function<void(Connection&, net::Bytes)> on_pong = {};
  std::function<void(Connection&)> on_drain = {};  // after `queued`: there is room again
  // Once and last after on_open, as for a server's connection.
  std::function<void(Connection&, CloseCode, std::string_view reason)> on_close = {};
  // Once and last, where on_open was not called.
  std::function<void(const ConnectFailure&)> on_error = {};

  // --- seams ------------------------------------------------------------------------------------
  net::Resolver* resolver = nullptr;  // outlives the client; a ThreadResolver of its own where null
  // Makes a connection secure, as http::ClientOptions::secure. Null: wss is refused.
  std::function<std::unique_ptr<net::Connection>(std::unique_ptr<net::Connection>,
                                                 std::string_view host)>
      secure = {};
  MaskSource keys = {};  // masking keys and the nonce, for tests; the kernel's where empty
};

// One connection, made when the client is; then again by connect(). Every callback comes later than
// the call that caused it, and may do anything: send, close, connect again, destroy the client.
//   Owns:    its connection.
//   Lives:   shorter than its loop. Destroyed, it closes TCP at once, without callbacks.
//   Errors:  by on_error and on_close. An exception of a handler closes with 1011.
//   Threads: the loop's.
class Client {
 public:
  Client(net::Loop& loop, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Once more, after on_error or on_close, or inside either. False: one is there or on its way.
  bool connect();
  bool connecting() const;
  Connection* connection() const;  // from on_open to on_close, else null

  SendResult send_text(std::string_view text);  // `dropped` while nothing is open
  SendResult send_binary(net::Bytes bytes);
  SendResult ping(net::Bytes payload = {});
  // Ends what is open by the close handshake; the server ends TCP, or `close_timeout` does
  // (rfc6455-7.1.1). What is on its way ends as `cancelled`.
  void close(CloseCode code = CloseCode::normal, std::string_view reason = {});

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace strata::ws
