// sio/eio/cors.cpp - eio4-cors. (codec)
#include "sio/eio/cors.h"

#include <algorithm>
#include <optional>

#include "http/message.h"

namespace strata::sio::eio {

static bool listed(const std::vector<std::string>& list, std::string_view origin) {
  return std::any_of(list.begin(), list.end(), [&](const std::string& allowed) {
    return http::equals_ignore_case(allowed, origin);
  });
}

// A browser takes no "*" together with credentials: then whoever asks is told its own name. A list
// of one is sent whoever asks: the browser compares, and a cache need not care.
OriginRule::OriginRule(std::vector<std::string> origins, bool credentials) {
  if (origins.empty()) return;
  fields_.credentials = credentials;
  if (std::find(origins.begin(), origins.end(), "*") != origins.end()) {
    fields_.origin = credentials ? http::CorsOrigin(true) : http::CorsOrigin("*");
  } else if (origins.size() == 1) {
    fields_.origin = std::move(origins.front());
  } else {
    fields_.origin = [list = std::move(origins)](std::string_view origin) {
      return listed(list, origin);
    };
  }
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
  if (origin.empty() || fields_.origin.any() || same_host(origin, host)) return true;
  const std::optional<std::string_view> answer = fields_.origin.answer_to(origin);
  return answer && http::equals_ignore_case(*answer, origin);
}

void OriginRule::append_fields(std::string_view origin, Fields& to) const {
  http::append_cors(fields_, origin, to);
}

void OriginRule::append_preflight(std::string_view origin, std::string_view asked_headers,
                                  Fields& to) const {
  http::append_cors_preflight(fields_, origin, asked_headers, to);
}

}  // namespace strata::sio::eio
