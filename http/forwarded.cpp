// http/forwarded.cpp - X-Forwarded-For, -Proto, -Host; Forwarded, rfc7239-4. (codec)
#include "http/forwarded.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "http/parameters.h"
#include "http/scan.h"
#include "http/target.h"

namespace strata::http {

namespace {

// What one proxy wrote.
struct Hop {
  std::optional<IpAddress> from;
  std::string protocol;
  std::string host;
};

// rfc7239-6: an address, IPv6 in brackets, perhaps with a port. X-Forwarded-For has IPv6 bare too.
std::optional<IpAddress> parse_node(std::string_view text) {
  const auto is_port = [](std::string_view port) {
    return !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
  };
  if (!text.empty() && text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view behind = text.substr(close + 1);
    if (!behind.empty() && (behind[0] != ':' || !is_port(behind.substr(1)))) return std::nullopt;
    const std::string_view inside = text.substr(1, close - 1);
    return inside.find(':') == std::string_view::npos ? std::nullopt : parse_ip(inside);
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find('.') < colon) {
    return is_port(text.substr(colon + 1)) ? parse_ip(text.substr(0, colon)) : std::nullopt;
  }
  return parse_ip(text);
}

std::string checked_protocol(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
  return lower == "http" || lower == "https" ? lower : std::string();
}

std::string checked_host(std::string_view text) {
  return !text.empty() && is_host(text) ? std::string(text) : std::string();
}

// The members of all lines of that name, the rightmost first.
std::vector<std::string_view> members_from_right(std::span<const Field> fields,
                                                 std::string_view name) {
  std::vector<std::string_view> members;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (!equals_ignore_case(field->name, name)) continue;
    std::string_view rest = field->value;
    while (members.size() < forwarded_hops_max) {
      const std::size_t comma = rest.rfind(',');
      members.push_back(trim_ows(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
      if (comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
  return members;
}

// A proxy that only one of the lists has grown by leaves them of different length: then the
// leftmost of the shorter one counts for those beyond.
std::string_view at_or_last(const std::vector<std::string_view>& members, std::size_t place) {
  return members.empty() ? std::string_view() : members[std::min(place, members.size() - 1)];
}

std::vector<Hop> read_x_forwarded(std::span<const Field> fields) {
  const auto from = members_from_right(fields, "X-Forwarded-For");
  const auto protocols = members_from_right(fields, "X-Forwarded-Proto");
  const auto hosts = members_from_right(fields, "X-Forwarded-Host");
  const std::size_t count = std::max({from.size(), protocols.size(), hosts.size()});
  std::vector<Hop> hops;
  for (std::size_t i = 0; i < count; ++i) {
    hops.push_back({i < from.size() ? parse_node(from[i]) : std::nullopt,
                    checked_protocol(at_or_last(protocols, i)),
                    checked_host(at_or_last(hosts, i))});
  }
  return hops;
}

// rfc7239-4: forwarded-pairs between ';', each name once.
bool read_element(std::string_view& rest, Hop& hop) {
  unsigned seen = 0;
  do {
    const auto pair = take_parameter(rest);
    if (!pair) return false;
    constexpr std::string_view names[] = {"for", "proto", "host", "by"};
    for (unsigned i = 0; i < 4; ++i) {
      if (!equals_ignore_case(pair->name, names[i])) continue;
      if ((seen >> i & 1) != 0) return false;
      seen |= 1u << i;
      // IPv6 has its brackets here, rfc7239-6.1: bare, its last group may be a port.
      const bool bare = pair->value.find(':') != std::string::npos && pair->value[0] != '[' &&
                        pair->value.find('.') > pair->value.find(':');
      if (i == 0 && !bare) hop.from = parse_node(pair->value);
      if (i == 1) hop.protocol = checked_protocol(pair->value);
      if (i == 2) hop.host = checked_host(pair->value);
    }
  } while (take_mark(rest, ';'));
  return true;
}

// Each line by itself: a quote that a client left open cannot swallow what a proxy adds in a line
// of its own. A line that is malformed is one hop that says nothing.
std::vector<Hop> read_forwarded(std::span<const Field> fields) {
  std::vector<Hop> hops;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (!equals_ignore_case(field->name, "Forwarded")) continue;
    std::vector<Hop> line;
    std::string_view rest = trim_ows(field->value);
    bool good = true;
    do {
      good = read_element(rest, line.emplace_back());
    } while (good && take_mark(rest, ','));
    if (!good || !rest.empty()) line.assign(1, Hop{});
    for (auto hop = line.rbegin(); hop != line.rend() && hops.size() < forwarded_hops_max; ++hop) {
      hops.push_back(std::move(*hop));
    }
  }
  return hops;
}

}  // namespace

TrustProxy TrustProxy::hops(std::size_t count) {
  TrustProxy result;
  result.hops_ = count;
  return result;
}

TrustProxy TrustProxy::all() { return hops(SIZE_MAX); }

TrustProxy TrustProxy::list(std::vector<std::string> ranges) {
  struct Named {
    std::string_view name;
    std::vector<std::string_view> ranges;
  };
  static const Named names[] = {
      {"loopback", {"127.0.0.0/8", "::1/128"}},
      {"linklocal", {"169.254.0.0/16", "fe80::/10"}},
      {"uniquelocal", {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}},
  };
  TrustProxy result;
  for (const std::string& text : ranges) {
    const auto named = std::find_if(std::begin(names), std::end(names),
                                    [&](const Named& one) { return one.name == text; });
    if (named != std::end(names)) {
      for (const std::string_view range : named->ranges) {
        result.ranges_.push_back(*parse_ip_range(range));
      }
    } else if (text == "unix") {
      result.unix_ = true;
    } else if (const auto range = parse_ip_range(text)) {
      result.ranges_.push_back(*range);
    } else {
      throw std::invalid_argument("trust_proxy: no address and no range: " + text);
    }
  }
  return result;
}

bool TrustProxy::trusts(const IpAddress* address, std::size_t place) const {
  if (place < hops_) return true;
  if (address == nullptr) return unix_ && place == 0;
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const IpRange& range) { return range.holds(*address); });
}

Forwarding read_forwarding(const TrustProxy& trust, std::string_view peer,
                           std::span<const Field> fields) {
  Forwarding result;
  const auto of_peer = parse_ip(peer);
  result.ip = of_peer ? of_peer->to_text() : std::string(peer);
  if (!trust.enabled() || !trust.trusts(of_peer ? &*of_peer : nullptr, 0)) return result;
  const std::vector<Hop> hops = trust.fields() == TrustProxy::Fields::x_forwarded
                                    ? read_x_forwarded(fields)
                                    : read_forwarded(fields);
  std::size_t known = 0;  // hops whose writer is trusted, and that name an address
  while (known < hops.size() && hops[known].from) {
    result.ips.insert(result.ips.begin(), hops[known].from->to_text());
    ++known;
    if (!trust.trusts(&*hops[known - 1].from, known)) break;
  }
  if (known > 0) result.ip = result.ips.front();
  if (!hops.empty()) {
    const Hop& outermost = hops[known > 0 ? known - 1 : 0];
    result.protocol = outermost.protocol;
    result.host = outermost.host;
  }
  return result;
}

}  // namespace strata::http
