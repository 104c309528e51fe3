// http/response_fields.cpp - the verbs of Express that set fields, and those that choose by Accept.
#include <ctime>
#include <exception>
#include <vector>

#include "http/exchange.h"
#include "http/message.h"
#include "http/mime.h"
#include "http/negotiation.h"
#include "http/url_text.h"

namespace strata::http {

Response& Response::type(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return set("Content-Type", name);
  return set("Content-Type", type_of_ending(name));
}

Response& Response::vary(std::string_view names) {
  std::string all(get("Vary").value_or(""));
  while (!names.empty() && trim_ows(all) != "*") {
    const std::size_t comma = names.find(',');
    const std::string_view name = trim_ows(names.substr(0, comma));
    names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
    if (name == "*") all = "*";
    if (name.empty() || name == "*" || has_token(all, name)) continue;
    all.append(all.empty() ? "" : ", ").append(name);
  }
  return all.empty() ? *this : set("Vary", all);
}

Response& Response::location(std::string_view url) { return set("Location", encode_url(url)); }

Response& Response::links(std::initializer_list<Link> links) {
  std::string all(get("Link").value_or(""));
  for (const Link& link : links) {
    if (!all.empty()) all += ", ";
    all.append("<").append(link.url).append(">; rel=\"").append(link.rel).append("\"");
  }
  return set("Link", all);
}

Response& Response::attachment(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos && name.find('/', dot) == std::string_view::npos)
    type(name.substr(dot));
  return set("Content-Disposition", content_disposition(name));
}

void Response::download(const std::string& path, std::string_view name) {
  set("Content-Disposition", content_disposition(name.empty() ? path : name));
  send_file(path);
}

Response& Response::cookie(std::string_view name, std::string_view value,
                           const CookieOptions& options) {
  const auto line =
      write_set_cookie(name, value, options, static_cast<std::int64_t>(std::time(nullptr)));
  if (line) return append("Set-Cookie", *line);
  exchange_->carrier().log("a cookie with a byte that it may not have is left out");
  return *this;
}

Response& Response::clear_cookie(std::string_view name, const CookieOptions& options) {
  if (const auto line = write_clear_cookie(name, options)) return append("Set-Cookie", *line);
  exchange_->carrier().log("a cookie with a byte that it may not have is left out");
  return *this;
}

void Response::format(std::initializer_list<Format> formats) {
  if (ended_) return;
  std::vector<std::string_view> types;
  std::vector<const Format*> makers;
  const Format* otherwise = nullptr;
  for (const Format& each : formats) {
    if (each.type == "default") {
      otherwise = &each;
    } else {
      types.push_back(bare_media_type(each.type));
      makers.push_back(&each);
    }
  }
  const auto chosen = choose(Offer::media_type, exchange_->request.header_list("Accept"), types);
  vary("Accept");
  if (chosen) {
    set("Content-Type", types[*chosen]);
    makers[*chosen]->make();
  } else if (otherwise != nullptr) {
    otherwise->make();
  } else {
    exchange_->dispatch.raise(*exchange_,
                              std::make_exception_ptr(HttpError(406, "Not Acceptable")));
  }
}

void Response::redirect(std::string_view url) { redirect(302, url); }

// The body is for people who see it because their client does not follow.
void Response::redirect(int code, std::string_view url) {
  if (ended_) return;
  const std::string place = encode_url(url);
  location(url).status(code);
  const std::string phrase(reason_phrase(status_));
  const auto text = [&] { return phrase + ". Redirecting to " + place; };
  const auto page = [&] {
    return "<!DOCTYPE html><head><title>" + phrase + "</title></head><body><p>" + phrase +
           ". Redirecting to " + escape_html(place) + "</p></body>";
  };
  std::string body;
  format({{"text", [&] { body = text(); }}, {"html", [&] { body = page(); }}, {"default", [] {}}});
  Content content;
  content.text = body;
  finish(std::move(content));
}

}  // namespace strata::http
