// http/json.h - optional: JSON values in requests and responses. The rest of http does without.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "http/message.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

namespace strata::http {

using Json = nlohmann::json;

inline constexpr int json_depth_max = 128;  // so that what was read can be printed without worry

// Answers with the value; text that is no UTF-8 becomes U+FFFD.
inline void send_json(Response& res, const Json& value) {
  res.json(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// The content as JSON; nothing where the request does not say that it is. Throws HttpError(400)
// where it says so and is not, which the router makes the answer.
inline std::optional<Json> read_json(const Request& req) {
  std::string_view type = req.header("Content-Type");
  type = trim_ows(type.substr(0, type.find(';')));
  if (!equals_ignore_case(type, "application/json")) return std::nullopt;
  bool deep = false;
  const auto watch = [&deep](int depth, Json::parse_event_t, Json&) {
    deep = deep || depth > json_depth_max;
    return !deep;  // what lies deeper is not kept
  };
  Json value = Json::parse(req.body(), watch, false);
  if (value.is_discarded() || deep) throw HttpError(400, "the content is no JSON");
  return value;
}

}  // namespace strata::http
