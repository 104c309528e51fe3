// sio/eio/server.h - Engine.IO v4 on an http::Server: sessions over polling and WebSocket.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/server.h"
#include "net/time.h"

namespace strata::sio::eio {

using Fields = std::vector<std::pair<std::string, std::string>>;  // names and values

// Holds the session's id, for a load balancer. An empty path leaves `Path` out.
struct Cookie {
  std::string name = "io";
  std::string path = "/";
  bool http_only = true;
  std::string same_site = "Lax";
};

// A request that was refused; views for the call.
struct ConnectionError {
  const http::Request& request;
  int code;                  // as in the answer's body
  std::string_view message;  // likewise
  std::string_view name;     // of code 3: "TRANSPORT_MISMATCH" ...
};

struct Options {
  std::string path = "/engine.io";
  bool add_trailing_slash = true;
  bool polling = true;  // transports
  bool websocket = true;
  bool allow_upgrades = true;
  net::Duration ping_interval = 25s;
  net::Duration ping_timeout = 20s;
  net::Duration upgrade_timeout = 10s;
  std::size_t max_payload = 1'000'000;       // bytes of a POST body or a WebSocket message
  std::size_t high_water = 64 * 1024;        // bytes queued: sends answer `queued`
  std::size_t max_send_queue = 1024 * 1024;  // bytes queued: volatile dropped, else closed
  std::vector<std::string> origins;          // CORS list; "*" opens all; empty: same host only
  // Refuses with a sentence (403), or lets pass with nothing.
  std::function<std::optional<std::string>(const http::Request&)> allow_request;
  // Answers later instead: calls the function once, from the loop's thread, as above.
  std::function<void(const http::Request&, std::function<void(std::optional<std::string>)>)>
      allow_request_later;
  bool credentials = false;      // CORS: cookies may be sent along
  std::optional<Cookie> cookie;  // Set-Cookie on a polling handshake
  // Further fields: of the first response of a session; of every response, the 101 included.
  std::function<void(Fields&, const http::Request&)> initial_headers;
  std::function<void(Fields&, const http::Request&)> headers;
  std::function<void(const ConnectionError&)> on_connection_error;  // a request was refused
};

// The first request of a session, kept for its life.
struct Handshake {
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::vector<std::pair<std::string, std::string>> query;    // decoded
  std::string url;                                           // as sent
  std::string address;                                       // of the peer
  bool xdomain = false;                                      // an Origin was sent
  std::int64_t issued = 0;                                   // ms since the epoch
};

// One message, encoded once for any number of sessions: the same bytes for all on a transport.
class SharedMessage {
 public:
  static SharedMessage text(std::string_view text);
  static SharedMessage binary(net::Bytes bytes);
  bool is_binary() const { return binary_; }
  net::Bytes content() const;                               // what was given, without any framing
  const net::SharedBytes& frame() const { return frame_; }  // a whole WebSocket frame
  std::string_view packet();  // as in a polling payload; Base64 is made when first needed

 private:
  bool binary_ = false;
  net::SharedBytes frame_;
  net::SharedBytes base64_;
  std::size_t content_at_ = 0;  // in the frame
};

// How one message goes.
struct SendOptions {
  bool compress = true;  // false: as it is, where its transport would compress
};

class Socket;

// What stands on top of the sessions; one for a server.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_open(Socket& socket) = 0;
  virtual void on_text(Socket& socket, std::string_view text) = 0;  // view: for the call
  virtual void on_binary(Socket& socket, net::Bytes bytes) = 0;
  virtual void on_drain(Socket&) {}
  // Once, and last; `reason` is the reference's ("transport close", "ping timeout" ...).
  virtual void on_close(Socket& socket, std::string_view reason, std::string_view detail) = 0;
};

// One session, whichever transport carries it.
//   Lives:   until on_close has returned and the turn has ended.
//   Threads: its loop's.
class Socket {
 public:
  virtual ~Socket() = default;
  virtual std::string_view id() const = 0;         // 24 characters, a secret
  virtual std::string_view transport() const = 0;  // "polling" or "websocket"
  virtual const Handshake& handshake() const = 0;
  virtual bool open() const = 0;
  // True if a message would leave now: a poll is held, or the WebSocket's queue is empty.
  virtual bool writable() const = 0;
  virtual std::size_t buffered_bytes() const = 0;
  // Above `max_send_queue` the session is closed ("slow consumer") and false answered.
  virtual bool send_text(std::string_view text, SendOptions how = {}) = 0;
  virtual bool send_binary(net::Bytes bytes, SendOptions how = {}) = 0;
  virtual bool send(SharedMessage& message, SendOptions how = {}) = 0;
  // Flushes, then closes; on_close follows with `reason`. `discard` drops what is queued.
  virtual void close(std::string_view reason = "forced close", bool discard = false) = 0;

  void* user = nullptr;  // the handler's own
};

class ServerCore;

// Its sessions answer below `options.path` on `http`, whatever the router says.
//   Lives:   may be destroyed anywhere, also inside its handler's callbacks; before `http`.
//   Threads: the loop's.
class Server {
 public:
  Server(http::Server& http, Options options, Handler& top);
  ~Server();     // closes all, without callbacks
  void close();  // every session, discarding
  std::size_t clients_count() const;
  std::size_t leaving_count() const;  // WebSockets of ended sessions, in their close handshake
  const Options& options() const;

 private:
  std::unique_ptr<ServerCore> core_;
};

}  // namespace strata::sio::eio
