// sio/eio/requests.cpp - the way of a request to its session, eio4-handshake.
#include <sys/random.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <utility>

#include "http/base64.h"
#include "http/request.h"
#include "http/server.h"
#include "http/target.h"
#include "sio/eio/server_core.h"
#include "sio/eio/server_socket.h"

namespace strata::sio::eio {

using Code = RequestError::Code;

// 144 bits nobody can guess, in characters that a URL takes as they are.
static Sid make_sid() {
  std::array<std::uint8_t, 18> octets{};
  for (std::size_t have = 0; have < octets.size();) {
    const ssize_t got = getrandom(octets.data() + have, octets.size() - have, 0);
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  std::string text = http::encode_base64(octets);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  Sid sid{};
  std::copy_n(text.begin(), sid.size(), sid.begin());
  return sid;
}

static bool is_websocket_upgrade(const http::Request& request) {
  return request.upgrade() && http::has_token(request.header("upgrade"), "websocket");
}

// --- the checks ---------------------------------------------------------------------------------

void ServerCore::on_head(Request& request, Response& response) {
  // All else waits for its content, and mostly has none.
  if (request.method() != "POST" || is_websocket_upgrade(request)) return;
  const Query query = parse_query(request.query_string());
  ServerSocket* const socket = find(query.sid);
  if (admitted(request, response, query, socket) && socket != nullptr) {
    socket->on_post_head(request, response);
  }
}

void ServerCore::on_request(Request& request, Response& response) {
  if (request.method() == "OPTIONS" && origins_.enabled()) return preflight(request, response);
  const Query query = parse_query(request.query_string());
  ServerSocket* const socket = find(query.sid);
  // Checked again for a POST: while its content came, the session may have ended or moved on.
  if (!admitted(request, response, query, socket)) return;
  if (is_websocket_upgrade(request)) {
    if (socket != nullptr) return upgrade(request, response, query, socket);
    return ask_application(request, response, query);
  }
  if (socket == nullptr) return ask_application(request, response, query);
  if (request.method() == "GET") return socket->on_get(request, response);
  if (request.method() == "POST") return socket->on_post(request, response);
  add_fields(request, response);
  response.status(500).end();
}

bool ServerCore::admitted(Request& request, Response& response, const Query& query,
                          ServerSocket* socket) {
  RequestFacts facts;
  facts.method = request.method();
  facts.origin = request.header("origin");
  facts.upgrade = is_websocket_upgrade(request);
  facts.session_known = socket != nullptr;
  if (socket != nullptr) facts.session_transport = socket->session().transport();
  facts.polling_enabled = options_.polling;
  facts.websocket_enabled = options_.websocket;
  const bool writes = facts.upgrade || facts.method == "POST";
  if (writes && !origins_.allows(facts.origin, request.header("host"))) {
    refuse(request, response, RequestError{Code::forbidden, "INVALID_ORIGIN", {}});
    return false;
  }
  if (const auto error = check_request(query, facts)) {
    refuse(request, response, *error);
    return false;
  }
  return true;
}

void ServerCore::refuse(Request& request, Response& response, const RequestError& error) {
  if (options_.on_connection_error) {
    options_.on_connection_error(
        ConnectionError{request, static_cast<int>(error.code), message_of(error), error.name});
  }
  add_fields(request, response);
  // A client that waited for a 101 has no use for this connection.
  if (request.upgrade()) response.set("Connection", "close");
  response.status(status_of(error)).set("Content-Type", "application/json").send(body_of(error));
}

void ServerCore::preflight(Request& request, Response& response) {
  Fields fields;
  origins_.append_preflight(request.header("origin"),
                            request.header("access-control-request-headers"), fields);
  for (const auto& [name, value] : fields) response.append(name, value);
  response.status(204).end();
}

// --- the fields of an answer --------------------------------------------------------------------

Fields ServerCore::fields_for(const Request& request, bool first) {
  Fields fields;
  origins_.append_fields(request.header("origin"), fields);
  if (first && options_.initial_headers) options_.initial_headers(fields, request);
  if (options_.headers) options_.headers(fields, request);
  return fields;
}

void ServerCore::add_fields(const http::Request& request, http::Response& response) {
  for (const auto& [name, value] : fields_for(request, false)) response.append(name, value);
}

static std::string cookie_text(const Cookie& cookie, std::string_view sid) {
  std::string text = cookie.name + "=" + std::string(sid);
  if (!cookie.path.empty()) text += "; Path=" + cookie.path;
  if (cookie.http_only) text += "; HttpOnly";
  if (!cookie.same_site.empty()) text += "; SameSite=" + cookie.same_site;
  return text;
}

// --- a new session ------------------------------------------------------------------------------

void ServerCore::ask_application(Request& request, Response& response, Query query) {
  if (options_.allow_request_later) {
    // Both live until the response has ended; when the client goes away first, nobody answers.
    const auto waiting = std::make_shared<bool>(true);
    response.on_abort([waiting] { *waiting = false; });
    response.defer();
    options_.allow_request_later(
        request, [weak = std::weak_ptr<ServerCore*>(self_), waiting, &request, &response,
                  query = std::move(query)](std::optional<std::string> forbidden) {
          const std::shared_ptr<ServerCore*> self = weak.lock();
          if (!self || !std::exchange(*waiting, false)) return;
          const Entered entered(**self);
          (*self)->handshake(request, response, query, forbidden);
        });
    return;
  }
  std::optional<std::string> forbidden;
  if (options_.allow_request) forbidden = options_.allow_request(request);
  handshake(request, response, query, forbidden);
}

void ServerCore::handshake(Request& request, Response& response, const Query& query,
                           const std::optional<std::string>& forbidden) {
  if (forbidden) {
    return refuse(request, response, RequestError{Code::forbidden, {}, *forbidden});
  }
  if (const auto error = check_version(query)) return refuse(request, response, *error);
  if (is_websocket_upgrade(request)) return upgrade(request, response, query, nullptr);
  open_polling(request, response, query);
}

static Handshake handshake_of(const http::Request& request) {
  Handshake first;
  first.headers.reserve(request.headers().size());
  for (const http::Field& field : request.headers()) {
    std::string name(field.name);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    first.headers.emplace_back(std::move(name), field.value);
  }
  first.query = http::parse_query(request.query_string());
  first.url = request.target();
  first.address = request.ip();
  first.xdomain = !request.header("origin").empty();
  first.issued = std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count();
  return first;
}

ServerSocket& ServerCore::make_socket(Request& request, const Query& query, Transport first) {
  prepare_ends();
  auto socket =
      std::make_unique<ServerSocket>(*this, make_sid(), first, handshake_of(request), query.base64);
  ServerSocket& made = *socket;
  sockets_.emplace(made.id(), std::move(socket));
  return made;
}

void ServerCore::open_polling(Request& request, Response& response, const Query& query) {
  ServerSocket& socket = make_socket(request, query, Transport::polling);
  Fields fields = fields_for(request, true);
  if (options_.cookie) {
    fields.emplace_back("Set-Cookie", cookie_text(*options_.cookie, socket.id()));
  }
  for (const auto& [name, value] : fields) response.append(name, value);
  response.set("Content-Type", "text/plain; charset=UTF-8").set("Cache-Control", "no-store");
  std::string body(1, digit(PacketType::open));
  body += open_data(socket.id(), options_.allow_upgrades && options_.websocket, timing_,
                    options_.max_payload);
  response.send(body);
  announce(socket);
}

// A session that the layer above could not take is none.
void ServerCore::announce(ServerSocket& socket) {
  try {
    if (top_ != nullptr) top_->on_open(socket);
  } catch (...) {
    socket.close("forced close", true);
  }
}

// --- WebSockets ---------------------------------------------------------------------------------

std::unique_ptr<ws::Connection> ServerCore::accept(Request& request, Response& response,
                                                   bool first) {
  std::string lines;
  for (const auto& [name, value] : fields_for(request, first)) {
    lines.append(name).append(": ").append(value).append("\r\n");
  }
  prepare_ends();
  auto below = ws::accept(request, response, {}, lines);
  if (!below) return nullptr;  // no WebSocket handshake, and answered so
  auto made = std::make_unique<ws::Connection>(std::move(below), ws::Role::server, limits_, *this);
  ++connections_;
  return made;
}

void ServerCore::upgrade(Request& request, Response& response, const Query& query,
                         ServerSocket* socket) {
  if (socket != nullptr) {
    if (auto connection = accept(request, response, false)) {
      socket->on_candidate(std::move(connection));
    }
    return;
  }
  // What the socket keeps of the request is copied before its connection is taken.
  Handshake first = handshake_of(request);
  auto connection = accept(request, response, true);
  if (!connection) return;
  auto made = std::make_unique<ServerSocket>(*this, make_sid(), Transport::websocket,
                                             std::move(first), query.base64);
  ServerSocket& fresh = *made;
  sockets_.emplace(fresh.id(), std::move(made));
  fresh.start_on(std::move(connection));
  announce(fresh);
}

}  // namespace strata::sio::eio
