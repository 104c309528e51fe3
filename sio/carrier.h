// sio/carrier.h - one Engine.IO session and the sockets that it carries, one for each namespace.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/timer.h"
#include "sio/binary.h"
#include "sio/eio/server.h"
#include "sio/emit.h"

namespace strata::sio {

class Hub;
class Namespace;
class Socket;

//   Owns:    what it waits for: attachments, a first CONNECT.
//   Lives:   in the hub, until the session's on_close has returned and the turn has ended.
//   Errors:  a wrong packet closes the session, with `error` on each of its sockets.
//   Threads: the loop's.
class Carrier {
 public:
  Carrier(Hub& hub, eio::Socket& session);
  void on_text(std::string_view text);
  void on_binary(Bytes bytes);
  void on_close(std::string_view reason, std::string_view detail);

  eio::Socket& session() const { return *session_; }
  bool writable() const { return !ended_ && session_->writable(); }
  bool send(std::string_view text, std::span<const Bytes> attachments, eio::SendOptions how = {});
  bool send(PacketWriter& packet, eio::SendOptions how = {});  // with eio::room_in_front; spoilt
  bool send(std::span<eio::SharedMessage> messages, eio::SendOptions how);  // a packet for many
  void refuse(std::string_view nsp, std::string_view message, const Json* data = nullptr);
  void joined();                                               // a first namespace: it may stay
  bool stranger() const { return connect_timer_ != nullptr; }  // it has not joined any
  void remove(Socket& socket);
  void disconnect_all();  // `41` for each namespace, then the session ends
  void close_sockets(std::string_view reason, std::string_view detail);

  std::size_t place = 0;  // in the hub's list

 private:
  bool send(std::span<const Bytes> attachments, eio::SendOptions how);
  void answer(const Decoder::Answer& decoded);
  void dispatch(const Decoder::Decoded& decoded);
  void connect(const Packet& packet);
  void ask_parents(const std::string& name, std::string_view auth);
  void enter(Namespace& nsp, std::string_view auth);
  bool takes_auth(std::size_t bytes) const;
  void count_auth(std::size_t bytes);
  void forget_auth(std::size_t bytes);
  void recover(Socket& socket, Namespace& nsp);
  void fail(PacketError error);
  void violated(std::string_view what);
  Socket* find(std::string_view nsp) const;

  Hub* hub_;
  eio::Socket* session_;
  Decoder decoder_;
  std::vector<Socket*> sockets_;     // those that wait for a middleware too
  std::vector<std::string> asking_;  // names that a parent of dynamic namespaces thinks about
  std::size_t auth_bytes_ = 0;       // as text, of its sockets and of what is asked
  std::shared_ptr<Carrier*> self_;   // made for the first of these; held weakly by its answer
  std::unique_ptr<net::Timer> connect_timer_;
  bool ended_ = false;  // closed, or closing for an error: nothing more is heard
};

}  // namespace strata::sio
