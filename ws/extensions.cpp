// ws/extensions.cpp - the list, and what two ends agree on, rfc7692-7.1. (codec)
//
//   parameter                    in an offer                        in an answer
//   server_no_context_takeover   please                             I do
//   client_no_context_takeover   I can                              you must
//   server_max_window_bits=N     N at most, please                  no more than this
//   client_max_window_bits[=N]   I can be told, and need N at most  no more than this; only if
//   asked
#include "ws/extensions.h"

#include <algorithm>
#include <utility>

namespace strata::ws {

// --- the list ----------------------------------------------------------------------------------

void ExtensionList::skip_blanks() {
  const std::size_t blanks = std::min(rest_.find_first_not_of(" \t"), rest_.size());
  rest_.remove_prefix(blanks);
}

// With the blanks around it; empty where there is none.
std::string_view ExtensionList::take_token() {
  skip_blanks();
  const std::string_view token = rest_.substr(0, rest_.find_first_of(",;=\" \t"));
  rest_.remove_prefix(token.size());
  skip_blanks();
  if (http::is_token(token)) return token;
  malformed_ = true;
  return {};
}

std::optional<std::string_view> ExtensionList::next() {
  while (parameter()) continue;
  skip_blanks();
  while (rest_.starts_with(',')) {  // empty elements are legal: rfc9110-5.6.1
    rest_.remove_prefix(1);
    skip_blanks();
  }
  if (rest_.empty() || malformed_) return std::nullopt;
  const std::string_view name = take_token();
  if (!rest_.empty() && rest_.front() != ',' && rest_.front() != ';') malformed_ = true;
  if (malformed_) return std::nullopt;
  return name;
}

std::optional<ExtensionList::Parameter> ExtensionList::parameter() {
  if (malformed_ || !rest_.starts_with(';')) return std::nullopt;
  rest_.remove_prefix(1);
  Parameter found{take_token(), std::nullopt};
  if (!malformed_ && rest_.starts_with('=')) {
    rest_.remove_prefix(1);
    found.value = take_value();
  }
  if (!rest_.empty() && rest_.front() != ',' && rest_.front() != ';') malformed_ = true;
  if (malformed_) return std::nullopt;
  return found;
}

// A token, or a quoted-string whose content, unescaped, is one (rfc6455-9.1).
std::optional<std::string> ExtensionList::take_value() {
  skip_blanks();
  if (!rest_.starts_with('"')) return std::string(take_token());
  std::string content;
  std::size_t at = 1;
  for (; at < rest_.size() && rest_[at] != '"'; ++at) {
    if (rest_[at] == '\\' && ++at == rest_.size()) break;
    content += rest_[at];
  }
  if (at >= rest_.size() || !http::is_token(content)) {
    malformed_ = true;
    return std::nullopt;
  }
  rest_.remove_prefix(at + 1);
  skip_blanks();
  return content;
}

bool is_extension_list(std::string_view text) {
  ExtensionList list(text);
  bool any = false;
  while (list.next()) any = true;
  return any && !list.malformed();
}

// --- permessage-deflate ------------------------------------------------------------------------

namespace {

constexpr std::string_view extension_name = "permessage-deflate";

// The four, as one end wrote them.
struct Written {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  bool client_bits_named = false;  // with or without a value
  std::optional<std::uint8_t> server_max_window_bits;
  std::optional<std::uint8_t> client_max_window_bits;
};

// 8 to 15, without leading zeros (rfc7692-7.1.2.1).
std::optional<std::uint8_t> read_bits(const std::optional<std::string>& value) {
  const auto bits = value && !value->starts_with('0') ? http::parse_size(*value) : std::nullopt;
  if (!bits || *bits < 8 || *bits > 15) return std::nullopt;
  return static_cast<std::uint8_t>(*bits);
}

bool set_once(bool& flag, const ExtensionList::Parameter& parameter) {
  return !parameter.value && !std::exchange(flag, true);
}

// False: unknown, repeated, or with a value that it does not have (rfc7692-7.1).
bool note(Written& written, const ExtensionList::Parameter& parameter, bool offer) {
  if (parameter.name == "server_no_context_takeover") {
    return set_once(written.server_no_context_takeover, parameter);
  }
  if (parameter.name == "client_no_context_takeover") {
    return set_once(written.client_no_context_takeover, parameter);
  }
  const auto bits = read_bits(parameter.value);
  if (parameter.name == "server_max_window_bits") {
    return bits && !std::exchange(written.server_max_window_bits, bits);
  }
  if (parameter.name != "client_max_window_bits") return false;
  const bool bare = offer && !parameter.value;  // rfc7692-7.1.2.2: only an offer may have no value
  written.client_max_window_bits = bits;
  return !std::exchange(written.client_bits_named, true) && (bare || bits);
}

// Takes all parameters of the list's extension; nothing where one is wrong.
std::optional<Written> read_parameters(ExtensionList& list, bool offer) {
  Written written;
  bool good = true;
  while (const auto parameter = list.parameter()) good = note(written, *parameter, offer) && good;
  if (!good || list.malformed()) return std::nullopt;
  return written;
}

void add_bits(std::string& text, const char* name, std::uint8_t bits) {
  text.append("; ").append(name).append("=").append(std::to_string(int{bits}));
}

AcceptedOffer take(const Written& offer, const DeflateParameters& wanted) {
  DeflateParameters agreed;
  std::string answer(extension_name);
  agreed.server_no_context_takeover =
      offer.server_no_context_takeover || wanted.server_no_context_takeover;
  if (agreed.server_no_context_takeover) answer += "; server_no_context_takeover";
  agreed.client_no_context_takeover =
      offer.client_no_context_takeover || wanted.client_no_context_takeover;
  if (agreed.client_no_context_takeover) answer += "; client_no_context_takeover";
  const std::uint8_t largest = 15;
  agreed.server_max_window_bits =
      std::min(offer.server_max_window_bits.value_or(largest), wanted.server_max_window_bits);
  if (offer.server_max_window_bits || agreed.server_max_window_bits < largest) {
    add_bits(answer, "server_max_window_bits", agreed.server_max_window_bits);
  }
  if (offer.client_bits_named) {  // rfc7692-7.1.2.2: one that did not offer it is not told
    agreed.client_max_window_bits =
        std::min(offer.client_max_window_bits.value_or(largest), wanted.client_max_window_bits);
    if (agreed.client_max_window_bits < largest) {
      add_bits(answer, "client_max_window_bits", agreed.client_max_window_bits);
    }
  }
  return {agreed, std::move(answer)};
}

}  // namespace

std::optional<AcceptedOffer> accept_offer(std::string_view offers,
                                          const DeflateParameters& wanted) {
  if (!is_extension_list(offers)) return std::nullopt;
  ExtensionList list(offers);
  while (const auto name = list.next()) {
    if (*name != extension_name) continue;
    if (const auto offer = read_parameters(list, true)) return take(*offer, wanted);
  }
  return std::nullopt;
}

std::optional<AcceptedOffer> accept_offer(const http::RequestHead& request,
                                          const DeflateParameters& wanted) {
  for (const http::Field& field : request.fields) {
    if (!http::equals_ignore_case(field.name, extensions_field)) continue;
    if (auto accepted = accept_offer(field.value, wanted)) return accepted;
  }
  return std::nullopt;
}

std::string write_offer(const DeflateParameters& wanted) {
  std::string offer(extension_name);
  if (wanted.server_no_context_takeover) offer += "; server_no_context_takeover";
  if (wanted.client_no_context_takeover) offer += "; client_no_context_takeover";
  if (wanted.server_max_window_bits < 15) {
    add_bits(offer, "server_max_window_bits", wanted.server_max_window_bits);
  }
  offer += "; client_max_window_bits";
  if (wanted.client_max_window_bits < 15) {
    offer += "=" + std::to_string(int{wanted.client_max_window_bits});
  }
  return offer;
}

net::Result<DeflateParameters, const char*> read_answer(std::string_view answer,
                                                        const DeflateParameters& wanted) {
  if (!is_extension_list(answer)) return "a malformed Sec-WebSocket-Extensions";
  ExtensionList list(answer);
  if (list.next() != extension_name) return "an extension that was not offered";
  const auto written = read_parameters(list, false);
  if (!written) return "permessage-deflate with a parameter unknown, repeated or out of range";
  if (list.next()) return "more extensions than were offered";
  // rfc7692-7.1.1.1, -7.1.2.1: an offer that asks for these is accepted with them, or not at all.
  if (wanted.server_no_context_takeover && !written->server_no_context_takeover) {
    return "no server_no_context_takeover, which was asked for";
  }
  DeflateParameters agreed;
  agreed.server_max_window_bits = written->server_max_window_bits.value_or(15);
  if (agreed.server_max_window_bits > wanted.server_max_window_bits) {
    return "server_max_window_bits over what was offered";
  }
  // What the client sends is its own affair: it may always do with less than it was allowed.
  agreed.client_max_window_bits =
      std::min(written->client_max_window_bits.value_or(15), wanted.client_max_window_bits);
  if (written->client_max_window_bits > wanted.client_max_window_bits) {
    return "client_max_window_bits over what was offered";
  }
  agreed.server_no_context_takeover = written->server_no_context_takeover;
  agreed.client_no_context_takeover =
      written->client_no_context_takeover || wanted.client_no_context_takeover;
  return agreed;
}

}  // namespace strata::ws
