// sio/eio/server_core.cpp - the table of sessions, the end of a turn, and the WebSockets' events.
#include "sio/eio/server_core.h"

#include <utility>

#include "sio/eio/make_room.h"
#include "sio/eio/server_socket.h"

namespace strata::sio::eio {

ServerCore::ServerCore(http::Server& http, Options options, eio::Handler& top)
    : loop_(&http.loop()),
      options_(std::move(options)),
      timing_{options_.ping_interval, options_.ping_timeout, options_.upgrade_timeout},
      origins_(options_.cors ? OriginRule(*options_.cors)
                             : OriginRule(options_.origins, options_.credentials)),
      poll_compression_(options_.http_compression),
      top_(&top),
      self_(std::make_shared<ServerCore*>(this)) {
  ws::Limits limits;
  limits.max_message = options_.max_payload;
  limits.high_water = options_.high_water;
  limits.max_send_queue = options_.max_send_queue;
  limits_ = limits;
  if (const auto& deflate = options_.per_message_deflate) {
    deflate_pool_ = std::make_shared<ws::DeflatePool>(*deflate);
  }
  route_on(http);
}

ServerCore::~ServerCore() = default;

ServerSocket* ServerCore::find(std::string_view sid) {
  const auto found = sockets_.find(sid);
  return found == sockets_.end() ? nullptr : found->second.get();
}

// What a request may name. A session with an id from the application answers to that alone.
ServerSocket* ServerCore::find_public(std::string_view id) {
  if (id.size() > sid_bytes_max) return nullptr;
  if (!makes_ids()) return find(id);
  const auto found = by_given_id_.find(id);
  return found == by_given_id_.end() ? nullptr : found->second;
}

// --- the end ------------------------------------------------------------------------------------

// An end must not fail for want of memory, so the room that it takes is made before there is
// anything to end: a session or a WebSocket that cannot have it never begins.
void ServerCore::prepare_ends() {
  const std::size_t sessions = sockets_.size() + to_report_.size() + dead_.size() + 1;
  make_room(to_flush_, sessions);
  make_room(flushing_, sessions);
  make_room(to_report_, sessions);
  make_room(reporting_, sessions);
  make_room(dead_, sessions);
  make_room(leaving_, connections_ + 1);
  make_room(dead_connections_, connections_ + 1);
}

void ServerCore::close_all() {
  std::vector<ServerSocket*> all;  // each leaves the table while it closes
  for (const auto& [sid, socket] : sockets_) all.push_back(socket.get());
  for (ServerSocket* socket : all) socket->close("server shutting down", true);
}

void ServerCore::abandon() {
  top_ = nullptr;
  self_.reset();
  close_all();
  // Outside our callbacks the rest goes now; inside one, its frames are still on the stack.
  if (busy()) return;
  to_report_.clear();
  leaving_.clear();
}

void ServerCore::ended(ServerSocket& socket) {
  const auto found = sockets_.find(as_text(socket.key()));
  if (found == sockets_.end()) return;
  if (makes_ids()) by_given_id_.erase(socket.id());
  came_back(socket);
  to_report_.push_back(std::move(found->second));
  sockets_.erase(found);
  plan_end_of_turn();
}

void ServerCore::flush_later(ServerSocket& socket) {
  if (!std::exchange(socket.flush_planned, true)) to_flush_.push_back(&socket);
  plan_end_of_turn();
}

void ServerCore::plan_end_of_turn() {
  if (end_planned_ || top_ == nullptr) return;
  loop_->defer([weak = std::weak_ptr<ServerCore*>(self_)] {
    if (const std::shared_ptr<ServerCore*> self = weak.lock()) (*self)->end_turn();
  });
  end_planned_ = true;
}

// What is thrown ends here, with what it belongs to: a list that it left half done would hold
// sessions that are no more.
template <class Call>
static void contained(const Call& call) {
  try {
    call();
  } catch (...) {
  }
}

// Answers what became due, then reports the ends: nothing here runs inside a handler's own call.
void ServerCore::end_turn() {
  const Entered entered(*this);
  end_planned_ = false;
  flushing_.swap(to_flush_);
  for (ServerSocket* socket : flushing_) contained([&] { socket->flush(); });
  flushing_.clear();
  reporting_.swap(to_report_);
  for (const std::unique_ptr<ServerSocket>& socket : reporting_) {
    if (top_ == nullptr) break;
    if (!socket->announced) continue;
    const Session& session = socket->session();
    contained([&] { top_->on_close(*socket, session.reason(), session.detail()); });
    if (top_ == nullptr || !options_.on_close) continue;
    contained([&] { options_.on_close(*socket, session.reason(), session.detail()); });
  }
  for (std::unique_ptr<ServerSocket>& socket : reporting_) dead_.push_back(std::move(socket));
  reporting_.clear();
  if (!dead_.empty()) plan_burial();
}

// The dead stay ours until the turn has ended: a task that held them could outlive us, and the
// loop.
void ServerCore::plan_burial() {
  if (burial_planned_ || top_ == nullptr) return;
  loop_->defer([weak = std::weak_ptr<ServerCore*>(self_)] {
    const std::shared_ptr<ServerCore*> self = weak.lock();
    if (!self) return;
    (*self)->burial_planned_ = false;
    (*self)->dead_.clear();
    (*self)->connections_ -= (*self)->dead_connections_.size();
    (*self)->dead_connections_.clear();
  });
  burial_planned_ = true;
}

void ServerCore::leave(std::unique_ptr<ws::Connection> connection) {
  connection->user = nullptr;
  connection->place = leaving_.size();
  leaving_.push_back(std::move(connection));
}

void ServerCore::bury(std::unique_ptr<ws::Connection> connection) {
  dead_connections_.push_back(std::move(connection));
  plan_burial();
  left();
}

// --- http::Guest --------------------------------------------------------------------------------

void ServerCore::leave() {
  const Entered entered(*this);
  close_all();
}

void ServerCore::cut() {
  for (const auto& connection : leaving_) connection->terminate();
}

// --- ws::Handler --------------------------------------------------------------------------------

void ServerCore::on_message(ws::Connection& from, ws::Message& message) {
  const Entered entered(*this);
  if (from.user != nullptr) static_cast<ServerSocket*>(from.user)->on_message(from, message);
}

void ServerCore::on_drain(ws::Connection& from) {
  const Entered entered(*this);
  if (from.user != nullptr) static_cast<ServerSocket*>(from.user)->on_drain();
}

void ServerCore::on_close(ws::Connection& closed, ws::CloseCode, std::string_view) {
  const Entered entered(*this);
  if (closed.user != nullptr) {
    static_cast<ServerSocket*>(closed.user)->on_websocket_closed(closed);
    return;
  }
  if (closed.place >= leaving_.size() || leaving_[closed.place].get() != &closed) return;
  std::unique_ptr<ws::Connection>& mine = leaving_[closed.place];
  bury(std::move(mine));
  if (&mine != &leaving_.back()) {
    mine = std::move(leaving_.back());
    mine->place = closed.place;
  }
  leaving_.pop_back();
}

}  // namespace strata::sio::eio
