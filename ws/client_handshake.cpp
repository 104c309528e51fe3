// ws/client_handshake.cpp - the client's half of the opening handshake. (codec)
// The client fails the connection on every rule that the answer breaks (rfc6455-4.1, the list
// behind "the client MUST validate"): a server that agrees to what was not asked is no server.
#include "ws/client_handshake.h"

#include <algorithm>

#include "http/base64.h"
#include "http/message.h"
#include "ws/handshake.h"

namespace strata::ws {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// rfc9112-4: "HTTP/1.1" SP 3DIGIT SP text; 0 where it is no status line.
int parse_status(std::string_view line) {
  if (line.size() < 12 || !line.starts_with("HTTP/1.1 ")) return 0;
  if (line.size() > 12 && line[12] != ' ') return 0;
  int status = 0;
  for (const char c : line.substr(9, 3)) {
    if (c < '0' || c > '9') return 0;
    status = status * 10 + (c - '0');
  }
  return status;
}

// No control byte but HTAB: no bare CR or LF, no NUL (rfc9110-5.5).
bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

// What the answer's fields say of the handshake, gathered while they pass.
struct Fields {
  int upgrades = 0, accepts = 0, protocols = 0, extensions = 0;
  bool websocket = false, connection = false;
  std::string_view accept, protocol, extension;

  void add(std::string_view name, std::string_view value) {
    if (http::equals_ignore_case(name, "Upgrade")) {
      ++upgrades;
      websocket = http::equals_ignore_case(value, "websocket");
    } else if (http::equals_ignore_case(name, "Connection")) {
      connection = connection || http::has_token(value, "upgrade");
    } else if (http::equals_ignore_case(name, "Sec-WebSocket-Accept")) {
      ++accepts;
      accept = value;
    } else if (http::equals_ignore_case(name, "Sec-WebSocket-Protocol")) {
      ++protocols;
      protocol = value;
    } else if (http::equals_ignore_case(name, "Sec-WebSocket-Extensions")) {
      ++extensions;
      extension = value;
    }
  }
};

}  // namespace

ClientHandshake::ClientHandshake(ClientRequest request, net::Bytes nonce)
    : request_(std::move(request)), key_(http::encode_base64(nonce)) {}

void ClientHandshake::append_request(net::SendQueue& out) const {
  std::string head = "GET " + request_.target + " HTTP/1.1\r\nHost: " + request_.host +
                     "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key_ +
                     "\r\nSec-WebSocket-Version: 13\r\n";
  if (!request_.origin.empty()) head += "Origin: " + request_.origin + "\r\n";
  for (std::size_t i = 0; i < request_.subprotocols.size(); ++i) {
    head += (i == 0 ? "Sec-WebSocket-Protocol: " : ", ") + request_.subprotocols[i];
  }
  if (!request_.subprotocols.empty()) head += "\r\n";
  if (request_.compression) {
    head.append(extensions_field).append(": ");
    head.append(write_offer(*request_.compression)).append("\r\n");
  }
  head += request_.fields + "\r\n";
  out.append(std::string_view(head));
}

net::Parse<ServerAnswer, HandshakeError> ClientHandshake::next(net::MutableBytes& in) {
  for (;;) {
    auto answer = read(in);
    // rfc9110-15.2: 103 (Early Hints) and its like say nothing yet; the answer is behind them.
    const int status = answer.failed() ? answer.error().status : 0;
    if (status < 100 || status > 199 || status == 101 || interim_ == interim_max) return answer;
    ++interim_;
    searched_ = 0;
    in = in.subspan(net::as_text(in).find("\r\n\r\n") + 4);
  }
}

net::Parse<ServerAnswer, HandshakeError> ClientHandshake::read(net::MutableBytes& in) {
  const std::string_view text = net::as_text(in);
  // From a little before where the last search ended: the end may be cut in two.
  const std::size_t from = searched_ < 3 ? 0 : searched_ - 3;
  const std::size_t end = text.find("\r\n\r\n", from);
  if (std::min(end, text.size()) > head_bytes_max) {
    return HandshakeError{0, "answer's head over 16 KiB"};
  }
  if (end == text.npos) {
    searched_ = text.size();
    constexpr std::string_view version = "HTTP/1.1 ";
    const std::size_t known = std::min(text.size(), version.size());
    if (text.substr(0, known) != version.substr(0, known)) {
      return HandshakeError{0, "no HTTP/1.1 answer"};
    }
    return {};
  }
  const auto answer = check(text.substr(0, end + 2));
  if (answer.ready()) in = in.subspan(end + 4);
  return answer;
}

// `head` without its empty line: every line ends in CRLF.
net::Parse<ServerAnswer, HandshakeError> ClientHandshake::check(std::string_view head) const {
  const auto take_line = [&head] {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    return line;
  };
  const std::string_view first = take_line();
  const int status = parse_status(first);
  const auto refuse = [status](const char* why) { return HandshakeError{status, why}; };
  if (status == 0 || !is_clean(first)) return refuse("no HTTP/1.1 answer");
  if (status != 101) return refuse("the server did not switch protocols");

  Fields fields;
  while (!head.empty()) {
    const std::string_view line = take_line();
    const std::size_t colon = line.find(':');
    if (colon == line.npos || !http::is_token(line.substr(0, colon)) || !is_clean(line)) {
      return refuse("malformed field line");  // folded lines among them: rfc9112-5.2
    }
    fields.add(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  if (fields.upgrades != 1 || !fields.websocket) return refuse("Upgrade is not websocket");
  if (!fields.connection) return refuse("Connection does not name Upgrade");
  if (fields.accepts != 1 || fields.accept != accept_key(key_)) {
    return refuse("Sec-WebSocket-Accept does not fit the key");
  }
  std::optional<DeflateParameters> compression;
  if (fields.extensions != 0) {
    if (!request_.compression) return refuse("an extension that was not offered");
    if (fields.extensions > 1) return refuse("Sec-WebSocket-Extensions twice");  // rfc6455-11.3.2
    const auto agreed = read_answer(fields.extension, *request_.compression);
    if (!agreed) return refuse(agreed.error());  // rfc7692-7.1
    compression = *agreed;
  }
  const auto& ours = request_.subprotocols;
  if (fields.protocols > 1 || (fields.protocols == 1 && std::find(ours.begin(), ours.end(),
                                                                  fields.protocol) == ours.end())) {
    return refuse("a subprotocol that was not offered");
  }
  return ServerAnswer{std::string(fields.protocol), compression};
}

}  // namespace strata::ws
