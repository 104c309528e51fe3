// sio/eio/polling_transport.cpp - a session over HTTP requests, eio4-polling.
//
//   GET   held until there is something      200  4hello\x1e2
//   POST  4hi\x1ebAQIDBA==                   200  ok
#include <optional>
#include <utility>

#include "http/request.h"
#include "http/server.h"
#include "sio/eio/server_socket.h"

namespace strata::sio::eio {

// Packets, as the body of an answer.
void ServerSocket::send_body(http::Response& response, std::string&& body) {
  response.set("Content-Type", "text/plain; charset=UTF-8");
  response.set("Cache-Control", "no-store");
  if (!std::exchange(plain_body_, false)) {
    const std::string_view coding = core_->poll_compression().pack(response.request(), body);
    if (!coding.empty()) response.set("Content-Encoding", coding);
  }
  response.send(std::move(body));
}

void ServerSocket::answer_handshake(http::Response& response, std::string_view open_data) {
  note({PacketType::open, false, open_data});
  session_.outbox().append(PacketType::open, open_data);
  if (std::optional<SharedMessage> first = core_->options().initial_packet) send(*first, {});
  send_body(response, session_.outbox().take_body());
}

void ServerSocket::on_get(http::Request& request, http::Response& response) {
  const Actions actions = session_.on_poll();
  core_->add_fields(request, response);
  if (actions.refuse) {
    response.status(400).end();
    perform(actions);  // the poll that was held learns of the end
    return;
  }
  if (actions.answer_poll) return carry(response);
  if (actions.end) {
    send_body(response, session_.last_body());
    perform(actions);
    return;
  }
  extras().poll = response.defer();
  response.held();
  response.on_abort(core_->when_alive(
      sid_, [](ServerSocket& socket) { socket.perform(socket.session_.on_poll_aborted()); }));
  // The answer to what is pipelined cannot overtake this one, so this one ends now.
  response.on_pipelined(core_->when_alive(
      sid_, [](ServerSocket& socket) { socket.perform(socket.session_.on_poll_overtaken()); }));
}

void ServerSocket::answer_poll() {
  if (http::Response* const response = extras_->poll.response()) carry(*response);
}

// What waits leaves in this answer.
void ServerSocket::carry(http::Response& response) {
  const Options& options = core_->options();
  if (options.on_flush) guarded([&] { options.on_flush(*this); });
  if (response.ended()) return;  // that closed the session
  send_body(response, session_.poll_body());
  if (options.on_drain) guarded([&] { options.on_drain(*this); });
  run_when_sent();
  tell_drained();
}

void ServerSocket::answer_last() {
  std::string body = session_.last_body();
  if (http::Response* const response = extras_->poll.response())
    send_body(*response, std::move(body));
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
  // First what forgets it, then what is forgotten: either may fail for want of memory.
  response.on_abort(core_->when_alive(sid_, [&response](ServerSocket& socket) {
    if (socket.extras_) socket.extras_->post = nullptr;
    // eio4-polling: too large is an error of that request, not of the session.
    if (response.status() == 413) return socket.session_.on_post_done();
    socket.perform(socket.session_.on_post_aborted());
  }));
  extras().post = &response;
}

// It is no longer under way, though a middleware may keep it waiting, or answer it.
void ServerSocket::on_post_whole(const http::Response& response) {
  if (!extras_ || extras_->post != &response) return;
  extras_->post = nullptr;
  session_.on_post_done();
}

void ServerSocket::on_post(http::Request& request, http::Response& response) {
  bool good = true;
  PayloadReader reader(request.body());
  while (session_.state() != Session::State::closed) {
    const auto packet = reader.next();
    if (!packet) break;
    good = packet->has_value();
    if (good) {
      received(**packet);
    } else {
      perform(session_.on_bad_packet(packet->error().why));
    }
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
