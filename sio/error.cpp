// sio/error.cpp - errors as the argument of an event. (codec)
#include "sio/error.h"

namespace strata::sio {
namespace {

class AnswerErrors final : public std::error_category {
 public:
  const char* name() const noexcept override { return "sio"; }
  std::string message(int value) const override { return of(value).message; }
  std::error_condition default_error_condition(int value) const noexcept override {
    return std::make_error_condition(of(value).like);
  }

 private:
  struct Row {
    const char* message;
    std::errc like;
  };
  static const Row& of(int value) {
    static constexpr Row rows[] = {
        {"operation has timed out", std::errc::timed_out},
        {"socket has been disconnected", std::errc::not_connected},
        {"the event was dropped", std::errc::no_buffer_space},
    };
    return rows[value - 1];
  }
};

std::error_code error_of(int value) {
  static const AnswerErrors category;
  return {value, category};
}

}  // namespace

std::error_code timed_out() { return error_of(1); }
std::error_code socket_disconnected() { return error_of(2); }
std::error_code event_dropped() { return error_of(3); }

void to_json(Json& json, const Error& error) {
  json = Json{{"message", error.message}};
  if (!error.event.empty()) json["event"] = error.event;
  if (error.position) json["position"] = *error.position;
  if (!error.expected.empty()) json["expected"] = error.expected;
  if (!error.found.empty()) json["found"] = error.found;
}

void to_json(Json& json, const Failure& failure) {
  json = Json{{"message", failure.message}};
  if (failure.data) json["data"] = *failure.data;
  if (failure.status != 0) json["status"] = failure.status;
  if (!failure.context.empty()) json["context"] = failure.context;
}

void from_json(const Json& json, Failure& failure) {
  failure.message = json.at("message").get<std::string>();
  if (const auto data = json.find("data"); data != json.end()) failure.data = *data;
  failure.status = json.value("status", 0);
  failure.context = json.value("context", "");
}

// A peer's own event "error" may say anything; text is its sentence.
void from_json(const Json& json, Error& error) {
  if (json.is_string()) {
    error = Error{json.get<std::string>(), {}, {}, {}, {}};
    return;
  }
  error.message = json.at("message").get<std::string>();
  error.event = json.value("event", "");
  error.expected = json.value("expected", "");
  error.found = json.value("found", "");
  if (const auto at = json.find("position"); at != json.end())
    error.position = at->get<std::size_t>();
}

}  // namespace strata::sio
