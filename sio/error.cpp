// sio/error.cpp - errors as the argument of an event. (codec)
#include "sio/error.h"

namespace strata::sio {
namespace {

class AnswerErrors final : public std::error_category {
 public:
  const char* name() const noexcept override { return "sio"; }
  std::string message(int) const override { return "operation has timed out"; }
  std::error_condition default_error_condition(int) const noexcept override {
    return std::make_error_condition(std::errc::timed_out);
  }
};

}  // namespace

std::error_code timed_out() {
  static const AnswerErrors category;
  return {1, category};
}

void to_json(Json& json, const Error& error) {
  json = Json{{"message", error.message}};
  if (!error.event.empty()) json["event"] = error.event;
  if (error.position) json["position"] = *error.position;
  if (!error.expected.empty()) json["expected"] = error.expected;
  if (!error.found.empty()) json["found"] = error.found;
}

void from_json(const Json& json, Error& error) {
  error.message = json.at("message").get<std::string>();
  error.event = json.value("event", "");
  error.expected = json.value("expected", "");
  error.found = json.value("found", "");
  if (const auto at = json.find("position"); at != json.end())
    error.position = at->get<std::size_t>();
}

}  // namespace strata::sio
