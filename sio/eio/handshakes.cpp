// sio/eio/handshakes.cpp - a new session, eio4-handshake: the application may refuse it, may choose
// its id, and may take its time for both.
#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include "http/base64.h"
#include "http/cookie.h"
#include "http/request.h"
#include "http/target.h"
#include "net/random.h"
#include "sio/eio/make_room.h"
#include "sio/eio/server_core.h"
#include "sio/eio/server_socket.h"

namespace strata::sio::eio {

using Code = RequestError::Code;

// 144 bits nobody can guess, in characters that a URL takes as they are.
static Sid make_sid() {
  std::array<std::uint8_t, 18> octets{};
  net::fill_random(octets);
  std::string text = http::encode_base64(octets);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  Sid sid{};
  std::copy_n(text.begin(), sid.size(), sid.begin());
  return sid;
}

// Both live until the response has ended; when the client goes away first, nobody answers.
template <class Then>
void ServerCore::ask_later(const AskLater& ask, Request& request, Response& response, Then then) {
  const auto waiting = std::make_shared<bool>(true);
  response.on_abort([waiting] { *waiting = false; });
  response.defer();
  ask(request, [weak = std::weak_ptr<ServerCore*>(self_), waiting, &request, &response,
                then = std::move(then)](Sentence answer) {
    const std::shared_ptr<ServerCore*> self = weak.lock();
    if (!self || !std::exchange(*waiting, false)) return;
    const Entered entered(**self);
    then(**self, request, response, std::move(answer));
  });
}

void ServerCore::ask_application(Request& request, Response& response, Query query) {
  if (options_.allow_request_later) {
    return ask_later(options_.allow_request_later, request, response,
                     [query = std::move(query)](ServerCore& core, Request& asked, Response& answer,
                                                const Sentence& forbidden) {
                       core.choose_id(asked, answer, query, forbidden);
                     });
  }
  Sentence forbidden;
  if (options_.allow_request) forbidden = options_.allow_request(request);
  choose_id(request, response, std::move(query), forbidden);
}

void ServerCore::choose_id(Request& request, Response& response, Query query,
                           const Sentence& forbidden) {
  if (forbidden) return refuse(request, response, {Code::forbidden, {}, *forbidden});
  if (const auto error = check_version(query)) return refuse(request, response, *error);
  if (options_.generate_id_later) {
    return ask_later(
        options_.generate_id_later, request, response,
        [query = std::move(query)](ServerCore& core, Request& asked, Response& answer,
                                   const Sentence& id) { core.begin(asked, answer, query, id); });
  }
  Sentence id = "";
  if (options_.generate_id) try {
      id = options_.generate_id(request);
    } catch (...) {
      id.reset();
    }
  begin(request, response, query, id);
}

// What a cookie's value may hold, rfc6265-4.1.1: it stands in JSON and in a URL likewise.
static bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= sid_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
         });
}

void ServerCore::begin(Request& request, Response& response, const Query& query,
                       const Sentence& id) {
  if (makes_ids() && (!id || !is_id(*id) || find_public(*id) != nullptr)) {
    return refuse(request, response, {Code::bad_request, "ID_GENERATION_ERROR", {}});
  }
  if (is_upgrade(request)) return open_websocket(request, response, query, *id);
  open_polling(request, response, query, *id);
}

static Handshake handshake_of(const http::Request& request) {
  HandshakeParts first;
  first.headers.reserve(request.headers().size());
  for (const http::Field& field : request.headers())
    first.headers.emplace_back(field.name, field.value);
  const auto query = http::parse_query(request.query_string());
  first.query.assign(query.begin(), query.end());
  first.url = request.target();
  const std::string address = request.ip();
  first.address = address;
  first.issued = std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count();
  return Handshake(first);
}

// What is not a name, a path or a domain is left out with its cookie.
static std::optional<std::string> cookie_text(const Cookie& cookie, std::string_view sid) {
  http::CookieOptions options;
  options.max_age = cookie.max_age;
  options.domain = cookie.domain;
  options.path = cookie.path;
  options.http_only = cookie.http_only;
  options.secure = cookie.secure;
  options.same_site = cookie.same_site;
  options.partitioned = cookie.partitioned;
  options.raw = true;  // an id has none but a cookie's characters
  return http::write_set_cookie(cookie.name, sid, options, std::time(nullptr));
}

ServerSocket& ServerCore::keep(std::unique_ptr<ServerSocket> socket) {
  ServerSocket& kept = *socket;
  const auto at = sockets_.emplace(as_text(kept.key()), std::move(socket)).first;
  if (!makes_ids()) return kept;
  try {
    by_given_id_.emplace(kept.id(), &kept);
  } catch (...) {
    sockets_.erase(at);
    throw;
  }
  return kept;
}

void ServerCore::open_polling(Request& request, Response& response, const Query& query,
                              std::string_view id) {
  prepare_ends();
  ServerSocket& socket = keep(std::make_unique<ServerSocket>(
      *this, make_sid(), Transport::polling, handshake_of(request), query.base64, id));
  const Sid key = socket.key();
  try {
    Fields fields = fields_for(request, true);
    if (options_.cookie) {
      if (auto text = cookie_text(*options_.cookie, socket.id())) {
        fields.emplace_back("Set-Cookie", std::move(*text));
      }
    }
    for (const auto& [name, value] : fields) response.append(name, value);
    fresh_.push_back(key);
    const bool upgrades = options_.allow_upgrades && options_.websocket;
    socket.answer_handshake(response,
                            open_data(socket.id(), upgrades, timing_, options_.max_payload));
  } catch (...) {
    socket.close("forced close", true);
    throw;
  }
  if (find(as_text(key)) == nullptr) return;  // one of the application's functions ended it
  fresh_bytes_ += socket.count_handshake();
  announce(socket);
  end_oldest_handshakes();
}

void ServerCore::open_websocket(Request& request, Response& response, const Query& query,
                                std::string_view id) {
  // What the socket keeps of the request is copied before its connection is taken.
  Handshake first = handshake_of(request);
  auto connection = accept(request, response, true);
  if (!connection) return;
  ServerSocket& socket = keep(std::make_unique<ServerSocket>(
      *this, make_sid(), Transport::websocket, std::move(first), query.base64, id));
  socket.start_on(std::move(connection));
  announce(socket);
}

// A session that the layer above could not take is none.
void ServerCore::announce(ServerSocket& socket) {
  socket.announced = true;
  try {
    if (top_ != nullptr) top_->on_open(socket);
    if (top_ != nullptr && options_.on_open) options_.on_open(socket);
  } catch (...) {
    socket.close("forced close", true);
  }
}

// --- clients that only say hello ----------------------------------------------------------------
//
// A polling session costs its client one request, and it need not stay to keep us waiting for it.

void ServerCore::came_back(ServerSocket& socket) {
  fresh_bytes_ -= std::exchange(socket.fresh_bytes, 0);
}

void ServerCore::end_oldest_handshakes() {
  while (!fresh_.empty()) {
    ServerSocket* const oldest = find(as_text(fresh_.front()));
    if (oldest != nullptr && oldest->fresh_bytes != 0) {
      if (fresh_bytes_ <= options_.max_handshakes) return;
      oldest->give_up_handshake();
    }
    fresh_.pop_front();
  }
}

}  // namespace strata::sio::eio
