// sio/handshake.cpp - the handshake of a socket.
#include "sio/handshake.h"

#include <ctime>
#include <utility>

namespace strata::sio {
namespace {

// As Node has them: a header that came again is behind a comma, a cookie behind a semicolon; a
// query's values become an array.
void add(Json& headers, std::string_view name, std::string_view value) {
  Json& member = headers[name];
  if (!member.is_string()) {
    member = value;
  } else {
    member.get_ref<std::string&>().append(name == "cookie" ? "; " : ", ").append(value);
  }
}
void add_value(Json& query, std::string_view name, std::string_view value) {
  Json& member = query[name];
  if (member.is_null()) {
    member = value;
  } else if (member.is_array()) {
    member.push_back(value);
  } else {
    member = Json::array({std::move(member), value});
  }
}

}  // namespace

Handshake::Handshake(const eio::Handshake& first, Json auth)
    : first_(&first), auth_(auth.empty() ? Json() : std::move(auth)) {}

std::string Handshake::time() const {
  const auto seconds = static_cast<std::time_t>(first_->issued() / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a %b %d %Y %H:%M:%S GMT+0000", &parts)};
}

const Json& Handshake::auth() const {
  static const Json nothing = Json::object();
  return auth_.is_null() ? nothing : auth_;
}

void to_json(Json& json, const Handshake& handshake) {
  Json headers = Json::object();
  Json query = Json::object();
  for (const auto& [name, value] : handshake.headers()) add(headers, name, value);
  for (const auto& [name, value] : handshake.query()) add_value(query, name, value);
  json = {{"headers", std::move(headers)},  {"time", handshake.time()},
          {"address", handshake.address()}, {"xdomain", handshake.xdomain()},
          {"secure", handshake.secure()},   {"issued", handshake.issued()},
          {"url", handshake.url()},         {"query", std::move(query)},
          {"auth", handshake.auth()}};
}

}  // namespace strata::sio
