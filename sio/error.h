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

// Why a middleware refuses: next("no"), or next(Refusal("no", {{"code", 42}})).
struct Refusal {
  Refusal(std::string m) : message(std::move(m)) {}
  Refusal(const char* m) : message(m) {}
  Refusal(std::string m, Json d) : message(std::move(m)), data(std::move(d)) {}
  std::string message;
  std::optional<Json> data;  // left out of the answer when there is none
};

}  // namespace strata::sio
