// ws/handshake.h - the opening handshake, rfc6455-4, the server's side. (codec)
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "net/send_queue.h"

namespace strata::ws {

std::string accept_key(std::string_view client_key);  // rfc6455-4.2.2

// The first rule of rfc6455-4.2.1 that the request breaks, if any: 405 for another method, 426
// where it asks for no WebSocket or another version, 400 for all else.
std::optional<http::Refusal> check_upgrade(const http::RequestHead& request);

// The field lines that an answer with this status needs: "Allow", "Upgrade" ...
std::span<const http::Field> refusal_fields(int status);

struct UpgradeAnswer {
  std::string_view subprotocol;     // empty: none
  std::string_view fields;          // further field lines, each ending in CRLF
  std::string_view extension = {};  // from accept_offer(); empty: none
};
// The 101, rfc6455-4.2.2.
void append_upgrade(const http::RequestHead& request, const UpgradeAnswer& answer,
                    net::SendQueue& out);

// The first of the client's subprotocols that is in `ours`, or empty: its order is its preference
// (rfc6455-4.1).
std::string_view choose_subprotocol(const http::RequestHead& request,
                                    std::span<const std::string> ours);

// All that the client offers, in its order.
std::vector<std::string_view> offered_subprotocols(const http::RequestHead& request);

// rfc6455-10.2. No Origin passes: only browsers send it, and cannot leave it out. One with the
// host and port of `host` passes, else it has to be in `allowed`; "*" there opens all.
bool origin_allowed(std::string_view origin, std::string_view host,
                    std::span<const std::string> allowed = {});

}  // namespace strata::ws
