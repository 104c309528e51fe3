// sio/eio/client_polling.cpp - eio4-polling, the client's side.
#include "sio/eio/client_polling.h"

#include <algorithm>
#include <utility>

namespace strata::sio::eio {
namespace {

constexpr std::size_t context_bytes_max = 4096;
constexpr std::size_t post_bytes_a_second = 16 * 1024;  // that a server takes at least

http::ClientOptions http_options(const ClientOptions& from, http::CookieJar* cookies) {
  http::ClientOptions options;
  options.max_body = from.max_message;
  options.connect_timeout = from.connect_timeout;
  options.first_byte_timeout = from.answer_timeout;
  options.write_timeout = from.write_timeout;
  options.timeout = from.request_timeout;
  options.max_redirects = 0;
  options.max_retries = 0;  // a poll that is sent again may have lost what the first one fetched
  options.proxy = from.proxy;
  options.proxy_tunnel = true;  // one way through it for all that we send
  options.no_proxy = from.no_proxy;
  options.cookies = cookies;
  options.resolver = from.resolver;
  options.secure = from.secure;
  return options;
}

TransportError error_of(const char* message, const http::Result<http::ClientResponse>& answer) {
  TransportError error{.message = message};
  if (answer) {
    error.status = answer->status;
    error.context = answer->body.substr(0, context_bytes_max);
  } else {
    error.context = answer.error().to_string();
    error.system = answer.error().system;
  }
  return error;
}

bool is_good(const http::Result<http::ClientResponse>& answer) {
  return answer && answer->status == 200;
}

}  // namespace

ClientPolling::ClientPolling(net::Loop& loop, const ClientOptions& options,
                             const ClientAddress& address, http::CookieJar* cookies, Sink& sink)
    : options_(options),
      address_(address),
      sink_(sink),
      client_(loop, http_options(options, cookies)) {}

http::ClientRequest ClientPolling::request(std::string_view method, std::string url) const {
  http::ClientRequest request;
  request.method = method;
  request.url = std::move(url);
  request.headers = options_.headers_over(Transport::polling);
  address_.authorize(request.headers);
  request.unix_path = address_.socket_path();
  return request;
}

void ClientPolling::poll(std::string url) {
  http::ClientRequest get = request("GET", std::move(url));
  get.first_byte_timeout = net::Duration{};  // the heartbeat's deadline is the poll's
  client_.request(std::move(get), [this](http::Result<http::ClientResponse> answer) {
    if (is_good(answer)) return sink_.on_poll_answer(answer->body);
    sink_.on_poll_error(error_of("xhr poll error", answer));
  });
}

void ClientPolling::post(std::string url, std::string body) {
  http::ClientRequest post = request("POST", std::move(url));
  post.headers.emplace_back("Content-type", "text/plain;charset=UTF-8");
  // As a whole: an answer that comes byte by byte would hold up what is sent behind it for ever.
  const auto sending = std::chrono::seconds(body.size() / post_bytes_a_second);
  const net::Duration longest = options_.connect_timeout + options_.answer_timeout + sending;
  const bool limited = options_.request_timeout != net::Duration{};
  post.timeout = limited ? std::min(options_.request_timeout, longest) : longest;
  post.body = std::move(body);
  client_.request(std::move(post), [this](http::Result<http::ClientResponse> answer) {
    if (is_good(answer)) return sink_.on_post_answer();
    sink_.on_post_error(error_of("xhr post error", answer));
  });
}

}  // namespace strata::sio::eio
