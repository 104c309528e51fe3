// http/client/cookie_jar.cpp - Set-Cookie read, placed and kept; Cookie written: rfc6265-5.2 to
// -5.4.
// (codec)
//
//   id=7f3a; Path=/app; Domain=example.org; Max-Age=3600; Secure; HttpOnly; SameSite=Lax
#include "http/client/cookie_jar.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/ip_address.h"
#include "http/message.h"
#include "http/scan.h"

namespace strata::http {
namespace {

using Why = std::string_view;  // empty: none, go on

struct Attributes {
  std::optional<std::int64_t> expires;  // seconds since 1970
  std::optional<std::int64_t> max_age;  // seconds
  std::string_view domain, path, same_site;
  bool secure = false, http_only = false;
};

// Splits `text` at the first `mark`, and trims both sides.
std::pair<std::string_view, std::string_view> halves(std::string_view text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return {trim_ows(text), {}};
  return {trim_ows(text.substr(0, at)), trim_ows(text.substr(at + 1))};
}

// rfc6265-5.2.2: "-"? digits. What is no number is no attribute.
std::optional<std::int64_t> parse_max_age(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  constexpr std::uint64_t most = std::uint64_t{1} << 40;  // seconds: beyond any cap
  const std::uint64_t size = std::min(parse_size(text).value_or(most), most);
  return negative ? 0 : static_cast<std::int64_t>(size);
}

// rfc6265-5.2: the last of a name counts, and unknown ones do not.
Attributes read_attributes(std::string_view text, std::size_t max_bytes) {
  Attributes attributes;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const auto [name, value] = halves(text.substr(0, end), '=');
    text.remove_prefix(end == text.size() ? end : end + 1);
    if (value.size() > max_bytes) continue;
    if (equals_ignore_case(name, "expires")) {
      if (const auto date = parse_cookie_date(value)) attributes.expires = date;
    } else if (equals_ignore_case(name, "max-age")) {
      if (const auto age = parse_max_age(value)) attributes.max_age = age;
    } else if (equals_ignore_case(name, "domain")) {
      if (!value.empty()) attributes.domain = value;
    } else if (equals_ignore_case(name, "path")) {
      attributes.path = value;
    } else if (equals_ignore_case(name, "samesite")) {
      attributes.same_site = value;
    } else if (equals_ignore_case(name, "secure")) {
      attributes.secure = true;
    } else if (equals_ignore_case(name, "httponly")) {
      attributes.http_only = true;
    }
  }
  return attributes;
}

// rfc6265-5.1.3. An address is no domain of another.
bool domain_matches(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !parse_ip(host);
}

// rfc6265-5.1.4.
bool path_matches(std::string_view path, std::string_view cookie_path) {
  if (!path.starts_with(cookie_path)) return false;
  return path.size() == cookie_path.size() || cookie_path.back() == '/' ||
         path[cookie_path.size()] == '/';
}
std::string_view default_path(std::string_view path) {
  const std::size_t last = path.rfind('/');
  return last == 0 || last == path.npos ? "/" : path.substr(0, last);
}

bool has_prefix(std::string_view name, std::string_view prefix) {
  return equals_ignore_case(name.substr(0, prefix.size()), prefix);
}

bool has_expired(const Cookie& cookie, std::int64_t now) {
  return cookie.persistent && cookie.expires <= now;
}

// Which goes first: without Secure, then unused for longest. So no plain page throws out the
// session of a secure one.
bool goes_before(const Cookie& a, const Cookie& b) {
  return a.secure != b.secure ? !a.secure : a.used < b.used;
}

}  // namespace

Why CookieJar::store(std::string_view set_cookie, const Url& from, std::int64_t now) {
  if (!is_field_value(set_cookie)) return "a control byte in a cookie";
  const std::size_t end = std::min(set_cookie.find(';'), set_cookie.size());
  const std::string_view pair = set_cookie.substr(0, end);
  if (pair.find('=') == pair.npos) return "a cookie without a '='";
  const auto [name, value] = halves(pair, '=');
  if (name.empty()) return "a cookie without a name";
  if (name.size() + value.size() > rules_.max_cookie_bytes) return "a cookie over its limit";
  const Attributes attributes = read_attributes(
      set_cookie.substr(std::min(end + 1, set_cookie.size())), rules_.max_attribute_bytes);
  Cookie cookie;
  cookie.name = name;
  cookie.value = value;
  cookie.same_site = attributes.same_site;
  cookie.secure = attributes.secure;
  cookie.http_only = attributes.http_only;
  const bool has_path = !attributes.path.empty() && attributes.path[0] == '/';
  cookie.path = has_path ? attributes.path : default_path(from.path);
  if (attributes.max_age || attributes.expires) {  // rfc6265-5.3, step 3: Max-Age wins
    cookie.persistent = true;
    cookie.expires = attributes.max_age ? now + *attributes.max_age : *attributes.expires;
    if (attributes.max_age == 0) cookie.expires = now;
    cookie.expires = std::min(cookie.expires, now + rules_.max_age_seconds);
  }
  if (const Why why = place(cookie, attributes.domain, from); !why.empty()) return why;
  // The prefixes of rfc6265bis, as browsers have them: a name that says how it was set.
  if (has_prefix(name, "__Secure-") && !cookie.secure) return "a __Secure- cookie that is not";
  if (has_prefix(name, "__Host-") && !(cookie.secure && cookie.host_only && attributes.path == "/"))
    return "a __Host- cookie that is not";
  keep(std::move(cookie), now);
  return {};
}

bool CookieJar::spans_nothing(std::string_view domain) const {
  return domain.find('.') == domain.npos ||
         (rules_.is_public_suffix != nullptr && rules_.is_public_suffix(domain));
}

