// http/client/client_content.cpp - the half of ClientTask that writes requests and reads responses.
#include <algorithm>
#include <array>
#include <utility>

#include "http/basic_credentials.h"
#include "http/client/client_connection.h"
#include "http/client/client_core.h"
#include "http/client/client_task.h"
#include "http/client/cookie_jar.h"

namespace strata::http {

static constexpr std::size_t piece_bytes = 64 * 1024;          // of a body that is all there
static constexpr std::size_t inflated_bytes = 16 * 1024;       // at a time
static constexpr std::size_t discarded_bytes_max = 64 * 1024;  // of a redirect's content

// --- the request --------------------------------------------------------------------------------

bool ClientTask::has_header(std::string_view name) const {
  return std::any_of(sent_.begin(), sent_.end(),
                     [&](const auto& field) { return equals_ignore_case(field.first, name); });
}

void ClientTask::add_default(std::string_view name, std::string_view value) {
  if (!value.empty() && !has_header(name)) sent_.emplace_back(name, value);
}

// Sorts the program's fields: some are words to us, and the session writes them.
void ClientTask::read_headers() {
  sent_.clear();
  upgrade_.clear();
  host_ = url_.authority();
  wants_close_ = !core_.options.keep_alive;
  expects_continue_ = request_.expect_continue;
  for (const auto& [name, value] : request_.headers) {
    if (equals_ignore_case(name, "Host"))
      host_ = value;
    else if (equals_ignore_case(name, "Connection"))
      wants_close_ = wants_close_ || has_token(value, "close");
    else if (equals_ignore_case(name, "Expect"))
      expects_continue_ = expects_continue_ || equals_ignore_case(value, "100-continue");
    else if (equals_ignore_case(name, "Upgrade"))
      upgrade_ = value;
    else
      sent_.emplace_back(name, value);
  }
}

BodyLength ClientTask::body_length() const {
  if (has_source()) {
    if (!request_.source.bytes) return {BodyLength::Kind::chunked, 0};
    return {BodyLength::Kind::length, *request_.source.bytes};
  }
  // rfc9110-8.6: a method that is expected to have content says so where there is none.
  const std::string& method = request_.method;
  const bool expected = method == "POST" || method == "PUT" || method == "PATCH";
  if (request_.body.empty() && !expected) return {};
  return {BodyLength::Kind::length, request_.body.size()};
}

OutgoingRequest ClientTask::outgoing(bool reused) {
  reused_ = reused;
  read_headers();
  const bool ranged = has_header("Range");  // of what is stored, not of what gzip makes of it
  asked_for_gzip_ = core_.options.decompress && !ranged && !has_header("Accept-Encoding");
  if (asked_for_gzip_) sent_.emplace_back("Accept-Encoding", "gzip");
  if (core_.options.cookies != nullptr)
    add_default("Cookie", core_.options.cookies->header_for(url_, core_.unix_seconds()));
  add_default("Accept", "*/*");
  add_default("User-Agent", core_.options.user_agent);
  if (!url_.user.empty() || !url_.password.empty())
    add_default("Authorization", basic_credentials(url_.user, url_.password));
  if (absolute_form_) add_default("Proxy-Authorization", core_.proxy.credentials());
  fields_.clear();
  for (const auto& [name, value] : sent_) fields_.push_back({name, value});
  target_ = absolute_form_ ? url_.text() : url_.target();
  if (request_.method == "CONNECT") target_ = host_ = url_.host_and_port();
  OutgoingRequest request;
  request.method = request_.method;
  request.target = target_;
  request.host = host_;
  request.fields = fields_;
  request.body = body_length();
  request.expects_continue = expects_continue_;
  request.close = wants_close_;
  request.upgrade = upgrade_;
  return request;
}

net::Duration ClientTask::first_byte_timeout() const {
  return request_.first_byte_timeout.value_or(core_.options.first_byte_timeout);
}

ContentSource::Pull ClientTask::pull(std::string& piece) {
  if (has_source()) {
    const auto pulled = request_.source.pull(piece);
    body_sent_ += piece.size();
    const bool none = pulled == ContentSource::Pull::more && piece.empty();
    return none ? ContentSource::Pull::wait : pulled;
  }
  piece = request_.body.substr(body_sent_, piece_bytes);
  body_sent_ += piece.size();
  return body_sent_ == request_.body.size() ? ContentSource::Pull::end : ContentSource::Pull::more;
}

// --- the head -----------------------------------------------------------------------------------

ResponseInfo ClientTask::info_of(const ResponseHead& head) const {
  ResponseInfo info;
  info.status = head.status;
  info.reason = head.reason;
  info.minor_version = head.minor_version;
  info.url = url_.text();
  info.redirects = redirects_;
  info.reused = reused_;
  for (const Field& each : head.fields) info.headers.emplace_back(each.name, each.value);
  return info;
}

void ClientTask::on_informational(const ResponseHead& head) {
  if (!silent() && handlers_.on_informational) handlers_.on_informational(info_of(head));
}

void ClientTask::on_head(const ResponseHead& head) {
  if (silent()) return;
  keep_cookies(head);
  if (plan_redirect(head)) return;
  if (failing_) return;
  info_ = info_of(head);
  if (head.body.kind != BodyLength::Kind::none) choose_decoder();
  if (handlers_.on_head) handlers_.on_head(info_);
}

// One coding, and one that we asked for: all else is the program's as it came.
void ClientTask::choose_decoder() {
  if (!asked_for_gzip_) return;
  const std::string_view coding = trim_ows(info_.header("Content-Encoding"));
  const bool is_gzip = equals_ignore_case(coding, "gzip") || equals_ignore_case(coding, "x-gzip");
  if (!is_gzip && !equals_ignore_case(coding, "deflate")) return;
  gunzip_ =
      std::make_unique<Gunzip>(max_body_, is_gzip ? Gunzip::Format::gzip : Gunzip::Format::zlib);
  info_.decoded = true;
  std::erase_if(info_.headers, [](const auto& field) {
    return equals_ignore_case(field.first, "Content-Encoding") ||
           equals_ignore_case(field.first, "Content-Length");
  });
}

void ClientTask::on_upgraded(const ResponseHead& head,
                             const std::function<std::unique_ptr<net::Connection>()>& take) {
  const auto self = shared_from_this();
  connection_ = nullptr;
  if (silent()) return;
  info_ = info_of(head);
  std::unique_ptr<net::Connection> taken = take();
  if (handlers_.on_upgrade) {
    handlers_.on_upgrade(info_, std::move(taken));
    return finish(std::nullopt);
  }
  // Its receive() is on the stack.
  core_.loop.defer([ending = std::move(taken)]() mutable { ending.reset(); });
  fail_later(
      {ClientError::unexpected_upgrade, sentence(ClientError::unexpected_upgrade), {}, false});
}

// --- redirects ----------------------------------------------------------------------------------

// True if this response is not the program's: the redirect is followed when its content has ended.
bool ClientTask::plan_redirect(const ResponseHead& head) {
  if (redirects_max_ == 0) return false;
  const bool has_content = has_source() || !request_.body.empty();
  const bool replayable = !has_source() || body_sent_ == 0 || request_.source.rewind;
  RedirectRules rules;
  rules.max_redirects = redirects_max_;
  rules.allow_downgrade = core_.options.allow_downgrade;
  auto redirect =
      redirect_of(head, {url_, request_.method, has_content, replayable, redirects_}, rules);
  if (!redirect) {
    const bool many = redirect.error() == RedirectRefusal::too_many;
    give_up(many ? ClientError::too_many_redirects : ClientError::bad_redirect,
            sentence(redirect.error()));
    return true;
  }
  if (!*redirect) return false;
  next_ = std::move(**redirect);
  next_method_ = next_->method;  // it may be a view of ours
  return true;
}

void ClientTask::follow_redirect() {
  const Redirect next = std::move(*std::exchange(next_, std::nullopt));
  ++redirects_;
  request_.method = next_method_;
  std::erase_if(request_.headers, [&](const auto& field) {
    const bool other_host = !next.same_origin && equals_ignore_case(field.first, "Host");
    return other_host || !next.keeps(field.first);
  });
  if (!next.keeps_content) {
    request_.body.clear();
    request_.source = ContentSource();
    request_.expect_continue = false;
  } else if (!begin_again()) {
    return give_up(ClientError::content_source);
  }
  url_ = next.url;
  if (!next.same_origin) request_.unix_path.clear();
  fresh_ = false;
  if (!silent() && !failing_) attempt();
}

void ClientTask::keep_cookies(const ResponseHead& head) {
  if (core_.options.cookies == nullptr) return;
  for (const Field& each : head.fields) {
    if (equals_ignore_case(each.name, "Set-Cookie"))
      core_.options.cookies->store(each.value, url_, core_.unix_seconds());
  }
}

// --- the content --------------------------------------------------------------------------------

void ClientTask::on_content(net::Bytes bytes) {
  if (silent() || failing_) return;
  if (next_) {
    received_ += bytes.size();
    if (received_ <= discarded_bytes_max) return;
    std::exchange(connection_, nullptr)->abandon();  // cheaper than to read on
    return follow_redirect();
  }
  gunzip_ ? inflate(bytes) : deliver(bytes);
}

void ClientTask::deliver(net::Bytes bytes) {
  received_ += bytes.size();
  if (received_ > max_body_) return give_up(ClientError::content_too_large);
  if (whole_) {
    body_.append(net::as_text(bytes));
  } else if (handlers_.on_data) {
    handlers_.on_data(bytes);
  }
}

void ClientTask::inflate(net::Bytes in) {
  content_begun_ = true;
  std::array<std::uint8_t, inflated_bytes> room;
  for (std::size_t made = room.size(); !in.empty() || made == room.size();) {
    made = gunzip_->read(in, room);
    if (made > 0) deliver(net::Bytes(room).first(made));
    if (silent() || failing_) return;
    if (gunzip_->failed()) {
      const bool bomb = gunzip_->error() == GunzipError::too_large;
      return give_up(bomb ? ClientError::content_too_large : ClientError::bad_encoding,
                     sentence_of(gunzip_->error()));
    }
    if (paused_ && (!in.empty() || made == room.size())) {
      held_ = net::as_text(in);
      holds_ = true;
      return;
    }
  }
}

void ClientTask::on_end(HeaderList trailers) {
  const auto self = shared_from_this();
  connection_ = nullptr;
  if (silent() || failing_) return;
  if (holds_) {
    held_end_ = std::move(trailers);
    return;
  }
  if (next_) return follow_redirect();
  // No content at all, as behind HEAD, is not a torn one.
  const bool torn = gunzip_ && content_begun_ && !gunzip_->finish();
  if (torn)
    return finish(
        ClientFailure{ClientError::bad_encoding, sentence_of(gunzip_->error()), {}, false});
  finish(std::nullopt, std::move(trailers));
}

}  // namespace strata::http
