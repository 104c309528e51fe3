// sio/eio/request_check.cpp - the order of the checks is part of the protocol: eio4-handshake,
// eio4-errors. (codec)
//
//   transport known? -0-> Origin legal? -3-> sid: known? -1-> same transport? -3-> pass
//                                       -3-> no sid: GET? -2-> upgrade if websocket? -3->
//                                            application? -4-> EIO=4? -5-> pass
#include "sio/eio/request_check.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "http/target.h"

namespace strata::sio::eio {

using Code = RequestError::Code;

static RequestError bad_request(std::string_view name) { return {Code::bad_request, name, {}}; }

static std::string decoded(std::string_view text) {
  if (text.find_first_of("%+") == std::string_view::npos) return std::string(text);
  std::optional<std::string> plain = http::percent_decode(text, true);
  return plain ? std::move(*plain) : std::string(text);
}

Query parse_query(std::string_view query) {
  Query known;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string name = decoded(pair.substr(0, equals));
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (name == "transport") {
      known.transport = decoded(value);
    } else if (name == "sid") {
      known.sid = decoded(value);
      known.has_sid = !known.sid.empty();
    } else if (name == "EIO") {
      known.version = decoded(value);
    } else if (name == "b64") {
      known.base64 = !value.empty();
    }
  }
  return known;
}

std::string_view message_of(const RequestError& error) {
  return error.message.empty() ? message_of(error.code) : std::string_view(error.message);
}

std::string_view message_of(Code code) {
  switch (code) {
    case Code::unknown_transport:
      return "Transport unknown";
    case Code::unknown_sid:
      return "Session ID unknown";
    case Code::bad_handshake_method:
      return "Bad handshake method";
    case Code::bad_request:
      return "Bad request";
    case Code::forbidden:
      return "Forbidden";
    case Code::unsupported_version:
      return "Unsupported protocol version";
  }
  return "";
}

int status_of(const RequestError& error) { return error.code == Code::forbidden ? 403 : 400; }

// The application's sentence may hold anything; JSON may not.
static void append_json_text(std::string_view text, std::string& out) {
  static constexpr char hex[] = "0123456789abcdef";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out.push_back('\\');
    if (octet >= 0x20) {
      out.push_back(c);
    } else {
      out.append("\\u00").append({hex[octet >> 4], hex[octet & 15]});
    }
  }
}

std::string body_of(const RequestError& error) {
  std::string body = "{\"code\":";
  body.push_back(static_cast<char>('0' + static_cast<int>(error.code)));
  body.append(",\"message\":\"");
  append_json_text(message_of(error), body);
  return body.append("\"}");
}

std::pair<std::string_view, std::string_view> context_of(const RequestError& error,
                                                         const Query& query,
                                                         std::string_view method) {
  switch (error.code) {
    case Code::unknown_transport:
      return {"transport", query.transport};
    case Code::unknown_sid:
      return {"sid", query.sid};
    case Code::bad_handshake_method:
      return {"method", method};
    case Code::bad_request:
      return {"name", error.name};
    case Code::forbidden:
      return {"message", message_of(error)};
    case Code::unsupported_version:
      return {"protocol", query.version};
  }
  return {};
}

// No byte of it may be one that a field value cannot hold, rfc9110-5.5.
static bool is_field_value(std::string_view text) {
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet < 0x20 && c != '\t') || octet == 0x7F) return false;
  }
  return true;
}

std::optional<RequestError> check_request(const Query& query, const RequestFacts& facts) {
  const bool polling = query.transport == "polling" && facts.polling_enabled;
  const bool websocket = query.transport == "websocket" && facts.websocket_enabled;
  if (!polling && !websocket) return RequestError{Code::unknown_transport, {}, {}};
  if (!is_field_value(facts.origin)) return bad_request("INVALID_ORIGIN");
  if (query.has_sid) {
    if (!facts.session_known) return RequestError{Code::unknown_sid, {}, {}};
    // stricter than eio4-handshake: an upgrade that names polling is refused before its 101
    if (facts.upgrade != websocket) return bad_request("TRANSPORT_MISMATCH");
    if (polling && facts.session_transport != Transport::polling) {
      return bad_request("TRANSPORT_MISMATCH");
    }
    return std::nullopt;
  }
  if (facts.method != "GET") return RequestError{Code::bad_handshake_method, {}, {}};
  if (facts.upgrade != websocket) return bad_request("TRANSPORT_HANDSHAKE_ERROR");
  return std::nullopt;
}

std::optional<RequestError> check_version(const Query& query) {
  if (query.version == "4") return std::nullopt;
  return RequestError{Code::unsupported_version, {}, {}};
}

std::string open_data(std::string_view sid, bool upgrades, const Timing& timing,
                      std::size_t max_payload) {
  const auto milliseconds = [](net::Duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
  };
  std::string json = "{\"sid\":\"";
  json.append(sid);
  json.append(upgrades ? "\",\"upgrades\":[\"websocket\"]" : "\",\"upgrades\":[]");
  json.append(",\"pingInterval\":").append(milliseconds(timing.ping_interval));
  json.append(",\"pingTimeout\":").append(milliseconds(timing.ping_timeout));
  json.append(",\"maxPayload\":").append(std::to_string(max_payload));
  return json.append("}");
}

}  // namespace strata::sio::eio
