// http/json.h - optional: JSON values in requests and responses. The rest of http does without.
//
//   app.use(http::json_body());                        400 and 413 before any handler
//   app.post("/dogs", [](http::Request& req, http::Response& res) {
//     const auto body = req.json();                    or without the middleware: ask, and see
//     if (!body) return res.status(body.error().status).send(body.error().why);
//     res.json(http::Json{{"name", body->value("name", "")}});
//   });
//
// What clients send is asked for with value() or at(), which throw where it is of another type:
// then the answer is 500. Operator [] of a const Json ends the process where a member is missing.
#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/negotiation.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"
#include "net/parse.h"

namespace strata::http {

using Json = nlohmann::json;

inline constexpr int json_depth_max = 128;  // so that what was read can be printed without worry

// Of a text; nothing is thrown, and nothing recurses. rfc8259
inline net::Result<Json, Refusal> parse_json(std::string_view text) {
  bool deep = false;
  using Event = Json::parse_event_t;
  const auto watch = [&deep](int depth, Event event, Json&) {
    const bool opens = event == Event::array_start || event == Event::object_start;
    deep = deep || (opens && depth >= json_depth_max);
    return !deep;  // what lies deeper is not kept
  };
  Json value = Json::parse(text, watch, false);
  if (deep) return Refusal{400, "the JSON is nested too deeply"};
  if (value.is_discarded()) return Refusal{400, "the content is no JSON"};
  return value;
}

// What req.json() gives: the value, or why there is none. Lives as long as the request.
class ParsedJson {
 public:
  explicit operator bool() const { return result_->has_value(); }
  const Json& operator*() const { return **result_; }
  const Json* operator->() const { return &**result_; }
  const Refusal& error() const { return result_->error(); }  // 415: not said to be JSON; 400, 413

 private:
  friend class Request;
  friend struct JsonBody;
  using Result = net::Result<Json, Refusal>;
  explicit ParsedJson(const Result& result) : result_(&result) {}

  static ParsedJson of(const Request& request) {
    if (request.parsed_ == nullptr) keep(request, read(request));
    return ParsedJson(*static_cast<const Result*>(request.parsed_.get()));
  }
  static void keep(const Request& request, Result result) {
    request.parsed_ = std::make_shared<const Result>(std::move(result));
  }
  static Result read(const Request& request) {
    const auto type = parse_media_type(request.header("Content-Type"));
    const bool json = type && (type->is("application", "json") || request.is("+json"));
    if (!json) return Refusal{415, "the content is not said to be JSON"};
    const std::string charset = type->parameter("charset").value_or("utf-8");  // rfc8259-8.1
    if (!equals_ignore_case(charset, "utf-8")) return Refusal{415, "JSON is UTF-8"};
    if (is_coded(request.header_list("Content-Encoding")))
      return Refusal{415, "the content is encoded"};
    return parse_json(request.body());
  }

  const Result* result_;
};

template <class>
auto Request::json() const {
  return ParsedJson::of(*this);
}

// Middleware: content that says it is JSON and is not, is answered 400; longer than `limit` 413.
// Other content passes, as does none. `limit` cannot be above the server's max_body.
struct JsonBody {
  std::size_t limit = 100 * 1024;  // bytes, as Express has it
  bool strict = true;              // objects and arrays only
  std::string type = "json";       // as for Request::is

  void operator()(Request& req, Response&, const Next& next) const {
    if (!req.is(type)) return next();
    if (req.body().size() > limit) return next(HttpError(413, "the JSON is too long"));
    if (req.body().empty()) {  // a client's common mistake, as Express says, and does
      ParsedJson::keep(req, Json::object());
      return next();
    }
    const ParsedJson body = ParsedJson::of(req);
    if (!body) return next(HttpError(body.error().status, std::string(body.error().why)));
    if (strict && !body->is_structured())
      return next(HttpError(400, "the JSON is no object and no array"));
    next();
  }
};
inline JsonBody json_body(JsonBody options = {}) { return options; }

// Answers with the value; text that is no UTF-8 becomes U+FFFD.
inline void send_json(Response& res, const Json& value) { res.json(value); }

// The content as JSON; nothing where the request does not say that it is. Throws HttpError(400)
// where it says so and is not, which the router makes the answer.
inline std::optional<Json> read_json(const Request& req) {
  const ParsedJson body = req.json();
  if (body) return *body;
  if (body.error().status == 415) return std::nullopt;
  throw HttpError(body.error().status, std::string(body.error().why));
}

}  // namespace strata::http
