// http/request_origin.cpp - where a request comes from: the connection says, or the proxies do.
#include "http/exchange.h"
#include "http/forwarded.h"
#include "http/request.h"

namespace strata::http {

const Forwarding* Request::forwarding() const {
  const TrustProxy& trust = exchange_->carrier().trust_proxy();
  if (!trust.enabled()) return nullptr;
  if (forwarding_ == nullptr) {
    forwarding_ =
        std::make_unique<const Forwarding>(read_forwarding(trust, peer().host(), headers()));
  }
  return forwarding_.get();
}

std::string Request::ip() const {
  const Forwarding* const told = forwarding();
  return told == nullptr ? peer().host() : told->ip;
}

std::vector<std::string> Request::ips() const {
  const Forwarding* const told = forwarding();
  return told == nullptr ? std::vector<std::string>() : told->ips;
}

std::string_view Request::protocol() const {
  const Forwarding* const told = forwarding();
  return told == nullptr || told->protocol.empty() ? "http" : std::string_view(told->protocol);
}

// rfc9112-3.2.2: the authority of an absolute target goes before Host.
std::string_view Request::hostname() const {
  const Forwarding* const told = forwarding();
  std::string_view host = target_.authority.empty() ? header("Host") : target_.authority;
  if (told != nullptr && !told->host.empty()) host = told->host;
  const std::size_t from = host.substr(0, 1) == "[" ? host.find(']') : 0;
  return host.substr(0, host.find(':', from));
}
}  // namespace strata::http
