// sio/eio/requests.cpp - the way of a request to its session: what every request goes through.
#include <utility>

#include "http/field_lines.h"
#include "http/request.h"
#include "http/server.h"
#include "sio/eio/server_core.h"
#include "sio/eio/server_socket.h"
#include "ws/handshake.h"

namespace strata::sio::eio {

using Code = RequestError::Code;

bool ServerCore::is_upgrade(const http::Request& request) {
  return request.upgrade() && http::has_token(request.header("upgrade"), "websocket");
}

static std::string prefix_of(const Options& options) {
  std::string path = options.path;
  if (path.ends_with('/')) path.pop_back();
  return options.add_trailing_slash ? path + '/' : path;
}

// The route, and what waits in it for a middleware, outlive us where our Server is destroyed
// before `http`.
void ServerCore::route_on(http::Server& http) {
  const auto guarded = [this](void (ServerCore::*act)(Request&, Response&), bool head) {
    return [weak = std::weak_ptr<ServerCore*>(self_), act, head](Request& request,
                                                                 Response& response) {
      const std::shared_ptr<ServerCore*> self = weak.lock();
      if (self) {
        const Entered entered(**self);
        ((*self)->*act)(request, response);
      } else if (!head) {
        response.status(404).end();
      }
    };
  };
  chain_ = std::make_shared<http::Router>();
  chain_->mount("/", middlewares_);
  chain_->use_error([fail = guarded(&ServerCore::fail_middleware, false)](
                        const std::exception&, Request& request, Response& response,
                        const http::Next&) { fail(request, response); });
  chain_->use(
      [serve = guarded(&ServerCore::serve, false)](
          Request& request, Response& response, const http::Next&) { serve(request, response); });
  http::PrefixRoute route;
  route.prefix = prefix_of(options_);
  route.max_body = options_.max_payload;
  route.empty_errors = true;
  route.on_head = guarded(&ServerCore::on_head, true);
  route.on_refusal = guarded(&ServerCore::add_fields, true);
  route.on_request = [chain = chain_, act = guarded(&ServerCore::on_whole, false)](
                         Request& request, Response& response) { act(request, response); };
  http.prefix(std::move(route));
  http.welcome(*this);
}

void ServerCore::use(http::Middleware middleware) {
  middlewares_.use(std::move(middleware));
  has_middleware_ = true;
}

// --- the checks ---------------------------------------------------------------------------------

// A POST is looked at before its content comes: what is refused need not be read, and a second one
// beside it is told apart. Everything else waits for its content, and mostly has none.
void ServerCore::on_head(Request& request, Response& response) {
  if (request.method() != "POST" || is_upgrade(request)) return;
  const Query query = parse_query(request.query_string());
  ServerSocket* const socket = find_public(query.sid);
  const auto error = check(request, query, socket);
  if (!error && socket != nullptr) return socket->on_post_head(request, response);
  if (error && !has_middleware_) refuse(request, response, *error);  // else they are asked first
}

// What is thrown is answered below us, and then nobody may hold this response any more.
void ServerCore::on_whole(Request& request, Response& response) {
  try {
    on_request(request, response);
  } catch (...) {
    for (const auto& [sid, socket] : sockets_) socket->on_post_whole(response);
    throw;
  }
}

void ServerCore::on_request(Request& request, Response& response) {
  if (request.method() == "OPTIONS" && preflight(request, response)) return;
  if (!has_middleware_) return serve(request, response);
  if (request.method() == "POST") {  // a middleware may answer it
    ServerSocket* const socket = find_public(parse_query(request.query_string()).sid);
    if (socket != nullptr) socket->on_post_whole(response);
  }
  chain_->handle(request, response);
}

void ServerCore::serve(Request& request, Response& response) {
  const Query query = parse_query(request.query_string());
  ServerSocket* const socket = find_public(query.sid);
  if (socket != nullptr) socket->on_post_whole(response);
  // Checked again for a POST: while its content came, the session may have ended or moved on.
  if (const auto error = check(request, query, socket)) return refuse(request, response, *error);
  if (socket == nullptr) return ask_application(request, response, query);
  came_back(*socket);
  if (is_upgrade(request)) return join(request, response, *socket);
  if (request.method() == "GET") return socket->on_get(request, response);
  if (request.method() == "POST") return socket->on_post(request, response);
  add_fields(request, response);
  response.status(500).end();
}

std::optional<RequestError> ServerCore::check(const Request& request, const Query& query,
                                              const ServerSocket* socket) const {
  RequestFacts facts;
  facts.method = request.method();
  facts.origin = request.header("origin");
  facts.upgrade = is_upgrade(request);
  facts.session_known = socket != nullptr;
  if (socket != nullptr) facts.session_transport = socket->session().transport();
  facts.polling_enabled = options_.polling;
  facts.websocket_enabled = options_.websocket;
  const bool writes = facts.upgrade || facts.method == "POST";
  if (writes && !origins_.allows(facts.origin, request.header("host"))) {
    return RequestError{Code::forbidden, "INVALID_ORIGIN", {}};
  }
  return check_request(query, facts);
}

void ServerCore::fail_middleware(Request& request, Response& response) {
  refuse(request, response, RequestError{Code::bad_request, "MIDDLEWARE_FAILURE", {}});
}

void ServerCore::refuse(Request& request, Response& response, const RequestError& error) {
  if (options_.on_connection_error) {
    const Query query = parse_query(request.query_string());
    options_.on_connection_error(ConnectionError{request, static_cast<int>(error.code),
                                                 message_of(error.code), error.name,
                                                 context_of(error, query, request.method())});
  }
  add_fields(request, response);
  // A client that waited for a 101 has no use for this connection.
  if (request.upgrade()) response.set("Connection", "close");
  response.status(status_of(error)).set("Content-Type", "application/json").send(body_of(error));
}

// True if it was one, and is answered.
bool ServerCore::preflight(Request& request, Response& response) {
  const http::CorsOptions& cors = origins_.fields();
  if (!origins_.enabled() || cors.preflight_continue) return false;
  Fields fields;
  origins_.append_preflight(request.header("origin"),
                            request.header("access-control-request-headers"), fields);
  for (const auto& [name, value] : fields) response.append(name, value);
  response.status(cors.options_success_status).end();
  return true;
}

// --- the fields of an answer --------------------------------------------------------------------

// Old ones tore a poll's answer apart where they found what looked like a script in it.
static bool is_internet_explorer(std::string_view user_agent) {
  return user_agent.find(";MSIE") != std::string_view::npos ||
         user_agent.find("Trident/") != std::string_view::npos;
}

Fields ServerCore::fields_for(const Request& request, bool first) {
  Fields fields;
  origins_.append_fields(request.header("origin"), fields);
  if (is_internet_explorer(request.header("user-agent"))) {
    fields.emplace_back("X-XSS-Protection", "0");
  }
  if (first && options_.initial_headers) options_.initial_headers(fields, request);
  if (options_.headers) options_.headers(fields, request);
  return fields;
}

void ServerCore::add_fields(Request& request, Response& response) {
  for (const auto& [name, value] : fields_for(request, false)) response.append(name, value);
}

// --- WebSockets ---------------------------------------------------------------------------------

std::unique_ptr<ws::Connection> ServerCore::accept(Request& request, Response& response,
                                                   bool first) {
  std::string lines(response.field_lines());  // a middleware's
  for (const auto& [name, value] : fields_for(request, first)) {
    http::append_line(lines, name, value);
  }
  // A browser that offers any gives up where none is chosen; like the reference we have no choice
  // of our own.
  const std::vector<std::string_view> offered = ws::offered_subprotocols(request.head());
  const std::string_view subprotocol = offered.empty() ? std::string_view() : offered.front();
  std::optional<ws::AcceptedOffer> deflate;
  if (deflate_pool_) deflate = ws::accept_offer(request.head(), deflate_pool_->options().wanted);
  prepare_ends();
  auto below = ws::accept(request, response, subprotocol, lines,
                          deflate ? deflate->answer : std::string(), this);
  if (!below) {  // no WebSocket handshake, and answered so
    if (options_.on_connection_error) {
      options_.on_connection_error({request,
                                    static_cast<int>(Code::bad_request),
                                    "Bad request",
                                    "TRANSPORT_HANDSHAKE_ERROR",
                                    {"name", "TRANSPORT_HANDSHAKE_ERROR"}});
    }
    return nullptr;
  }
  limits_.set_high_water(below->options().high_water);
  auto made = std::make_unique<ws::Connection>(std::move(below), ws::Role::server, limits_, *this);
  if (deflate) made->use(ws::Compression(deflate->agreed, ws::Role::server, deflate_pool_));
  ++connections_;
  return made;
}

void ServerCore::join(Request& request, Response& response, ServerSocket& socket) {
  auto connection = accept(request, response, false);
  if (connection) socket.on_candidate(std::move(connection));
}

}  // namespace strata::sio::eio
