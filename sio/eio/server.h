// sio/eio/server.h - Engine.IO v4 on an http::Server: sessions over polling and WebSocket.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/server.h"
#include "net/task.h"
#include "sio/eio/handshake.h"
#include "sio/eio/options.h"
#include "sio/eio/shared_message.h"

namespace strata::sio::eio {

// How one message goes.
struct SendOptions {
  bool compress = true;  // false: as it is, where its transport would compress
  // Over a WebSocket: what would leave in one piece with it leaves `apart_pause` later. For who
  // listens for one message, hears it, and only then listens for the next.
  bool apart = false;
};

inline constexpr std::size_t room_in_front =
    ws::header_max + 1;  // a frame's header, a packet's type

// What stands on top of the sessions; one for a server.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_open(Socket& socket) = 0;
  virtual void on_text(Socket& socket, std::string_view text) = 0;  // view: for the call
  virtual void on_binary(Socket& socket, net::Bytes bytes) = 0;
  virtual void on_drain(Socket&) {}    // there is room again: the queue was above its high mark
  virtual void on_upgrade(Socket&) {}  // from here on its WebSocket carries it
  // Once, and last; `reason` is the reference's ("transport close", "ping timeout" ...).
  virtual void on_close(Socket& socket, std::string_view reason, std::string_view detail) = 0;
};

enum class ReadyState : std::uint8_t { open, closing, closed };

// One session, whichever transport carries it.
//   Lives:   until on_close has returned and the turn has ended.
//   Threads: its loop's.
class Socket {
 public:
  virtual ~Socket() = default;
  virtual std::string_view id() const = 0;         // 24 characters, or generate_id's; a secret
  virtual std::string_view transport() const = 0;  // "polling" or "websocket"
  virtual bool upgraded() const { return false; }  // from the one to the other
  int protocol() const { return 4; }
  virtual const Handshake& handshake() const = 0;
  std::string_view remote_address() const { return handshake().address(); }
  virtual bool open() const = 0;
  virtual ReadyState ready_state() const { return open() ? ReadyState::open : ReadyState::closed; }
  // True if a message would leave now: a poll is held, or the WebSocket's queue is empty.
  virtual bool writable() const = 0;
  virtual std::size_t buffered_bytes() const = 0;
  // Above `max_send_queue` the session is closed ("slow consumer") and false answered.
  virtual bool send_text(std::string_view text, SendOptions how = {}) = 0;
  // The text behind the first `room_in_front` of `bytes`: what goes in front of it is written
  // there, and `bytes` are spoilt. For who made the text himself: it is copied once less.
  virtual bool send_text_in_place(std::string& bytes, SendOptions how = {}) {
    return send_text(std::string_view(bytes).substr(room_in_front), how);
  }
  virtual bool send_binary(net::Bytes bytes, SendOptions how = {}) = 0;
  virtual bool send(SharedMessage& message, SendOptions how = {}) = 0;
  // Runs `task` once when all that was sent before has left: in the answer of a poll, or from the
  // WebSocket's queue to the kernel. Never, if the session ends before that.
  virtual void when_sent(net::Task) {}
  // Flushes, then closes; on_close follows with `reason`. `discard` drops what is queued.
  virtual void close(std::string_view reason = "forced close", bool discard = false) = 0;

  void* user = nullptr;  // the handler's own
};

class ServerCore;

// Its sessions answer below `options.path` on `http`, whatever the router says.
//   Lives:   may be destroyed anywhere, also inside its handler's callbacks; before `http`.
//   Threads: the loop's.
class Server {
 public:
  Server(http::Server& http, Options options, Handler& top);
  ~Server();  // closes all, without callbacks
  // Runs on every request and upgrade of ours, in order, before anything is checked; it may answer
  // itself. An error that it throws or hands to `next` is answered 400, code 3. It may be called
  // later: `next` is copyable. The middleware of http/ does here what it does in a router.
  Server& use(http::Middleware middleware);
  void close();  // every session, discarding
  std::size_t clients_count() const;
  std::size_t leaving_count() const;  // WebSockets of ended sessions, in their close handshake
  const Options& options() const;

 private:
  std::unique_ptr<ServerCore> core_;
};

}  // namespace strata::sio::eio
