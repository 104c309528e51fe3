// http/request_stream.cpp - the content of a request, in pieces, to who asks for it.
#include <utility>

#include "http/exchange.h"
#include "http/stream.h"

namespace strata::http {

void RequestStream::clear() { *this = RequestStream(); }

RequestStream& Request::stream_block() {
  if (stream_ == nullptr) stream_ = std::make_unique<RequestStream>();
  return *stream_;
}

void Request::begin_stream() { stream_block().streamed = true; }
bool Request::streamed() const { return stream_ != nullptr && stream_->streamed; }

void Request::on_data(std::function<void(net::Bytes)> take) {
  stream_block().on_data = std::move(take);
  if (!stream_->stopped) resume();
}

void Request::on_end(net::Task task) {
  stream_block().on_end = std::move(task);
  flow_later();
}

void Request::pause() {
  RequestStream& s = stream_block();
  s.flowing = false;
  s.stopped = true;
  if (s.streamed && !exchange_->response.ended())
    exchange_->carrier().read_content(*exchange_, false);
}

void Request::resume() {
  RequestStream& s = stream_block();
  s.flowing = true;
  s.stopped = false;
  if (exchange_->response.ended()) return;
  if (s.streamed) exchange_->carrier().read_content(*exchange_, true);
  flow_later();
}

std::optional<std::string_view> Request::trailer(std::string_view name) const {
  if (stream_ == nullptr) return std::nullopt;
  for (const auto& [key, value] : stream_->trailers) {
    if (equals_ignore_case(key, name)) return value;
  }
  return std::nullopt;
}

void Request::add_trailers(std::span<const Field> fields) {
  for (const Field& field : fields)
    stream_block().trailers.emplace_back(std::string(field.name), std::string(field.value));
}

// Never from inside a call of the handler's: from the end of the turn.
void Request::flow_later() {
  if (exchange_->response.ended() || std::exchange(stream_->flow_due, true)) return;
  exchange_->later([](Exchange& exchange) {
    const Running running(exchange);
    exchange.request.stream_->flow_due = false;
    if (exchange.response.ended()) return;
    if (exchange.request.streamed()) exchange.carrier().pump(exchange);
    exchange.request.flow();
  });
}

// Gives what came whole, and the end.
void Request::flow() {
  RequestStream& s = *stream_;
  const Running running(*exchange_);
  if (!s.flowing || !whole_ || exchange_->response.ended()) return;
  if (!s.streamed && !std::exchange(s.body_told, true) && !body_.empty())
    give(net::as_bytes(body_));
  if (!s.flowing || s.end_told || !s.on_end || exchange_->response.ended()) return;
  s.end_told = true;
  net::Task task = std::exchange(s.on_end, net::Task());
  exchange_->guard("on_end", task);
}

void Request::give(net::Bytes piece) {
  RequestStream& s = *stream_;
  if (!s.on_data || exchange_->response.ended()) return;
  const Running running(*exchange_);
  auto take = std::exchange(s.on_data, nullptr);  // it may set another
  exchange_->guard("on_data", [&] { take(piece); });
  if (!s.on_data) s.on_data = std::move(take);
}

}  // namespace strata::http
