// sio/namespace.h - sockets that share events, middlewares and rooms: io.of("/admin").
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/timer.h"
#include "sio/adapter.h"
#include "sio/broadcast.h"
#include "sio/error.h"
#include "sio/socket.h"

namespace strata::sio {

class Hub;

// What a middleware calls when it is done: next() lets the socket on, next("no") refuses it.
//   Lives:   as long as you like; only the first call counts.
//   Threads: any.
class Next {
 public:
  Next(SocketRef socket, std::size_t stage) : socket_(std::move(socket)), stage_(stage) {}
  void operator()() const { done(std::nullopt); }
  void operator()(Refusal why) const { done(std::move(why)); }

 private:
  void done(std::optional<Refusal> why) const;
  SocketRef socket_;
  std::size_t stage_;
};

// Answers another server, once; empty where that one did not ask.
using ServerAnswer = std::function<void(Json)>;

class ServerSide : public EmitForms<ServerSide> {
 public:
  explicit ServerSide(Namespace& nsp) : nsp_(&nsp) {}
  using OnAnswer = BroadcastAnswer;
  static OnAnswer on_answer(BroadcastAnswer f) { return f; }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer) const;

 private:
  Namespace* nsp_;
};

//   Lives:   as its server; a dynamic one, with `cleanup_empty_child_namespaces`, until its last
//            socket is gone and the turn has ended.
//   Threads: emit: any. The rest: the loop's.
class Namespace : public EmitForms<Namespace> {
 public:
  using Middleware = std::function<void(Socket& socket, Next next)>;
  using OnConnection = std::function<void(Socket& socket)>;

  using MakeAdapter = std::function<std::unique_ptr<Adapter>(Namespace&)>;
  Namespace(Hub& hub, std::string name, const MakeAdapter& make);
  Namespace(Hub& hub, std::string name, Namespace& parent, const MakeAdapter& make);
  ~Namespace();
  const std::string& name() const { return name_; }
  // Before a socket is let in, in order. socket.join() works; a refused socket leaves again.
  void use(Middleware middleware) { middlewares_.push_back(std::move(middleware)); }
  void on_connection(OnConnection handler) { handlers_.push_back(std::move(handler)); }
  void on(std::string_view event, OnConnection handler);  // "connection" or "connect"

  Broadcast to(const RoomNames& rooms) { return all().to(rooms); }
  Broadcast in(const RoomNames& rooms) { return all().to(rooms); }
  Broadcast except(const RoomNames& rooms) { return all().except(rooms); }
  Broadcast volatile_() { return all().volatile_(); }
  Broadcast compress(bool on) { return all().compress(on); }
  Broadcast timeout(net::Duration limit) { return all().timeout(limit); }
  Broadcast local() { return all().local(); }
  std::vector<Socket*> sockets() { return all().sockets(); }  // of this server
  void fetch_sockets(Broadcast::OnSockets done) { all().fetch_sockets(std::move(done)); }
  void sockets_join(const RoomNames& rooms) { all().sockets_join(rooms); }
  void sockets_leave(const RoomNames& rooms) { all().sockets_leave(rooms); }
  void disconnect_sockets(bool close = false) { all().disconnect_sockets(close); }

  Socket* find(std::string_view id) const { return adapter_->find(id); }  // null once gone
  std::size_t size() const { return adapter_->sockets().size(); }

  // To the same namespace of the other servers; a callback hears their answers.
  template <class... V>
  bool server_side_emit(std::string_view event, V&&... values) {
    return ServerSide(*this).emit(event, std::forward<V>(values)...);
  }
  // What they emit so. `answer` does something where they asked for one.
  using OnServerSide = std::function<void(const Args& args, const ServerAnswer& answer)>;
  void on_server_side_emit(std::string_view event, OnServerSide handler);

  // --- for the layers around it ---
  using OnAnswer = BroadcastAnswer;
  static OnAnswer on_answer(BroadcastAnswer f) { return f; }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer) {
    return all().emit_values(event, values, std::move(on_answer));
  }
  Hub& hub() const { return *hub_; }
  Adapter& adapter() const { return *adapter_; }
  void admit(Socket& socket);  // through the middlewares
  void passed(Socket& socket, std::size_t stage, std::optional<Refusal> why);
  void connected(Socket& socket);
  Namespace* parent() const { return parent_; }  // null unless it is dynamic
  void arrived() { ++present_; }
  void departed();
  bool idle() const { return present_ == 0 && gatherings_.empty(); }
  // For adapters: another server's server_side_emit.
  void heard_server_side(std::string_view event, const Args& args, const ServerAnswer& answer);
  std::uint64_t next_ack_id() { return last_ack_id_++; }
  // Sends, and gathers the answers until all came or the time is up.
  void gather(const EventPacket& packet, const Target& target, const SendFlags& flags,
              BroadcastAnswer done);

 private:
  struct Gathering {
    std::size_t servers = 0;  // that were asked; 0: not known yet
    std::size_t servers_heard = 0;
    std::size_t clients = 0;  // that were asked, by the servers heard
    std::uint64_t awaited = 0;
    Json responses = Json::array();
    BroadcastAnswer done;
    std::unique_ptr<net::Timer> timer;
    bool sending = true;
    bool complete() const {
      return servers != 0 && servers_heard >= servers && responses.size() >= clients;
    }
  };
  template <class Change>
  void gathered(std::uint64_t id, Change change);
  Broadcast all() { return Broadcast(*this); }
  void finish_gathering(std::uint64_t id, std::error_code why);

  Hub* hub_;
  std::string name_;
  std::vector<Middleware> middlewares_;
  std::vector<OnConnection> handlers_;
  Namespace* parent_ = nullptr;
  std::size_t present_ = 0;  // sockets, those that wait for a middleware too
  ByName<std::vector<OnServerSide>> server_side_;
  std::unique_ptr<Adapter> adapter_;
  std::uint64_t last_ack_id_ = 0;  // sio5-ack: one counter for all its sockets
  std::uint64_t last_gathering_ = 0;
  std::unordered_map<std::uint64_t, Gathering> gatherings_;
};

}  // namespace strata::sio
