// sio/eio/cors.cpp - eio4-cors. (codec)
#include "sio/eio/cors.h"

#include <algorithm>

#include "http/message.h"

namespace strata::sio::eio {

OriginRule::OriginRule(std::vector<std::string> origins, bool credentials)
    : origins_(std::move(origins)), credentials_(credentials) {
  any_ = std::find(origins_.begin(), origins_.end(), "*") != origins_.end();
  if (any_) origins_.clear();
}

bool OriginRule::listed(std::string_view origin) const {
  return std::any_of(origins_.begin(), origins_.end(), [&](const std::string& allowed) {
    return http::equals_ignore_case(allowed, origin);
  });
}

// "http://a.example:80" without what the scheme implies: "a.example".
static std::string_view without_default_port(std::string_view authority, std::string_view port) {
  if (authority.ends_with(port)) authority.remove_suffix(port.size());
  return authority;
}

// Host does not tell the scheme, so the port that the Origin's scheme implies counts for both.
static bool same_host(std::string_view origin, std::string_view host) {
  const bool secure = http::equals_ignore_case(origin.substr(0, 8), "https://");
  if (!secure && !http::equals_ignore_case(origin.substr(0, 7), "http://")) return false;
  const std::string_view port = secure ? ":443" : ":80";
  origin.remove_prefix(secure ? 8 : 7);
  return http::equals_ignore_case(without_default_port(origin, port),
                                  without_default_port(host, port));
}

bool OriginRule::allows(std::string_view origin, std::string_view host) const {
  return origin.empty() || any_ || listed(origin) || same_host(origin, host);
}

void OriginRule::append_fields(std::string_view origin, Fields& to) const {
  if (!enabled()) return;
  if (any_ && !credentials_) {
    to.emplace_back("Access-Control-Allow-Origin", "*");
  } else {
    // A browser takes no "*" together with credentials. A list of one is sent whoever asks: the
    // browser compares, and a cache need not care.
    if (any_) {
      if (!origin.empty()) to.emplace_back("Access-Control-Allow-Origin", origin);
    } else if (origins_.size() == 1) {
      to.emplace_back("Access-Control-Allow-Origin", origins_.front());
    } else if (listed(origin)) {
      to.emplace_back("Access-Control-Allow-Origin", origin);
    }
    to.emplace_back("Vary", "Origin");
  }
  if (credentials_) to.emplace_back("Access-Control-Allow-Credentials", "true");
}

void OriginRule::append_preflight(std::string_view origin, std::string_view asked_headers,
                                  Fields& to) const {
  append_fields(origin, to);
  const auto vary =
      std::find_if(to.begin(), to.end(), [](const auto& field) { return field.first == "Vary"; });
  if (vary != to.end()) {
    vary->second.append(", Access-Control-Request-Headers");
  } else {
    to.emplace_back("Vary", "Access-Control-Request-Headers");
  }
  to.emplace_back("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
  if (!asked_headers.empty()) to.emplace_back("Access-Control-Allow-Headers", asked_headers);
}

}  // namespace strata::sio::eio
