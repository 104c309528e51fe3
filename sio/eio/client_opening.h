// sio/eio/client_opening.h - what a server says first, eio4-handshake: JSON from somebody whom
// nobody has checked yet. (codec)
//   {"sid":"_U0fi","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,
//    "maxPayload":1000000}
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "net/parse.h"
#include "net/time.h"

namespace strata::sio::eio {

inline constexpr std::size_t max_opening_bytes = 16 * 1024;
inline constexpr std::size_t max_opening_depth = 8;  // of what the keys that we pass over hold
inline constexpr std::size_t max_sid_bytes = 256;

// Checked: the sid has visible ASCII only, the times are positive and no more than `max_interval`.
struct Opening {
  std::string sid = {};
  bool may_upgrade = false;  // "websocket" is among its upgrades
  net::Duration ping_interval{};
  net::Duration ping_timeout{};
  std::size_t max_payload = 0;  // bytes of one POST; 0: it did not say
};

// Keys in any order, of the same key the last one; unknown ones are passed over. `upgrades` and
// `maxPayload` may be missing.
//   Errors: a sentence, static text.
net::Result<Opening, const char*> read_opening(std::string_view json, net::Duration max_interval);

}  // namespace strata::sio::eio
