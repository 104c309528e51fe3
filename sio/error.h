// sio/error.h - what the `error` event of a socket says, and how middleware says no. (codec)
#pragma once
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "sio/json.h"

namespace strata::sio {

// The argument of a socket's `error` event: a handler threw, an argument did not fit, a packet was
// wrong, a limit was met.
struct Error {
  std::string message;
  std::string event;                    // whose handler it was for; empty if none
  std::optional<std::size_t> position;  // of the argument that did not fit, from 0
  std::string expected;                 // of a mismatch: "integer from 0 to 255"
  std::string found;                    // "string"
};
void to_json(Json& json, const Error& error);
void from_json(const Json& json, Error& error);

// The error of an answer that did not come in time: "operation has timed out", equal to
// std::errc::timed_out.
std::error_code timed_out();

// The error of an answer that a client will not get: "socket has been disconnected", equal to
// std::errc::not_connected.
std::error_code socket_disconnected();
// That of an event that was dropped before it was sent: "the event was dropped", equal to
// std::errc::no_buffer_space.
std::error_code event_dropped();

// What went wrong with a client's connection: the argument of `connect_error`, of a Manager's
// `error` and `reconnect_error`, the details of `disconnect` and `close`.
struct Failure {
  std::string message;       // "timeout", "xhr poll error", the middleware's "not authorized" ...
  std::optional<Json> data;  // what the server's middleware gave with its refusal
  int status = 0;            // of an HTTP answer that was the reason; 0: there was none
  std::string context;       // that answer's body, its beginning; or a sentence about the cause
};
void to_json(Json& json, const Failure& failure);
void from_json(const Json& json, Failure& failure);

// Why a middleware refuses: next("no"), or next(Refusal("no", {{"code", 42}})).
struct Refusal {
  Refusal(std::string m) : message(std::move(m)) {}
  Refusal(const char* m) : message(m) {}
  Refusal(std::string m, Json d) : message(std::move(m)), data(std::move(d)) {}
  std::string message;
  std::optional<Json> data;  // left out of the answer when there is none
};

}  // namespace strata::sio
