// http/client/redirect.cpp - the rules of a redirect. (codec)
#include "http/client/redirect.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace strata::http {
namespace {

using Answer = net::Result<std::optional<Redirect>, RedirectRefusal>;

template <std::size_t N>
bool is_one_of(std::string_view name, const std::string_view (&names)[N]) {
  return std::any_of(std::begin(names), std::end(names),
                     [name](std::string_view one) { return equals_ignore_case(name, one); });
}

bool begins_with(std::string_view name, std::string_view start) {
  return equals_ignore_case(name.substr(0, start.size()), start);
}

}  // namespace

std::string_view sentence(RedirectRefusal refusal) {
  switch (refusal) {
    case RedirectRefusal::too_many:
      return "more redirects than the limit";
    case RedirectRefusal::bad_location:
      return "a redirect to what is no URL to follow";
    case RedirectRefusal::downgrade:
      return "a redirect from https to http";
    case RedirectRefusal::content_lost:
      return "a redirect of content that cannot be sent again";
  }
  return {};
}

Answer redirect_of(const ResponseHead& response, const Redirected& request,
                   const RedirectRules& rules) {
  const int status = response.status;
  const bool rewrites = status == 301 || status == 302 || status == 303;
  if (!rewrites && status != 307 && status != 308) return std::optional<Redirect>();
  const std::size_t locations = response.count("Location");
  if (locations == 0 || rules.max_redirects == 0) return std::optional<Redirect>();
  if (request.followed >= rules.max_redirects) return RedirectRefusal::too_many;
  const std::string_view location = response.header("Location");
  // stricter than rfc9110-10.2.2: an empty reference is the same URL again.
  if (locations > 1 || location.empty()) return RedirectRefusal::bad_location;
  auto url = resolve_url(request.url, location);
  if (!url) return RedirectRefusal::bad_location;
  if (request.url.secure && !url->secure && !rules.allow_downgrade)
    return RedirectRefusal::downgrade;

  Redirect redirect;
  redirect.method = request.method;
  redirect.keeps_content = request.has_content;
  const bool to_get =
      status == 303 ? request.method != "HEAD" : rewrites && request.method == "POST";
  if (to_get) redirect.method = "GET";
  if (to_get || status == 303) redirect.keeps_content = false;
  if (redirect.keeps_content && !request.replayable) return RedirectRefusal::content_lost;
  redirect.url = std::move(*url);
  redirect.same_origin = redirect.url.same_origin(request.url);
  redirect.url.user = redirect.same_origin ? request.url.user : std::string();
  redirect.url.password = redirect.same_origin ? request.url.password : std::string();
  if (redirect.url.fragment.empty()) redirect.url.fragment = request.url.fragment;
  return std::optional<Redirect>(std::move(redirect));
}

bool Redirect::keeps(std::string_view field) const {
  constexpr std::string_view of_content[] = {"Expect", "Trailer", "Transfer-Encoding", "Digest"};
  constexpr std::string_view preconditions[] = {"If-Match", "If-None-Match", "If-Modified-Since",
                                                "If-Unmodified-Since", "If-Range"};
  constexpr std::string_view credentials[] = {"Authorization", "Proxy-Authorization", "Cookie",
                                              "Cookie2"};
  if (!keeps_content && (is_one_of(field, of_content) || begins_with(field, "Content-")))
    return false;
  if (is_one_of(field, preconditions)) return false;
  return same_origin || !is_one_of(field, credentials);
}

}  // namespace strata::http
