// ws/handshake.cpp - the server's half of the opening handshake, rfc6455-4.2. No socket here: a
// parsed head comes in, the answer's bytes go into the queue. (codec)
//   GET /chat HTTP/1.1                                  HTTP/1.1 101 Switching Protocols
//   Host: server.example.com                            Upgrade: websocket
//   Upgrade: websocket                            ->    Connection: Upgrade
//   Connection: Upgrade                                 Sec-WebSocket-Accept: s3pPLMBiTxaQ9k...
//   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
//   Sec-WebSocket-Version: 13
#include "ws/handshake.h"

#include <algorithm>

#include "http/base64.h"
#include "ws/extensions.h"
#include "ws/sha1.h"

namespace strata::ws {
namespace {

http::Refusal refuse(int status, std::string_view why) { return {status, why}; }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// True if one of the lists of that name, in however many lines, holds `token`.
bool lists(const http::RequestHead& request, std::string_view name, std::string_view token) {
  return std::any_of(request.fields.begin(), request.fields.end(), [&](const http::Field& field) {
    return http::equals_ignore_case(field.name, name) && http::has_token(field.value, token);
  });
}

// Base64 of 16 bytes: 22 characters and two '='. The last character's four spare bits are the
// sender's affair: nobody decodes the key.
bool is_client_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  return std::all_of(key.begin(), key.end() - 2, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
}

bool declares_body(const http::RequestHead& request) {
  if (request.count("Transfer-Encoding") != 0) return true;
  return request.count("Content-Length") != 0 && request.header("Content-Length") != "0";
}

// 1#token (rfc9110-5.6.1): empty elements are legal, but not only such.
bool is_token_list(std::string_view text) {
  bool any = false;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view element = trim(text.substr(0, comma));
    if (!element.empty() && !http::is_token(element)) return false;
    any = any || !element.empty();
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return any;
}

}  // namespace

std::string accept_key(std::string_view client_key) {
  std::string joined(client_key);
  joined += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // rfc6455-1.3
  return http::encode_base64(sha1(net::as_bytes(joined)));
}

std::optional<http::Refusal> check_upgrade(const http::RequestHead& request) {
  if (request.method != "GET") return refuse(405, "a WebSocket is opened with GET");
  if (request.minor_version < 1) return refuse(400, "a WebSocket needs HTTP/1.1");
  if (request.count("Host") != 1 || request.header("Host").empty()) {
    return refuse(400, "exactly one Host is needed");
  }
  if (!lists(request, "Upgrade", "websocket")) return refuse(426, "this is a WebSocket");
  if (!lists(request, "Connection", "upgrade")) {
    return refuse(400, "Connection does not name Upgrade");
  }
  if (declares_body(request)) return refuse(400, "an upgrade has no body");
  // The version first: another one may have other rules for all that follows (rfc6455-4.4).
  if (request.count("Sec-WebSocket-Version") != 1 ||
      request.header("Sec-WebSocket-Version") != "13") {
    return refuse(426, "Sec-WebSocket-Version has to be 13");
  }
  if (request.count("Sec-WebSocket-Key") != 1 ||
      !is_client_key(request.header("Sec-WebSocket-Key"))) {
    return refuse(400, "Sec-WebSocket-Key has to be one key of 16 bytes");
  }
  for (const http::Field& field : request.fields) {
    if (http::equals_ignore_case(field.name, "Sec-WebSocket-Extensions") &&
        !is_extension_list(field.value)) {
      return refuse(400, "Sec-WebSocket-Extensions is malformed");  // rfc6455-9.1
    }
    if (http::equals_ignore_case(field.name, "Sec-WebSocket-Protocol") &&
        !is_token_list(field.value)) {
      return refuse(400, "Sec-WebSocket-Protocol is malformed");
    }
  }
  return std::nullopt;
}

std::span<const http::Field> refusal_fields(int status) {
  static constexpr http::Field allow[] = {{"Allow", "GET"}};                   // rfc9110-15.5.6
  static constexpr http::Field upgrade[] = {{"Connection", "Upgrade"},         // rfc9110-7.8
                                            {"Upgrade", "websocket"},          // rfc9110-15.5.22
                                            {"Sec-WebSocket-Version", "13"}};  // rfc6455-4.4
  if (status == 405) return allow;
  if (status == 426) return upgrade;
  return {};
}

// An extension is offered, never demanded: leaving it out declines it (rfc6455-9.1).
void append_upgrade(const http::RequestHead& request, const UpgradeAnswer& answer,
                    net::SendQueue& out) {
  std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  head += accept_key(request.header("Sec-WebSocket-Key"));
  head += "\r\n";
  if (!answer.subprotocol.empty()) {
    head.append("Sec-WebSocket-Protocol: ").append(answer.subprotocol).append("\r\n");
  }
  if (!answer.extension.empty()) {
    head.append(extensions_field).append(": ").append(answer.extension).append("\r\n");
  }
  head.append(answer.fields).append("\r\n");
  out.append(std::string_view(head));
}

std::vector<std::string_view> offered_subprotocols(const http::RequestHead& request) {
  std::vector<std::string_view> offered;
  for (const http::Field& field : request.fields) {
    if (!http::equals_ignore_case(field.name, "Sec-WebSocket-Protocol")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view one = trim(rest.substr(0, comma));
      if (!one.empty()) offered.push_back(one);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return offered;
}

std::string_view choose_subprotocol(const http::RequestHead& request,
                                    std::span<const std::string> ours) {
  if (ours.empty()) return {};
  for (const std::string_view offer : offered_subprotocols(request)) {
    const auto found = std::find(ours.begin(), ours.end(), offer);
    if (found != ours.end()) return *found;
  }
  return {};
}

namespace {

struct HostPort {
  std::string_view host;
  std::string_view port;
};

HostPort split_port(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');  // "[::1]:80": the colons inside are no port
  if (colon == authority.npos || (bracket != authority.npos && colon < bracket)) {
    return {authority, {}};
  }
  return {authority.substr(0, colon), authority.substr(colon + 1)};
}

}  // namespace

bool origin_allowed(std::string_view origin, std::string_view host,
                    std::span<const std::string> allowed) {
  if (origin.empty()) return true;
  for (const std::string& one : allowed) {
    if (one == "*" || http::equals_ignore_case(one, origin)) return true;
  }
  // scheme "://" host [":" port]; "null" (a sandboxed frame, a file) has no host.
  const std::size_t colon = origin.find("://");
  if (colon == origin.npos) return false;
  const std::string_view usual =
      http::equals_ignore_case(origin.substr(0, colon), "https") ? "443" : "80";
  HostPort from = split_port(origin.substr(colon + 3));
  HostPort to = split_port(host);
  if (from.port.empty()) from.port = usual;
  if (to.port.empty()) to.port = usual;  // TLS may end in front of us: the browser's scheme counts
  return !from.host.empty() && from.port == to.port && http::equals_ignore_case(from.host, to.host);
}

}  // namespace strata::ws
