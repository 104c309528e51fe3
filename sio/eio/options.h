// sio/eio/options.h - what an Engine.IO server is told: the reference's options, in snake_case.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/middleware/cors_fields.h"
#include "net/time.h"
#include "sio/eio/packet.h"
#include "sio/eio/shared_message.h"
#include "ws/extensions.h"

namespace strata::http {
class Request;
}

namespace strata::sio::eio {

class Socket;

using Fields = std::vector<std::pair<std::string, std::string>>;  // names and values

// Holds the session's id, for a load balancer. What is empty is left out, and so is the cookie
// where a part has a byte that it may not have.
struct Cookie {
  std::string name = "io";
  std::string path = "/";
  bool http_only = true;
  std::string same_site = "Lax";  // or "Strict", "None"
  bool secure = false;
  std::string domain = {};
  std::optional<net::Duration> max_age = {};
  bool partitioned = false;
};

// A request that was refused; views for the call.
struct ConnectionError {
  const http::Request& request;
  int code;                  // as in the answer's body
  std::string_view message;  // of that code; what allow_request said is in the context
  std::string_view name;     // of code 3: "TRANSPORT_MISMATCH" ...
  // What was wrong: {"transport", "abc"}, {"sid", ...}, {"method", "POST"}, {"name", as above},
  // {"message", ...} or {"protocol", "3"}.
  std::pair<std::string_view, std::string_view> context;
};

// Answers of polls, by gzip or deflate, whichever the client's Accept-Encoding likes better.
struct HttpCompression {
  std::size_t threshold = 1024;  // bytes; what is shorter is sent as it is
  int level = 6;                 // 1 fast ... 9 small
  int memory = 8;                // 1 ... 9
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
  net::Duration apart_pause = 5ms;  // behind a message sent `apart`; 0: none
  // Bytes of a POST body or a WebSocket message: the reference's max_http_buffer_size.
  std::size_t max_payload = 1'000'000;
  std::size_t high_water = 64 * 1024;        // bytes queued: sends answer `queued`
  std::size_t max_send_queue = 1024 * 1024;  // bytes queued: volatile dropped, else closed
  // Bytes kept of the first requests of polling sessions whose clients have not come back with a
  // second one: above it the oldest of them ends.
  std::size_t max_handshakes = 64 * 1024 * 1024;
  // Whose pages may read answers, POST and upgrade; "*" opens all; empty: same host only.
  std::vector<std::string> origins;
  bool credentials = false;  // cookies may be sent along
  // The same and more, as npm's `cors` has it; where it is given the two above do not count.
  // A regular expression is a function that asks one.
  std::optional<http::CorsOptions> cors;
  // Refuses with a sentence (403), or lets pass with nothing.
  std::function<std::optional<std::string>(const http::Request&)> allow_request;
  // Answers later instead: calls the function once, from the loop's thread, as above.
  std::function<void(const http::Request&, std::function<void(std::optional<std::string>)>)>
      allow_request_later;
  // A session's id in place of 144 bits from the kernel: 1 to 64 characters that a cookie may
  // have, one nobody can guess. Nothing, and one that is in use, is code 3. The second one answers
  // later, as above.
  std::function<std::optional<std::string>(const http::Request&)> generate_id;
  std::function<void(const http::Request&, std::function<void(std::optional<std::string>)>)>
      generate_id_later;
  std::optional<SharedMessage> initial_packet;  // right behind the open packet
  std::optional<Cookie> cookie;                 // Set-Cookie on a polling handshake
  std::optional<HttpCompression> http_compression{std::in_place};
  std::optional<ws::CompressionOptions> per_message_deflate;  // of WebSockets, rfc7692
  // Further fields: of the first response of a session; of every response, the 101 included.
  std::function<void(Fields&, const http::Request&)> initial_headers;
  std::function<void(Fields&, const http::Request&)> headers;
  std::function<void(const ConnectionError&)> on_connection_error;  // a request was refused
  // For those who watch, behind the Handler. A session began; it changed to a WebSocket; it ended.
  std::function<void(Socket&)> on_open;
  std::function<void(Socket&)> on_upgrade;
  std::function<void(Socket&, std::string_view reason, std::string_view detail)> on_close;
  // A packet that came, of any type; one that is about to be written; what was written goes to the
  // transport now; it has all left, as for Socket::when_sent.
  std::function<void(Socket&, const Packet&)> on_packet;
  std::function<void(Socket&, const Packet&)> on_packet_create;
  std::function<void(Socket&)> on_flush;
  std::function<void(Socket&)> on_drain;
};

}  // namespace strata::sio::eio
