// ws/sha1.h - SHA-1 (fips180-4-6.1), for Sec-WebSocket-Accept and nothing else. (codec)
#pragma once
#include <array>
#include <cstdint>

#include "net/bytes.h"

namespace strata::ws {

// Broken as a signature; rfc6455-10.8 needs it only to show that the server read the request.
std::array<std::uint8_t, 20> sha1(net::Bytes bytes);

}  // namespace strata::ws
