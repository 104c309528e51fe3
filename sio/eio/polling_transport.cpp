// sio/eio/polling_transport.cpp - a session over HTTP requests, eio4-polling.
//
//   GET   held until there is something      200  4hello\x1e2
//   POST  4hi\x1ebAQIDBA==                   200  ok
#include <utility>

#include "http/request.h"
#include "http/server.h"
#include "sio/eio/server_socket.h"

namespace strata::sio::eio {

static void set_payload_fields(http::Response& response) {
  response.set("Content-Type", "text/plain; charset=UTF-8");
  response.set("Cache-Control", "no-store");
}

void ServerSocket::on_get(http::Request& request, http::Response& response) {
  const Actions actions = session_.on_poll();
  core_->add_fields(request, response);
  if (actions.refuse) {
    response.status(400).end();
    perform(actions);  // the poll that was held learns of the end
    return;
  }
  set_payload_fields(response);
  if (actions.answer_poll) {
    response.send(session_.poll_body());
    tell_drained();
    return;
  }
  if (actions.end) {
    response.send(session_.last_body());
    perform(actions);
    return;
  }
  poll_ = response.defer();
  response.held();
  response.on_abort(core_->when_alive(
      sid_, [](ServerSocket& socket) { socket.perform(socket.session_.on_poll_aborted()); }));
  // The answer to what is pipelined cannot overtake this one, so this one ends now.
  response.on_pipelined(core_->when_alive(
      sid_, [](ServerSocket& socket) { socket.perform(socket.session_.on_poll_overtaken()); }));
}

void ServerSocket::answer_poll() {
  std::string body = session_.poll_body();
  if (http::Response* response = poll_.response()) response->send(std::move(body));
  tell_drained();
}

void ServerSocket::answer_last() {
  std::string body = session_.last_body();
  if (http::Response* response = poll_.response()) response->send(std::move(body));
}

static bool is_octet_stream(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return http::equals_ignore_case(type.substr(0, type.find_last_not_of(" \t") + 1),
                                  "application/octet-stream");
}

void ServerSocket::on_post_head(http::Request& request, http::Response& response) {
  Actions actions = session_.on_post();
  // Octets were the payload of version 3; in version 4 a payload is text.
  if (!actions.refuse && is_octet_stream(request.header("content-type"))) {
    actions = session_.on_post_refused("invalid content");
  }
  if (actions.refuse) {
    core_->add_fields(request, response);
    response.status(400).end();
    perform(actions);
    return;
  }
  response.on_abort(core_->when_alive(sid_, [&response](ServerSocket& socket) {
    // eio4-polling: too large is an error of that request, not of the session.
    if (response.status() == 413) return socket.session_.on_post_done();
    socket.perform(socket.session_.on_post_aborted());
  }));
}

void ServerSocket::on_post(http::Request& request, http::Response& response) {
  session_.on_post_done();
  bool good = true;
  PayloadReader reader(request.body());
  while (session_.state() != Session::State::closed) {
    const auto packet = reader.next();
    if (!packet) break;
    good = packet->has_value();
    perform(good ? session_.on_packet(**packet, core_->loop().now())
                 : session_.on_bad_packet(packet->error().why),
            good ? &**packet : nullptr);
  }
  rearm();
  core_->add_fields(request, response);
  if (!good) {
    response.status(400).end();
    return;
  }
  response.set("Content-Type", "text/html");
  response.send("ok");
}

}  // namespace strata::sio::eio
