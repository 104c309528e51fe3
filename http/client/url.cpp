// http/client/url.cpp - a URL is taken apart, checked and normalised, rfc3986-3 and -6.2.2. (codec)
//
//   scheme "://" [ user [ ":" password ] "@" ] host [ ":" port ] path [ "?" query ] [ "#" fragment
//   ]
#include "http/client/url.h"

#include <algorithm>

#include "http/ip_address.h"
#include "http/message.h"
#include "http/scan.h"
#include "http/target.h"

namespace strata::http {
namespace {

using Why = std::string_view;  // empty: none, go on
using Answer = net::Result<Url, Why>;

constexpr std::size_t host_bytes_max = 253;  // of a DNS name in text
constexpr std::size_t label_bytes_max = 63;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

bool is_unreserved(char c) {  // rfc3986-2.3
  const char small = static_cast<char>(c | 0x20);
  return is_digit(c) || (small >= 'a' && small <= 'z') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

void append_escape(unsigned char byte, std::string& to) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  to.push_back('%');
  to.push_back(digits[byte >> 4]);
  to.push_back(digits[byte & 15]);
}

// rfc3986-6.2.2.1 and -6.2.2.2: hex digits in capitals, and what needs no escape has none; what may
// not stand raw gets one. False: a '%' without two hex digits.
bool normalise(std::string_view text, std::string& to) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '%') {
      if (is_char(c, target_char))
        to.push_back(c);
      else
        append_escape(static_cast<unsigned char>(c), to);
      continue;
    }
    if (text.size() - i < 3 || !is_char(text[i + 1], hex_char) || !is_char(text[i + 2], hex_char))
      return false;
    const int byte = hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]);
    i += 2;
    if (byte < 0x80 && is_unreserved(static_cast<char>(byte)))
      to.push_back(static_cast<char>(byte));
    else
      append_escape(static_cast<unsigned char>(byte), to);
  }
  return true;
}

// rfc3986-5.2.4, of a path that begins with '/': a list of segments, from which ".." takes one.
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") out.erase(std::min(out.rfind('/'), out.size()));
      if (path.empty()) out.push_back('/');
    } else {
      out.append(segment);
    }
  }
  return out;
}

// Splits off what follows `mark`; false where there is none.
bool split(std::string_view& text, char mark, std::string_view& behind) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return false;
  behind = text.substr(at + 1);
  text = text.substr(0, at);
  return true;
}

// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ), rfc3986-3.1. Empty: there is none.
std::string_view scheme_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const std::string_view scheme = text.substr(0, colon);
  const auto fits = [](char c) { return (is_unreserved(c) && c != '_' && c != '~') || c == '+'; };
  const bool letter = to_lower(scheme[0]) >= 'a' && to_lower(scheme[0]) <= 'z';
  return letter && std::all_of(scheme.begin(), scheme.end(), fits) ? scheme : std::string_view();
}

// A DNS name, or an address in text. stricter than rfc3986-3.2.2: sub-delims and %xx are in no name
// that resolves; and what resolvers take for an address is one here too, or it is refused.
Why read_host(std::string_view text, Url& url) {
  if (text.empty()) return "a URL without a host";  // rfc9110-4.2.1
  if (text[0] == '[') {
    const auto address =
        text.back() == ']' ? parse_ip(text.substr(1, text.size() - 2)) : std::optional<IpAddress>();
    if (!address || text.find(':') == text.npos) return "a malformed IPv6 address";
    url.host = address->to_text();  // one spelling for each address
    return {};
  }
  if (text.size() > host_bytes_max) return "a host name of more than 253 bytes";
  std::size_t label = 0;
  for (const char c : text) {
    if (c != '.' && (!is_unreserved(c) || c == '~')) return "a byte that no host name holds";
    label = c == '.' ? 0 : label + 1;
    if (label > label_bytes_max) return "a label of a host name of more than 63 bytes";
  }
  if (text[0] == '.' || text.find("..") != text.npos) return "an empty label in a host name";
  std::string_view last = text.substr(0, text.size() - (text.back() == '.' ? 1 : 0));
  last.remove_prefix(last.rfind('.') + 1);
  const bool hex = last.size() >= 2 && last[0] == '0' && to_lower(last[1]) == 'x';
  if ((hex || std::all_of(last.begin(), last.end(), is_digit)) && !parse_ip(text))
    return "a host that is a number, but no IPv4 address";
  url.host.assign(text);
  std::transform(url.host.begin(), url.host.end(), url.host.begin(), to_lower);
  return {};
}

Why read_userinfo(std::string_view text, Url& url) {
  // rfc3986-3.2.1. A '\\' above all: for browsers the host ends at it.
  for (const char c : text)
    if (!is_char(c, host_char) && c != '%' && c != ':') return "malformed credentials";
  std::string_view password;
  (void)split(text, ':', password);
  auto user = percent_decode(text), secret = percent_decode(password);
  if (!user || !secret || has_control(*user) || has_control(*secret))
    return "malformed credentials";
  url.user = std::move(*user);
  url.password = std::move(*secret);
  return {};
}

