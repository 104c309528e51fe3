// sio/eio/client_address.cpp - eio4-client: URLs. (codec)
#include "sio/eio/client_address.h"

#include <algorithm>

#include "http/basic_credentials.h"
#include "http/message.h"
#include "http/target.h"

namespace strata::sio::eio {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// In the words of http/client/url.h.
std::string in_http(std::string_view url) {
  const std::size_t colon = url.find("://");
  const std::string_view scheme = url.substr(0, colon);
  if (colon == std::string_view::npos) {
    return (url.starts_with("unix:") ? "" : "http://") + std::string(url);
  }
  const std::string rest(url.substr(colon));
  if (http::equals_ignore_case(scheme, "ws")) return "http" + rest;
  if (http::equals_ignore_case(scheme, "wss")) return "https" + rest;
  return std::string(url);
}

// The last of a key counts, in the place of the first.
void put(Pairs& pairs, std::string key, std::string value) {
  constexpr std::string_view ours[] = {"EIO", "transport", "sid"};
  if (key.empty() || std::find(std::begin(ours), std::end(ours), key) != std::end(ours)) return;
  const auto same = [&key](const auto& each) { return each.first == key; };
  const auto found = std::find_if(pairs.begin(), pairs.end(), same);
  if (found == pairs.end())
    pairs.emplace_back(std::move(key), std::move(value));
  else
    found->second = std::move(value);
}

std::string joined(const ClientAddress::Parts& parts, std::string_view query) {
  Pairs pairs;
  for (const auto& [key, value] : parts.query)
    put(pairs, http::percent_encode(key), http::percent_encode(value));
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    put(pairs, std::string(pair.substr(0, equals)),
        std::string(pair.substr(std::min(equals + 1, pair.size()))));
  }
  std::string text;
  for (const auto& [key, value] : pairs) text.append(key).append("=").append(value).append("&");
  return text;
}

}  // namespace

net::Result<ClientAddress, std::string_view> ClientAddress::make(const Parts& parts) {
  auto url = http::parse_url(in_http(parts.url));
  if (!url) return url.error();
  ClientAddress made;
  made.url_ = std::move(*url);
  std::string path = made.url_.path == "/" ? std::string(parts.path) : made.url_.path;
  if (path.ends_with('/')) path.pop_back();
  if (parts.add_trailing_slash || path.empty()) path.push_back('/');
  if (!path.starts_with('/')) path.insert(0, 1, '/');
  if (path.find_first_of("?#") != path.npos) return std::string_view("a path with a query in it");
  made.base_ = made.url_.authority() + path;
  made.url_.path = path;
  made.query_ = joined(parts, made.url_.query);
  if (!made.url_.user.empty() || !made.url_.password.empty()) {
    made.authorization_ = http::basic_credentials(made.url_.user, made.url_.password);
    if (made.authorization_.empty()) return std::string_view("credentials that cannot be sent");
  }
  return made;
}

void ClientAddress::authorize(Pairs& headers) const {
  const auto is_same = [](const auto& field) {
    return http::equals_ignore_case(field.first, "Authorization");
  };
  if (authorization_.empty() || std::any_of(headers.begin(), headers.end(), is_same)) return;
  headers.emplace_back("Authorization", authorization_);
}

std::string ClientAddress::url(const Call& call) const {
  const bool polls = call.transport == Transport::polling;
  std::string text = polls ? "http" : "ws";
  text.append(url_.secure ? "s://" : "://").append(base_).append("?").append(query_);
  text.append(polls ? "EIO=4&transport=polling" : "EIO=4&transport=websocket");
  if (!call.timestamp_param.empty() && !call.timestamp.empty()) {
    text.append("&")
        .append(http::percent_encode(call.timestamp_param))
        .append("=")
        .append(call.timestamp);
  }
  if (call.base64) text.append("&b64=1");
  if (!call.sid.empty()) text.append("&sid=").append(http::percent_encode(call.sid));
  return text;
}

}  // namespace strata::sio::eio
