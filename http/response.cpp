// http/response.cpp - status, fields and the ways to end a response.
#include "http/response.h"

#include <cassert>
#include <charconv>
#include <utility>

#include "http/exchange.h"
#include "http/field_lines.h"
#include "http/message.h"
#include "http/mime.h"
#include "http/stream.h"

namespace strata::http {

namespace {

constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::size_t tagged_max = 1024 * 1024;  // bytes; a larger body gets no ETag

// What encodeURI leaves as it is, '%' included: a Location is a URL already, perhaps badly made.
std::string encode_url(std::string_view url) {
  constexpr std::string_view plain = "-_.!~*'();/?:@&=+$,#[]%";
  constexpr char digits[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.find(c) != std::string_view::npos) {
      result += c;
    } else {
      result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return result;
}

}  // namespace

Response::Response(Exchange& exchange) : exchange_(&exchange) {}
Response::~Response() = default;

void Response::clear() {
  status_ = 200;
  ended_ = deferred_ = close_ = head_sent_ = aborted_ = false;
  fields_.clear();
  if (stream_ != nullptr) stream_->clear();
}

Response& Response::status(int code) {
  assert(code >= 200 && code <= 599);
  status_ = code >= 200 && code <= 599 ? code : 500;
  return *this;
}

Response& Response::set(std::string_view name, std::string_view value) {
  remove(name);
  return append(name, value);
}

Response& Response::append(std::string_view name, std::string_view value) {
  if (!may_be_field(name, value)) {
    exchange_->carrier().log("a response field with a byte that it may not have is left out");
  } else if (equals_ignore_case(name, "Connection")) {
    close_ = close_ || has_token(value, "close");
  } else if (!is_framing_field(name)) {
    append_line(fields_, name, value);
  }
  return *this;
}

Response& Response::remove(std::string_view name) {
  remove_lines(fields_, name);
  return *this;
}

std::optional<std::string_view> Response::get(std::string_view name) const {
  return find_line(fields_, name);
}

Response& Response::type(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return set("Content-Type", name);
  const bool dot = !name.empty() && name.front() == '.';
  return set("Content-Type", media_type((dot ? "x" : "x.") + std::string(name)));
}

Response& Response::vary(std::string_view name) {
  const auto before = get("Vary");
  if (!before) return append("Vary", name);
  if (*before == "*" || has_token(*before, name)) return *this;
  return set("Vary", std::string(*before) + ", " + std::string(name));
}

void Response::add_default_type(std::string_view media_type) {
  if (!exchange_->of_prefix && !get("Content-Type")) {
    append_line(fields_, "Content-Type", media_type);
  }
}

bool Response::add_validator(std::string_view body) {
  const std::string_view method = exchange_->request.method();
  if (exchange_->of_prefix || status_ != 200 || body.size() > tagged_max) return false;
  if (method != "GET" && method != "HEAD") return false;
  if (!get("ETag")) append_line(fields_, "ETag", weak_tag(body));
  return is_fresh(conditions_of(exchange_->request), get("ETag").value_or(""),
                  get("Last-Modified").value_or(""));
}

void Response::finish(Content&& content) {
  if (ended_ || head_sent_) return;
  const Running running(*exchange_);  // its end settles the exchange, unless a handler runs
  if (stream_ != nullptr) return finish_filtered(std::move(content));
  ended_ = head_sent_ = true;
  exchange_->carrier().answer(*exchange_, std::move(content));
}

void Response::send(std::string_view body) {
  if (ended_) return;
  add_default_type("text/html; charset=utf-8");
  if (add_validator(body)) return status(304).end();
  Content content;
  content.text = body;
  finish(std::move(content));
}

void Response::send(std::string&& body) {
  if (ended_) return;
  add_default_type("text/html; charset=utf-8");
  if (add_validator(body)) return status(304).end();
  Content content;
  content.owned = &body;
  finish(std::move(content));
}

void Response::send(net::SharedBytes body) {
  if (ended_) return;
  if (body == nullptr) return end();
  add_default_type("application/octet-stream");
  if (add_validator(*body)) return status(304).end();
  Content content;
  content.shared = std::move(body);
  finish(std::move(content));
}

void Response::json(std::string_view json_text) {
  if (ended_) return;
  if (!get("Content-Type")) type("application/json; charset=utf-8");
  send(json_text);
}

void Response::send_status(int code) {
  if (ended_) return;
  status(code);
  std::string_view phrase = reason_phrase(status_);
  type(text_type);
  Content content;
  content.text = phrase;
  finish(std::move(content));
}

void Response::redirect(std::string_view url) { redirect(302, url); }

void Response::redirect(int code, std::string_view url) {
  if (ended_) return;
  const std::string place = encode_url(url);
  status(code).set("Location", place).vary("Accept").type(text_type);
  std::string body(reason_phrase(status_));
  body += ". Redirecting to " + place;
  Content content;
  content.text = body;
  finish(std::move(content));
}

void Response::end() {
  // A length that was announced: of what HEAD leaves out, or of bytes that never came.
  const bool announced = stream_ != nullptr && !head_sent_ && !ended_ && stream_->length;
  if (announced ? begin() : stream_ != nullptr && stream_->begun) return finish_pieces();
  finish(Content{});
}

Reply Response::defer() {
  if (ended_) return {};
  deferred_ = true;
  exchange_->pool().defer(*exchange_);
  return Reply(exchange_->pool().shared_from_this(), exchange_->slot(), exchange_->generation());
}

void Response::held() {
  if (ended_) return;
  exchange_->held_ = true;
  exchange_->carrier().hold(*exchange_);
}

void Response::max_body(std::size_t bytes) { exchange_->carrier().limit_body(*exchange_, bytes); }

void Response::abort() {
  if (ended_) return;
  const Running running(*exchange_);
  ended_ = aborted_ = true;
  exchange_->carrier().reset(*exchange_);
}

void Response::on_abort(net::Task task) { exchange_->on_abort_ = std::move(task); }
void Response::on_pipelined(net::Task task) { exchange_->on_pipelined_ = std::move(task); }

std::unique_ptr<net::Connection> Response::take_connection() {
  if (ended_) return nullptr;
  const Running running(*exchange_);
  ended_ = true;
  return exchange_->carrier().give_up(*exchange_);
}

}  // namespace strata::http
