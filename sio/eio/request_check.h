// sio/eio/request_check.h - what a request asks for and whether it may, eio4-handshake. (codec)
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sio/eio/session.h"

namespace strata::sio::eio {

inline constexpr std::size_t sid_bytes_max = 64;  // of a query: longer ones are nobody's

// The names of the query that the protocol knows, decoded; the last of each counts.
struct Query {
  std::string transport;
  std::string sid;
  std::string version;  // EIO
  bool has_sid = false;
  bool base64 = false;  // b64: this client takes no binary messages
};
Query parse_query(std::string_view query);

// eio4-errors. Its code is also what the client reports.
struct RequestError {
  enum class Code : std::uint8_t {
    unknown_transport,
    unknown_sid,
    bad_handshake_method,
    bad_request,
    forbidden,
    unsupported_version
  };
  Code code = Code::bad_request;
  std::string_view name;  // of a bad request: "TRANSPORT_MISMATCH" ...
  std::string message;    // of a forbidden one; the standard sentence if empty
  bool operator==(Code other) const { return code == other; }
};
std::string_view message_of(const RequestError& error);  // what allow_request said, or its code's
std::string_view message_of(RequestError::Code code);
int status_of(const RequestError& error);        // 403 if forbidden, else 400
std::string body_of(const RequestError& error);  // {"code":1,"message":"Session ID unknown"}
// What was wrong, by the reference's name for it: {"transport", "abc"}. Views of the arguments.
std::pair<std::string_view, std::string_view> context_of(const RequestError& error,
                                                         const Query& query,
                                                         std::string_view method);

// What the checks need to know of a request and of the server.
struct RequestFacts {
  std::string_view method;
  std::string_view origin;
  bool upgrade = false;  // to a WebSocket
  bool session_known = false;
  Transport session_transport = Transport::polling;  // of the session that `sid` names
  bool polling_enabled = true;
  bool websocket_enabled = true;
};
// The first check that the request breaks, up to the point where the application is asked.
std::optional<RequestError> check_request(const Query& query, const RequestFacts& facts);
// What is left to check of a handshake behind that point.
std::optional<RequestError> check_version(const Query& query);

// {"sid":"...","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,
//  "maxPayload":1000000}: exactly these five, in this order.
std::string open_data(std::string_view sid, bool upgrades, const Timing& timing,
                      std::size_t max_payload);

}  // namespace strata::sio::eio
