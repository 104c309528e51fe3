// ws/client_handshake.h - the opening handshake, rfc6455-4.1, the client's side. (codec)
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/bytes.h"
#include "net/parse.h"
#include "net/send_queue.h"
#include "ws/extensions.h"

namespace strata::ws {

struct ClientRequest {
  std::string host;          // with its port where that is not the usual one
  std::string target = "/";  // path and query
  std::string origin = {};   // empty: none
  std::vector<std::string> subprotocols = {};
  std::string fields = {};                            // further field lines, each ending in CRLF
  std::optional<DeflateParameters> compression = {};  // what to offer; nothing: none
};

// Why the server's answer opens nothing.
struct HandshakeError {
  int status = 0;  // the server's, or 0 where its answer is no HTTP
  const char* why = "";
};

struct ServerAnswer {
  std::string subprotocol;                       // empty: none
  std::optional<DeflateParameters> compression;  // agreed; nothing: none
};

// One handshake: writes the request, then checks the answer.
class ClientHandshake {
 public:
  // `nonce`: 16 bytes nobody can foresee (rfc6455-4.1).
  ClientHandshake(ClientRequest request, net::Bytes nonce);
  void append_request(net::SendQueue& out) const;
  // "Not yet" consumes nothing but heads of 1xx. A value has consumed the head: what follows are
  // frames. An error leaves the head that it is about.
  net::Parse<ServerAnswer, HandshakeError> next(net::MutableBytes& in);

  static constexpr std::size_t head_bytes_max = 16 * 1024;
  static constexpr int interim_max = 16;  // heads of 1xx before the answer

 private:
  net::Parse<ServerAnswer, HandshakeError> read(net::MutableBytes& in);
  net::Parse<ServerAnswer, HandshakeError> check(std::string_view head) const;

  ClientRequest request_;
  std::string key_;
  std::size_t searched_ = 0;
  int interim_ = 0;
};

}  // namespace strata::ws
