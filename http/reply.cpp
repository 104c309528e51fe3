// http/reply.cpp - an answer given later, perhaps from another thread.
#include <utility>

#include "http/exchange.h"
#include "http/field_lines.h"
#include "http/response.h"

namespace strata::http {

bool Reply::live() const { return pool_ != nullptr && pool_->waited_for(slot_, generation_); }

Response* Reply::response() {
  Exchange* exchange = pool_ == nullptr ? nullptr : pool_->find(slot_, generation_);
  return exchange == nullptr || exchange->response.ended() ? nullptr : &exchange->response;
}

Reply& Reply::status(int code) {
  status_ = code;
  return *this;
}

Reply& Reply::set(std::string_view name, std::string_view value) {
  if (may_be_field(name, value)) append_line(fields_, name, value);
  return *this;
}

// What was set here goes into the response, then the action ends it.
template <class F>
void Reply::with_response(F action) {
  if (!live()) return;
  auto run = [pool = pool_, slot = slot_, generation = generation_, status = status_,
              fields = std::exchange(fields_, std::string()),
              action = std::move(action)]() mutable {
    Exchange* exchange = pool->find(slot, generation);
    if (exchange == nullptr || exchange->response.ended()) return;
    Response& response = exchange->response;
    if (status != 0) response.status(status);
    for (std::string_view rest = fields; !rest.empty();) {
      const std::size_t colon = rest.find(':');
      const std::size_t end = rest.find("\r\n");
      response.set(rest.substr(0, colon), rest.substr(colon + 2, end - colon - 2));
      rest.remove_prefix(end + 2);
    }
    action(response);
  };
  if (pool_->in_loop_thread()) {
    run();
  } else {
    pool_->post(std::move(run));
  }
}

void Reply::send(std::string_view body) {
  if (pool_ != nullptr && pool_->in_loop_thread()) {  // no copy for the way
    with_response([body](Response& response) { response.send(body); });
  } else {
    send(std::string(body));
  }
}

void Reply::send(std::string&& body) {
  with_response(
      [text = std::move(body)](Response& response) mutable { response.send(std::move(text)); });
}

void Reply::send(net::SharedBytes body) {
  with_response([shared = std::move(body)](Response& response) { response.send(shared); });
}

void Reply::json(std::string_view json_text) {
  with_response([text = std::string(json_text)](Response& response) { response.json(text); });
}

void Reply::send_status(int code) {
  with_response([code](Response& response) { response.send_status(code); });
}

void Reply::end() {
  with_response([](Response& response) { response.end(); });
}

void Reply::end(std::string_view last) {
  with_response([text = std::string(last)](Response& response) { response.end(text); });
}

template <class Piece>
bool Reply::write_piece(Piece piece) {
  if (!live()) return false;
  bool room = true;
  if (pool_->in_loop_thread()) {
    with_response([&](Response& response) { room = response.write(std::move(piece)); });
  } else {
    with_response([piece = std::move(piece)](Response& response) mutable {
      response.write(std::move(piece));
    });
  }
  return room;
}

bool Reply::write(std::string&& piece) { return write_piece(std::move(piece)); }
bool Reply::write(net::SharedBytes piece) { return write_piece(std::move(piece)); }

void Reply::flush() {
  with_response([](Response& response) { response.flush_headers(); });
}

void Reply::pull() {
  with_response([](Response& response) { response.pull(); });
}

void Reply::abort() {
  with_response([](Response& response) { response.abort(); });
}

void Reply::perform(net::Task task) {
  with_response([task = std::move(task)](Response& response) mutable {
    const Running running(*response.exchange_);
    response.exchange_->guard("what was to answer", task);
  });
}

std::unique_ptr<net::Connection> Reply::take_connection() {
  Response* const found = response();
  return found == nullptr ? nullptr : found->take_connection();
}

}  // namespace strata::http