// rfc6265-5.3, steps 4 to 6: whose cookie it is.
Why CookieJar::place(Cookie& cookie, std::string_view domain, const Url& from) const {
  if (!domain.empty() && domain[0] == '.') domain.remove_prefix(1);  // rfc6265-5.2.3
  std::string wanted(domain);
  std::transform(wanted.begin(), wanted.end(), wanted.begin(), to_lower);
  if (!wanted.empty() && wanted != from.host) {
    if (spans_nothing(wanted)) return "a cookie for all of a public suffix";
    if (!domain_matches(from.host, wanted)) return "a cookie for another domain";
  } else if (spans_nothing(wanted)) {
    wanted.clear();
  }
  cookie.host_only = wanted.empty();
  cookie.domain = wanted.empty() ? from.host : std::move(wanted);
  // Neither set nor replaced from where everybody on the way can write.
  if (!from.secure && cookie.secure) return "a secure cookie from a plain connection";
  if (!from.secure && shadows_secure(cookie)) return "a cookie in the place of a secure one";
  return {};
}

// True if a secure cookie of that name would go to some of the same places.
bool CookieJar::shadows_secure(const Cookie& cookie) const {
  for (const auto& [domain, list] : domains_) {
    if (!domain_matches(domain, cookie.domain) && !domain_matches(cookie.domain, domain)) continue;
    for (const Cookie& other : list)
      if (other.secure && other.name == cookie.name && path_matches(cookie.path, other.path))
        return true;
  }
  return false;
}

// rfc6265-5.3, steps 11 and 12: in the place of its predecessor, if there is one.
void CookieJar::keep(Cookie&& cookie, std::int64_t now) {
  List& list = domains_[cookie.domain];
  const auto found = std::find_if(list.begin(), list.end(), [&cookie](const Cookie& other) {
    return other.name == cookie.name && other.path == cookie.path &&
           other.host_only == cookie.host_only;
  });
  cookie.created = cookie.used = ++ticks_;
  if (found != list.end()) {
    cookie.created = found->created;
    list.erase(found);
    --size_;
  }
  const std::string domain = cookie.domain;
  if (!has_expired(cookie, now)) {
    list.push_back(std::move(cookie));
    ++size_;
  }
  // rfc6265-5.3: the dead go first. That takes empty lists along, so `list` may be gone.
  if (list.empty() || list.size() > rules_.max_per_domain || size_ > rules_.max_cookies)
    remove_expired(now);
  if (const auto at = domains_.find(domain); at != domains_.end())
    while (at->second.size() > rules_.max_per_domain) drop_one_of(at->second);
  while (size_ > rules_.max_cookies) drop_one_of_all();
}

void CookieJar::drop_one_of(List& list) {
  list.erase(std::min_element(list.begin(), list.end(), goes_before));
  --size_;
}

void CookieJar::drop_one_of_all() {
  auto oldest = domains_.end();
  std::uint64_t used = UINT64_MAX;
  for (auto at = domains_.begin(); at != domains_.end(); ++at)
    for (const Cookie& cookie : at->second)
      if (cookie.used < used) {
        used = cookie.used;
        oldest = at;
      }
  if (oldest == domains_.end()) return;
  List& list = oldest->second;
  list.erase(std::find_if(list.begin(), list.end(),
                          [used](const Cookie& cookie) { return cookie.used == used; }));
  --size_;
  if (list.empty()) domains_.erase(oldest);
}

std::string CookieJar::header_for(const Url& to, std::int64_t now) {
  std::vector<Cookie*> wanted;
  const auto gather = [&](std::string_view domain, bool whole_host) {
    const auto found = domains_.find(domain);
    if (found == domains_.end()) return;
    for (Cookie& cookie : found->second)
      if ((whole_host || !cookie.host_only) && (to.secure || !cookie.secure) &&
          !has_expired(cookie, now) && path_matches(to.path, cookie.path))
        wanted.push_back(&cookie);
  };
  gather(to.host, true);
  if (!parse_ip(to.host)) {
    std::string_view rest = to.host;
    for (std::size_t dot = rest.find('.'); dot != rest.npos; dot = rest.find('.')) {
      rest.remove_prefix(dot + 1);
      gather(rest, false);
    }
  }
  // rfc6265-5.4, step 2: longer paths first, then older ones.
  std::sort(wanted.begin(), wanted.end(), [](const Cookie* a, const Cookie* b) {
    return a->path.size() != b->path.size() ? a->path.size() > b->path.size()
                                            : a->created < b->created;
  });
  std::string header;
  for (Cookie* const cookie : wanted) {
    const std::size_t bytes = cookie->name.size() + cookie->value.size() + 3;
    if (header.size() + bytes > rules_.max_header_bytes) continue;
    if (!header.empty()) header += "; ";
    header.append(cookie->name).append("=").append(cookie->value);
    cookie->used = ++ticks_;
  }
  return header;
}

std::vector<Cookie> CookieJar::cookies(std::int64_t now) const {
  std::vector<Cookie> living;
  for (const auto& [domain, list] : domains_)
    std::copy_if(list.begin(), list.end(), std::back_inserter(living),
                 [now](const Cookie& cookie) { return !has_expired(cookie, now); });
  return living;
}

void CookieJar::remove_expired(std::int64_t now) {
  for (auto at = domains_.begin(); at != domains_.end();) {
    size_ -=
        std::erase_if(at->second, [now](const Cookie& cookie) { return has_expired(cookie, now); });
    at = at->second.empty() ? domains_.erase(at) : std::next(at);
  }
}

void CookieJar::clear() {
  domains_.clear();
  size_ = 0;
}

}  // namespace strata::http
