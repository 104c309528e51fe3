// ws/accept.cpp - from an HTTP request to a connection that speaks WebSocket.
#include "http/request.h"
#include "http/response.h"
#include "ws/connection.h"
#include "ws/handshake.h"

namespace strata::ws {

bool refuse_wrong(const http::Request& request, http::Response& response) {
  const auto refusal = check_upgrade(request.head());
  if (!refusal) return false;
  for (const http::Field& field : refusal_fields(refusal->status)) {
    response.append(field.name, field.value);
  }
  // What follows a refused upgrade may be frames: it is not looked at as if it were requests.
  if (request.header_count("Upgrade") != 0) response.set("Connection", "close");
  response.status(refusal->status).type("text/plain").send(refusal->why);
  return true;
}

std::unique_ptr<net::Connection> accept(const http::Request& request, http::Response& response,
                                        std::string_view subprotocol, std::string_view fields,
                                        std::string_view extension, http::Guest* guest) {
  if (refuse_wrong(request, response)) return nullptr;
  std::unique_ptr<net::Connection> connection =
      guest != nullptr ? response.take_connection(*guest) : response.take_connection();
  if (connection != nullptr) {
    append_upgrade(request.head(), {subprotocol, fields, extension}, connection->out());
  }
  return connection;
}

}  // namespace strata::ws
