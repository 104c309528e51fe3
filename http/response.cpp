// http/response.cpp - status, fields and the ways to end a response.
#include "http/response.h"

#include <charconv>
#include <utility>

#include "http/exchange.h"
#include "http/field_lines.h"
#include "http/message.h"
#include "http/mime.h"
#include "http/stream.h"

namespace strata::http {

namespace {

constexpr std::string_view html_type = "text/html; charset=utf-8";
constexpr std::size_t tagged_max = 1024 * 1024;  // bytes; a larger body gets no ETag

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
  const bool known = code >= 200 && code <= 599;  // rfc9110-15; 1xx is not an answer
  if (!known) exchange_->carrier().log("a status that is none becomes 500");
  status_ = known ? code : 500;
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
    if (has_token(value, "upgrade")) append_line(fields_, name, "Upgrade");  // rfc9110-7.8
  } else if (!is_framing_field(name)) {
    append_line(fields_, name, value);
    const bool type = !exchange_->of_prefix && equals_ignore_case(name, "Content-Type");
    if (type && lacks_charset(value)) fields_.insert(fields_.size() - 2, "; charset=utf-8");
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

// What every way to send begins with. False where nothing is left to send.
bool Response::prepare(std::string_view body, std::string_view default_type) {
  if (ended_ || exchange_->of_prefix) return !ended_;
  if (status_ == 204) {  // rfc9110-15.3.5
    remove("Content-Type").end();
    return false;
  }
  const bool bare = fields_.empty();  // as mostly: then nothing need be looked for
  if (bare || !get("Content-Type")) append_line(fields_, "Content-Type", default_type);
  if (status_ != 205 && status_ != 304) {
    if (!client_has(body, bare)) return true;
    status(304);  // keeps its type, unlike in Express: hooks decide by it what is in the fields
  }
  end();
  return false;
}

// Gives the body an ETag; true if the client has that one already.
bool Response::client_has(std::string_view body, bool untagged) {
  const Request& request = exchange_->request;
  const std::string_view method = request.method();
  if (status_ < 200 || status_ > 299 || (method != "GET" && method != "HEAD")) return false;
  if (body.size() <= tagged_max && (untagged || !get("ETag")))
    append_line(fields_, "ETag", weak_tag(body));
  return request.fresh();
}

void Response::finish(Content&& content) {
  if (ended_ || head_sent_) return;
  const Running running(*exchange_);  // its end settles the exchange, unless a handler runs
  if (stream_ != nullptr) return finish_filtered(std::move(content));
  ended_ = head_sent_ = true;
  exchange_->carrier().answer(*exchange_, std::move(content));
}

void Response::send(std::string_view body) {
  if (!prepare(body, html_type)) return;
  Content content;
  content.text = body;
  finish(std::move(content));
}

void Response::send(std::string&& body) {
  if (!prepare(body, html_type)) return;
  Content content;
  content.owned = &body;
  finish(std::move(content));
}

void Response::send(net::SharedBytes body) {
  if (body == nullptr) return end();
  if (!prepare(*body, "application/octet-stream")) return;
  Content content;
  content.shared = std::move(body);
  finish(std::move(content));
}

void Response::json(std::string_view json_text) {
  if (ended_) return;
  if (!get("Content-Type")) set("Content-Type", "application/json; charset=utf-8");
  send(json_text);
}

void Response::send_status(int code) {
  if (ended_) return;
  std::string_view phrase = reason_phrase(status(code).status());
  const std::string number = phrase.empty() ? std::to_string(status_) : std::string();
  if (phrase.empty()) phrase = number;
  set("Content-Type", "text/plain; charset=utf-8");
  if (status_ == 204 || status_ == 205 || status_ == 304) return send(phrase);
  Content content;
  content.text = phrase;
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

std::unique_ptr<net::Connection> Response::take_connection(Guest& guest) {
  if (ended_) return nullptr;
  if (exchange_->carrier().welcome(guest)) return take_connection();
  set("Connection", "close").send_status(503);
  return nullptr;
}

std::unique_ptr<net::Connection> Response::take_connection() {
  if (ended_) return nullptr;
  const Running running(*exchange_);
  ended_ = true;
  return exchange_->carrier().give_up(*exchange_);
}

}  // namespace strata::http
