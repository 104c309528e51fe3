// http/middleware/cors_fields.h - the fields that tell a browser which pages may read an answer.
// (codec)
//
//   Origin: http://a.example            Access-Control-Allow-Origin: http://a.example
//                                       Vary: Origin
#pragma once
#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strata::http {

// Whose pages. As npm's `cors` has it: "*", one origin, true, false, a list, a function.
class CorsOrigin {
 public:
  CorsOrigin() : CorsOrigin("*") {}
  // "*": every page, and caches need not care. Another: this one, said whoever asks.
  CorsOrigin(std::string one) : kind_(one == "*" ? Kind::any : Kind::one), list_{std::move(one)} {}
  CorsOrigin(const char* one) : CorsOrigin(std::string(one)) {}
  // true: whoever asks is told that it may. false: no fields, and a preflight is not answered.
  CorsOrigin(std::same_as<bool> auto all) : kind_(all ? Kind::reflect : Kind::none) {}
  // With "*" among them it is "*": npm's would say nothing to anybody.
  CorsOrigin(std::vector<std::string> list);
  CorsOrigin(std::initializer_list<std::string> list)
      : CorsOrigin(std::vector<std::string>(list)) {}
  // A list by rule, bool(std::string_view origin), "" for a request without Origin: for ports, or
  // all below a domain. Compare whole origins; "ends with example.com" lets evilexample.com in.
  template <class F>
  requires std::predicate<F&, std::string_view> CorsOrigin(F judge)
      : kind_(Kind::list), judge_(std::move(judge)) {}

  bool off() const { return kind_ == Kind::none; }
  bool any() const { return kind_ == Kind::any; }
  // What Access-Control-Allow-Origin says to this one; nothing: the field is left out.
  std::optional<std::string_view> answer_to(std::string_view origin) const;

 private:
  enum class Kind { none, any, one, reflect, list };
  Kind kind_;
  std::vector<std::string> list_;
  std::function<bool(std::string_view)> judge_;
};

struct CorsOptions {
  CorsOrigin origin{};
  std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
  std::string allowed_headers{};    // empty: what was asked for is allowed
  std::string exposed_headers{};    // names that scripts may read; empty: the safe ones only
  bool credentials = false;         // cookies may be sent along; not together with "*"
  std::optional<long> max_age{};    // seconds that a browser remembers a preflight
  bool preflight_continue = false;  // the next handler answers it
  int options_success_status = 204;
};

using CorsFields = std::vector<std::pair<std::string, std::string>>;  // names and values

// Those of every answer, errors included. `origin` is the request's field, empty where it has none.
void append_cors(const CorsOptions& options, std::string_view origin, CorsFields& to);
// Those of the answer to a preflight, OPTIONS. `asked` is Access-Control-Request-Headers.
void append_cors_preflight(const CorsOptions& options, std::string_view origin,
                           std::string_view asked, CorsFields& to);

}  // namespace strata::http
