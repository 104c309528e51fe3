// sio/eio/client_opening.cpp - eio4-handshake, read event by event: no tree is built. (codec)
#include "sio/eio/client_opening.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace strata::sio::eio {
namespace {

// Told by nlohmann's parser, which recurses on nothing; `false` ends it.
class OpeningReader {
 public:
  using Json = nlohmann::json;
  explicit OpeningReader(net::Duration max_interval)
      : longest_ms_(std::chrono::duration<double, std::milli>(max_interval).count()) {}

  Opening opening;
  const char* why = nullptr;
  bool has_sid = false;

  bool null() { return scalar(); }
  bool boolean(bool) { return scalar(); }
  bool number_integer(Json::number_integer_t value) { return number(static_cast<double>(value)); }
  bool number_unsigned(Json::number_unsigned_t value) { return number(static_cast<double>(value)); }
  bool number_float(Json::number_float_t value, const std::string&) { return number(value); }
  bool binary(Json::binary_t&) { return scalar(); }
  bool string(std::string& text) {
    if (depth_ == 1 && key_ == Key::sid) return sid(text);
    if (depth_ == 2 && in_upgrades_) {
      opening.may_upgrade = opening.may_upgrade || text == "websocket";
      return true;
    }
    return scalar();
  }
  bool start_object(std::size_t) { return enter(false); }
  bool end_object() { return leave(); }
  bool start_array(std::size_t) { return enter(true); }
  bool end_array() { return leave(); }
  bool key(std::string& name) {
    if (depth_ == 1) key_ = key_of(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return refuse("the open packet is no JSON");
  }

 private:
  enum class Key : std::uint8_t { other, sid, upgrades, ping_interval, ping_timeout, max_payload };

  static Key key_of(std::string_view name) {
    if (name == "sid") return Key::sid;
    if (name == "upgrades") return Key::upgrades;
    if (name == "pingInterval") return Key::ping_interval;
    if (name == "pingTimeout") return Key::ping_timeout;
    return name == "maxPayload" ? Key::max_payload : Key::other;
  }

  bool refuse(const char* reason) {
    if (why == nullptr) why = reason;
    return false;
  }

  // A value that is nothing we read: of a key that we do, it is the wrong one.
  bool scalar() {
    if (depth_ == 0) return refuse("the open packet is no object");
    if (depth_ == 1 && key_ != Key::other) return refuse("a value of the wrong type");
    if (depth_ == 2 && in_upgrades_) return refuse("an upgrade that is no name");
    return true;
  }

  bool enter(bool array) {
    if (depth_ == 0 && array) return refuse("the open packet is no object");
    if (depth_ == 1 && key_ == Key::upgrades && array) {
      in_upgrades_ = true;
      opening.may_upgrade = false;
    } else if (depth_ != 0 && !scalar()) {
      return false;
    }
    if (++depth_ > max_opening_depth) return refuse("the open packet is nested too deep");
    return true;
  }

  bool leave() {
    if (--depth_ == 1) in_upgrades_ = false;
    return true;
  }

  bool sid(const std::string& text) {
    const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if (text.empty() || text.size() > max_sid_bytes ||
        !std::all_of(text.begin(), text.end(), visible)) {
      return refuse("a sid that is none");
    }
    opening.sid = text;
    return has_sid = true;
  }

  bool number(double value) {
    if (depth_ != 1) return scalar();
    if (key_ == Key::ping_interval) return interval(value, opening.ping_interval);
    if (key_ == Key::ping_timeout) return interval(value, opening.ping_timeout);
    if (key_ != Key::max_payload) return scalar();
    constexpr double exact_max = 9007199254740992.0;  // 2^53
    if (!(value >= 0 && value <= exact_max)) return refuse("a maxPayload out of range");
    opening.max_payload = static_cast<std::size_t>(value);
    return true;
  }

  bool interval(double ms, net::Duration& to) {
    if (!(ms >= 1 && ms <= longest_ms_)) return refuse("an interval out of range");
    to = std::chrono::duration_cast<net::Duration>(
        std::chrono::duration<double, std::milli>(std::floor(ms)));
    return true;
  }

  double longest_ms_;
  std::size_t depth_ = 0;
  Key key_ = Key::other;
  bool in_upgrades_ = false;
};

}  // namespace

net::Result<Opening, const char*> read_opening(std::string_view json, net::Duration max_interval) {
  if (json.size() > max_opening_bytes) return "the open packet is too long";
  OpeningReader reader(max_interval);
  const bool whole = nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  if (!whole) return reader.why == nullptr ? "the open packet is no JSON" : reader.why;
  if (!reader.has_sid) return "no sid";
  if (reader.opening.ping_interval == net::Duration{}) return "no pingInterval";
  if (reader.opening.ping_timeout == net::Duration{}) return "no pingTimeout";
  return std::move(reader.opening);
}

}  // namespace strata::sio::eio
