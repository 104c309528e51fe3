// http/middleware/basic_auth.h - name and password by rfc7617, as middleware. Over TLS only: the
// scheme hides nothing.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "http/basic_credentials.h"
#include "http/router.h"

namespace strata::http {

struct BasicAuthOptions {
  std::string realm = "Restricted";
  std::map<std::string, std::string> users{};  // name and password
  // Asked instead, where it is given: for hashed passwords. Its own time is its own matter.
  std::function<bool(std::string_view user, std::string_view password)> verify{};
};

//   app.use("/admin", http::basic_auth({.users = {{"ann", password}}}));
//
// Goes on with req.locals["user"], a std::string; else answers 401 with WWW-Authenticate. Every
// known name and password is compared, in constant time, so that neither can be found by the time
// of an answer.
//   Errors: throws std::invalid_argument where `realm` has a control byte, or a name a ':'.
Middleware basic_auth(BasicAuthOptions options);

}  // namespace strata::http
