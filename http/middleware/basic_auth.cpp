// http/middleware/basic_auth.cpp - who may pass. rfc7617-2.
#include "http/middleware/basic_auth.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include "http/request.h"
#include "http/response.h"

namespace strata::http {

static bool is_known(const BasicAuthOptions& options, const BasicCredentials& given) {
  if (options.verify) return options.verify(given.user, given.password);
  bool found = false;
  for (const auto& [user, password] : options.users) {  // to the end, whoever it is
    const bool user_fits = same_in_constant_time(given.user, user);
    const bool password_fits = same_in_constant_time(given.password, password);
    found = found | (user_fits & password_fits);
  }
  return found;
}

Middleware basic_auth(BasicAuthOptions options) {
  const auto challenge = basic_challenge(options.realm);
  if (!challenge) throw std::invalid_argument("basic_auth: a control byte in the realm");
  for (const auto& [user, password] : options.users) {
    if (user.find(':') != std::string::npos)
      throw std::invalid_argument("basic_auth: a ':' in the name " + user);
  }
  auto shared = std::make_shared<const BasicAuthOptions>(std::move(options));
  return [shared, challenge = *challenge](Request& req, Response& res, const Next& next) {
    if (req.header_count("Authorization") == 1) {
      auto given = parse_basic(req.header("Authorization"));
      if (given && is_known(*shared, *given)) {
        req.locals["user"] = std::move(given->user);
        return next();
      }
    }
    res.set("WWW-Authenticate", challenge).send_status(401);  // rfc9110-15.5.2
  };
}

}  // namespace strata::http
