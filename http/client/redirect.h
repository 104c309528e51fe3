// http/client/redirect.h - what a response of 3xx asks for, and what is granted: rfc9110-15.4.
// (codec)
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/client/url.h"
#include "http/message.h"
#include "net/parse.h"

namespace strata::http {

struct RedirectRules {
  unsigned max_redirects = 10;   // 0: none is followed
  bool allow_downgrade = false;  // from https to http
};

enum class RedirectRefusal : std::uint8_t {
  too_many,      // more than `max_redirects`
  bad_location,  // no URL, of another scheme, a Unix socket, or more than one
  downgrade,     // from https to http
  content_lost,  // the content is to be sent again, and cannot be
};
std::string_view sentence(RedirectRefusal refusal);

// The request as it was sent.
struct Redirected {
  const Url& url;
  std::string_view method;
  bool has_content = false;
  bool replayable = true;  // the content can be sent again from its beginning
  unsigned followed = 0;   // redirects before this one
};

struct Redirect {
  Url url;  // its user and password are those of the request, or none: never the server's choice
  std::string_view method;     // the request's, or GET
  bool keeps_content = false;  // the same content goes along
  bool same_origin = false;    // with the request before, not with the first
  // Whether a field that the caller gave goes along. Not those about content that does not; never
  // preconditions, which are about the other resource; and across origins no credentials.
  bool keeps(std::string_view field) const;
};

// Nothing: the response is none to follow, and is the caller's. That is so without a Location, and
// with 300, 304, 305 and 306.
//   301 302   POST becomes GET without its content; every other method stays with its content
//   303       GET without content, or HEAD
//   307 308   all stays
// A fragment is the Location's, else the request's (rfc9110-10.2.2).
net::Result<std::optional<Redirect>, RedirectRefusal> redirect_of(const ResponseHead& response,
                                                                  const Redirected& request,
                                                                  const RedirectRules& rules = {});

}  // namespace strata::http
