// sio/carrier.cpp - packets to the sockets of one connection, sio5-connect.
#include "sio/carrier.h"

#include <algorithm>

#include "sio/eio/make_room.h"
#include "sio/hub.h"
#include "sio/namespace.h"
#include "sio/socket.h"

namespace strata::sio {

Carrier::Carrier(Hub& hub, eio::Socket& session)
    : hub_(&hub), session_(&session), decoder_(hub.limits(), hub.elements()) {
  connect_timer_ = std::make_unique<net::Timer>(hub.loop(), [this] {
    violated("no namespace was joined in time");  // sio5-connect: connectTimeout
  });
  connect_timer_->start(hub.options().connect_timeout);
}

void Carrier::on_text(std::string_view text) {
  if (ended_) return;
  const Decoder::Answer decoded = decoder_.on_text(text);
  // A stranger's attachments are not waited for: nothing of them is held before its CONNECT.
  if (decoded.need_more() && std::none_of(sockets_.begin(), sockets_.end(),
                                          [](const Socket* s) { return s->connected(); }))
    return violated("a packet before CONNECT");
  answer(decoded);
}

void Carrier::on_binary(Bytes bytes) {
  if (!ended_) answer(decoder_.on_binary(bytes));
}

void Carrier::answer(const Decoder::Answer& decoded) {
  if (decoded.failed()) {
    fail(decoded.error());
  } else if (decoded.ready()) {
    dispatch(*decoded);
    decoder_.release();
  }
}

// sio5-connect: what is said to a namespace before CONNECT, or against the direction, ends all.
void Carrier::dispatch(const Decoder::Decoded& decoded) {
  const Packet& packet = decoded.packet;
  Socket* const socket = find(packet.nsp);
  if (packet.type == PacketType::connect) {
    if (socket == nullptr) return connect(packet);
    return violated("a second CONNECT for one namespace");
  }
  if (socket == nullptr || socket->waiting()) return violated("a packet before CONNECT");
  switch (packet.type) {
    case PacketType::event: {
      std::string unescaped;
      const std::string_view event = event_name((*decoded.content.elements)[0], unescaped);
      return socket->on_event(Args(decoded.content, 1), event, packet.id);
    }
    case PacketType::ack:
      if (packet.id) socket->on_ack(*packet.id, Args(decoded.content, 0));
      return;
    case PacketType::disconnect:
      return socket->closed("client namespace disconnect", {});
    default:
      return violated("a packet that only servers send");
  }
}

void Carrier::connect(const Packet& packet) {
  const std::string name(packet.nsp);
  // Before it is looked up: another client's question may have made it meanwhile.
  if (std::find(asking_.begin(), asking_.end(), name) != asking_.end())
    return violated("a second CONNECT for one namespace");
  const std::size_t most = hub_->options().max_namespaces;
  if (sockets_.size() + asking_.size() >= most) return refuse(name, "Too many namespaces");
  if (!takes_auth(packet.data.size())) return refuse(name, "Too much auth");
  if (Namespace* const nsp = hub_->find(name)) return enter(*nsp, packet.data);
  if (hub_->parents().empty()) return refuse(name, "Invalid namespace");
  if (hub_->full()) {
    hub_->log("a dynamic namespace was refused: ", "max_child_namespaces");
    return refuse(name, "Too many namespaces");
  }
  ask_parents(name, packet.data);
}

// All that a connection holds as `auth` is no more than one packet could be. What strangers hold
// together has a limit, too; but they cannot lock out who sends no more than a namespace's share.
bool Carrier::takes_auth(std::size_t bytes) const {
  const HubOptions& options = hub_->options();
  if (auth_bytes_ + bytes > options.packet.max_payload) return false;
  if (!stranger() || bytes <= options.packet.max_payload / options.max_namespaces) return true;
  return hub_->strangers_auth() + bytes <= options.max_strangers_auth;
}

static Json read_auth(std::string_view text) { return text.empty() ? Json() : build_json(text); }

// The text waits for the answer, not the tree: that may be thirty times as large.
void Carrier::ask_parents(const std::string& name, std::string_view auth) {
  asking_.push_back(name);
  if (!self_) self_ = std::make_shared<Carrier*>(this);
  auth_bytes_ += auth.size();
  hub_->ask_parents(name, read_auth(auth),
                    [weak = std::weak_ptr<Carrier*>(self_), name, text = std::string(auth),
                     share = hub_->share_of_auth(auth.size())](Namespace* nsp) {
                      const std::shared_ptr<Carrier*> self = weak.lock();
                      if (!self || (*self)->ended_) return;
                      std::erase((*self)->asking_, name);
                      (*self)->auth_bytes_ -= text.size();
                      if (nsp == nullptr) return (*self)->refuse(name, "Invalid namespace");
                      (*self)->enter(*nsp, text);
                    });
}

void Carrier::enter(Namespace& nsp, std::string_view auth) {
  make_room(sockets_, sockets_.size() + 1);
  Socket& socket = hub_->make_socket(*this, nsp, read_auth(auth));
  socket.auth_bytes = static_cast<std::uint32_t>(auth.size());
  count_auth(auth.size());
  sockets_.push_back(&socket);
  if (!nsp.adapter().recovers()) return nsp.admit(socket);
  recover(socket, nsp);
}

void Carrier::count_auth(std::size_t bytes) {
  auth_bytes_ += bytes;
  if (stranger()) hub_->strangers_auth() += bytes;
}

void Carrier::forget_auth(std::size_t bytes) {
  auth_bytes_ -= bytes;
  if (stranger()) hub_->strangers_auth() -= bytes;
}

// A client that was here says so: {"pid":"...","offset":"..."}.
void Carrier::recover(Socket& socket, Namespace& nsp) {
  const auto go_on = [ref = socket.ref(), &nsp](std::optional<Restored> restored) {
    Socket* const waiting = ref.get();
    if (waiting == nullptr || !waiting->waiting()) return;
    waiting->begin_recovery(std::move(restored));
    const auto& options = nsp.hub().options().connection_state_recovery;
    if (waiting->recovered() && (!options || options->skip_middlewares)) return waiting->accept();
    nsp.admit(*waiting);
  };
  const Json& auth = socket.handshake().auth();
  const auto text = [&auth](const char* name) -> const std::string* {
    const auto found = auth.find(name);
    return found == auth.end() ? nullptr : found->get_ptr<const std::string*>();
  };
  const std::string* const pid = text("pid");
  const std::string* const offset = text("offset");
  if (pid == nullptr || offset == nullptr) return go_on(std::nullopt);
  nsp.adapter().restore_session(*pid, *offset, go_on);
}

bool Carrier::send(std::string_view text, std::span<const Bytes> attachments,
                   eio::SendOptions how) {
  if (!session_->open() || !session_->send_text(text, how)) return false;
  return send(attachments, how);
}

bool Carrier::send(PacketWriter& packet, eio::SendOptions how) {
  if (!session_->open() || !session_->send_text_in_place(packet.with_room(), how)) return false;
  return send(packet.attachments(), how);
}

bool Carrier::send(std::span<const Bytes> attachments, eio::SendOptions how) {
  for (const Bytes bytes : attachments)  // sio5-binary: nothing may come between
    if (!session_->send_binary(bytes, how)) return false;
  return true;
}

bool Carrier::send(std::span<eio::SharedMessage> messages, eio::SendOptions how) {
  if (!session_->open()) return false;
  for (eio::SharedMessage& message : messages)
    if (!session_->send(message, how)) return false;
  return true;
}

void Carrier::refuse(std::string_view nsp, std::string_view message, const Json* data) {
  std::string text;
  append_connect_error(text, nsp, message, data);
  send(text, {});
}

void Carrier::joined() {
  if (!stranger()) return;
  connect_timer_.reset();
  for (const Socket* const socket : sockets_) hub_->strangers_auth() -= socket->auth_bytes;
}

void Carrier::remove(Socket& socket) {
  if (std::erase(sockets_, &socket) != 0) forget_auth(socket.auth_bytes);
}

void Carrier::disconnect_all() {
  const std::vector<Socket*> sockets = sockets_;  // each takes itself off the list
  for (Socket* const socket : sockets) {
    if (socket->waiting()) {
      socket->drop();
    } else {
      socket->disconnect(false);
    }
  }
  if (std::exchange(ended_, true)) return;
  session_->close("forced server close");
}

void Carrier::close_sockets(std::string_view reason, std::string_view detail) {
  const std::vector<Socket*> sockets = sockets_;
  for (Socket* const socket : sockets) {
    if (socket->waiting()) {
      socket->drop();
    } else {
      socket->closed(reason, detail);
    }
  }
}

void Carrier::on_close(std::string_view reason, std::string_view detail) {
  ended_ = true;
  if (connect_timer_) connect_timer_->stop();  // not destroyed: it may be what closes us
  close_sockets(reason, detail);
}

// sio5-disconnect: every socket hears why, then the session ends.
void Carrier::fail(PacketError error) {
  ended_ = true;
  const std::string_view why = describe(error);
  hub_->log("a packet was refused: ", why);
  const std::vector<Socket*> sockets = sockets_;
  for (Socket* const socket : sockets)
    if (socket->connected()) socket->raise(Error{std::string(why), {}, {}, {}, {}});
  session_->close("forced close");
}

void Carrier::violated(std::string_view what) {
  ended_ = true;
  hub_->log("a connection was closed: ", what);
  eio::Socket& session = *session_;
  close_sockets("forced server close", what);
  session.close("forced server close");
}

Socket* Carrier::find(std::string_view nsp) const {
  for (Socket* const socket : sockets_)
    if (socket->nsp().name() == nsp) return socket;
  return nullptr;
}

}  // namespace strata::sio
