// http/target.cpp - the request target, rfc9112-3.2, and the parts of rfc3986 that it needs.
// (codec)
//
//   origin     /dogs/7?size=2           every method but CONNECT
//   absolute   http://example.org/dogs  likewise; its authority overrides Host
//   authority  example.org:443          CONNECT alone
//   asterisk   *                        OPTIONS alone
#include "http/target.h"

#include "http/message.h"
#include "http/scan.h"

namespace strata::http {
namespace {

std::size_t run_of(std::string_view text, CharClass which) {
  return static_cast<std::size_t>(scan_class(text.data(), text.data() + text.size(), which) -
                                  text.data());
}

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = part < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos || dot == 0 || dot > 3) return false;
    const auto value = parse_size(text.substr(0, dot));
    if (!value || *value > 255 || (dot > 1 && text[0] == '0')) return false;
    text.remove_prefix(part < 3 ? dot + 1 : dot);
  }
  return text.empty();
}

// rfc3986-3.2.2: eight groups, one run of zero groups may be "::", the last two may be an IPv4.
bool is_ipv6(std::string_view text) {
  std::size_t groups = 0;
  bool gap = false;
  if (text.substr(0, 2) == "::") {
    gap = true;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (text.find(':') == std::string_view::npos && text.find('.') != std::string_view::npos) {
      if (!is_ipv4(text)) return false;
      groups += 2;
      break;
    }
    const std::size_t digits = run_of(text, hex_char);
    if (digits == 0 || digits > 4) return false;
    ++groups;
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text.size() < 2 || text[0] != ':') return false;
    text.remove_prefix(1);
    if (text[0] == ':') {
      if (gap) return false;
      gap = true;
      text.remove_prefix(1);
    }
  }
  return gap ? groups < 8 : groups == 8;
}

// rfc3986-3.2.2 IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
bool is_ip_future(std::string_view text) {
  if (text.empty() || to_lower(text[0]) != 'v') return false;
  text.remove_prefix(1);
  const std::size_t digits = run_of(text, hex_char);
  if (digits == 0 || digits + 1 >= text.size() || text[digits] != '.') return false;
  text.remove_prefix(digits + 1);
  for (const char c : text)
    if (!is_char(c, host_char) && c != ':') return false;
  return true;
}

bool is_reg_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_char(text[i], host_char)) continue;
    if (text[i] != '%' || i + 2 >= text.size()) return false;
    if (!is_char(text[i + 1], hex_char) || !is_char(text[i + 2], hex_char)) return false;
    i += 2;
  }
  return true;
}

bool is_port(std::string_view text) {  // rfc3986-3.2.3: *DIGIT
  if (text.size() > 19) return false;
  std::uint32_t port = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > 65535) return false;
  }
  return true;
}

std::optional<Target> parse_absolute(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = text.substr(0, colon);
  // stricter than rfc9112-3.2.2: other schemes are for proxies.
  if (!equals_ignore_case(scheme, "http") && !equals_ignore_case(scheme, "https"))
    return std::nullopt;
  text.remove_prefix(colon + 1);
  if (text.substr(0, 2) != "//") return std::nullopt;
  text.remove_prefix(2);
  Target target;
  target.form = TargetForm::absolute;
  const std::size_t end = text.find_first_of("/?");
  target.authority = text.substr(0, end);
  if (!is_host(target.authority)) return std::nullopt;  // no userinfo either: rfc9110-4.2.4
  text.remove_prefix(target.authority.size());
  const std::size_t question = text.find('?');
  target.path = text.substr(0, question);
  if (target.path.empty()) target.path = "/";  // rfc9110-4.2.3
  if (question != std::string_view::npos) target.query = text.substr(question + 1);
  return target;
}

}  // namespace