Why read_authority(std::string_view text, Url& url) {
  // rfc3986-3.2.1: the last '@', so that no host hides in a password; a second one must be escaped.
  if (const std::size_t at = text.rfind('@'); at != text.npos) {
    if (text.find('@') != at) return "a raw '@' in credentials";
    if (const Why why = read_userinfo(text.substr(0, at), url); !why.empty()) return why;
    text.remove_prefix(at + 1);
  }
  url.port = url.secure ? 443 : 80;
  const std::size_t from = text.empty() || text[0] != '[' ? 0 : text.find(']');
  const std::size_t colon = text.find(':', std::min(from, text.size()));
  if (colon != text.npos) {
    const std::string_view digits = text.substr(colon + 1);
    text = text.substr(0, colon);
    const auto port = parse_size(digits);
    if (!digits.empty() && (!port || *port == 0 || *port > 65535)) return "a port that is none";
    if (!digits.empty()) url.port = static_cast<std::uint16_t>(*port);
  }
  return read_host(text, url);
}

// "/run/app.sock:/path": up to the ':' that a path follows, as nginx writes it.
Why read_socket(std::string_view& text, Url& url) {
  const std::size_t end = text.find(':');
  const std::string_view path = text.substr(0, end);
  text = end == text.npos ? std::string_view() : text.substr(end + 1);
  if (path.size() < 2 || (path[0] != '/' && path[0] != '@') ||
      path.find_first_of("?#") != path.npos)
    return "a Unix socket without a path";
  url.socket_path.assign(path);
  url.host = "localhost";
  return {};
}

// Path, query and fragment: what is behind the authority.
Why read_rest(std::string_view text, Url& url) {
  std::string_view fragment, query;
  (void)split(text, '#', fragment);
  url.has_query = split(text, '?', query);
  if (text.empty()) text = "/";  // rfc9110-4.2.3
  if (text[0] != '/') return "a path that does not begin with a slash";
  if (text.find('\\') != text.npos) return "a backslash in a path";
  url.path.clear();
  url.query.clear();
  url.fragment.clear();
  std::string path;
  if (!normalise(text, path) || !normalise(query, url.query) || !normalise(fragment, url.fragment))
    return "a '%' without two hex digits";
  url.path = without_dots(path);
  return {};
}

Why check_text(std::string_view text) {
  if (text.size() > url_bytes_max) return "a URL over its limit";
  if (has_control(text)) return "a control byte in a URL";
  if (!text.empty() && (text.front() == ' ' || text.back() == ' ')) return "a blank around a URL";
  return {};
}

Answer read_absolute(std::string_view text, bool from_network) {
  Url url;
  const std::string_view scheme = scheme_of(text);
  if (scheme.empty()) return Why("a URL without a scheme");
  text.remove_prefix(scheme.size() + 1);
  Why why;
  bool socket = equals_ignore_case(scheme, "unix");
  if (!socket) {
    url.secure = equals_ignore_case(scheme, "https");
    if (!url.secure && !equals_ignore_case(scheme, "http"))
      return Why("a scheme other than http and https");
    if (text.substr(0, 2) != "//") return Why("a scheme without its two slashes");
    text.remove_prefix(2);
    socket = text.substr(0, 6) == "unix:/" || text.substr(0, 6) == "unix:@";
    if (socket) text.remove_prefix(5);
  }
  if (socket) {
    why = from_network ? Why("a reference to a Unix socket") : read_socket(text, url);
  } else {
    const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
    why = read_authority(text.substr(0, end), url);
    text.remove_prefix(end);
  }
  if (why.empty()) why = read_rest(text, url);
  if (!why.empty()) return why;
  return url;
}

}  // namespace

Answer parse_url(std::string_view text) {
  if (const Why why = check_text(text); !why.empty()) return why;
  return read_absolute(text, false);
}

// rfc3986-5.2.2, in its strict form.
Answer resolve_url(const Url& base, std::string_view reference) {
  if (const Why why = check_text(reference); !why.empty()) return why;
  if (!scheme_of(reference).empty()) return read_absolute(reference, true);
  if (reference.substr(0, 2) == "//")
    return read_absolute((base.secure ? "https:" : "http:") + std::string(reference), true);
  Url url = base;
  std::string_view path = reference, fragment, query;
  (void)split(path, '#', fragment);
  const bool has_query = split(path, '?', query);
  std::string whole;
  if (path.empty()) {
    whole = base.path;
    if (has_query)
      whole.append("?").append(query);
    else if (base.has_query)
      whole.append("?").append(base.query);
  } else {
    // rfc3986-5.2.3: in place of what is behind the base's last slash.
    if (path[0] != '/') whole = base.path.substr(0, base.path.rfind('/') + 1);
    whole.append(path);
    if (has_query) whole.append("?").append(query);
  }
  if (!fragment.empty()) whole.append("#").append(fragment);
  if (const Why why = read_rest(whole, url); !why.empty()) return why;
  return url;
}

std::string Url::authority() const {
  if (!socket_path.empty()) return host;
  std::string text = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != (secure ? 443 : 80)) text.append(":").append(std::to_string(port));
  return text;
}

std::string Url::host_and_port() const {
  return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

std::string Url::origin() const {
  const std::string scheme = secure ? "https://" : "http://";
  return scheme + (socket_path.empty() ? authority() : "unix:" + socket_path);
}

std::string Url::target() const { return has_query ? path + "?" + query : path; }

std::string Url::text() const { return origin() + (socket_path.empty() ? "" : ":") + target(); }

bool Url::same_origin(const Url& other) const {
  return secure == other.secure && host == other.host && port == other.port &&
         socket_path == other.socket_path;
}

}  // namespace strata::http
