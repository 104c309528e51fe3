// http/client/proxy.h - which requests go through a proxy, and in what form, rfc9110-7.3.2. (codec)
//
//   http://example.org/a   GET http://example.org/a HTTP/1.1   absolute form, rfc9112-3.2.2
//   https://example.org/a  CONNECT example.org:443 HTTP/1.1    a tunnel, and GET /a inside it
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/client/url.h"
#include "http/ip_address.h"
#include "net/parse.h"

namespace strata::http {

enum class ProxyWay : std::uint8_t { direct, absolute, tunnel };

// One proxy, and the hosts that are reached without it. A value.
class ProxyRules {
 public:
  ProxyRules() = default;  // no proxy
  // `url`: "http://user:password@host:port"; the scheme may be left out, and without a port it is
  // 80. Empty: no proxy. `tunnel_all`: CONNECT for http, too.
  // `except`, as NO_PROXY has it: "*"; "example.org", it and all below it; ".example.org", all
  // below it; each with ":port" or without; "127.0.0.1"; "10.0.0.0/8".
  //   Errors: a sentence.
  static net::Result<ProxyRules, std::string_view> make(std::string_view url,
                                                        std::span<const std::string> except,
                                                        bool tunnel_all = false);

  // Unix sockets are never proxied.
  ProxyWay way(const Url& to) const;
  const Url& proxy() const { return proxy_; }  // where to dial, when way() is not direct
  // The value of Proxy-Authorization, or empty (rfc9110-11.7.2). For the proxy only.
  const std::string& credentials() const { return credentials_; }

 private:
  struct Exception {
    std::string host;  // small letters, without the dot before it; "*": all
    std::uint16_t port = 0;
    bool below_only = false;
    std::optional<IpRange> range;
    bool covers(const Url& to) const;
  };
  static std::optional<Exception> read_exception(std::string_view text);

  bool set_ = false;
  bool tunnel_all_ = false;
  Url proxy_;
  std::string credentials_;
  std::vector<Exception> except_;
};

}  // namespace strata::http
