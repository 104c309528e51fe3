// http/client/cookie_jar.h - the cookies of a client, rfc6265-5: taken, kept and given back.
// (codec)
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client/url.h"

namespace strata::http {

struct CookieRules {
  std::size_t max_cookie_bytes = 4096;      // of name and value; a longer one is refused
  std::size_t max_attribute_bytes = 1024;   // of Path and Domain; a longer one counts as absent
  std::size_t max_per_domain = 50;          // then the one that was longest unused goes
  std::size_t max_cookies = 1000;           // of all domains; likewise
  std::size_t max_header_bytes = 8 * 1024;  // of one Cookie field; what does not fit stays at home
  std::int64_t max_age_seconds = 400 * 86'400;  // a longer life is cut to this
  // Whether cookies may not span this domain, as "co.uk" (rfc6265-5.3, step 5). Without a list of
  // public suffixes: names of one label only. A cookie of such a suffix counts for its host alone.
  bool (*is_public_suffix)(std::string_view domain) = nullptr;
};

struct Cookie {
  std::string name, value;
  std::string domain;  // in small letters, without a leading dot
  std::string path;
  std::string same_site;     // as sent; without documents there is nothing that it could forbid
  std::int64_t expires = 0;  // seconds since 1970
  bool persistent = false;   // has `expires`; else it ends with the jar
  bool host_only = true;
  bool secure = false;
  bool http_only = false;
  std::uint64_t created = 0, used = 0;  // order, not time
};

// Times are seconds since 1970 (UTC), given by the caller.
//   Memory: about max_cookies x (max_cookie_bytes + 3 x max_attribute_bytes) at most.
//   Threads: one at a time.
class CookieJar {
 public:
  explicit CookieJar(CookieRules rules = {}) : rules_(rules) {}

  // Takes the value of one Set-Cookie field of a response from `from`. Empty: taken, or removed as
  // it asked; else why not, static text.
  std::string_view store(std::string_view set_cookie, const Url& from, std::int64_t now);
  // The value of the Cookie field for a request to `to`, rfc6265-5.4; empty: no field.
  std::string header_for(const Url& to, std::int64_t now);

  std::size_t size() const { return size_; }  // those that have expired and were not met included
  std::vector<Cookie> cookies(std::int64_t now) const;  // the living, by domain
  void remove_expired(std::int64_t now);
  void clear();

 private:
  using List = std::vector<Cookie>;  // of one domain

  std::string_view place(Cookie& cookie, std::string_view domain, const Url& from) const;
  bool shadows_secure(const Cookie& cookie) const;
  bool spans_nothing(std::string_view domain) const;
  void keep(Cookie&& cookie, std::int64_t now);
  void drop_one_of(List& list);
  void drop_one_of_all();

  CookieRules rules_;
  std::map<std::string, List, std::less<>> domains_;
  std::size_t size_ = 0;
  std::uint64_t ticks_ = 0;
};

// rfc6265-5.1.1: any order, many separators. Nothing: no date.
std::optional<std::int64_t> parse_cookie_date(std::string_view text);

}  // namespace strata::http
