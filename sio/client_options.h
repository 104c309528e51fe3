// sio/client_options.h - what a Manager, its sockets and a Lookup are told: the reference's options
// in snake_case, with its defaults, in one flat list that is written as there:
//   sio::Client socket("http://localhost:7890", {.auth = {{"token", "sesame"}}, .retries = 3});
#pragma once
#include <concepts>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/client/cookie_jar.h"
#include "net/resolver.h"
#include "sio/client/outbox.h"
#include "sio/eio/client.h"
#include "sio/json.h"
#include "sio/packet.h"

namespace strata::sio {

// Takes the value of an Auth, once, now or later. Copyable; to be called on the loop's thread.
using AuthDone = std::function<void(Json)>;

// What is sent with each CONNECT, sio5-connect: an object, or what makes one, asked anew each time.
//   socket.auth = {{"token", "sesame"}};
//   socket.auth = [] { return sio::Json{{"token", fresh_token()}}; };
//   socket.auth = [](sio::AuthDone done) { fetch([done](auto t) { done({{"token", t}}); }); };
class Auth {
 public:
  Auth() = default;
  Auth(Json value) : value_(std::move(value)) {}
  Auth(Json::initializer_list_t value) : value_(Json(value)) {}
  template <class F>
  requires(std::invocable<F&>&& std::convertible_to<std::invoke_result_t<F&>, Json>) Auth(F make)
      : Auth([make = std::move(make)](const AuthDone& done) mutable { done(make()); }) {}
  template <class F>
  requires(std::invocable<F&, AuthDone>) Auth(F ask)
      : ask_(std::make_shared<std::function<void(const AuthDone&)>>(std::move(ask))) {}

  void get(const AuthDone& done) const {  // at once, where it is a value
    if (ask_) return (*ask_)(done);
    done(value_);
  }

 private:
  Json value_;
  // Shared by the copies: what a mutable one remembers is there when it is asked again.
  std::shared_ptr<std::function<void(const AuthDone&)>> ask_;
};

struct SocketLimits {
  OutboxLimits buffer = {};            // what waits for CONNECT, or for the server to read
  std::size_t max_received = 100'000;  // events that came before CONNECT was answered
  std::size_t max_received_bytes = 16 * 1024 * 1024;
  std::size_t max_acks = 65'536;  // answers awaited
};

struct SocketOptions {
  Auth auth = {};
  // Above 0 each event is sent until the server acknowledged it, at most 1 + retries times, one
  // after the other; volatile ones are not. A try that the end of the connection cut short does
  // not count: the event waits for the next one.
  unsigned retries = 0;
  std::optional<net::Duration> ack_timeout = {};  // for each answer, unless timeout() says another
  SocketLimits limits = {};
};

struct ManagerOptions {
  // --- finding one (Lookup only)
  bool force_new = false;
  bool multiplex = true;
  // --- its sockets, unless socket(nsp, options) says otherwise
  Auth auth = {};
  unsigned retries = 0;
  std::optional<net::Duration> ack_timeout = {};
  SocketLimits limits = {};
  // --- connecting
  static constexpr unsigned unlimited = std::numeric_limits<unsigned>::max();
  bool auto_connect = true;
  bool reconnection = true;
  unsigned reconnection_attempts = unlimited;
  net::Duration reconnection_delay = 1s;
  net::Duration reconnection_delay_max = 5s;
  double randomization_factor = 0.5;           // of the delay, 0 to 1
  std::optional<net::Duration> timeout = 20s;  // until the session is open; nothing: none
  PacketLimits packet = {.max_payload = 16 * 1024 * 1024};  // of what the server sends
  // Bytes that wait for the network; what is emitted above it waits in its socket's buffer.
  std::size_t max_send_queue = 16 * 1024 * 1024;
  // --- the session below, see eio/client.h
  std::string path = "/socket.io";
  bool add_trailing_slash = true;
  std::vector<std::pair<std::string, std::string>> query = {};
  std::vector<eio::Transport> transports = {eio::Transport::polling, eio::Transport::websocket};
  bool upgrade = true;
  bool remember_upgrade = false;
  bool try_all_transports = false;
  std::optional<bool> timestamp_requests = {};
  std::string timestamp_param = "t";
  bool force_base64 = false;
  std::vector<std::pair<std::string, std::string>> extra_headers = {};
  std::map<eio::Transport, eio::TransportOptions> transport_options = {};
  bool with_credentials = false;
  http::CookieJar* cookies = nullptr;
  std::vector<std::string> protocols = {};
  std::optional<ws::CompressionOptions> per_message_deflate{std::in_place};
  net::Duration request_timeout{};
  std::string proxy = {};
  std::vector<std::string> no_proxy = {};
  std::size_t max_message = 16 * 1024 * 1024;
  net::Duration close_timeout = 30s;  // for what waits to leave
  // --- seams
  net::Resolver* resolver = nullptr;
  std::function<std::unique_ptr<net::Connection>(std::unique_ptr<net::Connection>,
                                                 std::string_view host)>
      secure = {};
  std::function<net::Duration()> wall_clock = {};
  std::function<double()> random = {};  // from 0 to below 1, for delays; chance where empty

  SocketOptions socket() const { return {auth, retries, ack_timeout, limits}; }
};

}  // namespace strata::sio
