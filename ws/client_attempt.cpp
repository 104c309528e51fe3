// ws/client_attempt.cpp - one step after the other; whichever fails ends it.
#include "ws/client_attempt.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "http/basic_credentials.h"
#include "http/client/redirect.h"
#include "http/response_parser.h"
#include "ws/random_key.h"

namespace strata::ws {
namespace {

// A URL of ours in the words of http/client/url.h, whose ports and parts are the same (rfc6455-3).
std::string in_http(std::string_view url) {
  const auto begins = [url](std::string_view scheme) {
    return http::equals_ignore_case(url.substr(0, scheme.size()), scheme);
  };
  if (begins("ws:")) return "http" + std::string(url.substr(2));
  if (begins("wss:")) return "https" + std::string(url.substr(3));
  return std::string(url);
}

std::string in_ws(const http::Url& url) {
  const std::string text = url.text();
  return "ws" + text.substr(4);  // http and https alike
}

net::Result<http::Url, std::string_view> read_url(std::string_view text) {
  const std::string_view scheme = text.substr(0, text.find(':'));
  if (!http::equals_ignore_case(scheme, "ws") && !http::equals_ignore_case(scheme, "wss") &&
      !http::equals_ignore_case(scheme, "unix"))
    return std::string_view("a scheme other than ws and wss");
  if (text.find('#') != text.npos)
    return std::string_view("a fragment in a WebSocket URL");  // rfc6455-3
  return http::parse_url(in_http(text));
}

// What the handshake writes itself, and what would give the request a body.
bool is_ours(std::string_view name) {
  constexpr std::string_view names[] = {"Upgrade", "Connection", "Content-Length",
                                        "Transfer-Encoding"};
  constexpr std::string_view start = "Sec-WebSocket-";
  return http::equals_ignore_case(name.substr(0, start.size()), start) ||
         std::any_of(std::begin(names), std::end(names),
                     [name](std::string_view one) { return http::equals_ignore_case(name, one); });
}

// Why these options cannot be sent, or empty.
std::string_view fault_of(const ClientOptions& options) {
  for (const auto& [name, value] : options.headers) {
    if (!http::is_token(name) || !http::is_field_value(value)) return "a field that cannot be sent";
    if (is_ours(name)) return "a field that the handshake writes itself";
  }
  std::set<std::string_view> seen;  // rfc6455-4.1: tokens, each once
  for (const std::string& each : options.subprotocols) {
    if (!http::is_token(each)) return "a subprotocol that is no token";
    if (!seen.insert(each).second) return "a subprotocol that is named twice";
  }
  if (options.compression) {
    const auto in_range = [](std::uint8_t bits) { return bits >= 8 && bits <= 15; };
    const DeflateParameters& wanted = options.compression->wanted;
    if (!in_range(wanted.server_max_window_bits) || !in_range(wanted.client_max_window_bits))
      return "a window of other than 8 to 15 bits";  // rfc7692-7.1.2
  }
  return {};
}

ConnectFailure failure_of(const http::ClientFailure& from) {
  using E = http::ClientError;
  ConnectFailure failure{ConnectError::proxy, from.why, 0, {}, from.system};
  if (from.error == E::insecure) failure.error = ConnectError::insecure;
  if (from.error == E::connect_timeout) failure.error = ConnectError::timeout;
  if (from.error == E::unresolved || from.error == E::connect_failed)
    failure.error = ConnectError::unreachable;
  return failure;
}

// The last head in `text`, each of its lines with its CRLF; empty where it is not whole.
std::string_view last_head(std::string_view text) {
  if (!text.ends_with("\r\n\r\n")) return {};
  text.remove_suffix(2);
  const std::size_t before = text.rfind("\r\n\r\n");
  return before == text.npos ? text : text.substr(before + 4);
}

std::string_view first_head(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  return end == text.npos ? std::string_view() : text.substr(0, end + 2);
}

}  // namespace

ClientAttempt::ClientAttempt(http::ClientCore& core, const ClientOptions& options, Done done)
    : core_(core),
      options_(options),
      done_(std::move(done)),
      headers_(options.headers),
      timer_(core.loop, [this] { on_timer(); }) {
  timer_.start(options.connect_timeout);
  start();
}

void ClientAttempt::start() {
  auto url = read_url(options_.url);
  if (!url) return fail_later(ConnectError::invalid, url.error());
  url_ = std::move(*url);
  if (!options_.unix_path.empty()) url_.socket_path = options_.unix_path;
  if ((!url_.user.empty() || !url_.password.empty()) &&
      http::basic_credentials(url_.user, url_.password).empty())
    return fail_later(ConnectError::invalid, "credentials that cannot be sent");
  if (const auto fault = fault_of(options_); !fault.empty())
    return fail_later(ConnectError::invalid, fault);
  if (!core_.proxy_fault.empty()) return fail_later(ConnectError::invalid, core_.proxy_fault);
  dial();
}

void ClientAttempt::dial() {
  if (url_.secure && !options_.secure) {
    return fail_later(ConnectError::insecure,
                      "wss is asked for, and there is nothing that makes a connection secure");
  }
  const bool direct = core_.proxy.way(url_) == http::ProxyWay::direct;
  const http::Url& dialed_url = direct ? url_ : core_.proxy.proxy();
  http::Route route;
  route.host = dialed_url.host;
  route.port = dialed_url.port;
  route.unix_path = url_.socket_path;
  if (url_.secure) route.secure_host = url_.host;
  if (!direct) {  // rfc6455-4.1: a proxy is asked for a tunnel, also without TLS
    route.tunnel_to = url_.host_and_port();
    route.proxy_credentials = core_.proxy.credentials();
  }
  dialer_ = std::make_unique<http::Dialer>(
      core_, route,
      [this](http::Result<std::unique_ptr<net::Connection>> made) { dialed(std::move(made)); });
}

void ClientAttempt::dialed(http::Result<std::unique_ptr<net::Connection>> made) {
  dialer_.reset();
  if (deaf()) return;
  if (!made) return fail(failure_of(made.error()));
  connection_ = std::move(*made);
  std::array<std::uint8_t, 16> nonce;
  for (std::size_t at = 0; at < nonce.size(); at += 4) {
    const MaskingKey key = options_.keys ? options_.keys() : random_key();
    std::copy(key.begin(), key.end(), nonce.begin() + static_cast<std::ptrdiff_t>(at));
  }
  ClientRequest request;
  request.host = url_.authority();
  for (const auto& [name, value] : headers_)
    if (http::equals_ignore_case(name, "Host")) request.host = value;
  request.target = url_.target();
  request.subprotocols = options_.subprotocols;
  request.fields = fields();
  if (options_.compression) request.compression = options_.compression->wanted;
  handshake_.emplace(std::move(request), nonce);
  handshake_->append_request(connection_->out());
  connection_->set_receiver(*this);
}

std::string ClientAttempt::fields() const {
  std::string lines;
  bool authorized = false;
  for (const auto& [name, value] : headers_) {
    if (http::equals_ignore_case(name, "Host")) continue;
    authorized = authorized || http::equals_ignore_case(name, "Authorization");
    lines.append(name).append(": ").append(value).append("\r\n");
  }
  if (authorized || (url_.user.empty() && url_.password.empty())) return lines;
  const std::string credentials = http::basic_credentials(url_.user, url_.password);
  if (!credentials.empty()) lines.append("Authorization: ").append(credentials).append("\r\n");
  return lines;
}

// --- the answer ---------------------------------------------------------------------------------

std::size_t ClientAttempt::receive(net::MutableBytes in) {
  const std::size_t offered = in.size();
  if (deaf()) return offered;
  const http::ClientCore::Busy busy(core_);
  const std::string_view text = net::as_text(in);
  const auto answer = handshake_->next(in);
  const std::size_t used = offered - in.size();
  if (answer.need_more()) return used;
  if (answer.failed()) {
    refuse(answer.error(), first_head(net::as_text(in)));
    return offered;
  }
  open(*answer, last_head(text.substr(0, used)));
  return used;
}

void ClientAttempt::open(const ServerAnswer& answer, std::string_view head) {
  over_ = true;
  timer_.stop();
  url_text_ = in_ws(url_);
  done_(Opened{std::move(connection_), {answer.subprotocol, head, url_text_, answer.compression}});
}

// The bytes die with the connection: the head is copied first.
void ClientAttempt::refuse(const HandshakeError& error, std::string_view head) {
  const std::string kept(head);
  redirect_fault_ = {};
  connection_.reset();
  if (options_.max_redirects != 0 && follow(kept)) return;
  const bool wrong = error.status == 0 || error.status == 101;
  ConnectFailure failure{wrong ? ConnectError::wrong_answer : ConnectError::refused,
                         error.why,
                         error.status,
                         kept,
                         {}};
  if (!redirect_fault_.empty()) {
    failure.error = ConnectError::redirect;
    failure.why = redirect_fault_;
  }
  fail(failure);
}

// True: on the way to where the answer points. A Location of ws and one of http are the same.
bool ClientAttempt::follow(std::string_view head) {
  std::string bytes = std::string(head) + "\r\n";
  const http::Limits limits;
  http::ResponseParser parser(limits);
  net::MutableBytes in(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  auto response = parser.next(in);
  if (!response.ready()) return false;
  const std::string location = in_http(response->header("Location"));
  std::vector<http::Field> all(response->fields.begin(), response->fields.end());
  for (http::Field& field : all)
    if (http::equals_ignore_case(field.name, "Location")) field.value = location;
  http::ResponseHead rewritten = *response;
  rewritten.fields = all;

  const http::Redirected asked{url_, "GET", false, true, followed_};
  auto redirect = http::redirect_of(rewritten, asked, {options_.max_redirects, false});
  if (!redirect) {
    redirect_fault_ = http::sentence(redirect.error());
    return false;
  }
  if (!*redirect) return false;
  ++followed_;
  url_ = std::move((*redirect)->url);
  std::erase_if(headers_, [&](const auto& field) {
    const bool host = http::equals_ignore_case(field.first, "Host");
    return (host && !(*redirect)->same_origin) || !(*redirect)->keeps(field.first);
  });
  dial();
  return true;
}

void ClientAttempt::ended() {
  if (deaf()) return;
  const http::ClientCore::Busy busy(core_);
  fail({ConnectError::closed, "the server closed before its answer was whole", 0, {}, {}});
}

void ClientAttempt::closed(std::error_code why) {
  if (deaf()) return;
  const http::ClientCore::Busy busy(core_);
  const bool late = why == std::errc::timed_out;
  fail({late ? ConnectError::timeout : ConnectError::closed,
        "the connection was lost before the server's answer was whole",
        0,
        {},
        why});
}

// --- the end ------------------------------------------------------------------------------------

void ClientAttempt::cancel() {
  if (!deaf()) fail_later(ConnectError::cancelled, "cancelled");
}

void ClientAttempt::fail_later(ConnectError error, std::string_view why) {
  failure_ = ConnectFailure{error, why, 0, {}, {}};
  timer_.start(net::Duration::zero());
}

void ClientAttempt::on_timer() {
  if (over_ || core_.dead) return;
  const http::ClientCore::Busy busy(core_);
  const bool asked = connection_ != nullptr;
  const std::string_view why =
      asked ? "no answer to the handshake in time" : "no connection to the server in time";
  fail(failure_.value_or(ConnectFailure{ConnectError::timeout, why, 0, {}, {}}));
}

void ClientAttempt::fail(ConnectFailure failure) {
  over_ = true;
  timer_.stop();
  dialer_.reset();
  connection_.reset();
  done_(failure);
}

}  // namespace strata::ws
