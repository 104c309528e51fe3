// sio/client/destination.cpp - a URL as server, namespace and query. (codec)
#include "sio/client/destination.h"

#include <algorithm>
#include <array>

#include "http/client/url.h"
#include "http/target.h"
#include "sio/json_text.h"

namespace strata::sio {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t namespace_bytes_max = 255;  // what our server takes (PacketLimits::max_name)

// Takes "scheme://" off the front; `otherwise` where there is none. Nothing: one that is not ours.
std::string_view take_scheme(std::string_view& url, std::string_view otherwise) {
  struct Row {
    std::string_view prefix, scheme;
  };
  const std::array<Row, 5> rows{{{"http://", "http"},
                                 {"https://", "https"},
                                 {"ws://", "http"},
                                 {"wss://", "https"},
                                 {"//", otherwise}}};
  for (const Row& row : rows) {
    if (!url.starts_with(row.prefix)) continue;
    url.remove_prefix(row.prefix.size());
    return row.scheme;
  }
  return url.find("://") == std::string_view::npos ? otherwise : std::string_view();
}

// Host and port, or a Unix socket with the colon behind it.
std::string_view take_authority(std::string_view& rest) {
  std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  if (rest.starts_with(unix_prefix))
    end = std::min(rest.find(':', unix_prefix.size()), rest.size() - 1) + 1;
  const std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  return authority;
}

std::string identity_of(const http::Url& url) {
  const std::string scheme = url.secure ? "https://" : "http://";
  return scheme + (url.socket_path.empty() ? url.host_and_port() : "unix:" + url.socket_path);
}

}  // namespace

std::string namespace_named(std::string_view name) {
  return name.starts_with('/') ? std::string(name) : "/" + std::string(name);
}

std::string_view refuse_namespace(std::string_view nsp) {
  if (!nsp.starts_with('/')) return "a namespace begins with '/'";
  if (nsp.size() > namespace_bytes_max) return "a namespace has at most 255 bytes";
  if (nsp.find(',') != std::string_view::npos) return "a namespace has no comma";
  if (!is_utf8(nsp)) return "a namespace is UTF-8";
  return {};
}

net::Result<Destination, std::string_view> parse_destination(std::string_view url,
                                                             std::string_view otherwise) {
  const std::string_view scheme = take_scheme(url, otherwise);
  if (scheme.empty()) return std::string_view("the scheme is none of http, https, ws and wss");
  const std::string_view authority = take_authority(url);
  url = url.substr(0, url.find('#'));
  const std::size_t mark = std::min(url.find('?'), url.size());

  Destination found;
  found.server.append(scheme).append("://").append(authority);
  if (authority.starts_with(unix_prefix) && !authority.ends_with(':')) found.server.push_back(':');
  const auto checked = http::parse_url(found.server + "/");
  if (!checked) return checked.error();
  found.identity = identity_of(*checked);
  found.nsp = mark == 0 ? "/" : std::string(url.substr(0, mark));
  if (const auto why = refuse_namespace(found.nsp); !why.empty()) return why;
  if (mark < url.size()) found.query = http::parse_query(url.substr(mark + 1));
  return found;
}

}  // namespace strata::sio
