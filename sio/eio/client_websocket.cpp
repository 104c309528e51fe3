// sio/eio/client_websocket.cpp - a packet is a message, eio4-packet: text with its type, octets as
// they are.
#include "sio/eio/client_websocket.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "http/message.h"

namespace strata::sio::eio {

static constexpr std::size_t scratch_bytes_max = 64 * 1024;  // kept for the next packet

ws::ClientOptions ClientWebSocket::ws_options(const ClientAddress& address, std::string url,
                                              http::CookieJar* cookies) {
  ws::ClientOptions options;
  options.url = std::move(url);
  options.subprotocols = options_.protocols;
  options.compression = options_.per_message_deflate;
  options.headers = options_.headers_over(Transport::websocket);
  address.authorize(options.headers);
  const auto is_cookie = [](const auto& field) {
    return http::equals_ignore_case(field.first, "Cookie");
  };
  if (cookies != nullptr &&
      std::none_of(options.headers.begin(), options.headers.end(), is_cookie)) {
    const std::string line = cookies->header_for(address.parsed(), std::time(nullptr));
    if (!line.empty()) options.headers.emplace_back("Cookie", line);
  }
  options.unix_path = address.socket_path();
  options.connect_timeout = options_.connect_timeout;
  options.write_timeout = options_.write_timeout;
  options.limits.max_message = options_.max_message;
  options.limits.max_send_queue = options_.max_send_queue;
  options.proxy = options_.proxy;
  options.no_proxy = options_.no_proxy;
  options.resolver = options_.resolver;
  options.secure = options_.secure;
  options.on_open = [this](ws::Connection&, const ws::Opening&) { sink_.on_open(*this); };
  options.on_message = [this](ws::Connection&, const ws::Message& message) {
    sink_.on_message(*this, message);
  };
  options.on_close = [this](ws::Connection& closed, ws::CloseCode code, std::string_view why) {
    const bool broken = closed.failed();
    sink_.on_gone(*this, broken,
                  {.message = broken ? "websocket error" : "websocket connection closed",
                   .code = static_cast<int>(code),
                   .context = std::string(why)});
  };
  options.on_error = [this](const ws::ConnectFailure& failure) {
    sink_.on_gone(*this, true,
                  {.message = "websocket error",
                   .status = failure.status,
                   .context = failure.to_string(),
                   .system = failure.system});
  };
  return options;
}

ClientWebSocket::ClientWebSocket(net::Loop& loop, const ClientOptions& options,
                                 const ClientAddress& address, std::string url,
                                 http::CookieJar* cookies, Sink& sink)
    : options_(options), sink_(sink), client_(loop, ws_options(address, std::move(url), cookies)) {}

ws::SendResult ClientWebSocket::send_text(ws::Connection& to, const ClientOutbox::Item& packet) {
  scratch_.clear();
  if (packet.binary) {
    append_binary_packet(net::as_bytes(packet.data), scratch_);
  } else {
    append_packet(packet.type, packet.data, scratch_);
  }
  const ws::SendResult result = to.send_text(scratch_, ws::Delivery::volatile_);
  if (scratch_.capacity() > scratch_bytes_max) scratch_ = {};
  return result;
}

bool ClientWebSocket::send(const ClientOutbox::Item& packet) {
  ws::Connection* const to = client_.connection();
  if (to == nullptr) return false;
  if (!packet.compress) to->set_compressing(false);
  const bool octets = packet.binary && !options_.force_base64;
  const ws::SendResult result =
      octets ? to->send_binary(net::as_bytes(packet.data), ws::Delivery::volatile_)
             : send_text(*to, packet);
  if (!packet.compress) to->set_compressing(true);
  return result != ws::SendResult::dropped;
}

void ClientWebSocket::close() { client_.close(ws::CloseCode::none); }

std::size_t ClientWebSocket::buffered_bytes() const {
  const ws::Connection* const connection = client_.connection();
  return connection == nullptr ? 0 : connection->buffered_bytes();
}

}  // namespace strata::sio::eio
