// http/request_parts.cpp - what a request says of itself, by the names that Express has for it.
#include <algorithm>

#include "http/cookie.h"
#include "http/exchange.h"
#include "http/mime.h"
#include "http/negotiation.h"

namespace strata::http {

std::string_view Request::get(std::string_view name) const {
  const bool referrer = equals_ignore_case(name, "Referer") || equals_ignore_case(name, "Referrer");
  if (!referrer) return header(name);
  const std::string_view found = header("Referrer");
  return found.empty() ? header("Referer") : found;
}

// rfc9110-5.3: several lines mean one list.
std::string Request::header_list(std::string_view name) const {
  std::string all;
  for (const Field& field : fields_) {
    if (!equals_ignore_case(field.name, name)) continue;
    all.append(all.empty() ? "" : ", ").append(field.value);
  }
  return all;
}

std::string Request::url() const {
  std::string text(path());
  if (!target_.query.empty()) text.append("?").append(target_.query);
  return text;
}

std::vector<std::pair<std::string_view, std::string_view>> Request::params() const {
  std::vector<std::pair<std::string_view, std::string_view>> all;
  for (std::size_t i = params_from_; i < params_.size(); ++i)
    all.emplace_back(params_[i].name, params_[i].value);
  return all;
}

Form Request::query() const { return *parse_form(target_.query, target_.query.size()); }

std::optional<std::string> Request::cookie(std::string_view name) const {
  return find_cookie(header("Cookie"), name);
}

std::vector<std::pair<std::string, std::string>> Request::cookies() const {
  return parse_cookies(header("Cookie"));
}

net::Result<Form, Refusal> Request::form(std::size_t pairs_max) const {
  if (!is("urlencoded")) return Refusal{415, "the content is no form"};
  if (is_coded(header_list("Content-Encoding"))) return Refusal{415, "the content is encoded"};
  return parse_form(body_, pairs_max);
}

bool Request::is(std::string_view type) const {
  if (head_.body.kind == BodyLength::Kind::none && header("Content-Length").empty()) return false;
  const auto ours = parse_media_type(header("Content-Type"));
  if (!ours) return false;
  if (type == "urlencoded") return ours->is("application", "x-www-form-urlencoded");
  if (type == "multipart") return equals_ignore_case(ours->type, "multipart");
  if (!type.empty() && type.front() == '+') {  // "+json": of application/problem+json
    const std::size_t plus = ours->subtype.rfind('+');
    return plus != std::string_view::npos && equals_ignore_case(ours->subtype.substr(plus), type);
  }
  const auto wanted = parse_media_type(bare_media_type(type));
  if (!wanted) return false;
  return (wanted->type == "*" || equals_ignore_case(wanted->type, ours->type)) &&
         (wanted->subtype == "*" || equals_ignore_case(wanted->subtype, ours->subtype));
}

std::optional<std::string_view> Request::accepts(Offers types) const {
  std::vector<std::string_view> bare;
  for (const std::string_view type : types) bare.push_back(bare_media_type(type));
  const auto chosen = choose(Offer::media_type, header_list("Accept"), bare);
  return chosen ? std::optional(types.begin()[*chosen]) : std::nullopt;
}

std::optional<std::string_view> Request::accepts_charsets(Offers charsets) const {
  const auto chosen = choose(Offer::charset, header_list("Accept-Charset"), charsets);
  return chosen ? std::optional(charsets.begin()[*chosen]) : std::nullopt;
}

std::optional<std::string_view> Request::accepts_encodings(Offers codings) const {
  const auto chosen = choose(Offer::coding, header_list("Accept-Encoding"), codings);
  return chosen ? std::optional(codings.begin()[*chosen]) : std::nullopt;
}

std::optional<std::string_view> Request::accepts_languages(Offers languages) const {
  const auto chosen = choose(Offer::language, header_list("Accept-Language"), languages);
  return chosen ? std::optional(languages.begin()[*chosen]) : std::nullopt;
}

bool Request::fresh() const {
  const Response& response = exchange_->response;
  const bool good =
      (response.status() >= 200 && response.status() <= 299) || response.status() == 304;
  if (!good || (method() != "GET" && method() != "HEAD")) return false;
  std::string joined;
  const Conditions theirs = conditions_of(*this, joined);
  if (theirs.if_none_match.empty() && theirs.if_modified_since.empty()) return false;
  if (wants_no_cache(header_list("Cache-Control"))) return false;
  return is_fresh(theirs, response.get("ETag").value_or(""),
                  response.get("Last-Modified").value_or(""));
}

std::optional<ByteRange> Request::range(std::uint64_t size) const {
  return parse_range(header("Range"), size);
}

std::vector<std::string_view> Request::subdomains(std::size_t offset) const {
  std::vector<std::string_view> parts;
  std::string_view rest = hostname();
  const bool address =
      rest.substr(0, 1) == "[" || rest.find_first_not_of("0123456789.") == std::string_view::npos;
  while (!rest.empty()) {
    const std::size_t dot = address ? std::string_view::npos : rest.rfind('.');
    parts.push_back(dot == std::string_view::npos ? rest : rest.substr(dot + 1));
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(0, dot);
  }
  parts.erase(parts.begin(),
              parts.begin() + static_cast<std::ptrdiff_t>(std::min(offset, parts.size())));
  return parts;
}

bool Request::xhr() const {
  return equals_ignore_case(header("X-Requested-With"), "XMLHttpRequest");
}

}  // namespace strata::http
