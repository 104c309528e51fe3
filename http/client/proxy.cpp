// http/client/proxy.cpp - the list of exceptions: names, addresses and ranges. (codec)
#include "http/client/proxy.h"

#include <algorithm>

#include "http/basic_credentials.h"
#include "http/message.h"

namespace strata::http {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return result;
}

// "host:port", "[::1]:port", "::1" or "host": takes the port off. False where it is none.
bool split_port(std::string_view& text, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  const bool brackets = !text.empty() && text.front() == '[';
  const std::size_t close = text.find(']');
  if (brackets && close == text.npos) return false;
  const bool has_port = brackets ? colon != text.npos && colon > close : text.find(':') == colon;
  if (has_port && colon != text.npos) {
    const auto number = parse_size(text.substr(colon + 1));
    if (!number || *number == 0 || *number > 65535) return false;
    port = static_cast<std::uint16_t>(*number);
    text = text.substr(0, colon);
  }
  if (brackets) {
    if (text.back() != ']') return false;
    text = text.substr(1, text.size() - 2);
  }
  return !text.empty();
}

}  // namespace

std::optional<ProxyRules::Exception> ProxyRules::read_exception(std::string_view text) {
  Exception exception;
  text = trim_ows(text);
  if (!split_port(text, exception.port)) return std::nullopt;
  exception.range = parse_ip_range(text);
  exception.below_only = text.front() == '.';
  if (exception.below_only) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  exception.host = lower(text);
  return exception;
}

bool ProxyRules::Exception::covers(const Url& to) const {
  if (port != 0 && port != to.port) return false;
  if (host == "*") return true;
  if (range) {
    const auto address = parse_ip(to.host);
    return address && range->holds(*address);
  }
  if (to.host == host) return !below_only;
  return to.host.size() > host.size() && to.host.ends_with(host) &&
         to.host[to.host.size() - host.size() - 1] == '.';
}

net::Result<ProxyRules, std::string_view> ProxyRules::make(std::string_view url,
                                                           std::span<const std::string> except,
                                                           bool tunnel_all) {
  ProxyRules rules;
  if (url.empty()) return rules;
  const bool has_scheme = url.find("://") != url.npos;
  auto proxy = parse_url(has_scheme ? std::string(url) : "http://" + std::string(url));
  if (!proxy) return proxy.error();
  if (proxy->secure) return std::string_view("a proxy is spoken to in plain http");
  if (!proxy->socket_path.empty()) return std::string_view("a proxy has a host and a port");
  rules.set_ = true;
  rules.tunnel_all_ = tunnel_all;
  rules.proxy_ = std::move(*proxy);
  if (!rules.proxy_.user.empty() || !rules.proxy_.password.empty()) {
    rules.credentials_ = basic_credentials(rules.proxy_.user, rules.proxy_.password);
    if (rules.credentials_.empty()) return std::string_view("the proxy's user holds a ':'");
  }
  for (const std::string& each : except) {
    if (trim_ows(each).empty()) continue;
    auto exception = read_exception(each);
    if (!exception) return std::string_view("an exception that is no host, address or range");
    rules.except_.push_back(std::move(*exception));
  }
  return rules;
}

ProxyWay ProxyRules::way(const Url& to) const {
  if (!set_ || !to.socket_path.empty()) return ProxyWay::direct;
  for (const Exception& each : except_)
    if (each.covers(to)) return ProxyWay::direct;
  return to.secure || tunnel_all_ ? ProxyWay::tunnel : ProxyWay::absolute;
}

}  // namespace strata::http
