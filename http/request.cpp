// http/request.cpp - what a handler asks a request.
#include "http/request.h"

#include <algorithm>

#include "http/exchange.h"
#include "http/stream.h"

namespace strata::http {

Request::Request() = default;
Request::~Request() = default;

void Request::assign(const RequestHead& head, net::Bytes raw) {
  const std::string_view from = net::as_text(raw);
  text_.assign(from);
  const auto moved = [old = from.data(), now = text_.data()](std::string_view view) {
    if (view.empty()) return std::string_view();
    return std::string_view(now + (view.data() - old), view.size());
  };
  head_ = head;
  head_.method = moved(head.method);
  head_.target = moved(head.target);
  fields_.resize(head.fields.size());
  std::transform(head.fields.begin(), head.fields.end(), fields_.begin(), [&](const Field& field) {
    return Field{moved(field.name), moved(field.value)};
  });
  head_.fields = fields_;
  if (head_.target.starts_with('/'))  // only then: CONNECT's does not, its head would be refused
    target_ = split_origin(head_.target);
  else
    target_ = parse_target(head_.method, head_.target).value_or(Target{});
  if (target_.path.empty()) target_.path = target_.form == TargetForm::asterisk ? "*" : "/";
}

// Keeps what the next request can use, unless this one was of an unusual size.
void Request::clear() {
  constexpr std::size_t kept_max = 16 * 1024;
  if (body_.capacity() > kept_max) body_ = std::string();
  body_.clear();
  params_.clear();
  if (!decoded_.empty()) decoded_.clear();
  parsed_.reset();
  params_from_ = base_ = 0;
  if (!locals.empty()) locals.clear();
  whole_ = false;
  if (stream_ != nullptr) stream_->clear();
  forwarding_.reset();
}

std::string_view Request::path() const {
  const std::string_view rest = target_.path.substr(base_);
  return rest.empty() ? std::string_view("/") : rest;
}

std::string_view Request::base_path() const { return target_.path.substr(0, base_); }

std::string_view Request::header(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name.size() == name.size() && equals_ignore_case(field.name, name))
      return field.value;
  }
  return {};
}

std::size_t Request::header_count(std::string_view name) const {
  std::size_t count = 0;
  for (const Field& field : fields_) count += equals_ignore_case(field.name, name) ? 1 : 0;
  return count;
}

std::optional<std::string_view> Request::param(std::string_view name) const {
  for (std::size_t i = params_.size(); i > params_from_; --i) {
    if (params_[i - 1].name == name) return params_[i - 1].value;
  }
  return std::nullopt;
}

std::vector<std::string> Request::param_list(std::string_view name) const {
  std::vector<std::string> result;
  for (std::size_t i = params_.size(); i > params_from_; --i) {
    if (params_[i - 1].name != name) continue;
    std::string_view rest = params_[i - 1].raw;  // split first: a decoded %2F is no border
    for (bool more = true; more;) {
      const std::size_t slash = rest.find('/');
      more = slash != std::string_view::npos;
      result.push_back(percent_decode(rest.substr(0, slash)).value_or(std::string()));
      if (more) rest.remove_prefix(slash + 1);
    }
    break;
  }
  return result;
}

std::optional<std::string> Request::query(std::string_view name) const {
  return find_query(target_.query, name);
}

std::vector<std::string> Request::query_all(std::string_view name) const {
  std::vector<std::string> result;
  for (auto& [key, value] : parse_query(target_.query)) {
    if (key == name) result.push_back(std::move(value));
  }
  return result;
}

net::Address Request::peer() const { return exchange_->carrier().peer(); }

}  // namespace strata::http