bool is_host(std::string_view host, std::size_t behind) {
  if (host.empty()) return false;  // rfc9110-4.2.1: an http URI names a host
  if (host[0] == '[') {
    const std::size_t close = host.find(']');
    if (close == std::string_view::npos) return false;
    const std::string_view inside = host.substr(1, close - 1);
    if (!is_ipv6(inside) && !is_ip_future(inside)) return false;
    host.remove_prefix(close + 1);
    return host.empty() || (host[0] == ':' && is_port(host.substr(1)));
  }
  const char* const end = host.data() + host.size();
  const auto plain =
      static_cast<std::size_t>(scan_host(host.data(), end, end + behind) - host.data());
  if (plain == host.size()) return true;  // nearly every host ends here, or at its port
  if (host[plain] == ':') return plain != 0 && is_port(host.substr(plain + 1));
  const std::size_t colon = host.find(':', plain);
  if (!is_reg_name(host.substr(0, colon))) return false;
  return colon == std::string_view::npos || is_port(host.substr(colon + 1));
}

std::optional<Target> parse_target(std::string_view method, std::string_view text) {
  const char* const end = text.data() + text.size();
  if (text.empty() || scan_target(text.data(), end) != end) return std::nullopt;
  Target target;
  if (method == "CONNECT") {  // rfc9112-3.2.3; the port is not optional there
    const std::size_t colon = text.rfind(':');
    if (!is_host(text) || colon == std::string_view::npos || colon + 1 == text.size() ||
        text.back() == ']')
      return std::nullopt;
    target.form = TargetForm::authority;
    target.authority = text;
    return target;
  }
  if (text == "*") {  // rfc9112-3.2.4
    if (method != "OPTIONS") return std::nullopt;
    target.form = TargetForm::asterisk;
    return target;
  }
  if (text[0] != '/') return parse_absolute(text);
  return split_origin(text);
}

Target split_origin(std::string_view text) {
  Target target;
  const std::size_t question = text.find('?');
  target.path = text.substr(0, question);
  if (question != std::string_view::npos) target.query = text.substr(question + 1);
  return target;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      if (!is_char(text[i + 1], hex_char) || !is_char(text[i + 2], hex_char)) return std::nullopt;
      c = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    decoded.push_back(c);
  }
  return decoded;
}

// What decodeURIComponent takes: no byte sequence that is too long, a surrogate or past U+10FFFF.
bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = byte(i);
    const std::size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || text.size() - i <= more) return false;
    for (std::size_t k = 1; k <= more; ++k)
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    const unsigned second = more != 0 ? byte(i + 1) : 0;
    const bool too_long = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool too_far = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    if (too_long || too_far) return false;
    i += more + 1;
  }
  return true;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "-_.!~*'()";  // beside letters and digits
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (letter || is_digit(c) || plain.find(c) != std::string_view::npos) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(digits[byte >> 4]);
    encoded.push_back(digits[byte & 15]);
  }
  return encoded;
}

std::optional<PairReader::Pair> PairReader::next() {
  while (!rest_.empty()) {
    const std::size_t end = rest_.find('&');
    const std::string_view pair = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return Pair{pair, {}};
    return Pair{pair.substr(0, equals), pair.substr(equals + 1)};
  }
  return std::nullopt;
}

std::string form_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '+' ? ' ' : text[i];
    const bool escape = c == '%' && text.size() - i > 2 && is_char(text[i + 1], hex_char) &&
                        is_char(text[i + 2], hex_char);
    if (escape) {
      c = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
    decoded.push_back(c);
  }
  return decoded;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  PairReader reader(query);
  while (const auto pair = reader.next())
    pairs.emplace_back(form_decode(pair->name), form_decode(pair->value));
  return pairs;
}

std::optional<std::string> find_query(std::string_view query, std::string_view name) {
  PairReader reader(query);
  while (const auto pair = reader.next()) {
    const bool plain = pair->name.find_first_of("%+") == std::string_view::npos;
    if (plain ? pair->name == name : form_decode(pair->name) == name)
      return form_decode(pair->value);
  }
  return std::nullopt;
}

}  // namespace strata::http
