// ws/handshake.h - the opening handshake, rfc6455-4, both sides. (codec)
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "net/send_queue.h"

namespace strata::ws {

std::string accept_key(std::string_view client_key);  // rfc6455-4.2.2
// The first rule of rfc6455-4.2.1 that the request breaks, if any.
std::optional<http::Refusal> check_upgrade(const http::RequestHead& request);

struct UpgradeAnswer {
  std::string_view subprotocol;  // empty: none
  std::string_view fields;       // further field lines, each ending in CRLF
};
// The 101, rfc6455-4.2.2.
void append_upgrade(const http::RequestHead& request, const UpgradeAnswer& answer,
                    net::SendQueue& out);

}  // namespace strata::ws
