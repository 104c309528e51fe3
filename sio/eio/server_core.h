// sio/eio/server_core.h - what eio::Server owns: its sessions, the WebSockets that are leaving,
// and the way of a request to its session.
#pragma once
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/guest.h"
#include "http/router.h"
#include "net/loop.h"
#include "sio/eio/cors.h"
#include "sio/eio/poll_compression.h"
#include "sio/eio/request_check.h"
#include "sio/eio/server.h"
#include "ws/connection.h"

namespace strata::sio::eio {

class ServerSocket;

using Sid = std::array<char, 24>;  // 18 octets from getrandom, in base64url
inline std::string_view as_text(const Sid& sid) { return {sid.data(), sid.size()}; }

//   Owns:    every session until its on_close has returned and the turn has ended.
//   Lives:   in its Server; when that is destroyed by one of our own callbacks, to the turn's end.
//   Threads: its loop's.
class ServerCore final : public ws::Handler, public http::Guest {
 public:
  ServerCore(http::Server& http, Options options, eio::Handler& top);
  ~ServerCore() override;

  void use(http::Middleware middleware);    // requests.cpp
  void close_all();                         // every session, discarding
  void abandon();                           // the same without callbacks, for good
  bool busy() const { return depth_ > 0; }  // one of our callbacks is running
  std::size_t clients_count() const { return sockets_.size(); }
  std::size_t leaving_count() const { return leaving_.size(); }

  net::Loop& loop() { return *loop_; }
  const Options& options() const { return options_; }
  const Timing& timing() const { return timing_; }
  const ws::SharedLimits& limits() const { return limits_; }
  eio::Handler* top() { return top_; }  // null once abandoned

  // --- for the sessions
  void flush_later(ServerSocket& socket);  // at the end of this turn
  void ended(ServerSocket& socket);        // out of the table; on_close at the turn's end
  void leave(std::unique_ptr<ws::Connection> connection);  // has been closed; no one's any more
  void bury(std::unique_ptr<ws::Connection> connection);   // on_close came
  ServerSocket* find(std::string_view sid);
  void came_back(ServerSocket& socket);  // with a second request
  // What every response carries: CORS, and what the application adds.
  void add_fields(http::Request& request, http::Response& response);
  // A task for later that does nothing when the core or the session is gone by then.
  template <class Do>
  net::Task when_alive(const Sid& sid, Do act);
  std::string& scratch() { return scratch_; }  // reused by every message
  PollCompression& poll_compression() { return poll_compression_; }

  // Counts the callbacks on the stack, so that destroying the server inside one is safe.
  class Entered {
   public:
    explicit Entered(ServerCore& core) : core_(core) { ++core_.depth_; }
    ~Entered() { --core_.depth_; }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

   private:
    ServerCore& core_;
  };

 private:
  using Request = http::Request;
  using Response = http::Response;
  // requests.cpp
  void route_on(http::Server& http);
  void on_head(Request& request, Response& response);
  void on_whole(Request& request, Response& response);
  void on_request(Request& request, Response& response);
  void serve(Request& request, Response& response);  // behind the middlewares
  void fail_middleware(Request& request, Response& response);
  static bool is_upgrade(const Request& request);  // to a WebSocket
  std::optional<RequestError> check(const Request& request, const Query& query,
                                    const ServerSocket* socket) const;
  bool preflight(Request& request, Response& response);
  void refuse(Request& request, Response& response, const RequestError& error);
  Fields fields_for(const Request& request, bool first);
  // With the 101 written; nothing where it was refused.
  std::unique_ptr<ws::Connection> accept(Request& request, Response& response, bool first);
  void join(Request& request, Response& response, ServerSocket& socket);
  // handshakes.cpp
  using Sentence = std::optional<std::string>;
  using AskLater = std::function<void(const Request&, std::function<void(Sentence)>)>;
  template <class Then>
  void ask_later(const AskLater& ask, Request& request, Response& response, Then then);
  void ask_application(Request& request, Response& response, Query query);
  void choose_id(Request& request, Response& response, Query query, const Sentence& forbidden);
  void begin(Request& request, Response& response, const Query& query, const Sentence& id);
  void open_polling(Request& request, Response& response, const Query& query, std::string_view id);
  void open_websocket(Request& request, Response& response, const Query& query,
                      std::string_view id);
  ServerSocket& keep(std::unique_ptr<ServerSocket> socket);
  void announce(ServerSocket& socket);
  void end_oldest_handshakes();
  bool makes_ids() const { return options_.generate_id || options_.generate_id_later; }
  ServerSocket* find_public(std::string_view id);

  void prepare_ends();
  void end_turn();
  void plan_end_of_turn();
  void plan_burial();

  // --- http::Guest: its server drains
  std::size_t staying() const override { return connections_ - dead_connections_.size(); }
  void leave() override;
  void cut() override;

  void on_message(ws::Connection& from, ws::Message& message) override;
  void on_drain(ws::Connection& from) override;
  void on_close(ws::Connection& closed, ws::CloseCode code, std::string_view reason) override;

  http::Server* http_;
  net::Loop* loop_;
  Options options_;
  Timing timing_;
  ws::SharedLimits limits_;
  OriginRule origins_;
  PollCompression poll_compression_;
  std::shared_ptr<ws::DeflatePool> deflate_pool_;  // null: no permessage-deflate
  std::shared_ptr<http::Router> chain_;            // the middlewares, then serve(); null: none
  http::Router middlewares_;
  eio::Handler* top_;
  std::unordered_map<std::string_view, std::unique_ptr<ServerSocket>> sockets_;
  std::unordered_map<std::string_view, ServerSocket*> by_given_id_;  // those of generate_id
  std::deque<Sid> fresh_;        // polling sessions, oldest first; some have come back or gone
  std::size_t fresh_bytes_ = 0;  // of the handshakes of those that have not come back
  std::vector<std::unique_ptr<ws::Connection>> leaving_;  // each knows its place
  std::vector<ServerSocket*> to_flush_, flushing_;
  std::vector<std::unique_ptr<ServerSocket>> to_report_, reporting_;
  std::vector<std::unique_ptr<ServerSocket>> dead_;  // until the turn has ended
  std::vector<std::unique_ptr<ws::Connection>> dead_connections_;
  std::size_t connections_ = 0;        // WebSockets, the dead included
  std::shared_ptr<ServerCore*> self_;  // weakly held by what may outlive us
  std::string scratch_;
  std::size_t depth_ = 0;
  bool has_middleware_ = false;
  bool end_planned_ = false;
  bool burial_planned_ = false;
};

template <class Do>
net::Task ServerCore::when_alive(const Sid& sid, Do act) {
  return [weak = std::weak_ptr<ServerCore*>(self_), sid, act] {
    const std::shared_ptr<ServerCore*> self = weak.lock();
    if (!self) return;
    const Entered entered(**self);
    if (ServerSocket* socket = (*self)->find(as_text(sid))) act(*socket);
  };
}

}  // namespace strata::sio::eio
