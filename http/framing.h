// http/framing.h - where a message ends and whether its connection lives on, rfc9112-6.3 and -9.3:
// decided once, from the whole head; the order of the fields never matters. (codec)
#pragma once
#include <cstdint>
#include <optional>

#include "http/message.h"

namespace strata::http {

// Sets `body`, `keep_alive`, `expects_continue` and `upgrade`, or tells which rule about Host and
// framing is broken.
std::optional<Refusal> decide_framing(RequestHead& head);

// The request's part in where its response ends, rfc9112-6.3.
enum class Asked : std::uint8_t { other, head, connect };
inline Asked asked_by(std::string_view method) {
  if (method == "HEAD") return Asked::head;
  return method == "CONNECT" ? Asked::connect : Asked::other;
}

// Sets `body`, `keep_alive` and `upgrade`, or tells which rule is broken. The statuses of a refusal
// sort it: 400 malformed, 501 a transfer coding that is not read here.
std::optional<Refusal> decide_framing(ResponseHead& head, Asked asked);

}  // namespace strata::http
