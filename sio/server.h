// sio/server.h - Socket.IO v5 on an HTTP server: the API that reads like the JavaScript one.
//
//   strata::sio::Server io(7890);
//   io.on_connection([](strata::sio::Socket& socket) {
//     socket.on("myEvent", [&socket](const strata::sio::Json& data) {
//       socket.broadcast().emit("myEvent", data);
//     });
//     socket.emit("myEvent", {{"name", "spot"}});
//   });
//   io.run();
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <system_error>

#include "http/server.h"
#include "sio/client_files.h"
#include "sio/eio/server.h"
#include "sio/hub.h"
#include "sio/namespace.h"
#include "sio/socket.h"

namespace strata::sio {

struct Options : HubOptions {
  Options() { engine.path = "/socket.io"; }
  eio::Options engine;       // its max_payload is that of packets too
  http::ServerOptions http;  // for a server that sio::Server makes for itself
  // A folder with the bundle of socket.io-client, "node_modules/socket.io-client/dist", to be
  // served as /socket.io/socket.io.js and so on; empty: not served. Throws where it is not there.
  std::string serve_client;
};

//   Owns:    its namespaces and sockets; its HTTP server, unless it was given one.
//   Lives:   not longer than an HTTP server that it was given.
//   Errors:  binding answers an error_code; handlers' exceptions become `error` events.
//   Threads: post, stop, emit and to(...).emit: any. The rest: the loop's.
class Server : public EmitForms<Server> {
 public:
  explicit Server(std::uint16_t port, Options options = {});  // binds in run() or listen()
  explicit Server(Options options = {});                      // listen(port) says where
  explicit Server(net::Loop& loop, Options options = {});     // on a loop of yours
  explicit Server(http::Server& http, Options options = {});  // beside other routes; it listens
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds, if not yet bound, and serves until stop(). With nobody listening to the log, a failure
  // is said on stderr too: "port 7890: address in use".
  std::error_code run();
  std::error_code listen(std::uint16_t port);  // does not block; IPv6 and IPv4
  std::error_code listen(const net::Address& address);
  net::Address address() const { return http_->address(); }
  void stop();                // run() returns
  void close();               // "server shutting down", then every connection
  void post(net::Task task);  // runs on the loop
  void on_log(std::function<void(std::string_view)> sink);  // what went wrong, a line each

  Namespace& of(std::string_view name) { return hub_.of(name); }
  // Dynamic namespaces, see parents.h: the parent of all that a client names and the rule allows.
  Namespace& of(const std::regex& names) { return hub_.parents().add(names); }
  Namespace& of(NamespaceMatcher matcher) { return hub_.parents().add(std::move(matcher)); }
  void on_new_namespace(std::function<void(Namespace&)> handler) {
    hub_.on_new_namespace(std::move(handler));
  }
  http::Server& http() { return *http_; }
  net::Loop& loop() { return hub_.loop(); }
  eio::Server& engine() { return engine_; }
  std::size_t clients_count() const { return hub_.client_count(); }

  // --- of("/"), in short ---
  void use(Namespace::Middleware middleware) { main().use(std::move(middleware)); }
  void on_connection(Namespace::OnConnection handler) { main().on_connection(std::move(handler)); }
  void on(std::string_view event, Namespace::OnConnection handler) {
    main().on(event, std::move(handler));
  }
  Broadcast to(const RoomNames& rooms) { return main().to(rooms); }
  Broadcast in(const RoomNames& rooms) { return main().in(rooms); }
  Broadcast except(const RoomNames& rooms) { return main().except(rooms); }
  Broadcast volatile_() { return main().volatile_(); }
  Broadcast compress(bool on) { return main().compress(on); }
  Broadcast timeout(net::Duration limit) { return main().timeout(limit); }
  Broadcast local() { return main().local(); }
  std::vector<Socket*> sockets() { return main().sockets(); }  // of this server
  void fetch_sockets(Broadcast::OnSockets done) { main().fetch_sockets(std::move(done)); }
  void sockets_join(const RoomNames& rooms) { main().sockets_join(rooms); }
  void sockets_leave(const RoomNames& rooms) { main().sockets_leave(rooms); }
  void disconnect_sockets(bool close = false) { main().disconnect_sockets(close); }
  template <class... V>
  bool server_side_emit(std::string_view event, V&&... values) {
    return main().server_side_emit(event, std::forward<V>(values)...);
  }
  void on_server_side_emit(std::string_view event, Namespace::OnServerSide handler) {
    main().on_server_side_emit(event, std::move(handler));
  }
  Socket* find(std::string_view id) const { return main_->find(id); }  // null once gone

  // --- for emit ---
  using OnAnswer = BroadcastAnswer;
  static OnAnswer on_answer(BroadcastAnswer f) { return f; }
  bool emit_values(std::string_view event, const Values& values, OnAnswer on_answer) {
    return main().emit_values(event, values, std::move(on_answer));
  }

 private:
  Server(std::unique_ptr<http::Server> own, http::Server* http, Options options);
  Namespace& main() { return *main_; }
  std::unique_ptr<http::Server> own_http_;
  http::Server* http_;
  std::uint16_t port_ = 0;
  bool bound_ = false;
  Hub hub_;
  std::shared_ptr<ClientFiles> client_files_;  // before the engine, whose route would take theirs
  Namespace* main_;                            // found once: emit may come from any thread
  eio::Server engine_;
};

}  // namespace strata::sio
