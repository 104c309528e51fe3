// sio/eio/client.h - an Engine.IO client: one session over polling, WebSocket, or first one and
// then the other, eio4-handshake and eio4-upgrade:
//   eio::Client client(loop, {.url = "http://localhost:7890/engine.io",
//     .on_open = [](eio::Client& c) { c.send("hello"); },
//     .on_text = [](eio::Client&, std::string_view text) { show(text); }});
//   client.open();
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "http/client/cookie_jar.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "sio/eio/client_session.h"
#include "sio/eio/packet.h"
#include "ws/extensions.h"

namespace strata::sio::eio {

class Client;

// What counts for one transport in place of the option of that name for both.
struct TransportOptions {
  std::vector<std::pair<std::string, std::string>> extra_headers = {};
};

// The reference's options in snake_case, with its defaults.
struct ClientOptions {
  // "http://host:port/path?query", https, ws or wss; "http://unix:/run/app.sock:/path". Without a
  // path: `path` below. Its query is sent with every request.
  std::string url = {};
  std::string path = "/engine.io";
  bool add_trailing_slash = true;
  std::vector<std::pair<std::string, std::string>> query = {};  // before the library's own
  std::vector<Transport> transports = {Transport::polling, Transport::websocket};  // in this order
  bool upgrade = true;              // from polling to a WebSocket, where the server can
  bool remember_upgrade = false;    // begin with a WebSocket where the last session came to one
  bool try_all_transports = false;  // the next one where the first cannot open
  // A `t` that never repeats. Nothing: of polls; true: of the WebSocket's request as well.
  std::optional<bool> timestamp_requests = {};
  std::string timestamp_param = "t";
  bool force_base64 = false;
  std::vector<std::pair<std::string, std::string>> extra_headers = {};
  std::map<Transport, TransportOptions> transport_options = {};
  bool with_credentials = false;            // keep the server's cookies and send them back
  http::CookieJar* cookies = nullptr;       // one to share; outlives the client
  std::vector<std::string> protocols = {};  // of the WebSocket
  std::optional<ws::CompressionOptions> per_message_deflate{std::in_place};  // offered
  net::Duration request_timeout{};  // of each HTTP request, as a whole; 0: none

  std::string proxy = {};                  // "http://user:password@host:port", by CONNECT
  std::vector<std::string> no_proxy = {};  // reached without it: see http/client/proxy.h

  // --- limits ------------------------------------------------------------------------------------
  std::size_t max_message = 16 * 1024 * 1024;     // bytes of a message, of an answer to a poll
  std::size_t max_send_queue = 16 * 1024 * 1024;  // bytes waiting: send() is refused above it
  std::size_t max_packets_a_poll = 100'000;
  net::Duration max_interval = std::chrono::hours(24);  // of a server's ping_interval and timeout
  net::Duration connect_timeout = 10s;  // of each connection, a proxy's tunnel included
  net::Duration write_timeout = 20s;    // the server takes nothing that long
  net::Duration open_timeout = 30s;     // until the open packet, all transports; 0: none
  net::Duration upgrade_timeout = 10s;  // then it stays with polling
  net::Duration answer_timeout = 30s;   // of a POST; a poll's is the heartbeat
  net::Duration close_timeout = 30s;    // for what waits to leave after close()

  // --- what happens, each later than the call that caused it -------------------------------------
  std::function<void(Client&)> on_open = {};  // opening() tells what was agreed
  std::function<void(Client&, std::string_view text)> on_text = {};
  std::function<void(Client&, net::Bytes bytes)> on_binary = {};
  std::function<void(Client&, const Packet&)> on_packet = {};         // each that came
  std::function<void(Client&, const Packet&)> on_packet_create = {};  // each that will be sent
  std::function<void(Client&)> on_ping = {};                          // answered already
  std::function<void(Client&)> on_flush = {};  // what waited was given to the transport
  std::function<void(Client&)> on_drain = {};  // it has all left
  std::function<void(Client&, Transport to)> on_upgrading = {};
  std::function<void(Client&, Transport to)> on_upgrade = {};
  std::function<void(Client&, const TransportError&)> on_upgrade_error = {};
  std::function<void(Client&, const TransportError&)> on_error = {};  // on_close follows, if open
  // Once after on_open: "transport close", "transport error", "ping timeout", "forced close", or
  // what fail() was given. What could not be read is "transport error", its message "server error".
  std::function<void(Client&, std::string_view reason, const TransportError& detail)> on_close = {};

  // --- seams ------------------------------------------------------------------------------------
  net::Resolver* resolver = nullptr;  // outlives the client
  // Makes a connection secure, as http::ClientOptions::secure. Null: https and wss are refused.
  std::function<std::unique_ptr<net::Connection>(std::unique_ptr<net::Connection>,
                                                 std::string_view host)>
      secure = {};
  // Time that also runs while the machine sleeps, for ping_overdue(). CLOCK_BOOTTIME where empty.
  std::function<net::Duration()> wall_clock = {};

  // The fields that requests over `transport` get.
  const std::vector<std::pair<std::string, std::string>>& headers_over(Transport transport) const {
    const auto found = transport_options.find(transport);
    return found == transport_options.end() ? extra_headers : found->second.extra_headers;
  }
};

struct ClientSendOptions {
  bool compress = true;
};

// Closed at first, and again after each session: open() begins a new one.
//   Owns:    its transports.
//   Lives:   shorter than its loop. May be destroyed anywhere, inside its callbacks too: TCP closes
//            at once, and nothing is called any more.
//   Errors:  by on_error before it is open, by on_close afterwards.
//   Threads: the loop's.
class Client {
 public:
  enum class State : std::uint8_t { closed, opening, open, closing };

  Client(net::Loop& loop, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // False: one is opening or open. While one is closing, true: what it has still to send goes on
  // leaving behind the new one, until `close_timeout`, and its on_close is not called; nor where
  // on_error has opened a new one already.
  bool open();
  // What waits is sent first, and an upgrade under way is waited for; then on_close says "forced
  // close". Of a session that was not open yet nothing is called, and it is closed at once.
  void close();
  // At once, what waits is dropped; on_close gets `reason`. For the layer above.
  void fail(std::string_view reason, std::string_view why);

  // In order, over whatever transport there is; before it is open, they wait. False: closing or
  // closed, or over `max_send_queue`.
  bool send(std::string_view text, ClientSendOptions how = {});
  bool send(net::Bytes bytes, ClientSendOptions how = {});

  State state() const;
  const Opening& opening() const;  // of the last session
  Transport transport() const;
  bool upgrading() const;
  bool writable() const;       // nothing waits: what is sent leaves in this turn
  std::size_t queued() const;  // bytes that wait
  bool ping_overdue() const;   // the clock says that the session is dead, though no timer ran yet
  const ClientOptions& options() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace strata::sio::eio
